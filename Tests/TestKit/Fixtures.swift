// What tests draw on instead of the clock, the system's randomness and hand-written samples: everything follows from
// a seed, so that a failure can be run again.
package import Foundation
package import RecordKit
package import Storage

/// A small deterministic generator of random numbers (SplitMix64 of Steele, Lea and Flood, 2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64
    package init(seed: UInt64) { state = seed }
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    /// True in `percent` of 100 draws.
    package mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    package mutating func pick<C: Collection>(_ choices: C) -> C.Element {
        guard let choice = choices.randomElement(using: &self) else { preconditionFailure("nothing to pick from") }
        return choice
    }
}

/// A clock that only tests move, ids, salts, changes and random valid values, all from one seed.
package struct Fixtures: Sendable {
    package static let start = Instant(millisecondsSince1970: 1_767_225_600_000)
    /// 2026-01-01T00:00:00.000Z at first.
    package var now = start
    package var random: SplitMix64
    private var serial = 0
    package init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Moves the clock on and returns the new time.
    @discardableResult
    package mutating func tick(milliseconds: Int64 = 1) -> Instant {
        now = Instant(millisecondsSince1970: now.millisecondsSince1970 + milliseconds)
        return now
    }

    /// A UUIDv7 that sorts after every earlier one of this value.
    package mutating func id() -> UUID {
        tick()
        return UUID.version7(at: now, random: (random.next(), random.next()))
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    /// A change at the next millisecond, by the system unless a person is given.
    package mutating func change(
        _ action: String = "create", by person: UUID? = nil, reason: String? = nil, request: String? = nil
    ) -> Change {
        let at = tick()
        return Change(
            actorKind: person == nil ? .system : .person, person: person, auth: person == nil ? "system" : "session",
            action: action, at: at, reason: reason, request: request, salt: bytes(32))
    }

    /// A random record of any type that passes its schema's rules.
    /// - Parameters:
    ///   - targets: What references and links may point to, by type; a required reference needs at least one.
    ///   - overrides: Fields that are not left to chance, by wire name.
    package mutating func validRecord(
        _ schema: AnySchema, targets: [RecordType: [UUID]] = [:], overrides: [String: FieldValue] = [:]
    ) -> ValidRecord {
        var last = ""
        // Rules over several fields refuse some combinations; a thousand draws meet every one that is not hopeless.
        for _ in 0..<1_000 {
            let values = schema.fields.map { field in
                overrides[field.name] ?? identifier(for: field) ?? value(for: field, in: schema, targets: targets)
            }
            do { return try schema.validated(values) } catch { last = "\(error.problems)" }
        }
        preconditionFailure("no random \(schema.type.name) passes its rules: \(last)")
    }

    /// Texts that name a record of any type are no free texts.
    private mutating func identifier(for field: FieldDescription) -> FieldValue? {
        switch field.name {
        case "subjectType": .text("task")
        case "subjectID": .text(id().lowercased)
        default: nil
        }
    }

    /// A random value that a field accepts: null in a third of the cases where it may be, otherwise often one of few
    /// (so that lists have ties) and sometimes hostile.
    package mutating func value(
        for field: FieldDescription, in schema: AnySchema, targets: [RecordType: [UUID]]
    ) -> FieldValue {
        if field.isDerived { return .null }
        if let lifecycle = schema.lifecycle, lifecycle.field == field.name { return .text(lifecycle.initial) }
        var isLinks = false
        if case .links = field.kind { isLinks = true }
        if !field.isRequired, !isLinks, random.chance(33) || field.has(.readOnly) { return .null }
        return switch field.kind {
        case .text: .text(text(for: field))
        case .integer: .integer(integer(for: field))
        case .decimal: .decimal(Decimal(Int.random(in: -50_000...50_000, using: &random)) / 100)
        case .bool: .bool(random.chance(50))
        case .day: .day(day())
        case .time: .time(Instant(millisecondsSince1970: Int64(day().daysSince1970) * 86_400_000 + draw(86_400_000)))
        case .choice(let words): .text(random.pick(words))
        case .json: .json(random.pick(Self.documents))
        case .file: .file(file())
        case .reference(let type): targets[type].flatMap { $0.isEmpty ? nil : .reference(random.pick($0)) } ?? .null
        case .links(let type):
            .links(
                Set(
                    (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
                        targets[type]?.randomElement(using: &random)
                    }
                )
                .sorted { $0 < $1 })
        }
    }

    private mutating func draw(_ limit: Int64) -> Int64 { Int64.random(in: 0..<limit, using: &random) }

    private mutating func day() -> Day {
        // Mostly this century with many ties; sometimes the ends of what a day can be.
        if random.chance(5) { return Day(daysSince1970: random.pick([-719_162, -1, 0, 2_932_896])) }
        return Day(daysSince1970: 20_000 + Int.random(in: 0...300, using: &random))
    }

    private mutating func integer(for field: FieldDescription) -> Int {
        for case .range(let range) in field.traits { return Int.random(in: range, using: &random) }
        return random.chance(5)
            ? random.pick([-9_007_199_254_740_991, 0, 9_007_199_254_740_991]) : Int.random(in: -5...5, using: &random)
    }

    private mutating func file() -> FileReference {
        let sha256 = bytes(32).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        do {
            return try FileReference(
                sha256: sha256, name: random.pick(["Prüfbericht.pdf", "a \"b\".csv", "写真.png"]),
                mediaType: "application/octet-stream", bytes: Int(draw(1_000_000)))
        } catch { preconditionFailure("\(error)") }
    }

    /// One or more words, often umlauts, sometimes hostile; unique ones carry a serial number.
    package mutating func text(for field: FieldDescription) -> String {
        let limit = field.isLongText ? FieldLimit.longTextCharactersMax : FieldLimit.textCharactersMax
        let allowed =
            field.traits.compactMap { if case .length(let range) = $0 { range } else { nil } }.first ?? 1...limit
        var text: String
        if random.chance(10) {
            text = random.pick(Self.hostile)
        } else {
            text = (0..<Int.random(in: 1...3, using: &random)).map { _ in random.pick(Self.words) }.joined(
                separator: " ")
        }
        if field.isLongText, random.chance(30) {
            text += "\n\n* \(random.pick(Self.words))\r\n\t" + random.pick(Self.hostile)
        }
        if field.has(.webAddress) { text = "https://example.org/\(serial)?q=ä&<b>" }
        while text.count < max(1, allowed.lowerBound) { text += random.pick(Self.words) }
        if field.has(.unique) {
            serial += 1
            let suffix = "-\(serial)"
            return String(text.prefix(max(0, allowed.upperBound - suffix.count))) + suffix
        }
        return String(text.prefix(allowed.upperBound))
    }

    /// Few enough for ties; they differ in case and accents alone where order and search must not care.
    package static let words = [
        "Ärger", "arger", "ARGER", "Öl", "ol", "Straße", "strasse", "STRASSE", "Zebra", "zebra", "Übung", "übung",
        "naïve", "Naive", "Łódź", "ångström", "Δέλτα", "data", "model", "Model", "risk", "Ⅻ", "ﬁnal", "final", "№5",
        "2026", "a", "B", "日本", "данные",
    ]
    /// Texts that have broken programs before: quoting, patterns, markup, direction, joiners, combining marks first.
    package static let hostile = [
        "'; drop table record; --", "\"quoted\" OR 1=1", "100 % _under*score* \\ back", "NEAR(a b) AND NOT \"c",
        "a* b:c ^d",
        "<script>alert('x')</script>&amp;", "=cmd|' /C calc'!A0", "{{mustache}} ${dollar} %s %n",
        "\u{202E}gnirts\u{202C}",
        "👩‍👩‍👧‍👦👍🏽🇪🇺", "\u{0301}leading acute", "\u{20E3}keycap first", "\u{FE0F}selector first",
        "e\u{0301}e\u{0323}\u{0302} é ệ",
        "हिन्दी परीक्षा", "اَلْعَرَبِيَّةُ", "\u{FEFF}mark", "ﷺ", "İstanbul ı", "ΣΊΣΥΦΟΣ", "σίσυφος", "🅰 ⓑ ½", " leading and trailing ",
        "\u{00A0}\u{2003}", "-1",
        "null", "0x1F", "1e5", "-", "\u{10FFFF}\u{E000}", "𝒜𝓁𝑔𝑒𝒷𝓇𝒶", String(repeating: "👩‍👩‍👧‍👦", count: 40),
        "Z" + String(repeating: "\u{0335}\u{20DD}", count: 200),
    ]
    private static let documents = [
        "null", "{}", "[1, 2.5, -3e2]", "{\"ä\": \"\\u0000\", \"b\" : [true, null]}", "\"text\"",
        "{\"z\":1,\"a\":{\"c\":\"</script>\"}}",
    ]
}
