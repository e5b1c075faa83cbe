// Drift of many columns at once against NannyML, pandas and scikit-learn; drift of attributions; alarms over chunks.
import Foundation
import Monitoring
import Statistics
import Testing

/// The rows of Reference/multivariate_reference.py.
private func rows(_ seed: UInt64, _ n: Int, _ bound: Double, renamed: Bool = false) -> Table {
    var state = seed
    func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / 9_007_199_254_740_992
    }
    var numbers: [[Double]] = [[], [], []]
    var texts: [[String?]] = [[], []]
    for _ in 0..<n {
        let (a, noise, c, k, l, null) = (next(), next(), next(), next(), next(), next())
        numbers[0].append(a)
        numbers[1].append(bound * a + (1 - bound) * noise)
        numbers[2].append(null < 0.1 ? .nan : c * c)
        texts[0].append(k < 0.6 ? "x" : k < 0.9 ? "y" : renamed ? "new" : "z")
        texts[1].append(l < 0.05 ? nil : l < 0.6 ? "p" : "q")
    }
    let columns =
        zip(["a", "b", "c"], numbers).map { Column(name: $0, numbers: $1) }
        + zip(["k", "l"], texts).map { Column(name: $0, categories: $1) }
    return Table(path: "t", sha256: "", rows: n, header: columns.map(\.name), columns: columns)
}

private struct Peer: Decodable {
    struct Gain: Decodable { let gains, scores: [Double], value: Double }
    let components: Int
    let explained, lower, upper: Double
    let error, sampling_error, fisher_p: [Double]
    let correlations: [[Double]]
    let ndcg: [Gain]

    static func load() throws -> Peer {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/multivariate_reference.json")
        return try JSONDecoder().decode(Peer.self, from: Data(contentsOf: url))
    }
}

private func near(_ value: ReportValue?, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
    value?.number.map { abs($0 - expected) <= tolerance * max(abs(expected), 1e-3) } ?? false
}

private func list(_ value: ReportValue?) -> [ReportValue] { if case .array(let values)? = value { values } else { [] } }

private func multivariate(_ reference: Table, _ current: Table, chunk: Int?) -> ReportObject {
    MultivariateDrift.report(
        reference: reference, current: current, numeric: ["a", "b", "c"], categorical: ["k", "l"], chunk: chunk)
}

private func judged(_ result: ReportObject, _ hysteresis: Hysteresis? = nil, rules: String = "") throws -> [Decision] {
    try MeasurementReport(
        measure: "drift", inputs: [], result: ReportObject([("multivariate", .object(result))]),
        rules: try DecisionRule.list(rules), hysteresis: hysteresis
    ).decisions
}

