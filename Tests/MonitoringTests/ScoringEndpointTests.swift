// A model behind an address: right answers are used as those of a declared model, wrong ones are refused by name, and
// nothing is waited for without end. The server is Reference/scoring_server.py.
import Foundation
import Monitoring
import Statistics
import Synchronization
import Testing

/// The server, for as long as this lives.
private final class Server {
    private let process = Process()
    private let input = Pipe()
    let base: String

    init() throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/scoring_server.py")
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != 10 {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw MeasureError("python3 is needed for the tests of endpoints") }
            line += piece
        }
        base =
            "http://127.0.0.1:\(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))"
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

@Suite struct ScoringEndpointTests {
    private let server: Server
    private let table: Table
    private let space: FeatureSpace

    init() throws {
        server = try Server()
        table = Table(
            path: "t", sha256: "", rows: 60, header: ["a", "b", "sex"],
            columns: [
                Column(name: "a", numbers: (0..<60).map { Double($0 % 7) / 3 }),
                Column(name: "b", numbers: (0..<60).map { $0 % 10 == 3 ? .nan : Double($0 % 5) - 2 }),
                Column(name: "sex", categories: (0..<60).map { $0 % 20 == 5 ? nil : $0 % 2 == 0 ? "F" : "M" }),
            ])
        space = try FeatureSpace(features: ["a", "b", "sex"], tables: [table])
    }

    private func endpoint(
        _ path: String, token: String? = nil, format: ScoringEndpoint.Format = .concord,
        _ change: (inout ScoringEndpoint.Limits) -> Void = { _ in },
        scored: (@Sendable (Int) -> Void)? = nil
    ) throws -> ScoringEndpoint {
        var limits = ScoringEndpoint.Limits()
        limits.timeoutSeconds = 20
        limits.retriesMax = 3
        limits.pauseSeconds = 0.02
        change(&limits)
        return try ScoringEndpoint(
            address: server.base + path, token: token, space: space, format: format, limits: limits, scored: scored)
    }

    private func expected(_ row: [Double]) -> Double {
        let z = (row[0].isNaN ? 0 : row[0]) - 2 * (row[1].isNaN ? 0 : row[1]) + (row[2] == 0 ? 1 : 0)
        return 1 / (1 + exp(-z))
    }

    private func failure(_ path: String, rows: Int = 1, _ change: (inout ScoringEndpoint.Limits) -> Void = { _ in })
        throws -> String
    {
        let model = try endpoint(path, change)
        let data = try space.rows(table)
        let error = #expect(throws: MeasureError.self) { try model.scores(Array(data.prefix(rows))) }
        let text = error?.description ?? ""
        #expect(text.hasPrefix(server.base), "the address is named: \(text)")
        return String(text.dropFirst(server.base.count + path.count + 2))
    }

