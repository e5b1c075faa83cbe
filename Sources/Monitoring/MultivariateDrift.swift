// Drift that no column shows alone: rows that the reference's components do not give back, correlations that changed.
import Foundation
import Statistics

/// Drift over many columns at once, as a report object.
public enum MultivariateDrift {
    /// Components are kept until they hold more than this share of the variance (NannyML's value).
    public static let varianceShare = 0.65
    /// Without a chunk's size the reference is cut into so many.
    public static let chunksUsual = 10
    /// The most columns: work and memory grow with their square.
    public static let columnsMax = 200
    /// The most pairs of columns that are listed.
    public static let pairsMax = 50

    /// Measures two tables.
    ///
    /// - Parameters:
    ///   - numeric: columns of numbers in both tables; the others are left out and named.
    ///   - categorical: columns of categories in both tables; each category counts as its share in the reference.
    ///   - chunk: rows per chunk; nil for a tenth of the reference.
    public static func report(
        reference: Table, current: Table, numeric: [String], categorical: [String], chunk: Int? = nil
    ) -> ReportObject {
        var out = ReportObject()
        let usable = numeric.filter { name in
            [reference[name], current[name]].allSatisfy { column in
                column.map { $0.numbers != nil && $0.infinities == 0 && $0.nulls < ($0.numbers?.count ?? 0) } ?? false
            }
        }
        let usableCategories = categorical.filter { name in
            [reference[name], current[name]].allSatisfy { column in
                column.map { $0.codes != nil && $0.nulls < ($0.codes?.count ?? 0) } ?? false
            }
        }
        out["left_out"] = .array(
            (numeric.filter { !usable.contains($0) } + categorical.filter { !usableCategories.contains($0) })
                .map { .string($0) })
        guard usable.count + usableCategories.count <= columnsMax else {
            let reason = "more than \(columnsMax) columns: name those that matter"
            for key in ["reconstruction", "correlation"] {
                out[key] = .null
                out[key + "_reason"] = .string(reason)
            }
            return out
        }
        let first = usable.map { reference[$0]?.numbers ?? [] }
        let second = usable.map { current[$0]?.numbers ?? [] }
        if usable.count + usableCategories.count > 1 {
            let shares = usableCategories.compactMap { name -> (reference: [Double], current: [Double])? in
                guard let a = reference[name], let b = current[name] else { return nil }
                return coded(a, b)
            }
            let imputed = zip(first, second).map(imputed)
            out["reconstruction"] = .object(
                reconstruction(
                    usable + usableCategories, imputed.map(\.reference) + shares.map(\.reference),
                    imputed.map(\.current) + shares.map(\.current), chunk))
        } else {
            out["reconstruction"] = .null
            out["reconstruction_reason"] = .string("fewer than two columns have values")
        }
        if usable.count > 1 {
            out["correlation"] = .object(correlation(usable, first, second))
        } else {
            out["correlation"] = .null
            out["correlation_reason"] = .string("fewer than two numeric columns have values")
        }
        return out
    }

    /// Nulls as the mean of the reference.
    private static func imputed(
        _ reference: [Double], _ current: [Double]
    ) -> (reference: [Double], current: [Double]) {
        var moments = Moments()
        moments.add(reference.filter { !$0.isNaN })
        let mean = moments.mean
        return (reference.map { $0.isNaN ? mean : $0 }, current.map { $0.isNaN ? mean : $0 })
    }

    /// Categories as their share of the reference's rows, nulls as the most frequent one, unseen ones as 0.
    private static func coded(_ reference: Column, _ current: Column) -> (reference: [Double], current: [Double]) {
        var counts = reference.categoryCounts()
        let top = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
        let rows = Double(reference.codes?.count ?? 0)
        counts[top] += reference.nulls
        let shares = counts.map { Double($0) / rows }
        let map = Dictionary(uniqueKeysWithValues: zip(reference.categories, shares))
        let other = current.categories.map { map[$0] ?? 0 }
        return (
            (reference.codes ?? []).map { $0 < 0 ? shares[top] : shares[Int($0)] },
            (current.codes ?? []).map { $0 < 0 ? shares[top] : other[Int($0)] }
        )
    }

    // MARK: Reconstruction

