// The derived screens, over every record type: what a list, a detail and a form must have, whatever the type.
import Access
import Exchange
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import RecordKit
import Records
import Storage
import Testing
import WebUI

@Suite struct RecordScreenTests {
    private let world: WebWorld
    init() async throws { world = try await WebWorld.shared.value }

    private static let schemas = Registry.schemas

    private func openFields(_ schema: AnySchema, isNew: Bool) -> [FieldDescription] {
        schema.fields.filter {
            $0.isWritable && $0.name != schema.lifecycle?.field && (isNew || !$0.has(.fixed))
        }
    }

    // MARK: Every type

    @Test(arguments: schemas)
    func aListHasItsColumnsAndHoldsTogether(_ schema: AnySchema) async throws {
        let lead = world.lead
        let page = try await world.get("/\(schema.plural)", as: lead)
        #expect(page.status == 200)
        #expect(PageCheck(page.text).problems == [])
        #expect(page.text.contains("<h1><bdi>\(schema.pluralLabel)</bdi>"))
        #expect(page.text.contains("href=\"/\(schema.plural).csv\""))
        let mayCreate = Authorisation.mayCreate(lead.caller, schema)
        #expect(page.text.contains("href=\"/\(schema.plural)/new\"") == mayCreate, "a button for whoever may create")
        if page.text.contains("<tbody") {
            for field in schema.fields where field.has(.listed) {
                #expect(page.text.contains(field.label), "column \(field.name)")
            }
            for field in schema.fields where field.has(.listed) && field.has(.sortable) {
                #expect(page.text.contains("sort=\(field.name)") || page.text.contains("sort=-\(field.name)"))
            }
        }
        for field in schema.fields where field.has(.filterable) {
            #expect(page.text.contains("id=\"f-\(field.name)"), "filter \(field.name)")
        }
    }

    @Test(arguments: schemas)
    func aFormHasEveryFieldThatMayBeFilledInAndNoOther(_ schema: AnySchema) async throws {
        let lead = world.lead
        let page = try await world.get("/\(schema.plural)/new", as: lead)
        guard Authorisation.mayCreate(lead.caller, schema) else {
            #expect(page.status == (schema.isWritten ? 403 : 404))
            return
        }
        #expect(page.status == 200)
        let check = PageCheck(page.text)
        #expect(check.problems == [])
        let open = Set(openFields(schema, isNew: true).map(\.name))
        for field in schema.fields {
            let isThere = check.ids.contains("f-\(field.name)") || page.text.contains("name=\"\(field.name)\"")
            #expect(isThere == open.contains(field.name), "\(field.name)")
            if open.contains(field.name), !field.help.isEmpty {
                #expect(page.text.contains("id=\"f-\(field.name)-help\""), "help of \(field.name)")
            }
        }
        #expect(page.text.contains("name=\"csrf\" value=\"\(lead.formSecret)\""))
    }

