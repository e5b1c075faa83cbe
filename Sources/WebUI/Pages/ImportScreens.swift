// Imports: choose a file, settle its columns, look at what it would do, apply it. Four pages that work without script.
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

/// The pages of imports.
package struct ImportScreens: Sendable {
    static let rowsShown = 50
    private let services: Services
    private let frame: PageFrame
    private let schemas: [AnySchema]
    private var service: ImportService { services.records.imports }

    package init(services: Services, frame: PageFrame, schemas: [AnySchema]) {
        (self.services, self.frame, self.schemas) = (services, frame, schemas)
    }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        func path(_ route: Link.Route) -> RouterPath { RouterPath(route.rawValue) }
        router.get(path(.imports), use: list)
        router.get(path(.importTemplate), use: template)
        router.get(path(.newImport), use: uploadForm)
        router.post(path(.newImport), use: upload)
        router.get(path(.importJob), use: preview)
        router.get(path(.importMapping), use: mappingForm)
        router.post(path(.importMapping), use: plan)
        router.post(path(.importApply), use: apply)
        router.post(path(.importDiscard), use: discard)
        router.get(path(.importReport), use: report)
    }

    private func own(_ context: ConcordContext, _ caller: Caller) async throws -> ImportJob {
        try await service.job(try context.pathID("id", of: text(.imports)), as: caller)
    }

    private func form(_ request: Request, _ context: ConcordContext) async throws -> FormBody {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        return body
    }

    // MARK: List and upload

    @Sendable private func list(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let jobs = try await service.jobs(as: caller)
        let labels = Dictionary(uniqueKeysWithValues: schemas.map { ($0.type.name, $0.pluralLabel) })
        let new: Markup = .linkButton(
            text(.newImport), Link.newImport().href, look: .primary, icon: .plus)
        let rows = jobs.map { job in
            TableRow(
                title: text(.importOf(labels[job.type] ?? job.type)), href: Link.importJob(job.id).href,
                subtitle: job.fileName,
                cells: [
                    .escaped(text(.stateOf(job.state))), .escaped(Text.count(job.counts.rows)),
                    .escaped(job.createdAt.words(in: caller.timeZone)),
                ])
        }
        let columns = [
            TableColumn(text(.importVerb)), TableColumn(text(.state)), TableColumn(text(.allRows), isNumeric: true),
            TableColumn(text(.importDay)),
        ]
        let content: Markup =
            jobs.isEmpty
            ? .emptyState(title: text(.noImports), text(.noImportsHelp), actions: new)
            : .dataTable(label: text(.imports), columns: columns, rows: rows)
        return try await frame.page(
            text(.imports), request, context,
            content: """
                \(raw: .pageHeader(text(.imports), actions: jobs.isEmpty ? nil : new, lead: text(.importsLead)))\
                <section class="card list-card" aria-label="\(Text.imports)">\(raw: content)</section>
                """)
    }

    @Sendable private func uploadForm(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let query = try request.linkQuery()
        let standard = try await standard(query["standard"], try frame.caller(context))
        return try await uploadPage(query["type"], standard, nil, request, context)
    }

    /// The framework that a form or address names by key or id.
    private func standard(_ text: String?, _ caller: Caller) async throws -> UUID? {
        guard let text, !text.isEmpty else { return nil }
        let library = try await services.library.current(for: caller.organisation)
        let named = library.framework(text) ?? UUID(uuidString: text).flatMap { library.framework(id: $0) }
        guard let named else { throw Failure.invalid("standard", WebUI.text(.meansNothing)) }
        return named.id
    }

    /// An empty table with the headings of a type; for decisions on controls, with a row for each control of the
    /// standard.
    @Sendable private func template(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let plural = try context.path("plural")
        guard let schema = schemas.first(where: { $0.plural == plural && !$0.isCatalogue }) else {
            throw ServiceError.notFound(text(.page))
        }
        let fields = schema.fields.filter { field in
            guard !field.isDerived, !field.has(.readOnly) else { return false }
            return switch field.kind {
            case .file, .json: false
            default: true
            }
        }
        var bytes: [UInt8] = []
        CSV.append(fields.map(\.name), to: &bytes)
        if schema.type == Applicability.type,
            let standard = try await standard(try request.linkQuery()["standard"], caller)
        {
            let library = try await services.library.current(for: caller.organisation)
            for item in library.framework(id: standard)?.items ?? [] where item.kind == .control && item.isAssessable {
                CSV.append(
                    fields.map { $0.kind.target == Requirement.type ? item.reference : "" }, to: &bytes)
            }
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/csv; charset=utf-8; header=present"
        headers[.contentDisposition] = FileAnswer.disposition("\(plural).csv")
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func uploadPage(
        _ plural: String?, _ standard: UUID?, _ problem: String?, _ request: Request, _ context: ConcordContext,
        status: HTTPResponse.Status = .ok, values: FormBody? = nil
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let open = schemas.filter { $0.isWritten && ImportService.mayImport(caller, $0) }
        guard !open.isEmpty else { throw ServiceError.forbidden(text(.mayNotImport)) }
        let page = ImportUploadPage(
            types: open.map { FieldOption($0.plural, $0.pluralLabel) }, chosen: plural ?? "", problem: problem,
            delimiter: values?["delimiter"] ?? "", encoding: values?["encoding"] ?? "",
            sheet: values?["sheet"] ?? "", standard: standard, formToken: context.formToken)
        return try await frame.page(text(.newImport), request, context, status: status, content: page.markup)
    }

    @Sendable private func upload(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        guard let schema = schemas.first(where: { $0.plural == body["type"] }) else {
            throw Failure.invalid("type", text(.meansNothing))
        }
        let standard = try await standard(body["standard"], caller)
        guard let file = body.files["file"] else {
            return try await uploadPage(
                schema.plural, standard, text(.chooseFile), request, context, status: .unprocessableContent,
                values: body)
        }
        let isWorkbook = file.name.lowercased().hasSuffix(".xlsx") || file.bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
        let table = TableFile(
            isWorkbook ? .xlsx : .csv, delimiter: body["delimiter"].flatMap { Delimiter(rawValue: $0) },
            encoding: body["encoding"].flatMap { TableEncoding(rawValue: $0) } ?? .automatic,
            sheet: body["sheet"].flatMap { $0.isEmpty ? nil : $0 })
        do {
            let job = try await service.stage(
                schema, table, named: file.name, standard: standard, as: caller
            ) { push in
                var at = file.bytes.startIndex
                while at < file.bytes.endIndex {
                    let end = min(at + 65_536, file.bytes.endIndex)
                    try await push([UInt8](file.bytes[at..<end]))
                    at = end
                }
            }
            return PageReply.see(Link.importMapping(job.id).href)
        } catch ServiceError.invalid(let invalid) {
            let why = invalid.problems.map { FormPage.sentence("\(text(.importFile)) \($0.message)") }
            return try await uploadPage(
                schema.plural, standard, why.joined(separator: " "), request, context, status: .unprocessableContent,
                values: body)
        }
    }

    // MARK: Columns

    @Sendable private func mappingForm(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        return try await mappingPage(try await own(context, caller), false, request, context, caller)
    }

    private func mappingPage(
        _ job: ImportJob, _ isRefused: Bool, _ request: Request, _ context: ConcordContext, _ caller: Caller
    ) async throws -> Response {
        guard job.state != .applied, job.state != .applying else { return PageReply.see(Link.importJob(job.id).href) }
        let mapping = try service.mapping(job)
        let sample = try await services.store.read { try $0.importRows(job.id, nil, after: nil, limit: 3) }
        let library = try await services.library.current(for: caller.organisation)
        let page = ImportMappingPage(
            job: job, mapping: mapping, sample: sample, isRefused: isRefused,
            standards: library.frameworks.map { FieldOption($0.id.lowercased, $0.name) },
            formToken: context.formToken)
        return try await frame.page(
            text(.importColumns), request, context, status: isRefused ? .unprocessableContent : .ok,
            content: page.markup)
    }

    @Sendable private func plan(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let job = try await own(context, caller)
        var settings = job.settings
        for at in job.header.indices {
            let sent = body[ImportMappingPage.column(at)]
            settings.targets[at] = sent == ImportMappingPage.ignore ? ImportMapping.ignored : sent == "" ? nil : sent
        }
        settings.key = body["key"].map { $0 == ImportMappingPage.ignore ? "" : $0 } ?? settings.key
        settings.emptyCells = body["emptyCells"].flatMap { ImportJob.EmptyCells(rawValue: $0) } ?? .leave
        settings.standard = try await standard(body["standard"], caller)
        let planned = try await service.plan(job.id, settings, as: caller)
        if planned.state == .staged { return try await mappingPage(planned, true, request, context, caller) }
        return PageReply.see(Link.importJob(job.id).href)
    }

    // MARK: Preview

    @Sendable private func preview(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let job = try await own(context, caller)
        return try await previewPage(job, nil, try request.linkQuery(), request, context, caller)
    }

    private func previewPage(
        _ job: ImportJob, _ problem: Failure?, _ query: LinkQuery, _ request: Request, _ context: ConcordContext,
        _ caller: Caller
    ) async throws -> Response {
        if job.state == .staged { return PageReply.see(Link.importMapping(job.id).href) }
        let action = query["show"].flatMap { ImportRow.Action(rawValue: $0) }
        let after = query["after"].flatMap { text -> ImportPlace? in
            let parts = text.split(separator: ".").compactMap { Int($0) }
            return parts.count == 2 ? ImportPlace(rank: parts[0], position: parts[1]) : nil
        }
        let rows =
            job.state == .planned || job.state == .interrupted
            ? try await service.preview(
                job.id, action, after: after, limit: Self.rowsShown + 1, as: caller) : []
        var words = RecordWords(
            zone: caller.timeZone, schemas: Dictionary(uniqueKeysWithValues: schemas.map { ($0.type, $0) }))
        words.titles = try await service.titles(in: Array(rows.prefix(Self.rowsShown)), as: caller)
        let page = ImportPreviewPage(
            job: job, schema: try service.schema(job), rows: Array(rows.prefix(Self.rowsShown)),
            hasMore: rows.count > Self.rowsShown, isFirst: after == nil, action: action, problem: problem,
            words: words, formToken: context.formToken)
        return try await frame.page(
            text(.importPreview), request, context, status: problem?.status ?? .ok, content: page.markup)
    }

    @Sendable private func apply(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        _ = try await form(request, context)
        let job = try await own(context, caller)
        do {
            _ = try await service.apply(job.id, as: caller, request: context.requestID)
            return PageReply.see(Link.importJob(job.id).href)
        } catch let error as ServiceError {
            if case .notFound = error { throw error }
            let query: LinkQuery = ["show": ImportRow.Action.error.rawValue]
            return try await previewPage(
                try await own(context, caller), Failure(error), query, request, context, caller)
        }
    }

    @Sendable private func discard(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        _ = try await form(request, context)
        try await service.discard(try await own(context, caller).id, as: caller)
        return PageReply.see(Link.imports.href)
    }

    @Sendable private func report(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let job = try await own(context, caller)
        let service = service
        var headers = HTTPFields()
        headers[.contentType] = "text/csv; charset=utf-8; header=present"
        headers[.contentDisposition] = FileAnswer.disposition("import-\(job.id.lowercased).csv")
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await service.report(job.id, as: caller) { bytes in
                    try await writer.write(ByteBuffer(bytes: bytes))
                }
                try await writer.finish(nil)
            })
    }
}
