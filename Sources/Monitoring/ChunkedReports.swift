// Fairness, calibration and quality chunk by chunk.
import Foundation
import Statistics

extension FairnessReport {
    /// What each group got in every chunk, and how far the groups are apart there: over groups of the minimum size in that
    /// chunk, as in `evaluable`.
    static func chunks(_ chunks: Chunks, columns: BinaryColumns, groups: Groups, minimumSize: Int) -> ReportValue {
        let place = Places(kept: columns.rows)
        let sample = columns.sample
        return .array(
            concurrently(chunks.list.count) { i in
                let rows = place.of(chunks.list[i].rows)
                let own = BinarySample(
                    labels: rows.map { sample.labels[$0] }, predictions: rows.map { sample.predictions[$0] },
                    scores: sample.hasScores ? rows.map { sample.scores[$0] } : [])
                let counts = count(own, Groups(names: groups.names, codes: rows.map { groups.codes[$0] }), median: nil)
                return .object(
                    chunk(
                        chunks.head(chunks.list[i]),
                        zip(groups.names, counts).map { ChunkGroup(name: $0, counts: $1) }, complete: rows.count,
                        minimumSize: minimumSize, hasScores: sample.hasScores))
            })
    }

    /// What one group got in a chunk.
    struct ChunkGroup {
        let name: String
        let counts: GroupCounts
        /// How far its AUC can be off, if it comes from a grid.
        var aucErrorMax: Double?
    }

    /// One chunk.
    static func chunk(
        _ head: ReportObject, _ all: [ChunkGroup], complete: Int, minimumSize: Int, hasScores: Bool
    ) -> ReportObject {
        let present = all.filter { $0.counts.confusion.count > 0 }
        let known = present.reduce(0) { $0 + $1.counts.confusion.count }
        let large = present.filter { $0.counts.confusion.count >= minimumSize }
        var out = head
        out["n"] = .integer(known)
        out["incomplete"] = .integer(Int(head["rows"]?.number ?? 0) - complete)
        out["unknown"] = .integer(complete - known)
        out["not_evaluable"] = .array(
            present.filter { $0.counts.confusion.count < minimumSize }.map { .string($0.name) })
        for member in summary(large.map(\.counts), .leftOut).members { out[member.key] = member.value }
        if !hasScores {
            for key in ["auc_difference", "calibration_ece_difference"] {
                out.set(key, nil, reason: "there are no scores")
            }
        } else if out["auc_difference"]?.number != nil {
            // The two groups that are furthest apart are off at most.
            let errors = large.compactMap(\.aucErrorMax)
            if let most = errors.max() { out["auc_difference_error_max"] = .number(2 * most) }
        }
        setSelectionTest(large.map(\.counts.confusion), &out)
        var groups = ReportObject()
        for one in present {
            let counts = one.counts.confusion
            var group = ReportObject([("n", .integer(counts.count))])
            group.set("selection_rate", counts.selectionRate, reason: "the group is empty")
            group["wilson95_selection_rate"] = ReportValue(Proportions.wilson(counts.selected, of: counts.count))
            let noPositives = "the group has no positives"
            let noNegatives = "the group has no negatives"
            group.set("tpr", counts.truePositiveRate, reason: noPositives)
            group.set("fpr", counts.falsePositiveRate, reason: noNegatives)
            group.set("ppv", counts.precision, reason: "nobody in the group was selected")
            group.set("accuracy", counts.accuracy, reason: "the group is empty")
            let noScores = "there are no scores"
            group.set(
                "roc_auc", one.counts.auc,
                reason: !hasScores ? noScores : counts.positives == 0 ? noPositives : noNegatives)
            group["roc_auc_error_max"] = one.aucErrorMax.map { .number($0) }
            group.set("ece_width10", hasScores ? one.counts.bins.expectedError : nil, reason: noScores)
            groups[one.name] = .object(group)
        }
        out["groups"] = .object(groups)
        return out
    }
}

