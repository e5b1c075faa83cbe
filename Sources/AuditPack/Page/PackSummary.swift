// What the page for people shows.

/// A pack in numbers and titles.
public struct PackSummary: Sendable {
    /// How one standard stood, by the five words of the assessment.
    public struct Posture: Sendable {
        /// The standard's name.
        public let standard: String
        /// Items by what is shown of them.
        public let conform, partlyConform, nonconform, notApplicable, unknown: Int

        /// See the properties.
        public init(
            standard: String, conform: Int, partlyConform: Int, nonconform: Int, notApplicable: Int, unknown: Int
        ) {
            self.standard = standard
            self.conform = conform
            self.partlyConform = partlyConform
            self.nonconform = nonconform
            self.notApplicable = notApplicable
            self.unknown = unknown
        }
    }

    /// The records of one type.
    public struct Group: Sendable {
        /// One record.
        public struct Item: Sendable {
            /// Its title.
            public let title: String
            /// `type/id`.
            public let record: String
            /// The version at the time that the pack shows.
            public let version: Int

            /// See the properties.
            public init(title: String, record: String, version: Int) {
                self.title = title
                self.record = record
                self.version = version
            }
        }
        /// The type's name in the plural.
        public let name: String
        /// The first of them.
        public let items: [Item]
        /// How many there are.
        public let count: Int

        /// See the properties.
        public init(name: String, items: [Item], count: Int) {
            self.name = name
            self.items = items
            self.count = count
        }
    }

    /// The organisation's name.
    public var organisation: String
    /// The ledger's name, as its keys have it.
    public var origin: String
    /// The last entry that the pack shows; −1 for none.
    public var asOf: Int
    /// That entry's time, as RFC 3339; `nil` for none.
    public var asOfTime: String?
    /// When it was exported, as RFC 3339.
    public var exportedAt: String
    /// The key that signs, for comparing with the one that the auditor has.
    public var verifierKey: String
    /// Revisions, files, erased and left out.
    public var revisions, evidence, erased, notIncluded: Int
    /// Whether all of the ledger is in the pack.
    public var isWhole: Bool
    /// How each standard stood.
    public var posture: [Posture]
    /// What there is, by type.
    public var groups: [Group]

    /// See the properties.
    public init(
        organisation: String, origin: String, asOf: Int, asOfTime: String?, exportedAt: String, verifierKey: String,
        revisions: Int, evidence: Int, erased: Int, notIncluded: Int, isWhole: Bool, posture: [Posture],
        groups: [Group]
    ) {
        self.organisation = organisation
        self.origin = origin
        self.asOf = asOf
        self.asOfTime = asOfTime
        self.exportedAt = exportedAt
        self.verifierKey = verifierKey
        self.revisions = revisions
        self.evidence = evidence
        self.erased = erased
        self.notIncluded = notIncluded
        self.isWhole = isWhole
        self.posture = posture
        self.groups = groups
    }
}
