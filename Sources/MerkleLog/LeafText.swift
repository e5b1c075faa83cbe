// The two directions between a leaf's fields and its bytes, piece by piece. A general JSON reader and writer would do,
// but every writing transaction makes a leaf, and an audit reads all of them.

/// Appends the pieces of a leaf. Keys come with the punctuation before them.
struct LeafWriter {
    var output: [UInt8] = []

    init() {
        output.reserveCapacity(768)
    }

    mutating func raw(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func string(_ key: StaticString, _ value: String) {
        raw(key)
        CanonicalWriter.appendJSONString(value, to: &output)
    }

    mutating func integer(_ key: StaticString, _ value: Int, field: String) throws(LeafError) {
        guard (0...JSONValue.integerMax).contains(value) else { throw .integerOutOfRange(field: field, value: value) }
        raw(key)
        output.append(contentsOf: String(value).utf8)
    }

    mutating func commitment(_ key: StaticString, _ value: String?, field: String) throws(LeafError) {
        guard let value else {
            raw(key)
            return raw("null")
        }
        guard Commitment.isWellFormed(value) else { throw .malformedCommitment(field: field) }
        string(key, value)
    }
}

/// Reads the pieces of a leaf in their one order. What it accepts is canonical but for needless escapes in strings.
struct LeafReader {
    var parser: JSONParser

    mutating func leaf() throws(LeafError) -> Leaf {
        let action = try string("{\"action\":")
        let auth = try string(",\"actor\":{\"auth\":")
        let actorID = try string(",\"id\":")
        let kind = try string(",\"kind\":")
        let after = try commitment("},\"after\":", field: "after")
        let before = try commitment(",\"before\":", field: "before")
        let evidence = try evidence(",\"evidence\":[")
        let objectID = try string(",\"object\":{\"id\":")
        let objectType = try string(",\"type\":")
        let objectVersion = try integer(",\"version\":")
        let organisation = try string("},\"organisation\":")
        let request = try string(",\"request\":")
        let time = try time(",\"time\":")
        let type = try string(",\"type\":")
        let version = try integer(",\"v\":")
        guard version == Leaf.version else { throw .unknownVersion(version) }
        try expect("}")
        do { try parser.expectEnd() } catch { throw .malformed(error) }
        return Leaf(
            type: type,
            organisation: organisation,
            timeMilliseconds: time,
            actor: Leaf.Actor(kind: kind, id: actorID, auth: auth),
            action: action,
            object: Leaf.Object(type: objectType, id: objectID, version: objectVersion),
            before: before,
            after: after,
            evidence: evidence,
            request: request
        )
    }

    private mutating func expect(_ literal: StaticString) throws(LeafError) {
        do { try parser.expect(literal) } catch { throw .malformed(error) }
    }

    private mutating func string(_ key: StaticString) throws(LeafError) -> String {
        try expect(key)
        do { return try parser.string() } catch { throw .malformed(error) }
    }

    private mutating func integer(_ key: StaticString) throws(LeafError) -> Int {
        try expect(key)
        // No number of a leaf is negative, and minus zero would be a second spelling of zero.
        let offset = parser.offset
        guard !parser.take("-") else { throw .malformed(.unexpected(offset: offset, expected: "a digit")) }
        do { return try parser.integer() } catch { throw .malformed(error) }
    }

    private mutating func commitment(_ key: StaticString, field: String) throws(LeafError) -> String? {
        try expect(key)
        if parser.take("null") { return nil }
        let text = try string("")
        guard Commitment.isWellFormed(text) else { throw .malformedCommitment(field: field) }
        return text
    }

    private mutating func time(_ key: StaticString) throws(LeafError) -> Int64 {
        let text = try string(key)
        guard let milliseconds = RFC3339.parse(text) else { throw .malformedTime(text) }
        guard RFC3339.format(millisecondsSince1970: milliseconds) == text else { throw .notCanonical }
        return milliseconds
    }

    private mutating func evidence(_ key: StaticString) throws(LeafError) -> [Leaf.Evidence] {
        try expect(key)
        var evidence: [Leaf.Evidence] = []
        while !parser.take("]") {
            if !evidence.isEmpty { try expect(",") }
            let bytes = try integer("{\"bytes\":")
            let mediaType = try string(",\"mediaType\":")
            guard let hash = Hash(hex: try string(",\"sha256\":")) else {
                throw .malformedEvidence(position: evidence.count)
            }
            try expect("}")
            evidence.append(Leaf.Evidence(sha256: hash, bytes: bytes, mediaType: mediaType))
        }
        return evidence
    }
}
