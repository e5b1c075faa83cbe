import Client
import Foundation
import MerkleLog
import Synchronization
import Testing

/// Pieces of a download.
private final class Received: Sendable {
    private let pieces = Mutex<[UInt8]>([])
    var text: String { String(decoding: pieces.withLock { $0 }, as: UTF8.self) }
    func take(_ bytes: [UInt8]) { pieces.withLock { $0 += bytes } }
}

@Suite struct APIClientTests {
    private func client(_ address: String) throws -> APIClient {
        let serial = Mutex(0)
        return APIClient(
            HTTPTransport(base: try HTTPTransport.base(address), token: "concord_secret", idleSeconds: 20),
            makeKey: {
                let number = serial.withLock { serial in
                    serial += 1
                    return serial
                }
                return "key-\(number)"
            }, pause: { _ in })
    }

    private func failure(_ body: () async throws -> Void) async -> ClientError? {
        do { try await body() } catch let error as ClientError { return error } catch {
            Issue.record("not a client's error: \(error)")
        }
        return nil
    }

    @Test func aRequestCarriesTokenQueryAndBody() async throws {
        let server = try ScriptedServer([
            ScriptedServer.answer(200, #"{"a":1}"#), ScriptedServer.answer(201, #"{"b":2}"#),
        ])
        let client = try client(server.address)
        let found = try await client.get("controls", [("filter", "title:a&b=c+d"), ("q", "ü x")])
        #expect(found.value.integer("a") == 1)
        _ = try await client.object(APIRequest(.post, "controls", body: Array(#"{"x":"y"}"#.utf8), takesKey: true))
        let (first, second) = (server.requests[0], server.requests[1])
        #expect(first.hasPrefix("GET /api/v1/controls?filter=title%3Aa%26b%3Dc%2Bd&q=%C3%BC%20x HTTP/1.1"))
        #expect(first.contains("Authorization: Bearer concord_secret"))
        #expect(!first.contains("Idempotency-Key"))
        #expect(second.contains("Content-Type: application/json"))
        #expect(second.contains("Idempotency-Key: key-1"))
        #expect(second.hasSuffix(#"{"x":"y"}"#))
    }

    @Test func aProblemDocumentIsAnErrorWithItsFields() async throws {
        let body = """
            {"type":"urn:concord:problem:invalid","title":"2 things to mend","status":422,"detail":"d","instance":"urn:uuid:1",\
            "errors":[{"field":"code","message":"is required"},{"field":"title","message":"is too long"}]}
            """
        let server = try ScriptedServer([
            ScriptedServer.answer(422, body, headers: ["Content-Type: application/problem+json"]),
            ScriptedServer.answer(412, #"{"title":"Conflict","present":{"version":3},"yours":{"title":"mine"}}"#),
            ScriptedServer.answer(502, "<html>a proxy</html>"),
        ])
        let client = try client(server.address)
        guard case .refused(let invalid)? = await failure({ _ = try await client.get("controls") }) else {
            Issue.record("not refused")
            return
        }
        #expect(invalid.status == 422)
        #expect(invalid.errors.map(\.field) == ["code", "title"])
        #expect(invalid.description == "2 things to mend:\n  code is required\n  title is too long")
        guard case .refused(let stale)? = await failure({ _ = try await client.get("controls") }) else {
            Issue.record("not refused")
            return
        }
        #expect(stale.isStale)
        #expect(stale.present?.integer("version") == 3)
        #expect(stale.yours?.string("title") == "mine")
        guard case .refused(let proxy)? = await failure({ _ = try await client.get("controls") }) else {
            Issue.record("not refused")
            return
        }
        #expect(proxy.status == 502)
        #expect(proxy.title == "Status 502")
        #expect(server.requests.count == 3, "a refusal is no reason to ask again")
    }

    @Test func aBrokenPostIsSentAgainUnderTheSameKey() async throws {
        let server = try ScriptedServer(["", "", ScriptedServer.answer(201, #"{"id":"x"}"#)])
        let made = try await client(server.address).object(
            APIRequest(.post, "tasks", body: Array("{}".utf8), takesKey: true))
        #expect(made.value.string("id") == "x")
        #expect(server.requests.count == 3)
        #expect(server.requests.allSatisfy { $0.contains("Idempotency-Key: key-1") })
    }

    @Test(arguments: [APIRequest.Method.put, .post])
    func aBrokenChangeWithoutAKeyIsNotSentAgain(_ method: APIRequest.Method) async throws {
        let server = try ScriptedServer(["", ScriptedServer.answer(200, "{}")])
        let client = try client(server.address)
        let error = await failure { _ = try await client.object(APIRequest(method, "tasks/1", body: Array("{}".utf8))) }
        guard case .unreachable(_, _, let wasSent)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(wasSent, "nobody knows whether it was done")
        #expect(server.requests.count == 1)
    }

    @Test func nobodyThereIsSaidAndNothingWasSent() async throws {
        let address = try ScriptedServer([]).address
        let client = try client(address)
        let error = await failure { _ = try await client.object(APIRequest(.put, "tasks/1", body: [])) }
        guard case .unreachable(_, _, let wasSent)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!wasSent)
    }

    @Test func anAnswerThatBreaksOffIsIncomplete() async throws {
        let cut = ScriptedServer.answer(200, #"{"items":["#, length: 1_000)
        let server = try ScriptedServer([cut, cut, cut])
        let client = try client(server.address)
        let error = await failure { _ = try await client.get("tasks") }
        guard case .interrupted? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.requests.count == APIClient.attemptsMax, "a read is tried again")
    }

    @Test func aServerThatAsksForPatienceIsAskedAgain() async throws {
        let server = try ScriptedServer([
            ScriptedServer.answer(429, "{}", headers: ["Retry-After: 1"]),
            ScriptedServer.answer(503, "{}", headers: ["Retry-After: 0"]), ScriptedServer.answer(200, #"{"a":1}"#),
            ScriptedServer.answer(429, "{}", headers: ["Retry-After: 3600"]),
        ])
        let client = try client(server.address)
        #expect(try await client.get("me").value.integer("a") == 1)
        guard case .refused(let problem)? = await failure({ _ = try await client.get("me") }) else {
            Issue.record("not refused")
            return
        }
        #expect(problem.status == 429)
        #expect(server.requests.count == 4, "an hour is not waited for")
    }

    @Test func aRedirectIsNotFollowedWithTheToken() async throws {
        let other = try ScriptedServer([ScriptedServer.answer(200, "{}")])
        let server = try ScriptedServer([
            ScriptedServer.answer(302, "", headers: ["Location: \(other.address)/api/v1/me"])
        ])
        let client = try client(server.address)
        guard case .refused(let problem)? = await failure({ _ = try await client.get("me") }) else {
            Issue.record("not refused")
            return
        }
        #expect(problem.status == 302)
        #expect(other.requests.isEmpty)
    }

    @Test func aDownloadComesInPiecesAndIsNotRepeated() async throws {
        let body = String(repeating: "0123456789", count: 50_000)
        let server = try ScriptedServer([
            ScriptedServer.answer(200, body), ScriptedServer.answer(200, "half", length: 100),
            ScriptedServer.answer(404, #"{"title":"Not found"}"#),
        ])
        let client = try client(server.address)
        let received = Received()
        let answer = try await client.send(APIRequest(.get, "packs/1")) { received.take($0) }
        #expect(received.text == body)
        #expect(answer.body.isEmpty)
        guard case .interrupted? = await failure({ _ = try await client.send(APIRequest(.get, "p")) { _ in } }) else {
            Issue.record("not interrupted")
            return
        }
        let nothing = Received()
        guard case .refused? = await failure({ _ = try await client.send(APIRequest(.get, "p")) { nothing.take($0) } })
        else {
            Issue.record("not refused")
            return
        }
        #expect(nothing.text.isEmpty, "a refusal is no part of a file")
        #expect(server.requests.count == 3)
    }

    @Test func whatIsNoJSONIsNotUnderstood() async throws {
        let server = try ScriptedServer([
            ScriptedServer.answer(200, "<html></html>"), ScriptedServer.answer(200, "[1]"), "SSH-2.0-OpenSSH\r\n",
        ])
        let client = try client(server.address)
        for _ in 0..<2 {
            guard case .notUnderstood? = await failure({ _ = try await client.get("me") }) else {
                Issue.record("understood")
                return
            }
        }
    }

    @Test func pagesAreReadToTheLimit() async throws {
        let server = try ScriptedServer([
            ScriptedServer.answer(200, #"{"items":[{"n":1},{"n":2}],"next":"c1","total":5}"#),
            ScriptedServer.answer(200, #"{"items":[{"n":3}],"next":"c2"}"#),
        ])
        let client = try client(server.address)
        var seen: [String] = []
        var totals: [Int?] = []
        let count = try await client.pages("tasks", [("q", "x")], limit: 3, pageRecords: 2, counts: true) {
            items, total in
            seen += items.map { String(decoding: $0, as: UTF8.self) }
            totals.append(total)
        }
        #expect(count == 3)
        #expect(seen == [#"{"n":1}"#, #"{"n":2}"#, #"{"n":3}"#])
        #expect(totals == [5, 5])
        #expect(server.requests[0].hasPrefix("GET /api/v1/tasks?q=x&limit=2&count=true "))
        #expect(server.requests[1].hasPrefix("GET /api/v1/tasks?q=x&limit=1&cursor=c1 "))
    }
}

@Suite struct AddressTests {
    @Test func addressesHaveOneForm() throws {
        #expect(
            try HTTPTransport.base(" https://Concord.Example.org/ ").absoluteString == "https://Concord.Example.org")
        #expect(try HTTPTransport.base("http://127.0.0.1:8080").absoluteString == "http://127.0.0.1:8080")
    }

    @Test(arguments: [
        "", "concord.example.org", "ftp://x", "https://", "https://u:p@x", "https://x/path", "https://x?q=1",
        "https://x#f", "not an address",
    ])
    func whatIsNoAddressIsRefused(_ text: String) {
        #expect(throws: ClientError.self) { try HTTPTransport.base(text) }
    }

    @Test func aTokenInTheClearIsNoticed() throws {
        #expect(HTTPTransport.isUnencrypted(try HTTPTransport.base("http://concord.example.org")))
        for safe in ["https://concord.example.org", "http://127.0.0.1:1", "http://localhost:80", "http://[::1]:80"] {
            #expect(!HTTPTransport.isUnencrypted(try HTTPTransport.base(safe)), "\(safe)")
        }
    }
}
