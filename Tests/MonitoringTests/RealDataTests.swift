// Adult, credit card default (CSV) and ACS (Parquet) through the command, from the file to the exit status, against scikit-learn,
// scipy, fairlearn, statsmodels and NannyML: Reference/real_data_reference.py makes the values, in the shape of the results.
import Foundation
import Monitoring
import Testing

private struct Model: Decodable {
    let features: [String]
    let mean, sd, coefficients: [Double]
    let intercept: Double

    /// The score of a row, rounded as the script rounds it.
    func score(_ values: [Double]) -> Double {
        var z = intercept
        for i in values.indices { z += coefficients[i] * (values[i] - mean[i]) / sd[i] }
        return (1 / (1 + exp(-z)) * 1e6).rounded(.toNearestOrEven) / 1e6
    }
}

/// Holds every number and text of the reference against the result, and counts them.
private func compare(
    _ reference: Any, _ result: Any?, _ path: String, tolerance: Double = 1e-9, without: Set<String> = []
) -> Int {
    switch reference {
    case let members as [String: Any]:
        guard let found = result as? [String: Any] else {
            Issue.record("\(path) is missing")
            return 0
        }
        return members.filter { !without.contains($0.key) }.reduce(0) { count, member in
            // p-values and iterative fits.
            let isLoose = member.key.contains("pvalue") || member.key.contains("recalibration")
            return count
                + compare(
                    member.value, found[member.key], "\(path).\(member.key)", tolerance: isLoose ? 1e-6 : tolerance,
                    without: without)
        }
    case let values as [Any]:
        guard let found = result as? [Any], found.count == values.count else {
            Issue.record("\(path): \(String(describing: result)), \(values)")
            return 0
        }
        return values.indices.reduce(0) {
            $0 + compare(values[$1], found[$1], "\(path)[\($1)]", tolerance: tolerance, without: without)
        }
    case let text as String:
        #expect(result as? String == text, "\(path)")
    case let number as NSNumber:
        let expected = number.doubleValue
        let found = (result as? NSNumber)?.doubleValue ?? .nan
        // Below the smallest normal numbers a p-value has fewer digits.
        let isNear = abs(found - expected) <= max(tolerance * abs(expected), 1e-300) || abs(found - expected) < 1e-13
        #expect(isNear, "\(path): \(found), expected \(expected)")
    default:
        Issue.record("\(path) is of no known type")
    }
    return 1
}

