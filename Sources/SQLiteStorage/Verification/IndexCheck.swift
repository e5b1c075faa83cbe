// Every entry of a table's indexes against its rows, and in order. SQLite's own check looks each row up in each index,
// which takes most of a verification's time; here the rows are read once and each index once, from end to end: the sums
// of what they hold must be the same.
import Foundation

/// The indexes of one table.
struct IndexCheck {
    /// An index as the schema describes it.
    struct Index {
        let name: String
        let isUnique: Bool
        /// Columns and expressions as SQL.
        let terms: [String]
        /// Which rows it covers; `nil` for all.
        let condition: String?
        var root: UInt32 = 0
    }

    /// A number of entries and the sum of their hashes; the key of the hash is random for each verification, so that
    /// nobody can make other entries with the same sum.
    private struct Sum: Equatable {
        var count = 0
        var hashes: UInt64 = 0
    }

    private let file: VerifiedFile
    /// `nil` while the file is open elsewhere.
    private let pages: PageFile?
    private let table: String
    private let indexes: [Index]
    /// What an entry names its row by.
    private let rowTerms: [String]
    /// The rows themselves stand in an index of this kind, if they have no numbers.
    private let primary: Index?
    /// The columns that each such row has, in the order in which they stand: first those of the key.
    private let stored: [String]
    private let key = UInt64.random(in: 1...UInt64.max)

    /// - Returns: `nil` for a table or index that is written in another way than Concord's, and for a table without row
    ///   numbers in a file that is open elsewhere: for SQLite's own check.
    init?(_ file: VerifiedFile, _ table: String) throws(LedgerVerifierError) {
        self.file = file
        pages = file.pages
        self.table = table
        let shape = try file.cursor(
            """
            SELECT t."wr", t."type", m."rootpage" FROM pragma_table_list t JOIN sqlite_master m \
            ON m."type" = 'table' AND m."name" = t."name" WHERE t."schema" = 'main' AND t."name" = ?
            """)
        shape.restart([.text(table)])
        guard try shape.next(), let hasNoNumbers = shape.integer(0), shape.has(1, "table") else { return nil }
        if hasNoNumbers == 1 {
            guard pages != nil else { return nil }
            let key = try Self.names(
                file, "SELECT \"name\" FROM pragma_table_info(?) WHERE \"pk\" > 0 ORDER BY \"pk\"", table)
            let root = shape.integer(2).flatMap { UInt32(exactly: $0) } ?? 0
            let name = try Self.names(file, "SELECT \"name\" FROM pragma_index_list(?) WHERE \"origin\" = 'pk'", table)
            guard let name = name.first else { return nil }
            // A column that came later is missing in older rows; it is at the end, and may be null or has a default.
            let columns = try Self.names(
                file,
                """
                SELECT "name" FROM pragma_table_info(?1) WHERE "cid" <= (SELECT max("cid") FROM pragma_table_info(?1) \
                WHERE "pk" > 0 OR ("notnull" = 1 AND "dflt_value" IS NULL)) ORDER BY "cid"
                """, table)
            rowTerms = key
            primary = Index(name: name, isUnique: true, terms: key, condition: nil, root: root)
            stored = key + columns.filter { !key.contains($0) }
        } else {
            rowTerms = ["rowid"]
            primary = nil
            stored = []
        }
        var found: [Index] = []
        let rows = try file.cursor(
            "SELECT \"name\", \"sql\", \"rootpage\" FROM sqlite_master WHERE \"type\" = 'index' AND \"tbl_name\" = ?")
        rows.restart([.text(table)])
        while try rows.next() {
            guard let name = rows.text(0), let root = rows.integer(2).flatMap({ UInt32(exactly: $0) }) else {
                return nil
            }
            guard let sql = rows.text(1) else {
                let columns = try Self.names(
                    file, "SELECT \"name\" FROM pragma_index_info(?) ORDER BY \"seqno\"", name)
                found.append(Index(name: name, isUnique: true, terms: columns, condition: nil, root: root))
                continue
            }
            guard let index = Index(name, sql, root) else { return nil }
            found.append(index)
        }
        indexes = found
    }

    private static func names(
        _ file: VerifiedFile, _ sql: String, _ of: String
    ) throws(LedgerVerifierError) -> [String] {
        let rows = try file.cursor(sql)
        rows.restart([.text(of)])
        var names: [String] = []
        while try rows.next() { names.append(quotedName(rows.text(0) ?? "")) }
        return names
    }

    /// The first index that does not fit.
    func fault() throws(LedgerVerifierError) -> VerificationFault? {
        var known: [Sum]?
        if let primary {
            let places = placesInRows()
            var sums = [Sum](repeating: Sum(), count: places?.count ?? 0)
            if let what = try read(primary, rows: places ?? [], into: &sums) {
                return VerificationFault(table, "The file is damaged: the table \(table) \(what).")
            }
            known = places == nil ? nil : sums
        }
        guard !indexes.isEmpty else { return nil }
        let wanted: [Sum]
        if let known { wanted = known } else { wanted = try sumsOfRows() }
        for (position, index) in indexes.enumerated() {
            var sum = Sum()
            if let what = try read(index, into: &sum) {
                return VerificationFault(table, "The file is damaged: the index \(index.name) \(what).")
            }
            guard sum == wanted[position] else {
                return VerificationFault(
                    table,
                    "The file is damaged: the index \(index.name) has other entries than the table \(table) has rows.")
            }
        }
        return nil
    }

