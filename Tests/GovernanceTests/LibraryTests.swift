// Framework libraries: what a file becomes, what a new version keeps, what is refused and why.
import SQLiteStorage
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import TestKit
import Testing

struct LibraryTests {
    private struct Shelf {
        let world: World
        let service: LibraryService

        init() async throws {
            world = try await World()
            service = LibraryService(
                records: world.records,
                blobs: try FolderBlobStore(folder: world.folder.appendingPathComponent("blobs")),
                library: world.library)
        }

        static func file(_ text: String, _ name: String = "library.yaml") -> LibraryFile {
            LibraryFile(name: name, mediaType: "application/octet-stream", bytes: Array(text.utf8))
        }
        @discardableResult
        func apply(_ sample: LibrarySample) async throws -> LibraryPlan {
            try await service.apply(Self.file(sample.yaml), as: world.lead)
        }
        func count<R: Record>(_ type: R.Type, archived: Archived = .exclude) async throws -> Int {
            try await world.store.read { [organisation = world.organisation] in
                let all = try $0.count(type.schema.erased, where: .all, archived: archived, in: organisation, asOf: nil)
                return try all - $0.count(type.schema.erased, where: .all, archived: archived, in: nil, asOf: nil)
            }
        }
        func requirement(_ n: Int) async throws -> Stored<Requirement>? {
            let found = try await world.store.read { [organisation = world.organisation] in
                try $0.page(
                    Query(
                        Requirement.schema.erased, where: .equals("urn", .text(LibrarySample.node(n))),
                        archived: .include, limit: 2), in: organisation, asOf: nil
                ).records
            }
            return try found.first?.decoded()
        }
        /// Adopts the framework and opens an assessment of it alone.
        func assess() async throws -> UUID {
            let key = "own-big-book"
            let framework = try await world.store.read { [organisation = world.organisation] in
                try $0.all(Framework.self, where: .equals("key", .text(key)), in: organisation, limit: 1)[0]
            }
            let schema = FrameworkAdoption.schema.erased
            let adoption = try await world.records.create(
                schema, ["name": .text("The big book"), "framework": .reference(framework.id.raw)], as: world.lead)
            _ = try await world.records.take(
                "adopt", schema, adoption.id, over: 1, as: world.lead, reason: nil)
            return try await world.records.create(
                Assessment.schema.erased, ["title": .text("Big book"), "scope": .links([adoption.id])], as: world.lead
            ).id
        }
        func answer(_ assessment: UUID, _ row: String) async throws {
            var input = AnswerInput()
            input.result = .conform
            input.versions = ["own-big-book": 0]
            _ = try await world.assessments.answer(assessment, row: row, input, as: world.lead)
        }
    }

    private func refusal(_ body: () async throws -> Void) async throws -> String {
        do { try await body() } catch let error as ServiceError {
            switch error {
            case .invalid(let invalid): return invalid.problems.map(\.message).joined(separator: "\n")
            case .conflict(.state(let why)), .forbidden(let why): return why
            default: return "\(error)"
            }
        }
        return ""
    }

    // MARK: Reading

