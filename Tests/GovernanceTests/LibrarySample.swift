// A library in the form of CISO Assistant, made here, as large as wanted and with every quirk that old files have.

/// Makes the file.
struct LibrarySample {
    var version = 1
    /// Requirements under headings of three levels.
    var requirements = 40
    /// Left out, by number from 1.
    var without: Set<Int> = []
    /// Another text, by number.
    var texts: [Int: String] = [:]
    var hasQuirks = false
    static let framework = "urn:acme:risk:framework:big-book"

    static func node(_ n: Int) -> String { "urn:acme:risk:req_node:big-book:r.\(n)" }

    var yaml: String {
        var text = """
            urn: \(hasQuirks ? "urn:acme:risk:library:Big-Book" : "urn:acme:risk:library:big-book")
            locale: en
            ref_id: big-book
            name: The big book
            description: Requirements of a made-up book.
            copyright: Nobody's; made for tests.
            version: \(hasQuirks ? "'\(version)'" : "\(version)")
            publication_date: 2026-01-31
            provider: Acme
            packager: acme
            objects:
              \(hasQuirks ? "framework" : "frameworks"):
            \(hasQuirks ? "    urn: urn:acme:risk:FRAMEWORK:big-book" : "  - urn: \(Self.framework)")
                ref_id: big-book
                name: The big book
                min_score: 1
                max_score: 4
                scores_definition:
                - score: 1
                  name: Begun
                implementation_groups_definition:
                - ref_id: IG1
                  name: The first things
                  default_selected: true
                - ref_id: IG2
                  name: All things
                requirement_nodes:

            """
        for chapter in 1...4 {
            text += """
                    - urn: urn:acme:risk:req_node:big-book:c.\(chapter)
                      ref_id: C.\(chapter)
                      name: Chapter \(chapter)
                      assessable: false
                      depth: 1
                    - urn: urn:acme:risk:req_node:big-book:c.\(chapter).1
                      parent_urn: urn:acme:risk:req_node:big-book:c.\(chapter)
                      ref_id: C.\(chapter).1
                      name: Part of chapter \(chapter)
                      assessable: false
                      depth: 2

                """
        }
        for n in 1...requirements where !without.contains(n) {
            let urn = hasQuirks && n % 50 == 0 ? Self.node(n).uppercased() : Self.node(n)
            text += """
                    - urn: \(urn)
                      parent_urn: urn:acme:risk:req_node:big-book:c.\(n % 4 + 1).1
                      assessable: \(hasQuirks && n % 60 == 0 ? "'True'" : "true")
                      depth: 3
                      ref_id: \(hasQuirks && n % 70 == 0 ? "\(n).10" : "R.\(n)")
                      name: Requirement \(n)
                      description: \(texts[n] ?? "What number \(n) asks for.")
                      annotation: A note on number \(n).
                      implementation_groups: \(n % 2 == 0 ? "[IG1, IG2]" : "[IG2]")
                      reference_controls:
                      - urn:acme:risk:function:big-book:do

                """
        }
        text += """
              reference_controls:
              - urn: urn:acme:risk:function:big-book:do
                ref_id: DO
                name: Do it
                category: \(hasQuirks ? "'Technical '" : "technical")
                csf_function: \(hasQuirks ? "n/a" : "protect")
              \(hasQuirks ? "threat" : "threats"):
              - urn: urn:acme:risk:threat:big-book:t1
                ref_id: T1
                name: It is not done
              risk_matrix:
              - urn: urn:acme:risk:matrix:big-book:2x2
                ref_id: 2x2
                name: Two by two
                probability: [{abbreviation: L, name: Low}, {abbreviation: H, name: High}]
                impact: [{abbreviation: L, name: Low}, {abbreviation: H, name: High}]
                risk: [{abbreviation: L, name: Low}, {abbreviation: H, name: High}]
                grid: [[0, 0], [0, \(hasQuirks ? "'1'" : "1")]]
              \(hasQuirks ? "requirement_mapping_set" : "requirement_mapping_sets"):
            \(hasQuirks ? "    " : "  - ")urn: urn:acme:risk:req_mapping_set:big-book-to-27001
                name: The big book to ISO/IEC 27001
                source_framework_urn: \(Self.framework)
                target_framework_urn: urn:intuitem:risk:framework:iso27001-2022
                requirement_mappings:

            """
        var mappings = [
            (Self.node(1), "a.5.1", "equal", "10"), (Self.node(2), "a.8.24", hasQuirks ? "Subset " : "subset", "7"),
            (Self.node(3), "a.8.13", "intersect", "4"),
        ]
        if hasQuirks {
            mappings += [
                (Self.node(4), "a.5.2", "superset", "14"), (Self.node(5), "a.5.3", "intersect", "strong"),
                (Self.node(99_999), "a.5.4", "equal", "10"), (Self.node(6), "a.99.1", "equal", "10"),
                (Self.node(7), "a.5.5", "perhaps", "5"), (Self.node(8), "a.5.6", "not_related", "1"),
                (Self.node(1), "a.5.1", "equal", "10"),
            ]
        }
        for (source, target, relationship, strength) in mappings {
            text += """
                    - source_requirement_urn: \(source)
                      target_requirement_urn: urn:intuitem:risk:req_node:iso27001-2022:\(target)
                      relationship: \(relationship)
                      rationale: semantic
                      strength_of_relationship: \(strength)

                """
        }
        return text
    }
}
