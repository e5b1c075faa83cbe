// All rules for one kind of log, compiled to one matcher.
//
// A condition on a field is a predicate, and equal predicates of different rules are one. Literals decide most of them
// while the fields are read once; the others (expressions, networks, numbers) are asked only when a rule needs them.
// Every rule has a gate where there is one: predicates of which at least one must hold. Rules whose gate stays shut are
// not looked at, so that the cost grows with what an event resembles and not with the number of rules.

/// The compiled rules of one kind of log. It does not change once it is made.
final class Route: @unchecked Sendable {
    // Unchecked: what the pointers lead to is written by the initialiser alone, and freed by the deinitialiser.
    enum Test: Sendable {
        /// Decided by a literal alone.
        case indexed
        /// A pattern in lower case, or one where case counts.
        case pattern(TextPattern)
        case regex(Int)
        case network(Network)
        case number(Comparison, Double)
        case timePart(TimePart, Comparison, Double)
        case exists(Bool)
        case null
        case reference(FieldReference, Int)
    }

    struct Predicate: Sendable {
        /// The number of the field; -1 is a keyword.
        let field: Int
        let test: Test
        /// Whether it is false as long as none of its literals is seen.
        let needsLiteral: Bool
        /// For a test that a literal decides: what each value must be, to name the values that passed.
        let pattern: TextPattern?

        /// Whether it is false as long as its field is missing.
        var needsField: Bool {
            guard field >= 0 else { return false }
            switch test {
            case .null: return false
            case .exists(let flag): return flag
            default: return true
            }
        }
    }

    enum Place: UInt8, Sendable { case whole, start, end, inside, verify }

    struct Use: Sendable, BitwiseCopyable {
        let predicate: Int32
        let place: Place
    }

    /// What is false as long as nothing of it is seen: predicates with their literals, and fields that must be there.
    struct Gate {
        var predicates: [Int] = []
        var fields: [Int] = []
        var cost = 0.0
    }

    struct Literals {
        let index: LiteralIndex
        /// For each literal what it decides.
        let uses: Rows<Use>

        func free() {
            index.free()
            uses.free()
        }
    }

    enum Operation: UInt8, Sendable { case all, any, not, atLeast, predicate }

    struct Step: Sendable, BitwiseCopyable {
        let operation: Operation
        /// The predicate, or the number that must hold.
        let number: Int32
        let firstChild: Int32
        let childCount: Int32
    }

    /// The rules by their number in the matcher, in its order.
    let rules: [Int]
    let evaluator: Evaluator
    let fields: [String]
    let table: FieldTable
    let literals: UnsafeMutablePointer<Literals?>
    let keywords: Literals?
    let predicates: [Predicate]
    /// For each predicate whether it is false as long as none of its literals is seen: asked far more often than the rest.
    let needsLiteral: UnsafeMutablePointer<Bool>
    /// For each field whether its values count, or only that it is there.
    let needsValues: UnsafeMutablePointer<Bool>
    let programs: [RegexProgram]
    let steps: UnsafeMutablePointer<Step>
    let children: UnsafeMutablePointer<Int32>
    /// For each rule of the route the step of its detection.
    let roots: UnsafeMutablePointer<Int32>
    /// For each predicate the rules of the route whose gate it opens.
    let gates: Rows<Int32>
    /// For each field the rules of the route whose gate it opens by being there.
    let fieldGates: Rows<Int32>
    /// Rules without a gate.
    let ungated: [Int32]

    init(rules: [Int], detections: [Detection], evaluator: Evaluator) {
        var builder = Builder()
        var roots: [Int32] = []
        var gateOf: [Gate?] = []
        for detection in detections {
            roots.append(Int32(builder.compile(detection)))
            gateOf.append(builder.gate(detection))
        }
        self.rules = rules
        self.evaluator = evaluator
        self.roots = .copy(of: roots)
        fields = builder.fields
        table = FieldTable(builder.fields.map(evaluator.paths))
        predicates = builder.predicates
        needsLiteral = .copy(of: builder.predicates.map(\.needsLiteral))
        var needsValues = [Bool](repeating: false, count: builder.fields.count)
        for predicate in builder.predicates {
            if case .exists = predicate.test { continue }
            if case .reference(_, let other) = predicate.test { needsValues[other] = true }
            if predicate.field >= 0 { needsValues[predicate.field] = true }
        }
        self.needsValues = .copy(of: needsValues)
        programs = builder.programs
        steps = .copy(of: builder.steps)
        children = .copy(of: builder.children)
        var gates = [[Int32]](repeating: [], count: builder.predicates.count)
        var fieldGates = [[Int32]](repeating: [], count: builder.fields.count)
        var ungated: [Int32] = []
        for (rule, gate) in gateOf.enumerated() {
            guard let gate else {
                ungated.append(Int32(rule))
                continue
            }
            for predicate in Set(gate.predicates) { gates[predicate].append(Int32(rule)) }
            for field in Set(gate.fields) { fieldGates[field].append(Int32(rule)) }
        }
        self.gates = Rows(gates)
        self.fieldGates = Rows(fieldGates)
        self.ungated = ungated
        literals = .copy(of: builder.fields.indices.map { builder.literals(of: $0) })
        keywords = builder.literals(of: -1)
    }

    deinit {
        roots.deallocate()
        needsLiteral.deallocate()
        needsValues.deallocate()
        steps.deallocate()
        children.deallocate()
        gates.free()
        fieldGates.free()
        for field in fields.indices { literals[field]?.free() }
        literals.deallocate()
        keywords?.free()
        table.free()
    }

