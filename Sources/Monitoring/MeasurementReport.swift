// One measurement whole: what was measured, on which bytes, with which result and decisions.
import Foundation
public import Statistics

/// A measurement as it is written out.
public struct MeasurementReport: Sendable {
    /// The version of the definitions.
    public static let version = "1"

    /// A file that was measured.
    public struct Input: Hashable, Sendable {
        /// Its path as given.
        public let path: String
        /// Its SHA-256 in hexadecimal.
        public let sha256: String
        /// Rows.
        public let rows: Int
        /// Columns in the header.
        public let columns: Int

        /// From its parts.
        public init(path: String, sha256: String, rows: Int, columns: Int) {
            self.path = path
            self.sha256 = sha256
            self.rows = rows
            self.columns = columns
        }

        /// A table that was read.
        public init(_ table: Table) {
            self.init(path: table.path, sha256: table.sha256, rows: table.rows, columns: table.header.count)
        }

        /// The reference behind a baseline.
        public init(_ baseline: Baseline) {
            self.init(path: baseline.path, sha256: baseline.sha256, rows: baseline.rows, columns: baseline.columnCount)
        }
    }

    /// `drift`, `performance` and so on.
    public let measure: String
    /// The files.
    public let inputs: [Input]
    /// The result, in the shape of the definitions.
    public let result: ReportObject
    /// What the rules say.
    public let decisions: [Decision]
    /// How labels of a file of their own were joined; nil when the labels stand beside the predictions.
    public let labelJoin: ReportValue?

    /// Judges a result by the rules given and, for measures that have them, by default rules.
    ///
    /// - Parameters:
    ///   - hysteresis: what is judged in several chunks raises an alarm by this; nil for each chunk by itself.
    ///   - anytime: rates over chunks get intervals, and rules about them decisions, that hold at every look but with this
    ///     probability; nil for none.
    /// - Throws: `MeasureError` for a rule that names nothing in the result, or that cannot be judged at every look.
    /// - Precondition: 0 < anytime < 1.
    public init(
        measure: String, inputs: [Input], result: ReportObject, rules: [DecisionRule], hysteresis: Hysteresis? = nil,
        anytime: Double? = nil, labelJoin: ReportValue? = nil
    ) throws(MeasureError) {
        var result = result
        if let anytime { result = try Anytime.added(to: result, measure: measure, alpha: anytime) }
        self.labelJoin = labelJoin
        self.measure = measure
        self.inputs = inputs
        self.result = result
        decisions = try Decisions.decide(
            rules + Decisions.defaults(measure) + Expectations.rules(result), measure: measure, result: result,
            hysteresis: hysteresis)
    }

    /// A rule given by the user is breached.
    public var isBreached: Bool {
        decisions.contains { $0.outcome == .breached && $0.rule.isGiven && $0.isDeciding }
    }

    /// The whole report.
    public var report: ReportValue {
        var out = ReportObject([
            ("measure", .string(measure)), ("version", .string(Self.version)),
            (
                "inputs",
                .array(
                    inputs.map { input in
                        .object(
                            ReportObject([
                                ("path", .string(input.path)), ("sha256", .string(input.sha256)),
                                ("rows", .integer(input.rows)), ("columns", .integer(input.columns)),
                            ]))
                    })
            ),
        ])
        if let labelJoin { out["label_join"] = labelJoin }
        out["result"] = .object(result)
        out["decisions"] = .array(decisions.map(\.report))
        return .object(out)
    }
}
