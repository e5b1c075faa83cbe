// Record types made for tests only: between them they use every kind of field, every trait and a lifecycle, so that
// a store or a derivation that forgets one of them fails without waiting for a real type to use it.
package import Foundation
package import RecordKit

/// A type with every kind of field, required and optional, and every trait.
package struct Specimen: Record {
    package enum Kind: String, Choice { case mineral, plant, animal, unknown }
    package enum Grade: String, Choice { case poor, fair, good, excellent }
    package enum Status: String, Choice { case draft, submitted, approved, withdrawn }

    package var name = ""
    package var code = ""
    package var nickname: String?
    package var summary = ""
    package var notes: String?
    package var remark: String?
    package var secret: String?
    package var email: String?
    package var website: String?
    package var origin: String?
    package var rank = 0
    package var score: Int?
    package var price = Decimal(0)
    package var cost: Decimal?
    package var isActive = false
    package var isVerified: Bool?
    package var startedOn = Day(daysSince1970: 0)
    package var dueOn: Day?
    package var madeAt = Instant(millisecondsSince1970: 0)
    package var seenAt: Instant?
    package var kind = Kind.unknown
    package var grade: Grade?
    package var status = Status.draft
    package var approvedOn: Day?
    package var settings = JSONDocument()
    package var payload: JSONDocument?
    package var document = SampleRegistry.blankFile
    package var attachment: FileReference?
    package var companion = ID<Companion>.unset
    package var parent: ID<Specimen>?
    package var standard: ID<Standard>?
    package var related = Links<Specimen>()
    package var companions = Links<Companion>()
    package var standards = Links<Standard>()
    package var mentions = Links<Companion>()
    /// Worked out: the rank weighted by what is known of the score.
    package var weight: Int { rank * (score ?? 1) }
    package init() {}

    package static let type: RecordType = "specimen"
    package static let schema = Schema<Specimen>(
        plural: "specimens", title: "name", help: "A thing with a field of every kind.",
        permissions: Permissions(
            .allow(.read, .create, .update, .archive, to: [.complianceLead, .administrator]),
            .allow(.read, .update, to: [.controlOwner], when: .assigned("companion")),
            .allow(.read, to: [.employee], when: .author),
            .allow(.read, to: [.aiSystemOwner], when: .inScope("related"))),
        lifecycle: Lifecycle(
            "status", initial: Status.draft,
            [
                Transition("submit", from: [Status.draft], to: .submitted, by: [.complianceLead, .controlOwner]),
                Transition(
                    "approve", from: [Status.submitted], to: .approved, by: [.complianceLead, .topManagement],
                    notByAuthor: true, notByTakerOf: "submit", requires: ["score"], stamps: [.today("approvedOn")]),
                Transition(
                    "withdraw", from: [Status.submitted, .approved], to: .withdrawn, by: [.complianceLead],
                    assigned: ["companion"], needsReason: true, stamps: [.clear("approvedOn")]),
                Transition("reopen", from: [Status.withdrawn], to: .draft, by: [.administrator], byVerb: true),
            ])
    ) {
        Section("Texts") {
            Field(\.name, "name", help: "What people call it.", .listed, .searchable, .filterable, .sortable)
            Field(\.code, "code", .listed, .unique, .length(1...40), .filterable, .sortable)
            Field(\.nickname, "nickname", .searchable, .filterable, .sortable)
            Field(\.summary, "summary", .longText, .searchable)
            Field(\.notes, "notes", .longText, .searchable)
            Field(\.remark, "remark", .filterable)
            Field(\.secret, "secret", .sensitive, .searchable)
            Field(\.email, "email", .unique, .filterable)
            Field(\.website, "website", .webAddress)
            Field(\.origin, "origin", .fixed, .filterable)
        }
        Section("Numbers and times") {
            Field(\.rank, "rank", .listed, .range(-1_000...1_000), .filterable, .sortable)
            Field(\.score, "score", .listed, .filterable, .sortable)
            Field(\.price, "price", .filterable, .sortable)
            Field(\.cost, "cost", .listed, .filterable, .sortable)
            Field(\.isActive, "isActive", .filterable, .sortable)
            Field(\.isVerified, "isVerified", .filterable, .sortable)
            Field(\.startedOn, "startedOn", .filterable, .sortable)
            Field(\.dueOn, "dueOn", .listed, .filterable, .sortable)
            Field(\.madeAt, "madeAt", .filterable, .sortable)
            Field(\.seenAt, "seenAt", .filterable, .sortable)
            Field(derived: \.weight, "weight")
        }
        Section("Choices") {
            Field(\.kind, "kind", .listed, .filterable, .sortable)
            Field(\.grade, "grade", .filterable, .sortable)
            Field(\.status, "status", .listed, .filterable, .sortable)
            Field(\.approvedOn, "approvedOn", .readOnly)
        }
        Section("Documents") {
            Field(\.settings, "settings")
            Field(\.payload, "payload")
            Field(\.document, "document")
            Field(\.attachment, "attachment")
        }
        Section("Neighbours") {
            Field(\.companion, "companion", .listed, .filterable)
            Field(\.parent, "parent", .filterable)
            Field(\.standard, "standard", .filterable)
            Field(\.related, "related", .filterable)
            Field(\.companions, "companions")
            Field(\.standards, "standards", .filterable)
            Field(\.mentions, "mentions", .filterable, .later)
        }
        Check("dueOn", "must not be before the start") { record in
            record.dueOn.map { $0 >= record.startedOn } ?? true
        }
    }
}

