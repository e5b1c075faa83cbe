// Drift, performance and estimates chunk by chunk.
import Statistics

extension Drift {
    /// The drift of every chunk against the reference, over the bins and categories of the reference: what a heat map
    /// over time shows.
    ///
    /// A column with fewer than `rowsMin` values in a chunk has no PSI, and the reason beside it: the PSI of pure noise
    /// is about (bins − 1)(1/n + 1/m) (Yurdakul 2018), which is large for small n.
    public static func chunks(
        _ chunks: Chunks, table: Table, reference: DriftSide, numeric: [String], categorical: [String]
    ) -> ReportValue {
        let columns = numeric.compactMap { name -> ChunkedColumn? in
            guard let values = table[name]?.numbers, let profile = reference.numeric[name] else { return nil }
            return ChunkedColumn(name: name, values: values, profile: profile)
        }
        let texts = categorical.compactMap { name -> ChunkedColumn? in
            guard let column = table[name], let profile = reference.categorical[name] else { return nil }
            return ChunkedColumn(column: column, profile: profile)
        }
        let all = columns + texts
        let measured = concurrently(all.count) { i in chunks.list.map { all[i].drift($0.rows) } }
        return .array(
            chunks.list.enumerated().map { place, chunk in
                var out = chunks.head(chunk)
                out["columns"] = .object(
                    ReportObject(all.indices.map { (all[$0].name, .object(measured[$0][place])) }))
                return .object(out)
            })
    }
}

/// A column whose chunks are compared with a reference.
private struct ChunkedColumn {
    let name: String
    private let reference: [Int]
    /// The bin or category of each row; −1 for null, −2 for a value in none.
    private let places: [Int32]

    init(name: String, values: [Double], profile: NumericProfile) {
        self.name = name
        reference = profile.deciles.counts
        let edges = profile.deciles.edges
        places = values.map { $0.isNaN ? -1 : $0.isFinite ? Int32(edges.bin(of: $0)) : -2 }
    }

    init?(column: Column, profile: CategoryProfile) {
        guard let codes = column.codes, profile.others == 0 else { return nil }
        name = column.name
        var index = Dictionary(uniqueKeysWithValues: zip(profile.categories, profile.categories.indices))
        var counts = profile.counts
        let map = column.categories.map { category -> Int32 in
            if let known = index[category] { return Int32(known) }
            index[category] = counts.count
            counts.append(0)
            return Int32(counts.count - 1)
        }
        reference = counts
        places = codes.map { $0 < 0 ? -1 : map[Int($0)] }
    }

    func drift(_ rows: [Int32]) -> ReportObject {
        var counts = [Int](repeating: 0, count: reference.count)
        var nulls = 0
        var infinite = 0
        for row in rows {
            let place = Int(places[Int(row)])
            if place >= 0 { counts[place] += 1 } else if place == -1 { nulls += 1 } else { infinite += 1 }
        }
        let n = rows.count - nulls - infinite
        var out = ReportObject()
        out["n"] = .integer(n)
        out["nulls"] = .integer(nulls)
        out.set("null_rate", rows.isEmpty ? nil : Double(nulls) / Double(rows.count), reason: "there are no rows")
        let reason: String? =
            if infinite > 0 {
                "\(infinite) infinite values"
            } else if n < Drift.rowsMin {
                "insufficient data: \(n) values, at least \(Drift.rowsMin) are needed"
            } else if reference.allSatisfy({ $0 == 0 }) {
                "the reference has no values"
            } else {
                nil
            }
        // Categories that neither side has in this chunk count on no side.
        let used = counts.indices.filter { counts[$0] > 0 || reference[$0] > 0 }
        let r = used.map { reference[$0] }
        let c = used.map { counts[$0] }
        out.set(
            "psi", reason == nil ? Divergence.populationStability(reference: r, current: c) : nil,
            reason: reason ?? "there are no bins")
        out.set(
            "js_distance_base2",
            reason == nil ? Divergence.jensenShannonDistance(reference: r, current: c, base2: true) : nil,
            reason: reason ?? "there are no bins")
        return out
    }
}

