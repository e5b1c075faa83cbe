// Drift, performance and estimates chunk by chunk.
import Foundation
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
        let rows = chunks.list.map(\.rows)
        // A column's places live for as long as it is counted only.
        let measured = concurrently(numeric.count + categorical.count) { i -> (name: String, course: [ReportObject])? in
            guard i < numeric.count else {
                let name = categorical[i - numeric.count]
                guard let column = table[name], let profile = reference.categorical[name] else { return nil }
                return ChunkedColumn(column: column, profile: profile).map { (name, $0.course(rows)) }
            }
            guard let values = table[numeric[i]]?.numbers, let profile = reference.numeric[numeric[i]] else {
                return nil
            }
            return (numeric[i], ChunkedColumn(values: values, profile: profile).course(rows))
        }.compactMap(\.self)
        return .array(
            chunks.list.enumerated().map { place, chunk in
                var out = chunks.head(chunk)
                out["columns"] = .object(ReportObject(measured.map { ($0.name, .object($0.course[place])) }))
                return .object(out)
            })
    }
}

/// What is counted of a column in one chunk.
struct ChunkCounts {
    /// By bin or category.
    var counts: [Int]
    var nulls = 0
    var infinities = 0

    /// The chunk against the reference.
    ///
    /// - Parameter reference: one count for each place; places beyond its end are categories that it lacks.
    func drift(reference: [Int]) -> ReportObject {
        let size = max(counts.count, reference.count)
        let r = reference + [Int](repeating: 0, count: size - reference.count)
        let c = counts + [Int](repeating: 0, count: size - counts.count)
        let n = c.reduce(0, +)
        let rows = n + nulls + infinities
        var out = ReportObject()
        out["n"] = .integer(n)
        out["nulls"] = .integer(nulls)
        out.set("null_rate", rows == 0 ? nil : Double(nulls) / Double(rows), reason: "there are no rows")
        let reason: String? =
            if infinities > 0 {
                "\(infinities) infinite values"
            } else if n < Drift.rowsMin {
                "insufficient data: \(n) values, at least \(Drift.rowsMin) are needed"
            } else if reference.allSatisfy({ $0 == 0 }) {
                "the reference has no values"
            } else {
                nil
            }
        // Categories that neither side has in this chunk count on no side.
        let used = (0..<size).filter { c[$0] > 0 || r[$0] > 0 }
        let first = used.map { r[$0] }
        let second = used.map { c[$0] }
        let none = reason ?? "there are no bins"
        out.set(
            "psi", reason == nil ? Divergence.populationStability(reference: first, current: second) : nil, reason: none
        )
        out.set(
            "js_distance_base2",
            reason == nil ? Divergence.jensenShannonDistance(reference: first, current: second, base2: true) : nil,
            reason: none)
        // Chance alone moves a small chunk: the test says whether it explains the shift.
        let test = reason == nil ? ContingencyTable(rows: [first, second])?.chiSquare() : nil
        out.set("chi2_pvalue", test?.p.value, reason: reason ?? "one bin only")
        return out
    }

    /// The chunks of a column in order against the reference, with the evidence of all chunks up to each: who looks after
    /// every chunk is misled with the stated probability only.
    static func course(_ chunks: [ChunkCounts], reference: [Int]) -> [ReportObject] {
        // Categories that the reference lacks are one bin, as bins must not be chosen by what comes.
        var total = [Int](repeating: 0, count: reference.count + 1)
        return chunks.map { chunk in
            for (place, count) in chunk.counts.enumerated() { total[min(place, reference.count)] += count }
            var out = chunk.drift(reference: reference)
            out.set(
                "log_e_value", EqualDistributions.logEValue(reference: reference + [0], current: total),
                reason: "a side has no values so far")
            return out
        }
    }
}

/// A column whose chunks are compared with a reference.
private struct ChunkedColumn {
    private let reference: [Int]
    private let size: Int
    /// The bin or category of each row; −1 for null, −2 for a value in none.
    private let places: [Int32]

