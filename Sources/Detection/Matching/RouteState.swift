// One worker's notes while it holds events against a route: marks that say by the number of the event what is known, so
// that nothing is cleared between two events.

/// Runs a route over events, one at a time.
///
/// Only one worker uses it, and no two of its functions hold the same property at once; checking that for each byte of an
/// event costs a fifth of the time, which is why the properties are marked.
final class RouteState {
    let route: Route
    // What is read for every event stands here again, so that no reference is counted on the way to it.
    private let table: FieldTable
    private let literals: UnsafeMutablePointer<Route.Literals?>
    private let keywords: Route.Literals?
    private let roots: UnsafeMutablePointer<Int32>
    private let steps: UnsafeMutablePointer<Route.Step>
    private let children: UnsafeMutablePointer<Int32>
    private let gates: Rows<Int32>
    private let fieldGates: Rows<Int32>
    private let needsLiteral: UnsafeMutablePointer<Bool>
    private let needsValues: UnsafeMutablePointer<Bool>
    private let hasUngated: Bool
    @exclusivity(unchecked) private var generation: UInt32 = 0
    /// For each predicate the generation times four, and what is known: 1 holds, 2 does not, 3 a literal was seen.
    private let known: UnsafeMutablePointer<UInt32>
    private let ruleMarks: UnsafeMutablePointer<UInt32>
    /// Rules whose gate is open; never more than there are.
    private let candidates: UnsafeMutablePointer<Int32>
    @exclusivity(unchecked) private var candidateCount = 0
    /// For each field the generation in which it was last there, and its first value.
    private let fieldMarks: UnsafeMutablePointer<UInt32>
    private let firstValues: UnsafeMutablePointer<Int32>
    @exclusivity(unchecked) private var values: UnsafeMutablePointer<FieldValue>
    @exclusivity(unchecked) private var valueCount = 0
    @exclusivity(unchecked) private var valueRoom = 256
    /// The fields that are there; never more than there are.
    private let touched: UnsafeMutablePointer<Int32>
    @exclusivity(unchecked) private var touchedCount = 0
    @exclusivity(unchecked) private var matchers: [RegexMatcher?]
    @exclusivity(unchecked) private var folded: [UInt8] = []

    init(_ route: Route) {
        self.route = route
        table = route.table
        literals = route.literals
        keywords = route.keywords
        roots = route.roots
        steps = route.steps
        children = route.children
        gates = route.gates
        fieldGates = route.fieldGates
        needsLiteral = route.needsLiteral
        needsValues = route.needsValues
        hasUngated = !route.ungated.isEmpty
        known = .allocate(capacity: max(1, route.predicates.count))
        ruleMarks = .allocate(capacity: max(1, route.rules.count))
        candidates = .allocate(capacity: max(1, route.rules.count))
        fieldMarks = .allocate(capacity: max(1, route.fields.count))
        firstValues = .allocate(capacity: max(1, route.fields.count))
        touched = .allocate(capacity: max(1, route.fields.count))
        values = .allocate(capacity: valueRoom)
        matchers = Array(repeating: nil, count: route.programs.count)
        startAgain()
    }

    deinit {
        known.deallocate()
        ruleMarks.deallocate()
        candidates.deallocate()
        fieldMarks.deallocate()
        firstValues.deallocate()
        touched.deallocate()
        values.deallocate()
    }

    /// The rules of the route (by their number in it) that match the event, in order.
    func run(_ event: Event, into matched: inout [Int]) {
        matched.removeAll(keepingCapacity: true)
        generation &+= 1
        if generation >= 1 << 30 { startAgain() }
        candidateCount = 0
        valueCount = 0
        touchedCount = 0
        if event.list[event.root].kind == .object { walk(event, event.root, parent: -1) }
        if !event.added.isEmpty { for (path, value) in event.added { add(path, value) } }
        for place in 0..<touchedCount {
            let field = Int(touched[place])
            guard let index = literals[field] else { continue }
            var at = firstValues[field]
            while at >= 0 {
                let value = values[Int(at)]
                if value.kind != .null { scan(value, index) }
                at = value.next
            }
        }
        if let keywords {
            event.eachScalar { scan($0, keywords) }
        }
        for place in 0..<candidateCount {
            let rule = Int(candidates[place])
            if holds(roots[rule], event) { matched.append(rule) }
        }
        guard hasUngated || matched.count > 1 else { return }
        for rule in route.ungated where holds(roots[Int(rule)], event) { matched.append(Int(rule)) }
        if matched.count > 1 { matched.sort() }
    }

