// A frozen reference as a file: a batch is measured against it without reading the reference again.
public import Foundation
import Statistics

/// A named reference: bins, quantiles, shares, a sorted sample, the calibration of the score, and the input's SHA-256.
///
/// Its size is bounded by 4,096 numbers a numeric column (8,192 for small references, which are kept exactly) and
/// `CategoryAccumulator.categoriesMax` names a categorical one, however many rows the reference has.
public struct Baseline: Codable, Hashable, Sendable {
    /// The format this code writes and reads.
    public static let version = 1
    /// The most bytes of a file that is read as a baseline.
    public static let bytesMax = 1 << 30
    /// The format of this one.
    public let version: Int
    /// Its name.
    public let name: String
    /// The path of the reference.
    public let path: String
    /// The SHA-256 of the reference, in hexadecimal.
    public let sha256: String
    /// Rows of the reference.
    public let rows: Int
    /// Columns in the header of the reference.
    public let columnCount: Int
    /// Names of numeric columns, in the order of the header.
    public let numericNames: [String]
    /// Names of categorical columns, in the order of the header.
    public let categoricalNames: [String]
    private let numeric: [String: NumericProfile]
    private let categorical: [String: CategoryProfile]
    /// The map from score to probability, when label and score were named.
    public let calibration: CalibrationMap?
    /// What was realised on the reference, by the keys of the performance of a binary classifier; nil without label and score.
    public let realised: [String: Double]?
    /// The calibrations of several classes and what was realised, when a score of each was named.
    public let classes: ClassEstimate.Frozen?
    /// Rules about drift that go with this reference, as written.
    public let rules: [String]

    /// Freezes a side of a comparison.
    public init(
        name: String, table: Table, side: DriftSide, calibration: CalibrationMap? = nil,
        realised: [String: Double]? = nil, classes: ClassEstimate.Frozen? = nil, rules: [String] = []
    ) {
        self.init(
            name: name, input: MeasurementReport.Input(table), columns: table.columns.map(\.name), side: side,
            calibration: calibration, realised: realised, classes: classes, rules: rules)
    }

    /// Freezes a side whose table is not there.
    ///
    /// - Parameter columns: the names of its columns, in the order of the header.
    init(
        name: String, input: MeasurementReport.Input, columns: [String], side: DriftSide, calibration: CalibrationMap?,
        realised: [String: Double]?, classes: ClassEstimate.Frozen?, rules: [String]
    ) {
        version = Self.version
        self.name = name
        path = input.path
        sha256 = input.sha256
        rows = input.rows
        columnCount = input.columns
        numericNames = columns.filter { side.numeric[$0] != nil }
        categoricalNames = columns.filter { side.categorical[$0] != nil }
        numeric = side.numeric.mapValues { $0.compressed() }
        categorical = side.categorical
        self.calibration = calibration
        self.realised = realised
        self.classes = classes
        self.rules = rules
    }

    /// Numeric columns that were sketched, with how far ranks among their values can be off, as a share of the values.
    public var sketched: [String: Double] {
        numeric.filter { $0.value.unique == nil && $0.value.count > 0 }.mapValues {
            Double($0.rankErrorMax) / Double($0.count)
        }
    }

    /// The side that a batch is compared with.
    public var side: DriftSide { DriftSide(numeric: numeric, categorical: categorical) }

    /// The bytes of the file: JSON with sorted keys, the same for the same reference.
    public func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Reads a baseline.
    ///
    /// - Throws: `TableError` when the file is no baseline, or one of another version.
    public init(contentsOf path: String) throws(TableError) {
        struct Version: Decodable { let version: Int }
        let file = try MappedFile(path: path)
        guard file.count <= Self.bytesMax else { throw TableError(path: path, reason: "the file is too large") }
        let data = try file.contents()
        guard let found = try? JSONDecoder().decode(Version.self, from: data) else {
            throw TableError(path: path, reason: "this is not a baseline")
        }
        guard found.version == Self.version else {
            throw TableError(
                path: path, reason: "the baseline has version \(found.version), this reads version \(Self.version)")
        }
        do { self = try JSONDecoder().decode(Baseline.self, from: data) } catch {
            throw TableError(path: path, reason: "this is not a whole baseline")
        }
        let isSound =
            numericNames.allSatisfy { numeric[$0] != nil } && categoricalNames.allSatisfy { categorical[$0] != nil }
            && numeric.values.allSatisfy(\.isConsistent) && categorical.values.allSatisfy(\.isConsistent)
            && (calibration?.isConsistent ?? true) && (classes?.isConsistent ?? true)
        guard isSound else { throw TableError(path: path, reason: "the baseline contradicts itself") }
    }
}

extension NumericProfile {
    /// What was read from a file fits together.
    var isConsistent: Bool {
        deciles.counts.count == deciles.edges.count && widths.counts.count == widths.edges.count
            && (count == 0) == ordered.isEmpty && zip(ordered, ordered.dropFirst()).allSatisfy { $0 <= $1 }
            && (ordered.isEmpty || quantiles.count == Self.probabilities.count) && count >= 0 && nulls >= 0
            && (deciles.counts + widths.counts).allSatisfy { $0 >= 0 } && rankErrorMax >= 0 && rankErrorMax <= count
    }
}

extension CategoryProfile {
    /// What was read from a file fits together.
    var isConsistent: Bool {
        categories.count == counts.count && Set(categories).count == categories.count
            && counts.allSatisfy { $0 >= 0 } && nulls >= 0 && others >= 0
    }
}
