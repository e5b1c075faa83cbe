// Makes documents: the look of each kind on paper, the rendering by the programs of the system.
package import Access
import Exchange
package import Foundation
package import HTTPServing
import HTTPTypes

/// Documents of every kind in every form.
package struct DocumentMaker: DocumentMaking {
    static let stylesheetName = "print.css"
    private let renderer = DocumentRenderer()
    private let stylesheet: Data
    private let reportStyle: Data
    private let environment: Access.Environment

    /// - Throws: ``AssetError`` if the installation lacks the print style.
    package init(environment: Access.Environment) throws {
        stylesheet = try Assets.data(Self.stylesheetName)
        reportStyle = try Assets.data("report.css")
        self.environment = environment
    }

    package func document(_ kind: DocumentKind, _ format: DocumentFormat) async throws -> Data {
        do {
            switch kind {
            case .statements(let reports):
                let document = StatementDocument(reports: reports)
                switch format {
                case .csv: return Data(document.sheet.csv)
                case .xlsx:
                    return try await WorkbookWriter.data(
                        document.sheets, title: document.title, madeAt: environment.now())
                case .html, .pdf, .docx: return try await rendered(format) { document.page(stylesheet: $0) }
                }
            case .gapReport(let report, let parts):
                let document = GapReportDocument(report: report, parts: parts, isForWordProcessor: format == .docx)
                let html = document.html(style: reportStyle)
                switch format {
                case .html: return html
                case .pdf: return try await renderer.pdf(html: html)
                case .docx: return try await renderer.docx(html: html, files: document.files)
                case .xlsx, .csv: throw Failure.invalid("format", text(.noSuchForm(format.rawValue)))
                }
            }
        } catch let error as DocumentError {
            throw Self.failure(error, format)
        }
    }

    /// A page by itself (HTML), or as the file that a program makes of it.
    private func rendered(_ format: DocumentFormat, _ page: (_ stylesheet: String) -> Markup) async throws -> Data {
        let files = [Self.stylesheetName: stylesheet]
        func html() -> Data { Data(page(Self.stylesheetName).bytes) }
        return switch format {
        case .pdf: try await renderer.pdf(html: html(), files: files)
        case .docx: try await renderer.docx(html: html(), files: files)
        case .html, .xlsx, .csv: Data(page("data:text/css;base64,\(stylesheet.base64EncodedString())").bytes)
        }
    }

    private static func failure(_ error: DocumentError, _ format: DocumentFormat) -> any Error {
        switch error {
        case .missing: Failure.invalid("format", "\(format.rawValue) \(error.message)")
        case .busy:
            Failure(.serviceUnavailable, "conflict", "Busy", "It \(error.message).", retryAfterSeconds: 60)
        case .tooSlow, .tooLarge: Failure.invalid("format", "\(format.rawValue) \(error.message)")
        case .foreignAddress, .badFileName, .failed: error
        }
    }
}