    /// What an entry holds: its terms, then what names the row and is not among them.
    private func entry(of index: Index) -> [String] { index.terms + rowTerms.filter { !index.terms.contains($0) } }

    // MARK: Sums

    private func sumsOfRows() throws(LedgerVerifierError) -> [Sum] {
        var terms: [String] = []
        func place(_ term: String) -> Int {
            if let known = terms.firstIndex(of: term) { return known }
            terms.append(term)
            return terms.count - 1
        }
        // Of all indexes after each other: an array of arrays costs more than the sums.
        let places = indexes.flatMap { entry(of: $0).map(place) }
        let widths = indexes.map { entry(of: $0).count }
        let conditions = Array(Set(indexes.compactMap(\.condition)))
        let covers = indexes.map { index in index.condition.flatMap { conditions.firstIndex(of: $0) } }
        // Without row numbers, SQLite would take an index that has all the columns in spite of NOT INDEXED.
        let path = primary.map { "INDEXED BY \($0.name)" } ?? "NOT INDEXED"
        let rows = try file.cursor(
            "SELECT \((terms + conditions).joined(separator: ", ")) FROM \(quotedName(table)) \(path)")
        var sums = [Sum](repeating: Sum(), count: indexes.count)
        var hashes = [UInt64](repeating: 0, count: terms.count)
        var holds = [Bool](repeating: false, count: conditions.count)
        while try rows.next() {
            for term in terms.indices { hashes[term] = hash(rows.value(term)) }
            for condition in conditions.indices { holds[condition] = rows.integer(terms.count + condition) == 1 }
            var end = 0
            for index in widths.indices {
                let start = end
                end += widths[index]
                if let condition = covers[index], !holds[condition] { continue }
                var whole = key
                for at in start..<end { whole = Self.mixed(whole, hashes[places[at]]) }
                sums[index].count += 1
                sums[index].hashes &+= whole
            }
        }
        return sums
    }

    /// Where the terms of every index's entries stand in a row without number; `nil` if one is worked out of columns, or
    /// if an index leaves rows out.
    private func placesInRows() -> [[Int]]? {
        var places: [[Int]] = []
        for index in indexes {
            guard index.condition == nil else { return nil }
            var own: [Int] = []
            for term in entry(of: index) {
                guard let place = stored.firstIndex(of: term) else { return nil }
                own.append(place)
            }
            places.append(own)
        }
        return places
    }

    /// Reads the rows of a table without row numbers, in their order.
    /// - Parameters:
    ///   - places: Of each index, where the terms of its entries stand.
    ///   - sums: Of each index, what its entries should be.
    /// - Returns: what does not fit in the order of the rows.
    private func read(
        _ primary: Index, rows places: [[Int]], into sums: inout [Sum]
    ) throws(LedgerVerifierError) -> String? {
        guard let pages else { throw .damaged(reason: "the table \(table) is open elsewhere") }
        let keys = primary.terms.count
        let width = max(keys, (places.joined().max() ?? 0) + 1)
        let entries = IndexEntries(pages, name: primary.name, width: width, isExact: false)
        let ends = places.map(\.count)
        let flat = Array(places.joined())
        var found = sums
        var hashes = [UInt64](repeating: 0, count: width)
        var number = 0
        defer { sums = found }
        return try entries.read(primary.root) { entry, before in
            number += 1
            for at in 0..<width { hashes[at] = hash(entry[at]) }
            var end = 0
            for index in ends.indices {
                let start = end
                end += ends[index]
                var whole = key
                for at in start..<end { whole = Self.mixed(whole, hashes[flat[at]]) }
                found[index].count += 1
                found[index].hashes &+= whole
            }
            guard let before else { return nil }
            return Self.fault(in: entry, after: before, keys: keys, isUnique: true, of: keys, number: number)
        }
    }

    /// - Returns: what does not fit in the order of the entries.
    private func read(_ index: Index, into sum: inout Sum) throws(LedgerVerifierError) -> String? {
        guard let pages else { return try readThroughSQLite(index, into: &sum) }
        let width = entry(of: index).count
        let entries = IndexEntries(pages, name: index.name, width: width, isExact: true)
        let keys = index.terms.count
        var found = Sum()
        defer { sum = found }
        return try entries.read(index.root) { entry, before in
            var whole = key
            for value in entry { whole = Self.mixed(whole, hash(value)) }
            found.count += 1
            found.hashes &+= whole
            guard let before else { return nil }
            return Self.fault(
                in: entry, after: before, keys: keys, isUnique: index.isUnique, of: width, number: found.count)
        }
    }

