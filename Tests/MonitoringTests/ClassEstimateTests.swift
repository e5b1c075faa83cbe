// Performance of several classes without labels against NannyML (Reference/multiclass_reference.py), and its laws.
import Foundation
import Statistics
import Testing

@testable import Monitoring

private struct Peers: Decodable {
    struct Part: Decodable {
        let label: [String]?
        let prediction: [String]
        let scores: [[Double]]
    }
    struct Case: Decodable {
        let reference, current: Part
        let calibrated: [String: Bool]
        let chunks: [[String: Double]]
        let realised: [String: Double]
    }
    let classes: [String]
    let overconfident, calibrated: Case
}

private let keys = ["accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc_ovr_macro"]
private let columns = [(name: "a", column: "p_a"), (name: "b", column: "p_b"), (name: "c", column: "p_c")]

@Suite struct ClassEstimateTests {
    private let peers: Peers

    init() throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/multiclass_reference.json")
        peers = try JSONDecoder().decode(Peers.self, from: Data(contentsOf: url))
    }

    private func table(_ part: Peers.Part, _ order: [Int]? = nil) -> Table {
        let order = order ?? Array(part.prediction.indices)
        var out = [Column(name: "prediction", categories: order.map { part.prediction[$0] })]
        if let label = part.label { out.append(Column(name: "label", categories: order.map { label[$0] })) }
        for (k, score) in columns.enumerated() {
            out.append(Column(name: score.column, numbers: order.map { part.scores[$0][k] }))
        }
        return Table(path: "t", sha256: "", rows: order.count, header: out.map(\.name), columns: out)
    }

    private func request(prediction: String? = "prediction") throws -> ClassEstimate {
        try ClassEstimate(label: "label", prediction: prediction, scores: columns)
    }

    @Test(arguments: [true, false])
    func estimatesAreThoseOfNannyML(_ isOverconfident: Bool) throws {
        let peer = isOverconfident ? peers.overconfident : peers.calibrated
        let request = try request()
        let reference = try request.reference(table(peer.reference))
        let current = table(peer.current)
        let result = try request.report(reference, current: current, chunks: Chunks(current, by: .rows(400)))
        for name in peers.classes {
            #expect(result["calibration"]?[name]?["isotonic"] == .bool(peer.calibrated[name] ?? false), "\(name)")
        }
        #expect(Set(peer.calibrated.values) == [isOverconfident])
        guard case .array(let chunks)? = result["chunks"] else { throw MeasureError("no chunks") }
        #expect(chunks.count == 2 && peer.chunks.count == 2 && peer.realised.count == 5)
        for (chunk, expected) in zip(chunks, peer.chunks) {
            for key in keys {
                let value = try #require(expected[key])
                // NannyML rounds the counts behind its AUC to five digits, and leaves ties in the order of the rows.
                let tolerance = key == "roc_auc_ovr_macro" ? 2e-3 : 1e-9
                #expect(abs((chunk[key]?.number ?? .nan) - value) <= tolerance, "\(key)")
            }
        }
        for (key, value) in peer.realised {
            #expect(abs((result["realised_reference"]?[key]?.number ?? .nan) - value) <= 1e-12, "\(key)")
        }
        guard case .array(let confusion)? = result["estimated"]?["confusion"] else { throw MeasureError("none") }
        let all = confusion.reduce(0) { sum, row in
            guard case .array(let cells) = row else { return sum }
            return sum + cells.reduce(0) { $0 + ($1.number ?? 0) }
        }
        #expect(abs(all - 800) < 1e-9)
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        let peer = peers.overconfident
        let request = try request()
        let reference = try request.reference(table(peer.reference))
        let order = Array(peer.current.prediction.indices)
        let first = try request.report(reference, current: table(peer.current, order))
        let second = try request.report(reference, current: table(peer.current, order.map { ($0 * 7 + 3) % 800 }))
        for key in keys + ["accuracy_se"] {
            let (a, b) = (first["estimated"]?[key]?.number, second["estimated"]?[key]?.number)
            #expect(abs((a ?? 0) - (b ?? 1)) < 1e-12, "\(key)")
        }
    }

    @Test func withoutADecisionTheLargestScoreDecides() throws {
        let peer = peers.calibrated
        let result = try request(prediction: nil)
            .report(try request(prediction: nil).reference(table(peer.reference)), current: table(peer.current))
        // Rows whose scores are their probabilities: the largest is expected to be right as often as it says.
        let mean = peer.current.scores.reduce(0) { $0 + ($1.max() ?? 0) } / 800
        #expect(abs((result["estimated"]?["accuracy"]?.number ?? 0) - mean) < 1e-12)
    }

    private func write(_ part: Peers.Part, _ name: String, times: Int = 1) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())-\(name).csv").path
        var text = "label,prediction,p_a,p_b,p_c\n"
        for _ in 0..<times {
            for (row, scores) in part.scores.enumerated() {
                text += "\(part.label?[row] ?? ""),\(part.prediction[row]),"
                text += row == 11 ? ",0.5,0.5\n" : scores.map { "\($0)" }.joined(separator: ",") + "\n"
            }
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test(arguments: [1 << 30, 1 << 16])
    func aStreamIsTheTableWithinItsErrors(_ bytes: Int) throws {
        let request = try request()
        let first = try write(peers.overconfident.reference, "r", times: 4)
        let second = try write(peers.overconfident.current, "c", times: 3)
        defer { for path in [first, second] { try? FileManager.default.removeItem(atPath: path) } }
        let tables = try [first, second].map { path in
            try TableReader().read(path: path) { request.role($0, isLabelled: path == first) }
        }
        let whole = try request.report(
            request.reference(tables[0]), current: tables[1], chunks: Chunks(tables[1], by: .rows(1_000)))
        let counted = try request.reference(path: first, bytesMax: bytes)
        let found = try request.report(counted.reference, current: second, chunking: .rows(1_000))
        #expect(counted.input.rows == 6_000 && found.input.rows == 2_400)
        #expect(found.result["incomplete"] == .integer(3) && whole["incomplete"] == .integer(3))
        let isExact = bytes == 1 << 30
        #expect(counted.reference.calibration.maps.allSatisfy { ($0.bounds == nil) == isExact })
        guard case .array(let parts)? = found.result["chunks"], case .array(let all)? = whole["chunks"] else {
            throw MeasureError("no chunks")
        }
        #expect(parts.count == 3 && all.count == 3)
        for (a, b) in zip([found.result["estimated"]] + parts, [whole["estimated"]] + all) {
            for key in keys {
                let error = a?[key + "_error_max"]?.number ?? 0
                #expect((error > 0) == (!isExact || key == "roc_auc_ovr_macro"), "\(key)")
                #expect(abs((a?[key]?.number ?? .nan) - (b?[key]?.number ?? .nan)) <= error + 1e-9, "\(key) \(error)")
                #expect(error < 0.25, "\(key)")
            }
        }
    }

    @Test func rowsWithoutAnyProbabilityAreOfEachClass() throws {
        // A class that the reference says is never there when its score is 0, for all three.
        var part = Table(path: "t", sha256: "", rows: 300, header: [], columns: [])
        let label = (0..<300).map { ["a", "b", "c"][$0 % 3] }
        part.columns = [Column(name: "label", categories: label), Column(name: "prediction", categories: label)]
        for (k, score) in columns.enumerated() {
            part.columns.append(Column(name: score.column, numbers: (0..<300).map { $0 % 3 == k ? 0.6 : 0.2 }))
        }
        let request = try request()
        let reference = try request.reference(part)
        #expect(reference.calibration.maps.allSatisfy { $0.isotonic != nil })
        let (found, errors) = reference.calibration([[0, 0.6], [0, 0.1], [0.1, 0]])
        #expect(found.map { $0[0] } == [1.0 / 3, 1.0 / 3, 1.0 / 3] && found.map { $0[1] } == [1, 0, 0])
        #expect(errors.isEmpty)
    }

    @Test func whatIsWrongIsTold() throws {
        #expect { try ClassEstimate(label: "y", prediction: nil, scores: [("a", "p")]) } throws: {
            "\($0)".contains("2 to 1000 classes")
        }
        #expect { try ClassEstimate(label: "y", prediction: nil, scores: [("a", "p"), ("b", "p")]) } throws: {
            "\($0)".contains("stands twice: b=p")
        }
        var table = table(peers.calibrated.reference)
        table.columns[0] = Column(name: "prediction", categories: table.columns[0].categories.map { $0 } + ["d"])
        let request = try request()
        #expect { try request.reference(table) } throws: { "\($0)".contains("class \"d\", which has no score") }
        #expect { try request.reference(table.without("p_b")) } throws: { "\($0)".contains("no column \"p_b\"") }
        let good = try request.reference(self.table(peers.calibrated.reference))
        var out = self.table(peers.calibrated.current)
        out.columns[1] = Column(name: "p_a", numbers: [Double](repeating: 1.5, count: 800))
        #expect { try request.report(good, current: out) } throws: { "\($0)".contains("not within 0 … 1") }
        out.columns[1] = Column(name: "p_a", numbers: [Double](repeating: .nan, count: 800))
        #expect { try request.report(good, current: out) } throws: { "\($0)".contains("no row has prediction") }
    }

    // MARK: The command

    private func measure(_ arguments: [String]) throws -> MeasureRun {
        try MeasureRun(["estimate", "--kind", "multiclass"] + arguments)
    }

    @Test func theCommandEstimatesAndChecks() throws {
        let first = try write(peers.overconfident.reference, "r")
        let second = try write(peers.overconfident.current, "c")
        defer { for path in [first, second] { try? FileManager.default.removeItem(atPath: path) } }
        let files = ["--reference", first, "--current", second, "--label", "label", "--prediction", "prediction"]
        let scores = ["--scores", "a=p_a,b=p_b,c=p_c"]
        let good = try measure(files + scores + ["--chunk", "400", "--fail-on", "f1_macro<0.99", "--alarm", "1/2"])
        #expect(good.status == 1 && good.text.contains("\"roc_auc_ovr_macro\""), "\(good.error)")
        let table = try measure(files + scores + ["--chunk", "400", "--format", "table", "--memory-megabytes", "1"])
        #expect(table.status == 0 && table.text.contains("F1, macro") && table.text.contains("AUC, macro"))
        let html = try measure(files + scores + ["--chunk", "400", "--format", "html"])
        #expect(html.text.contains("ROC AUC, macro over time") && html.text.contains("NannyML, multiclass CBPE"))
        for (arguments, reason) in [
            (files, "needs --scores"), (files + scores + ["--score", "p_a"], "without --score"),
            (files + ["--scores", "a:p_a"], "--scores is CLASS=COLUMN"),
            (files + ["--scores", "a=p_a"], "--scores: 2 to 1000 classes"),
            (files + scores + ["--features", "x"], "belong to --kind regression"),
            (["--baseline", first] + Array(files.dropFirst(2)) + scores, "this is not a baseline"),
            (files + scores + ["--kind", "binary", "--score", "p_a"], "--scores belongs to --kind multiclass"),
        ] {
            let bad = try measure(arguments)
            #expect(bad.status == 2 && bad.error.contains(reason), "\(bad.error)")
        }
    }

    @Test func aBaselineStandsForTheReference() throws {
        let first = try write(peers.overconfident.reference, "r")
        let second = try write(peers.overconfident.current, "c")
        let baseline = first + ".json"
        defer { for path in [first, second, baseline] { try? FileManager.default.removeItem(atPath: path) } }
        let label = ["--label", "label", "--prediction", "prediction"]
        let scores = ["--scores", "a=p_a,b=p_b,c=p_c"]
        let own = ["--current", second] + label + ["--chunk", "400"]
        func result(_ arguments: [String]) throws -> String {
            let run = try measure(arguments)
            #expect(run.status == 0, "\(run.error)")
            return try #require(run.text.components(separatedBy: "\"result\":").dropFirst().first)
        }
        // The estimated one comes first, behind the calibrations.
        func accuracy(_ result: String) throws -> Double {
            let text = try #require(result.components(separatedBy: "\"accuracy\": ").dropFirst().first)
            return try #require(Double(text.prefix { "0123456789.e-".contains($0) }))
        }
        for memory in [[], ["--memory-megabytes", "1"]] {
            let freezing = ["baseline", "--reference", first, "--output", baseline] + label
            let frozen = try MeasureRun(freezing + scores + memory)
            #expect(frozen.status == 0, "\(frozen.error)")
            let direct = try result(["--reference", first] + own + scores + memory)
            #expect(try result(["--baseline", baseline] + own + scores + memory) == direct)
            // The classes may be named in another order.
            let turned = try result(["--baseline", baseline] + own + ["--scores", "c=p_c,a=p_a,b=p_b"] + memory)
            #expect(turned.contains("\"classes\": [\"c\", \"a\", \"b\"]") && !turned.contains("not hold"))
            #expect(try abs(accuracy(turned) - accuracy(direct)) < 1e-12)
        }
        let fewer = try measure(["--baseline", baseline] + own + ["--scores", "a=p_a,b=p_b"])
        #expect(fewer.status == 2 && fewer.error.contains("has the classes a, b, c"), "\(fewer.error)")
        let binary = try MeasureRun(
            ["estimate", "--baseline", baseline, "--current", second, "--label", "label", "--score", "p_a"])
        #expect(binary.status == 2 && binary.error.contains("made without label and score"), "\(binary.error)")
        for (arguments, reason) in [
            (label + scores + ["--score", "p_a"], "Either --score or --scores"),
            (scores, "--label and --score, or --scores, go together"),
            (label + scores + ["--favourable", "a"], "--scores goes without --favourable"),
            (label + ["--scores", "a"], "--scores is CLASS=COLUMN"),
        ] {
            let bad = try MeasureRun(["baseline", "--reference", first, "--output", baseline] + arguments)
            #expect(bad.status == 2 && bad.error.contains(reason), "\(bad.error)")
        }
        let plain = try MeasureRun(["baseline", "--reference", first, "--output", baseline])
        #expect(plain.status == 0)
        let none = try measure(["--baseline", baseline] + own + scores)
        #expect(none.status == 2 && none.error.contains("made without scores of several classes"), "\(none.error)")
    }
}