    @Test(arguments: schemas)
    func aRecordHasItsPageWithSectionsAndHistory(_ schema: AnySchema) async throws {
        let lead = world.lead
        var filter = ListFilter()
        filter.limit = 50
        // Not one that another test archives meanwhile.
        guard schema.type != Framework.type,
            let record = try await world.services.records.list(schema, filter, as: lead.caller).records
                .first(where: { !$0.title.contains("AR-") })
        else { return }
        let page = try await world.get("/\(schema.plural)/\(record.id.lowercased)", as: lead)
        #expect(page.status == 200)
        #expect(PageCheck(page.text).problems == [])
        for section in schema.sections { #expect(page.text.contains(">\(section.title)</h2>")) }
        for field in schema.fields { #expect(page.text.contains("<dt>\(field.label)</dt>"), "\(field.name)") }
        #expect(page.text.contains(">History</h2>"))
        let mayEdit =
            Authorisation.may(lead.caller, .update, record) && !openFields(schema, isNew: false).isEmpty
        #expect(page.text.contains("/\(record.id.lowercased)/edit\"") == mayEdit)
        if mayEdit {
            let form = try await world.get("/\(schema.plural)/\(record.id.lowercased)/edit", as: lead)
            #expect(form.status == 200)
            let check = PageCheck(form.text)
            #expect(check.problems == [])
            for field in openFields(schema, isNew: false) {
                let isThere = check.ids.contains("f-\(field.name)") || form.text.contains("name=\"\(field.name)\"")
                #expect(isThere, "\(field.name)")
            }
            #expect(form.text.contains("name=\"form.version\" value=\""))
        }
    }

    @Test(arguments: schemas)
    func everyTypeExportsWhatTheCallerSees(_ schema: AnySchema) async throws {
        let lead = world.lead
        var filter = ListFilter()
        filter.limit = 1_000
        // Other tests add records meanwhile; what was there before is in the export.
        let seen = try await world.services.records.list(schema, filter, as: lead.caller).records
        let answer = try await world.get("/\(schema.plural).csv", as: lead)
        #expect(answer.status == 200)
        let lines = try CSVReader.rows(answer.body).map(\.cells)
        #expect(lines[0] == ["id", "version"] + schema.fields.map(\.name))
        #expect(lines.allSatisfy { $0.count == lines[0].count })
        let exported = lines.dropFirst().map { $0[0] }
        #expect(Set(exported).count == exported.count, "each record once")
        // One test archives a control and takes it back.
        let lost = seen.filter { !exported.contains($0.id.lowercased) && $0.title != "Title of AR-1" }
        #expect(lost.map(\.title) == [])
    }

    @Test(arguments: schemas)
    func nobodyIsSentToSignInAndBack(_ schema: AnySchema) async throws {
        let answer = try await world.get("/\(schema.plural)?q=a%20b", as: nil)
        #expect(answer.status == 303)
        #expect(answer.location.flatMap { Link($0) } == .signIn(next: "/\(schema.plural)?q=a%20b"))
    }

    @Test(arguments: schemas)
    func anotherOrganisationsRecordIsNotFound(_ schema: AnySchema) async throws {
        guard schema.isWritten else { return }
        let stranger = world.stranger
        let lead = world.lead
        var filter = ListFilter()
        filter.limit = 1
        var records = try await world.services.records.list(schema, filter, as: stranger.caller).records
        if schema.type == Mapping.type {
            // The first is everybody's; one of the organisation's own is what matters.
            let frameworks = try await world.services.library.current(for: nil).frameworks
            let ends = frameworks.prefix(2).compactMap { $0.items.last?.id }
            records = [
                try await world.create(
                    Mapping.self,
                    [
                        "source": .reference(ends[0]), "target": .reference(ends[1]),
                        "relationship": .text(Mapping.Relationship.intersects.rawValue), "strength": .integer(5),
                        "rationale": .text("Both ask for it"),
                    ], as: stranger)
            ]
        }
        guard let own = records.first else { return }
        #expect(own.meta.organisation == stranger.caller.organisation)
        let path = "/\(schema.plural)/\(own.id.lowercased)"
        for path in [path, path + "/edit"] { #expect(try await world.get(path, as: lead).status == 404) }
        for path in [path + "/edit", path + "/archive", path + "/restore", path + "/transitions/x"] {
            let fields = [("version", "1"), ("form.version", "1")]
            #expect(try await world.post(path, fields, as: lead).status == 404, "\(path)")
        }
    }

    @Test(arguments: schemas)
    func aFormWithoutTheSessionsSecretIsRefused(_ schema: AnySchema) async throws {
        let lead = world.lead
        guard schema.isWritten else { return }
        for secret in ["wrong", world.stranger.formSecret] {
            let answer = try await world.post("/\(schema.plural)/new", [("csrf", secret)], as: lead)
            #expect(answer.status == 403)
        }
    }

    // MARK: Hostile text

    @Test func hostileTextIsEscapedOnEveryPage() async throws {
        let lead = world.lead
        let hostile = "<script>alert('x')</script>\"'&amp;\u{202E}gnp"
        let record = try await world.create(
            Control.self,
            [
                "code": .text("X<b>1"), "title": .text(hostile), "description": .text(hostile + "\n\n" + hostile),
                "procedure": .text("</textarea>" + hostile),
            ], as: lead)
        let asset = try await world.create(Asset.self, ["name": .text(hostile), "owner": .null], as: lead)
        _ = try await world.services.records.update(
            Control.schema.erased, record.id, over: 1, ["assets": .links([asset.id])], keepsMissing: true,
            as: lead.caller, reason: hostile)
        let path = "/controls/\(record.id.lowercased)"
        let stale = try await world.post(
            "\(path)/edit", [("form.version", "1"), ("title", hostile + "2"), ("code", "X<b>1")], as: lead)
        #expect(stale.status == 409)
        var pages = [stale]
        for path in [
            path, "\(path)/edit", "/controls", "/controls?q=%3Cscript%3E", "/search?q=gnp%3Cscript%3E",
            "/controls?q=" + (hostile.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""),
            "/assets/\(asset.id.lowercased)",
            "/tasks/new?title=" + (hostile.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""),
        ] {
            pages.append(try await world.get(path, as: lead))
        }
        for page in pages {
            #expect(!page.text.contains("<script>"))
            #expect(!page.text.contains("</textarea><script"))
            #expect(PageCheck(page.text).problems == [])
        }
        #expect(pages[1].text.contains("&lt;script&gt;"))
        #expect(pages[1].text.contains("[U+202E]") && !pages[1].text.contains("\u{202E}"))
        // A form gives back what was typed.
        #expect(pages[2].text.contains("&lt;/textarea&gt;"))
    }

    // MARK: Lists

    @Test func pagingToTheEndShowsEachRecordOnceAndLeadsBack() async throws {
        let lead = world.lead
        for n in 0..<60 {
            _ = try await world.create(
                Asset.self, ["name": .text("Paged \(n)"), "supplier": .text("Pager")], as: lead)
        }
        func titles(_ page: String) -> [String] { page.matches(of: />(Paged [0-9]+)<\/a>/).map { String($0.1) } }
        func link(_ page: String, _ relation: String) -> String? {
            page.matches(of: /rel="([a-z]+)" href="([^"]*)"/).first { $0.1 == relation }
                .map { $0.2.replacingOccurrences(of: "&amp;", with: "&") }
        }
        let first = try await world.get("/assets?q=paged&sort=-name", as: lead)
        #expect(first.text.contains("50 of 60"))
        #expect(titles(first.text).count == 50)
        #expect(link(first.text, "prev") == nil)
        let next = try #require(link(first.text, "next"))
        let second = try await world.get(next, as: lead)
        #expect(titles(second.text).count == 10)
        #expect(Set(titles(first.text) + titles(second.text)).count == 60)
        #expect(link(second.text, "next") == nil)
        let back = try await world.get(try #require(link(second.text, "prev")), as: lead)
        #expect(titles(back.text) == titles(first.text))
    }

    @Test func filtersNarrowAndNothingFoundNamesThem() async throws {
        let lead = world.lead
        let person = try #require(lead.caller.person)
        _ = try await world.create(
            Asset.self, ["name": .text("Owned one"), "kind": .text("site"), "owner": .reference(person)], as: lead)
        _ = try await world.create(Asset.self, ["name": .text("Owned none"), "kind": .text("site")], as: lead)
        let owned = try await world.get("/assets?kind=site&owner=\(person.lowercased)&q=owned", as: lead)
        #expect(owned.text.contains("Owned one") && !owned.text.contains("Owned none"))
        let nobody = try await world.get("/assets?kind=site&owner=-&q=owned", as: lead)
        #expect(!nobody.text.contains("Owned one") && nobody.text.contains("Owned none"))
        let nothing = try await world.get("/assets?kind=people&owner=-&q=owned", as: lead)
        #expect(nothing.text.contains("Nothing found"))
        #expect(nothing.text.contains("Kind: People") && nothing.text.contains("Owner: Not stated"))
        #expect(try await world.get("/assets?kind=castle", as: lead).text.contains("Nothing found"))
        #expect(try await world.get("/assets?owner=nobody", as: lead).status == 422)
        #expect(try await world.get("/assets?sort=description", as: lead).status == 422)
        #expect(try await world.get("/assets?cursor=nonsense", as: lead).status == 422)
    }

    @Test func aReferenceWithManyTargetsIsFilteredByWords() async throws {
        let lead = world.lead
        let library = try await world.services.library.current(for: nil)
        let item = try #require(library.framework(FrameworkLibrary.security)?.items.first { $0.reference == "A.5.1" })
        _ = try await world.create(
            Control.self,
            ["code": .text("FW-1"), "title": .text("Filtered by words"), "requirements": .links([item.id])], as: lead)
        let byWords = try await world.get("/controls?requirements.q=policies%20information%20security", as: lead)
        #expect(byWords.text.contains("Filtered by words"))
        let byID = try await world.get("/controls?requirements=\(item.id.lowercased)", as: lead)
        #expect(byID.text.contains("Filtered by words"))
        #expect(byID.text.contains("name=\"requirements\" value=\"\(item.id.lowercased)\""))
        let none = try await world.get("/controls?requirements.q=zzzz", as: lead)
        #expect(none.text.contains("Nothing found"))
    }

    @Test func anEmptyRegisterSaysWhatItIsForAndWhatToDoFirst() async throws {
        let stranger = world.stranger
        let page = try await world.get("/controls", as: stranger)
        #expect(page.text.contains("Controls: none yet"))
        #expect(page.text.contains(Control.schema.erased.help))
        #expect(page.text.contains("Begin with the first control."))
    }

    @Test func theCSVOfAListHasItsFiltersAndDisarmsFormulas() async throws {
        let lead = world.lead
        _ = try await world.create(
            Asset.self, ["name": .text("=1+CSV"), "supplier": .text("Csvsupplier")], as: lead)
        let answer = try await world.get("/assets.csv?q=csvsupplier", as: lead)
        #expect(answer.text.split(separator: "\r\n").count == 2)
        #expect(answer.text.contains(",'=1+CSV,"))
        #expect(answer.headers[.contentDisposition] == "attachment; filename*=UTF-8''assets.csv")
    }

    @Test func notesThatWereWrittenTogetherAreOneEntryThatOpensToEach() async throws {
        let lead = world.lead
        let schema = Records.Task.schema.erased
        let made = try await world.create(Records.Task.self, ["title": .text("Written in pieces")], as: lead)
        for (version, words) in ["One", "One, two", "One, two, three"].enumerated() {
            _ = try await world.services.records.update(
                schema, made.id, over: version + 1, ["description": .text(words)], keepsMissing: true, as: lead.caller)
        }
        let page = try await world.get("/tasks/\(made.id.lowercased)", as: lead)
        #expect(PageCheck(page.text).problems == [])
        #expect(page.text.contains("Versions 2 to 4: changed"))
        #expect(page.text.contains("<summary>3 edits within 10 minutes</summary>"))
        for version in 2...4 { #expect(page.text.contains("Version \(version): changed")) }
        #expect(page.text.components(separatedBy: "<del>One</del>").count == 2, "inside alone")
        #expect(page.text.components(separatedBy: "<ins>One, two, three</ins>").count == 3, "joined, and inside")
    }

    // MARK: Who sees what

    @Test func anEmployeeSeesTheirOwnInListsSearchAndExport() async throws {
        let lead = world.lead
        let employee = try world.member(.employee)
        let person = try #require(employee.caller.person)
        let own = try await world.create(
            Records.Task.self, ["title": .text("Visiblework mine"), "assignee": .reference(person)], as: lead)
        let foreign = try await world.create(Records.Task.self, ["title": .text("Visiblework hidden")], as: lead)
        for path in ["/tasks?q=visiblework", "/search?q=visiblework", "/tasks.csv?q=visiblework"] {
            let answer = try await world.get(path, as: employee)
            #expect(answer.text.contains("Visiblework mine"), "\(path)")
            #expect(!answer.text.contains("Visiblework hidden"), "\(path)")
        }
        #expect(try await world.get("/tasks/\(own.id.lowercased)", as: employee).status == 200)
        #expect(try await world.get("/tasks/\(foreign.id.lowercased)", as: employee).status == 404)
    }

    @Test func sensitiveFieldsAreHiddenFromWhoMayNotEdit() async throws {
        let lead = world.lead
        let employee = try world.member(.employee)
        let person = try await world.create(
            Person.self,
            ["name": .text("Phoned Person"), "email": .text("phoned@example.org"), "phone": .text("+49 151 555")],
            as: lead)
        let path = "/people/\(person.id.lowercased)"
        #expect(try await world.get(path, as: lead).text.contains("+49 151 555"))
        let hidden = try await world.get(path, as: employee)
        #expect(hidden.status == 200)
        #expect(!hidden.text.contains("555"))
        #expect(hidden.text.contains("Shown only to those who may edit it"))
        #expect(try await !world.get("/people.csv", as: employee).text.contains("555"))
        #expect(try await world.get("/people/\(person.id.lowercased)/edit", as: employee).status == 403)
    }

    @Test func theNavigationShowsWhatTheCallerMaySee() async throws {
        let lead = try await world.get("/people", as: world.lead)
        for schema in Registry.schemas { #expect(lead.text.contains("href=\"/\(schema.plural)\""), "\(schema.plural)") }
        #expect(lead.text.contains("href=\"/people\" title=\"People\" aria-current=\"page\""))
    }
}
