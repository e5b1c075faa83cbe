// One connection to PostgreSQL in pipeline mode: statements that nobody waits for are sent together with the next one
// whose rows are wanted, so that saving a record takes a handful of round trips, not twenty.
import CPostgres
import Foundation
import RecordKit
import Storage

/// A connection that is used by the thread that opened it.
final class PostgresConnection: SQLConnection {
    /// A statement with more places than this is sent unprepared: its text is seldom the same twice.
    private static let preparedPlacesMax = 64
    /// Prepared statements on one connection; beyond it all are made anew.
    private static let preparedMax = 600
    /// Statements that may wait for the next round trip.
    private static let waitingMax = 200

    /// What the server has still to answer.
    private enum Expected {
        case preparation(String)
        case statement(String, isWanted: Bool)
        case sync
    }
    /// A statement as the server knows it.
    private struct Prepared {
        let name: String
    }

    private let link: OpaquePointer
    private let address: PostgresAddress
    private var expected: [Expected] = []
    private var prepared: [String: Prepared] = [:]
    private var serial = 0
    /// What failed of the statements that nobody waited for.
    private var failure: PostgresError?
    /// What the server answers no longer fits what it was asked.
    private var isLost = false
    /// Whose rows the statements that follow are about, and what the server was told last.
    private var scope: SQLScope?
    private var scopeTold: SQLScope?
    /// Insertions wait for those of other organisations in the same transaction.
    var isGathering = false
    private var gathered = GatheredRows()
    /// The transaction's statements are held to the order of indexes; as ever, at the start of each.
    private var isReadingInOrder = false
    private var savepoints = 0
    private var numbers: ArraySlice<Int64> = []
    private var numbersTaken = 0
    /// Statements of this transaction that may have changed something.
    private(set) var changes = 0
    /// New records are saved under identifiers that nobody looks up first: should one be taken, the insertion fails.
    var isTrustingIdentifiers = false

    let dialect = Dialect.postgres
    let node: UUID?
    let lastRevisionNumber: Int64 = 0