    @Test func aLibraryWithEveryQuirkIsReadAndItsDanglingEndsAreToldAndKeptOut() async throws {
        let shelf = try await Shelf()
        var sample = LibrarySample()
        sample.requirements = 1_200
        sample.hasQuirks = true
        let plan = try await shelf.apply(sample)
        #expect(plan.library.urn == "urn:acme:risk:library:big-book" && plan.library.libraryVersion == 1)
        #expect(try await shelf.count(Requirement.self) == 1_208)
        #expect(try await shelf.count(Mapping.self) == 5)
        #expect(try await shelf.count(ReferenceControl.self) == 1)
        #expect(try await shelf.count(Threat.self) == 1)
        #expect(try await shelf.count(RiskMatrix.self) == 1)
        #expect(plan.library.keptOut == 4)
        let set = "urn:acme:risk:req_mapping_set:big-book-to-27001"
        let mappings = try await shelf.world.store.read { [organisation = shelf.world.organisation] in
            try $0.all(Mapping.self, where: .equals("set", .text(set)), in: organisation, limit: 10)
        }
        #expect(mappings.count == 5 && mappings.allSatisfy { $0.value.author == "Acme" })
        #expect(mappings.allSatisfy { $0.value.origin?.contains("The big book") == true })
        let lines = sample.yaml.split(separator: "\n", omittingEmptySubsequences: false)
        for remark in plan.remarks where remark.isKeptOut {
            let line = try #require(remark.line)
            #expect(lines[line - 1].contains("source_requirement_urn") || lines[line - 1].contains("relationship"))
        }
        let told = plan.remarks.map(\.message).joined(separator: "\n")
        for part in [
            "\(LibrarySample.node(99_999)) is no item of", "iso27001-2022:a.99.1 is no item of", "“perhaps” is no",
            "are not related", "14 is not from 1 to 10; read as 10", "“strong” is no number", "stands twice; read once",
            "category “Technical” is read as technical", "csf_function is “n/a”", "is read in lower case",
        ] {
            #expect(told.contains(part), "\(part)")
        }
        let cut = try #require(try await shelf.requirement(70))
        #expect(cut.value.reference == "70.10")
        let upper = try #require(try await shelf.requirement(50))
        #expect(upper.value.groups?.text == #"["IG1","IG2"]"#)
    }

    @Test func mappingsWaitUntilTheirFrameworkIsAdoptedAndAreNoConflicts() async throws {
        let shelf = try await Shelf()
        let before = try await shelf.world.crosswalk.snapshot(as: shelf.world.lead).graph.mappings.count
        try await shelf.apply(LibrarySample())
        let waiting = try await shelf.world.crosswalk.conflicts(as: shelf.world.lead)
        #expect(waiting.snapshot.graph.mappings.count == before)
        #expect(!waiting.1.contains { $0.kind == .dangling })
        _ = try await shelf.assess()
        let awake = try await shelf.world.crosswalk.conflicts(as: shelf.world.lead)
        #expect(awake.snapshot.graph.mappings.count == before + 3)
        #expect(!awake.1.contains { $0.kind == .dangling })
    }

    @Test func theMappingsOfANISTFrameworkLeadToTheShippedOnes() async throws {
        let shelf = try await Shelf()
        let text = """
            urn: urn:acme:risk:library:csf-to-iso
            ref_id: csf-to-iso
            name: CSF to ISO
            version: 1
            objects:
              requirement_mapping_sets:
              - urn: urn:acme:risk:req_mapping_set:csf-to-iso
                name: NIST CSF 2.0 to ISO/IEC 27001:2022
                source_framework_urn: urn:intuitem:risk:framework:nist-csf-2.0
                target_framework_urn: urn:intuitem:risk:framework:iso27001-2022
                requirement_mappings:
                - source_requirement_urn: urn:intuitem:risk:req_node:nist-csf-2.0:gv.oc-01
                  target_requirement_urn: urn:intuitem:risk:req_node:iso27001-2022:4.1
                  relationship: subset
                - source_requirement_urn: urn:intuitem:risk:req_node:nist-csf-2.0:pr.ds-01
                  target_requirement_urn: urn:intuitem:risk:req_node:iso27001-2022:a.8.24
                  relationship: intersect
                  strength_of_relationship: 6
            """
        let plan = try await shelf.service.apply(Shelf.file(text), as: shelf.world.lead)
        #expect(plan.count(.create) == 2 && plan.library.keptOut == 0)
        let library = try await shelf.world.library.current(for: nil)
        let mappings = try await shelf.world.store.read { [organisation = shelf.world.organisation] in
            try $0.all(
                Mapping.self, where: .equals("set", .text("urn:acme:risk:req_mapping_set:csf-to-iso")),
                in: organisation, limit: 10)
        }
        let pairs = mappings.map { mapping in
            [mapping.value.source.raw, mapping.value.target.raw].map { library.item($0)?.reference ?? "" }
        }
        #expect(Set(pairs) == [["GV.OC-01", "4.1"], ["PR.DS-01", "A.8.24"]])
        #expect(mappings.first { $0.value.strength == 5 }?.value.rationale.contains("gives no strength") == true)
    }

