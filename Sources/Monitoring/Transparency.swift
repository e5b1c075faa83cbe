// Transparency of an AI system as numbers: which decisions were explained, who was told, how steady explanations are.
import Foundation
import Statistics

/// Shares of decisions and people as a report object (ISO/IEC 42001, A.6.2.7 and A.8.2).
public enum Transparency {
    /// The columns of a record of decisions, one decision a row.
    public struct Columns: Sendable {
        /// The explanation or reason code that was made.
        public var explanation: String?
        /// Whether, or when, the explanation was delivered to the person.
        public var delivered: String?
        /// Whether, or when, the person was told that AI is used.
        public var informed: String?
        /// Who is affected; without it each decision counts as one person.
        public var person: String?
        /// Groups whose shares are compared.
        public var group: String?

        /// No columns.
        public init(
            explanation: String? = nil, delivered: String? = nil, informed: String? = nil, person: String? = nil,
            group: String? = nil
        ) {
            self.explanation = explanation
            self.delivered = delivered
            self.informed = informed
            self.person = person
            self.group = group
        }

        /// All names.
        public var names: [String] { [explanation, delivered, informed, person, group].compactMap { $0 } }
    }

    /// Measures a record of decisions.
    ///
    /// In a column that holds nothing but 0 and 1, true and false, or yes and no, these mean what they say; in any other
    /// one a value means yes, such as a reason code or a time. What was not recorded counts as not done, because nothing
    /// shows that it was, and is counted apart. A person is informed when every decision about them says so.
    ///
    /// - Parameters:
    ///   - table: the columns as categories.
    ///   - minimumSize: smaller groups are shown but not compared.
    /// - Throws: `MeasureError` when a column is missing or none is named.
    public static func report(
        table: Table, columns: Columns, minimumSize: Int = 30
    ) throws(MeasureError) -> ReportObject {
        try check(columns)
        var counted = TransparencyAccumulator()
        try counted.add(table, columns)
        return report(counted, columns, minimumSize)
    }

    /// Measures a record of decisions, a file or standard input for `-`, as a stream.
    ///
    /// Counts of decisions are exact. When people do not fit into the memory given, those whose id has a hash of a kind are
    /// counted, and shares are those of a sample: `sampled_share` says of how many, `share_se` how far that leads on average.
    /// When texts do not fit, `distinct` is not told, and `most_frequent_share` can be off by `most_frequent_share_error_max`.
    ///
    /// - Parameter bytesMax: the memory that people and texts may take.
    /// - Throws: `TableError` for what is wrong with the file, `MeasureError` when no column is named.
    public static func report(
        path: String, columns: Columns, minimumSize: Int = 30, bytesMax: Int = DriftRequest.streamBytesMaxUsual,
        reader: TableReader = TableReader()
    ) throws -> (input: MeasurementReport.Input, result: ReportObject) {
        try check(columns)
        var counted = TransparencyAccumulator(bytesMax: bytesMax)
        let names = Set(columns.names)
        let input = try TableBlocks(reader: reader, wanted: names).read(path: path) {
            names.contains($0) ? .category : .ignored
        } body: { block, _ throws(TableError) in
            guard block.rows > 0 else { return }
            let table = try reader.table(block, path: path)
            do throws(MeasureError) { try counted.add(table, columns) } catch {
                throw TableError(path: path, reason: error.description)
            }
        }
        return (input, report(counted, columns, minimumSize))
    }

    private static func check(_ columns: Columns) throws(MeasureError) {
        guard columns.explanation != nil || columns.informed != nil else {
            throw MeasureError("a column of explanations or of information of people is needed")
        }
        guard columns.delivered == nil || columns.explanation != nil else {
            throw MeasureError("delivery needs a column of explanations")
        }
    }

    private static func report(
        _ counted: TransparencyAccumulator, _ columns: Columns, _ minimumSize: Int
    ) -> ReportObject {
        var out = ReportObject()
        out["decisions"] = .integer(counted.rows)
        let cells = counted.cells
        if columns.explanation != nil {
            var object = share(counted.explained(cells))
            let nulls = counted.explanation.counts[0]
            object["not_recorded"] = .integer(nulls)
            // One text for all decisions explains none of them.
            let texts = counted.texts
            object.set(
                "distinct", texts.distinct.map { Double($0) }, reason: "the texts do not fit into the memory given")
            if let distinct = texts.distinct { object["distinct"] = .integer(distinct) }
            let recorded = counted.rows - nulls
            object.set(
                "most_frequent_share", recorded > 0 ? Double(texts.most) / Double(recorded) : nil,
                reason: "nothing was recorded")
            if texts.errorMax > 0, recorded > 0 {
                object["most_frequent_share_error_max"] = .number(Double(texts.errorMax) / Double(recorded))
            }
            out["explained"] = .object(object)
            if columns.delivered != nil {
                var object = share(counted.arrived(cells))
                object["not_recorded"] = .integer(counted.delivered.counts[0])
                object["without_explanation"] = .integer(counted.withoutExplanation)
                out["delivered"] = .object(object)
            }
        }
        if columns.informed != nil {
            let isPerPerson = columns.person != nil
            var object = share(isPerPerson ? counted.toldPeople() : counted.told(cells))
            object["per"] = .string(isPerPerson ? "person" : "decision")
            object["not_recorded"] = .integer(counted.informed.counts[0])
            if isPerPerson { object["unknown_people"] = .integer(counted.unknownPeople) }
            if isPerPerson, counted.level > 0 {
                let kept = pow(2, -Double(counted.level))
                object["sampled_share"] = .number(kept)
                object["people_estimated"] = .number(Double(counted.people.count) / kept)
                if let share = object["share"]?.number {
                    let variance = share * (1 - share) / Double(max(1, counted.people.count))
                    object["share_se"] = .number((variance * (1 - kept)).squareRoot())
                }
            }
            out["informed"] = .object(object)
        }
        if columns.group != nil { out["groups"] = .object(groups(counted, columns, minimumSize)) }
        return out
    }

