// All literals of one field in one automaton: a text is read once, however many rules ask for something in it.
//
// Source: A. Aho, M. Corasick, “Efficient string matching: an aid to bibliographic search”, CACM 18 (1975). Every
// transition is written out, so that each byte costs one step.

/// An Aho-Corasick automaton over texts in lower case. It does not change once it is made; whoever makes it frees it.
struct LiteralIndex {
    private let classOf: UnsafeMutablePointer<UInt8>
    private let table: UnsafeMutablePointer<Int32>
    private let classes: Int
    /// For each state the literal that ends in it, and the next state behind it that ends one; -1 is none.
    private let literal: UnsafeMutablePointer<Int32>
    private let shorter: UnsafeMutablePointer<Int32>
    private let lengths: UnsafeMutablePointer<Int32>
    let stateCount: Int

    /// The literals must be in lower case, not empty and different.
    init(_ literals: [[UInt8]]) {
        lengths = .copy(of: literals.map { Int32($0.count) })
        classOf = .allocate(capacity: 256)
        classOf.initialize(repeating: 0, count: 256)
        var number: UInt8 = 0
        var seen = [Bool](repeating: false, count: 256)
        for literal in literals { for byte in literal { seen[Int(byte)] = true } }
        for byte in 0..<256 where seen[byte] {
            number &+= 1
            classOf[byte] = number
        }
        // Capital letters read as small ones, so that texts in ASCII need no copy.
        for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { classOf[Int(byte)] = classOf[Int(byte | 0x20)] }
        let classes = Int(number) + 1
        self.classes = classes
        // The trie.
        var tableOf = [Int32](repeating: -1, count: classes)
        var endsWith: [Int32] = [-1]
        for (index, bytes) in literals.enumerated() {
            var state = 0
            for byte in bytes {
                let at = state * classes + Int(classOf[Int(byte)])
                if tableOf[at] < 0 {
                    tableOf[at] = Int32(endsWith.count)
                    endsWith.append(-1)
                    tableOf.append(contentsOf: repeatElement(-1, count: classes))
                }
                state = Int(tableOf[at])
            }
            endsWith[state] = Int32(index)
        }
        // Breadth first: where to go on when the trie does not.
        let count = endsWith.count
        var fallback = [Int32](repeating: 0, count: count)
        var shorterOf = [Int32](repeating: -1, count: count)
        var queue: [Int32] = []
        for at in 0..<classes {
            if tableOf[at] < 0 { tableOf[at] = 0 } else { queue.append(tableOf[at]) }
        }
        var head = 0
        while head < queue.count {
            let state = Int(queue[head])
            head += 1
            let back = Int(fallback[state])
            shorterOf[state] = endsWith[back] >= 0 ? Int32(back) : shorterOf[back]
            for at in 0..<classes {
                let next = tableOf[state * classes + at]
                let other = tableOf[back * classes + at]
                if next < 0 {
                    tableOf[state * classes + at] = other
                } else {
                    fallback[Int(next)] = other
                    queue.append(next)
                }
            }
        }
        stateCount = count
        // States are kept as the offset of their row; the sign tells that a literal ends in the state.
        table = .allocate(capacity: tableOf.count)
        for at in tableOf.indices {
            let state = Int(tableOf[at])
            let hasEnd = endsWith[state] >= 0 || shorterOf[state] >= 0
            let row = Int32(state * classes)
            (table + at).initialize(to: hasEnd ? ~row : row)
        }
        literal = .allocate(capacity: count)
        literal.initialize(from: endsWith, count: count)
        shorter = .allocate(capacity: count)
        shorter.initialize(from: shorterOf, count: count)
    }

    func free() {
        lengths.deallocate()
        classOf.deallocate()
        table.deallocate()
        literal.deallocate()
        shorter.deallocate()
    }

    /// The length of a literal.
    @inline(__always) func length(_ literal: Int) -> Int { Int(lengths[literal]) }

    /// Calls with each literal and the position behind it.
    @inline(__always)
    func scan(_ text: UnsafeBufferPointer<UInt8>, _ found: (Int, Int) -> Void) {
        guard let base = text.baseAddress else { return }
        var row: Int32 = 0
        var at = 0
        let count = text.count
        while at < count {
            row = table[Int(row) + Int(classOf[Int(base[at])])]
            at += 1
            if row < 0 {
                row = ~row
                var state = Int(row) / classes
                if literal[state] < 0 { state = Int(shorter[state]) }
                while true {
                    found(Int(literal[state]), at)
                    let next = shorter[state]
                    if next < 0 { break }
                    state = Int(next)
                }
            }
        }
    }
}
