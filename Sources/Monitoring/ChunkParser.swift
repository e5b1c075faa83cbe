// The inner loop of the readers: the records between two places of a file, into raw columns.
import Foundation

/// Where the values of one column go.
struct Sink {
    enum Kind: UInt8 {
        case skip, numeric, category, both
        /// Times, as seconds in `numbers`.
        case time

        var hasNumbers: Bool { self == .numeric || self == .both || self == .time }
        var hasCodes: Bool { self == .category || self == .both }
    }

    var kind: Kind
    /// A value that is not a number is an error, not a sign that the column is one of categories.
    var isStrict: Bool
    var numbers: UnsafeMutablePointer<Double>?
    var codes: UnsafeMutablePointer<Int32>?
    var dictionary = ByteDictionary()
    var nulls = 0
    var infinities = 0
    /// The offset of the first value that is not a number.
    var failure = -1
}

/// Parses records into columns. One chunk is parsed by one thread; its results are then joined.
///
/// `@unchecked Sendable`: made, filled and read by one thread at a time; `concurrently` orders them.
final class ChunkParser: @unchecked Sendable {
    struct Failure {
        let offset: Int
        let column: Int?
        let reason: String
    }

    let width: Int
    let sinks: UnsafeMutablePointer<Sink>
    let nullSpellings: [[UInt8]]
    let trims: Bool
    private(set) var rows = 0
    private var capacity: Int
    private(set) var failure: Failure?
    /// Names of NDJSON members that no column has.
    private(set) var unknownNames: [String] = []
    /// Which columns some NDJSON object has.
    private(set) var seenColumns: [Bool] = []
    private var scratch: [UInt8] = []
    private var times: TimeParser

    init(
        kinds: [(Sink.Kind, strict: Bool)], rowsExpected: Int, nullSpellings: [[UInt8]], trims: Bool,
        timeZone: TimeZone
    ) {
        times = TimeParser(zone: timeZone)
        width = kinds.count
        capacity = max(64, rowsExpected)
        self.nullSpellings = nullSpellings
        self.trims = trims
        sinks = .allocate(capacity: max(1, kinds.count))
        for (i, kind) in kinds.enumerated() {
            var sink = Sink(kind: kind.0, isStrict: kind.strict)
            if kind.0.hasNumbers { sink.numbers = .allocate(capacity: capacity) }
            if kind.0.hasCodes { sink.codes = .allocate(capacity: capacity) }
            (sinks + i).initialize(to: sink)
        }
    }

    deinit {
        for i in 0..<width {
            sinks[i].numbers?.deallocate()
            sinks[i].codes?.deallocate()
            sinks[i].dictionary.free()
        }
        sinks.deinitialize(count: width)
        sinks.deallocate()
    }

    private func grow() {
        let size = capacity * 2
        for i in 0..<width {
            if let old = sinks[i].numbers {
                let new = UnsafeMutablePointer<Double>.allocate(capacity: size)
                new.update(from: old, count: rows)
                old.deallocate()
                sinks[i].numbers = new
            }
            if let old = sinks[i].codes {
                let new = UnsafeMutablePointer<Int32>.allocate(capacity: size)
                new.update(from: old, count: rows)
                old.deallocate()
                sinks[i].codes = new
            }
        }
        capacity = size
    }

    // MARK: CSV