    @Test(arguments: [false, true])
    func aFrameworkOfOnesOwnHasAnyDepth(_ isTable: Bool) async throws {
        let shelf = try await Shelf()
        let depth = 40
        var text = isTable ? "#framework,deep\n#name,Deep\n#version,1\nid,parent,title,text\n" : ""
        if isTable {
            for level in 1...depth { text += "\(level),\(level == 1 ? "" : String(level - 1)),Level \(level),Text\n" }
        } else {
            text = "framework: deep\nname: Deep\nversion: 1\nitems:\n"
            for level in 1...depth {
                let indent = String(repeating: "  ", count: level)
                text += "\(indent)- id: '\(level)'\n\(indent)  title: Level \(level)\n"
                if level < depth { text += "\(indent)  items:\n" }
            }
        }
        let plan = try await shelf.service.apply(
            Shelf.file(text, isTable ? "deep.csv" : "deep.yaml"), as: shelf.world.lead)
        #expect(plan.count(.create) == depth + 1)
        let schema = FrameworkAdoption.schema.erased
        let adopted = try #require(plan.changes.first { $0.schema.type == Framework.type })
        _ = try await shelf.world.records.create(
            schema, ["name": .text("Deep"), "framework": .reference(adopted.id)], as: shelf.world.lead)
        let library = try await shelf.world.library.current(for: shelf.world.organisation)
        let row = try #require(library.row("own-deep:\(depth)"))
        #expect(row.title.hasPrefix("2 › 3 › ") && row.title.hasSuffix("› Level \(depth)"))
        #expect(row.sectionID == "section:own-deep:1")
        #expect(library.framework("own-deep")?.items.filter(\.isAssessable).count == 1)
    }

    // MARK: Versions

    @Test func theSameFileTwiceChangesNothing() async throws {
        let shelf = try await Shelf()
        try await shelf.apply(LibrarySample())
        let size = try await shelf.world.store.read { [id = shelf.world.organisation] in try $0.ledgerSize(id) }
        let again = try await shelf.apply(LibrarySample())
        #expect(!again.changesAnything && again.unchanged == 48 + 1 + 3 + 3)
        let after = try await shelf.world.store.read { [id = shelf.world.organisation] in try $0.ledgerSize(id) }
        #expect(after == size)
    }

    @Test func aPreviewChangesNothing() async throws {
        let shelf = try await Shelf()
        let size = try await shelf.world.store.read { [id = shelf.world.organisation] in try $0.ledgerSize(id) }
        let plan = try await shelf.service.preview(Shelf.file(LibrarySample().yaml), as: shelf.world.lead)
        #expect(plan.count(.create) == 48 + 1 + 3 + 3 && plan.presentVersion == nil)
        let after = try await shelf.world.store.read { [id = shelf.world.organisation] in try $0.ledgerSize(id) }
        #expect(after == size)
    }

