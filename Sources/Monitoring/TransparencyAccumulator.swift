// A record of decisions, counted as the rows come: states of explanations and information, groups, people and texts.
import Foundation
import Statistics

/// What is counted of a record of decisions; mergeable. People beyond the budget are a sample by the hash of their id,
/// texts beyond it the most frequent ones.
struct TransparencyAccumulator {
    /// More groups are refused.
    static let groupsMax = 100_000
    /// What a person takes, in bytes.
    static let personBytes = 256

    /// What a value of a column says.
    enum State: Int {
        case null, yes, no, other

        init(_ text: String) {
            switch text.lowercased() {
            case "1", "true", "yes": self = .yes
            case "0", "false", "no": self = .no
            default: self = .other
            }
        }
    }

    /// Rows by the state of a column.
    struct Tally {
        var counts = [Int](repeating: 0, count: 4)

        /// A column of yes and no means what it says; in any other one a value means yes.
        var isBoolean: Bool { counts[State.other.rawValue] == 0 }

        /// Which states mean that it was done.
        func isDone(_ state: Int) -> Bool {
            state == State.yes.rawValue || state == State.other.rawValue || (state == State.no.rawValue && !isBoolean)
        }
    }

    /// Rows by the states of explanation and delivery, and by that of information.
    struct Cells {
        var made = [Int](repeating: 0, count: 16)
        var informed = [Int](repeating: 0, count: 4)

        mutating func merge(_ other: Cells) {
            for i in made.indices { made[i] += other.made[i] }
            for i in informed.indices { informed[i] += other.informed[i] }
        }
    }

    /// Somebody who is affected.
    struct Person {
        /// The group of the first row; nil when it is not known there.
        let group: String?
        /// A row does not say that they were informed.
        var isMissing = false
        /// A row says no.
        var isNo = false
    }

    private(set) var rows = 0
    private(set) var cells = Cells()
    private(set) var explanation = Tally()
    private(set) var delivered = Tally()
    private(set) var informed = Tally()
    private(set) var groups: [String: Cells] = [:]
    private(set) var people: [String: Person] = [:]
    /// One in 2^level people is kept.
    private(set) var level = 0
    private(set) var unknownPeople = 0
    private(set) var texts: FrequentTexts
    private let peopleMax: Int

    /// - Parameter bytesMax: the memory that people and texts may take.
    init(bytesMax: Int = .max) {
        peopleMax = max(1, bytesMax / 2 / Self.personBytes)
        texts = FrequentTexts(bytesMax: bytesMax / 2)
    }

    /// FNV-1a with a last mix (Fowler, Noll & Vo; Steele, Lea & Flood 2014): the same in every run.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }

    private static func isKept(_ id: String, _ level: Int) -> Bool { hash(id).trailingZeroBitCount >= level }

    private mutating func thin() {
        while people.count > peopleMax, level < 63 {
            level += 1
            let level = level
            people = people.filter { Self.isKept($0.key, level) }
        }
    }

    private static func states(_ column: Column?, _ rows: Int) -> [Int]? {
        guard let column, let codes = column.codes else { return nil }
        let map = column.categories.map { State($0).rawValue }
        return codes.map { $0 < 0 ? State.null.rawValue : map[Int($0)] }
    }

    /// Adds rows.
    ///
    /// - Throws: `MeasureError` for a column that is missing or more groups than can be told apart.
    mutating func add(_ table: Table, _ columns: Transparency.Columns) throws(MeasureError) {
        func found(_ name: String?) throws(MeasureError) -> Column? {
            guard let name else { return nil }
            guard let column = table[name], column.codes != nil else {
                throw MeasureError("\(table.path): there is no column \"\(name)\"")
            }
            return column
        }
        let reasons = try found(columns.explanation)
        let made = Self.states(reasons, table.rows)
        let arrived = Self.states(try found(columns.delivered), table.rows)
        let told = Self.states(try found(columns.informed), table.rows)
        let group = try found(columns.group)
        let person = columns.informed == nil ? nil : try found(columns.person)
        rows += table.rows
        var own = [Cells](repeating: Cells(), count: (group?.categories.count ?? 0) + 1)
        for row in 0..<table.rows {
            let place = Int(group?.codes?[row] ?? -1) + 1
            if let made { own[place].made[4 * made[row] + (arrived?[row] ?? 0)] += 1 }
            if let told { own[place].informed[told[row]] += 1 }
        }
        for (place, part) in own.enumerated() {
            cells.merge(part)
            for state in 0..<4 {
                for other in 0..<4 {
                    explanation.counts[state] += part.made[4 * state + other]
                    delivered.counts[other] += part.made[4 * state + other]
                }
                informed.counts[state] += part.informed[state]
            }
            if place > 0, let name = group?.categories[place - 1] { groups[name, default: Cells()].merge(part) }
        }
        guard groups.count <= Self.groupsMax else {
            throw MeasureError("\(table.path): more than \(Self.groupsMax) groups")
        }
        if let reasons {
            for (text, count) in zip(reasons.categories, reasons.categoryCounts()) where count > 0 {
                texts.add(text, times: count)
            }
        }
        if let person, let codes = person.codes, let told { add(person, codes, told, group) }
    }

