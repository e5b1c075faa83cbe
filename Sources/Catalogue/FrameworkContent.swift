// What a framework file says: the framework, and its items (clauses, controls, articles, categories) in order.

/// An item of a framework, named across frameworks.
package struct ItemReference: Sendable, Hashable, CustomStringConvertible {
    /// Id of the framework, such as `iso42001-2023`.
    package let framework: String
    /// Id of the item within the framework, such as `6.1.2` or `A.5.1`.
    package let itemID: String

    package init(framework: String, itemID: String) {
        self.framework = framework
        self.itemID = itemID
    }

    /// `framework:item`; no framework id contains a colon.
    package var description: String { "\(framework):\(itemID)" }
}

/// One version of a standard, law or framework, with all its items.
package struct FrameworkContent: Sendable, Hashable {
    package let id: String
    /// Short name with the edition, such as `ISO/IEC 42001:2023`.
    package let name: String
    package let fullName: String
    package let version: String
    package let publisher: String
    package let licence: String
    /// Whose words the texts of the items are.
    package let textOrigin: String
    /// The day on which the content was compared with its sources, YYYY-MM-DD.
    package let checkedOn: String
    /// The credit that the licence asks for.
    package let attribution: String?
    /// Where the authentic text can be had.
    package let address: String?
    /// Restrictions and uncertainties that a reader should know.
    package let notes: [String]
    /// Present for laws that apply in stages.
    package let law: LawContent?
    package let items: [RequirementContent]
    /// SHA-256 of the file, in lower-case hexadecimal: an organisation adopts this content and no other.
    package let sha256: String

    package init(
        id: String, name: String, fullName: String, version: String, publisher: String, licence: String,
        textOrigin: String, checkedOn: String, attribution: String? = nil, address: String? = nil,
        notes: [String] = [], law: LawContent? = nil, items: [RequirementContent], sha256: String
    ) {
        self.id = id
        self.name = name
        self.fullName = fullName
        self.version = version
        self.publisher = publisher
        self.licence = licence
        self.textOrigin = textOrigin
        self.checkedOn = checkedOn
        self.attribution = attribution
        self.address = address
        self.notes = notes
        self.law = law
        self.items = items
        self.sha256 = sha256
    }

    /// The name without the edition: `ISO/IEC 42001`.
    package var nameWithoutEdition: String { String(name.prefix { $0 != ":" }) }
}

/// The level of an item in its framework.
package enum RequirementKind: String, Sendable, Hashable, CaseIterable {
    case clause, control, article, function, category, subcategory
}

/// One item of a framework. Items that only group others are not assessable.
package struct RequirementContent: Sendable, Hashable {
    package let itemID: String
    package let title: String
    package let parent: String?
    package let kind: RequirementKind
    package let assessable: Bool
    /// Grouping word of the framework, such as `planning` or `physical`.
    package let theme: String
    /// Objective or summary; see `FrameworkContent.textOrigin`.
    package let text: String
    /// Clauses: the clause of the other management system standard with the same number. Controls: the closest control
    /// of the other standard, which is many to one and never a reason to merge two controls.
    package let harmonisedWith: String?
    /// What an amendment changed here.
    package let amendment: String?
    /// Whether ISO/IEC 27001:2022 added the control; `nil` where the question does not arise.
    package let isNewIn2022: Bool?
    package let attributes: ControlAttributes?
    package let duty: LegalDuty?
    /// Place in the framework, from 0.
    package let position: Int

    package init(
        itemID: String, title: String, parent: String?, kind: RequirementKind, assessable: Bool, theme: String,
        text: String, harmonisedWith: String? = nil, amendment: String? = nil, isNewIn2022: Bool? = nil,
        attributes: ControlAttributes? = nil, duty: LegalDuty? = nil, position: Int
    ) {
        self.itemID = itemID
        self.title = title
        self.parent = parent
        self.kind = kind
        self.assessable = assessable
        self.theme = theme
        self.text = text
        self.harmonisedWith = harmonisedWith
        self.amendment = amendment
        self.isNewIn2022 = isNewIn2022
        self.attributes = attributes
        self.duty = duty
        self.position = position
    }
}

