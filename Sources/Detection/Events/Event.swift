// One event as rules see it: values found by field, as texts, with the fields that a source profile adds.
import Foundation

/// Room for the texts that are not in the event as such; thrown away with the event. Properties here and in `Event` are
/// used by one worker, one access at a time, and are not checked for it.
final class Arena {
    private static let blockBytes = 1 << 16
    private static let keptBlocksMax = 16
    @exclusivity(unchecked) private var blocks: [UnsafeMutableBufferPointer<UInt8>] = []
    @exclusivity(unchecked) private var block = 0
    @exclusivity(unchecked) private var used = 0

    init() { blocks.append(.allocate(capacity: Self.blockBytes)) }

    deinit { for block in blocks { block.deallocate() } }

    func reset() {
        // A line of a hundred megabytes must not keep its memory.
        while blocks.count > Self.keptBlocksMax || blocks.count > 1 && blocks[blocks.count - 1].count > Self.blockBytes
        {
            blocks.removeLast().deallocate()
        }
        block = 0
        used = 0
    }

    /// Room that stays where it is until the next reset.
    func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        while true {
            if used + count <= blocks[block].count, let base = blocks[block].baseAddress {
                used += count
                return base + (used - count)
            }
            if block + 1 == blocks.count { blocks.append(.allocate(capacity: max(Self.blockBytes, count))) }
            block += 1
            used = 0
        }
    }

    func keep(_ bytes: some Collection<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let room = room(max(1, bytes.count))
        var index = 0
        for byte in bytes {
            room[index] = byte
            index += 1
        }
        return UnsafeBufferPointer(start: room, count: bytes.count)
    }
}

/// A value of a field, as rules compare it: numbers in one form, `true` and `false` as texts, objects as compact JSON.
struct FieldValue {
    enum Kind: UInt8 { case text, number, bool, null, object }

    var kind: Kind
    var isWide: Bool
    var start: UnsafePointer<UInt8>
    var count: Int
    /// The next value of the same field; -1 is none. Kept by whoever collects.
    var next: Int32 = -1

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The number that the value is, or that its text is.
    var number: Double? {
        guard kind == .number || kind == .text, count > 0, count <= 64 else { return nil }
        let text = string
        return NumberText.isNumber(text) ? Double(text) : nil
    }
}

/// The words that stand for values without text of their own.
private enum Word {
    static let yes: StaticString = "true"
    static let no: StaticString = "false"
    static let null: StaticString = "null"
}

/// One event: the nodes of a JSON text from a root on, and the fields that its source adds to it.
final class Event {
    let tape: JSONTape
    let arena: Arena
    /// The nodes of the tape and its text, which are read without counting references.
    @exclusivity(unchecked) private(set) var list: UnsafeMutablePointer<JSONNode>
    @exclusivity(unchecked) private var base: UnsafePointer<UInt8>?
    /// The node of the event itself; a collector may have wrapped it.
    @exclusivity(unchecked) var root = 0
    /// Fields that a profile reads out of other fields, such as the columns of a pgaudit message.
    @exclusivity(unchecked) var added: [(path: String, value: FieldValue)] = []

    init() {
        tape = JSONTape()
        arena = Arena()
        list = tape.nodes
    }

    /// Reads a text; the bytes must stay in place while the event is used.
    func read(_ text: UnsafeBufferPointer<UInt8>) throws(JSONProblem) {
        arena.reset()
        added.removeAll(keepingCapacity: true)
        root = 0
        // A tape that is not read to its end has nodes too, which nobody asks for.
        defer {
            list = tape.nodes
            base = text.baseAddress
        }
        try tape.read(text)
    }

    /// The bytes of a node as they are written.
    @inline(__always) func bytes(_ node: JSONNode) -> UnsafeBufferPointer<UInt8> {
        // Nodes are made by the tape alone, and lie inside the text.
        UnsafeBufferPointer(start: base.map { $0 + Int(node.start) }, count: Int(node.end - node.start))
    }

