// Rules and decisions, and what peers get wrong: nulls, tiny samples, p-values of a million rows, groups too small.
import Foundation
import Monitoring
import Statistics
import Testing

private func normalLike(_ seed: UInt64, _ n: Int, _ shift: Double) -> [Double] {
    var generator = SystemLikeGenerator(state: seed)
    return (0..<n).map { _ in
        (0..<6).reduce(shift) { sum, _ in sum + Double(generator.next() >> 11) / 9_007_199_254_740_992 - 0.5 }
    }
}

private func drift(_ reference: [Column], _ current: [Column]) -> ReportObject {
    func table(_ columns: [Column]) -> Table {
        Table(
            path: "t", sha256: "", rows: columns[0].numbers?.count ?? columns[0].codes?.count ?? 0,
            header: columns.map(\.name), columns: columns)
    }
    let first = DriftSide(table: table(reference))
    let second = DriftSide(table: table(current), against: first)
    return Drift.report(
        numeric: reference.filter(\.isNumeric).map(\.name), categorical: reference.filter { !$0.isNumeric }.map(\.name),
        reference: first, current: second)
}

private func decide(_ result: ReportObject, _ rules: String = "") throws -> [Decision] {
    try MeasurementReport(measure: "drift", inputs: [], result: result, rules: try DecisionRule.list(rules)).decisions
}

@Suite struct DecisionTests {
    @Test func rulesAreReadAndNonsenseIsNot() throws {
        let rule = try DecisionRule("sex.disparate_impact <= 0.8")
        #expect(rule.path == ["sex", "disparate_impact"] && rule.comparison == .atMost && rule.threshold == 0.8)
        #expect(try DecisionRule.list("psi_q10>0.25,ks>=0.1").map(\.comparison) == [.above, .atLeast])
        for text in ["psi", ">0.2", "psi>", "psi>x", "psi=0.2", "psi>nan", "psi>inf"] {
            #expect(throws: MeasureError.self, "\(text)") { try DecisionRule(text) }
        }
    }

    @Test func aLargeShiftIsABreachAndNoShiftIsNot() throws {
        let result = drift(
            [
                Column(name: "same", numbers: normalLike(1, 4_000, 0)),
                Column(name: "moved", numbers: normalLike(2, 4_000, 0)),
            ],
            [
                Column(name: "same", numbers: normalLike(3, 4_000, 0)),
                Column(name: "moved", numbers: normalLike(4, 4_000, 0.6)),
            ])
        let decisions = try decide(result, "psi_q10>0.25")
        let given = decisions.filter(\.rule.isGiven)
        #expect(given.map(\.subject) == ["same", "moved"] && given.map(\.outcome) == [.within, .breached])
        #expect(decisions.filter { $0.outcome == .breached }.allSatisfy { $0.subject == "moved" })
        #expect(try decide(result, "psi_q10.same>0.25").filter(\.rule.isGiven).map(\.subject) == ["same"])
        #expect(try decide(result, "moved.ks>0.1").filter(\.rule.isGiven).map(\.outcome) == [.breached])
        #expect(throws: MeasureError.self) { try decide(result, "nonsense>1") }
        #expect(throws: MeasureError.self) { try decide(result, "psi_q10.nobody>1") }
    }

    @Test func aNullRateFromFiveToTenPercentIsDrift() throws {
        func column(_ seed: UInt64, _ every: Int) -> Column {
            Column(
                name: "x",
                numbers: normalLike(seed, 20_000, 0).enumerated().map { $0.offset % every == 0 ? .nan : $0.element })
        }
        let decisions = try decide(drift([column(1, 20)], [column(2, 10)]))
        #expect(decisions.filter { $0.outcome == .breached }.map(\.rule.text) == ["null_test.difference>0.02"])
    }

