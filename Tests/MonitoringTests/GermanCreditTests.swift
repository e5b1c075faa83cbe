// The German credit data through the command, from the file to the exit status, against scikit-learn, fairlearn, scipy and
// NannyML.
import Foundation
import Testing

private struct Peers: Decodable {
    struct Group: Decodable { let n: Int, roc_auc, tpr: Double }
    struct Drift: Decodable { let ks, p, wasserstein: Double }
    struct Test: Decodable { let statistic, pvalue: Double, dof: Int }
    let scores: [Double]
    let performance, fairness: [String: Double]
    let groups: [String: Group]
    let drift: [String: Drift]
    let purpose: Test
    let cbpe: [[String: Double]]
}

/// A tree of JSON.
private struct Tree {
    let value: Any?
    subscript(_ keys: String...) -> Tree {
        Tree(value: keys.reduce(value) { ($0 as? [String: Any])?[$1] })
    }
    var number: Double { (value as? NSNumber)?.doubleValue ?? .nan }
    var list: [Tree] { (value as? [Any] ?? []).map(Tree.init) }
}

private func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(a - b) <= tolerance * abs(b)
}

@Suite struct GermanCreditTests {
    private static let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/data/german/german_data_credit.csv")

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "german-\(UUID().uuidString)")
    private let peers: Peers

    init() throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/german_reference.json")
        peers = try JSONDecoder().decode(Peers.self, from: Data(contentsOf: url))
    }

    /// The data with scores and decisions: all rows, and the first and second half. Nil, and told, without the data.
    private func files() throws -> (all: String, first: String, second: String)? {
        guard let text = try? String(contentsOf: Self.data, encoding: .utf8) else {
            print("NOT RUN: \(Self.data.path) is missing, so the German credit data are not measured")
            return nil
        }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        try #require(lines.count == 1_001 && peers.scores.count == 1_000)
        let header = lines[0] + ",score,prediction"
        let rows = zip(lines.dropFirst(), peers.scores).map { "\($0),\($1),\($1 >= 0.5 ? 1 : 0)" }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func write(_ name: String, _ rows: some Sequence<String>) throws -> String {
            let url = folder.appendingPathComponent(name)
            try Data((([header] + rows).joined(separator: "\n") + "\n").utf8).write(to: url)
            return url.path
        }
        return (
            try write("all.csv", rows), try write("first.csv", rows.prefix(500)),
            try write("second.csv", rows.dropFirst(500))
        )
    }

    private func measure(_ arguments: String...) throws -> (tree: Tree, status: Int32) {
        let run = try MeasureRun(arguments)
        let value = run.output.isEmpty ? nil : try JSONSerialization.jsonObject(with: run.output)
        return (Tree(value: value), run.status)
    }

    @Test func performanceIsThatOfScikitLearn() throws {
        guard let files = try files() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let columns = ["--label", "class-label", "--prediction", "prediction", "--score", "score"]
        let (tree, status) = try measure(
            "performance", "--data", files.all, columns[0], columns[1], columns[2], columns[3],
            columns[4], columns[5],
            "--fail-on", "roc_auc<0.8,recall<0.95")
        #expect(status == 1)
        #expect(peers.performance.count == 15)
        for (key, expected) in peers.performance {
            #expect(
                near(tree["result", key].number, expected),
                "\(key): \(tree["result", key].number), \(expected)")
        }
        let outcomes = tree["decisions"].list.map { $0["outcome"].value as? String }
        #expect(outcomes == ["within", "breached", "within"])
        #expect(tree["inputs"].list.first?["rows"].number == 1_000)
    }

    @Test func fairnessIsThatOfFairlearn() throws {
        guard let files = try files() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let (tree, status) = try measure(
            "fairness", "--data", files.all, "--label", "class-label", "--prediction", "prediction",
            "--score", "score",
            "--protected", "sex", "--fail-on", "sex.disparate_impact<0.8")
        #expect(status == 0 && peers.fairness.count == 4)
        for (key, expected) in peers.fairness {
            #expect(near(tree["result", "sex", "summary", key].number, expected), "\(key)")
        }
        for (name, group) in peers.groups {
            let found = tree["result", "sex", "groups", name]
            #expect(found["n"].number == Double(group.n) && near(found["roc_auc"].number, group.roc_auc))
            #expect(near(found["tpr"].number, group.tpr))
        }
    }

    @Test func driftBetweenTheSexesIsThatOfScipy() throws {
        guard let files = try files() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let (tree, status) = try measure(
            "drift", "--reference", files.all, "--split", "sex=male:female", "--ignore",
            "score,prediction",
            "--multivariate")
        #expect(status == 0 && peers.drift.count == 3)
        for (name, expected) in peers.drift {
            let found = tree["result", "numeric", name]
            #expect(near(found["ks", "statistic"].number, expected.ks))
            #expect(near(found["ks", "pvalue_asymp"].number, expected.p, 1e-6))
            #expect(near(found["wasserstein"].number, expected.wasserstein))
        }
        let purpose = tree["result", "categorical", "purpose", "chi2"]
        #expect(near(purpose["statistic"].number, peers.purpose.statistic))
        #expect(near(purpose["pvalue"].number, peers.purpose.pvalue, 1e-6))
        #expect(purpose["dof"].number == Double(peers.purpose.dof))
        #expect(tree["result", "multivariate", "reconstruction", "components"].number > 1)
        #expect(tree["result", "multivariate", "correlation", "pairs"].number > 10)
    }

    @Test func theEstimateWithoutLabelsIsNearThatOfNannyML() throws {
        guard let files = try files() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let (tree, status) = try measure(
            "estimate", "--reference", files.first, "--current", files.second, "--label", "class-label",
            "--prediction", "prediction", "--score", "score", "--chunk", "250", "--fail-on",
            "accuracy<0.5",
            "--alarm", "1/2")
        #expect(status == 0)
        let chunks = tree["result", "chunks"].list
        #expect(chunks.count == 2 && peers.cbpe.count == 2)
        for (chunk, peer) in zip(chunks, peers.cbpe) {
            for (key, expected) in peer {
                // Both calibrate on 500 rows, each in its way.
                #expect(
                    abs(chunk[key].number - expected) < 0.05, "\(key): \(chunk[key].number), \(expected)")
            }
        }
        #expect(tree["decisions"].list.last?["subject"].value as? String == "alarm, 1 of 2")
        #expect(tree["decisions"].list.last?["outcome"].value as? String == "within")
    }
}
