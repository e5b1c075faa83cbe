// What a product's events look like: how to know them, which log source they are for rules, where time, actor, object,
// action and address stand. Profiles are data files; nothing about a product is in code.
import Foundation

/// The profile of one product's events.
public struct SourceProfile: Sendable {
    /// The name by which `--source` calls it.
    public let name: String
    /// What it is, in words.
    public let title: String
    /// Where the profile was read.
    public let source: SourceLocation
    /// Whether an event is one of this product.
    let recognise: Detection
    /// The log sources that an event has, each with what must hold for it.
    let logSources: [(source: LogSource, when: Detection?)]
    /// For a field of Sigma rules the paths in the event.
    let mapping: [String: [String]]
    /// Put before every field of rules that has no path of its own.
    let prefixes: [String]
    /// Where each role stands: `time`, `id`, `actor`, `object`, `action`, `outcome`, `address`, `size`.
    let roles: [Role: [String]]
    /// Fields read out of another field's text.
    let extractions: [Extraction]
    /// What an event must be to be a posture finding; `nil` if none is.
    let posture: Detection?
    /// How the events become OCSF events; the first that fits counts.
    let ocsf: [OCSFMapping]

    enum Role: String, CaseIterable, Sendable { case time, id, actor, object, action, outcome, address, size }

    /// A text whose parts become fields.
    struct Extraction: Sendable {
        enum Form: Sendable {
            /// Comma-separated values behind a prefix (RFC 4180), with the names of the new fields.
            case csv([String])
            /// `key=value`, with or without quotes, put under a name.
            case pairs
        }

        let from: String
        let prefix: String
        /// Put before the names of the new fields.
        let under: String
        let form: Form
    }

    /// Profiles from the text of a file.
    static func read(_ text: String, file: String) throws(RuleError) -> [SourceProfile] {
        var profiles: [SourceProfile] = []
        for document in try RuleYAML.documents(text) { profiles.append(try SourceProfile(document, file: file)) }
        return profiles
    }

    /// A search identifier, as rules have them, by itself.
    static func detection(_ node: RuleYAML) throws(RuleError) -> Detection {
        try RuleParser(placeholders: [:]).detection(
            RuleYAML(
                line: node.line,
                mapping: [
                    (RuleYAML(line: node.line, text: "selection"), node),
                    (RuleYAML(line: node.line, text: "condition"), RuleYAML(line: node.line, text: "selection")),
                ]), except: [])
    }

    private init(_ node: RuleYAML, file: String) throws(RuleError) {
        let known: Set<String> = [
            "name", "title", "recognise", "logsources", "fields", "prefixes", "extract", "ocsf", "posture",
        ]
        for (key, _) in node.mapping ?? []
        where !known.contains(key.written) && Role(rawValue: key.written) == nil {
            throw RuleError(key.line, "a profile has no \(key.written)")
        }
        guard let name = node["name"]?.text, let title = node["title"]?.text else {
            throw RuleError(node.line, "a profile needs a name and a title")
        }
        self.name = name
        self.title = title
        source = SourceLocation(file: file, line: node.line)
        guard let recognise = node["recognise"] else { throw RuleError(node.line, "recognise is missing") }
        self.recognise = try Self.detection(recognise)
        var sources: [(source: LogSource, when: Detection?)] = []
        for item in node["logsources"]?.list ?? [] {
            let source = LogSource(
                product: item["product"]?.text, category: item["category"]?.text, service: item["service"]?.text)
            guard !source.isEmpty else { throw RuleError(item.line, "a log source needs a name") }
            var when: Detection?
            if let condition = item["when"] { when = try Self.detection(condition) }
            sources.append((source, when))
        }
        guard !sources.isEmpty else { throw RuleError(node.line, "logsources is missing") }
        logSources = sources
        var mapping: [String: [String]] = [:]
        for (key, value) in node["fields"]?.mapping ?? [] {
            guard let paths = value.texts else { throw RuleError(value.line, "a field has a path or a list of paths") }
            mapping[key.written] = paths
        }
        self.mapping = mapping
        prefixes = node["prefixes"]?.texts ?? []
        var roles: [Role: [String]] = [:]
        for role in Role.allCases {
            guard let value = node[role.rawValue] else { continue }
            guard let paths = value.texts else { throw RuleError(value.line, "\(role.rawValue) has a path or a list") }
            roles[role] = paths
        }
        self.roles = roles
        var extractions: [Extraction] = []
        for item in node["extract"]?.list ?? [] {
            guard let from = item["from"]?.text else { throw RuleError(item.line, "extract needs from") }
            let columns = item["csv"]?.texts
            guard columns != nil || item["pairs"] != nil else {
                throw RuleError(item.line, "extract needs csv or pairs")
            }
            let under = item["under"]?.text ?? ""
            extractions.append(
                Extraction(
                    from: from, prefix: item["prefix"]?.text ?? "", under: under,
                    form: columns.map { .csv($0.map { under + $0 }) } ?? .pairs))
        }
        self.extractions = extractions
        var posture: Detection?
        if let condition = node["posture"] { posture = try Self.detection(condition) }
        self.posture = posture
        if let mapping = node["ocsf"] { ocsf = try OCSFMapping.read(mapping) } else { ocsf = [] }
    }

