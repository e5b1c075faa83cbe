// What whoever exported a pack says about it. The export's own leaf commits to these bytes, so the statement stands in
// the signed tree: neither can be left out or written anew without the other.
public import MerkleLog

/// What a pack covers, and what it leaves out.
public struct PackStatement: Hashable, Sendable {
    /// A revision whose content was erased before the export.
    public struct Erased: Hashable, Sendable {
        /// The entry of the revision.
        public let index: Int
        /// `type/id` of its record.
        public let record: String
        /// The entry of the erasure; `nil` if the server knew none.
        public let erasure: Int?

        /// See the properties.
        public init(index: Int, record: String, erasure: Int?) {
            self.index = index
            self.record = record
            self.erasure = erasure
        }
    }

    /// A revision or file that belongs to what is covered, and that is not in the pack.
    public struct NotIncluded: Hashable, Sendable {
        /// Why.
        public enum Reason: String, Hashable, Sendable, CaseIterable {
            /// Whoever exported may not see it.
            case notPermitted
            /// The server no longer has the file.
            case missing
            /// The server's file no longer has the digest that the ledger names.
            case damaged
        }
        /// The entry that names it.
        public let index: Int
        /// The digest of a file; `nil` for the revision itself.
        public let file: Hash?
        /// Why.
        public let reason: Reason

        /// See the properties.
        public init(index: Int, file: Hash?, reason: Reason) {
            self.index = index
            self.file = file
            self.reason = reason
        }
    }

    /// The id of the organisation, as the leaves name it.
    public var organisation: String
    /// Its name.
    public var organisationName: String
    /// The last entry whose revisions are in the pack; −1 for none.
    public var asOf: Int
    /// When it was exported, in milliseconds since 1970.
    public var exportedAtMilliseconds: Int64
    /// The records that were chosen, as `type/id`; `nil` for all.
    public var records: [String]?
    /// How many revisions the pack holds.
    public var revisions: Int
    /// How many different files the pack holds as evidence.
    public var evidence: Int
    /// Revisions whose content was erased.
    public var erased: [Erased]
    /// What is left out.
    public var notIncluded: [NotIncluded]
    /// The digest of the page for people.
    public var indexDigest: Hash
    /// The digest of the text for people.
    public var readmeDigest: Hash

    /// See the properties.
    public init(
        organisation: String, organisationName: String, asOf: Int, exportedAtMilliseconds: Int64, records: [String]?,
        revisions: Int, evidence: Int, erased: [Erased], notIncluded: [NotIncluded], indexDigest: Hash,
        readmeDigest: Hash
    ) {
        self.organisation = organisation
        self.organisationName = organisationName
        self.asOf = asOf
        self.exportedAtMilliseconds = exportedAtMilliseconds
        self.records = records
        self.revisions = revisions
        self.evidence = evidence
        self.erased = erased
        self.notIncluded = notIncluded
        self.indexDigest = indexDigest
        self.readmeDigest = readmeDigest
    }

    /// The bytes that the export's leaf commits to.
    public func canonicalBytes() throws(JSONError) -> [UInt8] { try json.canonical() }

    /// How the export's leaf names this statement.
    public func leafEvidence() throws(JSONError) -> Leaf.Evidence {
        let bytes = try canonicalBytes()
        return Leaf.Evidence(sha256: .sha256(bytes), bytes: bytes.count, mediaType: PackFiles.statementMediaType)
    }

    var json: JSONValue {
        .object([
            "asOf": .integer(asOf),
            "erased": .array(
                erased.map { item in
                    .object([
                        "erasure": item.erasure.map { .integer($0) } ?? .null, "index": .integer(item.index),
                        "record": .string(item.record),
                    ])
                }),
            "evidence": .integer(evidence),
            "exportedAt": .string(RFC3339.format(millisecondsSince1970: exportedAtMilliseconds)),
            "index": .string(indexDigest.hex),
            "notIncluded": .array(
                notIncluded.map { item in
                    .object([
                        "file": item.file.map { .string($0.hex) } ?? .null, "index": .integer(item.index),
                        "reason": .string(item.reason.rawValue),
                    ])
                }),
            "organisation": .object(["id": .string(organisation), "name": .string(organisationName)]),
            "readme": .string(readmeDigest.hex),
            "records": records.map { .array($0.map { .string($0) }) } ?? .null,
            "revisions": .integer(revisions),
        ])
    }

    init(json: JSONValue) throws(ManifestError) {
        let members = try ManifestReader(json, at: "statement")
        let organisation = try ManifestReader(members.value("organisation"), at: "statement.organisation")
        self.organisation = try organisation.string("id")
        organisationName = try organisation.string("name")
        asOf = try members.integer("asOf", from: -1)
        guard let exported = RFC3339.parse(try members.string("exportedAt")) else {
            throw ManifestError(member: "statement.exportedAt")
        }
        exportedAtMilliseconds = exported
        records = try members.optional("records").map { value throws(ManifestError) in
            try ManifestReader.array(value, at: "statement.records") { item throws(ManifestError) in
                guard case .string(let text) = item else { throw ManifestError(member: "statement.records") }
                return text
            }
        }
        revisions = try members.integer("revisions", from: 0)
        evidence = try members.integer("evidence", from: 0)
        erased = try ManifestReader.array(members.value("erased"), at: "statement.erased") {
            item throws(ManifestError) in
            let item = try ManifestReader(item, at: "statement.erased")
            return Erased(
                index: try item.integer("index", from: 0), record: try item.string("record"),
                erasure: try item.optional("erasure") == nil ? nil : try item.integer("erasure", from: 0))
        }
        notIncluded = try ManifestReader.array(members.value("notIncluded"), at: "statement.notIncluded") {
            item throws(ManifestError) in
            let item = try ManifestReader(item, at: "statement.notIncluded")
            guard let reason = NotIncluded.Reason(rawValue: try item.string("reason")) else {
                throw ManifestError(member: "statement.notIncluded.reason")
            }
            return NotIncluded(
                index: try item.integer("index", from: 0),
                file: try item.optional("file") == nil ? nil : try item.hash("file"), reason: reason)
        }
        indexDigest = try members.hash("index")
        readmeDigest = try members.hash("readme")
    }
}