    @Test func anUpdateAndARollBackKeepIdsAndAnswers() async throws {
        let shelf = try await Shelf()
        try await shelf.apply(LibrarySample())
        let assessment = try await shelf.assess()
        for n in [1, 2, 3] { try await shelf.answer(assessment, "own-big-book:r.\(n)") }
        let before = try #require(try await shelf.requirement(2))
        var sample = LibrarySample()
        sample.version = 2
        sample.requirements = 41
        sample.without = [1]
        sample.texts = [2: "Asks for something else."]
        let preview = try await shelf.service.preview(Shelf.file(sample.yaml), as: shelf.world.lead)
        // Requirement 1 goes with its mapping; 41 comes; 2 changes; the framework has a new edition.
        #expect(preview.count(.archive) == 2 && preview.count(.create) == 1 && preview.count(.update) == 2)
        #expect(preview.presentVersion == 1)
        #expect(Set(preview.answered.map(\.title)) == ["R.1 Requirement 1", "R.2 Requirement 2"])
        let change = try #require(preview.changes.first { $0.title == "R.2 Requirement 2" })
        #expect(change.fields.map(\.field.name) == ["text"])
        #expect(change.fields.first?.old == .text("What number 2 asks for."))
        let plan = try await shelf.apply(sample)
        #expect(plan.changes.map(\.id) == preview.changes.map(\.id))

        let gone = try #require(try await shelf.requirement(1))
        #expect(gone.meta.isArchived)
        let changed = try #require(try await shelf.requirement(2))
        #expect(changed.id == before.id && changed.value.text == "Asks for something else.")
        let view = try await shelf.world.assessments.view(assessment, as: shelf.world.lead)
        #expect(view.rows.count == 40)
        #expect(view.rows.first { $0.row.key == "own-big-book:r.2" }?.parts[0].assessed == .conform)
        #expect(try await shelf.count(Answer.self) == 3)
        let contents = try await shelf.service.contents(of: plan.id, as: shelf.world.lead)
        #expect(contents.former.map(\.title) == ["R.1 Requirement 1"])
        #expect(contents.frameworks.map(\.isAdopted) == [true])

        let versions = try await shelf.service.formerVersions(of: plan.id, as: shelf.world.lead)
        #expect(versions.map(\.version) == [1])
        let record = try await shelf.world.records.get(ImportedLibrary.schema.erased, plan.id, as: shelf.world.lead)
        let back = try await shelf.service.rollBack(plan.id, over: record.version, as: shelf.world.lead)
        #expect(back.library.libraryVersion == 1 && back.count(.restore) == 2 && back.count(.archive) == 1)
        let restored = try await shelf.world.assessments.view(assessment, as: shelf.world.lead)
        #expect(restored.rows.count == 40)
        #expect(restored.rows.first { $0.row.key == "own-big-book:r.1" }?.parts[0].assessed == .conform)
        #expect(try await shelf.requirement(2)?.value.text == "What number 2 asks for.")

        let stale = try await refusal {
            _ = try await shelf.service.rollBack(plan.id, over: record.version, as: shelf.world.lead)
        }
        #expect(stale.contains("changed meanwhile"))
        let now = try await shelf.world.records.get(ImportedLibrary.schema.erased, plan.id, as: shelf.world.lead)
        let all = try await shelf.service.rollBack(plan.id, over: now.version, as: shelf.world.lead)
        #expect(all.library.status == .rolledBack)
        #expect(try await shelf.count(Requirement.self) == 0)
        #expect(try await shelf.count(Answer.self) == 3)
        #expect(try await shelf.apply(LibrarySample()).count(.restore) == 48 + 1 + 3 + 3)
    }

    @Test func olderVersionsAndOtherContentOfTheSameVersionAreRefused() async throws {
        let shelf = try await Shelf()
        var sample = LibrarySample()
        sample.version = 3
        try await shelf.apply(sample)
        var other = sample
        other.texts = [1: "Other."]
        #expect(try await refusal { try await shelf.apply(other) }.contains("needs a higher version"))
        other.version = 2
        #expect(try await refusal { try await shelf.apply(other) }.contains("version 2 is older than version 3"))
    }

    // MARK: Whole or not at all

    private static let head = "urn: urn:x:risk:library:l\nref_id: l\nname: L\nversion: 1\nobjects:\n"
    private static let nodes = """
          framework:
            urn: urn:x:risk:framework:f
            ref_id: f
            requirement_nodes:
            - urn: urn:x:risk:req_node:f:1
              ref_id: '1'
              assessable: true
            - urn: urn:x:risk:req_node:f:2
              ref_id: '2'
              assessable: true

        """
    private static func mapped(_ pairs: [(String, String, String)]) -> String {
        head + nodes
            + "  requirement_mapping_sets:\n  - urn: urn:x:risk:set:s\n    source_framework_urn: urn:x:risk:framework:f\n"
            + "    target_framework_urn: urn:x:risk:framework:f\n    requirement_mappings:\n"
            + pairs.map {
                "    - source_requirement_urn: urn:x:risk:req_node:f:\($0.0)\n"
                    + "      target_requirement_urn: urn:x:risk:req_node:f:\($0.1)\n      relationship: \($0.2)\n"
            }.joined()
    }
    /// Each alias stands for nine of the one before.
    private static var bomb: String {
        var text = "a0: &a0 x\n"
        for n in 1...9 {
            let nine = Array(repeating: "*a\(n - 1)", count: 9).joined(separator: ",")
            text += "a\(n): &a\(n) [\(nine)]\n"
        }
        return text
    }