    /// The value of a node that is no array.
    func value(_ index: Int) -> FieldValue {
        let node = list[index]
        let bytes = self.bytes(node)
        switch node.kind {
        case .string, .key:
            guard node.isEscaped else { return Self.value(.text, node.isWide, bytes) }
            let room = arena.room(max(1, bytes.count))
            let length = JSONText.unescape(bytes, into: room)
            // An escape may have stood for a character beyond ASCII.
            let text = UnsafeBufferPointer(start: UnsafePointer(room), count: length)
            return Self.value(.text, node.isWide || text.contains { $0 >= 0x80 }, text)
        case .number:
            if bytes.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) { return Self.value(.number, false, bytes) }
            let text = NumberText.canonical(String(decoding: bytes, as: UTF8.self))
            return Self.value(.number, false, arena.keep(text.utf8))
        case .yes: return Self.word(.bool, Word.yes)
        case .no: return Self.word(.bool, Word.no)
        case .null: return Self.word(.null, Word.null)
        case .object, .array:
            if JSONText.isCompact(bytes) { return Self.value(.object, true, bytes) }
            let room = arena.room(max(1, bytes.count))
            let length = JSONText.compact(bytes, into: room)
            return Self.value(.object, true, UnsafeBufferPointer(start: UnsafePointer(room), count: length))
        }
    }

    private static func value(
        _ kind: FieldValue.Kind, _ isWide: Bool, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> FieldValue {
        FieldValue(kind: kind, isWide: isWide, start: bytes.baseAddress ?? Word.null.utf8Start, count: bytes.count)
    }

    private static func word(_ kind: FieldValue.Kind, _ word: StaticString) -> FieldValue {
        FieldValue(kind: kind, isWide: false, start: word.utf8Start, count: word.utf8CodeUnitCount)
    }

    /// A text that lives as long as the event.
    func text(_ bytes: UnsafeBufferPointer<UInt8>) -> FieldValue {
        Self.value(.text, bytes.contains { $0 >= 0x80 }, bytes)
    }

    // MARK: Fields, looked up one at a time

    /// All values of a field: `a.b` is the key `b` of the object `a`, or the key `a.b`, in every element of an array.
    func values(_ path: String) -> [FieldValue] {
        var found: [FieldValue] = []
        nodes(path) { collect($0, into: &found) }
        for (name, value) in added where name == path { found.append(value) }
        return found
    }

    /// The first value of a field that is not null.
    func first(_ path: String) -> FieldValue? {
        var path = path
        if let found = path.withUTF8({ first($0, root) }) { return found }
        if added.isEmpty { return nil }
        return added.first { $0.path == path && $0.value.kind != .null }?.value
    }

    private func first(_ path: UnsafeBufferPointer<UInt8>, _ index: Int) -> FieldValue? {
        let nodes = list
        let end = Int(nodes[index].next)
        var at = index + 1
        switch nodes[index].kind {
        case .array:
            while at < end {
                if let found = first(path, at) { return found }
                at = Int(nodes[at].next)
            }
        case .object:
            while at < end {
                let child = at + 1
                switch match(path, at) {
                case .none: break
                case .whole: if let found = firstValue(child) { return found }
                case .part(let rest): if let found = first(rest, child) { return found }
                }
                at = Int(nodes[child].next)
            }
        default: break
        }
        return nil
    }

    private func firstValue(_ index: Int) -> FieldValue? {
        let nodes = list
        switch nodes[index].kind {
        case .null: return nil
        case .array:
            let end = Int(nodes[index].next)
            var element = index + 1
            while element < end {
                if let found = firstValue(element) { return found }
                element = Int(nodes[element].next)
            }
            return nil
        default: return value(index)
        }
    }

    private enum KeyMatch {
        case none, whole
        /// The key and a dot; the rest is for what is inside.
        case part(UnsafeBufferPointer<UInt8>)
    }

    /// What the key of a node is to a path.
    @inline(__always)
    private func match(_ path: UnsafeBufferPointer<UInt8>, _ index: Int) -> KeyMatch {
        let node = list[index]
        let key = node.isEscaped ? value(index).bytes : bytes(node)
        guard key.count <= path.count, let base = path.baseAddress else { return .none }
        if let first = key.baseAddress, memcmp(first, base, key.count) != 0 { return .none }
        if key.count == path.count { return .whole }
        guard base[key.count] == UInt8(ascii: ".") else { return .none }
        return .part(UnsafeBufferPointer(start: base + key.count + 1, count: path.count - key.count - 1))
    }

    /// Whether the field is there, be it empty or null.
    func exists(_ path: String) -> Bool {
        var found = added.contains { $0.path == path }
        nodes(path) { _ in found = true }
        return found
    }

    func nodes(_ path: String, _ found: (Int) -> Void) {
        var path = path
        path.withUTF8 { find($0, root, found) }
    }

    /// The values of a node: the elements of an array, its own elements if one is an array itself.
    func collect(_ index: Int, into found: inout [FieldValue]) {
        guard list[index].kind == .array else {
            found.append(value(index))
            return
        }
        var element = index + 1
        while element < Int(list[index].next) {
            collect(element, into: &found)
            element = Int(list[element].next)
        }
    }

    private func find(_ path: UnsafeBufferPointer<UInt8>, _ index: Int, _ found: (Int) -> Void) {
        let node = list[index]
        switch node.kind {
        case .array:
            var element = index + 1
            while element < Int(node.next) {
                find(path, element, found)
                element = Int(list[element].next)
            }
        case .object:
            var at = index + 1
            while at < Int(node.next) {
                let child = at + 1
                switch match(path, at) {
                case .none: break
                case .whole: found(child)
                case .part(let rest): find(rest, child, found)
                }
                at = Int(list[child].next)
            }
        default: return
        }
    }

    /// Every text, number and truth value of the event, as keywords see them.
    func scalars() -> [FieldValue] {
        var found: [FieldValue] = []
        eachScalar { found.append($0) }
        return found
    }

    /// As ``scalars()``, one at a time.
    @inline(__always) func eachScalar(_ body: (FieldValue) -> Void) {
        let end = Int(list[root].next)
        var index = root
        while index < end {
            switch list[index].kind {
            case .string, .number, .yes, .no: body(value(index))
            default: break
            }
            index += 1
        }
    }

    /// The event as compact JSON.
    func json() -> String { value(root).string }
}
