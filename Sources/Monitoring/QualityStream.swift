// The quality of a stream: columns counted by accumulators as the rows come.
import Foundation
import Statistics

/// Quality of rows without end, in memory that does not grow with them.
public struct QualityStream: Sendable {
    /// With more numeric columns correlations are not told: they grow with the square of their number.
    public static let correlatedMax = 200
    /// More counts of all chunks and columns together are refused.
    public static let countsMax = 1_000_000

    /// The column to look for leaks of, if any.
    public var label: String?
    /// How rows are put into chunks; nil for none.
    public var chunking: Chunking?
    /// Values of numbers are sketched beyond so many bytes.
    public var bytesMax: Int

    /// A request.
    public init(label: String? = nil, chunking: Chunking? = nil, bytesMax: Int = DriftRequest.streamBytesMaxUsual) {
        self.label = label
        self.chunking = chunking
        self.bytesMax = bytesMax
    }

    /// One column so far: numbers, or categories.
    private struct Counted {
        var numbers: NumericAccumulator?
        var categories = CategoryAccumulator()
        var chunks: [Int: QualityCounts] = [:]
        var nulls: Int { numbers?.nulls ?? categories.nulls }
        var infinities: Int { numbers?.infinities ?? 0 }
    }

    private struct Names: Hashable {
        let x: String
        let y: String
    }

    /// Reads a file, or standard input for `-`. What a column holds is settled by the first values of it.
    ///
    /// - Throws: `TableError` with line and column.
    public func report(
        path: String, reader: TableReader = TableReader()
    ) throws(TableError) -> (input: MeasurementReport.Input, result: ReportObject) {
        var columns: [String: Counted] = [:]
        var order: [String] = []
        var pairs: [Names: RunningPair] = [:]
        var chunks = chunking.map { StreamedChunks($0, timeZone: reader.timeZone) }
        let time = chunking?.column
        let wanted = time.map { Set([$0]) }
        let input = try TableBlocks(reader: reader, wanted: nil).read(path: path) {
            wanted?.contains($0) ?? false ? .time : .inferred
        } body: { block, rowsBefore throws(TableError) in
            guard block.rows > 0 else { return }
            let table = try reader.table(block, path: path)
            if let time, table[time] == nil {
                throw TableError(path: path, reason: "there is no column \"\(time)\"")
            }
            let places = try chunks?.places(
                rows: table.rows, rowsBefore: rowsBefore, times: time.flatMap { table[$0]?.numbers } ?? [], path: path)
            let measured = table.columns.filter { $0.name != time }
            for column in measured where columns[column.name] == nil {
                order.append(column.name)
                columns[column.name] = Counted()
            }
            let exactMax = bytesMax / 8 / 3 / max(1, order.count)
            var taken = measured.map { columns.removeValue(forKey: $0.name) ?? Counted() }
            taken.withUnsafeMutableBufferPointer { taken in
                _ = concurrently(measured.count) { i in
                    Self.add(measured[i], rowsBefore, exactMax, places, &taken[i])
                }
            }
            for (column, counted) in zip(measured, taken) { columns[column.name] = counted }
            add(measured.filter(\.isNumeric), &pairs)
            guard (chunks == nil ? 0 : columns.values.reduce(0) { $0 + $1.chunks.count }) <= Self.countsMax else {
                throw TableError(
                    path: path, reason: "the chunks of all columns need too much memory: make chunks larger")
            }
        }
        // In the order of the file, as members of NDJSON may come late.
        var result = report(order.map { ($0, columns[$0] ?? Counted()) }, pairs, rows: input.rows)
        if let chunks {
            result["chunking"] = chunks.report
            result["chunks"] = .array(
                try chunks.heads(path).map { number, head in
                    .object(
                        Quality.chunk(
                            head,
                            order.map { name in
                                let column = columns[name] ?? Counted()
                                return (name, column.numbers != nil, column.chunks[number] ?? QualityCounts())
                            }))
                })
        }
        return (input, result)
    }

    private static func add(
        _ column: Column, _ rowsBefore: Int, _ exactMax: Int, _ places: [Int]?, _ counted: inout Counted
    ) {
        if let numbers = column.numbers {
            var own = counted.numbers ?? NumericAccumulator(exactMax: exactMax)
            // Rows before the first one that has the member.
            let missing = rowsBefore - own.moments.count - own.nulls - own.infinities
            if missing > 0 { own.add([Double](repeating: .nan, count: missing)) }
            own.add(numbers)
            counted.numbers = own
        } else {
            counted.numbers = nil
            let missing = rowsBefore - counted.categories.count - counted.categories.nulls
            counted.categories.addNulls(max(0, missing) + column.nulls)
            for (category, count) in zip(column.categories, column.categoryCounts()) where count > 0 {
                counted.categories.add(category, times: count)
            }
        }
        guard let places else { return }
        var start = 0
        while start < places.count {
            let chunk = places[start]
            var end = start + 1
            while end < places.count, places[end] == chunk { end += 1 }
            if chunk != .min {
                var part = counted.chunks.removeValue(forKey: chunk) ?? QualityCounts()
                if let numbers = column.numbers {
                    part.add(numbers[start..<end])
                } else if let codes = column.codes {
                    part.add(codes: codes[start..<end])
                }
                counted.chunks[chunk] = part
            }
            start = end
        }
    }

