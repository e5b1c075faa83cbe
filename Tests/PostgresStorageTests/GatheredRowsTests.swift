// Which rows may go to the database in the server's name, and what has to wait for them.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

@testable import PostgresStorage

@Suite struct GatheredRowsTests {
    private let leaf = Insertion(into: "\"leaf\"", ["\"ledger\"", "\"index\""], owner: "\"ledger\"")
    private let note = Insertion(into: "\"note\"", ["\"text\""], owner: "\"ledger\"")

    @Test func onlyRowsOfTheirOwnOrganisationAreTaken() {
        var fixtures = Fixtures(seed: 1)
        let (here, elsewhere) = (fixtures.id(), fixtures.id())
        var gathered = GatheredRows()
        var isTaken = false
        let row: [SQLValue] = [.identifier(here), .integer(0)]
        for scope in [.organisation(elsewhere), .organisation(nil), .server, nil] as [SQLScope?] {
            isTaken = gathered.add(row, leaf, in: scope)
            #expect(!isTaken)
        }
        isTaken = gathered.add([.null, .integer(0)], leaf, in: .organisation(here))
        #expect(!isTaken)
        isTaken = gathered.add([.null, .integer(0)], leaf, in: .organisation(nil))
        #expect(!isTaken)
        // A table of which nobody says whose rows they are.
        isTaken = gathered.add([.identifier(here)], note, in: .organisation(here))
        #expect(!isTaken)
        #expect(gathered.isEmpty)
        isTaken = gathered.add(row, leaf, in: .organisation(here))
        #expect(isTaken)
        #expect(!gathered.isEmpty)
    }

    @Test func whoeverCouldSeeARowHasItSentFirst() {
        var fixtures = Fixtures(seed: 2)
        let (here, elsewhere) = (fixtures.id(), fixtures.id())
        var gathered = GatheredRows()
        var isTaken = false
        #expect(!gathered.isSeen(from: .server))
        isTaken = gathered.add([.identifier(here), .integer(0)], leaf, in: .organisation(here))
        #expect(isTaken)
        #expect(gathered.isSeen(from: .organisation(here)))
        #expect(gathered.isSeen(from: .server))
        #expect(gathered.isSeen(from: nil))
        #expect(!gathered.isSeen(from: .organisation(elsewhere)))
        #expect(!gathered.isSeen(from: .organisation(nil)))
    }

    @Test func rowsGoInFewStatements() {
        var fixtures = Fixtures(seed: 3)
        var gathered = GatheredRows()
        var isTaken = false
        let other = Insertion(
            into: "\"record\"", ["\"id\"", "\"organisation\""], owner: "\"organisation\"", isReferredTo: true)
        for number in 0..<35 {
            let id = fixtures.id()
            isTaken = gathered.add([.identifier(id), .integer(Int64(number))], leaf, in: .organisation(id))
            #expect(isTaken)
            isTaken = gathered.add([.identifier(id), .identifier(id)], other, in: .organisation(id))
            #expect(isTaken)
        }
        let statements = gathered.statements
        // 35 = 16 + 16 + 3, twice; what others refer to goes first, though it was named last.
        #expect(statements.map(\.values.count) == [32, 32, 6, 32, 32, 6])
        #expect(
            statements[2].text == "INSERT INTO \"record\" (\"id\", \"organisation\") VALUES (?, ?), (?, ?), (?, ?)")
        #expect(statements[5].text == "INSERT INTO \"leaf\" (\"ledger\", \"index\") VALUES (?, ?), (?, ?), (?, ?)")
        let numbers = statements[3...].flatMap { sql in
            sql.values.compactMap { if case .integer(let number) = $0 { number } else { nil } }
        }
        #expect(numbers == Array(0..<35))
    }
}
