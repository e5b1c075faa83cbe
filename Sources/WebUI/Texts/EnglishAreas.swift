// The English texts of areas and of findings.

extension Text {
    package static let area = Text("Area")
    package static let areasLabel = Text("Areas")
    package static let byArea = Text("By area")
    package static let byAreaLead = Text(
        "Each item belongs to one or more areas, whatever its standard. An item of several areas counts in each.")
    package static let gapsByAreaLead = Text("A gap with requirements of several areas counts in each of them.")
}

// MARK: Findings

extension Text {
    package static let findings = Text("Findings")
    package static let majorNonconformityOpen = Text("a major nonconformity is open")
    package static let minorNonconformityOpen = Text("a minor nonconformity is open")
}
