// The screens that every record type has, derived from its schema: list, CSV, detail, create, edit, archive, restore,
// transitions; beside them search and the download of files.
import Access
import Exchange
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import NIOCore
package import RecordKit
import Records
import Storage

/// Routes of the derived screens.
package struct RecordScreens: Sendable {
    /// What the pages read with.
    struct Reading: Sendable {
        let services: Services
        /// In the order of the registry.
        let ordered: [AnySchema]
        let schemas: [RecordType: AnySchema]
        var records: RecordService { services.records }
        var store: any Store { services.store }
    }

    /// Types whose records have a page of their own in place of the derived one.
    static let typesWithOwnDetail: Set<RecordType> = [Framework.type]
    let reading: Reading
    let frame: PageFrame

    package init(services: Services, frame: PageFrame, schemas: [AnySchema] = Registry.schemas) {
        reading = Reading(
            services: services, ordered: schemas,
            schemas: Dictionary(uniqueKeysWithValues: schemas.map { ($0.type, $0) }))
        self.frame = frame
    }

    package func add(to router: Router<ConcordContext>) {
        for schema in reading.ordered { add(schema, to: router) }
        router.get(path(.search)) { request, context in
            let caller = try frame.caller(context)
            let page = try await SearchPage.load(try query(request)["q"] ?? "", reading, caller)
            if request.isByScript { return PageReply.html(page.fragment) }
            return try await frame.page(
                text(.search), request, context, { $0.query = page.words }, content: page.markup)
        }
        router.get(path(.file)) { request, context in
            try await FileDownload.response(
                try context.path("sha256"), try query(request), reading, try frame.caller(context), context)
        }
    }

    private func add(_ schema: AnySchema, to router: Router<ConcordContext>) {
        func on(_ route: Link.Route, _ method: HTTPRequest.Method, _ handler: @escaping Handler) {
            router.on(RouterPath(route.of(schema.plural)), method: method) { request, context in
                try await handler(schema, request, context)
            }
        }
        on(.list, .get, list)
        on(.csv, .get, csv)
        if !Self.typesWithOwnDetail.contains(schema.type) { on(.record, .get, detail) }
        // Shared content is written by the loader alone.
        guard schema.isWritten else { return }
        on(.bulk, .post, bulk)
        on(.restoreValues, .post, restoreValues)
        on(.new, .get, newForm)
        on(.new, .post, create)
        on(.edit, .get, editForm)
        on(.edit, .post, update)
        on(.archive, .post) { schema, request, context in
            try await change(schema, request, context) { id, version, reason, caller in
                try await reading.records.setArchived(
                    true, schema, id, over: version, as: caller, reason: reason, request: context.requestID)
            }
        }
        on(.restore, .post) { schema, request, context in
            try await change(schema, request, context) { id, version, reason, caller in
                try await reading.records.setArchived(
                    false, schema, id, over: version, as: caller, reason: reason, request: context.requestID)
            }
        }
        on(.transition, .post) { schema, request, context in
            let name = try context.path("name")
            return try await change(schema, request, context) { id, version, reason, caller in
                try await reading.records.take(
                    name, schema, id, over: version, as: caller, reason: reason, request: context.requestID)
            }
        }
    }

    private typealias Handler = @Sendable (AnySchema, Request, ConcordContext) async throws -> Response
    private func path(_ route: Link.Route) -> RouterPath { RouterPath(route.rawValue) }

    func query(_ request: Request) throws -> LinkQuery {
        let text = request.uri.query ?? ""
        guard text.utf8.count <= HTTPLimit.queryBytesMax, let query = LinkQuery(text) else {
            throw Failure.invalid("query", "is longer than \(HTTPLimit.queryBytesMax) bytes or not percent-encoded")
        }
        return query
    }

    // MARK: Reading

    @Sendable private func list(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let state = try ListState(schema, try query(request))
        if let view = try await ListViews.redirect(state, reading, caller) { return PageReply.see(view) }
        let page = try await ListPage.load(state, reading, caller, formToken: context.formToken)
        let back = state.list(state.query.without("asOf", "cursor"))
        return try await frame.page(
            schema.pluralLabel, request, context, { $0.asOf = page.moment?.band(backHref: back) }, content: page.markup)
    }

    /// Streams the whole list, in pages as of one ledger index.
    @Sendable private func csv(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        var state = try ListState(schema, try query(request).without("cursor"))
        try await state.resolveTargetWords(reading, caller)
        let moment = try await Moment.read(state.asOf, reading, caller)
        let organisation = caller.organisation
        let now = try await reading.store.read { reader in
            AsOf(
                index: try reader.ledgerSize(organisation) - 1, sharedIndex: try reader.ledgerSize(nil) - 1)
        }
        let asOf = moment?.asOf ?? now
        var given = state.filter
        given.limit = CSVRecords.pageRecordsMax
        let filter = given
        let read: @Sendable (String?) async throws -> RecordPage = { cursor in
            var filter = filter
            filter.cursor = cursor
            return try await reading.records.list(schema, filter, as: caller, asOf: asOf)
        }
        // The first page is read before the answer begins: what is refused is refused with its status.
        let first = try await read(nil)
        if request.method != .head {
            try await reading.records.noteExport(
                schema, filter, as: caller, asOf: asOf, request: context.requestID)
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/csv; charset=utf-8; header=present"
        headers[.contentDisposition] = FileAnswer.disposition("\(schema.plural).csv")
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await CSVRecords(schema).export(
                    read: { cursor in cursor == nil ? first : try await read(cursor) },
                    write: { bytes in try await writer.write(ByteBuffer(bytes: bytes)) })
                try await writer.finish(nil)
            })
    }

    @Sendable private func detail(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        try await detail(schema, request, context, query: try query(request), problem: nil)
    }

    func detail(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext, query: LinkQuery, problem: Failure?
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try context.pathID("id", of: schema.label)
        let page = try await DetailPage.load(
            schema, id, query, reading, caller, formToken: context.formToken, problem: problem)
        let back = Link.record(schema, id).href
        return try await frame.page(
            page.title, request, context, status: problem?.status ?? .ok,
            { $0.asOf = page.moment?.band(backHref: back) }, content: page.markup)
    }

    // MARK: Writing

    @Sendable private func newForm(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        try requireCreate(schema, caller)
        let page = try await FormPage.load(
            schema, nil, prefilled: try query(request), reading, caller, formToken: context.formToken)
        return try await frame.page(page.title, request, context, content: page.markup)
    }

    @Sendable private func create(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        try requireCreate(schema, caller)
        let input = try await read(body, schema, nil, caller, context)
        return try await answer(schema, nil, input, request, context, caller) {
            try await reading.records.create(
                schema, input.values, as: caller, reason: input.changeReason, request: context.requestID)
        }
    }

    @Sendable private func editForm(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let record = try await editable(schema, context, caller)
        let page = try await FormPage.load(schema, record, reading, caller, formToken: context.formToken)
        return try await frame.page(page.title, request, context, content: page.markup)
    }

    @Sendable private func update(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let record = try await editable(schema, context, caller)
        let input = try await read(body, schema, record, caller, context)
        guard let version = input.version else { throw Failure.invalid(FormInput.version, "is missing") }
        return try await answer(schema, record, input, request, context, caller) {
            do {
                return try await reading.records.update(
                    schema, record.id, over: version, input.values, keepsMissing: true, as: caller,
                    reason: input.changeReason, request: context.requestID)
            } catch ServiceError.conflict(.stale(let present, let mine)) {
                throw Stale(present: present, mine: mine, version: version)
            }
        }
    }

    /// A stale edit, on its way to the page that shows both versions.
    private struct Stale: Error {
        let present: StoredRecord
        let mine: [FieldValue]
        let version: Int
    }

    /// Saves what was sent; what is refused comes back in the form, beside the field that it is about.
    private func answer(
        _ schema: AnySchema, _ record: StoredRecord?, _ input: FormInput, _ request: Request,
        _ context: ConcordContext, _ caller: Caller, _ save: () async throws -> StoredRecord
    ) async throws -> Response {
        func again(
            _ status: HTTPResponse.Status, _ problems: [Problem] = [], notice: String? = nil
        ) async throws -> Response {
            let page = try await FormPage.load(
                schema, record, input: input, problems: problems, notice: notice, reading, caller,
                formToken: context.formToken)
            return try await frame.page(page.title, request, context, status: status, content: page.markup)
        }
        if input.isSearch { return try await again(.ok) }
        let problems = input.allProblems(schema, old: record)
        if !problems.isEmpty { return try await again(.unprocessableContent, problems) }
        do {
            let saved = try await save()
            return PageReply.see(Link.record(schema, saved.id).href)
        } catch let stale as Stale {
            let page = try await ConflictPage.load(
                present: stale.present, mine: stale.mine, version: stale.version, input, reading, caller,
                formToken: context.formToken)
            return try await frame.page(page.title, request, context, status: .conflict, content: page.markup)
        } catch ServiceError.invalid(let invalid) {
            return try await again(.unprocessableContent, invalid.problems)
        } catch ServiceError.conflict(let conflict) {
            let failure = Failure(ServiceError.conflict(conflict))
            return failure.problems.isEmpty
                ? try await again(failure.status, notice: failure.detail)
                : try await again(failure.status, failure.problems)
        }
    }

    /// A change that has no form of its own: archive, restore, a transition. What is refused is shown on the record.
    private func change(
        _ schema: AnySchema, _ request: Request, _ context: ConcordContext,
        _ take: (UUID, Int, String?, Caller) async throws -> StoredRecord
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: schema.label)
        guard let version = body["version"].flatMap({ Int($0) }) else { throw Failure.invalid("version", "is missing") }
        do {
            _ = try await take(id, version, body["reason"], caller)
            return PageReply.see(Link.record(schema, id).href)
        } catch let error as ServiceError {
            if case .notFound = error { throw error }
            return try await detail(schema, request, context, query: [:], problem: refusal(error, schema))
        }
    }

    /// The refusal with the labels of fields instead of their wire names.
    func refusal(_ error: ServiceError, _ schema: AnySchema) -> Failure {
        let failure = Failure(error)
        guard !failure.problems.isEmpty else { return failure }
        let detail = failure.problems.map { problem in
            let label =
                schema.field(problem.field)?.label ?? (problem.field == "reason" ? text(.reason) : problem.field)
            return FormPage.sentence(label.isEmpty ? problem.message : "\(label): \(problem.message)")
        }
        return Failure(failure.status, failure.kind, failure.title, detail.joined(separator: " "))
    }

    // MARK: Parts

    func form(_ request: Request, _ context: ConcordContext) async throws -> FormBody {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        return body
    }

    func read(
        _ body: FormBody, _ schema: AnySchema, _ record: StoredRecord?, _ caller: Caller, _ context: ConcordContext
    ) async throws -> FormInput {
        guard let organisation = caller.organisation else { throw Failure.unauthenticated }
        let blobs = reading.services.blobs
        return try await FormInput(schema, old: record, body, secret: context.formToken, zone: caller.timeZone) {
            try await blobs.put($0, for: organisation)
        }
    }

    private func requireCreate(_ schema: AnySchema, _ caller: Caller) throws {
        guard Authorisation.mayCreate(caller, schema) else {
            throw ServiceError.forbidden(text(.mayNotCreateRecord(schema.label)))
        }
    }

    /// The record in the address, if the caller may change it.
    private func editable(
        _ schema: AnySchema, _ context: ConcordContext, _ caller: Caller
    ) async throws -> StoredRecord {
        let id = try context.pathID("id", of: schema.label)
        let record = try await reading.records.get(schema, id, as: caller)
        guard Authorisation.may(caller, .update, record) else {
            throw ServiceError.forbidden(text(.mayNotEdit(schema.label)))
        }
        guard !record.meta.isArchived else { throw ServiceError.conflict(.state(text(.archivedFirst))) }
        return record
    }
}