/// The attributes of a control in ISO/IEC 27002:2022; every list has at least one word.
package struct ControlAttributes: Sendable, Hashable {
    package enum ControlType: String, Sendable, Hashable, CaseIterable {
        case preventive = "Preventive"
        case detective = "Detective"
        case corrective = "Corrective"
    }
    package enum Property: String, Sendable, Hashable, CaseIterable {
        case confidentiality = "Confidentiality"
        case integrity = "Integrity"
        case availability = "Availability"
    }
    package enum Concept: String, Sendable, Hashable, CaseIterable {
        case identify = "Identify"
        case protect = "Protect"
        case detect = "Detect"
        case respond = "Respond"
        case recover = "Recover"
    }
    package enum Capability: String, Sendable, Hashable, CaseIterable {
        case governance = "Governance"
        case assetManagement = "Asset_management"
        case informationProtection = "Information_protection"
        case humanResourceSecurity = "Human_resource_security"
        case physicalSecurity = "Physical_security"
        case systemAndNetworkSecurity = "System_and_network_security"
        case applicationSecurity = "Application_security"
        case secureConfiguration = "Secure_configuration"
        case identityAndAccessManagement = "Identity_and_access_management"
        case threatAndVulnerabilityManagement = "Threat_and_vulnerability_management"
        case continuity = "Continuity"
        case supplierRelationshipsSecurity = "Supplier_relationships_security"
        case legalAndCompliance = "Legal_and_compliance"
        case informationSecurityEventManagement = "Information_security_event_management"
        case informationSecurityAssurance = "Information_security_assurance"
    }
    package enum Domain: String, Sendable, Hashable, CaseIterable {
        case governanceAndEcosystem = "Governance_and_Ecosystem"
        case protection = "Protection"
        case defence = "Defence"
        case resilience = "Resilience"
    }

    package let controlTypes: [ControlType]
    package let properties: [Property]
    package let concepts: [Concept]
    package let capabilities: [Capability]
    package let domains: [Domain]
}

/// What the AI Act says about an item beside its text.
package struct LegalDuty: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        case prohibition, classification, obligation, permission, condition, right, group
    }
    package enum Role: String, Sendable, Hashable, CaseIterable {
        case provider, deployer, importer, distributor
        case anyOperator = "any-operator"
        case authorisedRepresentative = "authorised-representative"
        case gpaiProvider = "gpai-provider"
        case gpaiSystemicRiskProvider = "gpai-systemic-risk-provider"
    }
    /// How sure the dates are.
    package enum DateStatus: String, Sendable, Hashable, CaseIterable {
        case confirmed, derived, uncertain
    }

    package let mode: Mode
    /// Who has the duty; never empty.
    package let roles: [Role]
    /// Application under Art. 113 as amended.
    package let appliesFrom: LegalDates
    /// When the duty can first bite in practice, where that is later.
    package let effectiveFrom: LegalDates?
    /// Application to systems or models already on the market, YYYY-MM-DD.
    package let legacyFrom: String?
    package let dateNote: String?
    package let dateStatus: DateStatus
}

/// A date of application, YYYY-MM-DD, alike for all systems or split by the annex that makes a system high-risk.
package enum LegalDates: Sendable, Hashable {
    case all(String)
    /// At least one of the two is given.
    case highRisk(annexIII: String?, annexI: String?)

    /// The first day on which the duty applies to anyone.
    package var earliest: String? {
        switch self {
        case .all(let day): day
        case .highRisk(let annexIII, let annexI): [annexIII, annexI].compactMap(\.self).min()
        }
    }
}

/// Dates and fines of a law.
package struct LawContent: Sendable, Hashable {
    package struct Penalty: Sendable, Hashable {
        package let article: String
        package let covers: String
        package let euroMax: Int
        /// Percent of the worldwide annual turnover.
        package let turnoverPercentMax: Int
    }
    package struct TimelineEntry: Sendable, Hashable {
        package enum State: String, Sendable, Hashable, CaseIterable {
            case past, upcoming
        }
        /// YYYY-MM-DD.
        package let day: String
        package let event: String
        /// As of `FrameworkContent.checkedOn`.
        package let state: State
        package let certainty: LegalDuty.DateStatus
        package let source: String
    }

    package let penalties: [Penalty]
    /// Which of amount and share counts.
    package let penaltyRule: String
    /// In order of the date.
    package let timeline: [TimelineEntry]
}

/// The items of several frameworks, to look references up.
package struct ItemIndex: Sendable {
    private let items: [String: Set<String>]

    /// - Parameter items: the item ids of each framework, by framework id.
    package init(items: [String: Set<String>]) { self.items = items }

    package init(_ frameworks: [FrameworkContent]) {
        var items: [String: Set<String>] = [:]
        for framework in frameworks { items[framework.id] = Set(framework.items.map(\.itemID)) }
        self.items = items
    }

    func contains(framework: String) -> Bool { items[framework] != nil }

    func contains(_ itemID: String, of framework: String) -> Bool { items[framework]?.contains(itemID) ?? false }
}