    /// What does not fit between an entry and the one before it.
    /// - Parameters:
    ///   - keys: The first values, of which no two entries have the same if the index is unique.
    ///   - width: The values by which entries are in order.
    @inline(__always)
    private static func fault(
        in entry: IndexEntries.Values, after before: IndexEntries.Values, keys: Int, isUnique: Bool, of width: Int,
        number: Int
    ) -> String? {
        var same = 0
        while same < width {
            let order = before[same].order(to: entry[same])
            if order < 0 { break }
            guard order == 0 else { return "is out of order at entry \(number)" }
            same += 1
        }
        guard same < width else { return "has entry \(number) twice" }
        if isUnique, same >= keys, !entry[..<keys].contains(where: { $0.kind == .null }) {
            return "names two rows for one value at entry \(number)"
        }
        return nil
    }

    /// The same for a file that is open elsewhere.
    private func readThroughSQLite(_ index: Index, into sum: inout Sum) throws(LedgerVerifierError) -> String? {
        let terms = entry(of: index)
        let rows = try file.cursor(
            "SELECT \(terms.joined(separator: ", ")) FROM \(quotedName(table)) INDEXED BY \(quotedName(index.name))"
                + (index.condition.map { " WHERE \($0)" } ?? ""))
        var (before, entry): ([UInt8], [UInt8]) = ([], [])
        while try rows.next() {
            entry.removeAll(keepingCapacity: true)
            var whole = key
            var keyBytes = 0
            var hasNull = false
            for term in terms.indices {
                if term < index.terms.count, rows.isNull(term) { hasNull = true }
                rows.appendInOrder(term, to: &entry)
                whole = Self.mixed(whole, hash(rows.value(term)))
                if term == index.terms.count - 1 { keyBytes = entry.count }
            }
            sum.count += 1
            sum.hashes &+= whole
            let isAfter = before.withUnsafeBytes { a in entry.withUnsafeBytes { a.isBefore($0) } }
            guard isAfter else { return "is out of order at entry \(sum.count)" }
            if index.isUnique, !hasNull, before.count >= keyBytes, entry[..<keyBytes] == before[..<keyBytes] {
                return "names two rows for one value at entry \(sum.count)"
            }
            swap(&before, &entry)
        }
        return nil
    }

    private func hash(_ value: IndexEntries.Value) -> UInt64 {
        switch value.kind {
        case .null: return key
        case .number:
            return Self.mixed(key &+ 1, value.real?.bitPattern ?? UInt64(bitPattern: value.integer))
        case .text, .blob:
            let bytes = value.bytes
            var hash = key ^ UInt64(bytes.count) << 2 ^ UInt64(value.kind.rawValue)
            var at = 0
            while at + 8 <= bytes.count {
                hash = Self.mixed(hash, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                at += 8
            }
            var rest: UInt64 = 0
            while at < bytes.count {
                rest = rest << 8 | UInt64(bytes[at])
                at += 1
            }
            return Self.mixed(hash, rest)
        }
    }

    private static func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = (a ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: b ^ 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low &+ a
    }
}

extension IndexCheck.Index {
    /// Reads `CREATE [UNIQUE] INDEX "name" ON "table" (terms) [WHERE condition]`; `nil` for anything else.
    init?(_ name: String, _ sql: String, _ root: UInt32) {
        guard let opening = sql.range(of: "\" (") else { return nil }
        var terms: [String] = []
        var term = ""
        var depth = 0
        var quote: Character?
        var end: String.Index?
        var at = opening.upperBound
        while at < sql.endIndex, end == nil {
            let character = sql[at]
            if let open = quote {
                if character == open { quote = nil }
                term.append(character)
            } else {
                switch character {
                case "\"", "'":
                    quote = character
                    term.append(character)
                case "(":
                    depth += 1
                    term.append(character)
                case ")" where depth == 0: end = at
                case ")":
                    depth -= 1
                    term.append(character)
                case "," where depth == 0:
                    terms.append(term.trimmingCharacters(in: .whitespaces))
                    term = ""
                default: term.append(character)
                }
            }
            at = sql.index(after: at)
        }
        guard end != nil else { return nil }
        terms.append(term.trimmingCharacters(in: .whitespaces))
        let rest = sql[at...].trimmingCharacters(in: .whitespaces)
        guard rest.isEmpty || rest.hasPrefix("WHERE ") else { return nil }
        // A direction or collation of its own sorts otherwise than bytes.
        guard !terms.contains(where: { $0.hasSuffix(" DESC") || $0.contains("COLLATE") }) else { return nil }
        self.init(
            name: name, isUnique: sql.hasPrefix("CREATE UNIQUE"), terms: terms,
            condition: rest.isEmpty ? nil : String(rest.dropFirst(6)), root: root)
    }
}

private func quotedName(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

extension UnsafeRawBufferPointer {
    /// As SQLite sorts bytes; nothing is before the first.
    fileprivate func isBefore(_ other: UnsafeRawBufferPointer) -> Bool {
        guard let own = baseAddress, let theirs = other.baseAddress, count > 0 else { return true }
        let order = memcmp(own, theirs, Swift.min(count, other.count))
        return order == 0 ? count < other.count : order < 0
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ number: UInt64) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
