// Events of any source as OCSF events: one way to read them all. Source: OCSF schema 1.5.0, classes account_change (3001),
// authentication (3002), api_activity (6003) and datastore_activity (6005).

/// How a profile's events become OCSF events.
struct OCSFMapping: Sendable {
    /// The class: 3001, 3002, 6003 or 6005.
    let classNumber: Int
    /// Which of the events it is for; `nil` is all.
    let when: Detection?
    /// For numbers of activities of the class the actions that they are, in lower case.
    let activities: [(number: Int, actions: [TextPattern])]

    /// The classes that are written.
    static let classes = [
        3_001: "Account Change", 3_002: "Authentication", 6_003: "API Activity", 6_005: "Datastore Activity",
    ]

    /// A class alone, or a list of `class`, `when` and `activities`.
    static func read(_ node: RuleYAML) throws(RuleError) -> [OCSFMapping] {
        guard let items = node.list else {
            return [OCSFMapping(classNumber: try number(node), when: nil, activities: [])]
        }
        var found: [OCSFMapping] = []
        for item in items {
            for (key, _) in item.mapping ?? [] where !["class", "when", "activities"].contains(key.written) {
                throw RuleError(key.line, "a mapping to OCSF has no \(key.written)")
            }
            guard let name = item["class"] else { throw RuleError(item.line, "a mapping to OCSF needs a class") }
            var when: Detection?
            if let condition = item["when"] { when = try SourceProfile.detection(condition) }
            var activities: [(number: Int, actions: [TextPattern])] = []
            for (key, value) in item["activities"]?.mapping ?? [] {
                guard let number = Int(key.written), let actions = value.texts else {
                    throw RuleError(key.line, "an activity is a number with actions")
                }
                activities.append((number, actions.map { TextPattern($0).folded }))
            }
            found.append(OCSFMapping(classNumber: try number(name), when: when, activities: activities))
        }
        return found
    }

    private static func number(_ node: RuleYAML) throws(RuleError) -> Int {
        guard let number = node.text.flatMap({ Int($0) }), classes[number] != nil else {
            throw RuleError(node.line, "the class of OCSF must be one of \(classes.keys.sorted())")
        }
        return number
    }
}

/// Writes events in OCSF.
enum OCSFEvent {
    /// The event as one line; the event itself stands whole under `unmapped`, so that nothing is lost.
    static func line(
        _ event: Event, profile: SourceProfile, roles: EventRoles, reference: EventReference, time: Int64?
    ) -> String? {
        let evaluator = Evaluator(mapping: profile.mapping, prefixes: profile.prefixes)
        let mapping = profile.ocsf.first { $0.when.map { evaluator.holds($0, event) } ?? true }
        guard let mapping, let className = OCSFMapping.classes[mapping.classNumber] else { return nil }
        var writer = Writer()
        let activity = activity(mapping, roles.action)
        writer.open()
        writer.number("activity_id", activity)
        writer.number("category_uid", mapping.classNumber / 1_000)
        writer.number("class_uid", mapping.classNumber)
        writer.text("class_name", className)
        writer.number("type_uid", mapping.classNumber * 100 + activity)
        writer.number("severity_id", 1)
        writer.number("time", Int(time ?? 0))
        if let outcome = roles.outcome {
            writer.number("status_id", status(outcome))
            writer.text("status_code", outcome)
        }
        writer.open("metadata")
        writer.text("version", "1.5.0")
        writer.text("log_name", profile.name)
        writer.text("uid", reference.id)
        writer.open("product")
        writer.text("name", profile.title)
        writer.close()
        writer.close()
        endpoint(roles.address, to: &writer)
        parts(mapping.classNumber, profile, roles, to: &writer)
        writer.raw("unmapped", event.json())
        writer.close()
        return writer.line
    }

