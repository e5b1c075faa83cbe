// The OpenAPI document and the routes are one: what is mounted is documented, and what is documented answers.
import Access
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import RESTAPI
import RecordKit
import Records
import SQLiteStorage
import Server
import Storage
import TestKit
import Testing
import WebUI

@Suite struct OpenAPITests {
    private func document(_ harness: RouterHarness) async throws -> JSONValue {
        let reply = try await harness.send(.get, "/api/openapi.json")
        #expect(reply.status == 200)
        return try reply.json
    }

    private func calls(_ document: JSONValue) -> Set<String> {
        Set(
            document["paths"].members.flatMap { path, methods in
                methods.members.keys.map { "\($0.uppercased()) \(path)" }
            })
    }

    @Test func everyRouteIsDocumentedAndEveryDocumentedCallIsARoute() async throws {
        let harness = try await RouterHarness.shared.value
        let documented = calls(try await document(harness))
        let mounted = Set(RESTRoutes(services: harness.services).calls)
        #expect(mounted.subtracting(documented) == [], "routes that the document does not name")
        #expect(documented.subtracting(mounted) == [], "calls that are no routes")
        #expect(documented.count > 150)
    }

    @Test func everyDocumentedCallAnswersAndNoOtherMethodDoes() async throws {
        let harness = try await RouterHarness.shared.value
        let paths = try await document(harness)["paths"].members
        for (path, methods) in paths {
            let address = path.replacingOccurrences(of: "{id}", with: UUID().uuidString)
                .replacingOccurrences(of: "{name}", with: "none").replacingOccurrences(of: "{key}", with: "none")
            let known = Set(methods.members.keys.map { $0.uppercased() })
            for method: HTTPRequest.Method in [.get, .post, .put, .patch, .delete] {
                // A stream of events has no end: its head is asked for.
                let isStream = method == .get && methods["get"]["operationId"].string == "getEvents"
                let reply = try await harness.send(
                    isStream ? .head : method, address, as: harness.hospital[.employee])
                let isKnown = known.contains(method.rawValue)
                #expect((reply.status == 405) == !isKnown, "\(method) \(path): \(reply.status)")
                if isKnown { #expect(!reply.text.contains("The API has no such path"), "\(method) \(path)") }
            }
        }
    }

    /// Whatever is mounted under /api beside the table of endpoints would be unknown to the document.
    @Test func theWholeServerHasNoRouteUnderTheAPIBesideTheTable() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("concord-\(UUID().uuidString)")
        let installation = try await Installation(folder: folder, password: .init(n: 16, r: 1, p: 1))
        let routes = try installation.router().routes.map { "\($0.path)" }
        try installation.store.close()
        try FileManager.default.removeItem(at: folder)
        let beside = Set(routes).filter { $0.hasPrefix("/api") }.subtracting(["/api", "/api/**"])
        #expect(beside == [], "mounted past RESTRoutes.endpoints; make it an Endpoint (CONTRIBUTING.md, “A route”)")
        #expect(routes.contains("/api/**") && routes.contains("/api"))
    }

    @Test func nobodyNeedsToSignInForTheDocumentAndItIsSentOnce() async throws {
        let harness = try await RouterHarness.shared.value
        let first = try await harness.send(.get, "/api/openapi.json")
        #expect(first.status == 200 && first.headers[.contentType] == "application/json")
        #expect(try first.json["openapi"].string == "3.1.1")
        let again = try await harness.send(.get, "/api/openapi.json", headers: [.ifNoneMatch: first.etag])
        #expect(again.status == 304 && again.body.isEmpty && again.etag == first.etag)
        let other = try await harness.send(.get, "/api/openapi.json", headers: [.ifNoneMatch: "\"other\""])
        #expect(other.status == 200 && other.body == first.body)
        #expect(try await harness.send(.get, "/api/openapi.json?x=1").status == 422)
    }

