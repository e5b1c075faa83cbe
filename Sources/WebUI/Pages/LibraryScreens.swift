// Framework libraries: which there are, a file and what it would do, one library with its frameworks and versions.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// The pages of libraries.
package struct LibraryScreens: Sendable {
    static let changesShownMax = 200
    static let librariesShownMax = 500
    private let services: Services
    private let frame: PageFrame
    private var service: LibraryService { services.libraries }
    private static let schema = ImportedLibrary.schema.erased

    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        func path(_ route: Link.Route) -> RouterPath { RouterPath(route.rawValue) }
        router.get(path(.libraries), use: list)
        router.get(path(.newLibrary), use: uploadForm)
        router.post(path(.newLibrary), use: upload)
        router.post(path(.applyLibrary), use: apply)
        router.get(path(.library), use: one)
        router.get(path(.rollBackLibrary), use: rollBackPreview)
        router.post(path(.rollBackLibrary), use: rollBack)
    }

    private func form(_ request: Request, _ context: ConcordContext) async throws -> FormBody {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        return body
    }

    // MARK: List and one

    @Sendable private func list(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        var filter = ListFilter()
        filter.sort = Sort("name")
        filter.limit = Self.librariesShownMax
        let page = try await services.records.list(Self.schema, filter, as: caller)
        let libraries = try page.records.map { try $0.decoded(as: ImportedLibrary.self) }
        let new: Markup? =
            LibraryService.mayImport(caller)
            ? .linkButton(text(.importLibrary), Link.newLibrary.href, look: .primary, icon: .plus) : nil
        let columns = [
            TableColumn(text(.library)), TableColumn(text(.libraryVersion), isNumeric: true),
            TableColumn(text(.provider), priority: .optional), TableColumn(text(.libraryHolds), isNumeric: true),
            TableColumn(text(.libraryKeptOut), isNumeric: true, priority: .optional),
        ]
        let rows = libraries.map { library in
            TableRow(
                title: library.value.name, href: Link.library(library.id.raw).href,
                subtitle: library.value.status == .rolledBack ? text(.libraryTakenBack) : library.value.summary,
                cells: [
                    .escaped(String(library.value.libraryVersion)), .isolated(library.value.provider ?? ""),
                    .escaped(Text.count(library.value.items)), .escaped(Text.count(library.value.keptOut)),
                ])
        }
        let content: Markup =
            libraries.isEmpty
            ? .emptyState(title: text(.noLibraries), text(.noLibrariesHelp), actions: new)
            : .dataTable(label: text(.libraries), columns: columns, rows: rows)
        let more: Markup? =
            page.next == nil
            ? nil : "<p>\(raw: .link(text(.showAllItems), Link.list(Self.schema.plural).href))</p>"
        return try await frame.page(
            text(.libraries), request, context,
            content: """
                \(raw: .pageHeader(text(.libraries), actions: libraries.isEmpty ? nil : new, lead: text(.librariesLead)))\
                <section class="card list-card" aria-label="\(Text.libraries)">\(raw: content)\(raw: more)</section>
                """)
    }

    @Sendable private func one(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try context.pathID("id", of: Self.schema.label)
        let record = try await services.records.get(Self.schema, id, as: caller)
        let versions = try await service.formerVersions(of: id, as: caller)
        let content = try await service.contents(of: id, as: caller)
        let page = LibraryPage(
            library: try record.decoded(), versions: versions, content: content,
            mayImport: LibraryService.mayImport(caller))
        return try await frame.page(record.title, request, context, content: page.markup)
    }

    // MARK: Importing

    @Sendable private func uploadForm(_ request: Request, _ context: ConcordContext) async throws -> Response {
        guard LibraryService.mayImport(try frame.caller(context)) else {
            throw ServiceError.forbidden(text(.mayNotImportLibrary))
        }
        return try await uploadPage([], request, context)
    }

    private func uploadPage(
        _ problems: [String], _ request: Request, _ context: ConcordContext, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let help = text(.libraryFileHelp(LibraryFile.bytesMax / 1_048_576))
        let fields: Markup = """
            \(raw: .hidden("csrf", context.formToken))\
            \(raw: .field(FormField(
                "file", label: text(.libraryFile), .file(accept: ".yaml,.yml,.csv"), help: help,
                error: problems.first, isRequired: true)))
            """
        let content: Markup = """
            \(raw: .pageHeader(
                text(.importLibrary), crumbs: [Crumb(text(.libraries), Link.libraries.href)],
                lead: text(.importLibraryLead)))\
            <section class="card" aria-label="\(Text.importLibrary)">\
            \(raw: .errorSummary(problems.map { ("f-file", $0) }, title: .libraryRefused))\
            <form class="stack" method="post" enctype="multipart/form-data" action="\(Link.newLibrary.href)">\
            \(raw: fields)<p class="cluster">\(raw: .submitButton(text(.dryRun), look: .primary))</p></form></section>
            """
        return try await frame.page(text(.importLibrary), request, context, status: status, content: content)
    }

    @Sendable private func upload(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        guard let sent = body.files["file"], let organisation = caller.organisation else {
            return try await uploadPage([text(.chooseFile)], request, context, status: .unprocessableContent)
        }
        let file = LibraryFile(name: sent.name, mediaType: sent.mediaType, bytes: [UInt8](sent.bytes))
        do {
            let plan = try await service.preview(file, as: caller)
            let kept = try FileReference(
                sha256: try await services.blobs.put(sent.bytes, for: organisation), name: sent.name,
                mediaType: sent.mediaType, bytes: sent.bytes.count)
            let sealed = KeptFile.seal(kept, Self.sealedField, secret: context.formToken)
            let hidden = [("csrf", context.formToken), ("kept", sealed ?? "")]
            return try await planPage(
                plan, text(.libraryPreview), Link.applyLibrary, .applyLibrary, hidden, Link.libraries, request, context)
        } catch let problem as Problem {
            return try await uploadPage([problem.message], request, context, status: .unprocessableContent)
        } catch let error as ServiceError {
            return try await refused(error, request, context)
        }
    }
    private static let sealedField = "library"

    /// What is wrong with the file, beside the form that takes another one.
    private func refused(
        _ error: ServiceError, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        switch error {
        case .invalid(let invalid):
            return try await uploadPage(
                invalid.problems.map { FormPage.sentence($0.message) }, request, context, status: .unprocessableContent)
        case .conflict:
            return try await uploadPage([Failure(error).detail], request, context, status: .conflict)
        default: throw error
        }
    }

    @Sendable private func apply(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        guard let kept = KeptFile.open(body["kept"] ?? "", Self.sealedField, secret: context.formToken),
            let organisation = caller.organisation,
            let bytes = try await services.blobs.get(kept.sha256, for: organisation)
        else {
            return try await uploadPage([text(.chooseFile)], request, context, status: .unprocessableContent)
        }
        do {
            let plan = try await service.apply(
                LibraryFile(name: kept.name, mediaType: kept.mediaType, bytes: [UInt8](bytes)), as: caller,
                request: context.requestID)
            return PageReply.see(Link.library(plan.id).href)
        } catch let error as ServiceError {
            return try await refused(error, request, context)
        }
    }

    // MARK: Rolling back

    @Sendable private func rollBackPreview(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try context.pathID("id", of: Self.schema.label)
        let to = try version(try request.linkQuery()["to"])
        let record = try await services.records.get(Self.schema, id, as: caller)
        let plan = try await service.previewRollBack(id, to: to, as: caller)
        let hidden = [
            ("csrf", context.formToken), ("version", String(record.version)), ("to", to.map(String.init) ?? ""),
        ]
        return try await planPage(
            plan, text(.rollBackPreview), Link.rollBackLibrary(id), .rollBack, hidden, Link.library(id), request,
            context)
    }

    @Sendable private func rollBack(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: Self.schema.label)
        guard let seen = body["version"].flatMap({ Int($0) }) else {
            throw Failure.invalid("version", text(.meansNothing))
        }
        _ = try await service.rollBack(
            id, over: seen, to: try version(body["to"]), as: caller, request: context.requestID)
        return PageReply.see(Link.library(id).href)
    }

    private func version(_ written: String?) throws -> Int? {
        guard let written, !written.isEmpty else { return nil }
        guard let number = Int(written) else { throw Failure.invalid("to", text(.meansNothing)) }
        return number
    }

    private func planPage(
        _ plan: LibraryPlan, _ title: String, _ action: Link, _ verb: Text, _ hidden: [(String, String)],
        _ back: Link, _ request: Request, _ context: ConcordContext
    ) async throws -> Response {
        let page = LibraryPlanPage(
            plan: plan, title: title, action: action, verb: verb, hidden: hidden, back: back)
        return try await frame.page(title, request, context, content: page.markup)
    }
}
