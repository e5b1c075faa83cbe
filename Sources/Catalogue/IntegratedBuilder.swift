// Makes the rows and sections of the integrated assessment out of two frameworks, their crosswalk and the titles.

struct IntegratedBuilder {
    private let ai: FrameworkContent
    private let security: FrameworkContent
    private let aiItems: [String: RequirementContent]
    private let securityItems: [String: RequirementContent]
    private let entries: [String: IntegratedTitles.Entry]
    /// The merged clauses, by number.
    private let pairs: [String: MappingContent]

    private var rows: [IntegratedItem] = []
    private var counts = IntegratedCounts()

    init(
        ai: FrameworkContent, security: FrameworkContent, crosswalk: CrosswalkSet, titles: IntegratedTitles
    ) throws(IntegratedItemsError) {
        guard crosswalk.sourceFramework == ai.id, crosswalk.targetFramework == security.id else {
            throw .crosswalkOfOtherFrameworks(
                set: crosswalk.id, source: crosswalk.sourceFramework, target: crosswalk.targetFramework)
        }
        self.ai = ai
        self.security = security
        aiItems = Dictionary(ai.items.map { ($0.itemID, $0) }) { first, _ in first }
        securityItems = Dictionary(security.items.map { ($0.itemID, $0) }) { first, _ in first }
        entries = Dictionary(titles.entries.map { ($0.itemID, $0) }) { first, _ in first }
        var pairs: [String: MappingContent] = [:]
        for mapping in crosswalk.mappings where mapping.basis == .harmonisedStructure {
            let number = mapping.source.itemID
            guard mapping.target.itemID == number else {
                throw .pairNumbersDiffer(source: number, target: mapping.target.itemID)
            }
            guard pairs.updateValue(mapping, forKey: number) == nil else { throw .pairTwice(number) }
            for (end, items) in [(mapping.source, aiItems), (mapping.target, securityItems)] {
                guard let item = items[number], item.assessable, item.kind == .clause else {
                    throw .notAnAssessableClause(end)
                }
            }
        }
        for item in ai.items + security.items
        where item.kind == .clause && item.assessable && item.harmonisedWith != nil && pairs[item.itemID] == nil {
            throw .pairMissing(item.itemID)
        }
        self.pairs = pairs
    }

    func build() throws(IntegratedItemsError) -> IntegratedItems {
        var builder = self
        try builder.checkTitles()
        for number in try builder.clauseNumbers() { try builder.addClause(number) }
        for (framework, items) in [(ai, aiItems), (security, securityItems)] {
            for item in framework.items where item.assessable && item.kind != .clause {
                let reference = ItemReference(framework: framework.id, itemID: item.itemID)
                guard item.kind == .control else { throw .unsupportedKind(reference, item.kind) }
                try builder.addOwn(item, of: framework, items)
            }
        }
        return IntegratedItems(rows: builder.rows, sections: try builder.sections(), counts: builder.counts)
    }

    // MARK: Rows

    /// Numbers of all assessable clauses of either standard, in numerical order.
    private func clauseNumbers() throws(IntegratedItemsError) -> [String] {
        var numbers: [String: [Int]] = [:]
        for framework in [ai, security] {
            for item in framework.items where item.assessable && item.kind == .clause {
                let parts = item.itemID.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
                guard !parts.contains(nil) else {
                    throw .unnumberedClause(ItemReference(framework: framework.id, itemID: item.itemID))
                }
                numbers[item.itemID] = parts.compactMap(\.self)
            }
        }
        return numbers.sorted { $0.value.lexicographicallyPrecedes($1.value) }.map(\.key)
    }

    private mutating func addClause(_ number: String) throws(IntegratedItemsError) {
        if let mapping = pairs[number], let first = aiItems[number], let second = securityItems[number] {
            try addPair(mapping, first, second)
            return
        }
        for (framework, items) in [(ai, aiItems), (security, securityItems)] {
            if let item = items[number], item.assessable { try addOwn(item, of: framework, items) }
        }
    }

    private mutating func addPair(
        _ mapping: MappingContent, _ first: RequirementContent, _ second: RequirementContent
    ) throws(IntegratedItemsError) {
        let number = first.itemID
        guard first.theme == second.theme else {
            throw .themesDiffer(number, ai: first.theme, security: second.theme)
        }
        let isEqual = mapping.relationship == .equal
        let difference = entries[number]?.difference
        guard isEqual || difference != nil else { throw .differenceMissing(number) }
        let place = try place(of: first, in: ai, aiItems)
        rows.append(
            IntegratedItem(
                key: "clause:\(number)", number: number, members: [mapping.source, mapping.target],
                title: try commonTitle(number), difference: difference, theme: first.theme, kind: .clause,
                sharing: isEqual ? .equal : .shared,
                pairing: IntegratedItem.Pairing(
                    relationship: mapping.relationship, strength: mapping.strength, rationale: mapping.rationale),
                closestControl: nil, sectionID: place.section, heading: place.heading, position: rows.count))
        if isEqual { counts.equalPairs += 1 } else { counts.sharedPairs += 1 }
    }

