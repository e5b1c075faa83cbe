// Rules from files and folders: those that can be used, and those that cannot, each by name, place and reason. A broken
// rule never keeps the others from loading.
import Foundation

/// A file that cannot be read at all.
public struct UnreadableFile: Error, Sendable, CustomStringConvertible {
    /// The path as it was given.
    public let path: String
    /// Why it cannot be read.
    public let reason: String

    /// A file and why it cannot be read.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// `path: reason`.
    public var description: String { "\(path): \(reason)" }
}

/// Rules that were loaded together: correlations and filters find the rules that they name among them.
public struct RuleSet: Sendable {
    /// Rules of one event, with their filters applied.
    public private(set) var rules: [SigmaRule] = []
    /// Rules of several events; each stands behind those that it names.
    public private(set) var correlations: [CorrelationRule] = []
    /// Filters, as they were read.
    public private(set) var filters: [FilterRule] = []
    /// Rules that are not used.
    public private(set) var refused: [RefusedRule] = []
    /// How many rules were read, used or not.
    public var count: Int { rules.count + correlations.count + filters.count + refused.count }

    /// An empty set.
    public init() {}

    /// Loads files, and in folders every file that ends with `.yml` or `.yaml`.
    /// - Parameters:
    ///   - placeholders: Values of placeholders by name.
    ///   - forExamples: Whether placeholders without a value take those that stand with a rule's examples.
    public init(paths: [String], placeholders: [String: [String]] = [:], forExamples: Bool = false) throws {
        var files: [String] = []
        for path in paths { files += try Self.files(path) }
        try self.init(files: files, parser: RuleParser(placeholders: placeholders, isForExamples: forExamples))
    }

    private init(files: [String], parser: RuleParser) throws {
        let slots = Slots(count: files.count)
        // Reading YAML is most of the work, and each file stands alone.
        DispatchQueue.concurrentPerform(iterations: (files.count + 63) / 64) { part in
            for index in (part * 64)..<min(files.count, part * 64 + 64) {
                slots.set(index, Self.read(files[index], parser))
            }
        }
        var all = Results()
        for result in slots.taken() { all.append(result) }
        finish(all)
    }

    /// The rules that come with the engine: access to data and AI systems.
    /// - Parameters:
    ///   - placeholders: Values of placeholders by name.
    ///   - forExamples: Whether placeholders without a value take those that stand with a rule's examples.
    public static func builtIn(
        placeholders: [String: [String]] = [:], forExamples: Bool = false
    ) throws -> RuleSet {
        guard let folder = Bundle.module.url(forResource: "Resources/rules", withExtension: nil) else {
            throw UnreadableFile(path: "rules", reason: "the engine's rules are missing")
        }
        return try RuleSet(paths: [folder.path], placeholders: placeholders, forExamples: forExamples)
    }

    /// Rules from a text, as if from a file of that name.
    public init(text: String, file: String, placeholders: [String: [String]] = [:]) {
        finish(Self.read(text, file: file, RuleParser(placeholders: placeholders)))
    }

    /// Rules from several texts.
    public init(texts: [(file: String, text: String)], placeholders: [String: [String]] = [:]) {
        let parser = RuleParser(placeholders: placeholders)
        var all = Results()
        for (file, text) in texts { all.append(Self.read(text, file: file, parser)) }
        finish(all)
    }

    // MARK: Reading

    private struct Results: Sendable {
        var parsed: [RuleParser.Parsed] = []
        var refused: [RefusedRule] = []

        mutating func append(_ other: Results) {
            parsed += other.parsed
            refused += other.refused
        }
    }

    /// One place for each file, written by whichever worker reads it.
    private final class Slots: @unchecked Sendable {
        // Unchecked: the lock guards the only property.
        private let lock = NSLock()
        private var results: [Results?]

        init(count: Int) { results = Array(repeating: nil, count: count) }

        func set(_ index: Int, _ result: Results) { lock.withLock { results[index] = result } }

        func taken() -> [Results] { lock.withLock { results.compactMap { $0 } } }
    }

