// One worker's notes while it holds events against a route: marks that say by the number of the event what is known, so
// that nothing is cleared between two events.

/// Runs a route over events, one at a time.
///
/// Only one worker uses it, and no two of its functions hold the same property at once; checking that for each byte of an
/// event costs a fifth of the time, which is why the properties are marked.
final class RouteState {
    let route: Route
    @exclusivity(unchecked) private var event: Event?
    @exclusivity(unchecked) private var generation: UInt32 = 0
    /// For each predicate the generation times four, and what is known: 1 holds, 2 does not, 3 a literal was seen.
    @exclusivity(unchecked) private var known: [UInt32]
    @exclusivity(unchecked) private var ruleMarks: [UInt32]
    @exclusivity(unchecked) private var candidates: [Int32] = []
    /// For each field the generation in which it was last there, and its first value.
    @exclusivity(unchecked) private var fieldMarks: [UInt32]
    @exclusivity(unchecked) private var firstValues: [Int32]
    @exclusivity(unchecked) private var values: [FieldValue] = []
    @exclusivity(unchecked) private var touched: [Int32] = []
    @exclusivity(unchecked) private var matchers: [RegexMatcher?]
    @exclusivity(unchecked) private var folded: [UInt8] = []

    init(_ route: Route) {
        self.route = route
        known = Array(repeating: 0, count: route.predicates.count)
        ruleMarks = Array(repeating: 0, count: route.rules.count)
        fieldMarks = Array(repeating: 0, count: route.fields.count)
        firstValues = Array(repeating: -1, count: route.fields.count)
        matchers = Array(repeating: nil, count: route.programs.count)
    }

    /// The rules of the route (by their number in it) that match the event, in order.
    func run(_ event: Event, into matched: inout [Int]) {
        self.event = event
        defer { self.event = nil }
        generation &+= 1
        if generation >= 1 << 30 { startAgain() }
        candidates.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        touched.removeAll(keepingCapacity: true)
        if event.tape.nodes[event.root].kind == .object { walk(event.root, parent: -1, hash: FieldTable.seed) }
        for (path, value) in event.added { add(path, value) }
        for field in touched {
            guard let literals = route.literals[Int(field)] else { continue }
            var at = firstValues[Int(field)]
            while at >= 0 {
                let value = values[Int(at)]
                if value.kind != .null { scan(value, literals) }
                at = value.next
            }
        }
        if let keywords = route.keywords {
            for value in event.scalars() { scan(value, keywords) }
        }
        matched.removeAll(keepingCapacity: true)
        for rule in candidates where holds(route.roots[Int(rule)]) { matched.append(Int(rule)) }
        for rule in route.ungated where holds(route.roots[Int(rule)]) { matched.append(Int(rule)) }
        if matched.count > 1 { matched.sort() }
    }

    private func startAgain() {
        generation = 1
        for index in known.indices { known[index] = 0 }
        for index in ruleMarks.indices { ruleMarks[index] = 0 }
        for index in fieldMarks.indices { fieldMarks[index] = 0 }
    }

    // MARK: Fields

    private func walk(_ object: Int, parent: Int, hash: UInt64) {
        guard let event else { return }
        let tape = event.tape
        let end = Int(tape.nodes[object].next)
        var at = object + 1
        while at < end {
            let key = tape.nodes[at]
            let child = at + 1
            let bytes = key.isEscaped ? event.value(at).bytes : tape.bytes(key)
            let (index, path) = route.table.find(parent: parent, hash: hash, key: bytes)
            if index >= 0 {
                for place in route.table.places(index) { collect(child, route.table.field(place)) }
                if route.table.hasMore(index) { descend(child, parent: index, hash: path) }
            }
            at = Int(tape.nodes[child].next)
        }
    }

    private func descend(_ index: Int, parent: Int, hash: UInt64) {
        guard let event else { return }
        let node = event.tape.nodes[index]
        switch node.kind {
        case .object: walk(index, parent: parent, hash: hash)
        case .array:
            var element = index + 1
            while element < Int(node.next) {
                descend(element, parent: parent, hash: hash)
                element = Int(event.tape.nodes[element].next)
            }
        default: return
        }
    }