    /// Adds the fields that are read out of texts.
    func extract(_ event: Event) { Self.extract(extractions, event) }

    static func extract(_ extractions: [Extraction], _ event: Event) {
        for extraction in extractions {
            guard let value = event.first(extraction.from), value.kind == .text else { continue }
            let bytes = value.bytes
            let prefix = extraction.prefix.utf8
            guard bytes.count >= prefix.count, bytes[..<prefix.count].elementsEqual(prefix) else { continue }
            let rest = UnsafeBufferPointer(rebasing: bytes[prefix.count...])
            switch extraction.form {
            case .csv(let columns): Self.csv(rest, columns, event)
            case .pairs: Self.pairs(rest, extraction.under, event)
            }
        }
    }

    private static func csv(
        _ bytes: UnsafeBufferPointer<UInt8>, _ columns: [String], _ event: Event
    ) {
        var at = 0
        for column in columns {
            guard at <= bytes.count else { return }
            var value: UnsafeBufferPointer<UInt8>
            if at < bytes.count, bytes[at] == 0x22 {
                let room = event.arena.room(bytes.count - at)
                var length = 0
                at += 1
                while at < bytes.count {
                    if bytes[at] == 0x22 {
                        guard at + 1 < bytes.count, bytes[at + 1] == 0x22 else { break }
                        at += 1
                    }
                    room[length] = bytes[at]
                    length += 1
                    at += 1
                }
                at += 2
                value = UnsafeBufferPointer(start: UnsafePointer(room), count: length)
            } else {
                let start = at
                while at < bytes.count, bytes[at] != UInt8(ascii: ",") { at += 1 }
                value = UnsafeBufferPointer(rebasing: bytes[start..<at])
                at += 1
            }
            event.added.append((column, event.text(value)))
        }
    }

    private static func pairs(_ bytes: UnsafeBufferPointer<UInt8>, _ under: String, _ event: Event) {
        var at = 0
        while at < bytes.count {
            while at < bytes.count, bytes[at] <= 0x20 || bytes[at] == UInt8(ascii: ",") { at += 1 }
            let start = at
            while at < bytes.count, bytes[at] != UInt8(ascii: "="), bytes[at] > 0x20 { at += 1 }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "="), at > start else {
                // A sign without a name before it is no pair, and must be passed.
                if at == start { at += 1 }
                continue
            }
            let name = under + String(decoding: bytes[start..<at], as: UTF8.self)
            at += 1
            let quote = at < bytes.count && (bytes[at] == 0x22 || bytes[at] == 0x27) ? bytes[at] : 0
            if quote != 0 { at += 1 }
            let from = at
            while at < bytes.count, quote != 0 ? bytes[at] != quote : bytes[at] > 0x20 { at += 1 }
            event.added.append((name, event.text(UnsafeBufferPointer(rebasing: bytes[from..<at]))))
            if quote != 0 { at += 1 }
        }
    }
}

extension RuleYAML {
    init(line: Int, text: String) {
        self.line = line
        written = text
        content = .scalar(.text(text))
    }
}

/// The profiles that come with the engine, and those of the user.
public struct SourceProfiles: Sendable {
    /// In the order in which they are asked.
    public let all: [SourceProfile]

    /// The profiles in the engine's own files.
    public static func builtIn() throws -> SourceProfiles {
        guard let folder = Bundle.module.url(forResource: "Resources/profiles", withExtension: nil) else {
            throw UnreadableFile(path: "profiles", reason: "the engine's profiles are missing")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yml") }
        return try SourceProfiles(paths: names.sorted().map { folder.appendingPathComponent($0).path })
    }

    /// Profiles from files.
    public init(paths: [String]) throws {
        var all: [SourceProfile] = []
        for path in paths {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw UnreadableFile(path: path, reason: "the profile cannot be read")
            }
            do throws(RuleError) {
                all += try SourceProfile.read(String(decoding: data, as: UTF8.self), file: path)
            } catch {
                throw UnreadableFile(path: "\(path):\(error.line)", reason: error.problem.description)
            }
        }
        self.all = all
    }

    /// The profile of a name.
    public subscript(name: String) -> SourceProfile? { all.first { $0.name == name } }
}