extension CalibrationReport {
    /// Whether scores mean what they say in every chunk: bins of equal width, Brier score, Spiegelhalter's test.
    ///
    /// - Throws: `MeasureError` without scores.
    public static func chunks(_ chunks: Chunks, columns: BinaryColumns) throws(MeasureError) -> ReportValue {
        let sample = columns.sample
        guard sample.hasScores else { throw MeasureError("calibration needs a score") }
        let place = Places(kept: columns.rows)
        return .array(
            concurrently(chunks.list.count) { i in
                var counted = PerformanceAccumulator(cells: 1)
                for row in place.of(chunks.list[i].rows) {
                    counted.add(
                        label: sample.labels[row], prediction: sample.predictions[row], score: sample.scores[row])
                }
                return .object(chunk(chunks.head(chunks.list[i]), counted))
            })
    }

    /// One chunk.
    static func chunk(_ head: ReportObject, _ counted: PerformanceAccumulator) -> ReportObject {
        var out = head
        let n = counted.grid.confusion.count
        out["n"] = .integer(n)
        out["incomplete"] = .integer(Int(head["rows"]?.number ?? 0) - n)
        summary(counted, &out)
        for (name, bins) in [("width10", counted.width10), ("width15", counted.width15)] {
            var object = ReportObject()
            object.set("ece", bins.expectedError, reason: "there are no rows")
            object.set("mce", bins.maximumError, reason: "there are no rows")
            object.set("rmsce", bins.rootMeanSquareError, reason: "there are no rows")
            out[name] = .object(object)
        }
        return out
    }
}

/// What is counted of a column for its quality; mergeable.
struct QualityCounts {
    var moments = Moments()
    var rows = 0
    var nulls = 0
    var infinities = 0

    /// Adds numbers, null as NaN.
    mutating func add(_ values: some Sequence<Double>) {
        var finite: [Double] = []
        for value in values {
            rows += 1
            if value.isFinite { finite.append(value) } else if value.isNaN { nulls += 1 } else { infinities += 1 }
        }
        moments.add(finite)
    }

    /// Adds categories, null as −1.
    mutating func add(codes: some Sequence<Int32>) {
        for code in codes {
            rows += 1
            nulls += code < 0 ? 1 : 0
        }
    }
}

extension Quality {
    /// Null rates and, of numbers, mean and extremes in every chunk.
    public static func chunks(_ chunks: Chunks, table: Table) -> ReportValue {
        let measured = table.columns.filter { $0.name != chunks.chunking.column }
        let counted = concurrently(measured.count) { i in
            chunks.list.map { chunk -> QualityCounts in
                var counts = QualityCounts()
                if let numbers = measured[i].numbers {
                    counts.add(chunk.rows.lazy.map { numbers[Int($0)] })
                } else if let codes = measured[i].codes {
                    counts.add(codes: chunk.rows.lazy.map { codes[Int($0)] })
                }
                return counts
            }
        }
        return .array(
            chunks.list.indices.map { place in
                .object(
                    chunk(
                        chunks.head(chunks.list[place]),
                        measured.indices.map { (measured[$0].name, measured[$0].isNumeric, counted[$0][place]) }))
            })
    }

    /// One chunk.
    static func chunk(
        _ head: ReportObject, _ columns: [(name: String, isNumeric: Bool, counts: QualityCounts)]
    ) -> ReportObject {
        var out = head
        out["n"] = head["rows"]
        var rates = ReportObject()
        for column in columns {
            let rows = column.counts.rows
            rates.set(
                column.name, rows > 0 ? Double(column.counts.nulls) / Double(rows) : nil, reason: "there are no rows")
        }
        out["null_rate"] = .object(rates)
        let infinite = columns.filter { $0.counts.infinities > 0 }
        out["infinities"] = .object(ReportObject(infinite.map { ($0.name, .integer($0.counts.infinities)) }))
        let values: [(String, (Moments) -> Double)] = [
            ("mean", \.mean), ("minimum", \.minimum), ("maximum", \.maximum),
        ]
        for (key, value) in values {
            var object = ReportObject()
            for column in columns where column.isNumeric {
                let moments = column.counts.moments
                object.set(column.name, moments.count > 0 ? value(moments) : nil, reason: "there are no values")
            }
            out[key] = .object(object)
        }
        return out
    }
}
