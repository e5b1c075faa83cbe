// Where a report is chosen, shown to be printed, and downloaded.
import Access
import Crypto
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import NIOCore
import RecordKit
import Records
import Storage

/// The page of reports, and the documents behind it.
package struct ReportScreens: Sendable {
    static let assessmentsShownMax = 100
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.reports.rawValue), use: choose)
        router.get(RouterPath(Link.Route.report.rawValue), use: document)
    }

    @Sendable private func choose(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        var newest = ListFilter()
        newest.sort = Sort(nil, isDescending: true)
        newest.limit = Self.assessmentsShownMax
        let assessments = try await services.records.list(Assessment.schema.erased, newest, as: caller).records
        let organisation = try await organisation(caller)
        let content: Markup
        if assessments.isEmpty {
            content = "<section class=\"card\">\(raw: NoAssessment(caller: caller).markup())</section>"
        } else {
            content = """
                <div class="grid"><div class="c8">\(raw: .card(
                    id: "gap-report", title: text(.gapReport), form(assessments, try request.linkQuery())))</div>\
                <div class="c4">\(raw: .card(id: "identity", title: text(.reportLogo), identity(organisation, caller)))\
                </div></div>
                """
        }
        return try await frame.page(
            text(.reports), request, context,
            content: .pageHeader(text(.reports), lead: text(.reportsLead)) + content)
    }

    private func organisation(_ caller: Caller) async throws -> StoredRecord {
        try await services.records.get(Organisation.schema.erased, caller.organisation ?? .unset, as: caller)
    }

    /// A form that asks for a document; a button says in which form.
    private func form(_ assessments: [StoredRecord], _ query: LinkQuery) -> Markup {
        let fields = [
            FormField(
                "assessment", label: text(.reportAssessment),
                .choice(assessments.map { FieldOption($0.id.lowercased, $0.title) }),
                values: [query["assessment"] ?? assessments[0].id.lowercased], width: .half),
            FormField(
                "asOf", label: text(.reportAsOf), .text(lengthMax: 40), values: [query["asOf"] ?? ""],
                help: text(.reportAsOfHelp), width: .half),
            FormField(
                "sections", label: text(.reportSections),
                .links(GapReport.Part.allCases.map { FieldOption($0.rawValue, text(.partTitle($0))) }),
                values: GapReport.Part.allCases.map(\.rawValue), help: text(.reportSectionsHelp)),
        ]
        let downloads: Markup = .each(DocumentFormat.ofGapReport.reversed()) { format in
            .submitButton(
                text(.formatName(format.rawValue)), name: "format", value: format.rawValue, icon: .download)
        }
        return """
            <form method="get" action="\(Link.report().href)"><div class="form">\(raw: .each(fields) { .field($0) })\
            </div><h3 class="mt">\(Text.reportShow)</h3><div class="cluster">\
            \(raw: .submitButton(text(.reportShow), look: .primary, name: "format", value: Self.show))</div>\
            <h3 class="mt">\(Text.reportDownload)</h3><div class="cluster">\(raw: downloads)</div>\
            <p class="meta mt">\(Text.reportLeavesEntry)</p></form>
            """
    }

    private func identity(_ organisation: StoredRecord, _ caller: Caller) -> Markup {
        let logo: Markup =
            if case .file(let file) = organisation["logo"] {
                .link(
                    file.name,
                    Link.file(
                        sha256: file.sha256,
                        ["record": "\(Organisation.schema.erased.plural)/\(organisation.id.lowercased)"]
                    ).href)
            } else {
                .status(.unknown, text(.reportNoLogo), isPlain: true)
            }
        let change: Markup? =
            Authorisation.may(caller, .update, organisation)
            ? .linkButton(
                text(.reportChangeLogo), Link.edit(Organisation.schema.erased.plural, organisation.id).href,
                look: .small)
            : nil
        return
            "<div class=\"stack tight\"><b>\(isolated: organisation.title)</b><span>\(raw: logo)</span><div>\(raw: change)</div></div>"
    }

    private static let show = "show"

    @Sendable private func document(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let query = try request.linkQuery()
        guard let id = query["assessment"].flatMap({ UUID(uuidString: $0) }) else {
            throw Failure.invalid("assessment", text(.meansNothing))
        }
        let parts = try GapReport.Part.read(query.values("sections"))
        let asOf = try await Moment.read(query, services, caller)?.asOf
        if (query["format"] ?? Self.show) == Self.show {
            let report = try await services.reports.gapReport(id, as: caller, asOf: asOf)
            return Self.shown(try await services.documents.document(.gapReport(report, parts), .html))
        }
        guard let format = DocumentFormat.ofGapReport.first(where: { $0.rawValue == query["format"] }) else {
            throw Failure.invalid("format", text(.meansNothing))
        }
        let report = try await services.reports.exportGapReport(
            id, format: format.rawValue, as: caller, asOf: asOf, request: context.requestID)
        return DocumentAnswer.response(
            try await services.documents.document(.gapReport(report, parts), format), format,
            name: report.fileName)
    }

    /// The page that stands alone, in the browser: its one style is allowed by its digest, and nothing else.
    private static func shown(_ html: Data) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        let style = html.styleContent.map { Data(SHA256.hash(data: $0)).base64EncodedString() }
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src \(style.map { "'sha256-\($0)'" } ?? "'none'"); img-src data:; "
            + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: html)))
    }
}

extension Data {
    /// What stands in the first style element.
    fileprivate var styleContent: Data? {
        guard let start = range(of: Data("<style>".utf8)), let end = range(of: Data("</style>".utf8)) else {
            return nil
        }
        return subdata(in: start.upperBound..<end.lowerBound)
    }
}
