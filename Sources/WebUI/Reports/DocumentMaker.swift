// Documents from what the services read: written as a page, then handed to the programs that make files of pages.
import Exchange
package import Foundation
import Governance
package import HTTPServing
import HTTPTypes

/// Makes documents, a few at a time.
package struct DocumentMaker: DocumentMaking {
    private let renderer = DocumentRenderer()
    private let style: Data

    /// - Throws: ``AssetError`` if the bundle lacks the stylesheet.
    package init() throws {
        guard let url = Bundle.module.resourceURL?.appendingPathComponent("Assets/report.css") else {
            throw AssetError(name: "report.css", reason: "the resource bundle is missing")
        }
        do { style = try Data(contentsOf: url) } catch { throw AssetError(name: "report.css", reason: "\(error)") }
    }

    package func document(_ kind: DocumentKind, _ format: DocumentFormat) async throws -> Data {
        switch kind {
        case .gapReport(let report, let parts):
            let document = GapReportDocument(report: report, parts: parts, isForWordProcessor: format == .docx)
            let html = document.html(style: style)
            do {
                switch format {
                case .html: return html
                case .pdf: return try await renderer.pdf(html: html)
                case .docx: return try await renderer.docx(html: html, files: document.files)
                }
            } catch let error as DocumentError { throw Self.failure(error, format) }
        }
    }

    private static func failure(_ error: DocumentError, _ format: DocumentFormat) -> Failure {
        let words = text(.documentFailed(format.rawValue.uppercased(), error.message))
        return switch error {
        case .tooLarge: .invalid("format", words)
        case .busy, .tooSlow, .missing:
            Failure(.serviceUnavailable, "invalid", text(.documentNotMade), words, retryAfterSeconds: 30)
        case .foreignAddress, .badFileName, .failed:
            Failure(.internalServerError, "internal", text(.documentNotMade), words, isInternal: true)
        }
    }
}