extension Performance {
    /// The performance of every chunk of a binary classifier.
    ///
    /// - Parameter columns: label, decision and score of the table that the chunks are of.
    public static func chunks(_ chunks: Chunks, columns: BinaryColumns) -> ReportValue {
        let place = Places(kept: columns.rows)
        let keys = [
            "n", "base_rate", "selection_rate", "accuracy", "precision", "recall", "specificity", "f1", "roc_auc",
            "delong", "log_loss_eps", "brier", "wilson95_accuracy", "wilson95_precision", "wilson95_recall",
            "wilson95_selection_rate",
        ]
        return .array(
            concurrently(chunks.list.count) { i in
                let chunk = chunks.list[i]
                let rows = place.of(chunk.rows)
                let sample = columns.sample
                let whole = binary(
                    BinarySample(
                        labels: rows.map { sample.labels[$0] }, predictions: rows.map { sample.predictions[$0] },
                        scores: sample.hasScores ? rows.map { sample.scores[$0] } : []))
                return .object(picked(keys, whole, chunks.head(chunk), chunk.rows.count - rows.count))
            })
    }

    /// The performance of every chunk of a classifier of several classes.
    ///
    /// - Throws: `MeasureError` for a missing column.
    public static func multiclassChunks(
        _ chunks: Chunks, table: Table, label: String, prediction: String
    ) throws(MeasureError) -> ReportValue {
        var out: [ReportValue] = []
        for chunk in chunks.list {
            let whole = try multiclass(table: table.filtered(chunk.rows), label: label, prediction: prediction)
            let keys = [
                "n", "accuracy", "balanced_accuracy", "f1_macro", "f1_weighted", "mcc", "kappa", "wilson95_accuracy",
            ]
            out.append(.object(picked(keys, whole, chunks.head(chunk), Int(whole["incomplete"]?.number ?? 0))))
        }
        return .array(out)
    }

    /// The performance of every chunk of a regression.
    ///
    /// - Throws: `MeasureError` for a missing column.
    public static func regressionChunks(
        _ chunks: Chunks, table: Table, label: String, prediction: String
    ) throws(MeasureError) -> ReportValue {
        var out: [ReportValue] = []
        for chunk in chunks.list {
            let whole = try regression(table: table.filtered(chunk.rows), label: label, prediction: prediction)
            let keys = ["n", "mae", "rmse", "mape", "r2", "mean_error"]
            out.append(.object(picked(keys, whole, chunks.head(chunk), Int(whole["incomplete"]?.number ?? 0))))
        }
        return .array(out)
    }

    /// The members of a result that a chunk shows, each with its reason.
    private static func picked(
        _ keys: [String], _ whole: ReportObject, _ head: ReportObject, _ incomplete: Int
    ) -> ReportObject {
        var out = head
        out["incomplete"] = .integer(incomplete)
        for key in keys {
            out[key] = whole[key]
            out[key + "_reason"] = whole[key + "_reason"]
        }
        return out
    }
}

/// Where rows of a table stand among those that were kept.
struct Places {
    private let places: [Int32]?

    /// - Parameter kept: the rows that were kept, ascending; nil for all.
    init(kept: [Int32]?) {
        guard let kept, let last = kept.last else {
            places = nil
            return
        }
        var places = [Int32](repeating: -1, count: Int(last) + 1)
        for (place, row) in kept.enumerated() { places[Int(row)] = Int32(place) }
        self.places = places
    }

    /// The places of those rows that were kept.
    func of(_ rows: [Int32]) -> [Int] {
        guard let places else { return rows.map { Int($0) } }
        return rows.compactMap { row in
            let row = Int(row)
            return row < places.count && places[row] >= 0 ? Int(places[row]) : nil
        }
    }
}