@Suite struct MultivariateTests {
    @Test func reconstructionIsThatOfNannyML() throws {
        let peer = try Peer.load()
        let result = multivariate(rows(1, 3_000, 0.9), rows(2, 2_000, 0.3, renamed: true), chunk: 500)
        let found = result["reconstruction"]
        #expect(found?["components"]?.number == Double(peer.components))
        #expect(near(found?["explained_variance"], peer.explained))
        #expect(near(found?["lower"], peer.lower) && near(found?["upper"], peer.upper))
        let chunks = list(found?["chunks"])
        #expect(chunks.count == 4 && peer.error.count == 4)
        for (chunk, (error, sampling)) in zip(chunks, zip(peer.error, peer.sampling_error)) {
            #expect(near(chunk["error"], error) && near(chunk["sampling_error"], sampling))
        }
        #expect(found?["chunks_outside"]?.number == 1)
        let decisions = try judged(result)
        let broken = Set(decisions.filter { $0.outcome == .breached }.map(\.rule.text))
        #expect(
            broken == [
                "multivariate.reconstruction.relative_change>0.1", "multivariate.correlation.max_cohens_q>0.3",
            ])
        #expect(decisions.count { $0.subject.hasPrefix("chunk ") } == 4)
        #expect(decisions.filter { $0.subject.hasPrefix("chunk ") }.allSatisfy { $0.outcome == .breached })
        let given = try judged(result, Hysteresis(needed: 3, of: 4), rules: "multivariate.reconstruction.deviations>3")
        #expect(given.first { $0.subject == "alarm, 3 of 4" }?.outcome == .breached)
    }

    @Test func correlationsAreThoseOfPandasAndTheirTestIsFishers() throws {
        let peer = try Peer.load()
        let result = multivariate(rows(1, 3_000, 0.9), rows(2, 2_000, 0.3), chunk: nil)
        let pairs = list(result["correlation"]?["changed_pairs"])
        #expect(pairs.count == 3)
        #expect(pairs.first?["a"] == .string("a") && pairs.first?["b"] == .string("b"))
        for ((names, expected), p) in zip(
            zip([["a", "b"], ["a", "c"], ["b", "c"]], peer.correlations), peer.fisher_p)
        {
            let pair = try #require(
                pairs.first { $0["a"] == .string(names[0]) && $0["b"] == .string(names[1]) })
            #expect(near(pair["ref"], expected[0]) && near(pair["cur"], expected[1]))
            #expect(abs((pair["pvalue"]?.number ?? .nan) - p) < 1e-6 * max(p, 1e-9), "\(names)")
        }
        let changes = peer.correlations.map { abs($0[1] - $0[0]) }
        #expect(near(result["correlation"]?["max_change"]?["value"], changes.max() ?? .nan))
        let squares = changes.reduce(0) { $0 + 2 * $1 * $1 }
        #expect(near(result["correlation"]?["frobenius"], squares.squareRoot()))
    }

    @Test func noChangeIsNoDriftAndMarginalsNeedNotMove() throws {
        let calm = try judged(multivariate(rows(1, 4_000, 0.9), rows(3, 4_000, 0.9), chunk: nil))
        #expect(calm.allSatisfy { $0.outcome == .within }, "\(calm)")
        // `b` mirrored: each column alone is what it was, together they are not.
        let reference = rows(1, 4_000, 0.9)
        let mirrored = Table(
            path: "t", sha256: "", rows: 4_000, header: reference.header,
            columns: reference.columns.map { column in
                column.name == "b" ? Column(name: "b", numbers: (column.numbers ?? []).map { 1 - $0 }) : column
            })
        let result = multivariate(reference, mirrored, chunk: nil)
        let broken = try judged(result).filter { $0.outcome == .breached }.map(\.rule.text)
        #expect(broken.contains("multivariate.correlation.max_cohens_q>0.3"))
        #expect(broken.contains("multivariate.reconstruction.relative_change>0.1"))
    }

    @Test func columnsThatCannotTakePartAreNamed() throws {
        let good = rows(1, 200, 0.5)
        let columns = [
            Column(name: "a", numbers: [Double](repeating: .nan, count: 200)),
            Column(name: "b", numbers: [.infinity] + [Double](repeating: 1, count: 199)),
            Column(name: "c", numbers: [Double](repeating: 4, count: 200)),
        ]
        let bad = Table(
            path: "t", sha256: "", rows: 200, header: ["a", "b", "c"], columns: columns)
        let result = MultivariateDrift.report(
            reference: good, current: bad, numeric: ["a", "b", "c"], categorical: ["k"])
        #expect(result["left_out"] == .array([.string("a"), .string("b"), .string("k")]))
        #expect(result["reconstruction_reason"] == .string("fewer than two columns have values"))
        #expect(result["correlation_reason"] == .string("fewer than two numeric columns have values"))
        #expect(try judged(result).allSatisfy { $0.outcome == .notEvaluable })
        let constant = Table(
            path: "t", sha256: "", rows: 200, header: ["c", "d"],
            columns: [columns[2], Column(name: "d", numbers: columns[2].numbers ?? [])])
        let flat = MultivariateDrift.report(
            reference: constant, current: constant, numeric: ["c", "d"], categorical: [])
        #expect(flat["correlation"]?["undefined_pairs"]?.number == 1)
        #expect(
            flat["correlation"]?["max_change"]?["value_reason"] == .string("every pair has a column that does not vary")
        )
        #expect(flat["reconstruction"]?["relative_change"]?["value"] == .null)
    }

    @Test func gainsAreThoseOfScikitLearn() throws {
        for gain in try Peer.load().ndcg {
            let found = try #require(Ranks.discountedGain(gain.gains, by: gain.scores))
            #expect(abs(found - gain.value) < 1e-12)
        }
        #expect(Ranks.discountedGain([0, 0], by: [1, 2]) == nil)
        #expect(Ranks.discountedGain([3, 1], by: [9, 2]) == 1)
    }

    /// A logistic model on one feature or the other by the sign of the third would be no model of ours: two rows sets in
    /// which another feature varies do the same.
    @Test func attributionsDriftWhenAnotherFeatureMatters() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("model-\(UUID().uuidString).json")
        try Data(#"{"kind":"logistic","features":["a","b","c"],"coefficients":[1,1,1],"intercept":0}"#.utf8).write(
            to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let model = try DeclaredModel(contentsOf: url.path)
        func side(_ spread: [Double]) -> [[Double]] {
            var state: UInt64 = 5
            return (0..<60).map { _ in
                spread.map { width in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return (Double(state >> 11) / 9_007_199_254_740_992 - 0.5) * width
                }
            }
        }
        let background = [[0.0, 0, 0]]
        let same = try AttributionDrift.report(
            model: model, reference: side([4, 2, 0.5]), current: side([4, 2, 0.5]), background: background,
            method: .exact)
        #expect(same["ndcg"]?.number == 1 && same["rank_correlation"]?.number == 1)
        let moved = try AttributionDrift.report(
            model: model, reference: side([4, 2, 0.5]), current: side([0.5, 2, 4]), background: background,
            method: .exact)
        #expect(near(moved["rank_correlation"], -1))
        let gains = list(moved["mean_absolute_ref"]).compactMap(\.number)
        let expected =
            (gains[2] + gains[1] / log2(3) + gains[0] / 2) / (gains[0] + gains[1] / log2(3) + gains[2] / 2)
        #expect(near(moved["ndcg"], expected) && expected < 0.9)
        let decisions = try MeasurementReport(
            measure: "explain", inputs: [], result: ReportObject([("attribution_drift", .object(moved))]), rules: []
        ).decisions
        #expect(decisions.map(\.outcome) == [.breached])
    }
}

