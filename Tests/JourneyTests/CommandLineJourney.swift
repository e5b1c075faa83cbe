import Foundation
import TestKit
import Testing

/// Reading and writing over the API with the built command.
@Suite(.serialized, .withoutBrowser) struct CommandLineJourney {
    private static let worlds = SharedWorlds()

    // MARK: Signing in

    @Test func aTokenIsKeptOnlyIfTheServerKnowsIt() async throws {
        let (world, lead) = try await Self.worlds(.file)
        let home = ["XDG_CONFIG_HOME": world.file("signing-in").path]
        let kept = world.file("signing-in/concord/credentials.json").path
        let nobody = try await world.run(["record", "list", "controls"], home)
        #expect(nobody.status == 2)
        #expect(nobody.errorText.contains("concord login"))
        let bad = try await world.shell("echo concord_nonsense | concord login --url \(world.server.base)", home)
        #expect(bad.status == 5, "\(bad)")
        #expect(!FileManager.default.fileExists(atPath: kept))
        let down = try await world.shell("echo \(lead) | concord login --url http://127.0.0.1:9", home)
        #expect(down.status == 4, "\(down)")
        #expect(down.errorText.contains("cannot be reached"))
        for wrong in ["login", "login --url nonsense", "login --url \(world.server.base) --token \(lead)"] {
            let refused = try await world.shell("echo \(lead) | concord \(wrong)", home)
            #expect(refused.status == 2, "\(wrong): \(refused)")
        }
        let good = try await world.shell("echo \(lead) | concord login --url \(world.server.base)", home)
        #expect(good.status == 0, "\(good)")
        #expect(good.text.contains("Ines Hartmann"))
        #expect(!good.description.contains(lead), "a token is never printed")
        let mode = try FileManager.default.attributesOfItem(atPath: kept)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let me = try await world.run(["whoami"], home)
        #expect(me.status == 0)
        #expect(me.text.contains("complianceLead"))
        #expect(try await world.run(["logout"], home).status == 0)
        #expect(!FileManager.default.fileExists(atPath: kept))
        #expect(try await world.run(["whoami"], home).status == 2)
    }

    @Test func badArgumentsEndWithTwo() async throws {
        let (world, lead) = try await Self.worlds(.file)
        for line in [
            "nonsense", "record list", "record list unicorns", "record list controls --limit 0",
            "record list controls --format xml", "record list controls --where nonsense",
            "record list controls --where colour=red", "record list controls --columns colour",
            "record list controls --sort description", "record list controls --as-of never",
            "record list controls --organisation x", "record get tasks not-an-id", "record create controls",
            "record create controls --set code", "record create controls --set colour=red",
            "record create controls --set costPerYear=much", "record create controls --json /nonexistent",
            "record create controls --set code=X --json -", "export controls --output /nonexistent/file",
            "posture --assessment nonsense", "api /secret", "completions tcsh",
        ] {
            let result = try await world.shell("concord \(line) < /dev/null", as: lead)
            #expect(result.status == 2, "concord \(line): \(result)")
            #expect(result.output.isEmpty, "concord \(line): errors do not go to standard output")
            #expect(!result.errors.isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func whatIsNotThereOrNotAllowedEndsWithFive(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let id = UUID().uuidString
        for line in [
            "record get controls \(id)", "record get controls NO-SUCH-CODE", "record history tasks \(id)",
            "record archive tasks \(id)", "record transition tasks \(id) start", "assess --assessment \(id)",
            "posture --assessment \(id)", "user invite nobody@example.org", "api nothing/there",
        ] {
            let result = try await world.shell("concord \(line)", as: lead)
            #expect(result.status == 5, "concord \(line): \(result)")
        }
        #expect(try await world.run(["record", "list", "controls"], as: "concord_revoked").status == 5)
        let auditor = try await world.token("hanna.virtanen")
        let members = try await world.run(["user", "list"], as: auditor)
        #expect(members.status == 5)
        #expect(members.errorText.contains("administrator"), "\(members)")
    }

    // MARK: Reading

    @Test(arguments: Backend.allCases)
    func listsPrintInThreeFormats(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let list = ["record", "list", "controls", "--sort", "code", "--where", "status=implemented", "--limit", "3"]
        let table = try await world.run(list, as: lead)
        #expect(table.status == 0, "\(table)")
        #expect(table.output.count == 4)
        #expect(table.output[0].hasPrefix("id "))
        #expect(!table.text.contains("\u{1B}"), "no colour in a pipe")
        let found = try await world.run(list + ["--format", "json"], as: lead)
        let items = try #require(try json(found.text) as? [[String: Any]])
        #expect(items.count == 3)
        #expect(items.allSatisfy { $0["status"] as? String == "implemented" })
        let codes = items.compactMap { $0["code"] as? String }
        #expect(codes == codes.sorted())
        let csv = try await world.run(list + ["--format", "csv", "--columns", "code,owner"], as: lead)
        #expect(csv.rows.first == "code,owner")
        #expect(csv.rows.dropFirst().map { String($0.prefix { $0 != "," }) } == codes)
        #expect(
            csv.rows.dropFirst().allSatisfy { line in
                let owner = line.drop { $0 != "," }.dropFirst()
                return owner.isEmpty || UUID(uuidString: String(owner)) != nil
            }, "CSV has ids, tables have names")
        let named = try await world.run(list + ["--columns", "owner"], as: lead)
        #expect(named.output.dropFirst().allSatisfy { UUID(uuidString: $0) == nil })
        let none = try await world.run(["record", "list", "controls", "--search", "zzzz"], as: lead)
        #expect(none.status == 0)
        #expect(none.output.isEmpty)
        #expect(none.errorText.contains("none"))
    }