    private static func parts(
        _ number: Int, _ profile: SourceProfile, _ roles: EventRoles, to writer: inout Writer
    ) {
        func named(_ key: String, _ name: String?) {
            writer.open(key)
            writer.text("name", name ?? "unknown")
            writer.close()
        }
        writer.open("actor")
        named("user", roles.actor)
        writer.close()
        switch number {
        case 3_001:
            // Whose account is changed; without one, the actor's own.
            named("user", roles.object ?? roles.actor)
        case 3_002:
            named("user", roles.actor)
            named("service", roles.object ?? profile.title)
        case 6_005:
            named("table", roles.object)
            writer.open("query_info")
            writer.text("query_string", roles.action ?? "unknown")
            writer.close()
        default:
            writer.open("api")
            writer.text("operation", roles.action ?? "unknown")
            named("service", profile.title)
            writer.close()
            if let object = roles.object {
                writer.openList("resources")
                writer.open()
                writer.text("name", object)
                writer.close()
                writer.closeList()
            }
        }
    }

    private static func endpoint(_ address: String?, to writer: inout Writer) {
        writer.open("src_endpoint")
        let bytes = Array((address ?? "").utf8)
        let isAddress = bytes.withUnsafeBufferPointer { Network.Address($0) != nil }
        writer.text(isAddress ? "ip" : "name", address ?? "unknown")
        writer.close()
    }

    /// The number of the activity; 99 is another one, 0 where nothing is known of the action.
    private static func activity(_ mapping: OCSFMapping, _ action: String?) -> Int {
        guard let action else { return 0 }
        let folded = CaseFolding.fold(Array(action.utf8))
        return folded.withUnsafeBufferPointer { text in
            mapping.activities.first { $0.actions.contains { $0.matches(text) } }?.number ?? 99
        }
    }

    /// 1 success, 2 failure, 0 unknown: by the words and codes in which products write it. HTTP's codes from 400 on and
    /// all other numbers but 0 and HTTP's are failures.
    static func status(_ outcome: String) -> Int {
        let word = outcome.lowercased()
        if let code = Int(word) { return code == 0 || (100..<400).contains(code) ? 1 : 2 }
        if ["success", "succeeded", "allow", "allowed", "yes", "ok", "log", "info", "true"].contains(word) { return 1 }
        if ["unknown", "skipped", "challenge", ""].contains(word) { return 0 }
        return 2
    }

    /// An event that is OCSF already: times of the event in milliseconds, all else as it is.
    static func normalised(_ event: Event) -> String {
        let times: Set<String> = ["time", "start_time", "end_time"]
        var writer = Writer()
        writer.open()
        var at = event.root + 1
        while at < Int(event.tape.nodes[event.root].next) {
            let key = event.value(at).string
            let child = at + 1
            if times.contains(key), let time = TimeText.parse(event.value(child)) {
                writer.number(key, Int(time))
            } else {
                writer.raw(key, written(event, child))
            }
            at = Int(event.tape.nodes[child].next)
        }
        writer.close()
        return writer.line
    }

    /// A value as compact JSON, with its quotes and escapes.
    private static func written(_ event: Event, _ index: Int) -> String {
        let node = event.tape.nodes[index]
        if node.kind == .object || node.kind == .array { return event.value(index).string }
        let text = String(decoding: event.tape.bytes(node), as: UTF8.self)
        return node.kind == .string ? "\"\(text)\"" : text
    }

    /// Writes an object attribute by attribute.
    private struct Writer {
        private var output: [UInt8] = []
        private var isFirst = true

        private mutating func key(_ name: String?) {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            guard let name else { return }
            JSONText.append(name, to: &output)
            output.append(UInt8(ascii: ":"))
        }

        mutating func open(_ name: String? = nil) {
            key(name)
            output.append(UInt8(ascii: "{"))
            isFirst = true
        }

        mutating func close() {
            output.append(UInt8(ascii: "}"))
            isFirst = false
        }

        mutating func openList(_ name: String) {
            key(name)
            output.append(UInt8(ascii: "["))
            isFirst = true
        }

        mutating func closeList() {
            output.append(UInt8(ascii: "]"))
            isFirst = false
        }

        mutating func number(_ name: String, _ value: Int) {
            key(name)
            output += Array(String(value).utf8)
        }

        /// Leaves out what is not known.
        mutating func text(_ name: String, _ value: String?) {
            guard let value else { return }
            key(name)
            JSONText.append(value, to: &output)
        }

        mutating func raw(_ name: String, _ json: String) {
            key(name)
            output += Array(json.utf8)
        }

        var line: String { String(decoding: output, as: UTF8.self) }
    }
}