    private mutating func addOwn(
        _ item: RequirementContent, of framework: FrameworkContent, _ items: [String: RequirementContent]
    ) throws(IntegratedItemsError) {
        let isAI = framework.id == ai.id
        let reference = ItemReference(framework: framework.id, itemID: item.itemID)
        var closest: ItemReference?
        if item.kind == .control, let twin = item.harmonisedWith {
            guard (isAI ? securityItems : aiItems)[twin]?.kind == .control else {
                throw .unknownClosestControl(reference, closest: twin)
            }
            closest = ItemReference(framework: isAI ? security.id : ai.id, itemID: twin)
        }
        let place = try place(of: item, in: framework, items)
        rows.append(
            IntegratedItem(
                key: reference.description, number: item.itemID, members: [reference], title: item.title,
                difference: nil, theme: item.theme, kind: item.kind, sharing: .own, pairing: nil,
                closestControl: closest, sectionID: place.section, heading: place.heading, position: rows.count))
        switch (item.kind, isAI) {
        case (.control, true): counts.aiControls += 1
        case (.control, false): counts.securityControls += 1
        default: counts.ownClauses += 1
        }
    }

    // MARK: Titles

    /// Every entry of the table names a pair or a heading of both standards.
    private func checkTitles() throws(IntegratedItemsError) {
        for id in entries.keys.sorted() where pairs[id] == nil {
            guard let item = aiItems[id], !item.assessable, item.kind == .clause, securityItems[id] != nil else {
                throw .titleWithoutPair(id)
            }
        }
    }

    /// The title of a clause for both standards: that of the table, else the one that both standards use.
    private func commonTitle(_ number: String) throws(IntegratedItemsError) -> String {
        let titles = [aiItems[number]?.title, securityItems[number]?.title].compactMap(\.self)
        if let title = entries[number]?.title { return title }
        guard let first = titles.first, titles.allSatisfy({ $0 == first }) else {
            throw .titleMissing(number, ai: titles.first ?? "", security: titles.last ?? "")
        }
        return first
    }

    // MARK: Sections

    private static let clausesID = "clauses"

    /// The section of an item (its clause, or its area of the annex), and the heading between the two.
    private func place(
        of item: RequirementContent, in framework: FrameworkContent, _ items: [String: RequirementContent]
    ) throws(IntegratedItemsError) -> (section: String, heading: String?) {
        var above: [String] = []  // outermost first
        var next = item.parent
        while let id = next, let parent = items[id], !above.contains(id) {
            above.insert(id, at: 0)
            next = parent.parent
        }
        let depth = item.kind == .clause ? 0 : 1
        guard above.count > depth else {
            throw .noSection(ItemReference(framework: framework.id, itemID: item.itemID))
        }
        let section = above[depth]
        guard let innermost = above.last, innermost != section else {
            return (sectionID(section, item, framework), nil)
        }
        let title = item.kind == .clause ? try commonTitle(innermost) : items[innermost]?.title ?? ""
        return (sectionID(section, item, framework), "\(innermost) \(title)")
    }

    private func sectionID(_ id: String, _ item: RequirementContent, _ framework: FrameworkContent) -> String {
        item.kind == .clause ? "clause:\(id)" : "\(framework.id):\(id)"
    }

    private func sections() throws(IntegratedItemsError) -> [IntegratedSection] {
        var sections: [IntegratedSection] = []
        let clauses = rows.filter { $0.kind == .clause }
        let numbers = clauses.compactMap { $0.number.split(separator: ".").first }.map(String.init).uniqued()
        if let first = numbers.first, let last = numbers.last {
            sections.append(
                section(
                    Self.clausesID, nil, label: "\(first)-\(last)", title: "Clauses \(first) to \(last)", clauses))
        }
        for number in numbers {
            let id = "clause:\(number)"
            sections.append(
                section(
                    id, Self.clausesID, label: number, title: try commonTitle(number),
                    clauses.filter { $0.sectionID == id }))
        }
        for (framework, items) in [(ai, aiItems), (security, securityItems)] {
            let controls = rows.filter { $0.kind == .control && $0.members.first?.framework == framework.id }
            let areas = controls.map { String($0.sectionID.dropFirst(framework.id.count + 1)) }.uniqued()
            guard let root = areas.first.flatMap({ items[$0]?.parent }) else { continue }
            let rootID = "\(framework.id):\(root)"
            sections.append(
                section(
                    rootID, nil, label: "Annex \(root)", title: "Annex \(root) of \(framework.nameWithoutEdition)",
                    controls))
            for area in areas {
                let id = "\(framework.id):\(area)"
                sections.append(
                    section(
                        id, rootID, label: area, title: items[area]?.title ?? "",
                        controls.filter { $0.sectionID == id }))
            }
        }
        return sections
    }

    private func section(
        _ id: String, _ parentID: String?, label: String, title: String, _ rows: [IntegratedItem]
    ) -> IntegratedSection {
        IntegratedSection(
            id: id, parentID: parentID, label: label, title: title,
            frameworks: [ai.id, security.id].filter { framework in
                rows.contains { $0.members.contains { $0.framework == framework } }
            },
            rowKeys: rows.map(\.key))
    }
}

extension [String] {
    /// The elements in order, each once.
    fileprivate func uniqued() -> [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