    private func add(_ path: String, _ value: FieldValue) {
        var path = path
        path.withUTF8 { bytes in
            let index = route.table.find(parent: -1, hash: FieldTable.seed, key: bytes).entry
            guard index >= 0 else { return }
            for place in route.table.places(index) { record(value, route.table.field(place)) }
        }
    }

    private func collect(_ index: Int, _ field: Int) {
        guard let event else { return }
        if event.tape.nodes[index].kind == .array {
            touch(field)
            var element = index + 1
            while element < Int(event.tape.nodes[index].next) {
                collect(element, field)
                element = Int(event.tape.nodes[element].next)
            }
        } else {
            record(event.value(index), field)
        }
    }

    @inline(__always) private func touch(_ field: Int) {
        if fieldMarks[field] != generation {
            fieldMarks[field] = generation
            firstValues[field] = -1
            touched.append(Int32(field))
        }
    }

    @inline(__always) private func record(_ value: FieldValue, _ field: Int) {
        touch(field)
        var value = value
        value.next = firstValues[field]
        firstValues[field] = Int32(values.count)
        values.append(value)
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
        literals.index.scan(text) { literal, end in
            for use in literals.uses[literal] {
                let predicate = Int(use.predicate)
                guard known[predicate] >> 2 != generation else { continue }
                switch use.place {
                case .inside: break
                case .verify: break
                case .start: if end != literals.index.lengths[literal] { continue }
                case .end: if end != text.count { continue }
                case .whole: if end != text.count || end != literals.index.lengths[literal] { continue }
                }
                known[predicate] = generation << 2 | (use.place == .verify ? 3 : 1)
                for rule in route.gates[predicate] where ruleMarks[Int(rule)] != generation {
                    ruleMarks[Int(rule)] = generation
                    candidates.append(rule)
                }
            }
        }
    }

    // MARK: Conditions

    private func holds(_ index: Int32) -> Bool {
        let step = route.steps[Int(index)]
        switch step.operation {
        case .predicate: return isTrue(Int(step.number))
        case .not: return !holds(route.children[Int(step.firstChild)])
        case .all:
            for child in step.firstChild..<(step.firstChild + step.childCount)
            where !holds(route.children[Int(child)]) {
                return false
            }
            return true
        case .any:
            for child in step.firstChild..<(step.firstChild + step.childCount)
            where holds(route.children[Int(child)]) {
                return true
            }
            return false
        case .atLeast:
            var left = step.number
            for child in step.firstChild..<(step.firstChild + step.childCount)
            where holds(route.children[Int(child)]) {
                left -= 1
                if left == 0 { return true }
            }
            return false
        }
    }

    private func isTrue(_ index: Int) -> Bool {
        let mark = known[index]
        if mark >> 2 == generation {
            if mark & 3 == 1 { return true }
            if mark & 3 == 2 { return false }
        } else if route.needsLiteral[index] {
            return false
        }
        let result = decide(route.predicates[index])
        known[index] = generation << 2 | (result ? 1 : 2)
        return result
    }

    private func decide(_ predicate: Route.Predicate) -> Bool {
        guard predicate.field >= 0 else { return decideKeyword(predicate) }
        let isThere = fieldMarks[predicate.field] == generation
        switch predicate.test {
        case .exists(let flag): return isThere == flag
        case .null where !isThere: return true
        default: break
        }
        guard isThere else { return false }
        var at = firstValues[predicate.field]
        while at >= 0 {
            let value = values[Int(at)]
            if holds(predicate, value) { return true }
            at = value.next
        }
        return false
    }

    private func decideKeyword(_ predicate: Route.Predicate) -> Bool {
        event?.scalars().contains { holds(predicate, $0) } ?? false
    }

    private func holds(_ predicate: Route.Predicate, _ value: FieldValue) -> Bool {
        switch predicate.test {
        case .indexed, .exists: return false
        case .null: return value.kind == .null
        case .pattern(let pattern):
            guard value.kind != .null else { return false }
            if pattern.isCased { return pattern.matches(value.bytes) }
            CaseFolding.fold(value.bytes, into: &folded)
            return folded.withUnsafeBufferPointer(pattern.matches)
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

    private func matcher(_ number: Int) -> RegexMatcher {
        if let found = matchers[number] { return found }
        let made = RegexMatcher(route.programs[number])
        matchers[number] = made
        return made
    }
}
