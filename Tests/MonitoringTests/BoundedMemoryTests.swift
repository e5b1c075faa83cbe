// Estimates, baselines, explanations and transparency in bounded memory against the same rows read whole.
import Foundation
import Statistics
import Testing

@testable import Monitoring

private struct Random {
    var state: UInt64
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / 9_007_199_254_740_992
    }
}

private final class Files {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bounded-\(UUID())")
    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ name: String, _ text: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    /// Rows of a classifier that is badly calibrated, and of a regression, as CSV or NDJSON.
    func scored(_ name: String, rows: Int, seed: UInt64, shift: Double = 0, isCSV: Bool = true) throws -> String {
        var random = Random(state: seed)
        var text = isCSV ? "y,s,a,kind,truth,guess\n" : ""
        for i in 0..<rows {
            let a = random.next() + shift
            let score = (min(1, a * a) * 1e6).rounded() / 1e6
            let y = random.next() < min(1, a) ? 1 : 0
            let kind = ["x", "y", "z"][Int(random.next() * 3)]
            let guess = (a * 1e5).rounded() / 1e4
            let truth = guess + (random.next() - 0.5) * (kind == "x" ? 4 : 1)
            let isMissing = i % 89 == 5
            if isCSV {
                text += "\(y),\(isMissing ? "" : "\(score)"),\(a),\(kind),\(truth),\(guess)\n"
            } else {
                text += "{\"y\":\(y),\"a\":\(a),\"kind\":\"\(kind)\",\"truth\":\(truth),\"guess\":\(guess)"
                text += (isMissing ? "" : ",\"s\":\(score)") + "}\n"
            }
        }
        return try write(name, text)
    }
}

/// Every number of the report, by its path.
private func numbers(_ value: ReportValue, _ path: String = "") -> [String: Double] {
    switch value {
    case .object(let object):
        object.members.reduce(into: [:]) { out, member in
            out.merge(numbers(member.value, path + "." + member.key)) { first, _ in first }
        }
    case .array(let values):
        values.enumerated().reduce(into: [:]) { out, item in
            out.merge(numbers(item.element, path + "[\(item.offset)]")) { first, _ in first }
        }
    case .integer, .number: value.number.map { [path: $0] } ?? [:]
    default: [:]
    }
}

@Suite struct BoundedMemoryTests {
    // MARK: Estimates

    private func exact(_ reference: String, _ current: String, _ chunking: Chunking) throws -> ReportObject {
        func table(_ path: String) throws -> Table {
            try TableReader().read(path: path) { $0 == "s" || $0 == "y" ? .numeric : .ignored }
        }
        let second = try table(current)
        return try Estimate.report(
            reference: BinaryColumns(table: table(reference), label: "y", prediction: nil, score: "s").sample,
            current: Estimate.Unlabelled(table: second, prediction: nil, score: "s"),
            chunks: Chunks(second, by: chunking))
    }

    private func streamed(
        _ reference: String, _ current: String, _ chunking: Chunking, bytes: Int
    ) throws -> (result: ReportObject, counted: CalibrationAccumulator) {
        let stream = EstimateStream(prediction: nil, score: "s", chunking: chunking, bytesMax: bytes)
        let found = try stream.reference(path: reference, label: "y")
        let result = try stream.report(
            map: CalibrationMap(found.counted), realised: Estimate.realised(found.counted), current: current)
        return (result.result, found.counted)
    }