    struct Bad: Sendable {
        let file: String
        let told: [String]
        init(_ file: String, _ told: String...) { (self.file, self.told) = (file, told) }
    }

    private static func changed(_ old: String, _ new: String) -> String { head + nodes.replacing(old, with: new) }

    static let bad: [Bad] = {
        var all = [
            Bad("", "the file is empty"), Bad("- 1\n", "line 1: the file must be a mapping"),
            Bad("a: b\n", "neither objects"), Bad("a: [\n", "the file is not valid YAML"),
            Bad("a: 1\na: 2\n", "the field a is written twice"), Bad(bomb, "line 2: the alias *a0 is not taken"),
            Bad("? [*a]\n: &a x\nb: *a\n", "line 3: the alias *a is not taken"),
            Bad("a: " + String(repeating: "[", count: 3_000) + "\n", "the file is not valid YAML"),
            Bad(head + "  threats: []\n", "holds nothing"),
        ]
        let one = head.replacing("version: 1", with: "version: one") + nodes
        all.append(Bad(one, "line 4: urn:x:risk:library:l: version must be"))
        all.append(
            Bad(
                changed("node:f:2", "node:f:1"),
                "line 13: urn:x:risk:req_node:f:1: is used twice; first on line 10"))
        all.append(
            Bad(
                changed("ref_id: '2'", "parent_urn: urn:x:risk:req_node:f:9"),
                "line 13: urn:x:risk:req_node:f:2: its parent urn:x:risk:req_node:f:9 does not exist"))
        let two = changed("ref_id: '2'", "parent_urn: urn:x:risk:req_node:f:1")
        all.append(
            Bad(
                two.replacing("ref_id: '1'", with: "parent_urn: urn:x:risk:req_node:f:2"),
                "the parents form a circle: urn:x:risk:req_node:f:"))
        all.append(
            Bad(
                changed("ref_id: '2'", "parent_urn: urn:x:risk:req_node:f:2"),
                "line 13: urn:x:risk:req_node:f:2: the parents form a circle: urn:x:risk:req_node:f:2"))
        all.append(
            Bad(
                mapped([("1", "1", "equal")]),
                "line 21: urn:x:risk:req_node:f:1: is mapped to itself in urn:x:risk:set:s"))
        all.append(Bad(mapped([("1", "2", "subset"), ("2", "1", "subset")]), "the mappings form a circle"))
        all.append(
            Bad(mapped([("1", "2", "subset"), ("1", "2", "equal")]), "line 24:", "stands twice, as subset and equal"))
        let other = mapped([("1", "2", "subset")]).replacing(
            "target_framework_urn: urn:x:risk:framework:f", with: "target_framework_urn: urn:x:risk:framework:other")
        all.append(
            Bad(other, "line 17: urn:x:risk:set:s: its target framework urn:x:risk:framework:other is not here"))
        all.append(
            Bad(
                "framework: f\nname: F\nversion: 1\nitems:\n- id: '1'\n  titel: x\n",
                "line 6: 1: titel is no field of the item"))
        all.append(
            Bad(
                "framework: a b\nname: F\nversion: x\nitems:\n- title: x\n- {id: '1', groups: [g]}\ngroups:\n- id: h\n",
                "must have 1 to 60 letters", "version must be a whole number", "line 5: x: an item needs an id",
                "group g"))
        return all
    }()