    private mutating func add(_ person: Column, _ codes: [Int32], _ told: [Int], _ group: Column?) {
        var own = [Person?](repeating: nil, count: person.categories.count)
        for (row, code) in codes.enumerated() {
            guard code >= 0 else {
                unknownPeople += 1
                continue
            }
            let place = Int(code)
            if own[place] == nil {
                let of = group?.codes?[row] ?? -1
                own[place] = Person(group: of < 0 ? nil : group?.categories[Int(of)])
            }
            if told[row] == State.null.rawValue { own[place]?.isMissing = true }
            if told[row] == State.no.rawValue { own[place]?.isNo = true }
        }
        for (id, person) in zip(person.categories, own) {
            if let person, level == 0 || Self.isKept(id, level) { join(id, person) }
        }
        thin()
    }

    private mutating func join(_ id: String, _ person: Person) {
        guard var known = people[id] else {
            people[id] = person
            return
        }
        known.isMissing = known.isMissing || person.isMissing
        known.isNo = known.isNo || person.isNo
        people[id] = known
    }

    /// Joins another part, whose rows come behind these.
    mutating func merge(_ other: TransparencyAccumulator) {
        rows += other.rows
        cells.merge(other.cells)
        for state in 0..<4 {
            explanation.counts[state] += other.explanation.counts[state]
            delivered.counts[state] += other.delivered.counts[state]
            informed.counts[state] += other.informed.counts[state]
        }
        groups.merge(other.groups) { first, second in
            var out = first
            out.merge(second)
            return out
        }
        level = max(level, other.level)
        let level = level
        people = people.filter { Self.isKept($0.key, level) }
        for (id, person) in other.people where Self.isKept(id, level) { join(id, person) }
        thin()
        unknownPeople += other.unknownPeople
        texts.merge(other.texts)
    }

    // MARK: What was done

    /// A count among so many.
    struct Share {
        var count = 0
        var of = 0
    }

    /// Decisions that were explained.
    func explained(_ cells: Cells) -> Share {
        share(cells.made) { explanation.isDone($0 / 4) }
    }

    /// Decisions whose explanation was made and delivered.
    func arrived(_ cells: Cells) -> Share {
        share(cells.made) { explanation.isDone($0 / 4) && delivered.isDone($0 % 4) }
    }

    /// Deliveries of no explanation.
    var withoutExplanation: Int { share(cells.made) { !explanation.isDone($0 / 4) && delivered.isDone($0 % 4) }.count }

    /// Decisions whose person was informed.
    func told(_ cells: Cells) -> Share { share(cells.informed) { informed.isDone($0) } }

    /// People, of one group or of all, who were informed with every decision.
    func toldPeople(_ isCounted: (Person) -> Bool = { _ in true }) -> Share {
        let isBoolean = informed.isBoolean
        var out = Share()
        for person in people.values where isCounted(person) {
            out.of += 1
            out.count += person.isMissing || (isBoolean && person.isNo) ? 0 : 1
        }
        return out
    }

    /// The same of every group.
    func toldPeopleByGroup() -> [String: Share] {
        let isBoolean = informed.isBoolean
        var out: [String: Share] = [:]
        for person in people.values {
            guard let group = person.group else { continue }
            out[group, default: Share()].of += 1
            out[group, default: Share()].count += person.isMissing || (isBoolean && person.isNo) ? 0 : 1
        }
        return out
    }

    private func share(_ counts: [Int], _ isDone: (Int) -> Bool) -> Share {
        counts.indices.reduce(into: Share()) { share, state in
            share.of += counts[state]
            share.count += isDone(state) ? counts[state] : 0
        }
    }
}

/// How often texts occur: exactly while they fit, beyond that the most frequent ones, each short by at most `errorMax`
/// (Misra & Gries, Sci. Comput. Program. 2, 1982).
struct FrequentTexts {
    /// What a text takes besides its bytes.
    private static let overhead = 96
    private let bytesMax: Int
    private var bytes = 0
    private var counts: [String: Int] = [:]
    /// How much a count can be too low; a text that is not there occurs at most so often.
    private(set) var errorMax = 0

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    private static func size(_ text: String) -> Int { text.utf8.count + overhead }

    mutating func add(_ text: String, times: Int) {
        if let known = counts[text] {
            counts[text] = known + times
            return
        }
        counts[text] = times
        bytes += Self.size(text)
        cut()
    }

    private mutating func cut() {
        while bytes > bytesMax, let lowest = counts.values.min() {
            // The half of the texts that are rarest go, as often as the rarest that stays is counted.
            let sorted = counts.values.sorted()
            let taken = max(lowest, sorted[sorted.count / 2])
            errorMax += taken
            counts = counts.compactMapValues { $0 > taken ? $0 - taken : nil }
            bytes = counts.keys.reduce(0) { $0 + Self.size($1) }
        }
    }

    mutating func merge(_ other: FrequentTexts) {
        errorMax += other.errorMax
        for (text, count) in other.counts.sorted(by: { $0.key < $1.key }) { add(text, times: count) }
    }

    /// How many texts there are; nil when not all were kept.
    var distinct: Int? { errorMax == 0 ? counts.count : nil }
    /// How often the most frequent text occurs, short by at most `errorMax`.
    var most: Int { counts.values.max() ?? 0 }
    /// What the texts that are kept take.
    var keptBytes: Int { bytes }
}