    @Test func scoresComeBackInOrderInBatches() throws {
        let rows = try space.rows(table)
        let counted = Mutex(0)
        let model = try endpoint("/good?key=hidden", { $0.batchRowsMax = 7 }) { rows in counted.withLock { $0 += rows }
        }
        let scores = try model.scores(rows)
        #expect(scores.count == 60)
        for (score, row) in zip(scores, rows) { #expect(abs(score - expected(row)) < 1e-15) }
        #expect(counted.withLock { $0 } == 60)
        #expect(model.report["requests"] == .integer(9) && model.report["rows_scored"] == .integer(60))
        #expect(model.report["endpoint"] == .string(server.base + "/good"), "a query may hold a key")
        #expect(try endpoint("/largest-batch", { $0.batchRowsMax = 7 }).scores(rows).max() == 7)
        #expect(try model.scores([]) == [])
    }

    @Test func everyFormatIsUnderstood() throws {
        let rows = try space.rows(table)
        let first = try endpoint("/good").scores(rows)
        #expect(try endpoint("/kserve", format: .kserve).scores(rows) == first)
        #expect(try endpoint("/mlflow/invocations", format: .mlflow).scores(rows) == first)
    }

    @Test func theTokenIsSent() throws {
        #expect(try endpoint("/token", token: "secret").scores([[1, 0, 0]]).count == 1)
        #expect(try failure("/token") == "it answers with status 401")
    }

    @Test func whatIsTemporaryIsTriedAgain() throws {
        for path in ["/twice-500", "/once-429", "/once-broken-off"] {
            let model = try endpoint(path)
            let begun = ContinuousClock.now
            #expect(abs(try model.scores([[1, 0, 0]])[0] - expected([1, 0, 0])) < 1e-15)
            let retries = path == "/twice-500" ? 2 : 1
            #expect(model.report["retries"] == .integer(retries), "\(path)")
            let seconds = begun.duration(to: .now) / .seconds(1)
            if path == "/once-429" { #expect(seconds >= 0.3, "Retry-After is heeded") }
        }
        #expect(try failure("/500") == "it answers with status 500, after 4 attempts")
        #expect(try failure("/500") { $0.retriesMax = 0 } == "it answers with status 500, after 1 attempt")
    }

    @Test func nobodyIsWaitedForLongerThanTheLimit() throws {
        let begun = ContinuousClock.now
        for path in ["/slow", "/dripping"] {
            let reason = try failure(path) {
                $0.timeoutSeconds = 0.4
                $0.retriesMax = 1
            }
            #expect(reason == "no answer within 0.4 s, after 2 attempts")
        }
        let total = try failure("/slow") {
            $0.timeoutSeconds = 0.3
            $0.totalSeconds = 0.5
            $0.retriesMax = 50
        }
        #expect(total == "the time limit of 0.5 s is over" || total.hasPrefix("no answer within"))
        #expect(begun.duration(to: .now) < .seconds(10))
    }

    @Test func nobodyListens() throws {
        let model = try ScoringEndpoint(
            address: "http://127.0.0.1:9/x", space: space,
            limits: {
                var limits = ScoringEndpoint.Limits()
                limits.retriesMax = 1
                limits.pauseSeconds = 0.01
                return limits
            }())
        let error = #expect(throws: MeasureError.self) { try model.scores([[1, 0, 0]]) }
        #expect(error?.description == "http://127.0.0.1:9/x: nobody listens there, after 2 attempts")
    }

    @Test(arguments: [
        ("/400", "it answers with status 400"), ("/204", "it answers with status 204"),
        ("/404", "it answers with status 404"), ("/garbage", "the answer is not JSON"),
        ("/empty", "the answer is not JSON"), ("/nan", "the answer holds NaN, which is no number in JSON"),
        ("/list", "the answer is not a JSON object"), ("/null", "score 0 is null"),
        ("/text", "score 0 is not a number"), ("/truth", "score 0 is not a number"),
        ("/nested", "score 0 is not a number"), ("/number", "\"scores\" in the answer is not a list of numbers"),
        ("/other", "the answer has no member \"scores\""), ("/many", "the answer has 2 scores for 1 rows"),
        ("/few", "the answer has 0 scores for 1 rows"),
        ("/huge", "the answer is longer than 65792 bytes for 1 rows"),
        ("/redirect", "it redirects to elsewhere.invalid, which is not followed"),
    ])
    func nonsenseIsRefusedByName(_ path: String, _ reason: String) throws {
        #expect(try failure(path) == reason)
    }

    /// FoundationNetworking ended the process now and then when a redirected task was cancelled.
    @Test func manyRedirectsAreAllRefused() throws {
        for _ in 0..<40 { _ = try failure("/redirect") }
    }

    @Test func aNumberBeyondAllNumbersIsRefused() throws {
        let reason = try failure("/infinity")
        #expect(reason == "the answer is not JSON" || reason == "score 0 is not a finite number", "\(reason)")
    }

    @Test func afterAFailureNothingMoreIsAsked() throws {
        let model = try endpoint("/400") { $0.batchRowsMax = 1 }
        let rows = try space.rows(table)
        #expect(throws: MeasureError.self) {
            try Explanation.report(
                model: model, data: rows, background: rows, backgroundName: "b", chosen: Array(0..<20), method: .exact)
        }
        guard case .integer(let requests)? = model.report["requests"] else { throw MeasureError("no count") }
        #expect(requests <= ProcessInfo.processInfo.activeProcessorCount)
    }

    @Test(arguments: [
        "", "127.0.0.1/x", "ftp://host/x", "http:///x", "http://user:secret@host/x", "file:///etc/passwd",
    ])
    func whatIsNoAddressIsRefused(_ address: String) {
        #expect(throws: MeasureError.self) { try ScoringEndpoint(address: address, space: space) }
    }

    /// The same logistic model declared and asked: every number of the explanation is the same.
    @Test(arguments: [ExplanationMethod.exact, .sampled])
    func anEndpointIsExplainedAsTheDeclaredModelIs(_ method: ExplanationMethod) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        try Data("{\"kind\":\"logistic\",\"features\":[\"a\",\"b\"],\"coefficients\":[1,-2],\"intercept\":0}".utf8)
            .write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let declared = try DeclaredModel(contentsOf: file.path)
        let space = try FeatureSpace(features: ["a", "b"], tables: [table])
        let rows = try space.rows(table)
        let asked = try ScoringEndpoint(address: server.base + "/good", space: space)
        func report(_ model: some ScoringModel) throws -> ReportObject {
            try Explanation.report(
                model: model, data: rows, background: Array(rows.prefix(20)), backgroundName: "b", chosen: [0, 3],
                method: method, flip: "a")
        }
        let first = try report(declared)
        let second = try report(asked)
        #expect(first.keys == second.keys)
        var compared = 0
        func compare(_ a: ReportValue, _ b: ReportValue, _ path: String) {
            switch (a, b) {
            case (.object(let a), .object(let b)):
                #expect(a.keys == b.keys, "\(path)")
                for key in a.keys { compare(a[key] ?? .null, b[key] ?? .null, "\(path).\(key)") }
            case (.array(let a), .array(let b)):
                #expect(a.count == b.count, "\(path)")
                for (i, pair) in zip(a, b).enumerated() { compare(pair.0, pair.1, "\(path)[\(i)]") }
            default:
                compared += 1
                let isSame = a == b || abs((a.number ?? .nan) - (b.number ?? .infinity)) < 1e-12
                #expect(isSame, "\(path): \(a) and \(b)")
            }
        }
        compare(.object(first), .object(second), "")
        #expect(compared > 60)
    }

