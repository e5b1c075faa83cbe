// Regular expressions as automata over bytes: a nondeterministic program, and a deterministic one made of it as texts
// are read. The time to look through a text grows with its length alone.
//
// Sources: K. Thompson, “Regular expression search algorithm”, CACM 11 (1968); R. Cox, “Regular Expression Matching:
// the Virtual Machine Approach” (2009) for the lazily built automaton with a bounded number of states.

/// The program of an expression: what is shared by all that match it.
struct RegexProgram: Sendable {
    enum Step: Sendable {
        /// One byte in a range, then the next step.
        case bytes(UInt8, UInt8, Int)
        case split([Int])
        case assertion(RegexNode.Assertion, Int)
        case match
    }

    static let stepsMax = 60_000
    private(set) var steps: [Step] = []
    private(set) var start = 0
    let hasAssertions: Bool

    init(_ tree: RegexNode) throws(RegexError) {
        hasAssertions = Self.asserts(tree)
        steps.append(.match)
        start = try add(tree, next: 0)
    }

    private static func asserts(_ node: RegexNode) -> Bool {
        switch node {
        case .assertion: true
        case .sequence(let parts), .alternatives(let parts): parts.contains(where: asserts)
        case .repeated(let inner, _, _): asserts(inner)
        case .empty, .set: false
        }
    }

    private mutating func append(_ step: Step) throws(RegexError) -> Int {
        guard steps.count < Self.stepsMax else {
            throw RegexError(reason: "too large when its repetitions are written out")
        }
        steps.append(step)
        return steps.count - 1
    }

    /// Adds the steps of a node in front of a step; returns where they begin.
    private mutating func add(_ node: RegexNode, next: Int) throws(RegexError) -> Int {
        switch node {
        case .empty: return next
        case .set(let set):
            var starts: [Int] = []
            for range in set.ranges { try add(range, next: next, to: &starts) }
            return starts.count == 1 ? starts[0] : try append(.split(starts))
        case .sequence(let parts):
            var at = next
            for part in parts.reversed() { at = try add(part, next: at) }
            return at
        case .alternatives(let parts):
            var starts: [Int] = []
            for part in parts { starts.append(try add(part, next: next)) }
            return try append(.split(starts))
        case .assertion(let assertion): return try append(.assertion(assertion, next))
        case .repeated(let inner, let low, let high):
            var at = next
            if let high {
                for _ in low..<max(low, high) { at = try append(.split([try add(inner, next: at), next])) }
            } else {
                let loop = try append(.split([]))
                let body = try add(inner, next: loop)
                steps[loop] = .split([body, next])
                at = loop
            }
            for _ in 0..<low { at = try add(inner, next: at) }
            return at
        }
    }

    // MARK: UTF-8

    /// A range of scalars as ranges of the bytes of their UTF-8 form.
    private mutating func add(_ range: ClosedRange<UInt32>, next: Int, to starts: inout [Int]) throws(RegexError) {
        let limits: [UInt32] = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF]
        var low = range.lowerBound
        for limit in limits where low <= limit {
            let high = min(range.upperBound, limit)
            if low <= high { try addSame(Self.utf8(low), Self.utf8(high), next: next, to: &starts) }
            low = max(low, limit + 1)
            if low > range.upperBound { break }
        }
    }

    private static func utf8(_ value: UInt32) -> [UInt8] {
        switch value {
        case ..<0x80: [UInt8(value)]
        case ..<0x800: [0xC0 | UInt8(value >> 6), 0x80 | UInt8(value & 63)]
        case ..<0x10000: [0xE0 | UInt8(value >> 12), 0x80 | UInt8(value >> 6 & 63), 0x80 | UInt8(value & 63)]
        default:
            [
                0xF0 | UInt8(value >> 18), 0x80 | UInt8(value >> 12 & 63), 0x80 | UInt8(value >> 6 & 63),
                0x80 | UInt8(value & 63),
            ]
        }
    }

    /// Both ends have the same number of bytes: split until each part is a product of ranges of bytes.
    private mutating func addSame(_ low: [UInt8], _ high: [UInt8], next: Int, to starts: inout [Int]) throws(RegexError)
    {
        if low.count == 1 {
            starts.append(try append(.bytes(low[0], high[0], next)))
            return
        }
        let lowTail = Array(low.dropFirst())
        let highTail = Array(high.dropFirst())
        let minimum = Array(repeating: UInt8(0x80), count: lowTail.count)
        let maximum = Array(repeating: UInt8(0xBF), count: lowTail.count)
        func tail(_ from: [UInt8], _ to: [UInt8], _ program: inout RegexProgram) throws(RegexError) -> Int {
            var inner: [Int] = []
            try program.addSame(from, to, next: next, to: &inner)
            return inner.count == 1 ? inner[0] : try program.append(.split(inner))
        }
        if low[0] == high[0] {
            starts.append(try append(.bytes(low[0], low[0], try tail(lowTail, highTail, &self))))
            return
        }
        var first = low[0]
        var last = high[0]
        if lowTail != minimum {
            starts.append(try append(.bytes(first, first, try tail(lowTail, maximum, &self))))
            first += 1
        }
        if highTail != maximum {
            starts.append(try append(.bytes(last, last, try tail(minimum, highTail, &self))))
            last -= 1
        }
        if first <= last { starts.append(try append(.bytes(first, last, try tail(minimum, maximum, &self)))) }
    }
}