    @Test func eightRowsAreInsufficientData() throws {
        let result = drift(
            [Column(name: "x", numbers: normalLike(1, 4_000, 0))], [Column(name: "x", numbers: normalLike(4, 8, 3))])
        let decision = try #require(try decide(result).first { $0.rule.text == "psi_q10>0.25" })
        #expect(decision.outcome == .notEvaluable && decision.value != nil)
        #expect(decision.reason == "insufficient data: 8 values, at least 30 are needed")
    }

    @Test func pValuesOfAMillionRowsDoNotDecideAlone() throws {
        let result = drift(
            [Column(name: "x", numbers: normalLike(1, 1_000_000, 0))],
            [Column(name: "x", numbers: normalLike(2, 1_000_000, 0.01))])
        let p = try #require(result["numeric"]?["x"]?["ks"]?["pvalue_asymp"]?.number)
        #expect(p < 1e-6)
        #expect(try decide(result).allSatisfy { $0.outcome == .within })
    }

    @Test func aLargeEffectThatChanceExplainsIsNoBreachByDefault() throws {
        // 40 rows a side: PSI of pure noise is far above 0.25.
        var noise = 0
        for seed in 1...20 {
            let result = drift(
                [Column(name: "x", numbers: normalLike(UInt64(seed), 40, 0))],
                [Column(name: "x", numbers: normalLike(UInt64(seed) + 100, 40, 0))])
            let decision = try #require(try decide(result).first { $0.rule.text == "psi_q10>0.25" })
            if (decision.value ?? 0) > 0.25 {
                noise += 1
                if (decision.adjustedP ?? 0) > 0.05 { #expect(decision.outcome == .within && decision.reason != nil) }
            }
        }
        #expect(noise > 5)
    }

    @Test func allNullAndInfiniteColumnsAreNotEvaluable() throws {
        let nulls = Column(name: "x", numbers: [Double](repeating: .nan, count: 50))
        let result = drift([Column(name: "x", numbers: normalLike(1, 50, 0))], [nulls])
        let decision = try #require(try decide(result).first { $0.rule.text == "psi_q10>0.25" })
        #expect(decision.outcome == .notEvaluable && decision.reason == "the current data has no values")
        var values = normalLike(2, 50, 0)
        values[3] = .infinity
        let infinite = drift([Column(name: "x", numbers: normalLike(1, 50, 0))], [Column(name: "x", numbers: values)])
        #expect(try decide(infinite).first { $0.rule.text == "psi_q10>0.25" }?.outcome == .notEvaluable)
        let json = ReportValue.object(infinite).json()
        #expect(!json.contains("inf,") && !json.lowercased().contains("nan"))
    }

    @Test func aSmallGroupIsNotEvaluableAndNeverFair() throws {
        let n = 400
        let groups = (0..<n).map { (i: Int) -> String in i < 10 ? "tiny" : i % 2 == 0 ? "a" : "b" }
        let labels = (0..<n).map { (i: Int) -> Double in Double(i / 2 % 2) }
        // Half of a, a quarter of b.
        let predictions = (0..<n).map { (i: Int) -> Double in
            i % 2 == 0 ? Double(i / 4 % 2) : i / 4 % 4 == 0 ? 1 : 0
        }
        let table = Table(
            path: "t", sha256: "", rows: n, header: [],
            columns: [
                Column(name: "y", numbers: labels), Column(name: "p", numbers: predictions),
                Column(name: "g", categories: groups),
            ])
        let columns = try BinaryColumns(table: table, label: "y", prediction: "p", score: nil)
        let result = try FairnessReport.reports(table: table, columns: columns, attributes: ["g"])
        let measurement = try MeasurementReport(
            measure: "fairness", inputs: [], result: result, rules: [try DecisionRule("g.disparate_impact<0.8")])
        #expect(measurement.isBreached)
        let tiny = measurement.decisions.filter { $0.subject == "g=tiny" }
        #expect(!tiny.isEmpty && tiny.allSatisfy { $0.outcome == .notEvaluable && $0.reason != nil })
        #expect(result["g"]?["groups"]?["a"]?["roc_auc"] == .null)
        #expect(result["g"]?["groups"]?["a"]?["roc_auc_reason"] == .string("there are no scores"))
    }

    @Test func oneGroupOneClassAndMissingColumnsAreToldApart() throws {
        let table = Table(
            path: "t", sha256: "", rows: 40, header: [],
            columns: [
                Column(name: "y", numbers: [Double](repeating: 1, count: 40)),
                Column(name: "s", numbers: (0..<40).map { Double($0) / 40 }),
                Column(name: "g", categories: [String?](repeating: "only", count: 40)),
                Column(name: "three", numbers: (0..<40).map { Double($0 % 3) }),
                Column(name: "wide", numbers: (0..<40).map { Double($0) }),
            ])
        let columns = try BinaryColumns(table: table, label: "y", prediction: nil, score: "s")
        let performance = Performance.binary(columns.sample)
        #expect(performance["roc_auc"] == .null && performance["roc_auc_reason"] == .string("no row is truly negative"))
        let fairness = try FairnessReport.reports(table: table, columns: columns, attributes: ["g"])
        #expect(fairness["g"]?["summary"]?["demographic_parity_difference"] == .null)
        let measurement = try MeasurementReport(
            measure: "fairness", inputs: [], result: fairness, rules: [try DecisionRule("disparate_impact<0.8")])
        #expect(measurement.decisions.allSatisfy { $0.outcome == .notEvaluable } && !measurement.isBreached)
        for (label, prediction, score) in [
            ("none", nil, "s"), ("three", nil, "s"), ("y", "none", "s"), ("y", nil, "wide"), ("y", nil, "g"),
            ("y", nil, nil),
        ] as [(String, String?, String?)] {
            #expect(throws: MeasureError.self, "\(label) \(prediction ?? "") \(score ?? "")") {
                try BinaryColumns(table: table, label: label, prediction: prediction, score: score)
            }
        }
        #expect(throws: MeasureError.self) {
            try FairnessReport.reports(table: table, columns: columns, attributes: ["g+none"])
        }
        let calibration = try CalibrationReport.binary(columns.sample)
        #expect(calibration["logistic_recalibration_clip1e-6"] == .null)
    }

    @Test func intersectionsAreGroupsOfPairs() throws {
        let n = 200
        let table = Table(
            path: "t", sha256: "", rows: n, header: [],
            columns: [
                Column(name: "y", numbers: (0..<n).map { Double($0 % 2) }),
                Column(name: "s", numbers: (0..<n).map { Double($0 % 10) / 10 }),
                Column(name: "a", categories: (0..<n).map { $0 % 20 == 0 ? nil : $0 % 3 == 0 ? "x" : "y" }),
                Column(name: "b", categories: (0..<n).map { $0 % 5 == 0 ? "1" : "2" }),
            ])
        let columns = try BinaryColumns(table: table, label: "y", prediction: nil, score: "s")
        let result = try FairnessReport.reports(table: table, columns: columns, attributes: ["a+b", "b+a"])
        #expect(result["a+b"]?["groups"]?.object?.keys == ["x | 1", "x | 2", "y | 1", "y | 2"])
        #expect(result["a+b"]?["unknown"] == .integer(10))
        #expect(result["a+b"]?["groups"]?["x | 1"] == result["b+a"]?["groups"]?["1 | x"])
    }
}