    init(values: [Double], profile: NumericProfile) {
        reference = profile.deciles.counts
        size = reference.count
        let edges = profile.deciles.edges
        places = values.map { $0.isNaN ? -1 : $0.isFinite ? Int32(edges.bin(of: $0)) : -2 }
    }

    init?(column: Column, profile: CategoryProfile) {
        guard let codes = column.codes, profile.others == 0 else { return nil }
        var index = Dictionary(uniqueKeysWithValues: zip(profile.categories, profile.categories.indices))
        let map = column.categories.map { category -> Int32 in
            if let known = index[category] { return Int32(known) }
            index[category] = index.count
            return Int32(index.count - 1)
        }
        reference = profile.counts
        size = index.count
        places = codes.map { $0 < 0 ? -1 : map[Int($0)] }
    }

    func course(_ chunks: [[Int32]]) -> [ReportObject] {
        ChunkCounts.course(chunks.map(counted), reference: reference)
    }

    private func counted(_ rows: [Int32]) -> ChunkCounts {
        var counted = ChunkCounts(counts: [Int](repeating: 0, count: size))
        for row in rows {
            let place = Int(places[Int(row)])
            if place >= 0 {
                counted.counts[place] += 1
            } else if place == -1 {
                counted.nulls += 1
            } else {
                counted.infinities += 1
            }
        }
        return counted
    }
}

/// The drift of the chunks of a stream, counted over the bins and categories of the reference as rows come.
struct DriftStreamChunks {
    /// More counts of all chunks and columns together are refused: some 80 MB.
    static let countsMax = 10_000_000

    private var chunks: StreamedChunks
    private var columns: [Counted]

    /// The column of times, if chunks are made of one.
    var time: String? { chunks.time }

    fileprivate struct Counted {
        let name: String
        let edges: BinEdges?
        let reference: [Int]
        var index: [String: Int]
        /// Where categories beyond the limit are counted together.
        var others: Int?
        var chunks: [Int: ChunkCounts] = [:]
        var cells: Int { chunks.values.reduce(0) { $0 + $1.counts.count + 3 } }
    }

    init(
        _ chunking: Chunking, timeZone: TimeZone, reference: DriftSide, numeric: [String], categorical: [String]
    ) {
        chunks = StreamedChunks(chunking, timeZone: timeZone)
        columns = numeric.compactMap { name in
            reference.numeric[name].map {
                Counted(name: name, edges: $0.deciles.edges, reference: $0.deciles.counts, index: [:])
            }
        }
        columns += categorical.compactMap { name in
            guard let profile = reference.categorical[name], profile.others == 0 else { return nil }
            return Counted(
                name: name, edges: nil, reference: profile.counts,
                index: Dictionary(uniqueKeysWithValues: zip(profile.categories, profile.categories.indices)))
        }
    }

    mutating func add(_ block: TableReader.ParsedBlock, rowsBefore: Int, path: String) throws(TableError) {
        var times: [Double] = []
        if let time, let column = block.header.firstIndex(of: time) {
            for parser in block.parsers {
                times += UnsafeBufferPointer(start: parser.sinks[column].numbers, count: parser.rows)
            }
        }
        let places = try chunks.places(rows: block.rows, rowsBefore: rowsBefore, times: times, path: path)
        columns.withUnsafeMutableBufferPointer { columns in
            _ = concurrently(columns.count) { i in
                guard let column = block.header.firstIndex(of: columns[i].name) else { return }
                columns[i].add(block, column, places)
            }
        }
        guard columns.reduce(0, { $0 + $1.cells }) <= Self.countsMax else {
            throw TableError(
                path: path, reason: "the chunks of all columns need too much memory: make chunks larger or name columns"
            )
        }
    }

