// The report for auditors: every chart is there, says what it shows, and says what is not known.
import Foundation
import Monitoring
import Statistics
import Testing

@Suite struct HTMLReportTests {
    private let nasty = "</title><script>\"'&"

    /// 4,000 scored rows in two large groups and a tiny one, over four months.
    private func table() -> Table {
        var state: UInt64 = 5
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
        let n = 4_000
        let scores = (0..<n).map { _ in next() }
        let labels = scores.map { next() < $0 * 0.8 ? 1.0 : 0 }
        let groups = (0..<n).map { $0 < 8 ? nasty : $0 % 2 == 0 ? "a" : "b" }
        return Table(
            path: "t", sha256: "0123abcd", rows: n, header: [],
            columns: [
                Column(name: "y", numbers: labels), Column(name: "s", numbers: scores),
                Column(name: "g", categories: groups),
                Column(name: "at", numbers: (0..<n).map { Double(20_454 + $0 / 40) * 86_400 }),
                Column(name: nasty, numbers: scores.enumerated().map { $0.element + ($0.offset > 2_000 ? 1 : 0) }),
            ])
    }

    private func columns(_ table: Table) throws -> BinaryColumns {
        try BinaryColumns(table: table, label: "y", prediction: nil, score: "s")
    }

    private func page(_ measure: String, _ result: ReportObject, _ rules: [String] = []) throws -> String {
        let html = HTMLReport.html(
            try MeasurementReport(
                measure: measure, inputs: [.init(table())], result: result, rules: rules.map { try DecisionRule($0) }),
            made: Date(timeIntervalSince1970: 1_772_323_200))
        #expect(html.contains("0123abcd"), "the hash of the data")
        #expect(html.contains("definitions") && html.contains("version \(MeasurementReport.version)"))
        #expect(html.contains("2026-03-01T00:00:00Z") && html.contains("<h2>Methods</h2>"))
        #expect(!html.contains("<script") && !html.contains("http"), "nothing is run or loaded")
        #expect(!html.contains("nan") && !html.contains("inf\"") && !html.contains("NaN"))
        for tag in ["svg", "g", "figure", "div", "details", "table", "tr", "text", "span", "title"] {
            let opened = html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count
            #expect(opened - 2 == html.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
        }
        return html
    }

    private func count(_ html: String, _ text: String) -> Int { html.components(separatedBy: text).count - 1 }

    @Test func performanceShowsBothCurvesAndTheTrend() throws {
        let table = table()
        let columns = try columns(table)
        var result = Performance.binary(columns.sample)
        result["curves"] = .object(Performance.curves(columns.sample))
        let chunks = try Chunks(table, by: .period(.month, column: "at"))
        result["chunking"] = chunks.report
        result["chunks"] = Performance.chunks(chunks, columns: columns)
        let html = try page("performance", result)
        #expect(html.contains("aria-label=\"ROC curve\"") && html.contains("aria-label=\"precision-recall curve\""))
        #expect(html.contains("ROC AUC over time") && html.contains("class=\"band\"") && html.contains("2026-02"))
        #expect(html.contains("DeLong, DeLong &amp; Clarke-Pearson 1988"))
        // Points of the curve as drawn: from the lower left to the upper right.
        let points = try #require(html.firstMatch(of: /ROC curve.*?<polyline class="mark" points="([^"]*)"/)).1
        let places = points.split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
        #expect(places.count > 50 && places.first == [34, 238] && places.last == [264, 8])
        #expect(zip(places, places.dropFirst()).allSatisfy { $0[0] <= $1[0] && $0[1] >= $1[1] })
    }

    @Test func oneClassHasNoCurveAndSaysWhy() throws {
        let sample = BinarySample(
            labels: [Bool](repeating: true, count: 40), predictions: [Bool](repeating: true, count: 40),
            scores: [Double](repeating: 0.5, count: 40))
        var result = Performance.binary(sample)
        result["curves"] = .object(Performance.curves(sample))
        let html = try page("performance", result)
        #expect(!html.contains("ROC curve") && html.contains("there are rows of one class only"))
        #expect(html.contains("<h2>Not evaluable</h2>") && html.contains("no row is truly negative"))
    }