    @Test(arguments: [true, false], [1 << 30, 1 << 18])
    func anEstimateOfAStreamIsThatOfTheRowsWithinItsErrors(_ isCSV: Bool, _ bytes: Int) throws {
        let files = try Files()
        let reference = try files.scored("r", rows: 12_000, seed: 1, isCSV: isCSV)
        let current = try files.scored("c", rows: 9_000, seed: 2, shift: -0.1, isCSV: isCSV)
        let whole = try exact(reference, current, .rows(4_000))
        let (found, counted) = try streamed(reference, current, .rows(4_000), bytes: bytes)
        #expect(whole["calibration"]?["isotonic"] == .bool(true) && found["calibration"]?["isotonic"] == .bool(true))
        let isExact = bytes == 1 << 30
        #expect(counted.isExact == isExact && counted.sample.count == (isExact ? counted.count : 0))
        #expect((found["calibration"]?["from"] == nil) == isExact)
        let expected = numbers(.object(whole))
        let seen = numbers(.object(found))
        var compared = 0
        for (path, value) in expected where !path.contains("calibration") && !path.hasSuffix("_se") {
            let error = seen[path + "_error_max"] ?? 0
            let isCount = [".tp", ".fp", ".tn", ".fn"].contains { path.hasSuffix($0) }
            guard !isCount || isExact else { continue }
            #expect(abs((seen[path] ?? .nan) - value) <= error + 1e-9 * max(1, value), "\(path)")
            #expect(error < 0.2, "\(path) \(error)")
            compared += 1
        }
        #expect(compared > 35)
        // Beyond the budget every estimate says how far it can be off.
        if !isExact { #expect((seen[".estimated.accuracy_error_max"] ?? 0) > 0) }
        #expect((seen[".chunks[1].roc_auc_error_max"] ?? 0) > 0)
    }

    @Test func whatIsWrongWithAStreamOfAnEstimateIsTold() throws {
        let files = try Files()
        let good = try files.write("good", "y,s\n1,0.5\n0,0.1\n")
        let stream = EstimateStream(prediction: "p", score: "s")
        #expect { try stream.reference(path: good, label: "y") } throws: { "\($0)".contains("no column \"p\"") }
        let plain = EstimateStream(prediction: nil, score: "s")
        let wrong = try files.write("wrong", "y,s\n1,1.5\n")
        #expect { try plain.reference(path: wrong, label: "y") } throws: { "\($0)".contains("not within 0 … 1") }
        let empty = try files.write("empty", "y,s\n1,\n")
        #expect { try plain.reference(path: empty, label: "y") } throws: { "\($0)".contains("no row has label") }
        let map = try CalibrationMap(plain.reference(path: good, label: "y").counted)
        #expect { try plain.report(map: map, realised: ReportObject(), current: empty) } throws: {
            "\($0)".contains("no row has prediction and score")
        }
    }

    @Test func aRegressionIsEstimatedOnRowsThatFitWithinTheErrorOfASample() throws {
        let files = try Files()
        let reference = try files.scored("r", rows: 20_000, seed: 3)
        let current = try files.scored("c", rows: 20_000, seed: 4)
        let limit = LossEstimate.rowsMax(bytes: 1 << 19, columns: 6)
        #expect(limit < 3_000 && limit >= LossEstimate.fitRowsMin)
        func taken(_ path: String, _ limit: Int) throws -> SelectedRows.Selection {
            try SelectedRows().read(
                path: path, role: { _ in .inferred },
                choose: {
                    Explanation.evenPlaces(of: $0.rows, limit)
                })
        }
        func report(_ limit: Int) throws -> ReportObject {
            let (first, second) = (try taken(reference, limit), try taken(current, limit))
            #expect(first.table.rows == min(limit, 20_000) && first.input.rows == 20_000)
            return try LossEstimate.report(
                reference: first.table, current: second.table, label: "truth", prediction: "guess",
                features: ["a", "kind"], chunks: Chunks(second, by: .rows(7_000)),
                of: (first.input.rows, second.input.rows))
        }
        let whole = try report(.max)
        let part = try report(limit)
        #expect(whole["estimated"]?["mae_sampling_se"] == nil && whole["reference_chunks"]?["chunks"] == .integer(2))
        #expect(part["reference_chunks"] == .null && part["reference_chunks_reason"] != nil)
        guard case .array(let chunks)? = part["chunks"], case .array(let all)? = whole["chunks"] else {
            throw MeasureError("no chunks")
        }
        #expect(chunks.map { $0["first_row"]?.number } == [0, 7_000, 14_000])
        #expect(chunks.compactMap { $0["n"]?.number }.reduce(0, +) == Double(limit))
        for (a, b) in zip([part["estimated"]] + chunks, [whole["estimated"]] + all) {
            let error = try #require(a?["mae_sampling_se"]?.number)
            // What is learnt from other rows errs as well: about as much as means of so many losses.
            let learnt = (part["estimated"]?["mae_se"]?.number ?? 0)
            #expect(error > 0 && error < 0.05)
            #expect(abs((a?["mae"]?.number ?? .nan) - (b?["mae"]?.number ?? .nan)) < 4 * (error + learnt))
        }
    }