    private static func reconstruction(
        _ names: [String], _ reference: [[Double]], _ current: [[Double]], _ chunk: Int?
    ) -> ReportObject {
        let model = fitted(reference)
        let rows = reference.first?.count ?? 0
        let size = max(1, chunk ?? (rows + chunksUsual - 1) / chunksUsual)
        let first = errors(model, reference)
        let second = errors(model, current)
        // The last chunk of the reference may be too small to show what is usual.
        var usual = Moments()
        usual.add(means(first, size))
        let deviation = usual.count >= LossEstimate.referenceChunksMin ? usual.populationVariance?.squareRoot() : nil
        let reason =
            "the reference has \(usual.count) whole chunks, at least \(LossEstimate.referenceChunksMin) are needed"
        var all = (Moments(), Moments())
        all.0.add(first)
        all.1.add(second)
        var out = ReportObject()
        out["columns"] = .array(names.map { .string($0) })
        out["n"] = .integer(min(first.count, second.count))
        out["components"] = .integer(model.components.count)
        out["explained_variance"] = .number(model.explained)
        out["error_ref"] = .number(all.0.mean)
        out["error_cur"] = .number(all.1.mean)
        var change = ReportObject()
        // Without any error in the reference what is left are its rounding errors.
        change.set(
            "value", all.0.mean > 1e-9 ? abs(all.1.mean / all.0.mean - 1) : nil,
            reason: "the components give the reference back without error")
        if let test = MeanComparison.welch(all.0, all.1), let p = test.p { change["pvalue"] = .number(p.value) }
        out["relative_change"] = .object(change)
        out["chunk"] = .integer(size)
        out["reference_chunks"] = .integer(usual.count)
        out.set("lower", deviation.map { max(0, usual.mean - 3 * $0) }, reason: reason)
        out.set("upper", deviation.map { usual.mean + 3 * $0 }, reason: reason)
        var outside = 0
        let chunks = stride(from: 0, to: second.count, by: size).map { start -> ReportValue in
            let part = Array(second[start..<min(second.count, start + size)])
            var moments = Moments()
            moments.add(part)
            var object = ReportObject()
            object["first_row"] = .integer(start)
            object["n"] = .integer(part.count)
            object["error"] = .number(moments.mean)
            object.set(
                "sampling_error", moments.sampleVariance.map { ($0 / Double(part.count)).squareRoot() },
                reason: "the chunk has one row")
            let distance = deviation.flatMap { $0 > 0 ? abs(moments.mean - usual.mean) / $0 : nil }
            object.set(
                "deviations", distance, reason: deviation == nil ? reason : "the reference's chunks do not differ")
            outside += distance.map { $0 > 3 } ?? false ? 1 : 0
            var change = ReportObject()
            change.set(
                "value", all.0.mean > 1e-9 ? abs(moments.mean / all.0.mean - 1) : nil,
                reason: "the components give the reference back without error")
            // How often chunks of the reference would be as far from their mean.
            if let distance { change["pvalue"] = .number(erfc(distance / 2.0.squareRoot())) }
            object["relative_change"] = .object(change)
            return .object(object)
        }
        out.set("chunks_outside", deviation.map { _ in Double(outside) / Double(chunks.count) }, reason: reason)
        out["chunks"] = .array(chunks)
        return out
    }