/// Looks for one expression in texts. It grows as it learns; each worker has its own.
final class RegexMatcher {
    /// States are thrown away beyond this number, so that an expression cannot take the memory.
    private static let statesMax = 1_500

    /// What stood before a position, as assertions ask for it.
    private enum Before: UInt8 { case start, newline, word, other }

    private struct Key: Hashable {
        let steps: [Int32]
        let before: Before
    }

    private let program: RegexProgram
    private var classOf = [UInt8](repeating: 0, count: 256)
    private var classes = 0
    private var states: [Key: Int32] = [:]
    private var keys: [Key] = []
    /// For each state and class, and for the end of the text: the next state, `matched`, `dead` or not known yet.
    private var table: [Int32] = []
    private var marks: [UInt32]
    private var mark: UInt32 = 0
    private static let unknown: Int32 = -1
    private static let matched: Int32 = -2
    private static let dead: Int32 = -3

    init(_ program: RegexProgram) {
        self.program = program
        marks = Array(repeating: 0, count: program.steps.count)
        makeClasses()
    }

    /// Whether the expression is found anywhere in the text.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var state = state(of: [Int32(program.start)], .start)
        for index in text.indices {
            // The last newline of a text is an end for `$`.
            if index == text.count - 1, text[index] == 0x0A, endsBeforeNewline(state) { return true }
            let at = Int(state) * (classes + 1) + Int(classOf[Int(text[index])])
            var next = table[at]
            if next == Self.unknown {
                next = step(state, text[index])
                if next >= 0, keys.count > Self.statesMax {
                    let key = keys[Int(next)]
                    forget()
                    next = self.state(of: key.steps, key.before)
                } else {
                    table[at] = next
                }
            }
            if next == Self.matched { return true }
            if next == Self.dead { return false }
            state = next
        }
        return atEnd(state)
    }

    private func forget() {
        states.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        table.removeAll(keepingCapacity: true)
    }

    private func state(of steps: [Int32], _ before: Before) -> Int32 {
        let key = Key(steps: steps, before: program.hasAssertions ? before : .other)
        if let found = states[key] { return found }
        let number = Int32(keys.count)
        states[key] = number
        keys.append(key)
        table.append(contentsOf: repeatElement(Self.unknown, count: classes + 1))
        return number
    }

    private func makeClasses() {
        var cuts = Set<Int>([0])
        func cut(_ low: Int, _ high: Int) {
            cuts.insert(low)
            cuts.insert(high + 1)
        }
        for step in program.steps {
            if case .bytes(let low, let high, _) = step { cut(Int(low), Int(high)) }
        }
        if program.hasAssertions {
            cut(0x0A, 0x0A)
            for range in ScalarSet.words.ranges { cut(Int(range.lowerBound), Int(range.upperBound)) }
        }
        var number = -1
        for byte in 0..<256 {
            if cuts.contains(byte) { number += 1 }
            classOf[byte] = UInt8(truncatingIfNeeded: number)
        }
        classes = number + 1
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// All steps that can be reached without a byte, given what stands before and behind.
    private func closure(_ steps: [Int32], _ before: Before, _ byte: UInt8?, isLastNewline: Bool) -> (Bool, [Int]) {
        mark &+= 1
        if mark == 0 {
            for index in marks.indices { marks[index] = 0 }
            mark = 1
        }
        var stack = steps.map(Int.init)
        var found: [Int] = []
        while let index = stack.popLast() {
            guard marks[index] != mark else { continue }
            marks[index] = mark
            switch program.steps[index] {
            case .match: return (true, [])
            case .bytes: found.append(index)
            case .split(let next): stack.append(contentsOf: next)
            case .assertion(let assertion, let next):
                let wordBefore = before == .word
                let wordNext = byte.map(Self.isWord) ?? false
                let holds =
                    switch assertion {
                    case .textStart: before == .start
                    case .textEnd: byte == nil
                    case .textEndOrNewline: byte == nil || isLastNewline
                    case .lineStart: before == .start || before == .newline
                    case .lineEnd: byte == nil || byte == 0x0A
                    case .wordBoundary: wordBefore != wordNext
                    case .notWordBoundary: wordBefore == wordNext
                    }
                if holds { stack.append(next) }
            }
        }
        return (false, found)
    }

    private func step(_ state: Int32, _ byte: UInt8) -> Int32 {
        let key = keys[Int(state)]
        let (isMatch, reached) = closure(key.steps, key.before, byte, isLastNewline: false)
        if isMatch { return Self.matched }
        // A match may begin at every position: the start is always among the next steps.
        var next: Set<Int32> = [Int32(program.start)]
        for index in reached {
            if case .bytes(let low, let high, let target) = program.steps[index], low <= byte, byte <= high {
                next.insert(Int32(target))
            }
        }
        let before: Before = byte == 0x0A ? .newline : Self.isWord(byte) ? .word : .other
        return self.state(of: next.sorted(), before)
    }

    private func endsBeforeNewline(_ state: Int32) -> Bool {
        guard program.hasAssertions else { return false }
        let key = keys[Int(state)]
        return closure(key.steps, key.before, 0x0A, isLastNewline: true).0
    }

    private func atEnd(_ state: Int32) -> Bool {
        let at = Int(state) * (classes + 1) + classes
        if table[at] == Self.unknown {
            let key = keys[Int(state)]
            table[at] = closure(key.steps, key.before, nil, isLastNewline: false).0 ? Self.matched : Self.dead
        }
        return table[at] == Self.matched
    }
}