    /// Parses whole records from `start` to `end`.
    ///
    /// - Precondition: the byte before `end` is a newline.
    func parseCSV(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) {
        let comma = UInt8(ascii: ",")
        let newline = UInt8(ascii: "\n")
        let carriage = UInt8(ascii: "\r")
        let quote = UInt8(ascii: "\"")
        let limit = base + end
        var p = base + start
        var row = rows
        DecimalParser.exactPowers.withUnsafeBufferPointer { powers in
            while p < limit {
                if width > 1 {
                    if p.pointee == newline {
                        p += 1
                        continue
                    }
                    if p.pointee == carriage, p[1] == newline {
                        p += 2
                        continue
                    }
                }
                if row == capacity {
                    rows = row
                    grow()
                }
                var column = 0
                while true {
                    let sink = sinks + column
                    let first = p.pointee
                    if first == quote {
                        guard let next = quoted(base, p, limit, sink, row, column) else {
                            rows = row
                            return
                        }
                        p = next
                    } else {
                        field: switch sink.pointee.kind {
                        case .numeric:
                            var q = p
                            let isNegative = first == UInt8(ascii: "-")
                            if isNegative { q += 1 }
                            let digitsStart = q
                            var mantissa: UInt64 = 0
                            var digit = q.pointee &- 48
                            while digit < 10 {
                                mantissa = mantissa &* 10 &+ UInt64(digit)
                                q += 1
                                digit = q.pointee &- 48
                            }
                            var digits = q - digitsStart
                            var decimals = 0
                            if q.pointee == UInt8(ascii: ".") {
                                q += 1
                                let fraction = q
                                digit = q.pointee &- 48
                                while digit < 10 {
                                    mantissa = mantissa &* 10 &+ UInt64(digit)
                                    q += 1
                                    digit = q.pointee &- 48
                                }
                                decimals = q - fraction
                                digits += decimals
                            }
                            let after = q.pointee
                            let isEnd = after == comma || after == newline || (after == carriage && q[1] == newline)
                            if isEnd, digits > 0, digits <= 19, mantissa <= 1 << 53, decimals <= 22 {
                                let value = Double(mantissa) / powers[decimals]
                                if let numbers = sink.pointee.numbers { numbers[row] = isNegative ? -value : value }
                                p = after == carriage ? q + 1 : q
                                break field
                            }
                            if isEnd, digits == 0, q == p {
                                if let numbers = sink.pointee.numbers { numbers[row] = .nan }
                                sink.pointee.nulls += 1
                                p = after == carriage ? q + 1 : q
                                break field
                            }
                            guard let next = plain(base, p, sink, row, column) else {
                                rows = row
                                return
                            }
                            p = next
                        case .category where !trims && nullSpellings.isEmpty:
                            let startOfField = p
                            while p.pointee != comma && p.pointee != newline && p.pointee != quote { p += 1 }
                            if p.pointee == quote {
                                fail(p - base, column, "a quote stands inside a field that is not quoted")
                                rows = row
                                return
                            }
                            var length = p - startOfField
                            if p.pointee == newline, length > 0, p[-1] == carriage { length -= 1 }
                            if length == 0 {
                                sink.pointee.nulls += 1
                                if let codes = sink.pointee.codes { codes[row] = -1 }
                            } else {
                                let code = sink.pointee.dictionary.code(startOfField, length)
                                if let codes = sink.pointee.codes { codes[row] = code }
                            }
                        default:
                            guard let next = plain(base, p, sink, row, column) else {
                                rows = row
                                return
                            }
                            p = next
                        }
                    }
                    if p.pointee == comma {
                        p += 1
                        column += 1
                        if column == width {
                            fail(p - base, width, "the row has more than the \(width) fields of the header")
                            rows = row
                            return
                        }
                        continue
                    }
                    if column != width - 1 {
                        fail(
                            p - base, column,
                            "the row has \(column + 1) \(column == 0 ? "field" : "fields"), the header has \(width)")
                        rows = row
                        return
                    }
                    p += 1
                    break
                }
                row += 1
            }
            rows = row
        }
    }

    private func fail(_ offset: Int, _ column: Int?, _ reason: String) {
        if failure == nil { failure = Failure(offset: offset, column: column, reason: reason) }
    }

    /// A field without quotes, the slow way; gives where its delimiter stands.
    private func plain(
        _ base: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>, _ sink: UnsafeMutablePointer<Sink>, _ row: Int,
        _ column: Int
    ) -> UnsafePointer<UInt8>? {
        var p = start
        while p.pointee != UInt8(ascii: ",") && p.pointee != UInt8(ascii: "\n") {
            if p.pointee == UInt8(ascii: "\"") {
                fail(p - base, column, "a quote stands inside a field that is not quoted")
                return nil
            }
            p += 1
        }
        var length = p - start
        if p.pointee == UInt8(ascii: "\n"), length > 0, p[-1] == UInt8(ascii: "\r") { length -= 1 }
        store(UnsafeBufferPointer(start: start, count: length), start - base, sink, row, column)
        return failure == nil ? p : nil
    }

    /// A quoted field; gives where its delimiter stands.
    private func quoted(
        _ base: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>, _ limit: UnsafePointer<UInt8>,
        _ sink: UnsafeMutablePointer<Sink>, _ row: Int, _ column: Int
    ) -> UnsafePointer<UInt8>? {
        let quote = UInt8(ascii: "\"")
        var p = start + 1
        var hasEscapes = false
        while true {
            guard p < limit, let found = memchr(p, Int32(quote), limit - p) else {
                fail(start - base, column, "the quote that opens here is not closed")
                return nil
            }
            p = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
            if p + 1 < limit, p[1] == quote {
                hasEscapes = true
                p += 2
                continue
            }
            break
        }
        var content = UnsafeBufferPointer(start: start + 1, count: p - start - 1)
        p += 1
        guard p < limit else {
            fail(start - base, column, "the quote that opens here is not closed")
            return nil
        }
        if p.pointee == UInt8(ascii: "\r"), p + 1 < limit, p[1] == UInt8(ascii: "\n") { p += 1 }
        guard p.pointee == UInt8(ascii: ",") || p.pointee == UInt8(ascii: "\n") else {
            fail(p - base, column, "text follows the quote that closes the field")
            return nil
        }
        if hasEscapes {
            scratch.removeAll(keepingCapacity: true)
            var i = 0
            while i < content.count {
                scratch.append(content[i])
                i += content[i] == quote ? 2 : 1
            }
            scratch.withUnsafeBufferPointer { store($0, start - base, sink, row, column) }
            return failure == nil ? p : nil
        }
        if content.isEmpty { content = UnsafeBufferPointer(start: start, count: 0) }
        store(content, start - base, sink, row, column)
        return failure == nil ? p : nil
    }