/// A small type that a specimen needs; it may point back.
package struct Companion: Record {
    package var name = ""
    package var specimen: ID<Specimen>?
    package var rating: Int?
    package init() {}
    package init(name: String, specimen: ID<Specimen>? = nil, rating: Int? = nil) {
        self.name = name
        self.specimen = specimen
        self.rating = rating
    }

    package static let type: RecordType = "companion"
    package static let schema = Schema<Companion>(
        plural: "companions", title: "name", help: "Somebody beside a specimen.",
        permissions: Permissions(
            .allowAll(.read), .allow(.create, .update, .archive, to: [.complianceLead, .administrator]))
    ) {
        Section("Companion") {
            Field(\.name, "name", .listed, .searchable, .filterable, .sortable)
            Field(\.specimen, "specimen", .filterable)
            Field(\.rating, "rating", .filterable, .sortable)
        }
    }
}

/// Shared content, as frameworks are: its organisation is null, or an organisation's own.
package struct Standard: Record {
    package var key = ""
    package var title = ""
    package var parent: ID<Standard>?
    package init() {}
    package init(key: String, title: String, parent: ID<Standard>? = nil) {
        self.key = key
        self.title = title
        self.parent = parent
    }

    package static let type: RecordType = "standard"
    package static let schema = Schema<Standard>(
        plural: "standards", title: "title", help: "Content that all organisations see.", isCatalogue: true,
        permissions: Permissions(.allowAll(.read))
    ) {
        Section("Standard") {
            Field(\.key, "key", .listed, .unique, .filterable, .sortable)
            Field(\.title, "title", .listed, .searchable, .sortable)
            Field(\.parent, "parent", .filterable)
        }
    }
}

/// The record types of tests, as `Registry` lists the real ones.
package enum SampleRegistry {
    package static let schemas: [AnySchema] = [
        Companion.schema.erased, Standard.schema.erased, Specimen.schema.erased,
    ]

    /// What a specimen's required file is until one is chosen: the empty file.
    package static let blankFile: FileReference = {
        do {
            return try FileReference(
                sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", name: "empty",
                mediaType: "application/octet-stream", bytes: 0)
        } catch { preconditionFailure("the empty file is a valid reference: \(error)") }
    }()
}