    @Test func categoriesAreSentByNameAndFlippedByName() throws {
        let rows = try space.rows(table)
        let report = try Explanation.report(
            model: endpoint("/good"), data: rows, background: rows, backgroundName: "b", chosen: [0], method: .exact,
            flip: "sex", rowsMax: 30)
        #expect(report["rows_measured"] == .integer(30))
        #expect(report["flip"]?["values"] == .array([.string("F"), .string("M")]))
        let toF = try #require(report["flip"]?["mean_change_to"]?["F"]?.number)
        let toM = try #require(report["flip"]?["mean_change_to"]?["M"]?.number)
        #expect(toF > 0.01 && toM < -0.01)
        #expect(report["partial_dependence"]?["sex"]?["x"] == .array([.string("F"), .string("M")]))
        guard case .array(let y)? = report["partial_dependence"]?["sex"]?["y"] else { throw MeasureError("none") }
        #expect((y[0].number ?? 0) > (y[1].number ?? 1))
    }

    @Test func tablesThatDoNotFitTogetherAreToldApart() throws {
        let other = Table(
            path: "u", sha256: "", rows: 2, header: ["a", "b", "sex"],
            columns: [
                Column(name: "a", categories: ["x", "y"]), Column(name: "b", numbers: [1, 2]),
                Column(name: "sex", categories: ["F", "X"]),
            ])
        #expect(throws: MeasureError.self) { try FeatureSpace(features: ["a"], tables: [table, other]) }
        #expect(throws: MeasureError.self) { try FeatureSpace(features: ["c"], tables: [table]) }
        let joint = try FeatureSpace(features: ["sex"], tables: [table, other])
        #expect(joint.categories == [["F", "M", "X"]])
        #expect(try joint.rows(other) == [[0], [2]])
    }
}