@Suite struct ChunkDecisionTests {
    /// Chunks whose accuracy is given; nil is a chunk with too few rows.
    private func result(_ accuracies: [Double?]) -> ReportObject {
        let chunks = accuracies.enumerated().map { i, accuracy in
            ReportValue.object(
                ReportObject([
                    ("first_row", .integer(i * 100)), ("n", .integer(accuracy == nil ? 8 : 100)),
                    ("accuracy", .number(accuracy ?? 0)),
                ]))
        }
        return ReportObject([
            ("n", .integer(1_000)), ("estimated", .object(ReportObject([("accuracy", .number(0.9))]))),
            ("chunks", .array(chunks)),
        ])
    }

    private func judged(_ accuracies: [Double?], _ hysteresis: Hysteresis?) throws -> MeasurementReport {
        try MeasurementReport(
            measure: "estimate", inputs: [], result: result(accuracies),
            rules: try DecisionRule.list("accuracy<0.8"), hysteresis: hysteresis)
    }

    @Test func withoutAnAlarmEachChunkDecides() throws {
        let report = try judged([0.9, 0.7, 0.9], nil)
        #expect(
            report.decisions.map(\.subject) == [
                "all", "chunk 0 from row 0", "chunk 1 from row 100", "chunk 2 from row 200",
            ])
        #expect(report.decisions.map(\.outcome) == [.within, .within, .breached, .within])
        #expect(report.isBreached)
    }

    @Test func oneBadChunkRaisesNoAlarmAndOneGoodChunkEndsNone() throws {
        let hysteresis = Hysteresis(needed: 2, of: 3)
        let once = try judged([0.9, 0.7, 0.9, 0.9], hysteresis)
        #expect(!once.isBreached && once.decisions.last?.outcome == .within)
        #expect(once.decisions.last?.reason == "1 of the last 3 chunks breached; never raised")
        #expect(once.decisions.contains { $0.outcome == .breached && !$0.isDeciding })
        let twice = try judged([0.7, 0.9, 0.7, 0.9], hysteresis)
        #expect(twice.isBreached && twice.decisions.last?.subject == "alarm, 2 of 3")
        #expect(
            twice.decisions.last?.reason
                == "1 of the last 3 chunks breached; on after chunk 2 from row 200, chunk 3 from row 300")
        let ended = try judged([0.7, 0.7, 0.9, 0.9, 0.9], hysteresis)
        #expect(!ended.isBreached && ended.decisions.last?.value == 0)
    }

    @Test func chunksAreDrawnWithTheBandOfTheReference() throws {
        var drawn = result([0.9, 0.7, nil])
        drawn["reference_chunks"] = .object(ReportObject([("mae_lower", .number(0.1)), ("mae_upper", .number(0.2))]))
        let chunks = [0.15, 0.12, 0.3].map { ReportValue.object(ReportObject([("mae", .number($0))])) }
        drawn["chunks"] = .array(chunks)
        let page = HTMLReport.html(
            try MeasurementReport(measure: "estimate", inputs: [], result: drawn, rules: []))
        #expect(page.contains("<h2>Against what is usual</h2>") && page.contains("<figcaption>mae</figcaption>"))
        #expect(page.components(separatedBy: "class=\"ideal\"").count == 3, "two edges of the band")
        #expect(page.components(separatedBy: "<circle").count == 4, "one point a chunk")
        let plain = HTMLReport.html(
            try MeasurementReport(measure: "estimate", inputs: [], result: result([]), rules: []))
        #expect(!plain.contains("<h2>Against what is usual</h2>"))
    }

    @Test func chunksTooSmallToJudgeDoNotCount() throws {
        let report = try judged([0.7, nil, nil, 0.7], Hysteresis(needed: 2, of: 2))
        #expect(report.isBreached)
        #expect(report.decisions.map(\.outcome).count { $0 == .notEvaluable } == 2)
        let few = try judged([0.7, nil], Hysteresis(needed: 2, of: 3))
        #expect(few.decisions.last?.outcome == .notEvaluable && !few.isBreached)
        #expect(few.decisions.last?.reason == "1 chunks can be judged, at least 2 are needed")
    }
}