    @Test func everyReferenceLeadsSomewhereAndEveryCallHasANameOfItsOwn() async throws {
        let document = try await document(try await RouterHarness.shared.value)
        var references: Set<String> = []
        func collect(_ value: JSONValue) {
            switch value {
            case .object(let members):
                if case .string(let target) = members["$ref"] { references.insert(target) }
                members.values.forEach(collect)
            case .array(let items): items.forEach(collect)
            default: break
            }
        }
        collect(document)
        #expect(references.count > 80)
        for reference in references {
            let found = reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
            #expect(found != .null, "\(reference)")
        }
        let names = document["paths"].members.values.flatMap {
            $0.members.values.compactMap { $0["operationId"].string }
        }
        #expect(Set(names).count == names.count && names.count == calls(document).count)
    }

    @Test(arguments: Registry.schemas)
    func theShapesOfATypeAreThoseOfItsFields(_ schema: AnySchema) async throws {
        let document = try await document(try await RouterHarness.shared.value)
        let name = schema.type.name.prefix(1).uppercased() + schema.type.name.dropFirst()
        let schemas = document["components"]["schemas"]
        let system: Set = [
            "id", "version", "archived", "ledgerIndex", "createdAt", "createdBy", "updatedAt", "updatedBy", "erasedAt",
        ]
        let open = schema.fields.filter { $0.isWritable && $0.name != schema.lifecycle?.field }
        func names(_ shape: String) -> Set<String> { Set(schemas[name + shape]["properties"].members.keys) }
        func required(_ shape: String) -> Set<String> {
            Set(schemas[name + shape]["required"].items.compactMap(\.string))
        }
        #expect(names("") == system.union(schema.fields.map(\.name)) && required("") == names(""))
        #expect(names("Create") == Set(open.map(\.name)))
        #expect(names("Replace") == Set(open.filter { !$0.has(.fixed) }.map(\.name)))
        #expect(names("Patch") == names("Replace") && required("Patch").isEmpty)
        #expect(required("Selection") == ["id", "version"])
        for field in open {
            let shape = schemas["\(name)Create"]["properties"][field.name]
            if case .choice(let words) = field.kind {
                #expect(shape["enum"].items.compactMap(\.string) == words, "\(field.name)")
            }
            for case .length(let range) in field.traits { #expect(shape["maxLength"].int == range.upperBound) }
            for case .range(let range) in field.traits {
                #expect(shape["minimum"].int == range.lowerBound && shape["maximum"].int == range.upperBound)
            }
        }
        let example = document["paths"]["/api/v1/\(schema.plural)"]["post"]["requestBody"]["content"][
            "application/json"][
                "example"]
        #expect(required("Create").isSubset(of: example.members.keys))
        #expect(Set(example.members.keys).isSubset(of: names("Create")))
    }

    @Test func theReferencePageNamesEveryKindOfCallAndEveryField() async throws {
        let harness = try await RouterHarness { services, router in
            let api = RESTRoutes(services: services)
            api.add(to: router)
            try WebRoutes(services: services, reference: api.reference()).add(to: router)
        }
        let page = try await harness.send(.get, "/api")
        #expect(page.status == 200 && page.headers[.contentType]?.hasPrefix("text/html") == true)
        for anchor in ["listControls", "createControl", "createManyControls", "patchControl", "getMe", "getPosture"] {
            #expect(page.text.contains("id=\"\(anchor)\"") && page.text.contains("href=\"#\(anchor)\""), "\(anchor)")
        }
        for schema in Registry.schemas {
            #expect(page.text.contains("<code>/api/v1/\(schema.plural)</code>"))
            for field in schema.fields { #expect(page.text.contains("<code>\(field.name)</code>"), "\(field.name)") }
        }
        #expect(!page.text.contains("<style") && !page.text.contains("style="))
        // The API itself is untouched by the page.
        #expect(try await harness.get("me", as: harness.meridian.founder).status == 200)
        #expect(try await harness.send(.get, "/api/v1/none").status == 404)
    }
}