    @Test(arguments: Backend.allCases)
    func conditionsMeanWhatTheySay(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        func count(_ conditions: String...) async throws -> Int {
            let options = conditions.flatMap { ["--where", $0] }
            let found = try await world.run(
                ["record", "list", "tasks", "--limit", "1000", "--format", "json"] + options, as: lead)
            #expect(found.status == 0, "\(found)")
            return try #require(try json(found.text) as? [Any]).count
        }
        let all = try await count()
        let open = try await count("status=open")
        #expect(open > 0 && open < all)
        #expect(try await count("status!=open") == all - open)
        #expect(try await count("status=open,inProgress") == open + count("status=inProgress"))
        let early = try await count("dueOn<2026-06-30")
        let late = try await count("dueOn>2026-06-29")
        #expect(try await early + late + count("dueOn=") == all)
        #expect(try await count("status=open", "priority=high") <= open)
    }

    @Test(arguments: Backend.allCases)
    func oneRecordIsShownWithTheNamesOfOthers(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let listed = try await world.run(
            ["record", "list", "controls", "--where", "status=implemented", "--limit", "1", "--format", "json"],
            as: lead)
        let item = try #require((try json(listed.text) as? [[String: Any]])?.first)
        let (id, code) = (try #require(item["id"] as? String), try #require(item["code"] as? String))
        let byCode = try await world.run(["record", "get", "controls", code], as: lead)
        let byID = try await world.run(["record", "get", "control", id], as: lead)
        #expect(byCode.status == 0, "\(byCode)")
        #expect(byCode.text == byID.text)
        let owner = try #require(byCode.output.first { $0.hasPrefix("owner ") })
        #expect(owner.contains { $0.isUppercase }, "a name: \(owner)")
        let history = try await world.run(["record", "history", "controls", id], as: lead)
        #expect(history.output.contains { $0.contains("create") }, "\(history)")
    }

    @Test(arguments: Backend.allCases)
    func anExportIsCompleteAndRepeatable(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let file = world.file("requirements.csv")
        let written = try await world.run(["export", "requirements", "--output", file.path], as: lead)
        #expect(written.status == 0, "\(written)")
        #expect(written.output.isEmpty && written.errors.isEmpty, "no bar without a terminal")
        let printed = try await world.run(["export", "requirements"], as: lead)
        #expect(try String(contentsOf: file, encoding: .utf8) == printed.text + "\n")
        let inJSON = try await world.run(["export", "requirements", "--format", "json"], as: lead)
        let items = try #require(try json(inJSON.text) as? [[String: Any]])
        let counted = try await world.run(["api", "requirements?count=true&limit=1"], as: lead)
        let total = try #require((try json(counted.text) as? [String: Any])?["total"] as? Int)
        #expect(items.count == total)
        #expect(total > 500, "more than one page")
        #expect(Set(items.compactMap { $0["id"] as? String }).count == total)
    }

    @Test func aReaderThatLeavesEndsItQuietly() async throws {
        let (world, lead) = try await Self.worlds(.file)
        let result = try await world.shell(
            "concord export requirements | head -n 1; echo \"status ${PIPESTATUS[0]}\"", as: lead)
        #expect(result.output.count == 2)
        #expect(result.output.last == "status 4")
        #expect(result.errors.isEmpty, "\(result)")
    }

    @Test(arguments: Backend.allCases)
    func thePostureIsThatOfTheServer(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let shown = try await world.run(["posture"], as: lead)
        #expect(shown.status == 0, "\(shown)")
        for word in ["unknown", "ISO/IEC 42001", "ISO/IEC 27001", "lowered"] { #expect(shown.text.contains(word)) }
        let found = try await world.run(["posture", "--format", "json"], as: lead)
        let answer = try #require(try json(found.text) as? [String: Any])
        let frameworks = try #require(answer["frameworks"] as? [[String: Any]])
        for framework in frameworks {
            let name = try #require(framework["name"] as? String)
            let counts = try #require(framework["counts"] as? [String: Int])
            let line = try #require(shown.output.first { $0.hasPrefix(name) })
            let numbers = line.dropFirst(name.count).split(separator: " ").compactMap { Int($0) }
            let words = ["conform", "partlyConform", "nonconform", "notApplicable", "unknown", "total", "lowered"]
            #expect(numbers == words.map { counts[$0] ?? -1 })
        }
        let past = try await world.run(["posture", "--as-of", "10", "--format", "json"], as: lead)
        #expect(past.status == 5, "before there was an assessment: \(past)")
    }

    // MARK: Writing

    private func create(_ world: CommandWorld, _ lead: String, _ title: String) async throws -> [String: Any] {
        let made = try await world.run(
            [
                "record", "create", "tasks", "--set", "title=\(title)", "--set", "kind=other", "--set", "priority=low",
                "--format", "json",
            ], as: lead)
        #expect(made.status == 0, "\(made)")
        return try #require(try json(made.text) as? [String: Any])
    }

    @Test(arguments: Backend.allCases)
    func aRecordIsCreatedChangedAndMoved(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let made = try await create(world, lead, "Löwe = \"a, b\" $x")
        let id = try #require(made["id"] as? String)
        #expect(made["title"] as? String == "Löwe = \"a, b\" $x")
        let edited = try await world.run(
            [
                "record", "edit", "tasks", id, "--set", "dueOn=2027-01-31", "--set", "priority=high", "--reason",
                "It is urgent – really",
            ], as: lead)
        #expect(edited.status == 0, "\(edited)")
        let missing = try await world.run(["record", "create", "tasks", "--set", "title="], as: lead)
        #expect(missing.status == 2)
        #expect(missing.errorText.contains("title is required"), "\(missing)")
        let state = try await world.run(["record", "edit", "tasks", id, "--set", "status=done"], as: lead)
        #expect(state.status == 2, "a state changes by its step only: \(state)")
        let steps = try await world.run(["record", "transition", "tasks", id], as: lead)
        #expect(steps.text.contains("start"))
        #expect(try await world.run(["record", "transition", "tasks", id, "complete"], as: lead).status == 5)
        #expect(try await world.run(["record", "transition", "tasks", id, "start"], as: lead).status == 0)
        let unreasoned = try await world.run(["record", "transition", "tasks", id, "cancel"], as: lead)
        #expect(unreasoned.status == 2, "\(unreasoned)")
        #expect(try await world.run(["record", "archive", "tasks", id, "--reason", "Over"], as: lead).status == 0)
        #expect(try await world.run(["record", "edit", "tasks", id, "--set", "priority=low"], as: lead).status == 5)
        #expect(try await world.run(["record", "restore", "tasks", id], as: lead).status == 0)
        let history = try await world.run(["record", "history", "tasks", id, "--format", "json"], as: lead)
        let actions = try #require(try json(history.text) as? [[String: Any]]).compactMap { $0["action"] as? String }
        #expect(actions == ["restore", "archive", "start", "update", "create"])
        #expect(history.text.contains("It is urgent – really"))
    }

    @Test(arguments: Backend.allCases)
    func aStaleEditIsRefusedWithBothVersions(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let id = try #require(try await create(world, lead, "Both want it")["id"] as? String)
        let edit = ["record", "edit", "tasks", id, "--version", "1", "--set"]
        #expect(try await world.run(edit + ["title=The first was quicker"], as: lead).status == 0)
        let late = try await world.run(edit + ["title=The second came late"], as: lead)
        #expect(late.status == 5)
        #expect(late.output.isEmpty)
        for part in ["version 2", "The first was quicker", "The second came late"] {
            #expect(late.errorText.contains(part), "\(late)")
        }
        let now = try await world.run(["record", "get", "tasks", id], as: lead)
        #expect(now.text.contains("The first was quicker"))
    }

    @Test(arguments: Backend.allCases)
    func jsonComesFromAFileOrAPipe(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let file = world.file("task.json")
        try Data(#"{"title":"From a file","kind":"other","priority":"low"}"#.utf8).write(to: file)
        let fromFile = try await world.run(["record", "create", "tasks", "--json", file.path], as: lead)
        #expect(fromFile.status == 0, "\(fromFile)")
        let piped = try await world.shell(
            #"sed 's/a file/a pipe/' "$FILE" | concord record create tasks --json - --format json"#, as: lead,
            ["FILE": file.path])
        #expect((try json(piped.text) as? [String: Any])?["title"] as? String == "From a pipe")
        try Data("{\n  \"title\": \"x\",\n  oops\n}".utf8).write(to: file)
        let broken = try await world.run(["record", "create", "tasks", "--json", file.path], as: lead)
        #expect(broken.status == 2)
        #expect(broken.errorText.contains(file.path) && broken.errorText.contains("line 3"), "\(broken)")
        let list = try await world.shell("echo '[1]' | concord record create tasks --json -", as: lead)
        #expect(list.status == 2)
    }

    @Test(arguments: Backend.allCases)
    func anEditorChangesARecordAndKeepsWhatIsRefused(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let id = try #require(try await create(world, lead, "Before the editor")["id"] as? String)
        let edit = ["record", "edit", "tasks", id]
        let temporary = world.file("drafts")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        func run(_ editor: String) async throws -> CommandWorld.Result {
            try await world.run(edit, as: lead, ["EDITOR": editor, "VISUAL": "", "TMPDIR": temporary.path])
        }
        func drafts() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: temporary.path) }
        #expect(try await run("true").errorText.contains("Nothing was changed"))
        let changed = try await run("sed -i 's/Before/After/'")
        #expect(changed.status == 0, "\(changed)")
        #expect(changed.text.contains("After the editor"))
        #expect(try drafts().isEmpty)
        let failed = try await run("false")
        #expect(failed.status == 2)
        let broken = try await run("sed -i 's/}/oops/'")
        #expect(broken.status == 2, "\(broken)")
        #expect(broken.errorText.contains("line"))
        let refused = try await run("sed -i 's/\"low\"/\"whatever\"/'")
        #expect(refused.status == 2, "\(refused)")
        #expect(refused.errorText.contains("priority"))
        #expect(try drafts().count == 3, "what was typed is not lost")
        let now = try await world.run(["record", "get", "tasks", id, "--format", "json"], as: lead)
        #expect((try json(now.text) as? [String: Any])?["version"] as? Int == 2)
    }

    @Test(arguments: Backend.allCases)
    func aTokenThatOnlyReadsChangesNothing(_ backend: Backend) async throws {
        let (world, _) = try await Self.worlds(backend)
        let token = try await world.token("ines.hartmann", mayWrite: false)
        #expect(try await world.run(["record", "list", "tasks"], as: token).status == 0)
        let refused = try await world.run(
            ["record", "create", "tasks", "--set", "title=x", "--set", "kind=other", "--set", "priority=low"], as: token
        )
        #expect(refused.status == 5, "\(refused)")
    }

    // MARK: People

    @Test(arguments: Backend.allCases)
    func anAdministratorGivesAndEndsAccess(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let administrator = try await world.token("tomasz.zielinski")
        let email = "new.colleague@meridian-credit.example"
        let made = try await world.run(
            ["record", "create", "people", "--set", "name=New Colleague", "--set", "email=\(email)"], as: lead)
        #expect(made.status == 0, "\(made)")
        let invited = try await world.run(["user", "invite", email], as: administrator)
        #expect(invited.status == 0, "\(invited)")
        #expect(invited.text.hasPrefix(world.server.base + "/welcome/"))
        let listed = try await world.run(["user", "list"], as: administrator)
        #expect(listed.output.contains { $0.contains(email) && $0.contains("invited") }, "\(listed)")
        #expect(try await world.run(["user", "end", email], as: administrator).status == 0)
        let after = try await world.run(["user", "list", "--format", "csv"], as: administrator)
        #expect(!after.text.contains(email))
        #expect(try await world.run(["user", "end", email], as: administrator).status == 5)
    }

    @Test(arguments: Backend.allCases)
    func anyOtherRequestCanBeSent(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        let file = world.file("me.json")
        let streamed = try await world.run(["api", "/api/v1/me", "--output", file.path], as: lead)
        #expect(streamed.status == 0, "\(streamed)")
        #expect(streamed.output.isEmpty)
        let me = try json(String(contentsOf: file, encoding: .utf8)) as? [String: Any]
        #expect((me?["person"] as? [String: Any])?["name"] as? String == "Ines Hartmann")
        let refused = try await world.run(["api", "nothing", "--output", world.file("none").path], as: lead)
        #expect(refused.status == 5)
        let left = try FileManager.default.contentsOfDirectory(atPath: world.home.path)
        #expect(!left.contains { $0.hasPrefix("none") }, "a refusal leaves no file: \(left)")
        let id = try #require(try await create(world, lead, "By hand")["id"] as? String)
        let archived = try await world.shell(
            "echo '{\"reason\":\"Done\"}' | concord api tasks/\(id)/archive --method post --version 1 --json -",
            as: lead)
        #expect((try json(archived.text) as? [String: Any])?["archived"] as? Bool == true, "\(archived)")
        let unseen = try await world.run(["api", "tasks/\(id)/restore", "--method", "post"], as: lead)
        #expect(unseen.status == 2, "without the version that was seen: \(unseen)")
    }

    // MARK: This program

    @Test(arguments: Backend.allCases)
    func aFileIsImportedThroughTheServer(_ backend: Backend) async throws {
        let (world, lead) = try await Self.worlds(backend)
        func imported(_ name: String, _ text: String, _ more: String..., as token: String? = lead) async throws
            -> CommandWorld.Result
        {
            try Data(text.utf8).write(to: world.file(name))
            return try await world.run(
                ["import", "csv", world.file(name).path, "--type", "tasks"] + more, as: token)
        }
        func count() async throws -> String {
            try await world.shell("concord record list tasks --search importwork --format csv | wc -l", as: lead).text
        }
        let good = "title,kind,priority\nImportwork one,other,low\nImportwork two,other,high\n"
        let tried = try await imported("good.csv", good)
        #expect(
            tried.status == 0 && tried.output == ["2 rows: 2 new, 0 changed, 0 unchanged, 0 with errors"], "\(tried)")
        #expect(try await count() == "1", "only the header: nothing was applied")
        let applied = try await imported("good.csv", good, "--apply")
        #expect(applied.status == 0 && applied.output.last == "Applied.", "\(applied)")
        #expect(try await count() == "3")
        let bad = try await imported("bad.csv", "title,kind,priority\nImportwork three,nonsense,low\n", "--apply")
        #expect(bad.status == 1 && bad.errorText.contains("line 2, kind: "), "\(bad)")
        let open = try await imported("open.csv", "colour\nred\n", "--map", "colour:nonsense")
        #expect(open.status == 4 && open.errorText.contains("colour"), "\(open)")
        #expect(try await imported("bad-map.csv", good, "--map", "nothing:title").status == 2)
        #expect(try await imported("good.csv", good, as: nil).status == 2, "nobody is signed in")
        #expect(try await imported("good.csv", good, as: "concord_nonsense").status == 5)
        let missing = try await world.run(["import", "csv", "/nonexistent", "--type", "tasks"], as: lead)
        #expect(missing.status == 2 && missing.errorText.contains("/nonexistent cannot be read."), "\(missing)")
        #expect(try await count() == "3")
        // What was not applied is not kept.
        let kept = try await world.run(["api", "imports"], as: lead)
        #expect(!kept.text.contains("bad.csv") && !kept.text.contains("open.csv"), "\(kept)")
    }

    @Test func completionsAndManualAreTrue() async throws {
        let (world, _) = try await Self.worlds(.file)
        for shell in ["bash", "zsh", "fish"] {
            let made = try await world.run(["completions", shell])
            #expect(made.status == 0)
            #expect(made.text.contains("transition") && made.text.contains("controls"), "\(shell)")
        }
        let checked = try await world.shell("concord completions bash | bash -n")
        #expect(checked.status == 0, "\(checked)")
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("man/concord.1")
        let manual = try await world.run(["man"])
        #expect(manual.status == 0)
        #expect(
            try String(contentsOf: page, encoding: .utf8) == manual.text + "\n",
            "write it anew: concord man > man/concord.1")
    }
}