    @Test func driftOverTimeIsAHeatMapWithNumbersInItsCells() throws {
        let table = table()
        let reference = Table(
            path: "r", sha256: "", rows: 1_000, header: [],
            columns: [
                Column(name: nasty, numbers: (0..<1_000).map { Double($0) / 1_000 }),
                Column(name: "g", categories: (0..<1_000).map { $0 % 2 == 0 ? "a" : "b" }),
            ])
        let side = DriftSide(table: reference)
        let chunks = try Chunks(table, by: .period(.month, column: "at"))
        var result = Drift.report(
            numeric: [nasty], categorical: ["g"], reference: side, current: DriftSide(table: table, against: side))
        result["chunking"] = chunks.report
        result["chunks"] = Drift.chunks(
            chunks, table: table, reference: side, numeric: [nasty], categorical: ["g"])
        let html = try page("drift", result, ["psi_q10>0.25"])
        #expect(html.contains("<h2>Drift over time</h2>") && html.contains("by the clock of GMT"))
        #expect(count(html, "class=\"hot\"") >= 1 && count(html, "class=\"calm\"") >= 1)
        #expect(count(html, "class=\"outline\"") > 10, "distributions are drawn over each other")
        #expect(html.contains("1 breached") || html.contains("breached</span>"))
        let cells = html.matches(of: /<text class="on"[^>]*>([^<]*)</).map { $0.1 }
        #expect(cells.count == 2 * chunks.list.count && cells.allSatisfy { Double($0) != nil })
    }

    @Test func aChunkWithTooFewRowsIsHatchedWithTheReason() throws {
        let table = table()
        let side = DriftSide(table: table)
        let chunks = try Chunks(table, by: .rows(3_980))
        var result = Drift.report(numeric: ["s"], categorical: [], reference: side, current: side)
        result["chunking"] = chunks.report
        result["chunks"] = Drift.chunks(chunks, table: table, reference: side, numeric: ["s"], categorical: [])
        let html = try page("drift", result)
        #expect(html.contains("<rect class=\"hollow\"") && html.contains("insufficient data: 20 values"))
        #expect(html.contains("chunks › 3980 › columns › s"), "the list of what is not evaluable says where")
    }

    @Test func groupsHaveIntervalsAndATinyOneIsHatched() throws {
        let table = table()
        let result = try FairnessReport.reports(table: table, columns: columns(table), attributes: ["g"])
        let html = try page("fairness", result)
        for rate in ["selected", "true positive rate", "false positive rate"] { #expect(html.contains("g: \(rate)")) }
        #expect(count(html, "class=\"whisker\"") >= 3 * 2 * 3, "an interval is a line with two ends")
        #expect(html.contains("class=\"hollow\"") && html.contains("n = 8"))
    }

    @Test func reliabilityHasIntervalsAndShares() throws {
        let html = try page("calibration", CalibrationReport.binary(columns(table()).sample))
        #expect(count(html, "reliability curve") == 3 && count(html, "class=\"whisker\"") == 35)
        #expect(html.contains("ECE") && html.contains("Hosmer &amp; Lemeshow 1980"))
    }

    @Test func anEstimateWithChunksShowsThemOverTime() throws {
        let table = table()
        let columns = try columns(table)
        let chunks = try Chunks(table, by: .rows(500))
        let result = try Estimate.report(
            reference: columns.sample, current: Estimate.Unlabelled(table: table, prediction: nil, score: "s"),
            chunks: chunks)
        let html = try page("estimate", result)
        #expect(html.contains("accuracy over time") && html.contains("class=\"band\"") && html.contains("CBPE"))
    }
}