    private static func share(_ share: TransparencyAccumulator.Share) -> ReportObject {
        var out = ReportObject()
        out["n"] = .integer(share.of)
        out["count"] = .integer(share.count)
        out.set("share", share.of > 0 ? Double(share.count) / Double(share.of) : nil, reason: "nobody is known")
        out["wilson95"] = ReportValue(Proportions.wilson(share.count, of: share.of))
        return out
    }

    /// Shares by group, their largest difference among groups that are large enough, and whether chance explains it.
    private static func groups(
        _ counted: TransparencyAccumulator, _ columns: Columns, _ minimumSize: Int
    ) -> ReportObject {
        typealias Share = TransparencyAccumulator.Share
        let names = counted.groups.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let cells = names.map { counted.groups[$0] ?? TransparencyAccumulator.Cells() }
        var flags: [(name: String, shares: [Share])] = []
        if columns.explanation != nil { flags.append(("explained", cells.map(counted.explained))) }
        if columns.delivered != nil { flags.append(("delivered", cells.map(counted.arrived))) }
        if columns.informed != nil {
            let people = columns.person == nil ? nil : counted.toldPeopleByGroup()
            flags.append(
                (
                    "informed",
                    zip(names, cells).map { name, own in people.map { $0[name] ?? Share() } ?? counted.told(own) }
                )
            )
        }
        var out = ReportObject()
        for (flag, all) in flags {
            var object = ReportObject()
            var shares = ReportObject()
            for (name, share) in zip(names, all) where share.of > 0 {
                shares[name] = .object(
                    ReportObject([
                        ("n", .integer(share.of)), ("share", .number(Double(share.count) / Double(share.of))),
                        ("wilson95", ReportValue(Proportions.wilson(share.count, of: share.of))),
                    ]))
            }
            object["shares"] = .object(shares)
            let large = all.filter { $0.of >= max(1, minimumSize) }
            object["not_evaluable"] = .array(
                zip(names, all).filter { $0.1.of > 0 && $0.1.of < minimumSize }.map { .string($0.0) })
            let values = large.map { Double($0.count) / Double($0.of) }
            let difference = values.count > 1 ? (values.max() ?? 0) - (values.min() ?? 0) : nil
            object.set("value", difference, reason: "fewer than two groups have \(minimumSize) rows")
            let test = ContingencyTable(rows: [large.map(\.count), large.map { $0.of - $0.count }])?.chiSquare()
            object["pvalue"] = .number(test?.p.value ?? 1)
            out[flag + "_difference"] = .object(object)
        }
        let adjusted = MultipleTesting.benjaminiHochberg(out.members.map { $0.value["pvalue"]?.number ?? 1 })
        for (key, p) in zip(out.keys, adjusted) {
            guard var object = out[key]?.object else { continue }
            object["fdr_bh"] = .number(p)
            out[key] = .object(object)
        }
        return out
    }
}

extension Transparency {
    /// Rows whose explanations are looked at twice.
    public static let stabilityRowsMax = 50
    /// How far each feature moves, in standard deviations.
    public static let stabilityStep = 0.05

    /// How steady explanations are: the rank correlation (Spearman) between the Shapley values of a row and those of the
    /// same row with each feature moved by a twentieth of its standard deviation, up or down in a fixed pattern, which is
    /// the local stability of Alvarez-Melis & Jaakkola (2018) measured in ranks.
    ///
    /// - Parameters:
    ///   - data: the rows whose standard deviations are taken.
    ///   - rows: the rows whose explanations are looked at; nil for rows taken evenly of the data.
    /// - Throws: `MeasureError` without rows, or when the method does not fit the model.
    public static func stability(
        model: some ScoringModel, data: [[Double]], rows: [[Double]]? = nil, background: [[Double]],
        method: ExplanationMethod
    ) throws(MeasureError) -> ReportObject {
        let rows = rows ?? Explanation.evenly(data, stabilityRowsMax)
        let deviations = model.features.indices.map { feature -> Double in
            var moments = Moments()
            moments.add(data.map { $0[feature] }.filter(\.isFinite))
            return moments.populationVariance?.squareRoot() ?? 0
        }
        let moved = Explanation.nudged(rows, by: deviations.map { $0 * stabilityStep })
        let first = try Explanation.attributions(model: model, rows: rows, background: background, method: method)
        let second = try Explanation.attributions(model: model, rows: moved, background: background, method: method)
        let correlations = zip(first, second).compactMap { a, b -> Double? in
            guard let a, let b else { return nil }
            return a == b ? 1 : Quality.pearson(Quality.midranks(b).ranks, Quality.midranks(a).ranks)
        }
        var out = ReportObject()
        out["method"] = .string(method.rawValue)
        out["step_sd"] = .number(stabilityStep)
        out["n"] = .integer(correlations.count)
        let mean = correlations.isEmpty ? nil : correlations.reduce(0, +) / Double(correlations.count)
        out.set("rank_correlation", mean, reason: "no row has values that differ between features")
        out.set("rank_correlation_min", correlations.min(), reason: "no row has values that differ between features")
        return out
    }
}
