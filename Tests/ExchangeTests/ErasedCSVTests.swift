// An erased record in CSV: when it was erased, and nothing that stands in its fields to fill them.
import Exchange
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

@Suite struct ErasedCSVTests {
    @Test func anErasedRecordSaysOnlyThatItWasErased() throws {
        var fixtures = Fixtures(seed: 3)
        let schema = Companion.schema.erased
        let meta = RecordMeta(
            version: 2, isArchived: true, organisation: fixtures.id(), since: 4, until: nil, createdAt: Fixtures.start,
            createdBy: nil, updatedAt: Fixtures.start, updatedBy: nil)
        let record = StoredRecord(
            schema: schema, id: fixtures.id(), meta: meta, values: [.text("Erased"), .null, .integer(5)])
        let line = try CSVReader.rows(CSVRecords(schema).rows([record.markedErased(at: Fixtures.start)]))[0].cells
        #expect(line == [record.id.lowercased, "2", "erased on 2026-01-01", "", ""])
        let other = try CSVReader.rows(CSVRecords(schema).rows([record]))[0].cells
        #expect(other == [record.id.lowercased, "2", "Erased", "", "5"])
    }
}