@Suite struct RealDataTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let data = root.deletingLastPathComponent().appendingPathComponent("shared/data")
    /// Where commands are: `./test` installs duckdb-cli into `.build/python-tools`.
    private static let folders =
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        + [root.appendingPathComponent(".build/python-tools/bin").path]
    private static let columns = ["--prediction", "prediction", "--score", "score"]

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("real-\(UUID().uuidString)")
    private let reference: [String: Any]
    private let models: [String: Model]

    init() throws {
        let url = Self.root.appendingPathComponent("Tests/MonitoringTests/Reference/real_data_reference.json")
        let values = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        var models: [String: Model] = [:]
        for name in ["adult", "credit_card", "acs"] {
            let part = try #require((values[name] as? [String: Any])?["model"])
            models[name] = try JSONDecoder().decode(Model.self, from: JSONSerialization.data(withJSONObject: part))
        }
        reference = values
        self.models = models
    }

    private func expected(_ set: String, _ part: String) throws -> Any {
        try #require((reference[set] as? [String: Any])?[part])
    }

    /// The file with score and decision behind each line, whole and in two parts. Nil, and told, without the data.
    private func scored(
        _ set: String, _ path: String, positive: String, negative: String, half: Int,
        reader: TableReader = TableReader()
    ) throws -> (all: String, first: String, second: String)? {
        let source = Self.data.appendingPathComponent(path)
        guard let bytes = try? Data(contentsOf: source) else {
            print("NOT RUN: \(source.path) is missing, so the real data \(set) are not measured")
            return nil
        }
        let model = try #require(models[set])
        let table = try reader.read(path: source.path) { model.features.contains($0) ? .numeric : .ignored }
        let features = try model.features.map { try #require(table[$0]?.numbers) }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        try #require(lines.count == table.rows + 1)
        func cut(_ line: Data) -> Data { line.last == UInt8(ascii: "\r") ? line.dropLast() : line }
        let header = cut(lines[0]) + Data(",score,prediction\n".utf8)
        var parts = (all: header, first: header, second: header)
        for row in 0..<table.rows {
            let score = model.score(features.map { $0[row] })
            let line = cut(lines[row + 1]) + Data(",\(score),\(score >= 0.5 ? positive : negative)\n".utf8)
            parts.all += line
            if row < half { parts.first += line } else { parts.second += line }
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func write(_ name: String, _ data: Data) throws -> String {
            let url = folder.appendingPathComponent(name)
            try data.write(to: url)
            return url.path
        }
        return (
            try write("all.csv", parts.all), try write("first.csv", parts.first), try write("second.csv", parts.second)
        )
    }

    private func adult() throws -> (all: String, first: String, second: String)? {
        try scored(
            "adult", "adult/adult_full.data", positive: ">50K", negative: "<=50K", half: 16_000,
            reader: TableReader(nullSpellings: ["?"], trims: true))
    }

    private func creditCard() throws -> (all: String, first: String, second: String)? {
        try scored(
            "credit_card", "creditcard/credit-card-clients.csv", positive: "1", negative: "0", half: 15_000)
    }

    private func measure(_ arguments: [String]) throws -> (json: [String: Any], status: Int32) {
        let run = try MeasureRun(arguments, path: Self.folders.joined(separator: ":"))
        guard !run.output.isEmpty else {
            Issue.record("no output: \(arguments.joined(separator: " ")): \(run.error)")
            return ([:], run.status)
        }
        return (try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any]), run.status)
    }

    private func result(_ arguments: [String]) throws -> [String: Any] {
        try #require(try measure(arguments).json["result"] as? [String: Any])
    }

    /// The isotonic fit at some scores, between its points a line.
    private func checkIsotonic(_ result: [String: Any], _ expected: Any) throws {
        let fit = try #require(result["isotonic"] as? [String: [Double]])
        let points = try #require(expected as? [String: [Double]])
        let (x, y) = (try #require(fit["x"]), try #require(fit["y"]))
        let (at, values) = (try #require(points["at"]), try #require(points["value"]))
        #expect(at.count == 5)
        for (score, value) in zip(at, values) {
            let high = x.firstIndex { $0 >= score } ?? x.count - 1
            let low = max(0, high - 1)
            let share = x[high] > x[low] ? min(1, max(0, (score - x[low]) / (x[high] - x[low]))) : 1
            #expect(abs(y[low] + share * (y[high] - y[low]) - value) < 1e-6, "isotonic at \(score)")
        }
    }

    /// The estimates of chunks against those of NannyML, which calibrates and interpolates in its own way.
    private func checkEstimate(
        _ files: (all: String, first: String, second: String), _ set: String, _ label: [String],
        within tolerance: Double
    ) throws {
        let peer = try #require(try expected(set, "cbpe") as? [String: Any])
        let size = try #require(peer["chunk"] as? Int)
        let estimate = try result(
            ["estimate", "--reference", files.first, "--current", files.second, "--chunk", "\(size)"] + label
                + Self.columns)
        let chunks = try #require(estimate["chunks"] as? [[String: Any]])
        let peers = try #require(peer["chunks"] as? [[String: Double]])
        #expect(peers.count >= 3 && chunks.count >= peers.count)
        for (chunk, peer) in zip(chunks, peers) {
            for (key, value) in peer {
                let found = (chunk[key] as? NSNumber)?.doubleValue ?? .nan
                #expect(abs(found - value) < tolerance, "\(set), \(key): \(found), \(value)")
            }
        }
    }

    // MARK: Adult

    @Test func adultIsWhatThePeersSay() throws {
        guard let files = try adult() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let reading = ["--null", "?", "--trim"]
        let label = ["--label", "Salary", "--favourable", ">50K"] + reading
        let performance = try measure(
            ["performance", "--data", files.all, "--fail-on", "roc_auc<0.8,recall<0.7"] + label + Self.columns)
        #expect(performance.status == 1)
        #expect(compare(try expected("adult", "performance"), performance.json["result"], "performance") >= 40)
        let calibration = try result(["calibration", "--data", files.all] + label + Self.columns)
        #expect(compare(try expected("adult", "calibration"), calibration, "calibration") >= 15)
        try checkIsotonic(calibration, try expected("adult", "isotonic"))
        let fairness = try measure(
            [
                "fairness", "--data", files.all, "--protected", "sex,race,race+sex", "--minimum-size", "200",
                "--fail-on", "sex.disparate_impact<0.8",
            ] + label + Self.columns)
        #expect(fairness.status == 1)
        #expect(compare(try expected("adult", "fairness"), fairness.json["result"], "fairness") >= 250)
        // The 119 women of the smallest group are too few here: they are not called fair.
        let decisions = try #require(fairness.json["decisions"] as? [[String: Any]])
        #expect(
            decisions.contains {
                $0["subject"] as? String == "race+sex=Amer-Indian-Eskimo | Female"
                    && $0["outcome"] as? String == "not_evaluable"
            })
        let quality = try result(["quality", "--data", files.all] + reading)
        #expect(
            compare(try expected("adult", "quality"), quality, "quality", without: ["duplicate_rows_extra"]) >= 45)
        #expect(quality["duplicate_rows_extra"] as? Int == 24)
        let drift = try result(
            [
                "drift", "--reference", files.all, "--split", "sex=Male:Female", "--ignore",
                "score,prediction,Salary",
            ] + reading)
        #expect(compare(try expected("adult", "drift"), drift, "drift") >= 150)
        try checkEstimate(files, "adult", label, within: 0.02)
    }

    @Test func aStreamOfAdultIsThatOfTheFile() throws {
        guard let files = try adult() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let label = ["--label", "Salary", "--favourable", ">50K", "--null", "?", "--trim"] + Self.columns
        let stream = label + ["--memory-megabytes", "8"]
        let peers = try #require(try expected("adult", "performance") as? [String: Any])
        let performance = try result(["performance", "--data", files.all] + stream)
        let approximate: Set = ["roc_auc", "gini", "ks_score", "average_precision", "pr_auc_trapezoid"]
        #expect(compare(peers, performance, "performance", without: approximate) >= 35)
        // Many rows share a score: what is certified of KS is the largest share of a class in one cell.
        for (key, limit) in [("roc_auc", 0.002), ("ks_score", 0.1)] {
            let error = try #require(performance[key + "_error_max"] as? Double)
            let off = abs(try #require(performance[key] as? Double) - (peers[key] as? Double ?? .nan))
            #expect(off <= error && error < limit && off < 0.005, "\(key): off by \(off), certified \(error)")
        }
        let fairness = try result(["fairness", "--data", files.all, "--protected", "sex,race,race+sex"] + stream)
        #expect(
            compare(try expected("adult", "fairness"), fairness, "fairness", without: ["roc_auc"]) >= 240)
    }

    // MARK: Credit card default

    @Test func creditCardDefaultIsWhatThePeersSay() throws {
        guard let files = try creditCard() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let label = ["--label", "default payment"]
        let performance = try result(["performance", "--data", files.all] + label + Self.columns)
        #expect(compare(try expected("credit_card", "performance"), performance, "performance") >= 40)
        let calibration = try result(["calibration", "--data", files.all] + label + Self.columns)
        #expect(compare(try expected("credit_card", "calibration"), calibration, "calibration") >= 15)
        try checkIsotonic(calibration, try expected("credit_card", "isotonic"))
        let fairness = try measure(
            ["fairness", "--data", files.all, "--protected", "SEX,EDUCATION,MARRIAGE"] + label + Self.columns)
        #expect(fairness.status == 0)
        #expect(compare(try expected("credit_card", "fairness"), fairness.json["result"], "fairness") >= 150)
        // EDUCATION 0 has 14 rows, and no default: its TPR is undefined, not 0.
        let education = try #require(
            ((fairness.json["result"] as? [String: Any])?["EDUCATION"] as? [String: Any])?["groups"] as? [String: Any])
        let smallest = try #require(education["0"] as? [String: Any])
        #expect(smallest["tpr"] is NSNull && smallest["tpr_reason"] as? String == "the group has no positives")
        let decisions = try #require(fairness.json["decisions"] as? [[String: Any]])
        #expect(
            decisions.contains {
                $0["subject"] as? String == "EDUCATION=0" && $0["outcome"] as? String == "not_evaluable"
            })
        let drift = try result([
            "drift", "--reference", files.all, "--split", "SEX=1:2", "--numeric", "LIMIT_BAL,AGE,BILL_AMT1,PAY_AMT1",
            "--categorical", "EDUCATION,MARRIAGE",
        ])
        #expect(compare(try expected("credit_card", "drift"), drift, "drift") >= 60)
        try checkEstimate(files, "credit_card", label, within: 0.02)

        // Frozen, the reference says the same without being read again.
        let baseline = folder.appendingPathComponent("baseline.json").path
        let made = try MeasureRun(
            ["baseline", "--reference", files.first, "--output", baseline, "--fail-on", "psi.AGE>0.001"] + label
                + Self.columns)
        #expect(made.status == 0, "\(made.error)")
        let files2 = ["--current", files.second, "--chunk", "5000"] + label + Self.columns
        let frozen = try result(["estimate", "--baseline", baseline] + files2)
        let whole = try result(["estimate", "--reference", files.first] + files2)
        #expect(NSDictionary(dictionary: frozen) == NSDictionary(dictionary: whole))
        // Its rules go with it.
        let judged = try measure(["drift", "--baseline", baseline, "--current", files.second, "--measures", "psi"])
        #expect(judged.status == 1)
        let rules = try #require(judged.json["decisions"] as? [[String: Any]])
        #expect(rules.first?["rule"] as? String == "psi.AGE>0.001" && rules.first?["outcome"] as? String == "breached")
    }

    @Test func billsWithoutTruthsAreEstimatedAsByNannyML() throws {
        guard let files = try creditCard() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        // The bill of the month before stands for a prediction of this month's.
        let columns = ["--label", "BILL_AMT1", "--prediction", "BILL_AMT2", "--kind", "regression"]
        let regression = try result(["performance", "--data", files.all] + columns)
        #expect(compare(try expected("credit_card", "regression"), regression, "regression") == 5)
        let peer = try #require(try expected("credit_card", "dle") as? [String: Any])
        let features = try #require(peer["features"] as? [String])
        let estimate = try result(
            [
                "estimate", "--reference", files.first, "--current", files.second, "--chunk", "5000", "--features",
                features.joined(separator: ","),
            ] + columns)
        let chunks = try #require(estimate["chunks"] as? [[String: Any]])
        let peers = try #require(peer["chunks"] as? [[String: Double]])
        #expect(chunks.count == 3 && peers.count == 3)
        for (chunk, peer) in zip(chunks, peers) {
            let found = try #require(chunk["mae"] as? Double)
            let (estimated, realised) = (try #require(peer["mae"]), try #require(peer["mae_realised"]))
            // Trees of two kinds: as near to NannyML's estimate as a tenth, and to the truth about as near as that.
            #expect(abs(found / estimated - 1) < 0.1, "\(found), \(estimated)")
            #expect(abs(found - realised) < abs(estimated - realised) + 0.05 * realised, "\(found), \(realised)")
        }
    }

    @Test func billsTogetherAreReconstructedAsByNannyML() throws {
        guard let files = try creditCard() else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let peer = try #require(try expected("credit_card", "reconstruction") as? [String: Any])
        let columns = try #require(peer["columns"] as? [String])
        let drift = try result([
            "drift", "--reference", files.first, "--current", files.second, "--numeric",
            columns.joined(separator: ","), "--multivariate", "--chunk", "3000", "--measures", "psi",
        ])
        let together = try #require((drift["multivariate"] as? [String: Any])?["reconstruction"] as? [String: Any])
        let chunks = try #require(together["chunks"] as? [[String: Any]])
        let errors = try #require(peer["error"] as? [Double])
        #expect(chunks.count == 5 && errors.count == 5)
        for (chunk, error) in zip(chunks, errors) {
            let found = try #require(chunk["error"] as? Double)
            #expect(abs(found / error - 1) < 1e-6, "\(found), \(error)")
        }
        for key in ["lower", "upper"] {
            let found = try #require(together[key] as? Double)
            #expect(abs(found / (peer[key] as? Double ?? .nan) - 1) < 1e-6, "\(key)")
        }
        // The same chunks one column at a time.
        #expect((drift["chunks"] as? [Any])?.count == 5)
    }

    // MARK: ACS

    @Test func acsInParquetIsWhatThePeersSay() throws {
        let train = Self.data.appendingPathComponent("acs/ACS_sample.train.parquet").path
        let test = Self.data.appendingPathComponent("acs/ACS_sample.test.parquet").path
        guard FileManager.default.fileExists(atPath: train), FileManager.default.fileExists(atPath: test) else {
            print("NOT RUN: \(train) is missing, so the real data ACS are not measured")
            return
        }
        guard let duckdb = Self.folders.map({ $0 + "/duckdb" }).first(where: FileManager.default.isExecutableFile)
        else {
            print(
                "NOT RUN: the command duckdb (PyPI: duckdb-cli) is not on the PATH, so the real data ACS are not measured"
            )
            return
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let drift = try result(["drift", "--reference", train, "--current", test, "--numeric", "AGEP,WKHP,SCHL"])
        #expect(compare(try expected("acs", "drift"), drift, "drift") >= 35)

        let model = try #require(models["acs"])
        let sum = model.features.indices.reduce("\(model.intercept)") {
            $0 + " + (\(model.coefficients[$1])::DOUBLE) * (\(model.features[$1]) - (\(model.mean[$1])::DOUBLE)) / "
                + "(\(model.sd[$1])::DOUBLE)"
        }
        let scored = folder.appendingPathComponent("scored.parquet").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: duckdb)
        process.arguments = [
            "-c",
            "COPY (SELECT * EXCLUDE (SEX, RAC1P), SEX::INT AS SEX, RAC1P::INT AS RAC1P, score, (score >= 0.5)::INT AS "
                + "prediction FROM (SELECT *, round_even(1e6 / (1 + exp(-(\(sum)))), 0) / 1e6 AS score FROM "
                + "'\(test)')) TO '\(scored)'",
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let columns = ["--label", "PINCP"] + Self.columns
        let performance = try result(["performance", "--data", scored] + columns)
        #expect(compare(try expected("acs", "performance"), performance, "performance") >= 40)
        let calibration = try result(["calibration", "--data", scored] + columns)
        #expect(compare(try expected("acs", "calibration"), calibration, "calibration") >= 15)
        let fairness = try measure(
            ["fairness", "--data", scored, "--protected", "SEX,RAC1P", "--fail-on", "equal_opportunity_difference>0.5"]
                + columns)
        #expect(fairness.status == 0)
        #expect(compare(try expected("acs", "fairness"), fairness.json["result"], "fairness") >= 60)
    }
}
