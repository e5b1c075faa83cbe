// Documents that leave as files: what there is, in which formats, and how one is answered.
package import Foundation
package import Governance
import HTTPTypes
package import Hummingbird
import NIOCore

/// A format of a document.
package enum DocumentFormat: String, Sendable, CaseIterable {
    case html, pdf, docx

    package var mediaType: String {
        switch self {
        case .html: "text/html"
        case .pdf: "application/pdf"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        }
    }
}

/// What can be made into a document.
package enum DocumentKind: Sendable {
    case gapReport(GapReport, [GapReport.Part])
}

/// Makes documents of what the services read. The pages' target implements it, since a document is written as a page is.
package protocol DocumentMaking: Sendable {
    /// - Throws: ``Failure`` if it cannot be made here or now.
    func document(_ kind: DocumentKind, _ format: DocumentFormat) async throws -> Data
}

extension Services {
    /// Reads what reports show.
    package var reports: ReportService {
        ReportService(
            store: store, blobs: blobs, environment: environment, ledger: ledger, assessments: assessments)
    }
}

/// How a document is answered.
package enum DocumentAnswer {
    /// A file to be saved under a name of letters, digits, points and dashes.
    package static func attachment(_ bytes: Data, _ format: DocumentFormat, name: String) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = format.mediaType
        headers[.contentDisposition] = "attachment; filename=\"\(name).\(format.rawValue)\""
        headers[.cacheControl] = "private, no-store"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The name of a gap report: with the ledger index that it shows.
    package static func name(of report: GapReport) -> String { "gap-report-entry-\(report.index)" }
}