    /// Connects, once.
    /// - Throws: ``PostgresError`` if the server does not answer or does not let us in.
    init(_ address: PostgresAddress, node: UUID?, application: String = "concord") throws {
        self.address = address
        self.node = node
        let parameters = address.parameters(application)
        let keywords: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.0)) } + [nil]
        let values: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer { for text in keywords + values { free(UnsafeMutablePointer(mutating: text)) } }
        guard let link = PQconnectdbParams(keywords, values, 1) else {
            throw PostgresError(state: "", message: "no memory for a connection")
        }
        self.link = link
        guard PQstatus(link) == CONNECTION_OK else {
            let message = address.redacted(Self.message(link))
            PQfinish(link)
            throw PostgresError(state: "", message: message)
        }
        PQsetNoticeProcessor(link, { _, _ in }, nil)
        do { try setUp() } catch {
            PQfinish(link)
            throw error
        }
    }

    /// What every session is set to. Times are in milliseconds.
    private func setUp() throws {
        try simple(
            "SET statement_timeout = 60000; SET lock_timeout = 30000; "
                + "SET idle_in_transaction_session_timeout = 300000; SET TimeZone = 'UTC'; "
                + "SET default_transaction_isolation = 'read committed'; SET jit = off")
        guard PQenterPipelineMode(link) == 1 else { throw error() }
    }

    func close() { PQfinish(link) }

    var isBroken: Bool { isLost || PQstatus(link) != CONNECTION_OK }

    // MARK: Outside of the pipeline

    /// Runs statements as they are, outside of any transaction of the store. Pipelining is off meanwhile.
    func outside<T>(_ body: ((String) throws -> [[String?]]) throws -> T) throws -> T {
        try settle()
        guard PQexitPipelineMode(link) == 1 else { throw error() }
        defer { PQenterPipelineMode(link) }
        return try body(simple)
    }

    /// The rows of the last of the statements, as text.
    @discardableResult
    private func simple(_ statements: String) throws -> [[String?]] {
        guard let result = PQexec(link, statements) else { throw error() }
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            throw error(result, statements)
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                PQgetisnull(result, row, column) == 1
                    ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }

    /// The version of the server, such as 150008 for 15.8.
    var serverVersion: Int { Int(PQserverVersion(link)) }
    /// The descriptor of the connection, to wait on.
    var socket: Int32 { PQsocket(link) }

    /// What other sessions notified since, as channel and payload. Pipelining must not be under way.
    func notifications() throws -> [(channel: String, payload: String)] {
        guard PQconsumeInput(link) == 1 else { throw lost() }
        var found: [(String, String)] = []
        while let notice = PQnotifies(link) {
            found.append((String(cString: notice.pointee.relname), String(cString: notice.pointee.extra)))
            PQfreemem(notice)
        }
        return found
    }

    // MARK: Statements

    func rows(_ sql: BoundSQL, isAlone: Bool) throws -> any SQLRows { try fetch(sql) }

    /// Sends what waits and a statement, and waits for its rows.
    func fetch(_ sql: BoundSQL) throws -> PostgresRows {
        if let failure { throw failure }
        try send(sql, isWanted: true)
        guard let rows = try settle().last else {
            throw PostgresError(state: "", message: "no answer to \(sql.text)")
        }
        return rows
    }

    /// Sends statements together and waits for the rows of all.
    func rows(of statements: [BoundSQL]) throws -> [any SQLRows] {
        try together { want in for sql in statements { try want(sql) } }
    }

    /// Sends what the body wants and runs, together, and waits for the rows of what it wants.
    func together(_ body: (_ want: (BoundSQL) throws -> Void) throws -> Void) throws -> [PostgresRows] {
        if let failure { throw failure }
        var wanted = 0
        try body { sql in
            try send(sql, isWanted: true)
            wanted += 1
        }
        let rows = try settle()
        guard rows.count == wanted else {
            throw PostgresError(state: "", message: "\(rows.count) answers to \(wanted) statements")
        }
        return rows
    }

    func run(_ sql: BoundSQL) throws {
        if let failure { throw failure }
        try send(sql, isWanted: false)
        if expected.count >= Self.waitingMax { try settle() }
    }

    /// Waits until everything that was sent is done.
    /// - Throws: ``PostgresError`` for the first that failed.
    func flush() throws {
        if let failure { throw failure }
        try settle()
    }

    func insert(_ row: [SQLValue], _ insertion: Insertion) throws {
        guard isGathering, savepoints == 0, gathered.add(row, insertion, in: scope) else {
            return try run(insertion.statement(row))
        }
        if let failure { throw failure }
        changes += 1
    }

    /// Sends the rows that wait. Each was taken from a change of its own organisation: together they go in the server's
    /// name.
    private func sendGathered() throws {
        guard !gathered.isEmpty else { return }
        let statements = gathered.statements
        gathered = GatheredRows()
        let counted = changes
        defer { changes = counted }
        try tell(.server)
        for sql in statements { try sendAsItIs(sql, isWanted: false, isPrepared: true) }
    }

    /// Sends a statement of the present scope after everything that it could see.
    private func send(_ sql: BoundSQL, isWanted: Bool) throws {
        if gathered.isSeen(from: scope) { try sendGathered() }
        if let scope { try tell(scope) }
        try sendAsItIs(sql, isWanted: isWanted, isPrepared: sql.values.count <= Self.preparedPlacesMax)
    }

    /// Tells the server whose rows are meant.
    private func tell(_ scope: SQLScope) throws {
        guard scopeTold != scope else { return }
        scopeTold = scope
        let (organisation, server) =
            switch scope {
            case .organisation(let id): (id?.lowercased ?? "", "off")
            case .server: ("", "on")
            }
        let sql = BoundSQL(
            "SELECT set_config('concord.organisation', ?, true), set_config('concord.server', ?, true)",
            [.text(organisation), .text(server)])
        try sendAsItIs(sql, isWanted: false, isPrepared: true)
    }

    /// Sends a statement that begins, ends or divides a transaction.
    private func control(_ text: String) throws {
        try sendAsItIs(BoundSQL(text), isWanted: false, isPrepared: true)
    }

    private func sendAsItIs(_ sql: BoundSQL, isWanted: Bool, isPrepared: Bool) throws {
        if sql.isReadInOrder != isReadingInOrder { try readInOrder(sql.isReadInOrder) }
        if !sql.text.hasPrefix("SELECT") { changes += 1 }
        let bound = Values(sql.values)
        let code: Int32
        if !isPrepared {
            code = bound.use { types, values, lengths, formats, count in
                PQsendQueryParams(link, translated(sql.text), count, types, values, lengths, formats, 1)
            }
        } else {
            let statement = try prepare(sql.text, bound)
            code = bound.use { _, values, lengths, formats, count in
                PQsendQueryPrepared(link, statement.name, count, values, lengths, formats, 1)
            }
        }
        guard code == 1 else { throw error() }
        expected.append(.statement(sql.text, isWanted: isWanted))
    }

    /// Holds the statements that follow to the order of an index, by one plan for all values, or lets the planner choose
    /// again. A list has a dozen indexes: to compare them anew for each page costs more than to read it.
    private func readInOrder(_ isInOrder: Bool) throws {
        isReadingInOrder = isInOrder
        let plans = isInOrder ? "force_generic_plan" : "auto"
        let others = isInOrder ? "off" : "on"
        var sql = BoundSQL(
            "SELECT set_config('plan_cache_mode', '\(plans)', true), set_config('enable_sort', '\(others)', true), "
                + "set_config('enable_bitmapscan', '\(others)', true)")
        sql.isReadInOrder = isInOrder
        try sendAsItIs(sql, isWanted: false, isPrepared: true)
    }

    private func prepare(_ text: String, _ values: Values) throws -> Prepared {
        if let known = prepared[text] { return known }
        if prepared.count >= Self.preparedMax {
            prepared = [:]
            guard PQsendQueryParams(link, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 1) == 1 else {
                throw error()
            }
            expected.append(.statement("DEALLOCATE ALL", isWanted: false))
        }
        serial += 1
        let made = Prepared(name: "s\(serial)")
        let code = values.use { types, _, _, _, count in
            PQsendPrepare(link, made.name, translated(text), count, types)
        }
        guard code == 1 else { throw error() }
        expected.append(.preparation(text))
        prepared[text] = made
        return made
    }

    /// `?` becomes `$1`, `$2` and so on.
    private func translated(_ text: String) -> String {
        var number = 0
        var made = ""
        made.reserveCapacity(text.utf8.count + 32)
        for part in text.split(separator: "?", omittingEmptySubsequences: false) {
            if number > 0 { made += "$\(number)" }
            made += part
            number += 1
        }
        return made
    }

    /// Waits for everything that was sent.
    /// - Returns: the rows of the statements that somebody wants, in their order.
    @discardableResult
    private func settle() throws -> [PostgresRows] {
        guard !expected.isEmpty else { return [] }
        if case .sync = expected[expected.count - 1] {
        } else {
            guard PQpipelineSync(link) == 1 else { throw lost() }
            expected.append(.sync)
        }
        var rows: [PostgresRows] = []
        var first: PostgresError?
        let waiting = expected
        expected.removeAll(keepingCapacity: true)
        for each in waiting {
            switch each {
            case .sync:
                guard let result = PQgetResult(link) else { throw lost() }
                defer { PQclear(result) }
                guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost(result) }
            case .preparation(let text):
                if let problem = try answer(text, nil) {
                    prepared[text] = nil
                    first = first ?? problem
                }
            case .statement(let text, let isWanted):
                let problem = try answer(text) { result in
                    guard isWanted else { return false }
                    rows.append(PostgresRows(result, text))
                    return true
                }
                first = first ?? problem
            }
        }
        if let first {
            failure = first
            throw first
        }
        return rows
    }

    /// Reads all answers to one message.
    /// - Parameter take: Takes a result over, or leaves it.
    /// - Returns: what the server refused.
    private func answer(_ text: String, _ take: ((OpaquePointer) -> Bool)?) throws -> PostgresError? {
        var problem: PostgresError?
        var isFirst = true
        while let result = PQgetResult(link) {
            isFirst = false
            var isTaken = false
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: isTaken = take?(result) ?? false
            case PGRES_PIPELINE_ABORTED:
                problem = problem ?? PostgresError(state: "25P02", message: "an earlier statement failed")
            default: problem = problem ?? error(result, text)
            }
            if !isTaken { PQclear(result) }
            if isBroken { throw lost() }
        }
        if isFirst, isBroken { throw lost() }
        return problem
    }

    // MARK: Transactions

    /// Begins a transaction with the next statement.
    func begin(isReading: Bool) throws {
        failure = nil
        scope = nil
        scopeTold = nil
        isGathering = false
        gathered = GatheredRows()
        isReadingInOrder = false
        savepoints = 0
        numbers = []
        numbersTaken = 0
        isTrustingIdentifiers = false
        try control(isReading ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN")
        changes = 0
    }

    /// Ends a transaction that only read; nobody waits for the answer, which is read before the next one.
    func endReading() throws {
        if failure != nil { return try rollback() }
        isReadingInOrder = false
        try control("COMMIT")
        guard PQpipelineSync(link) == 1 else { throw lost() }
        expected.append(.sync)
    }

    /// - Throws: ``PostgresError``; nothing is stored then, unless the connection was lost: then nobody knows.
    func commit() throws {
        if let failure { throw failure }
        try sendGathered()
        isReadingInOrder = false
        try control("COMMIT")
        try settle()
    }

    func rollback() throws {
        do { try settle() } catch let error as PostgresError where !error.isConnection {
            // Undone with the rest.
        }
        failure = nil
        gathered = GatheredRows()
        isReadingInOrder = false
        try control("ROLLBACK")
        try settle()
    }

    func inSavepoint(_ body: () throws -> Void) throws {
        savepoints += 1
        defer { savepoints -= 1 }
        let name = "s\(savepoints)"
        let scopeBefore = scope
        if let failure { throw failure }
        try sendGathered()
        try control("SAVEPOINT \(name)")
        do {
            try body()
            try flush()
        } catch {
            do { try settle() } catch let error as PostgresError where !error.isConnection {
                // Undone with the rest of the part.
            }
            // The whole transaction is to be tried again.
            if let lasting { throw lasting }
            failure = nil
            scope = scopeBefore
            scopeTold = nil
            isReadingInOrder = false
            try control("ROLLBACK TO SAVEPOINT \(name)")
            try control("RELEASE SAVEPOINT \(name)")
            try settle()
            throw error
        }
        try control("RELEASE SAVEPOINT \(name)")
    }

    func enter(_ scope: SQLScope) { self.scope = scope }

    /// Takes numbers for so many revisions with the next round trip of ``fetch(_:)``.
    func nextRevisionNumber() throws -> Int64? {
        if numbers.isEmpty {
            let wanted = min(max(4, numbersTaken * 4), 1_024)
            var taken: [Int64] = []
            let rows = try fetch(
                BoundSQL(
                    "SELECT nextval('revision_number') FROM generate_series(1, ?::bigint)",
                    [.integer(Int64(wanted))]))
            while try rows.next() { taken.append(rows[0]) }
            numbers = taken[...]
            numbersTaken += wanted
        }
        return numbers.popFirst()
    }

    func give(numbers: [Int64]) {
        self.numbers = numbers[...]
        numbersTaken = numbers.count
    }

    /// What keeps the whole transaction from going on, if it is a conflict or the loss of the connection.
    var lasting: PostgresError? { failure.flatMap { $0.isConflict || $0.isConnection ? $0 : nil } }

    /// What spoils the whole transaction, so that nothing may go on in it.
    var spoiled: PostgresError? { failure }

    func named(_ error: any Error) -> any Error { (error as? PostgresError)?.named ?? error }

    // MARK: Errors

    private static func message(_ link: OpaquePointer) -> String {
        String(cString: PQerrorMessage(link)).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func error() -> PostgresError {
        PostgresError(state: "", message: address.redacted(Self.message(link)))
    }

    /// The connection cannot go on.
    private func lost(_ result: OpaquePointer? = nil) -> PostgresError {
        expected = []
        isLost = true
        let message = result.map { String(cString: PQresultErrorMessage($0)) } ?? Self.message(link)
        let made = PostgresError(
            state: "",
            message: "the connection was lost: "
                + address.redacted(message.trimmingCharacters(in: .whitespacesAndNewlines)))
        failure = made
        return made
    }

    private func error(_ result: OpaquePointer, _ statement: String) -> PostgresError {
        func field(_ code: Character) -> String {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else {
                return ""
            }
            return String(cString: text)
        }
        let message = field("M").isEmpty ? String(cString: PQresultErrorMessage(result)) : field("M")
        return PostgresError(
            state: field("C"), message: address.redacted(message), constraint: field("n"),
            statement: statement)
    }
}

/// Values of a statement in PostgreSQL's binary form.
private struct Values {
    private var bytes: [UInt8] = []
    private var places: [Place] = []
    private struct Place {
        let type: Oid
        /// `nil` for null.
        let start: Int?
        let count: Int
    }

    init(_ values: [SQLValue]) {
        places.reserveCapacity(values.count)
        for value in values {
            let start = bytes.count
            let type: Oid
            switch value {
            case .null:
                places.append(Place(type: PostgresType.unknown, start: nil, count: 0))
                continue
            case .integer(let number):
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
                type = PostgresType.integer
            case .real(let number):
                withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
                type = PostgresType.real
            case .text(let text):
                bytes.append(contentsOf: text.utf8)
                type = PostgresType.text
            case .identifier(let id):
                withUnsafeBytes(of: id.uuid) { bytes.append(contentsOf: $0) }
                type = PostgresType.identifier
            case .bytes(let data):
                bytes.append(contentsOf: data)
                type = PostgresType.bytes
            }
            places.append(Place(type: type, start: start, count: bytes.count - start))
        }
        // An empty text at the end needs an address, too.
        bytes.append(0)
    }

    typealias Body = (
        UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
        UnsafePointer<Int32>?, Int32
    ) -> Int32

    func use(_ body: Body) -> Int32 {
        let types = places.map(\.type)
        let lengths = places.map { Int32($0.count) }
        let formats = [Int32](repeating: 1, count: places.count)
        return bytes.withUnsafeBytes { raw in
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = places.map { place in place.start.flatMap { start in base.map { $0 + start } }
            }
            return body(types, pointers, lengths, formats, Int32(places.count))
        }
    }
}