    private func add(_ numeric: [Column], _ pairs: inout [Names: RunningPair]) {
        guard numeric.count <= Self.correlatedMax else { return }
        var names: [(Names, Int, Int)] = []
        for i in numeric.indices {
            for j in i..<numeric.count { names.append((Names(x: numeric[j].name, y: numeric[i].name), j, i)) }
        }
        var taken = names.map { pairs[$0.0] ?? RunningPair() }
        taken.withUnsafeMutableBufferPointer { taken in
            _ = concurrently(names.count) { k in
                let (x, y) = (numeric[names[k].1].numbers ?? [], numeric[names[k].2].numbers ?? [])
                for i in x.indices where !x[i].isNaN && !y[i].isNaN { taken[k].add(x[i], y[i]) }
            }
        }
        for (name, pair) in zip(names, taken) { pairs[name.0] = pair }
    }

    private func report(_ columns: [(name: String, counted: Counted)], _ pairs: [Names: RunningPair], rows: Int)
        -> ReportObject
    {
        var out = ReportObject()
        out["rows"] = .integer(rows)
        out["columns"] = .integer(columns.count)
        out["nulls"] = .object(ReportObject(columns.map { ($0.name, .integer($0.counted.nulls)) }))
        out["null_rate"] = .object(
            ReportObject(columns.map { ($0.name, .number(Double($0.counted.nulls) / Double(max(1, rows)))) }))
        var unique = ReportObject()
        var constant: [String] = []
        var almost: [String] = []
        var unknown: [String] = []
        for (name, counted) in columns {
            guard let found = Self.values(counted) else {
                unique[name] = .null
                unique[name + "_reason"] = .string("the values were sketched")
                let moments = counted.numbers?.moments
                if let moments, moments.minimum == moments.maximum {
                    constant.append(name)
                } else {
                    unknown.append(name)
                }
                continue
            }
            unique[name] = .integer(found.unique)
            if found.unique <= 1 {
                constant.append(name)
            } else if Double(found.top) >= Quality.almostConstantShare * Double(found.count) {
                almost.append(name)
            }
        }
        out["unique_nonnull"] = .object(unique)
        out["duplicate_rows_extra"] = .null
        out["duplicate_rows_extra_reason"] = .string("all rows are needed, and a stream keeps none")
        out["constant_columns"] = .array(constant.map { .string($0) })
        out["almost_constant_columns"] = .array(almost.map { .string($0) })
        if !unknown.isEmpty { out["almost_constant_unknown"] = .array(unknown.map { .string($0) }) }
        out["infinities"] = .object(
            ReportObject(
                columns.filter { $0.counted.infinities > 0 }.map { ($0.name, .integer($0.counted.infinities)) }))
        let numeric = columns.filter { $0.counted.numbers.map { $0.moments.count > 0 && $0.infinities == 0 } ?? false }
        if numeric.count > Self.correlatedMax {
            out["pearson"] = .null
            out["pearson_reason"] = .string("more than \(Self.correlatedMax) numeric columns")
        } else {
            let names = numeric.map(\.name)
            func pair(_ i: Int, _ j: Int) -> Double? {
                pairs[Names(x: names[max(i, j)], y: names[min(i, j)])]?.correlation
            }
            out["pearson"] = .object(
                ReportObject(
                    names.indices.map { i in
                        (
                            names[i],
                            .object(ReportObject(names.indices.map { (names[$0], ReportValue(pair(i, $0))) }))
                        )
                    }))
            if let label, let index = names.firstIndex(of: label) {
                out["label_leakage"] = .array(
                    names.indices.filter { $0 != index && abs(pair(index, $0) ?? 0) >= Quality.leakageCorrelation }
                        .map { .string(names[$0]) })
            }
        }
        out["spearman"] = .null
        out["spearman_reason"] = .string("ranks of all values are needed, and a stream keeps none")
        return out
    }

    /// Distinct values, the most frequent one's count and all; nil when they were sketched.
    private static func values(_ counted: Counted) -> (unique: Int, top: Int, count: Int)? {
        guard let numbers = counted.numbers else {
            let categories = counted.categories
            guard categories.others == 0 else { return nil }
            return (categories.counts.count, categories.counts.values.max() ?? 0, categories.count)
        }
        guard numbers.isExact else { return nil }
        let sorted = numbers.ordered().values
        var unique = 0
        var top = 0
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            unique += 1
            top = max(top, end - start)
            start = end
        }
        return (unique, top, sorted.count)
    }
}