    private static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UnreadableFile(path: path, reason: "there is no such file or folder")
        }
        guard isFolder.boolValue else { return [path] }
        var files: [String] = []
        try gather(path.hasSuffix("/") ? String(path.dropLast()) : path, into: &files)
        return files.sorted()
    }

    /// Adds the rule files of a folder and of those in it. Links to folders are not followed.
    private static func gather(_ folder: String, into files: inout [String]) throws {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw UnreadableFile(path: folder, reason: "the folder cannot be read")
        }
        for name in names {
            let path = folder + "/" + name
            if name.hasSuffix(".yml") || name.hasSuffix(".yaml") {
                files.append(path)
                continue
            }
            var info = stat()
            if lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR { try gather(path, into: &files) }
        }
    }

    private static func read(_ path: String, _ parser: RuleParser) -> Results {
        guard let data = FileManager.default.contents(atPath: path) else {
            return refusal(path, RuleError(1, "the file cannot be read"))
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            return refusal(path, RuleError(1, "the file is not UTF-8"))
        }
        return read(text, file: path, parser)
    }

    private static func refusal(_ file: String, _ error: RuleError, _ document: RuleYAML? = nil) -> Results {
        var results = Results()
        results.refused.append(
            RefusedRule(
                id: document?["id"]?.text, title: document?["title"]?.text,
                location: SourceLocation(file: file, line: error.line), problem: error.problem))
        return results
    }

    private static func read(_ text: String, file: String, _ parser: RuleParser) -> Results {
        let documents: [RuleYAML]
        let failure: RuleError?
        do throws(RuleError) { (documents, failure) = try RuleYAML.readable(text) } catch {
            return refusal(file, error)
        }
        var results = Results()
        if let failure { results.append(refusal(file, failure)) }
        // Rule collections: a global document lies under those that follow, until a reset; a repeat lies on the one
        // before it.
        var global: RuleYAML?
        var previous: RuleYAML?
        for document in documents where !document.isNull {
            var whole = document
            switch document["action"]?.text {
            case "global":
                global = global?.merged(under: document) ?? document
                continue
            case "reset":
                global = nil
                continue
            case "repeat":
                guard let before = previous else {
                    results.append(refusal(file, RuleError(document.line, "there is nothing to repeat"), document))
                    continue
                }
                whole = before.merged(under: document)
            case let action?:
                results.append(refusal(file, RuleError(document.line, "there is no action \(action)"), document))
                continue
            case nil:
                if let global { whole = global.merged(under: document) }
            }
            previous = whole
            do throws(RuleError) {
                results.parsed.append(try parser.parse(whole, file: file))
            } catch {
                results.append(refusal(file, error, whole))
            }
        }
        return results
    }

    // MARK: References between rules

    private mutating func finish(_ results: Results) {
        refused = results.refused
        var places: [String: SourceLocation] = [:]
        var waiting: [CorrelationRule] = []
        for parsed in results.parsed {
            let header =
                switch parsed {
                case .rule(let rule): rule.header
                case .correlation(let rule): rule.header
                case .filter(let rule): rule.header
                }
            if let place = places[header.id] {
                refuse(header, "the id \(header.id) stands already at \(place)")
                continue
            }
            places[header.id] = header.source
            switch parsed {
            case .rule(let rule): rules.append(rule)
            case .correlation(let rule): waiting.append(rule)
            case .filter(let rule): filters.append(rule)
            }
        }
        applyFilters()
        order(waiting)
        refused.sort { ($0.location.file, $0.location.line) < ($1.location.file, $1.location.line) }
    }

    private mutating func refuse(_ header: RuleHeader, _ reason: String) {
        refused.append(
            RefusedRule(
                id: header.id, title: header.title, location: header.source, problem: .invalid(reason)))
    }

    private mutating func applyFilters() {
        var used: [FilterRule] = []
        for filter in filters {
            var missing = Set(filter.rules ?? [])
            var mismatched: [String] = []
            var meant: [Int] = []
            for (index, rule) in rules.enumerated() {
                if let names = filter.rules {
                    let called = names.filter { $0 == rule.header.id || $0 == rule.header.name }
                    guard !called.isEmpty else { continue }
                    missing.subtract(called)
                }
                // A filter for a part of a log applies to rules for that part or a smaller one.
                if rule.logSource.satisfies(filter.logSource) {
                    meant.append(index)
                } else if filter.rules != nil {
                    mismatched.append(rule.header.id)
                }
            }
            if !missing.isEmpty {
                let names = missing.sorted().joined(separator: ", ")
                refuse(filter.header, "the filter names \(names), which is not loaded")
                continue
            }
            if !mismatched.isEmpty {
                refuse(
                    filter.header,
                    "the log source of the filter is not that of \(mismatched.joined(separator: ", "))")
                continue
            }
            used.append(filter)
            for index in meant {
                rules[index].detection = .all([rules[index].detection, .named(filter.header.title, filter.detection)])
            }
        }
        filters = used
    }

    /// Puts each correlation behind those that it names; what names itself, or nothing that is loaded, is refused.
    private mutating func order(_ waiting: [CorrelationRule]) {
        var known: [String: Int] = [:]
        func note(_ header: RuleHeader) {
            known[header.id, default: 0] += 1
            if let name = header.name, name != header.id { known[name, default: 0] += 1 }
        }
        for rule in rules { note(rule.header) }
        var left = waiting
        while true {
            var rest: [CorrelationRule] = []
            for rule in left {
                if let twice = rule.rules.first(where: { known[$0, default: 0] > 1 }) {
                    refuse(rule.header, "the name \(twice) is that of several rules")
                } else if rule.rules.allSatisfy({ known[$0] == 1 }) {
                    correlations.append(rule)
                    note(rule.header)
                } else {
                    rest.append(rule)
                }
            }
            if rest.count == left.count || rest.isEmpty {
                left = rest
                break
            }
            left = rest
        }
        let names = Set(left.flatMap { [$0.header.id] + ($0.header.name.map { [$0] } ?? []) })
        for rule in left {
            let missing = rule.rules.filter { known[$0] == nil }
            let circular = missing.filter(names.contains)
            if circular.count == missing.count {
                refuse(rule.header, "the correlation depends on itself by way of \(circular.joined(separator: ", "))")
            } else {
                let absent = missing.filter { !names.contains($0) }.joined(separator: ", ")
                refuse(rule.header, "the correlation names \(absent), which is not loaded")
            }
        }
    }

    /// Values of placeholders from a YAML file: a mapping from names to a value or a list of values.
    public static func placeholders(_ text: String, file: String) throws -> [String: [String]] {
        var values: [String: [String]] = [:]
        do throws(RuleError) {
            for document in try RuleYAML.documents(text) {
                guard let pairs = document.mapping else { throw RuleError(document.line, "must be a mapping") }
                for (key, value) in pairs {
                    guard let texts = value.texts else {
                        throw RuleError(value.line, "\(key.written) must be a text or a list of texts")
                    }
                    values[key.written] = texts
                }
            }
        } catch {
            throw UnreadableFile(path: "\(file):\(error.line)", reason: error.problem.description)
        }
        return values
    }
}
