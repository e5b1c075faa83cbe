// Rows over time: what a time is, which period it lies in, and measures chunk by chunk.
import Foundation
import Monitoring
import Statistics
import Testing

/// A table of the text of a CSV file.
func csv(_ text: String, zone: String = "UTC", _ role: (String) -> ColumnRole) throws -> Table {
    var reader = TableReader()
    reader.timeZone = try #require(TimeZone(identifier: zone))
    return try reader.read(MappedFile(path: "t.csv", contents: Array(text.utf8)), role: role)
}

@Suite struct ChunkTests {
    private func seconds(_ text: String, zone: String = "UTC") throws -> Double? {
        let table = try csv("at,x\n\"\(text)\",1\n", zone: zone) { $0 == "at" ? .time : .numeric }
        return table["at"]?.numbers?.first
    }

    @Test(
        arguments: [
            ("2026-03-01", 1_772_323_200), ("2026-03-01T00:00:00Z", 1_772_323_200), ("2026-03-01 12:30", 1_772_368_200),
            ("2026-03-01t12:30:15.25z", 1_772_368_215.25), ("2026-03-01T12:30:00+01:00", 1_772_364_600),
            ("2026-03-01 12:30:00+01", 1_772_364_600), ("2026-03-01T12:30:00-0530", 1_772_388_000),
            ("1772323200", 1_772_323_200), ("1772323200500", 1_772_323_200.5), ("1969-12-31T23:59:59Z", -1),
            ("2024-02-29", 1_709_164_800), ("2000-02-29", 951_782_400), ("0001-01-01", -62_135_596_800),
        ] as [(String, Double)])
    func aTimeIsRead(_ text: String, _ expected: Double) throws {
        #expect(try seconds(text) == expected)
    }

    @Test(arguments: [
        "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-3-1", "01.03.2026", "12",
        "yesterday",
        "2026-03-01T24:00", "2026-03-01T12:60", "2026-03-01T12:30:00+1", "2026-03-01T12:30:00+01:0", "2026-03-01T",
        "2026-03-01T12:30:00.", "2026-03-01T12:30:00Zx", "2026-03-01x",
    ])
    func whatIsNoTimeIsRefusedByLineAndColumn(_ text: String) {
        let error = #expect(throws: TableError.self) { try seconds(text) }
        #expect(error?.line == 2 && error?.column == 1 && error?.reason == "\"\(text)\" is not a time")
    }