    private static func fitted(_ columns: [[Double]]) -> PrincipalComponents {
        let moments = concurrently(columns.count) { i -> Moments in
            var moments = Moments()
            moments.add(columns[i])
            return moments
        }
        let n = Double(columns.first?.count ?? 0)
        let scales = moments.map { $0.isConstant ? 0 : $0.populationVariance?.squareRoot() ?? 0 }
        let pairs = columns.indices.flatMap { i in (i..<columns.count).map { (i, $0) } }
        let values = concurrently(pairs.count) { k -> Double in
            let (i, j) = pairs[k]
            guard scales[i] > 0, scales[j] > 0 else { return 0 }
            var sum = 0.0
            for row in columns[i].indices {
                sum += (columns[i][row] - moments[i].mean) * (columns[j][row] - moments[j].mean)
            }
            return sum / n / scales[i] / scales[j]
        }
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: columns.count), count: columns.count)
        for ((i, j), value) in zip(pairs, values) {
            matrix[i][j] = value
            matrix[j][i] = value
        }
        return PrincipalComponents(
            means: moments.map(\.mean), scales: scales, correlations: matrix, share: varianceShare)
    }

    private static func errors(_ model: PrincipalComponents, _ columns: [[Double]]) -> [Double] {
        let rows = columns.first?.count ?? 0
        let block = 16_384
        return Array(
            concurrently((rows + block - 1) / block) { piece -> [Double] in
                var row = [Double](repeating: 0, count: columns.count)
                return (piece * block..<min(rows, (piece + 1) * block)).map { i in
                    for column in columns.indices { row[column] = columns[column][i] }
                    return model.reconstructionError(row)
                }
            }.joined())
    }

    /// Of whole chunks.
    private static func means(_ values: [Double], _ size: Int) -> [Double] {
        (0..<values.count / size).map { values[$0 * size..<($0 + 1) * size].reduce(0, +) / Double(size) }
    }

    // MARK: Correlation

    private struct Pair {
        let a: String
        let b: String
        let reference: Double
        let current: Double
        let p: Double?
        var change: Double { abs(current - reference) }
    }

    /// Pearson's correlations of complete pairs on both sides, and what changed.
    private static func correlation(
        _ names: [String], _ reference: [[Double]], _ current: [[Double]]
    ) -> ReportObject {
        let places = names.indices.flatMap { i in (i + 1..<max(i + 1, names.count)).map { (i, $0) } }
        let gaps = (reference.map { $0.contains { $0.isNaN } }, current.map { $0.contains { $0.isNaN } })
        let found = concurrently(places.count) { k -> Pair? in
            let (i, j) = places[k]
            let first = complete(reference[i], reference[j], hasNulls: gaps.0[i] || gaps.0[j])
            let second = complete(current[i], current[j], hasNulls: gaps.1[i] || gaps.1[j])
            guard let a = Quality.pearson(first.y, first.x), let b = Quality.pearson(second.y, second.x) else {
                return nil
            }
            let p = CorrelationComparison.p(a, pairs: first.x.count, b, pairs: second.x.count)
            return Pair(a: names[i], b: names[j], reference: a, current: b, p: p)
        }.compactMap { $0 }
        let adjusted = MultipleTesting.benjaminiHochberg(found.map { $0.p ?? 1 })
        let order = found.indices.sorted { (-found[$0].change, $0) < (-found[$1].change, $1) }
        let undefined = "every pair has a column that does not vary"
        var out = ReportObject()
        out["columns"] = .array(names.map { .string($0) })
        out["n"] = .integer(min(reference.first?.count ?? 0, current.first?.count ?? 0))
        out["pairs"] = .integer(found.count)
        out["undefined_pairs"] = .integer(places.count - found.count)
        let squares = found.reduce(0) { $0 + 2 * $1.change * $1.change }
        out.set("frobenius", found.isEmpty ? nil : squares.squareRoot(), reason: undefined)
        out.set(
            "mean_change", found.isEmpty ? nil : found.reduce(0) { $0 + $1.change } / Double(found.count),
            reason: undefined)
        var largest = ReportObject()
        largest.set("value", order.first.map { found[$0].change }, reason: undefined)
        let q = found.indices.max { abs(cohensQ(found[$0])) < abs(cohensQ(found[$1])) }
        var largestQ = ReportObject()
        largestQ.set("value", q.map { abs(cohensQ(found[$0])) }, reason: undefined)
        func judged(_ object: ReportObject, _ place: Int?) -> ReportValue {
            var object = object
            if let place {
                object["pvalue"] = .number(adjusted[place])
                object["pair"] = .array([.string(found[place].a), .string(found[place].b)])
            }
            return .object(object)
        }
        out["max_change"] = judged(largest, order.first)
        out["max_cohens_q"] = judged(largestQ, q)
        out["changed_pairs"] = .array(
            order.prefix(pairsMax).map { place in
                var object = ReportObject()
                object["a"] = .string(found[place].a)
                object["b"] = .string(found[place].b)
                object["ref"] = .number(found[place].reference)
                object["cur"] = .number(found[place].current)
                object["cohens_q"] = .number(cohensQ(found[place]))
                object.set("pvalue", found[place].p, reason: "fewer than four pairs")
                object["fdr_bh"] = .number(adjusted[place])
                return .object(object)
            })
        return out
    }

    private static func cohensQ(_ pair: Pair) -> Double {
        CorrelationComparison.cohensQ(pair.current, pair.reference)
    }

    /// The pairs without a null.
    private static func complete(
        _ x: [Double], _ y: [Double], hasNulls: Bool
    ) -> (x: [Double], y: [Double]) {
        guard hasNulls else { return (x, y) }
        var out: (x: [Double], y: [Double]) = ([], [])
        for i in x.indices where !x[i].isNaN && !y[i].isNaN {
            out.x.append(x[i])
            out.y.append(y[i])
        }
        return out
    }
}