    func report(_ path: String) throws(TableError) -> [(String, ReportValue)] {
        let heads = try chunks.heads(path)
        let measured = concurrently(columns.count) { i in
            let counts = heads.map { columns[i].chunks[$0.number] ?? ChunkCounts(counts: []) }
            return ChunkCounts.course(counts, reference: columns[i].reference)
        }
        let list = heads.enumerated().map { place, chunk -> ReportValue in
            var out = chunk.head
            out["columns"] = .object(
                ReportObject(columns.indices.map { (columns[$0].name, .object(measured[$0][place])) }))
            return .object(out)
        }
        return [("chunking", chunks.report), ("chunks", .array(list))]
    }
}

extension DriftStreamChunks.Counted {
    fileprivate mutating func add(_ block: TableReader.ParsedBlock, _ column: Int, _ places: [Int]) {
        var row = 0
        for parser in block.parsers {
            let sink = parser.sinks[column]
            var map: [Int] = []
            if edges == nil {
                map = (0..<sink.dictionary.count).map { code in
                    let category = String(decoding: sink.dictionary.bytes(code), as: UTF8.self)
                    if let known = index[category] { return known }
                    if let others { return others }
                    index[category] = index.count
                    if index.count > CategoryAccumulator.categoriesMax { others = index.count - 1 }
                    return index.count - 1
                }
            }
            var local = 0
            while local < parser.rows {
                // The counts of a run of one chunk are taken out once.
                let chunk = places[row + local]
                var end = local + 1
                while end < parser.rows, places[row + end] == chunk { end += 1 }
                if chunk != .min {
                    let size = edges == nil ? index.count : reference.count
                    var counted = chunks.removeValue(forKey: chunk) ?? ChunkCounts(counts: [])
                    if counted.counts.count < size {
                        counted.counts += [Int](repeating: 0, count: size - counted.counts.count)
                    }
                    if let edges, let numbers = sink.numbers {
                        for i in local..<end {
                            let value = numbers[i]
                            if value.isFinite {
                                counted.counts[edges.bin(of: value)] += 1
                            } else if value.isNaN {
                                counted.nulls += 1
                            } else {
                                counted.infinities += 1
                            }
                        }
                    } else if let codes = sink.codes {
                        for i in local..<end {
                            if codes[i] >= 0 { counted.counts[map[Int(codes[i])]] += 1 } else { counted.nulls += 1 }
                        }
                    }
                    chunks[chunk] = counted
                }
                local = end
            }
            row += parser.rows
        }
    }
}

extension Performance {
    /// The performance of every chunk of a binary classifier.
    ///
    /// - Parameter columns: label, decision and score of the table that the chunks are of.
    public static func chunks(_ chunks: Chunks, columns: BinaryColumns) -> ReportValue {
        let place = Places(kept: columns.rows)
        let keys = keys(.binary)
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
            out.append(
                .object(picked(keys(.multiclass), whole, chunks.head(chunk), Int(whole["incomplete"]?.number ?? 0))))
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
            out.append(
                .object(picked(keys(.regression), whole, chunks.head(chunk), Int(whole["incomplete"]?.number ?? 0))))
        }
        return .array(out)
    }

    /// The members of a result that a chunk shows.
    static func keys(_ kind: ClassifierStream.Kind) -> [String] {
        switch kind {
        case .binary:
            [
                "n", "base_rate", "selection_rate", "accuracy", "precision", "recall", "specificity", "f1", "roc_auc",
                "roc_auc_error_max", "delong", "log_loss_eps", "brier", "wilson95_accuracy", "wilson95_precision",
                "wilson95_recall", "wilson95_selection_rate",
            ]
        case .multiclass:
            ["n", "accuracy", "balanced_accuracy", "f1_macro", "f1_weighted", "mcc", "kappa", "wilson95_accuracy"]
        case .regression: ["n", "mae", "rmse", "mape", "r2", "mean_error"]
        }
    }

    /// The members of a result that a chunk shows, each with its reason.
    static func picked(
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
