// Documents that people send each other. Their models are made in Governance, their look in the web interface; pages,
// API and command line ask for them here.
package import Foundation
package import Governance
import HTTPTypes
package import Hummingbird
import NIOCore

/// What can be made into a document: a case for each model.
package enum DocumentKind: Sendable {
    /// Statements of Applicability, one after the other.
    case statements([StatementReport])
    case gapReport(GapReport, [GapReport.Part])
}

/// The forms that a document may have. Not every kind has every form.
package enum DocumentFormat: String, Sendable, CaseIterable {
    case html, pdf, docx, xlsx, csv

    package var mediaType: String {
        switch self {
        case .html: "text/html"
        case .pdf: "application/pdf"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case .csv: "text/csv"
        }
    }
}

/// Makes documents.
package protocol DocumentMaking: Sendable {
    /// - Throws: ``Failure``: invalid for a form that the kind does not have or that this server cannot make, busy
    ///   while too many are being made.
    func document(_ kind: DocumentKind, _ format: DocumentFormat) async throws -> Data
}

/// Where nothing makes documents.
package struct NoDocuments: DocumentMaking {
    package init() {}
    package func document(_ kind: DocumentKind, _ format: DocumentFormat) async throws -> Data {
        throw Failure.invalid("format", "cannot be made here")
    }
}

/// How a document is answered.
package enum DocumentAnswer {
    /// A file to be saved.
    /// - Parameter name: The file's name without its ending: letters, digits and dashes.
    package static func response(_ data: Data, _ format: DocumentFormat, name: String) -> Response {
        var headers = HTTPFields()
        let isText = format.mediaType.hasPrefix("text/")
        headers[.contentType] = isText ? format.mediaType + "; charset=utf-8" : format.mediaType
        headers[.contentDisposition] = "attachment; filename=\"\(name).\(format.rawValue)\""
        headers[.cacheControl] = "private, no-store"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}
