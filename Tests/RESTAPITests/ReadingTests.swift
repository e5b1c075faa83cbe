// Lists, single records, history, links, and the way errors look.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct ReadingTests {
    private func controls(_ count: Int, _ harness: RouterHarness) async throws -> [StoredRecord] {
        let plain = try await Plain.plain(harness, harness.meridian)
        var made: [StoredRecord] = []
        for n in 0..<count {
            // Many share a title, so that the order needs the id.
            let given: [String: FieldValue] = [
                "title": .text(["Zebra", "äpfel", "Apfel"][n % 3]), "frequency": n % 4 == 0 ? .null : .text("daily"),
                "costPerYear": .decimal(Decimal(n)),
            ]
            made.append(try await harness.save(try plain.record(Control.schema.erased, given), in: harness.meridian.id))
        }
        return made
    }

    private func ids(_ answer: Reply) throws -> [String] {
        try answer.json["items"].items.compactMap { $0["id"].string }
    }

    @Test func pagingToTheEndGivesEachRecordOnceAndBackAgain() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let made = Set(try await controls(23, harness).map(\.id.lowercased))
        for sort in ["createdAt", "-createdAt", "title", "-title", "frequency", "-costPerYear"] {
            let whole = try ids(try await harness.get("controls?limit=100&sort=\(sort)", as: founder))
            #expect(Set(whole) == made && whole.count == 23)
            var pages: [[String]] = []
            var path = "controls?limit=5&sort=\(sort)"
            var back: String?
            while true {
                let answer = try await harness.get(path, as: founder)
                pages.append(try ids(answer))
                back = try answer.json["previous"].string
                guard let next = try answer.json["next"].string else { break }
                path = "controls?limit=5&sort=\(sort)&cursor=\(next)"
            }
            #expect(pages.map(\.count) == [5, 5, 5, 5, 3])
            #expect(pages.flatMap(\.self) == whole, "\(sort)")
            let previous = try await harness.get(
                "controls?limit=5&sort=\(sort)&cursor=\(try #require(back))", as: founder)
            #expect(try ids(previous) == pages[3], "\(sort)")
        }
    }

    @Test func filtersMeanWhatTheySay() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let founder = tenant.founder
        let made = try await controls(12, harness)
        let plain = try await Plain.plain(harness, tenant)
        let owned = try await harness.save(
            try plain.record(
                Control.schema.erased, ["owner": .reference(tenant[.employee].person), "frequency": .text("weekly")]),
            in: tenant.id)
        let never = made.filter { $0["frequency"] == .null }.map(\.id.lowercased)
        let daily = made.filter { $0["frequency"] == .text("daily") }.map(\.id.lowercased)
        func list(_ query: String) async throws -> [String] {
            let answer = try await harness.get("controls?limit=100&\(query)", as: founder)
            #expect(answer.status == 200, "\(query): \(answer.text)")
            return try ids(answer)
        }
        #expect(try await list("filter=frequency:daily") == daily)
        #expect(try await list("filter=frequency%3Adaily") == daily)
        #expect(try await list("filter=frequency:") == never)
        #expect(try await list("filter=!frequency:daily") == never + [owned.id.lowercased])
        #expect(try await list("filter=frequency:weekly,daily") == daily + [owned.id.lowercased])
        #expect(try await list("filter=frequency:weekly&filter=type:preventive") == [owned.id.lowercased])
        #expect(try await list("filter=frequency:weekly&filter=type:corrective").isEmpty)
        #expect(try await list("filter=owner:\(tenant[.employee].person.lowercased)") == [owned.id.lowercased])
        #expect(try await list("q=zeb&filter=frequency:").count == never.count / 3)
        let total = try await harness.get("controls?limit=1&count=true&filter=frequency:daily", as: founder)
        #expect(try total.json["total"].int == daily.count)
        #expect(try await harness.get("controls?limit=1", as: founder).json.members["total"] == nil)
    }

    @Test func comparisonsFilterByOrder() async throws {
        let harness = try await RouterHarness.api(schemas: Registry.schemas + SampleRegistry.schemas)
        let founder = harness.meridian.founder
        let companion = try await harness.save(
            try Plain().record(Companion.schema.erased), in: harness.meridian.id)
        for rank in 1...5 {
            try await harness.save(
                try Plain().record(
                    Specimen.schema.erased,
                    ["rank": .integer(rank), "companion": .reference(companion.id), "name": .text("a, b\\\(rank)")]),
                in: harness.meridian.id)
        }
        func ranks(_ filter: String) async throws -> [Int?] {
            try await harness.get("specimens?filter=\(filter)", as: founder).json["items"].items.map { $0["rank"].int }
        }
        #expect(try await ranks("rank%3C3") == [1, 2])
        #expect(try await ranks("rank%3E3") == [4, 5])
        #expect(try await ranks("rank:2,4") == [2, 4])
        // Values keep their commas and backslashes.
        #expect(try await ranks("name:a%5C,+b%5C%5C3") == [3])
        #expect(try await ranks("related:").count == 5)
    }

    @Test(arguments: [
        "limit=0", "limit=1001", "limit=x", "sort=procedure", "sort=nothing", "filter=nothing:x", "filter=frequency",
        "filter=frequency:never", "filter=procedure:x", "filter=!frequency%3Cdaily", "filter=procedure:1",
        "cursor=abc",
        "archived=maybe", "count=yes", "nonsense=1", "limit=1&limit=2", "asOf=tomorrow", "asOf=999999", "asOf=-5",
        "filter=owner:me",
    ])
    func aQueryThatMeansNothingIsRefused(_ query: String) async throws {
        let harness = try await RouterHarness.shared.value
        let answer = try await harness.get("controls?\(query)", as: harness.meridian.founder)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(try answer.fields == [String(query.prefix { $0 != "=" })])
    }

    @Test func aMalformedOrTooLongQueryIsRefused() async throws {
        let harness = try await RouterHarness.shared.value
        let founder = harness.meridian.founder
        #expect(try await harness.get("controls?q=%ZZ", as: founder).status == 400)
        #expect(try await harness.get("controls?q=%FF", as: founder).status == 400)
        #expect(try await harness.get("controls?q=" + String(repeating: "a", count: 9_000), as: founder).status == 414)
    }

    @Test func aCursorOfAnotherOrderIsRefused() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        _ = try await controls(3, harness)
        let next = try await harness.get("controls?limit=1&sort=title", as: founder).json["next"].string
        let answer = try await harness.get("controls?limit=1&sort=-title&cursor=\(try #require(next))", as: founder)
        #expect(answer.status == 422)
        #expect(try answer.fields == ["cursor"])
    }

    @Test func archivedRecordsAreListedWhenAskedFor() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let made = try await controls(3, harness)
        let path = "controls/\(made[1].id.lowercased)"
        #expect(try await harness.take("\(path)/archive", as: founder, ifMatch: "\"1\"").status == 200)
        func list(_ archived: String) async throws -> [String] {
            try ids(try await harness.get("controls?archived=\(archived)", as: founder))
        }
        #expect(try await list("exclude") == [made[0], made[2]].map(\.id.lowercased))
        #expect(try await list("only") == [made[1].id.lowercased])
        #expect(try await list("include") == made.map(\.id.lowercased))
        #expect(try await harness.get(path, as: founder).json["archived"] == .bool(true))
    }

    @Test func asOfShowsWhatStoodThen() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let plain = try await Plain.plain(harness, harness.meridian)
        let body = try plain.body(Asset.schema.erased, ["name": .text("Before")])
        let made = try await harness.post("assets", body, as: founder)
        let path = "assets/\(try #require(try made.json["id"].string))"
        let index = try #require(try made.json["ledgerIndex"].int)
        let then = harness.clock.now
        harness.clock.advance(seconds: 3_600)
        let changed = try await harness.put(
            path, try plain.body(Asset.schema.erased, ["name": .text("After")]), as: founder, ifMatch: made.etag)
        #expect(changed.status == 200 && changed.etag == "\"2\"")
        for moment in ["\(index)", then.description, "2026-03-10T13:00:00%2B01:00"] {
            let old = try await harness.get("\(path)?asOf=\(moment)", as: founder)
            #expect(try old.json["name"].string == "Before", "\(moment)")
            #expect(old.etag == "\"1\"")
            let list = try await harness.get("assets?asOf=\(moment)&count=true", as: founder)
            #expect(try list.json["items"][0]["name"].string == "Before")
            #expect(try list.json["total"].int == 1)
        }
        #expect(try await harness.get("\(path)?asOf=\(index - 1)", as: founder).status == 404)
        #expect(try await harness.get("\(path)?asOf=2020-01-01T00:00:00Z", as: founder).status == 404)
        #expect(try await harness.get(path, as: founder).json["name"].string == "After")
    }

    @Test func historyIsPagedByVersionAndSaysWhoWhatAndWhy() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let schema = Asset.schema.erased
        let made = try await harness.post("assets", try plain.body(schema), as: tenant.founder)
        let path = "assets/\(try #require(try made.json["id"].string))"
        for n in 2...5 {
            let answer = try await harness.send(
                .put, "/api/v1/\(path)", as: tenant[.complianceLead],
                json: try plain.body(schema, ["name": .text("Name \(n)")]),
                headers: [.ifMatch: "\"\(n - 1)\"", .reason: "Gr%C3%BCnde%20\(n)"])
            #expect(answer.status == 200, "\(answer.text)")
        }
        let first = try await harness.get("\(path)/history?limit=3", as: tenant.founder).json
        #expect(first["items"].items.map { $0["version"].int } == [5, 4, 3])
        #expect(first["next"].int == 3)
        let newest = first["items"][0]
        #expect(newest["reason"].string == "Gründe 5")
        #expect(newest["person"].string == tenant[.complianceLead].person.lowercased)
        #expect(newest["actor"].string == "token")
        let change = try #require(newest["changes"].items.first { $0["field"].string == "name" })
        #expect(change["from"].string == "Name 4" && change["to"].string == "Name 5")
        let rest = try await harness.get("\(path)/history?limit=3&before=3", as: tenant.founder).json
        #expect(rest["items"].items.map { $0["version"].int } == [2, 1])
        #expect(rest["next"] == .null)
        for (before, next) in [(3, 2), (2, nil)] as [(Int, Int?)] {
            let one = try await harness.get("\(path)/history?limit=1&before=\(before)", as: tenant.founder).json
            #expect(one["items"].items.map { $0["version"].int } == [before - 1] && one["next"].int == next)
        }
        #expect(rest["items"][1]["action"].string == "create")
    }

    @Test func linksAreShownFromBothEnds() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let asset = try await harness.save(try plain.record(Asset.schema.erased), in: tenant.id)
        let control = try await harness.save(
            try plain.record(Control.schema.erased, ["assets": .links([asset.id])]), in: tenant.id)
        let from = try await harness.get("controls/\(control.id.lowercased)/links", as: tenant.founder).json
        let outgoing = try #require(from["outgoing"].items.first { $0["type"].string == "asset" })
        #expect(outgoing["records"][0]["id"].string == asset.id.lowercased)
        #expect(outgoing["records"][0]["title"].string == asset.title)
        let to = try await harness.get("assets/\(asset.id.lowercased)/links", as: tenant.founder).json
        let incoming = try #require(to["incoming"].items.first { $0["type"].string == "control" })
        #expect(incoming["collection"].string == "controls")
        #expect(incoming["records"][0]["id"].string == control.id.lowercased)
        // The employee may not see the control.
        let less = try await harness.get("assets/\(asset.id.lowercased)/links", as: tenant[.employee]).json
        #expect(!less["incoming"].items.contains { $0["type"].string == "control" })
    }

    @Test func headAnswersAsGetWithoutABody() async throws {
        let harness = try await RouterHarness.shared.value
        let token = harness.meridian.founder.token
        let get = try await harness.send(.get, "/api/v1/me", as: token)
        let head = try await harness.send(.head, "/api/v1/me", as: token)
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(head.headers[.contentLength] == "\(get.body.count)")
    }

    // MARK: Errors

    @Test func errorsAreProblemDocuments() async throws {
        let harness = try await RouterHarness.shared.value
        let founder = harness.meridian.founder
        let cases: [(answer: Reply, status: Int, kind: String)] = [
            (try await harness.send(.get, "/api/v1/controls"), 401, "unauthenticated"),
            (try await harness.send(.get, "/api/v1/controls", as: "concord_wrong"), 401, "unauthenticated"),
            (try await harness.get("nothing", as: founder), 404, "not-found"),
            (try await harness.send(.get, "/api/none", as: founder), 404, "not-found"),
            (try await harness.send(.get, "/api/v1", as: founder), 404, "not-found"),
            (try await harness.send(.post, "/api/v2/me", as: founder), 404, "not-found"),
            (try await harness.get("controls/xyz", as: founder), 404, "not-found"),
            (try await harness.get("controls/\(UUID.unset.lowercased)", as: founder), 404, "not-found"),
            (try await harness.get("controls/\(UUID.unset.lowercased)/nothing", as: founder), 404, "not-found"),
            (try await harness.send(.delete, "/api/v1/controls", as: founder), 405, "invalid"),
            (try await harness.get("controls?limit=0", as: founder), 422, "invalid"),
            (try await harness.post("organisations", "{}", as: founder), 403, "forbidden"),
        ]
        for (answer, status, kind) in cases {
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.headers[.contentType] == "application/problem+json")
            let json = try answer.json
            #expect(json["type"].string == "urn:concord:problem:\(kind)")
            #expect(json["status"].int == status)
            #expect(json["title"].string?.isEmpty == false && json["detail"].string?.isEmpty == false)
            let id = try #require(answer.headers[.requestID])
            #expect(json["instance"].string == "urn:uuid:\(id)")
            #expect((answer.headers[.wwwAuthenticate] != nil) == (status == 401))
            #expect(answer.headers[.xContentTypeOptions] == "nosniff" && answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test func aMethodThatARouteDoesNotKnowIsNamedWithThoseItKnows() async throws {
        let harness = try await RouterHarness.shared.value
        let founder = harness.meridian.founder
        let id = UUID.unset.lowercased
        let allowed: [(HTTPRequest.Method, String, String)] = [
            (.delete, "controls", "GET, HEAD, POST"), (.put, "controls", "GET, HEAD, POST"),
            (.delete, "controls/\(id)", "GET, HEAD, PUT, PATCH"), (.patch, "controls", "GET, HEAD, POST"),
            (.get, "controls/\(id)/archive", "POST"), (.get, "controls/\(id)/transitions/retire", "POST"),
            (.post, "controls/\(id)/history", "GET, HEAD"), (.post, "me", "GET, HEAD"),
            (.get, "assessments/\(id)/rows/4.1", "PUT"), (.options, "posture", "GET, HEAD"),
        ]
        for (method, path, methods) in allowed {
            let answer = try await harness.send(method, "/api/v1/\(path)", as: founder)
            #expect(answer.status == 405, "\(method) \(path)")
            #expect(answer.headers[.allow] == methods, "\(method) \(path)")
        }
    }

    @Test func aSessionMustProveThatItsOwnPageMadeTheChange() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let (cookie, secret) = try await harness.session(founder)
        let body = try await Plain.plain(harness, harness.meridian).body(Asset.schema.erased)
        #expect(try await harness.send(.get, "/api/v1/assets", headers: [.cookie: cookie]).status == 200)
        let forged = try await harness.send(.post, "/api/v1/assets", json: body, headers: [.cookie: cookie])
        #expect(forged.status == 403)
        let guessed = try await harness.send(
            .post, "/api/v1/assets", json: body, headers: [.cookie: cookie, .formSecret: "guessed"])
        #expect(guessed.status == 403)
        let made = try await harness.send(
            .post, "/api/v1/assets", json: body, headers: [.cookie: cookie, .formSecret: secret])
        #expect(made.status == 201, "\(made.text)")
        harness.clock.advance(seconds: 3 * 3_600)
        #expect(try await harness.send(.get, "/api/v1/assets", headers: [.cookie: cookie]).status == 401)
    }
}

extension HTTPField.Name {
    static var reason: HTTPField.Name {
        guard let name = HTTPField.Name("X-Concord-Reason") else { preconditionFailure("no name of a header") }
        return name
    }
}