    /// Puts the text of a field where its column wants it.
    private func store(
        _ whole: UnsafeBufferPointer<UInt8>, _ offset: Int, _ sink: UnsafeMutablePointer<Sink>, _ row: Int,
        _ column: Int
    ) {
        guard sink.pointee.kind != .skip else { return }
        var text = whole
        if trims { text = Self.trimmed(text) }
        let isNull =
            text.isEmpty
            || nullSpellings.contains { spelling in spelling.count == text.count && spelling.elementsEqual(text) }
        if isNull {
            sink.pointee.nulls += 1
            sink.pointee.numbers?[row] = .nan
            sink.pointee.codes?[row] = -1
            return
        }
        if let codes = sink.pointee.codes, let start = text.baseAddress {
            codes[row] = sink.pointee.dictionary.code(start, text.count)
        }
        guard let numbers = sink.pointee.numbers else { return }
        if sink.pointee.kind == .time {
            numbers[row] = times.parse(Self.trimmed(text)) ?? .nan
            if numbers[row].isNaN { fail(offset, column, "\(Self.shown(text)) is not a time") }
            return
        }
        if let value = DecimalParser.parse(Self.trimmed(text)) {
            numbers[row] = value
            if value.isInfinite { sink.pointee.infinities += 1 }
            return
        }
        numbers[row] = .nan
        if sink.pointee.isStrict {
            fail(offset, column, "\(Self.shown(text)) is not a number")
        } else if sink.pointee.failure < 0 {
            sink.pointee.failure = offset
        }
    }

    private static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var low = 0
        var high = text.count
        while low < high, text[low] == 32 || text[low] == 9 { low += 1 }
        while low < high, text[high - 1] == 32 || text[high - 1] == 9 { high -= 1 }
        return UnsafeBufferPointer(rebasing: text[low..<high])
    }

    /// A short, printable form of what stands in a file.
    static func shown(_ text: UnsafeBufferPointer<UInt8>) -> String {
        let start = String(decoding: text.prefix(40), as: UTF8.self)
        let printable = String(
            start.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) })
        return "\"\(printable)\(text.count > 40 ? "…" : "")\""
    }

    // MARK: NDJSON

    /// Parses whole lines from `start` to `end`, one JSON object each. Columns are found by `names`; a member that is
    /// not there is null, a name not in `names` is kept in `unknownNames`.
    ///
    /// - Precondition: the byte before `end` is a newline.
    func parseNDJSON(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int, names: [[UInt8]]) {
        var p = start
        let index = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        var seen = [Int](repeating: -1, count: max(1, width))
        var unknown: Set<String> = []
        while p < end {
            var stop = p
            while base[stop] != UInt8(ascii: "\n") { stop += 1 }
            var line = JSONLine(base: base, position: p, end: stop)
            line.skipSpace()
            if line.position == stop {
                p = stop + 1
                continue
            }
            if rows == capacity { grow() }
            var expected = 0
            let problem = line.members { name, value, offset in
                var column = -1
                if expected < width, names[expected].elementsEqual(name) {
                    column = expected
                } else if let found = index[Array(name)] {
                    column = found
                }
                guard column >= 0 else {
                    guard let text = String(validating: name, as: UTF8.self) else { return JSONLine.nameReason }
                    unknown.insert(text)
                    return nil
                }
                expected = column + 1
                if seen[column] == rows { return "the name stands twice in the object" }
                seen[column] = rows
                switch value {
                case .null: storeNull(sinks + column)
                case .number(let text), .word(let text):
                    store(text, offset, sinks + column, rows, column)
                case .string(let text):
                    if sinks[column].kind == .numeric, !sinks[column].isStrict {
                        // A number in quotes is a text: NDJSON says its types.
                        sinks[column].numbers?[rows] = .nan
                        if text.isEmpty {
                            sinks[column].nulls += 1
                        } else if sinks[column].failure < 0 {
                            sinks[column].failure = offset
                        }
                    } else {
                        store(text, offset, sinks + column, rows, column)
                    }
                case .nested: return JSONLine.nestedReason
                }
                return nil
            }
            if let problem { fail(problem.offset, nil, problem.reason) }
            if failure != nil { break }
            for column in 0..<width where seen[column] != rows { storeNull(sinks + column) }
            rows += 1
            p = stop + 1
        }
        unknownNames = unknown.sorted()
        seenColumns = seen.map { $0 >= 0 }
    }

    private func storeNull(_ sink: UnsafeMutablePointer<Sink>) {
        guard sink.pointee.kind != .skip else { return }
        sink.pointee.nulls += 1
        sink.pointee.numbers?[rows] = .nan
        sink.pointee.codes?[rows] = -1
    }
}