    /// What is gathered while detections are compiled.
    private struct Builder {
        var fields: [String] = []
        private var fieldNumbers: [String: Int] = [:]
        var predicates: [Predicate] = []
        private var predicateNumbers: [FieldMatch: Int] = [:]
        private var costs: [Double] = []
        var programs: [RegexProgram] = []
        private var programNumbers: [RegexPattern: Int] = [:]
        var steps: [Step] = []
        var children: [Int32] = []
        /// For each field the literals and what they decide.
        private var uses: [Int: [[UInt8]: [Use]]] = [:]

        mutating func field(_ name: String?) -> Int {
            guard let name else { return -1 }
            if let found = fieldNumbers[name] { return found }
            fieldNumbers[name] = fields.count
            fields.append(name)
            return fields.count - 1
        }

        mutating func predicate(_ match: FieldMatch) -> Int {
            if let found = predicateNumbers[match] { return found }
            let number = predicates.count
            let field = field(match.field)
            var seen: [(literal: [UInt8], place: Place)] = []
            let test: Test
            var decided: TextPattern?
            switch match.test {
            case .text(let pattern):
                seen = Self.literals(pattern)
                let compared = pattern.isCased ? pattern : pattern.folded
                if seen.count == 1, seen[0].place != .verify {
                    test = .indexed
                    decided = compared
                } else {
                    test = .pattern(compared)
                }
            case .regex(let pattern):
                seen = (RegexLiterals.required(pattern.tree) ?? []).map { ($0, .verify) }
                test = .regex(program(pattern))
            case .network(let network): test = .network(network)
            case .number(let comparison, let operand): test = .number(comparison, operand)
            case .timePart(let part, let comparison, let operand): test = .timePart(part, comparison, operand)
            case .exists(let flag): test = .exists(flag)
            case .null: test = .null
            case .fieldReference(let reference): test = .reference(reference, self.field(reference.field))
            }
            predicates.append(Predicate(field: field, test: test, needsLiteral: !seen.isEmpty, pattern: decided))
            predicateNumbers[match] = number
            var cost = 0.0
            for (literal, place) in seen {
                uses[field, default: [:]][literal, default: []].append(Use(predicate: Int32(number), place: place))
                // A guess at how often the literal is met: short ones often, whole values less.
                let length = Double(literal.count)
                cost += (place == .whole ? 2 : place == .inside || place == .verify ? 6 : 4) / (length * length)
            }
            costs.append(cost)
            return number
        }

        private mutating func program(_ pattern: RegexPattern) -> Int {
            if let found = programNumbers[pattern] { return found }
            // An expression was compiled when its rule was read; if it fails now, it matches nothing but the end step.
            guard let program = try? RegexProgram(pattern.tree) else { return -1 }
            programs.append(program)
            programNumbers[pattern] = programs.count - 1
            return programs.count - 1
        }

        /// What must be seen for a pattern to hold: where one literal decides, where it must stand.
        private static func literals(_ pattern: TextPattern) -> [(literal: [UInt8], place: Place)] {
            let elements = pattern.folded.elements
            let texts = elements.compactMap { element -> [UInt8]? in
                if case .literal(let bytes) = element { bytes } else { nil }
            }
            guard let longest = texts.max(by: { $0.count < $1.count }) else { return [] }
            guard texts.count == 1, !pattern.isCased, !elements.contains(.one) else { return [(longest, .verify)] }
            let open = (elements.first == .any, elements.last == .any)
            return [(longest, open.0 ? (open.1 ? .inside : .end) : open.1 ? .start : .whole)]
        }

        mutating func compile(_ detection: Detection) -> Int {
            switch detection {
            case .all(let parts): return compile(.all, 0, parts)
            case .any(let parts): return compile(.any, 0, parts)
            case .atLeast(let count, let parts): return compile(.atLeast, count, parts)
            case .not(let part): return compile(.not, 0, [part])
            case .named(_, let part): return compile(part)
            case .match(let match):
                let number = predicate(match)
                steps.append(
                    Step(operation: .predicate, number: Int32(number), firstChild: 0, childCount: 0))
                return steps.count - 1
            }
        }

        private mutating func compile(_ operation: Operation, _ number: Int, _ parts: [Detection]) -> Int {
            var compiled: [Int32] = []
            for part in parts { compiled.append(Int32(compile(part))) }
            let first = children.count
            children += compiled
            steps.append(
                Step(
                    operation: operation, number: Int32(number), firstChild: Int32(first),
                    childCount: Int32(compiled.count)))
            return steps.count - 1
        }

        /// What must be seen where the detection holds, the rarest that can be guessed.
        mutating func gate(_ detection: Detection) -> Gate? {
            switch detection {
            case .match(let match):
                let number = predicate(match)
                if predicates[number].needsLiteral { return Gate(predicates: [number], cost: costs[number]) }
                guard predicates[number].needsField else { return nil }
                // A field is there more often than any literal is.
                return Gate(fields: [predicates[number].field], cost: 1_000)
            case .named(_, let part): return gate(part)
            case .not: return nil
            case .all(let parts):
                var best: Gate?
                for part in parts {
                    guard let gate = gate(part) else { continue }
                    if best.map({ gate.cost < $0.cost }) ?? true { best = gate }
                }
                return best
            case .any(let parts), .atLeast(_, let parts):
                var all = Gate()
                for part in parts {
                    guard let gate = gate(part) else { return nil }
                    all.predicates += gate.predicates
                    all.fields += gate.fields
                    all.cost += gate.cost
                }
                return all
            }
        }

        func literals(of field: Int) -> Literals? {
            guard let found = uses[field] else { return nil }
            let sorted = found.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            return Literals(index: LiteralIndex(sorted.map(\.key)), uses: Rows(sorted.map(\.value)))
        }
    }
}
