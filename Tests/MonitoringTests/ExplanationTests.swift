// Declared models: what they score, what explains them, and what is wrong with one.
import Foundation
import Monitoring
import Statistics
import Testing

private func model(_ text: String) throws -> DeclaredModel {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
    try Data(text.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try DeclaredModel(contentsOf: url.path)
}

private let logistic = """
    {"kind":"logistic","features":["a","b","sex"],"mean":[1,0,0],"sd":[2,1,1],"coefficients":[1,-2,0.5],"intercept":0.1}
    """
private let trees = """
    {"kind":"trees","features":["a","b"],"base":0.5,"link":"logit","trees":[
    {"left":[1,-1,-1],"right":[2,-1,-1],"feature":[0,-1,-1],"threshold":[0.5,0,0],"value":[0,-1,2],"cover":[10,4,6]},
    {"left":[1,-1,3,-1,-1],"right":[2,-1,4,-1,-1],"feature":[1,-1,0,-1,-1],"threshold":[0,0,1,0,0],
    "value":[0,0.5,0,-0.5,1],"cover":[10,5,5,2,3]}]}
    """

@Suite struct ExplanationTests {
    private let data: [[Double]] = (0..<40).map { (i: Int) -> [Double] in
        let first = Double(i % 7) / 3
        let second = Double(i % 5) - 2
        return [first, second, Double(i % 2)]
    }

    @Test func modelsScoreWhatTheySay() throws {
        let first = try model(logistic)
        #expect(abs(first.scores([[3, 1, 1]])[0] - 1 / (1 + exp(-(0.1 + 1 - 2 + 0.5)))) < 1e-15)
        #expect(abs(first.scores([[.nan, 0, 0]])[0] - 1 / (1 + exp(-0.1))) < 1e-15)
        let second = try model(trees)
        #expect(abs(second.scores([[1, 1]])[0] - 1 / (1 + exp(-(0.5 + 2 - 0.5)))) < 1e-15)
        #expect(second.ensemble?([0.5, 0]) == 0.5 - 1 + 0.5)
    }

    @Test(arguments: [
        ("{}", "this is not a model"), ("{\"kind\":\"logistic\",\"features\":[]}", "one name each"),
        (
            "{\"kind\":\"logistic\",\"features\":[\"a\"],\"coefficients\":[1,2],\"intercept\":0}",
            "a coefficient per feature"
        ),
        ("{\"kind\":\"logistic\",\"features\":[\"a\"],\"sd\":[0],\"coefficients\":[1],\"intercept\":0}", "above 0"),
        ("{\"kind\":\"trees\",\"features\":[\"a\"],\"trees\":[]}", "contradict themselves"),
        ("{\"kind\":\"neural\",\"features\":[\"a\"]}", "logistic or trees"),
        ("{\"kind\":\"trees\",\"features\":[\"a\"],\"link\":\"probit\",\"trees\":[]}", "logit or identity"),
    ])
    func brokenModelsAreToldWhatTheyLack(_ text: String, _ reason: String) {
        #expect { try model(text) } throws: { "\($0)".contains(reason) }
    }

    @Test(arguments: ExplanationMethod.allCases)
    func valuesAddUpByEveryMethod(_ method: ExplanationMethod) throws {
        let model = try model(trees)
        let rows = data.map { Array($0.prefix(2)) }
        let report = try Explanation.report(
            model: model, data: rows, background: rows, backgroundName: "b", chosen: [0, 7, 39], method: method)
        guard case .array(let explained)? = report["rows"] else {
            Issue.record("no rows")
            return
        }
        #expect(explained.count == 3)
        for row in explained {
            let sum = try ["a", "b"].reduce(0.0) { $0 + (try #require(row["values"]?[$1]?.number)) }
            let base = try #require(row["base"]?.number)
            let score = try #require(row["explained"]?.number)
            #expect(abs(sum - (score - base)) < 1e-12)
        }
        let importance = try #require(report["importance"]?["a"]?.number)
        #expect(importance > 0)
    }

    @Test func theFlipTestSeesWhatAnAttributeDoes() throws {
        let model = try model(logistic)
        let report = try Explanation.report(
            model: model, data: data, background: data, backgroundName: "b", chosen: [], method: .exact, flip: "sex")
        let up = try #require(report["flip"]?["mean_change_to"]?["1.0"]?.number)
        let down = try #require(report["flip"]?["mean_change_to"]?["0.0"]?.number)
        #expect(up > 0.01 && down < -0.01)
        let blind = try Explanation.report(
            model: try Self.withoutSex(), data: data, background: data, backgroundName: "b", chosen: [], method: .exact,
            flip: "sex")
        #expect(
            blind["flip"]?["decisions_changed"] == .number(0) && blind["flip"]?["mean_largest_change"] == .number(0))
        #expect(blind["importance"]?["sex"] == .number(0))
        #expect(throws: MeasureError.self) {
            try Explanation.report(
                model: model, data: data, background: data, backgroundName: "b", chosen: [], method: .exact, flip: "x")
        }
        #expect(throws: MeasureError.self) {
            try Explanation.report(
                model: model, data: data, background: data, backgroundName: "b", chosen: [40], method: .exact)
        }
        #expect(throws: MeasureError.self) {
            try Explanation.report(
                model: model, data: data, background: data, backgroundName: "b", chosen: [0], method: .treePath)
        }
    }

    private static func withoutSex() throws -> DeclaredModel {
        try model(logistic.replacingOccurrences(of: "-2,0.5", with: "-2,0"))
    }

    @Test func reasonsAreWhatLoweredTheScoreMostFirst() throws {
        let report = try Explanation.report(
            model: try model(logistic), data: [[-3, 2, 0]], background: data, backgroundName: "b", chosen: [0],
            method: .exact)
        guard case .array(let rows)? = report["rows"] else {
            Issue.record("no rows")
            return
        }
        #expect(rows[0]["reason_codes"] == .array(["b", "a", "sex"].map { .string($0) }))
        #expect(report["importance"]?["a"] == .null && report["importance"]?["a_reason"] != nil)
    }
}