    private func startAgain() {
        generation = 1
        known.initialize(repeating: 0, count: route.predicates.count)
        ruleMarks.initialize(repeating: 0, count: route.rules.count)
        fieldMarks.initialize(repeating: 0, count: route.fields.count)
        firstValues.initialize(repeating: -1, count: route.fields.count)
    }

    // MARK: Fields

    private func walk(_ event: Event, _ object: Int, parent: Int32) {
        let nodes = event.list
        let end = Int(nodes[object].next)
        var at = object + 1
        while at < end {
            let key = nodes[at]
            let child = at + 1
            let bytes = key.isEscaped ? event.value(at).bytes : event.bytes(key)
            if let base = bytes.baseAddress {
                let entry = table.find(parent: parent, key: base, count: bytes.count)
                if entry >= 0 {
                    for field in table.fields(of: entry) { collect(event, child, Int(field)) }
                    if table.hasMore(entry) { descend(event, child, parent: entry) }
                }
            }
            at = Int(nodes[child].next)
        }
    }

    private func descend(_ event: Event, _ index: Int, parent: Int32) {
        let nodes = event.list
        switch nodes[index].kind {
        case .object: walk(event, index, parent: parent)
        case .array:
            let end = Int(nodes[index].next)
            var element = index + 1
            while element < end {
                descend(event, element, parent: parent)
                element = Int(nodes[element].next)
            }
        default: return
        }
    }

