// Tags of rules that name a part of MITRE ATT&CK or MITRE ATLAS. Sources: Sigma specification 2.1.0, appendix “tags”
// (namespace `attack`); the identifiers of ATT&CK (attack.mitre.org) and ATLAS (atlas.mitre.org).

/// A tactic or technique that a rule names.
struct ThreatTag: Hashable, Sendable {
    /// The two collections of adversaries' ways.
    enum Framework: String, Sendable { case attack = "ATT&CK", atlas = "ATLAS" }

    /// The collection.
    let framework: Framework
    /// `T1078.004`, `TA0010`, `AML.T0020`; `nil` for a tactic whose number the tag does not say.
    let id: String?
    /// The name of a tactic; techniques have none in a tag.
    let name: String?
    /// Whether it is a tactic: why something is done, and not how.
    let isTactic: Bool

    /// Numbers of the tactics of ATT&CK for enterprises by their names in tags.
    private static let tactics = [
        "reconnaissance": "TA0043", "resource-development": "TA0042", "initial-access": "TA0001",
        "execution": "TA0002", "persistence": "TA0003", "privilege-escalation": "TA0004",
        "defense-evasion": "TA0005", "credential-access": "TA0006", "discovery": "TA0007",
        "lateral-movement": "TA0008", "collection": "TA0009", "command-and-control": "TA0011",
        "exfiltration": "TA0010", "impact": "TA0040",
    ]

    /// Reads a tag; `nil` for one of another namespace, and for groups and software (`attack.g0032`, `attack.s0002`).
    init?(_ tag: String) {
        let tag = tag.lowercased()
        let rest: Substring
        if tag.hasPrefix("attack.") {
            framework = .attack
            rest = tag.dropFirst(7)
        } else if tag.hasPrefix("atlas.") {
            framework = .atlas
            rest = tag.dropFirst(6)
        } else {
            return nil
        }
        let plain = framework == .atlas && rest.hasPrefix("aml.") ? rest.dropFirst(4) : rest
        func isNumbered(_ letters: String) -> Bool {
            plain.hasPrefix(letters) && plain.dropFirst(letters.count).first?.isNumber == true
        }
        if isNumbered("t") || isNumbered("ta") {
            id = (framework == .atlas ? "AML." : "") + plain.uppercased()
            name = nil
            isTactic = isNumbered("ta")
        } else if isNumbered("g") || isNumbered("s") {
            return nil
        } else {
            let words = String(plain).replacing("_", with: "-")
            id = framework == .attack ? Self.tactics[words] : nil
            name = words.split(separator: "-").enumerated().map { index, word in
                index > 0 && ["and", "of"].contains(word)
                    ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
            }.joined(separator: " ")
            isTactic = true
        }
    }

    /// The technique of a sub-technique (`T1078` of `T1078.004`); otherwise the id itself.
    var technique: String? {
        guard let id, !isTactic else { return nil }
        let digits = framework == .atlas ? id.dropFirst(4) : Substring(id)
        let parts = digits.split(separator: ".")
        return (framework == .atlas ? "AML." : "") + (parts.first ?? digits)
    }

    /// What a reader sees: `Exfiltration (TA0010)`, `T1078.004`.
    var words: String {
        guard let name else { return id ?? "" }
        return id.map { "\(name) (\($0))" } ?? name
    }
}

extension RuleHeader {
    /// What the rule names of ATT&CK and ATLAS, in the order of its tags.
    var threats: [ThreatTag] { tags.compactMap(ThreatTag.init) }
}