    // MARK: Rows by their places

    @Test(arguments: [true, false])
    func rowsThatAreTakenAreThoseOfTheFile(_ isCSV: Bool) throws {
        let files = try Files()
        let path = try files.scored("r", rows: 3_000, seed: 9, isCSV: isCSV)
        let role: (String) -> ColumnRole = { $0 == "truth" ? .ignored : .inferred }
        let whole = try TableReader().read(path: path, role: role)
        let places = [2_999, 0, 17, 94, 18, 1_500, 17]
        let found = try SelectedRows().read(path: path, role: role) { input in
            #expect(input.rows == 3_000)
            return places
        }
        #expect(found.places == [0, 17, 18, 94, 1_500, 2_999] && found.table.rows == 6)
        #expect(found.indices(places) == [5, 0, 1, 3, 2, 4, 1] && found.input.sha256 == whole.sha256)
        for column in whole.columns {
            let own = try #require(found.table[column.name])
            for (row, place) in found.places.enumerated() {
                if let numbers = column.numbers {
                    let (a, b) = (numbers[place], own.numbers?[row] ?? 0)
                    #expect(a == b || (a.isNaN && b.isNaN), "\(column.name) \(place)")
                } else {
                    let codes = try #require(own.codes)
                    #expect(own.categories[Int(codes[row])] == column.categories[Int(column.codes?[place] ?? -1)])
                }
            }
            #expect(own.nulls == (own.numbers ?? []).count { $0.isNaN })
        }
        #expect(found.table["s"]?.nulls == 1)
        #expect(throws: TableError.self) { try SelectedRows().read(path: "-", role: role) { _ in [] } }
    }

    // MARK: Baselines

