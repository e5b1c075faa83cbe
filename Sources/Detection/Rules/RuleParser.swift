// From a document to a rule, or to the line and reason why it is none.

/// Reads documents of rule files.
struct RuleParser {
    let items: ItemReader
    /// Whether placeholders without a value take the one that stands with the rule's examples.
    private let isForExamples: Bool

    enum Parsed: Sendable {
        case rule(SigmaRule)
        case correlation(CorrelationRule)
        case filter(FilterRule)
    }

    static let detectionNestingMax = 32
    static let timespanMillisecondsMax: Int64 = 366 * 86_400_000

    init(placeholders: [String: [String]], isForExamples: Bool = false) {
        items = ItemReader(placeholders: placeholders)
        self.isForExamples = isForExamples
    }

    func parse(_ document: RuleYAML, file: String) throws(RuleError) -> Parsed {
        guard document.mapping != nil else { throw RuleError(document.line, "a rule must be a mapping") }
        if isForExamples, let pairs = document["examples"]?["placeholders"]?.mapping {
            var values = items.placeholders
            for (key, value) in pairs where values[key.written] == nil { values[key.written] = value.texts }
            return try RuleParser(placeholders: values).parse(document, file: file)
        }
        if let correlation = document["correlation"] {
            return .correlation(try self.correlation(document, correlation, file))
        }
        if let filter = document["filter"] { return .filter(try self.filter(document, filter, file)) }
        return .rule(try rule(document, file))
    }

    // MARK: Headers

