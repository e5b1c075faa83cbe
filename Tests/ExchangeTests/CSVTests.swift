// CSV as spreadsheets and other programs read it: RFC 4180, nothing that runs, everything back as it was.
import Exchange
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

/// The cells of all rows.
private func rows(_ bytes: [UInt8]) throws -> [[String]] {
    try CSVReader.rows(bytes, delimiter: .comma).map(\.cells)
}

@Suite struct CSVTests {
    private func bytes(_ cells: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        CSV.append(cells, to: &bytes)
        return bytes
    }

    @Test func aLineIsWrittenAsRFC4180HasIt() {
        #expect(bytes(["a", "b,c", "d\"e", "f\ng", ""]) == Array("a,\"b,c\",\"d\"\"e\",\"f\ng\",\r\n".utf8))
    }

    @Test func everyTextComesBackAsItWas() throws {
        let texts =
            Fixtures.hostile + Fixtures.words + [
                "", " ", " x ", "\"", "\"\"", ",", "\n", "\r\n", "a\r\nb", "'", "''", "'=1", "''=1", "=1", "'x",
                "\u{FEFF}x",
            ]
        for text in texts {
            let parsed = try rows(bytes(["id", CSV.disarmed(text)]))
            #expect(parsed == [["id", CSV.disarmed(text)]])
            #expect(CSV.armed(parsed[0][1]) == text, "\(text.debugDescription)")
        }
        #expect(try rows(texts.flatMap { bytes([$0, "end"]) }) == texts.map { [$0, "end"] })
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0", "'=1", "'''@x"])
    func whatASpreadsheetWouldRunGetsAnApostrophe(_ text: String) {
        #expect(CSV.disarmed(text) == "'" + text)
    }

    @Test(arguments: ["x=1", "1+1", "'", "'x", "", "a@b.example", "ü=1"])
    func whatIsNoFormulaStaysAsItIs(_ text: String) {
        #expect(CSV.disarmed(text) == text)
        #expect(CSV.armed(text) == text)
    }
}

@Suite struct CSVRecordsTests {
    private func record(_ schema: AnySchema, _ values: [FieldValue], version: Int = 3) -> StoredRecord {
        let at = Fixtures.start
        return StoredRecord(
            schema: schema, id: UUID.version7(at: at, random: (1, 2)),
            meta: RecordMeta(
                version: version, isArchived: false, organisation: .unset, since: 0, until: nil, createdAt: at,
                createdBy: nil, updatedAt: at, updatedBy: nil), values: values)
    }

    @Test func theHeaderHasIdVersionAndTheWireNames() throws {
        let schema = Companion.schema.erased
        #expect(try rows(CSVRecords(schema).header) == [["id", "version", "name", "specimen", "rating"]])
    }

    @Test func valuesHaveTheirOneTextFormAndOnlyTextsAreDisarmed() throws {
        let schema = Companion.schema.erased
        let stored = record(schema, [.text("=HYPERLINK(\"x\")"), .null, .integer(-5)])
        let lines = try rows(CSVRecords(schema).rows([stored]))
        #expect(lines == [[stored.id.lowercased, "3", "'=HYPERLINK(\"x\")", "", "-5"]])
    }

    @Test func everyValueOfEveryKindComesBack() throws {
        var fixtures = Fixtures(seed: 11)
        let schema = Specimen.schema.erased
        let targets = Dictionary(
            uniqueKeysWithValues: SampleRegistry.schemas.map { ($0.type, [fixtures.id(), fixtures.id()]) })
        for _ in 0..<100 {
            let stored = record(schema, fixtures.validRecord(schema, targets: targets).values)
            let cells = try rows(CSVRecords(schema).rows([stored]))[0].dropFirst(2)
            for (field, (value, cell)) in zip(schema.fields, zip(stored.values, cells)) {
                #expect(CSV.armed(cell) == value.text, "\(field.name)")
            }
        }
    }

    @Test func everyPageIsWrittenOnceAndInOrder() async throws {
        let schema = Companion.schema.erased
        let all = (0..<7).map { record(schema, [.text("n\($0)"), .null, .null], version: $0 + 1) }
        var written: [UInt8] = []
        try await CSVRecords(schema).export(
            read: { cursor in
                let start = cursor.flatMap { Int($0) } ?? 0
                let end = min(start + 3, all.count)
                return RecordPage(
                    records: Array(all[start..<end]), next: end < all.count ? String(end) : nil, previous: nil)
            }, write: { written += $0 })
        let lines = try rows(written)
        #expect(lines.count == 8)
        #expect(lines.dropFirst().map { $0[2] } == (0..<7).map { "n\($0)" })
    }
}
