// The last file of a pack: every other file with its length and digest, the statement, and which entry commits to it.
public import MerkleLog

/// The list of what is in a pack.
public struct PackManifest: Hashable, Sendable {
    /// One file.
    public struct File: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its length in bytes.
        public let bytes: Int
        /// Its digest.
        public let sha256: Hash

        /// See the properties.
        public init(name: String, bytes: Int, sha256: Hash) {
            self.name = name
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// What the checkpoint in the pack says.
    public var checkpoint: Checkpoint
    /// The entry of this export.
    public var exportIndex: Int
    /// All other files in their order.
    public var files: [File]
    /// What the pack covers.
    public var statement: PackStatement

    /// See the properties.
    public init(checkpoint: Checkpoint, exportIndex: Int, files: [File], statement: PackStatement) {
        self.checkpoint = checkpoint
        self.exportIndex = exportIndex
        self.files = files
        self.statement = statement
    }

    /// The file: canonical JSON (RFC 8785).
    public func canonicalBytes() throws(JSONError) -> [UInt8] {
        try JSONValue.object([
            "checkpoint": .object([
                "origin": .string(checkpoint.origin), "root": .string(checkpoint.root.base64),
                "size": .integer(checkpoint.size),
            ]),
            "exportIndex": .integer(exportIndex),
            "files": .array(
                files.map {
                    .object([
                        "bytes": .integer($0.bytes), "name": .string($0.name), "sha256": .string($0.sha256.hex),
                    ])
                }),
            "format": .string(PackFiles.format),
            "statement": statement.json,
        ]).canonical()
    }

    /// Reads the file; only the canonical form is accepted.
    /// - Throws: ``ManifestError``.
    public init(canonicalBytes bytes: [UInt8]) throws(ManifestError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue.parse(bytes, bytesMax: PackLimit.manifestBytesMax)
        } catch {
            throw ManifestError(member: nil, reason: error.description)
        }
        let members = try ManifestReader(json, at: "")
        let format = try members.string("format")
        guard format == PackFiles.format else {
            throw ManifestError(member: "format", reason: "“\(format)” is not known")
        }
        let signed = try ManifestReader(members.value("checkpoint"), at: "checkpoint")
        guard let root = Hash(base64: try signed.string("root")) else { throw ManifestError(member: "checkpoint.root") }
        let origin = try signed.string("origin")
        let size = try signed.integer("size", from: 0)
        do throws(CheckpointError) {
            checkpoint = try Checkpoint(origin: origin, size: size, root: root)
        } catch {
            throw ManifestError(member: "checkpoint", reason: error.description)
        }
        exportIndex = try members.integer("exportIndex", from: 0)
        files = try ManifestReader.array(members.value("files"), at: "files") { item throws(ManifestError) in
            let item = try ManifestReader(item, at: "files")
            return File(
                name: try item.string("name"), bytes: try item.integer("bytes", from: 0),
                sha256: try item.hash("sha256"))
        }
        statement = try PackStatement(json: try members.value("statement"))
        // A manifest without a canonical form is not the canonical one either.
        guard (try? canonicalBytes()) == bytes else { throw ManifestError(member: nil, reason: "it is not canonical") }
    }
}

/// Why bytes are not a manifest.
public struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The member that does not fit; `nil` for the whole.
    public let member: String?
    /// Why.
    public let reason: String

    init(member: String?, reason: String = "is missing or of another kind") {
        self.member = member
        self.reason = reason
    }

    /// The reason as a sentence for people.
    public var description: String {
        member.map { "“\($0)” of the manifest: \(reason)." } ?? "The manifest cannot be read: \(reason)"
    }
}

/// The members of an object in a manifest.
struct ManifestReader {
    private let members: [String: JSONValue]
    private let place: String

    init(_ value: JSONValue, at place: String) throws(ManifestError) {
        guard case .object(let members) = value else { throw ManifestError(member: place) }
        self.members = members
        self.place = place
    }

    private func named(_ name: String) -> String { place.isEmpty ? name : place + "." + name }

    func value(_ name: String) throws(ManifestError) -> JSONValue {
        guard let value = members[name] else { throw ManifestError(member: named(name)) }
        return value
    }

    /// `nil` for the literal null; the member itself must be there.
    func optional(_ name: String) throws(ManifestError) -> JSONValue? {
        let value = try value(name)
        return value == .null ? nil : value
    }

    func string(_ name: String) throws(ManifestError) -> String {
        guard case .string(let text) = try value(name) else { throw ManifestError(member: named(name)) }
        return text
    }

    func integer(_ name: String, from least: Int) throws(ManifestError) -> Int {
        guard case .integer(let number) = try value(name), number >= least else {
            throw ManifestError(member: named(name))
        }
        return number
    }

    func hash(_ name: String) throws(ManifestError) -> Hash {
        guard let hash = Hash(hex: try string(name)) else { throw ManifestError(member: named(name)) }
        return hash
    }

    static func array<T>(
        _ value: JSONValue, at place: String, _ read: (JSONValue) throws(ManifestError) -> T
    ) throws(ManifestError) -> [T] {
        guard case .array(let items) = value else { throw ManifestError(member: place) }
        var found: [T] = []
        found.reserveCapacity(items.count)
        for item in items { found.append(try read(item)) }
        return found
    }
}
