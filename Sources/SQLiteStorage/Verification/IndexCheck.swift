// Every entry of a table's indexes against its rows, and in order. SQLite's own check looks each row up in each index,
// which takes most of a verification's time; here the rows are read once and each index once, from end to end: the sums
// of what they hold must be the same.
import Foundation

/// The indexes of one table with row numbers.
struct IndexCheck {
    /// An index as the schema describes it.
    struct Index {
        let name: String
        let isUnique: Bool
        /// Columns and expressions as SQL.
        let terms: [String]
        /// Which rows it covers; `nil` for all.
        let condition: String?
    }

    /// A number of entries and the sum of their hashes; the key of the hash is random for each verification, so that
    /// nobody can make other entries with the same sum.
    private struct Sum: Equatable {
        var count = 0
        var hashes: UInt64 = 0
    }

    private let file: VerifiedFile
    private let table: String
    private let indexes: [Index]
    private let key = UInt64.random(in: 1...UInt64.max)

    /// - Returns: `nil` for a table without row numbers, or with an index that is written in another way than Concord's:
    ///   for SQLite's own check.
    init?(_ file: VerifiedFile, _ table: String) throws(LedgerVerifierError) {
        self.file = file
        self.table = table
        let shape = try file.cursor(
            "SELECT \"wr\", \"type\" FROM pragma_table_list WHERE \"schema\" = 'main' AND \"name\" = ?")
        shape.restart([.text(table)])
        guard try shape.next(), shape.integer(0) == 0, shape.has(1, "table") else { return nil }
        var found: [Index] = []
        let rows = try file.cursor(
            "SELECT \"name\", \"sql\" FROM sqlite_master WHERE \"type\" = 'index' AND \"tbl_name\" = ?")
        rows.restart([.text(table)])
        while try rows.next() {
            guard let name = rows.text(0) else { return nil }
            guard let sql = rows.text(1) else {
                found.append(
                    Index(name: name, isUnique: true, terms: try Self.columns(file, name), condition: nil))
                continue
            }
            guard let index = Index(name, sql) else { return nil }
            found.append(index)
        }
        indexes = found
    }

    private static func columns(_ file: VerifiedFile, _ index: String) throws(LedgerVerifierError) -> [String] {
        let rows = try file.cursor("SELECT \"name\" FROM pragma_index_info(?) ORDER BY \"seqno\"")
        rows.restart([.text(index)])
        var names: [String] = []
        while try rows.next() { names.append(quotedName(rows.text(0) ?? "")) }
        return names
    }

    /// The first index that does not fit.
    func fault() throws(LedgerVerifierError) -> VerificationFault? {
        guard !indexes.isEmpty else { return nil }
        let wanted = try sumsOfRows()
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

    // MARK: Sums

    private func sumsOfRows() throws(LedgerVerifierError) -> [Sum] {
        var terms: [String] = []
        func place(_ term: String) -> Int {
            if let known = terms.firstIndex(of: term) { return known }
            terms.append(term)
            return terms.count - 1
        }
        let places = indexes.map { $0.terms.map(place) }
        let conditions = Array(Set(indexes.compactMap(\.condition)))
        let covers = indexes.map { index in index.condition.flatMap { conditions.firstIndex(of: $0) } }
        let columns = ["rowid"] + terms + conditions
        let rows = try file.cursor("SELECT \(columns.joined(separator: ", ")) FROM \(quotedName(table)) NOT INDEXED")
        var sums = [Sum](repeating: Sum(), count: indexes.count)
        var hashes = [UInt64](repeating: 0, count: terms.count)
        var entry: [UInt8] = []
        while try rows.next() {
            for term in terms.indices {
                entry.removeAll(keepingCapacity: true)
                rows.appendInOrder(term + 1, to: &entry)
                hashes[term] = hash(entry, from: 0)
            }
            let number = UInt64(bitPattern: Int64(rows.integer(0) ?? 0))
            for index in indexes.indices {
                if let condition = covers[index], rows.integer(1 + terms.count + condition) != 1 { continue }
                var whole = key
                for place in places[index] { whole = Self.mixed(whole, hashes[place]) }
                sums[index].count += 1
                sums[index].hashes &+= Self.mixed(whole, number)
            }
        }
        return sums
    }

    /// - Returns: what does not fit in the order of the entries.
    private func read(_ index: Index, into sum: inout Sum) throws(LedgerVerifierError) -> String? {
        let rows = try file.cursor(
            "SELECT \((["rowid"] + index.terms).joined(separator: ", ")) FROM \(quotedName(table)) "
                + "INDEXED BY \(quotedName(index.name))" + (index.condition.map { " WHERE \($0)" } ?? ""))
        var (before, entry): ([UInt8], [UInt8]) = ([], [])
        var keyBytesBefore = 0
        while try rows.next() {
            entry.removeAll(keepingCapacity: true)
            var whole = key
            var hasNull = false
            for term in index.terms.indices {
                let start = entry.count
                rows.appendInOrder(term + 1, to: &entry)
                if entry[start] == 0 { hasNull = true }
                whole = Self.mixed(whole, hash(entry, from: start))
            }
            let keyBytes = entry.count
            let number = rows.integer(0) ?? 0
            entry.appendBigEndian(UInt64(bitPattern: Int64(number)) ^ 1 << 63)
            sum.count += 1
            sum.hashes &+= Self.mixed(whole, UInt64(bitPattern: Int64(number)))
            let isAfter = before.withUnsafeBytes { a in entry.withUnsafeBytes { a.isBefore($0) } }
            guard isAfter else { return "is out of order at row \(number)" }
            if index.isUnique, !hasNull, keyBytes == keyBytesBefore, entry[..<keyBytes] == before[..<keyBytes] {
                return "names two rows for one value, row \(number) and another"
            }
            keyBytesBefore = keyBytes
            swap(&before, &entry)
        }
        return nil
    }

    private func hash(_ bytes: [UInt8], from start: Int) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            var hash = key ^ UInt64(bytes.count - start)
            var at = start
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
    init?(_ name: String, _ sql: String) {
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
            condition: rest.isEmpty ? nil : String(rest.dropFirst(6)))
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
