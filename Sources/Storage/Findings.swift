// Reads across record types: what words find anywhere, and what a ledger's revisions were.
package import Foundation
package import RecordKit

/// A record that words found. Whether the caller may see it is for the caller's service to say.
package struct SearchHit: Sendable, Hashable {
    package let type: RecordType
    package let id: UUID
    package init(type: RecordType, id: UUID) {
        self.type = type
        self.id = id
    }
}

/// Limits of a search over all types.
package enum SearchLimit {
    /// Hits of one type that are looked at; whatever is beyond them is found by the list of that type.
    package static let hitsPerTypeMax = 300
    /// Entries of the index that one search walks through.
    package static let entriesScannedMax = 8_000
}

/// What a ledger says of one revision, without its content.
package struct RevisionEntry: Sendable, Hashable {
    package let index: Int
    package let type: RecordType
    package let id: UUID
    package let version: Int
    package let action: String
    package let actorKind: Change.ActorKind
    package let person: UUID?
    package let request: String?
    package init(
        index: Int, type: RecordType, id: UUID, version: Int, action: String, actorKind: Change.ActorKind,
        person: UUID?, request: String?
    ) {
        self.index = index
        self.type = type
        self.id = id
        self.version = version
        self.action = action
        self.actorKind = actorKind
        self.person = person
        self.request = request
    }
}

/// A list with its filters and order under a name: of one person, or of the whole organisation.
package struct StoredView: Sendable, Hashable {
    package let id: UUID
    package let organisation: UUID
    /// `nil` for a view of the organisation.
    package let owner: UUID?
    package let type: RecordType
    package var name: String
    /// The query of the list's address, as the list writes it, without place and moment.
    package var query: String
    package let createdBy: UUID?
    package let createdAt: Instant
    package init(
        id: UUID, organisation: UUID, owner: UUID?, type: RecordType, name: String, query: String, createdBy: UUID?,
        createdAt: Instant
    ) {
        self.id = id
        self.organisation = organisation
        self.owner = owner
        self.type = type
        self.name = name
        self.query = query
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
}