    @Test(arguments: [true, false])
    func aBaselineOfAStreamIsThatOfTheRows(_ isCSV: Bool) throws {
        let files = try Files()
        let path = try files.scored("r", rows: 30_000, seed: 5, isCSV: isCSV)
        let current = try files.scored("c", rows: 5_000, seed: 6, shift: 0.2, isCSV: isCSV)
        let whole = try DriftRequest().baseline(reference: path, name: "r")
        let fits = try DriftRequest(streamBytesMax: 1 << 30).baseline(reference: path, name: "r")
        #expect(fits.sketched.isEmpty && fits.sha256 == whole.sha256 && fits.rows == whole.rows)
        #expect(fits.numericNames.sorted() == whole.numericNames.sorted() && fits.categoricalNames == ["kind"])
        let sketch = try DriftRequest(streamBytesMax: 1 << 16).baseline(reference: path, name: "r")
        #expect(Set(sketch.sketched.keys) == Set(whole.numericNames).subtracting(["none"]))
        #expect(sketch.sketched.values.allSatisfy { $0 > 0 && $0 < 0.01 })
        // At most 4,096 values of a column, whatever the rows.
        #expect(try sketch.encoded().count < 5 * 4_096 * 22 + 20_000)
        func drift(_ baseline: Baseline) throws -> ReportObject {
            try DriftRequest(suite: .standard).run(reference: .baseline(baseline), current: current).result
        }
        let (a, b, c) = (try drift(whole), try drift(fits), try drift(sketch))
        for name in whole.numericNames {
            let (x, y, z) = (a["numeric"]?[name], b["numeric"]?[name], c["numeric"]?[name])
            #expect(x?["psi_q10"]?["value"] == y?["psi_q10"]?["value"] && x?["ks"] == y?["ks"])
            let error = sketch.sketched[name] ?? 0
            let deciles = try #require(sketch.side.numeric[name]?.deciles)
            #expect(deciles.counts.reduce(0, +) == sketch.side.numeric[name]?.count)
            if name != "y" {
                // Deciles whose ranks are off by less than the error, counted exactly.
                let n = Double(deciles.counts.reduce(0, +))
                #expect(deciles.counts.allSatisfy { abs(Double($0) / n - 0.1) <= 2 * error + 1e-3 }, "\(name)")
            }
            let moved = abs((x?["psi_q10"]?["value"]?.number ?? 1) - (z?["psi_q10"]?["value"]?.number ?? 0))
            #expect(moved < 0.02, "\(name) \(moved)")
            let far = abs((x?["ks"]?["statistic"]?.number ?? 1) - (z?["ks"]?["statistic"]?.number ?? 0))
            #expect(far <= (z?["ks"]?["statistic_error_max"]?.number ?? 0) + 1e-12, "\(name) \(far)")
            #expect(x?["stats_ref"]?["min"] == z?["stats_ref"]?["min"])
        }
        #expect(a["categorical"] == c["categorical"] && a["categorical"] == b["categorical"])
        #expect(throws: (any Error).self) {
            try DriftRequest(numeric: ["nonsense"], streamBytesMax: 1 << 20).baseline(reference: path, name: "r")
        }
        #expect(throws: (any Error).self) {
            try DriftRequest(streamBytesMax: 1 << 20).baseline(reference: "-", name: "r")
        }
    }

    @Test func aBaselineKeepsTheBoundsOfItsCalibration() throws {
        let files = try Files()
        let reference = try files.scored("r", rows: 12_000, seed: 1)
        let current = try files.scored("c", rows: 6_000, seed: 2)
        let stream = EstimateStream(prediction: nil, score: "s", bytesMax: 1 << 18)
        let counted = try stream.reference(path: reference, label: "y").counted
        let baseline = try DriftRequest().baseline(reference: reference, name: "r", scored: counted)
        let path = try files.write("b.json", String(decoding: baseline.encoded(), as: UTF8.self))
        let again = try Baseline(contentsOf: path)
        #expect(again.calibration == (try CalibrationMap(counted)) && again.calibration?.bounds != nil)
        let (map, truth) = try Estimate.realised(again)
        let direct = try stream.report(map: map, realised: truth, current: current).result
        let own = try streamed(reference, current, .rows(10_000), bytes: 1 << 18).result
        #expect(direct["estimated"] == own["estimated"])
        #expect((direct["estimated"]?["accuracy_error_max"]?.number ?? 0) > 0)
    }

    // MARK: Explanations

    @Test func anExplanationOfSomeRowsIsThatOfAllWithinItsErrors() throws {
        let files = try Files()
        let path = try files.write(
            "m.json",
            #"{"kind":"logistic","features":["a","guess"],"mean":[0,5],"sd":[1,2],"coefficients":[1,-0.5],"intercept":0}"#
        )
        let model = try DeclaredModel(contentsOf: path)
        let data = try files.scored("r", rows: 20_000, seed: 7)
        let table = try TableReader().read(path: data) { model.features.contains($0) ? .numeric : .ignored }
        let all = try Explanation.rows(table, model: model)
        let whole = try Explanation.report(
            model: model, data: all, background: all, backgroundName: "r", chosen: [3, 19_999], method: .exact)
        let limit = Explanation.rowsMax(bytes: 1 << 20, features: 2)
        #expect(limit < 2_000)
        let chosen = [3, 19_999]
        let found = try SelectedRows().read(
            path: data, role: { model.features.contains($0) ? .numeric : .ignored },
            choose: { chosen + Explanation.evenPlaces(of: $0.rows, limit) })
        #expect(found.table.rows <= limit + 2)
        let rows = try Explanation.rows(found.table, model: model)
        func of(_ places: [Int]) -> [[Double]] { found.indices(places).map { rows[$0] } }
        let background = try SelectedRows().read(
            path: data, role: { model.features.contains($0) ? .numeric : .ignored },
            choose: { Explanation.evenPlaces(of: $0.rows, Explanation.backgroundRowsMax) })
        let part = try Explanation.report(
            model: model, data: of(Explanation.evenPlaces(of: 20_000, limit)), of: 20_000,
            background: Explanation.rows(background.table, model: model), backgroundName: "r",
            explained: zip(chosen, of(chosen)).map { ($0, $1) }, method: .exact)
        for key in ["rows", "background", "partial_dependence"] { #expect(part[key] == whole[key], "\(key)") }
        #expect(part["rows_measured"] == .integer(limit) && part["rows_in_data"] == .integer(20_000))
        #expect(whole["importance_se"] == nil)
        for name in model.features {
            let error = try #require(part["importance_se"]?[name]?.number)
            let difference = (part["importance"]?[name]?.number ?? .nan) - (whole["importance"]?[name]?.number ?? .nan)
            #expect(error > 0 && abs(difference) < 4 * error, "\(name) \(difference) \(error)")
        }
        let noise = try #require(part["robustness"]?["noise_tenth_sd"])
        let change = (whole["robustness"]?["noise_tenth_sd"]?["mean_change"]?.number ?? .nan)
        let error = try #require(noise["mean_change_se"]?.number)
        // The noise follows the place among the rows measured, which gives other signs.
        #expect(abs((noise["mean_change"]?.number ?? .nan) - change) < 5 * error)
        #expect(throws: MeasureError.self) { try Explanation.check([20_000], of: 20_000) }
    }

    // MARK: Transparency

    private func record(_ files: Files, people: Int, rows: Int) throws -> String {
        var random = Random(state: 4)
        var text = "reason,sent,told,who,group\n"
        for i in 0..<rows {
            let reason = random.next() < 0.2 ? "" : random.next() < 0.5 ? "R1" : "free text number \(i)"
            let sent = random.next() < 0.7 ? "1" : random.next() < 0.5 ? "0" : ""
            let told = random.next() < 0.98 ? "yes" : "no"
            let who = random.next() < 0.01 ? "" : "p\(Int(random.next() * Double(people)))"
            text += "\(reason),\(sent),\(told),\(who),\(i % 3 == 0 ? "f" : i % 50 == 1 ? "" : "m")\n"
        }
        return try files.write("d.csv", text)
    }

    private let columns = Transparency.Columns(
        explanation: "reason", delivered: "sent", informed: "told", person: "who", group: "group")

    @Test func transparencyOfAStreamIsThatOfTheRecordWhileItFits() throws {
        let files = try Files()
        let path = try record(files, people: 3_000, rows: 20_000)
        let table = try TableReader().read(path: path) { _ in .category }
        let whole = try Transparency.report(table: table, columns: columns)
        let found = try Transparency.report(path: path, columns: columns)
        #expect(found.result == whole && found.input == MeasurementReport.Input(table))
        #expect(whole["informed"]?["sampled_share"] == nil)
    }

    @Test func beyondTheBudgetPeopleAreASampleAndTextsAreBounded() throws {
        let files = try Files()
        let path = try record(files, people: 6_000, rows: 30_000)
        let whole = try Transparency.report(path: path, columns: columns).result
        let budget = 1 << 19
        let found = try Transparency.report(path: path, columns: columns, bytesMax: budget).result
        #expect(
            found["delivered"] == whole["delivered"]
                && found["groups"]?["explained_difference"]?["shares"]
                    == whole["groups"]?["explained_difference"]?["shares"]
        )
        let informed = try #require(found["informed"])
        let kept = try #require(informed["n"]?.number)
        #expect(kept <= Double(budget / 2 / TransparencyAccumulator.personBytes) && kept > 200)
        #expect([0.5, 0.25, 0.125, 0.0625].contains(informed["sampled_share"]?.number ?? 0))
        let all = try #require(whole["informed"]?["n"]?.number)
        #expect(abs((informed["people_estimated"]?.number ?? 0) / all - 1) < 0.2)
        let error = try #require(informed["share_se"]?.number)
        let difference = (informed["share"]?.number ?? 0) - (whole["informed"]?["share"]?.number ?? 1)
        #expect(error > 0 && error < 0.05 && abs(difference) < 4 * error)
        let explained = try #require(found["explained"])
        #expect(explained["distinct"] == .null && explained["distinct_reason"] != nil)
        let most = try #require(whole["explained"]?["most_frequent_share"]?.number)
        let low = try #require(explained["most_frequent_share"]?.number)
        let bound = try #require(explained["most_frequent_share_error_max"]?.number)
        #expect(low <= most && most <= low + bound && bound < 0.05)
    }

    @Test func partsOfARecordMakeTheWhole() throws {
        let files = try Files()
        let path = try record(files, people: 5_000, rows: 12_000)
        let table = try TableReader().read(path: path) { _ in .category }
        for budget in [Int.max, 1 << 18] {
            var whole = TransparencyAccumulator(bytesMax: budget)
            try whole.add(table, columns)
            var parts = TransparencyAccumulator(bytesMax: budget)
            for part in 0..<3 {
                var own = TransparencyAccumulator(bytesMax: budget)
                try own.add(table.filtered((part * 4_000..<(part + 1) * 4_000).map { Int32($0) }), columns)
                parts.merge(own)
            }
            #expect(parts.rows == 12_000 && parts.cells.made == whole.cells.made && parts.level == whole.level)
            #expect((whole.level > 0) == (budget != .max))
            #expect(Set(parts.people.keys) == Set(whole.people.keys) && parts.unknownPeople == whole.unknownPeople)
            let (a, b) = (parts.toldPeopleByGroup(), whole.toldPeopleByGroup())
            #expect(
                a.keys == b.keys && a.allSatisfy { b[$0.key]?.count == $0.value.count && b[$0.key]?.of == $0.value.of })
            #expect(
                parts.texts.keptBytes <= budget / 2
                    && parts.texts.distinct == (budget == .max ? whole.texts.distinct : nil))
        }
    }

    // MARK: The command

    @Test func theOptionIsCheckedAndWorks() throws {
        let files = try Files()
        let path = try files.scored("r.csv", rows: 4_000, seed: 1)
        let scored = ["--label", "y", "--score", "s"]
        let model = try files.write(
            "m.json", #"{"kind":"logistic","features":["a"],"mean":[0],"sd":[1],"coefficients":[1],"intercept":0}"#)
        let commands: [[String]] = [
            ["estimate", "--reference", path, "--current", path] + scored,
            ["baseline", "--reference", path, "--output", files.folder.appendingPathComponent("b.json").path] + scored,
            ["explain", "--data", path, "--background", path, "--model", model, "--rows", "0,3999"],
            ["transparency", "--decisions", path, "--explanation", "kind"],
            ["transparency", "--data", path, "--background", path, "--model", model],
            [
                "estimate", "--kind", "regression", "--reference", path, "--current", path, "--label", "truth",
                "--prediction", "guess", "--features", "a",
            ],
        ]
        for command in commands {
            let good = try MeasureRun(command + ["--memory-megabytes", "1"])
            #expect(good.status == 0, "\(command): \(good.error)")
            let bad = try MeasureRun(command + ["--memory-megabytes", "0"])
            #expect(bad.status == 2 && bad.error.contains("--memory-megabytes must be 1 to 1000000"), "\(bad.error)")
        }
        for (command, reason) in [
            (["estimate", "--reference", "-", "--current", path] + scored, "--reference is a file"),
            (
                [
                    "estimate", "--kind", "regression", "--reference", path, "--current", "-", "--label", "truth",
                    "--prediction", "guess",
                ], "reads --current twice"
            ),
            (["transparency", "--model-card", path, "--memory-megabytes", "1"], "needs --decisions or --model"),
        ] {
            let bad = try MeasureRun(command)
            #expect(bad.status == 2 && bad.error.contains(reason), "\(bad.error)")
        }
        let missing = try MeasureRun([
            "explain", "--data", path, "--background", path, "--model", model, "--rows", "4000", "--memory-megabytes",
            "1",
        ])
        #expect(missing.status == 2 && missing.error.contains("there is no row 4000"))
    }
}