/// Literals of which one is in every text that an expression matches, in lower case: what is looked for first.
enum RegexLiterals {
    private static let alternativesMax = 64

    /// `nil` if there is none that is worth looking for.
    static func required(_ node: RegexNode) -> [[UInt8]]? {
        let best = best(node)
        guard let best, best.allSatisfy({ $0.count >= 2 }) else { return nil }
        return Array(Set(best)).sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func best(_ node: RegexNode) -> [[UInt8]]? {
        switch node {
        case .empty, .assertion: return nil
        case .set(let set): return single(set).map { [$0] }
        case .alternatives(let parts):
            var all: [[UInt8]] = []
            for part in parts {
                guard let one = best(part) else { return nil }
                all += one
                guard all.count <= alternativesMax else { return nil }
            }
            return all
        case .repeated(let inner, let low, _): return low >= 1 ? best(inner) : nil
        case .sequence(let parts):
            var candidates: [[[UInt8]]] = []
            var run: [UInt8] = []
            func flush() {
                if !run.isEmpty { candidates.append([run]) }
                run = []
            }
            for part in flattened(parts) {
                if case .set(let set) = part, let character = single(set) {
                    run += character
                    continue
                }
                if case .assertion = part { continue }
                flush()
                if let inner = best(part) { candidates.append(inner) }
            }
            flush()
            return candidates.max { score($0) < score($1) }
        }
    }

    private static func flattened(_ parts: [RegexNode]) -> [RegexNode] {
        parts.flatMap { part in
            if case .sequence(let inner) = part { flattened(inner) } else { [part] }
        }
    }

    private static func score(_ literals: [[UInt8]]) -> Int {
        (literals.map(\.count).min() ?? 0) * 64 - literals.count
    }

    /// A set whose characters are one when case is left out.
    private static func single(_ set: ScalarSet) -> [UInt8]? {
        guard set.ranges.count <= 4, set.ranges.allSatisfy({ $0.count <= 4 }) else { return nil }
        var found: [UInt8]?
        for range in set.ranges {
            for value in range {
                guard let scalar = Unicode.Scalar(value) else { return nil }
                let folded = CaseFolding.fold(Array(String(Character(scalar)).utf8))
                if let found, found != folded { return nil }
                found = folded
            }
        }
        return found
    }
}
