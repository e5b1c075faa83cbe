// What a gap report is as a document.
package import Governance

extension Services {
    /// Reads what reports show.
    package var reports: ReportService {
        ReportService(
            store: store, blobs: blobs, environment: environment, ledger: ledger, assessments: assessments)
    }
}

extension DocumentFormat {
    /// The forms that a gap report has.
    package static let ofGapReport: [DocumentFormat] = [.html, .pdf, .docx]
}

extension GapReport {
    /// The name of its file without the ending: with the ledger index that it shows.
    package var fileName: String { "gap-report-entry-\(index)" }
}
