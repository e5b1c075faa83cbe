// What one entry of the ledger says, its one spelling in bytes, and the strict way back.

/// An entry of the ledger: who did what to which version of which object, when, with commitments to the content before
/// and after. It carries no names, free text or addresses.
public struct Leaf: Hashable, Sendable {
    /// The version of the format, field `v`.
    public static let version = 1
    /// The longest leaf in bytes: its length is a 16-bit number in an entry bundle.
    public static let bytesMax = 65_535

    /// Who acted.
    public struct Actor: Hashable, Sendable {
        /// Such as `person`, `token` or `operator`.
        public var kind: String
        /// The id of the person, token or system user.
        public var id: String
        /// How the actor was authenticated.
        public var auth: String

        /// See the properties.
        public init(kind: String, id: String, auth: String) {
            self.kind = kind
            self.id = id
            self.auth = auth
        }
    }

    /// What was acted on.
    public struct Object: Hashable, Sendable {
        /// The record type or another kind of thing, such as `key`.
        public var type: String
        /// Its id.
        public var id: String
        /// The version that the action made.
        public var version: Int

        /// See the properties.
        public init(type: String, id: String, version: Int) {
            self.type = type
            self.id = id
            self.version = version
        }
    }

    /// A file that belongs to the action.
    public struct Evidence: Hashable, Sendable {
        /// The SHA-256 of the file, without prefix or salt.
        public var sha256: Hash
        /// Its length in bytes.
        public var bytes: Int
        /// Its media type (RFC 6838).
        public var mediaType: String

        /// See the properties.
        public init(sha256: Hash, bytes: Int, mediaType: String) {
            self.sha256 = sha256
            self.bytes = bytes
            self.mediaType = mediaType
        }
    }

    /// The kind of event, such as `record` or `ledger`.
    public var type: String
    /// The id of the organisation whose ledger it is.
    public var organisation: String
    /// When, in milliseconds since 1970; written as RFC 3339 in UTC.
    public var timeMilliseconds: Int64
    /// Who did it.
    public var actor: Actor
    /// What was done, such as `create` or `approve`.
    public var action: String
    /// What it was done to.
    public var object: Object
    /// The commitment to the revision before, `nil` if there was none.
    public var before: String?
    /// The commitment to the revision after, `nil` if there is none.
    public var after: String?
    /// The files that belong to it; mostly none.
    public var evidence: [Evidence]
    /// The id of the request or job that did it.
    public var request: String

    /// See the properties.
    public init(
        type: String,
        organisation: String,
        timeMilliseconds: Int64,
        actor: Actor,
        action: String,
        object: Object,
        before: String?,
        after: String?,
        evidence: [Evidence],
        request: String
    ) {
        self.type = type
        self.organisation = organisation
        self.timeMilliseconds = timeMilliseconds
        self.actor = actor
        self.action = action
        self.object = object
        self.before = before
        self.after = after
        self.evidence = evidence
        self.request = request
    }
}

/// Why a leaf could not be written, or bytes are not a leaf.
public enum LeafError: Error, Hashable, Sendable {
    /// The canonical form is longer than `Leaf.bytesMax`.
    case tooLong(bytes: Int)
    /// The time is outside the years 0000 to 9999.
    case timeOutOfRange(milliseconds: Int64)
    /// `before` or `after` is not `sha256:` with 64 hexadecimal digits.
    case malformedCommitment(field: String)
    /// A number is negative or beyond 2^53 − 1.
    case integerOutOfRange(field: String, value: Int)
    /// The bytes are not canonical JSON with exactly the fields of a leaf in their order.
    case malformed(JSONError)
    /// `time` is not an RFC 3339 instant.
    case malformedTime(String)
    /// The `sha256` of a piece of evidence is not 64 hexadecimal digits.
    case malformedEvidence(position: Int)
    /// The leaf is of a version that this program does not know.
    case unknownVersion(Int)
    /// All fields are there, but the spelling is not the canonical one (escapes, numbers or the time).
    case notCanonical
}

extension LeafError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .tooLong(let bytes): "The leaf has \(bytes) bytes; at most \(Leaf.bytesMax) are allowed."
        case .timeOutOfRange(let milliseconds): "The time \(milliseconds) ms is outside the years 0000 to 9999."
        case .malformedCommitment(let field): "The field “\(field)” is not a commitment of the form sha256:…"
        case .integerOutOfRange(let field, let value): "The field “\(field)” cannot be \(value)."
        case .malformed(let error): "The leaf is not written as it must be: \(error)"
        case .malformedTime(let text): "“\(text)” is not an RFC 3339 time."
        case .malformedEvidence(let position): "Evidence \(position) does not carry a SHA-256."
        case .unknownVersion(let version): "The leaf has version \(version); known is \(Leaf.version)."
        case .notCanonical: "The leaf is not in the canonical form of RFC 8785."
        }
    }
}

extension Leaf {
    /// The leaf as canonical JSON (RFC 8785), the bytes that are hashed.
    /// - Throws: `LeafError` if a field has no canonical form or the whole is longer than `bytesMax`.
    public func canonicalBytes() throws(LeafError) -> [UInt8] {
        guard RFC3339.millisecondsRange.contains(timeMilliseconds) else {
            throw .timeOutOfRange(milliseconds: timeMilliseconds)
        }
        // Keys in the order of RFC 8785; `LeafReader` reads the same order.
        var writer = LeafWriter()
        writer.string("{\"action\":", action)
        writer.string(",\"actor\":{\"auth\":", actor.auth)
        writer.string(",\"id\":", actor.id)
        writer.string(",\"kind\":", actor.kind)
        try writer.commitment("},\"after\":", after, field: "after")
        try writer.commitment(",\"before\":", before, field: "before")
        writer.raw(",\"evidence\":[")
        for (position, file) in evidence.enumerated() {
            if position > 0 { writer.raw(",") }
            try writer.integer("{\"bytes\":", file.bytes, field: "bytes")
            writer.string(",\"mediaType\":", file.mediaType)
            writer.raw(",\"sha256\":\"")
            file.sha256.withBytes { Hex.append($0, to: &writer.output) }
            writer.raw("\"}")
        }
        writer.string("],\"object\":{\"id\":", object.id)
        writer.string(",\"type\":", object.type)
        try writer.integer(",\"version\":", object.version, field: "version")
        writer.string("},\"organisation\":", organisation)
        writer.string(",\"request\":", request)
        writer.raw(",\"time\":\"")
        RFC3339.append(timeMilliseconds, to: &writer.output)
        writer.string("\",\"type\":", type)
        try writer.integer(",\"v\":", Leaf.version, field: "v")
        writer.raw("}")
        guard writer.output.count <= Leaf.bytesMax else { throw .tooLong(bytes: writer.output.count) }
        return writer.output
    }

    /// Reads a leaf. Only the canonical form is accepted, so that a leaf that was read and written again has the same
    /// hash.
    /// - Throws: `LeafError`.
    public init(canonicalBytes bytes: [UInt8]) throws(LeafError) {
        guard bytes.count <= Leaf.bytesMax else { throw .tooLong(bytes: bytes.count) }
        var hasEscapes = false
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(LeafError) in
            var reader = LeafReader(parser: JSONParser(buffer))
            let leaf = try reader.leaf()
            hasEscapes = reader.parser.hasEscapes
            return leaf
        }
        // The reader leaves nothing open but how a character is escaped.
        if hasEscapes {
            guard try canonicalBytes() == bytes else { throw .notCanonical }
        }
    }
}