    /// 29 March 2026, 01:00 UTC: Berlin goes from +1 to +2; 25 October 2026, 01:00 UTC: back.
    @Test func theClockOfTheZoneIsThatOfTheMoment() throws {
        for (utc, local) in [
            ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59"), ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00"),
            ("2026-10-25T00:59:59Z", "2026-10-25T02:59:59"), ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00"),
            ("2026-12-31T23:30:00Z", "2027-01-01T00:30:00"),
        ] {
            #expect(try seconds(utc, zone: "Europe/Berlin") == seconds(local, zone: "Europe/Berlin"), "\(utc)")
        }
        // Within an hour in which the offset changes, 30 minutes past (Lord Howe, 4 April 2026, 15:00 UTC: +11 to
        // +10:30).
        #expect(
            try seconds("2026-04-04T15:10:00Z", zone: "Australia/Lord_Howe")
                == seconds("2026-04-05T01:40:00", zone: "Australia/Lord_Howe"))
    }

    private func labels(_ times: [String], _ period: Chunking.Period, zone: String = "UTC") throws -> [String] {
        let table = try csv("at,x\n" + times.map { "\($0),1\n" }.joined(), zone: zone) { $0 == "at" ? .time : .numeric }
        return try Chunks(
            table, by: .period(period, column: "at"), timeZone: try #require(TimeZone(identifier: zone))
        ).list.map { "\($0.label) \($0.days?.first ?? "") \($0.days?.end ?? "") \($0.rows.map(Int.init))" }
    }

    @Test func periodsAreThoseOfTheCalendar() throws {
        #expect(
            try labels(["2026-02-28", "2026-03-01", "2026-02-28T23:59:59Z"], .day) == [
                "2026-02-28 2026-02-28 2026-03-01 [0, 2]", "2026-03-01 2026-03-01 2026-03-02 [1]",
            ])
        // 2027-01-01 is a Friday and still in week 53 of 2026; 2024-12-30 is a Monday in week 1 of 2025.
        #expect(
            try labels(["2027-01-04", "2026-12-28", "2027-01-01"], .week) == [
                "2026-W53 2026-12-28 2027-01-04 [1, 2]", "2027-W01 2027-01-04 2027-01-11 [0]",
            ])
        #expect(try labels(["2024-12-30"], .week) == ["2025-W01 2024-12-30 2025-01-06 [0]"])
        #expect(
            try labels(["2025-12-31", "2026-02-01"], .month) == [
                "2025-12 2025-12-01 2026-01-01 [0]", "2026-01 2026-01-01 2026-02-01 []",
                "2026-02 2026-02-01 2026-03-01 [1]",
            ])
        #expect(try labels(["1969-12-31", "1970-01-01"], .month).count == 2)
        #expect(
            try labels(["2026-03-31T23:30:00Z"], .day, zone: "Europe/Berlin") == [
                "2026-04-01 2026-04-01 2026-04-02 [0]"
            ])
    }

    /// Every day of 120 years, against Foundation's calendar.
    @Test func everyWeekAndMonthAgreesWithFoundation() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = .gmt
        let days = Array(stride(from: -20_000, through: 24_000, by: 1))
        let dates = days.map { day -> String in
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        }
        for start in stride(from: 0, to: days.count, by: 9_000) {
            let part = Array(dates[start..<min(days.count, start + 9_000)])
            let table = try csv("at\n" + part.joined(separator: "\n") + "\n") { _ in .time }
            for period in Chunking.Period.allCases {
                let chunks = try Chunks(table, by: .period(period, column: "at"))
                for chunk in chunks.list {
                    for row in chunk.rows {
                        let date = Date(timeIntervalSince1970: Double(days[start + Int(row)]) * 86_400)
                        let parts = calendar.dateComponents([.yearForWeekOfYear, .weekOfYear], from: date)
                        let expected =
                            switch period {
                            case .day: part[Int(row)]
                            case .month: String(part[Int(row)].prefix(7))
                            case .week:
                                String(format: "%04d-W%02d", parts.yearForWeekOfYear ?? 0, parts.weekOfYear ?? 0)
                            }
                        if chunk.label != expected {
                            Issue.record("\(chunk.label), expected \(expected)")
                            return
                        }
                    }
                }
            }
        }
    }

    @Test func rowsWithoutATimeAreCountedAndLeftOut() throws {
        let table = try csv("at,x\n2026-01-01,1\n,2\n2026-01-02,3\n") { $0 == "at" ? .time : .numeric }
        let chunks = try Chunks(table, by: .period(.day, column: "at"))
        #expect(chunks.withoutTime == 1 && chunks.list.map(\.rows) == [[0], [2]])
        #expect(chunks.report["rows_without_time"] == .integer(1) && chunks.report["time_zone"] == .string("GMT"))
        let none = try csv("at,x\n,1\n,2\n") { $0 == "at" ? .time : .numeric }
        #expect(throws: TableError.self) { try Chunks(none, by: .period(.day, column: "at")) }
        #expect(throws: TableError.self) { try Chunks(table, by: .period(.day, column: "missing")) }
        #expect(throws: TableError.self) { try Chunks(table, by: .rows(0)) }
        let wide = try csv("at\n0001-01-01\n2026-01-01\n") { _ in .time }
        let error = #expect(throws: TableError.self) { try Chunks(wide, by: .period(.day, column: "at")) }
        #expect(error?.reason.contains("choose a longer period") == true)
    }

    @Test func chunksByCountCoverAllRowsOnce() throws {
        let table = try csv("x\n" + (0..<10).map { "\($0)\n" }.joined()) { _ in .numeric }
        let chunks = try Chunks(table, by: .rows(4))
        #expect(chunks.list.map(\.label) == ["0", "4", "8"] && chunks.list.map(\.rows.count) == [4, 4, 2])
        #expect(chunks.list.flatMap(\.rows) == (0..<10).map { Int32($0) })
    }

    // MARK: Measures

    private func monthly() throws -> (reference: Table, current: Table) {
        var generator = SystemRandom(seed: 3)
        func rows(_ n: Int, _ date: (Int) -> String, _ shift: (Int) -> Double) -> String {
            (0..<n).map { i in
                let x = generator.next() + generator.next() + shift(i)
                return "\(date(i)),\(x),\(generator.next() < 0.3 ? "a" : "b")\n"
            }.joined()
        }
        let reference = "at,x,c\n" + rows(3_000, { _ in "2025-12-01" }, { _ in 0 })
        let current =
            "at,x,c\n" + rows(3_000, { "2026-0\(1 + $0 / 1_000)-05" }, { $0 < 2_000 ? 0 : 0.5 })
            + "2026-05-01,1,a\n,1,a\n"
        let role: (String) -> ColumnRole = { $0 == "at" ? .time : $0 == "x" ? .numeric : .category }
        return (try csv(reference, role), try csv(current, role))
    }

    @Test func driftOfAChunkIsThatOfItsRowsAlone() throws {
        let (reference, current) = try monthly()
        let side = DriftSide(table: reference)
        let chunks = try Chunks(current, by: .period(.month, column: "at"))
        guard
            case .array(let found) = Drift.chunks(
                chunks, table: current, reference: side, numeric: ["x"], categorical: ["c"])
        else { throw MeasureError("no chunks") }
        #expect(
            found.map { $0["label"] } == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"].map { .string($0) })
        for (i, chunk) in found.prefix(3).enumerated() {
            let rows = try csv(
                "x,c\n"
                    + chunks.list[i].rows.map { row in
                        "\(current["x"]?.numbers?[Int(row)] ?? 0),"
                            + "\(current["c"]?.categories[Int(current["c"]?.codes?[Int(row)] ?? 0)] ?? "")\n"
                    }.joined()
            ) { $0 == "x" ? .numeric : .category }
            let whole = Drift.report(
                numeric: ["x"], categorical: ["c"], reference: side, current: DriftSide(table: rows, against: side))
            #expect(chunk["columns"]?["x"]?["psi"] == whole["numeric"]?["x"]?["psi_q10"]?["value"])
            #expect(chunk["columns"]?["x"]?["js_distance_base2"] == whole["numeric"]?["x"]?["js_distance_q10_base2"])
            #expect(chunk["columns"]?["c"]?["psi"] == whole["categorical"]?["c"]?["psi_cat"])
        }
        let psi = found.map { $0["columns"]?["x"]?["psi"]?.number }
        #expect((psi[0] ?? 1) < 0.05 && (psi[2] ?? 0) > 0.25)
        #expect(psi[3] == nil && psi[4] == nil)
        #expect(
            found[4]["columns"]?["x"]?["psi_reason"] == .string("insufficient data: 1 values, at least 30 are needed"))
    }

    @Test func aCategoryThatTheReferenceLacksIsDriftOfItsChunk() throws {
        let reference = try csv("c\n" + String(repeating: "a\nb\n", count: 50)) { _ in .category }
        let current = try csv("c\n" + String(repeating: "a\nb\n", count: 50) + String(repeating: "z\n", count: 100)) {
            _ in .category
        }
        let side = DriftSide(table: reference)
        let chunks = try Chunks(current, by: .rows(100))
        guard
            case .array(let found) = Drift.chunks(
                chunks, table: current, reference: side, numeric: [], categorical: ["c"])
        else { throw MeasureError("no chunks") }
        #expect(found[0]["columns"]?["c"]?["psi"] == .number(0))
        let expected = Divergence.populationStability(reference: [50, 50, 0], current: [0, 0, 100])
        #expect(found[1]["columns"]?["c"]?["psi"] == ReportValue(expected))
    }

    @Test func aRequestMeasuresChunksOfTheCurrentFileOnly() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chunks-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let reference = folder.appendingPathComponent("r.csv")
        let current = folder.appendingPathComponent("c.csv")
        // The reference has no times at all.
        try Data(("x\n" + (0..<100).map { "\($0)\n" }.joined()).utf8).write(to: reference)
        try Data(("x,at\n" + (0..<100).map { "\($0),2026-01-\($0 < 50 ? "01" : "02")\n" }.joined()).utf8)
            .write(to: current)
        let request = DriftRequest(chunking: .period(.day, column: "at"))
        let (_, result) = try request.run(reference: .file(reference.path), current: current.path)
        guard case .array(let chunks)? = result["chunks"] else { throw MeasureError("no chunks") }
        #expect(chunks.count == 2 && result["chunking"]?["by"] == .string("day"))
        #expect(result["numeric"]?.object?.keys == ["x"] && result["categorical"]?.object?.keys == [])
        let baseline = try DriftRequest().baseline(reference: reference.path, name: "b")
        let again = try request.run(reference: .baseline(baseline), current: current.path).result
        #expect(again["chunks"] == result["chunks"])
        var stream = request
        stream.streamBytesMax = 1 << 20
        // As a stream, the same chunks are counted as the rows come.
        let streamed = try stream.run(reference: .file(reference.path), current: current.path).result
        #expect(streamed["chunks"] == result["chunks"] && streamed["chunking"] == result["chunking"])
        stream.chunking = .period(.day, column: "missing")
        #expect(throws: TableError.self) { try stream.run(reference: .file(reference.path), current: current.path) }
    }

    @Test func performanceAndEstimateOfAChunkLeaveOutIncompleteRows() throws {
        // Ten rows a chunk; the third row of each has no score.
        let text =
            "y,s\n"
            + (0..<40).map { "\($0 * 7 % 3 == 0 ? 1 : 0),\($0 % 10 == 2 ? "" : "\(Double($0 % 10) / 10)")\n" }.joined()
        let table = try csv(text) { _ in .numeric }
        let columns = try BinaryColumns(table: table, label: "y", prediction: nil, score: "s")
        let chunks = try Chunks(table, by: .rows(10))
        guard case .array(let found) = Performance.chunks(chunks, columns: columns) else { throw MeasureError("none") }
        #expect(found.count == 4 && found.allSatisfy { $0["n"] == .integer(9) && $0["incomplete"] == .integer(1) })
        for (i, chunk) in found.enumerated() {
            let rows = (i * 10..<i * 10 + 10).filter { $0 % 10 != 2 }
            let sample = BinarySample(
                labels: rows.map { $0 * 7 % 3 == 0 }, predictions: rows.map { $0 % 10 >= 5 },
                scores: rows.map { Double($0 % 10) / 10 })
            let whole = Performance.binary(sample)
            for key in ["accuracy", "recall", "roc_auc", "brier", "delong"] { #expect(chunk[key] == whole[key]) }
        }
        let unlabelled = try Estimate.Unlabelled(table: table, prediction: nil, score: "s")
        let report = try Estimate.report(reference: columns.sample, current: unlabelled, chunks: chunks)
        guard case .array(let estimated)? = report["chunks"] else { throw MeasureError("none") }
        #expect(estimated.allSatisfy { $0["n"] == .integer(9) && $0["rows"] == .integer(10) })
        #expect(estimated.map { $0["first_row"] } == [0, 10, 20, 30].map { .integer($0) })
    }

    @Test func severalClassesAndRegressionsHaveChunksToo() throws {
        let text =
            "y,p,t,q\n" + (0..<60).map { "\($0 % 3),\($0 < 30 ? $0 % 3 : 0),\($0),\($0 < 30 ? $0 : 0)\n" }.joined()
        let table = try csv(text) { ["y", "p"].contains($0) ? .category : .numeric }
        let chunks = try Chunks(table, by: .rows(30))
        let classes = try Performance.multiclassChunks(chunks, table: table, label: "y", prediction: "p")
        let errors = try Performance.regressionChunks(chunks, table: table, label: "t", prediction: "q")
        guard case .array(let first) = classes, case .array(let second) = errors else { throw MeasureError("none") }
        #expect(first.map { $0["accuracy"] } == [.number(1), .number(1.0 / 3)])
        #expect(second.map { $0["mae"] } == [.number(0), .number(44.5)])
    }
}

/// A generator of the tests.
private struct SystemRandom {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / 9_007_199_254_740_992
    }
}