    private func header(_ document: RuleYAML, _ file: String) throws(RuleError) -> RuleHeader {
        guard let title = document["title"]?.text, !title.isEmpty else {
            throw RuleError(document["title"]?.line ?? document.line, "the title is missing")
        }
        var level = Level.medium
        if let node = document["level"], !node.isNull {
            guard let found = node.text.flatMap({ Level(rawValue: $0.lowercased()) }) else {
                throw RuleError(
                    node.line,
                    "the level must be \(Level.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            level = found
        }
        let name = document["name"]?.text
        let source = SourceLocation(file: file, line: document.line)
        let tags = document["tags"]?.texts ?? []
        let controls = document["controls"]?.texts ?? tags.compactMap(Self.control)
        return RuleHeader(
            id: document["id"]?.text ?? name ?? source.description, name: name, title: title, level: level,
            status: document["status"]?.text, author: document["author"]?.text,
            description: document["description"]?.text, tags: tags,
            references: document["references"]?.texts ?? [],
            falsePositives: document["falsepositives"]?.texts ?? [], fields: document["fields"]?.texts ?? [],
            license: document["license"]?.text, source: source, controls: controls)
    }

    /// `iso27001.a.8.15` is the tag of the control `iso27001:A.8.15`.
    static func control(_ tag: String) -> String? {
        for standard in ["iso27001", "iso42001"] where tag.lowercased().hasPrefix(standard + ".") {
            return standard + ":" + tag.dropFirst(standard.count + 1).uppercased()
        }
        return nil
    }

    private func logSource(_ document: RuleYAML) throws(RuleError) -> LogSource {
        guard let node = document["logsource"], node.mapping != nil else {
            throw RuleError(document["logsource"]?.line ?? document.line, "the log source is missing")
        }
        for name in ["product", "category", "service"] {
            if let value = node[name], !value.isNull, value.text == nil {
                throw RuleError(value.line, "\(name) of the log source must be a text")
            }
        }
        let source = LogSource(
            product: node["product"]?.text, category: node["category"]?.text, service: node["service"]?.text)
        guard !source.isEmpty else {
            throw RuleError(node.line, "the log source names no product, category or service")
        }
        return source
    }

    /// `examples:` of our own rules: lists of events under `match` and `nomatch`, and under `placeholders` the values that
    /// they are run with. Not a part of Sigma, which allows
    /// further keys.
    private func examples(_ document: RuleYAML) throws(RuleError) -> [RuleExample] {
        guard let node = document["examples"] else { return [] }
        guard let pairs = node.mapping else { throw RuleError(node.line, "examples must be a mapping") }
        var examples: [RuleExample] = []
        for (key, value) in pairs {
            if key.written == "placeholders" {
                guard let names = value.mapping, names.allSatisfy({ $0.1.texts?.isEmpty == false }) else {
                    throw RuleError(key.line, "placeholders of examples are names with values")
                }
                continue
            }
            guard ["match", "nomatch"].contains(key.written), let items = value.list else {
                throw RuleError(key.line, "examples have lists under match and nomatch")
            }
            for item in items {
                guard let events = item.texts, !events.isEmpty else {
                    throw RuleError(item.line, "an example is an event as JSON, or a list of them")
                }
                examples.append(RuleExample(events: events, matches: key.written == "match", line: item.line))
            }
        }
        return examples
    }

    // MARK: Rules of one event

    private func rule(_ document: RuleYAML, _ file: String) throws(RuleError) -> SigmaRule {
        let header = try header(document, file)
        let source = try logSource(document)
        guard let node = document["detection"] else { throw RuleError(document.line, "the detection is missing") }
        return SigmaRule(
            header: header, logSource: source, detection: try detection(node, except: []),
            examples: try examples(document))
    }

    /// The search identifiers and the condition over them.
    func detection(_ node: RuleYAML, except: Set<String>) throws(RuleError) -> Detection {
        guard let pairs = node.mapping else { throw RuleError(node.line, "the detection must be a mapping") }
        var identifiers: [(name: String, detection: Detection)] = []
        var waiting: (line: Int, names: [String])?
        for (key, value) in pairs
        where !["condition", "timeframe"].contains(key.written) && !except.contains(key.written) {
            do throws(RuleError) {
                identifiers.append((key.written, try search(value, depth: 0)))
            } catch {
                // Of placeholders all that are missing are named, not only the first.
                guard case .waitingForPlaceholders(let names) = error.problem else { throw error }
                waiting = (waiting?.line ?? error.line, (waiting?.names ?? []) + names)
                identifiers.append((key.written, .any([])))
            }
        }
        guard !identifiers.isEmpty else { throw RuleError(node.line, "the detection has no search identifier") }
        guard let condition = node["condition"], !condition.isNull else {
            throw RuleError(node.line, "the condition is missing")
        }
        guard let texts = condition.texts, !texts.isEmpty else {
            throw RuleError(condition.line, "the condition must be a text or a list of texts")
        }
        var parts: [Detection] = []
        for text in texts {
            var parser = try ConditionParser(text, identifiers: identifiers, line: condition.line)
            parts.append(try parser.parse())
        }
        if let waiting {
            var names: [String] = []
            for name in waiting.names where !names.contains(name) { names.append(name) }
            throw RuleError(waiting.line, waiting: names)
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private func search(_ node: RuleYAML, depth: Int) throws(RuleError) -> Detection {
        guard depth <= Self.detectionNestingMax else { throw RuleError(node.line, "the detection nests too deep") }
        switch node.content {
        case .mapping(let pairs):
            guard !pairs.isEmpty else { throw RuleError(node.line, "a search identifier is empty") }
            var parts: [Detection] = []
            for (key, value) in pairs { parts.append(try items.read(key: key, value: value)) }
            return parts.count == 1 ? parts[0] : .all(parts)
        case .list(let values):
            guard !values.isEmpty else { throw RuleError(node.line, "a search identifier is empty") }
            var parts: [Detection] = []
            for value in values {
                if value.scalar != nil {
                    parts.append(try items.keyword(value))
                } else {
                    parts.append(try search(value, depth: depth + 1))
                }
            }
            return parts.count == 1 ? parts[0] : .any(parts)
        case .scalar: return try items.keyword(node)
        }
    }

    // MARK: Filters

    private func filter(_ document: RuleYAML, _ node: RuleYAML, _ file: String) throws(RuleError) -> FilterRule {
        let header = try header(document, file)
        let source = try logSource(document)
        guard let rules = node["rules"] else { throw RuleError(node.line, "the filter names no rules") }
        var names: [String]? = rules.texts
        if names == nil || names == [] { throw RuleError(rules.line, "the rules of a filter must be names or ids") }
        if names == ["any"] { names = nil }
        return FilterRule(
            header: header, logSource: source, rules: names, detection: try detection(node, except: ["rules"]))
    }

    // MARK: Correlations

    private func correlation(
        _ document: RuleYAML, _ node: RuleYAML, _ file: String
    ) throws(RuleError) -> CorrelationRule {
        let header = try header(document, file)
        guard let typeName = node["type"]?.text else { throw RuleError(node.line, "the type is missing") }
        guard let type = CorrelationType(rawValue: typeName) else {
            throw RuleError(node["type"]?.line ?? node.line, "there is no correlation of type \(typeName)")
        }
        guard let rules = node["rules"]?.texts, !rules.isEmpty else {
            throw RuleError(node["rules"]?.line ?? node.line, "the correlation names no rules")
        }
        guard Set(rules).count == rules.count else {
            throw RuleError(node["rules"]?.line ?? node.line, "the correlation names a rule twice")
        }
        guard let spanNode = node["timespan"], let spanText = spanNode.text else {
            throw RuleError(node.line, "the timespan is missing")
        }
        guard let timespan = Self.timespan(spanText) else {
            throw RuleError(spanNode.line, "the timespan must be a number and one of s, m, h, d, w, up to 366d")
        }
        var groupBy: [String] = []
        if let group = node["group-by"], !group.isNull {
            guard let names = group.texts else { throw RuleError(group.line, "group-by must name fields") }
            groupBy = names
        }
        let aliases = try self.aliases(node["aliases"], rules)
        let (conditions, fields, percentile) = try condition(node["condition"], type, rules.count, node.line)
        var generates = false
        if let generate = document["generate"] ?? node["generate"] {
            guard case .bool(let flag) = generate.scalar else {
                throw RuleError(generate.line, "generate must be true or false")
            }
            generates = flag
        }
        return CorrelationRule(
            header: header, type: type, rules: rules, groupBy: groupBy, aliases: aliases, timespan: timespan,
            conditions: conditions, fields: fields, percentile: percentile, generates: generates,
            examples: try examples(document))
    }

    static func timespan(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000]
        guard let last = text.last, let unit = units[last], let number = Int64(text.dropLast()), number > 0 else {
            return nil
        }
        let (span, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow || span > timespanMillisecondsMax ? nil : span
    }

    private func aliases(_ node: RuleYAML?, _ rules: [String]) throws(RuleError) -> [String: [String: String]] {
        guard let node, !node.isNull else { return [:] }
        guard let pairs = node.mapping else { throw RuleError(node.line, "aliases must be a mapping") }
        var aliases: [String: [String: String]] = [:]
        for (name, value) in pairs {
            guard let fields = value.mapping else {
                throw RuleError(value.line, "the alias \(name.written) must name a field for each rule")
            }
            for (rule, field) in fields {
                guard let field = field.text else { throw RuleError(rule.line, "an alias must stand for a field") }
                guard rules.contains(rule.written) else {
                    throw RuleError(
                        rule.line, "the alias \(name.written) names \(rule.written), which is not among the rules")
                }
                aliases[name.written, default: [:]][rule.written] = field
            }
        }
        return aliases
    }

    private func condition(
        _ node: RuleYAML?, _ type: CorrelationType, _ ruleCount: Int, _ line: Int
    ) throws(RuleError) -> ([CorrelationRule.Condition], fields: [String], percentile: Double?) {
        guard let node, !node.isNull else {
            guard type.isTemporal else {
                throw RuleError(line, "a correlation of type \(type.rawValue) needs a condition")
            }
            return ([CorrelationRule.Condition(comparison: .gte, operand: Double(ruleCount))], [], nil)
        }
        guard let pairs = node.mapping else { throw RuleError(node.line, "the condition must be a mapping") }
        var conditions: [CorrelationRule.Condition] = []
        var fields: [String] = []
        var percentile: Double? = type == .valueMedian ? 50 : nil
        for (key, value) in pairs {
            if key.written == "percentile", type == .valuePercentile {
                guard case .number(let number, _) = value.scalar, (0...100).contains(number) else {
                    throw RuleError(value.line, "percentile must be a number from 0 to 100")
                }
                percentile = number
                continue
            }
            if key.written == "field" {
                guard let names = value.texts, !names.isEmpty else {
                    throw RuleError(value.line, "field must name a field")
                }
                fields = names
                continue
            }
            guard let comparison = Comparison(rawValue: key.written) else {
                throw RuleError(key.line, "there is no comparison \(key.written)")
            }
            guard case .number(let operand, _) = value.scalar else {
                throw RuleError(value.line, "\(key.written) must be a number")
            }
            conditions.append(CorrelationRule.Condition(comparison: comparison, operand: operand))
        }
        guard !conditions.isEmpty else { throw RuleError(node.line, "the condition compares with nothing") }
        if type.needsField, fields.isEmpty {
            throw RuleError(node.line, "a correlation of type \(type.rawValue) needs a field")
        }
        if !type.needsField, !fields.isEmpty {
            throw RuleError(node.line, "a correlation of type \(type.rawValue) takes no field")
        }
        if type.needsField, type != .valueCount, fields.count > 1 {
            throw RuleError(node.line, "a correlation of type \(type.rawValue) takes one field")
        }
        return (conditions, fields, percentile)
    }
}