@Suite struct FileTests {
    private func write(_ name: String, _ text: String) throws -> String {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())-\(name)")
        try Data(text.utf8).write(to: url)
        return url.path
    }

    @Test func differentColumnsAreToldAndTypeChangesMeasured() throws {
        let a = try write("a.csv", "x,y\n" + (0..<50).map { "\($0),\($0 % 3)\n" }.joined())
        let b = try write("b.csv", "x,z\n1,2\n")
        let c = try write("c.csv", "x,y\n" + (0..<50).map { "\($0),t\($0 % 3)\n" }.joined())
        defer { for path in [a, b, c] { try? FileManager.default.removeItem(atPath: path) } }
        #expect { try DriftRequest().run(reference: .file(a), current: b) } throws: {
            "\($0)".hasSuffix("the columns differ from those of \(a): without y, with z besides")
        }
        #expect { try DriftRequest(numeric: ["w"]).run(reference: .file(a), current: b) } throws: {
            "\($0)".contains("there is no column \"w\"")
        }
        let (_, result) = try DriftRequest().run(reference: .file(a), current: c)
        #expect(result["type_changes"] == .array([.string("y")]))
        #expect(result["categorical"]?["y"]?["new"] == .array(["t0", "t1", "t2"].map { .string($0) }))
    }

    @Test func bothSidesCanComeFromOneFile() throws {
        func rows(_ month: String, _ seed: UInt64, _ shift: Double) -> [String] {
            normalLike(seed, 200, shift).enumerated().map { "\(month),\($0.element),k\($0.offset % 3)\n" }
        }
        let march = rows("3", 1, 0)
        let april = rows("4", 2, 0.5)
        let mixed = zip(march, april).map { $0 + $1 }.joined()
        let one = try write("one.csv", "month,x,c\n" + mixed + "5,0,k9\n")
        let a = try write("a.csv", "month,x,c\n" + march.joined())
        let b = try write("b.csv", "month,x,c\n" + april.joined())
        defer { for path in [one, a, b] { try? FileManager.default.removeItem(atPath: path) } }
        let split = try DriftRequest().run(file: one, splitBy: "month", reference: "3", current: "4")
        let apart = try DriftRequest(ignored: ["month"]).run(reference: .file(a), current: b)
        #expect(split.result == apart.result && split.inputs.map(\.rows) == [200, 200])
        #expect { try DriftRequest().run(file: one, splitBy: "month", reference: "3", current: "6") } throws: {
            "\($0)".hasSuffix("no row has \"6\" in column \"month\"")
        }
        #expect(throws: TableError.self) {
            try DriftRequest().run(file: one, splitBy: "year", reference: "3", current: "4")
        }
    }

    @Test func brokenBaselinesAreRefused() throws {
        let a = try write("a.csv", "x,y\n" + (0..<50).map { "\($0),t\($0 % 3)\n" }.joined())
        let whole = String(decoding: try DriftRequest().baseline(reference: a, name: "n").encoded(), as: UTF8.self)
        // Maps that nothing can be looked up in.
        let rows = (0..<200).map { "\($0 * 37 % 100 < 50 ? 1 : 0),\(Double($0 * 37 % 100) / 250)\n" }.joined()
        let b = try write("c.csv", "y,s\n" + rows)
        let scored = try EstimateStream(prediction: nil, score: "s", bytesMax: 1 << 20)
            .reference(path: b, label: "y").counted
        let mapped = String(
            decoding: try DriftRequest().baseline(reference: b, name: "n", scored: scored).encoded(), as: UTF8.self)
        let damaged = [("\"x\":[", "\"x\":[],\"was\":["), ("\"y\":[", "\"y\":[],\"was\":[")].map { old, new in
            (mapped.replacingOccurrences(of: old, with: new), "contradicts itself")
        }
        #expect(damaged.allSatisfy { $0.0 != mapped })
        for (text, reason) in [
            ("{}", "this is not a baseline"), ("nonsense", "this is not a baseline"),
            (whole.replacingOccurrences(of: "\"version\":1}", with: "\"version\":9}"), "the baseline has version 9"),
            (String(whole.dropLast(20)), "this is not a baseline"),
            (
                whole.replacingOccurrences(of: "\"numericNames\":[\"x\"]", with: "\"numericNames\":[\"q\"]"),
                "contradicts itself"
            ),
        ] + damaged {
            let path = try write("b.json", text)
            defer { try? FileManager.default.removeItem(atPath: path) }
            #expect { try Baseline(contentsOf: path) } throws: { "\($0)".contains(reason) }
        }
        for path in [a, b] { try FileManager.default.removeItem(atPath: path) }
    }

    @Test func aLargeBaselineIsSmallAndNear() throws {
        let n = 60_000
        func text(_ seed: UInt64, _ shift: Double) -> String {
            "x\n" + normalLike(seed, n, shift).map { "\($0)\n" }.joined()
        }
        let a = try write("a.csv", text(1, 0))
        let b = try write("b.csv", text(2, 0.1))
        defer { for path in [a, b] { try? FileManager.default.removeItem(atPath: path) } }
        let request = DriftRequest()
        let baseline = try request.baseline(reference: a, name: "n")
        #expect(try baseline.encoded().count < 120_000)
        let exact = try request.run(reference: .file(a), current: b).result["numeric"]?["x"]
        let near = try request.run(reference: .baseline(baseline), current: b).result["numeric"]?["x"]
        #expect(near?["psi_q10"] == exact?["psi_q10"] && near?["stats_ref"] == exact?["stats_ref"])
        let error = try #require(near?["ks"]?["statistic_error_max"]?.number)
        let difference = abs(
            try #require(near?["ks"]?["statistic"]?.number) - (try #require(exact?["ks"]?["statistic"]?.number)))
        #expect(difference <= error && error < 0.001)
        #expect(near?["mann_whitney"] == .null && near?["mann_whitney_reason"] != nil)
    }
}