    private func add(_ path: String, _ value: FieldValue) {
        var path = path
        path.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return }
            let entry = table.find(parent: -1, key: base, count: bytes.count)
            guard entry >= 0 else { return }
            for field in table.fields(of: entry) { record(value, Int(field)) }
        }
    }

    private func collect(_ event: Event, _ index: Int, _ field: Int) {
        guard needsValues[field] else {
            touch(field)
            return
        }
        let nodes = event.list
        if nodes[index].kind == .array {
            touch(field)
            let end = Int(nodes[index].next)
            var element = index + 1
            while element < end {
                collect(event, element, field)
                element = Int(nodes[element].next)
            }
        } else {
            record(event.value(index), field)
        }
    }

    @inline(__always) private func touch(_ field: Int) {
        guard fieldMarks[field] != generation else { return }
        fieldMarks[field] = generation
        firstValues[field] = -1
        touched[touchedCount] = Int32(truncatingIfNeeded: field)
        touchedCount += 1
        open(fieldGates[field])
    }

    @inline(__always) private func record(_ value: FieldValue, _ field: Int) {
        touch(field)
        if valueCount == valueRoom { grow() }
        var value = value
        value.next = firstValues[field]
        firstValues[field] = Int32(truncatingIfNeeded: valueCount)
        (values + valueCount).initialize(to: value)
        valueCount += 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<FieldValue>.allocate(capacity: valueRoom * 2)
        larger.moveInitialize(from: values, count: valueCount)
        values.deallocate()
        values = larger
        valueRoom *= 2
    }

    /// Rules whose gate opens are looked at in the end.
    @inline(__always) private func open(_ rules: UnsafeBufferPointer<Int32>) {
        for rule in rules where ruleMarks[Int(rule)] != generation {
            ruleMarks[Int(rule)] = generation
            candidates[candidateCount] = rule
            candidateCount += 1
        }
    }

    // MARK: Literals

    private func scan(_ value: FieldValue, _ literals: Route.Literals) {
        if value.isWide {
            CaseFolding.fold(value.bytes, into: &folded)
            let text = folded
            text.withUnsafeBufferPointer { scan(text: $0, literals) }
        } else {
            scan(text: value.bytes, literals)
        }
    }

    private func scan(text: UnsafeBufferPointer<UInt8>, _ literals: Route.Literals) {
        let index = literals.index
        let generation = generation
        index.scan(text) { literal, end in
            for use in literals.uses[literal] {
                let predicate = Int(use.predicate)
                guard known[predicate] >> 2 != generation else { continue }
                switch use.place {
                case .inside: break
                case .verify: break
                case .start: if end != index.length(literal) { continue }
                case .end: if end != text.count { continue }
                case .whole: if end != text.count || end != index.length(literal) { continue }
                }
                known[predicate] = generation << 2 | (use.place == .verify ? 3 : 1)
                open(gates[predicate])
            }
        }
    }

    // MARK: Conditions

    private func holds(_ index: Int32, _ event: Event) -> Bool {
        let step = steps[Int(index)]
        let first = Int(step.firstChild)
        let end = first + Int(step.childCount)
        switch step.operation {
        case .predicate: return isTrue(Int(step.number), event)
        case .not: return !holds(children[first], event)
        case .all:
            for child in first..<end where !holds(children[child], event) { return false }
            return true
        case .any:
            for child in first..<end where holds(children[child], event) { return true }
            return false
        case .atLeast:
            var left = step.number
            for child in first..<end where holds(children[child], event) {
                left -= 1
                if left == 0 { return true }
            }
            return false
        }
    }

    private func isTrue(_ index: Int, _ event: Event) -> Bool {
        let mark = known[index]
        if mark >> 2 == generation {
            if mark & 3 == 1 { return true }
            if mark & 3 == 2 { return false }
        } else if needsLiteral[index] {
            return false
        }
        let result = decide(index, event)
        known[index] = generation << 2 | (result ? 1 : 2)
        return result
    }

    private func decide(_ index: Int, _ event: Event) -> Bool {
        let field = route.predicates[index].field
        guard field >= 0 else { return event.scalars().contains { holds(index, $0) } }
        let isThere = fieldMarks[field] == generation
        switch route.predicates[index].test {
        case .exists(let flag): return isThere == flag
        case .null where !isThere: return true
        default: break
        }
        guard isThere else { return false }
        var at = firstValues[field]
        while at >= 0 {
            let value = values[Int(at)]
            if holds(index, value) { return true }
            at = value.next
        }
        return false
    }

    private func holds(_ index: Int, _ value: FieldValue) -> Bool {
        switch route.predicates[index].test {
        case .indexed, .exists: return false
        case .null: return value.kind == .null
        case .pattern(let pattern): return holds(pattern, value)
        case .regex(let number):
            guard value.kind != .null, number >= 0 else { return false }
            return matcher(number).matches(value.bytes)
        case .network(let network): return Evaluator.holds(network, value)
        case .number(let comparison, let operand): return value.number.map { comparison.holds($0, operand) } ?? false
        case .timePart(let part, let comparison, let operand):
            return TimeText.parse(value).map { comparison.holds(Double(CalendarTime($0).part(part)), operand) } ?? false
        case .reference(let reference, let other):
            guard fieldMarks[other] == generation else { return false }
            var at = firstValues[other]
            while at >= 0 {
                if Evaluator.holds(reference, value, values[Int(at)]) { return true }
                at = values[Int(at)].next
            }
            return false
        }
    }

    private func holds(_ pattern: TextPattern, _ value: FieldValue) -> Bool {
        guard value.kind != .null else { return false }
        if pattern.isCased { return pattern.matches(value.bytes) }
        CaseFolding.fold(value.bytes, into: &folded)
        return folded.withUnsafeBufferPointer(pattern.matches)
    }

    private func matcher(_ number: Int) -> RegexMatcher {
        if let found = matchers[number] { return found }
        let made = RegexMatcher(route.programs[number])
        matchers[number] = made
        return made
    }

    // MARK: Evidence

    /// The fields and values by which a rule of the route matched the event that was run last, in the order of the rule;
    /// nothing under a `not`.
    func evidence(_ rule: Int, _ event: Event) -> [MatchedField] {
        var found: [MatchedField] = []
        gather(roots[rule], event, into: &found)
        return found
    }

    private func gather(_ index: Int32, _ event: Event, into found: inout [MatchedField]) {
        let step = steps[Int(index)]
        switch step.operation {
        case .predicate: gather(predicate: Int(step.number), event, into: &found)
        case .not: return
        case .all, .any, .atLeast:
            let first = Int(step.firstChild)
            for child in first..<(first + Int(step.childCount)) where holds(children[child], event) {
                gather(children[child], event, into: &found)
            }
        }
    }

    private func gather(predicate: Int, _ event: Event, into found: inout [MatchedField]) {
        let field = route.predicates[predicate].field
        let pattern = route.predicates[predicate].pattern
        func take(_ value: FieldValue) {
            guard pattern.map({ holds($0, value) }) ?? holds(predicate, value) else { return }
            let item = MatchedField(field: field < 0 ? nil : route.fields[field], value: value.string)
            if !found.contains(item) { found.append(item) }
        }
        guard field >= 0 else {
            for value in event.scalars() { take(value) }
            return
        }
        guard fieldMarks[field] == generation else { return }
        // The last value comes first.
        var places: [Int32] = []
        var at = firstValues[field]
        while at >= 0 {
            places.append(at)
            at = values[Int(at)].next
        }
        for place in places.reversed() { take(values[Int(place)]) }
    }
}