    @Test(arguments: bad.indices)
    func aFaultIsToldWithItsPlaceAndNothingIsImported(_ at: Int) async throws {
        let shelf = try await Shelf()
        let (text, parts) = (Self.bad[at].file, Self.bad[at].told)
        let size = try await shelf.world.store.read { [id = shelf.world.organisation] in try $0.ledgerSize(id) }
        for applies in [false, true] {
            let told = try await refusal {
                _ =
                    applies
                    ? try await shelf.service.apply(Shelf.file(text), as: shelf.world.lead)
                    : try await shelf.service.preview(Shelf.file(text), as: shelf.world.lead)
            }
            for part in parts { #expect(told.contains(part), "\(part) is not in: \(told)") }
        }
        let after = try await shelf.world.store.read { [id = shelf.world.organisation] in try $0.ledgerSize(id) }
        #expect(after == size)
    }

    @Test(arguments: [
        (
            "#framework,f\n#name,F\n#version,1\nid,parent\n1,\n1,\n",
            "line 6: urn:concord:own:req_node:f:1: is used twice"
        ),
        ("#framework,f\n#name,F\n#version,1\nid,parent\n1,7\n", "line 5: urn:concord:own:req_node:f:1: its parent"),
        ("#framework,f\n#name,F\n#version,1\nid,colour\n1,red\n", "line 4: “colour” is no column"),
        ("#framework,f\n#name,F\n#version,1\nid,assessable\n1,maybe\n", "line 5: 1: assessable is “maybe”"),
        ("#wrong,f\n", "line 1: #wrong is not known"),
    ])
    func aTableIsHeldToTheSameRules(_ text: String, _ told: String) async throws {
        let shelf = try await Shelf()
        let found = try await refusal {
            _ = try await shelf.service.apply(Shelf.file(text, "f.csv"), as: shelf.world.lead)
        }
        #expect(found.contains(told), "\(found)")
    }

    @Test func aTextWithStarsAndAmpersandsIsNoAlias() async throws {
        let shelf = try await Shelf()
        let text = "framework: f\nname: R&D *rules*\nversion: 1\nitems:\n- id: '1'\n  text: |\n    *a* and &b; see &a\n"
        #expect(try await shelf.service.preview(Shelf.file(text), as: shelf.world.lead).count(.create) == 2)
    }

    // MARK: Who

    @Test func onlyTheComplianceLeadAndTheAdministratorImport() async throws {
        let shelf = try await Shelf()
        for role in Role.allCases {
            let caller = try await shelf.world.member("A\(role.rawValue)", [role])
            let may = role == .complianceLead || role == .administrator
            #expect(LibraryService.mayImport(caller) == may, "\(role)")
            let told = try await refusal {
                _ = try await shelf.service.preview(Shelf.file(LibrarySample().yaml), as: caller)
            }
            #expect(told.isEmpty == may, "\(role)")
        }
    }

    @Test func anotherOrganisationSeesNothingOfIt() async throws {
        let shelf = try await Shelf()
        try await shelf.apply(LibrarySample())
        _ = try await shelf.assess()
        let signIn = SignIn(
            accounts: shelf.world.store, store: shelf.world.store,
            hasher: PasswordHasher(parameters: .init(n: 16, r: 1, p: 1)), environment: shelf.world.environment)
        let account = try await signIn.newAccount(email: "other@example.org", password: nil)
        try await shelf.world.store.save(account)
        let other = try await World.found("Other", shelf.world, account)
        let theirs = try await shelf.world.library.current(for: other)
        #expect(theirs.framework("own-big-book") == nil && theirs.frameworks.count == 6)
        let count = try await shelf.world.store.read {
            try $0.count(Requirement.schema.erased, where: .all, in: other, asOf: nil)
                - $0.count(Requirement.schema.erased, where: .all, in: nil, asOf: nil)
        }
        #expect(count == 0)
    }

    @Test func theLibraryInMemoryHoldsWhatIsAdoptedAndFollowsEveryChange() async throws {
        let shelf = try await Shelf()
        try await shelf.apply(LibrarySample())
        #expect(try await shelf.world.library.current(for: shelf.world.organisation).frameworks.count == 6)
        _ = try await shelf.assess()
        let first = try await shelf.world.library.current(for: shelf.world.organisation)
        let framework = try #require(first.framework("own-big-book"))
        #expect(framework.isOwn && framework.shortName == "big-book" && framework.items.count == 48)
        #expect(framework.groups.map(\.reference) == ["IG1", "IG2"] && framework.groups[0].isDefault)
        #expect(framework.items.filter { $0.groups.contains("IG1") }.count == 20)
        var sample = LibrarySample()
        sample.version = 2
        sample.without = [1, 2]
        try await shelf.apply(sample)
        let second = try await shelf.world.library.current(for: shelf.world.organisation)
        #expect(second.framework("own-big-book")?.items.count == 46)
        #expect(try await shelf.world.library.current(for: nil).frameworks.count == 6)
    }
}