@Suite struct StreamTests {
    @Test func aStreamGivesWhatTheFileGives() throws {
        func text(_ seed: UInt64, _ n: Int) -> String {
            "x,\"c\"\n"
                + normalLike(seed, n, 0.1).enumerated().map { i, value in
                    i % 50 == 7 ? ",\"k\n\(i % 4)\"\n" : "\(value),k\(i % 4)\n"
                }.joined()
        }
        let folder = FileManager.default.temporaryDirectory
        let a = folder.appendingPathComponent("\(UUID())-a.csv")
        let b = folder.appendingPathComponent("\(UUID())-b.csv")
        try Data(text(1, 5_000).utf8).write(to: a)
        // More than one block.
        try Data(text(2, 700_000).utf8).write(to: b)
        defer { for url in [a, b] { try? FileManager.default.removeItem(at: url) } }
        let whole = try DriftRequest().run(reference: .file(a.path), current: b.path)
        let exact = try DriftRequest(streamBytesMax: 1 << 30).run(reference: .file(a.path), current: b.path)
        #expect(exact.inputs == whole.inputs)
        #expect(exact.result["categorical"] == whole.result["categorical"])
        let first = whole.result["numeric"]?["x"]
        for key in ["psi_q10", "psi_w10", "ks", "wasserstein", "null_test", "cramer_von_mises"] {
            #expect(exact.result["numeric"]?["x"]?[key] == first?[key], "\(key)")
        }
        let sketched = try DriftRequest(streamBytesMax: 1 << 20).run(reference: .file(a.path), current: b.path)
        let near = sketched.result["numeric"]?["x"]
        #expect(sketched.inputs == whole.inputs && near?["psi_q10"] == first?["psi_q10"])
        let error = try #require(near?["ks"]?["statistic_error_max"]?.number)
        let found = try #require(near?["ks"]?["statistic"]?.number)
        let wanted = try #require(first?["ks"]?["statistic"]?.number)
        #expect(error > 0 && error < 0.02 && abs(found - wanted) <= error)
        #expect(near?["stats_cur"]?["unique"] == .null)
    }

    @Test func errorsInLaterBlocksNameTheirLine() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv")
        let reference = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv")
        defer { for file in [url, reference] { try? FileManager.default.removeItem(at: file) } }
        try Data("x,y\n1,2\n".utf8).write(to: reference)
        let row = String(repeating: "1", count: 15) + ",2\n"
        try Data(("x,y\n" + String(repeating: row, count: 700_000) + "oops,2\n").utf8).write(to: url)
        #expect {
            try DriftRequest(streamBytesMax: 1 << 20).run(reference: .file(reference.path), current: url.path)
        } throws: { "\($0)".hasSuffix("line 700002, column 1 (x): \"oops\" is not a number") }
    }
}
