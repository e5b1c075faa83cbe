// The worked case of the definitions, matched whole: every number of edge.core.json is made from the two files.
import Foundation
import Monitoring
import Statistics
import Testing

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Reference")

/// Every place where a result differs from what is expected. Keys that only another library gives are left out; an
/// expected error is an undefined value of ours, with a reason.
private func differences(_ found: ReportValue?, _ expected: Any, _ path: String) -> [String] {
    switch expected {
    case let object as [String: Any]:
        if object["error"] != nil {
            return found == .null ? [] : ["\(path): \(String(describing: found)), expected none"]
        }
        guard let own = found?.object else { return ["\(path): no object"] }
        return object.sorted { $0.key < $1.key }.flatMap { key, value -> [String] in
            if key.hasSuffix("_evidently") { return [] }
            if value is NSNull, own[key] == .null, !path.contains("pearson"), !path.contains("spearman"),
                own[key + "_reason"] == nil, !["pvalue", "z_pvalue"].contains(key)
            {
                return ["\(path).\(key): null without a reason"]
            }
            return differences(own[key], value, path + "." + key)
        }
    case let list as [Any]:
        guard case .array(let own)? = found, own.count == list.count else {
            return ["\(path): \(String(describing: found)), expected \(list)"]
        }
        return zip(own, list).enumerated().flatMap { differences($1.0, $1.1, path + "[\($0)]") }
    case let text as String:
        return found == .string(text) ? [] : ["\(path): \(String(describing: found)), expected \(text)"]
    case is NSNull: return found == .null ? [] : ["\(path): \(String(describing: found)), expected null"]
    case let number as NSNumber:
        guard let own = found?.number else { return ["\(path): \(String(describing: found)), expected \(number)"] }
        let wanted = number.doubleValue
        let isP = ["pvalue", "raw", "bonferroni", "holm", "fdr_"].contains { path.contains($0) }
        let isRounded = path.contains("pearson") || path.contains("spearman")
        let slack = (isP ? 1e-6 : 1e-9) * abs(wanted) + (isRounded ? 1e-12 : wanted == 0 ? 1e-13 : 0)
        return abs(own - wanted) <= slack ? [] : ["\(path): \(own), expected \(wanted)"]
    default: return ["\(path): not compared"]
    }
}

@Suite struct EdgeCaseTests {
    let expected: [String: Any]
    let numeric = [
        "ties", "with_null", "constant", "all_null", "becomes_null", "heavy", "bool_int", "huge", "tiny", "y_score",
    ]
    let categorical = ["cat", "cat_null", "unicode", "grp", "bool_int"]
    let reference = folder.appendingPathComponent("edge_ref.csv").path
    let current = folder.appendingPathComponent("edge_cur.csv").path

    init() throws {
        let data = try Data(contentsOf: folder.appendingPathComponent("edge.core.json"))
        expected = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func check(_ found: ReportObject, _ key: String) throws {
        let wanted = try #require(expected[key])
        let all = differences(.object(found), wanted, key)
        #expect(all.isEmpty, "\(all.joined(separator: "\n"))")
    }

    private func table(_ path: String, _ role: (String) -> ColumnRole) throws -> Table {
        try TableReader().read(MappedFile(path: path), role: role)
    }

    @Test func drift() throws {
        let request = DriftRequest(numeric: numeric, categorical: categorical)
        let (inputs, result) = try request.run(reference: .file(reference), current: current)
        try check(result, "drift")
        let meta = try #require((expected["meta"] as? [String: Any])?["inputs"] as? [String: String])
        #expect(inputs.map(\.sha256) == [meta["edge_ref.csv"], meta["edge_cur.csv"]])
        #expect(inputs.map(\.rows) == [500, 400] && inputs.map(\.columns) == [16, 16])
    }

    @Test func driftAgainstABaselineIsTheSame() throws {
        let request = DriftRequest(numeric: numeric, categorical: categorical)
        let frozen = try request.baseline(reference: reference, name: "edge")
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("edge-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try frozen.encoded().write(to: file)
        let read = try Baseline(contentsOf: file.path)
        #expect(read == frozen && read.name == "edge" && read.rows == 500)
        let (_, result) = try request.run(reference: .baseline(read), current: current)
        try check(result, "drift")
        #expect(try frozen.encoded() == request.baseline(reference: reference, name: "edge").encoded())
    }

    @Test func performance() throws {
        let table = try table(current) { ["y_true", "y_pred", "y_score"].contains($0) ? .numeric : .ignored }
        let columns = try BinaryColumns(table: table, label: "y_true", prediction: "y_pred", score: "y_score")
        try check(Performance.binary(columns.sample), "performance_cur")
    }

    @Test func calibration() throws {
        let table = try table(current) { ["y_true", "y_pred", "y_score"].contains($0) ? .numeric : .ignored }
        let columns = try BinaryColumns(table: table, label: "y_true", prediction: "y_pred", score: "y_score")
        try check(try CalibrationReport.binary(columns.sample), "calibration_cur")
    }

    @Test func fairness() throws {
        let table = try table(current) {
            ["y_true", "y_pred", "y_score"].contains($0) ? .numeric : $0 == "grp" ? .category : .ignored
        }
        let columns = try BinaryColumns(table: table, label: "y_true", prediction: "y_pred", score: "y_score")
        let result = try FairnessReport.reports(table: table, columns: columns, attributes: ["grp"])
        try check(result, "fairness_cur")
        let evaluable = result["grp"]?["evaluable"]
        #expect(evaluable?["groups"] == .array([.string("big"), .string("small")]))
        #expect(evaluable?["not_evaluable"] == .array([.string("allneg"), .string("one")]))
        let difference = try #require(evaluable?["equal_opportunity_difference"]?.number)
        #expect(abs(difference - (0.7651006711409396 - 0.7142857142857143)) < 1e-12, "no undefined rate counts as 0")
    }

    @Test func quality() throws {
        for (path, key) in [(reference, "data_quality_ref"), (current, "data_quality_cur")] {
            try check(Quality.report(try table(path) { _ in .inferred }), key)
        }
    }

    @Test func theComparisonSeesADifference() throws {
        let object = ReportObject([("a", .number(1)), ("b", .array([.integer(1)])), ("c", .null)])
        #expect(differences(.object(object), ["a": 1.0000001] as [String: Any], "").count == 1)
        #expect(differences(.object(object), ["b": [2]] as [String: Any], "").count == 1)
        #expect(differences(.object(object), ["c": NSNull()] as [String: Any], "").count == 1, "no reason")
        #expect(differences(.object(object), ["d": 1] as [String: Any], "").count == 1)
    }

    @Test func nothingInJSONIsNaN() throws {
        let request = DriftRequest(numeric: numeric, categorical: categorical)
        let (inputs, result) = try request.run(reference: .file(reference), current: current)
        let measurement = try MeasurementReport(measure: "drift", inputs: inputs, result: result, rules: [])
        for isPretty in [true, false] {
            let text = measurement.report.json(isPretty: isPretty)
            let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect(Set(try #require(read).keys) == ["measure", "version", "inputs", "result", "decisions"])
        }
    }
}
