import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Server
import Storage
import Telemetry
import TestKit
import Testing

@Suite struct MetricsAccessTests {
    private func bearer(_ token: String) -> HTTPFields { [.authorization: "Bearer \(token)"] }

    /// What an answer says, without the ids that differ by request.
    private func shown(_ reply: ServerWorld.Reply, _ path: String) -> String {
        let ids = reply.headers[.requestID].map { [$0] } ?? []
        return ([path] + ids).reduce("\(reply.status) \(reply.text)") { $0.replacingOccurrences(of: $1, with: "…") }
    }

    @Test func withoutTheTokenThereIsNoSuchAddress() async throws {
        let world = try await ServerWorld(metricsToken: ServerWorld.token)
        let wrong: [HTTPFields] = [
            [:], bearer(""), bearer(ServerWorld.token + "x"), bearer(String(ServerWorld.token.dropLast())),
            bearer(ServerWorld.token.uppercased()), [.authorization: ServerWorld.token],
            [.authorization: "Basic \(ServerWorld.token)"], [.authorization: "bearer \(ServerWorld.token)"],
        ]
        for headers in wrong {
            let metrics = try await world.send(.get, "/metrics", headers)
            let nothing = try await world.send(.get, "/nowhere", headers)
            #expect(metrics.status == nothing.status)
            #expect(shown(metrics, "/metrics") == shown(nothing, "/nowhere"))
            #expect(!metrics.text.contains("concord_http"))
            #expect(metrics.status != 200)
        }
        #expect(try await world.send(.post, "/metrics", bearer(ServerWorld.token)).status != 200)
        #expect(try await world.send(.get, "/metrics/", bearer(ServerWorld.token)).status != 200)
        try world.end()
    }

    @Test func withTheTokenTheyAreAnswered() async throws {
        let world = try await ServerWorld(metricsToken: ServerWorld.token)
        let reply = try await world.send(.get, "/metrics", bearer(ServerWorld.token))
        #expect(reply.status == 200)
        #expect(reply.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(reply.text.contains("\nconcord_build_info{version=\"0.0.0-test\"} 1\n"))
        let head = try await world.send(.head, "/metrics", bearer(ServerWorld.token))
        #expect(head.status == 200 && head.text.isEmpty)
        try world.end()
    }

    @Test func withoutATokenInTheSettingsNobodyGetsThem() async throws {
        let world = try await ServerWorld()
        for token in ["", "nil", ServerWorld.token] {
            #expect(try await world.send(.get, "/metrics", bearer(token)).status != 200)
        }
        try world.end()
    }

    @Test func aShortTokenIsNone() {
        #expect(MetricsToken(String(repeating: "x", count: 15)) == nil)
        #expect(MetricsToken(String(repeating: "x", count: 16)) != nil)
    }
}

@Suite struct ObservationTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private var traced: HTTPFields {
        var headers = HTTPFields()
        if let name = HTTPField.Name("traceparent") { headers[name] = "00-\(Self.trace)-b7ad6b7169203331-01" }
        return headers
    }

    /// Lines of the log about requests, parsed.
    private func requests(_ world: ServerWorld) throws -> [[String: Any]] {
        try world.log.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }.filter { $0["message"] as? String == "Request" }
    }

    @Test func requestsAreCountedByTheirTemplatesAndNeverByPath() async throws {
        let world = try await ServerWorld()
        let secret = "once-only-secret-4711"
        let id = UUID().uuidString
        for path in [
            "/welcome/\(secret)", "/set-up/\(secret)", "/api/v1/controls/\(id)?token=\(secret)", "/\(secret)",
            "/api/v1/\(secret)", "/sign-in?next=/\(secret)", "/healthz",
        ] { _ = try await world.send(.get, path) }
        _ = try await world.send(try #require(.init("BREW")), "/healthz")
        let text = await world.operating.registry.text()
        #expect(!text.contains(secret) && !text.contains(id) && !text.contains("BREW"))
        for series in [
            #"{method="GET",route="/welcome/{secret}","#,
            #"{method="GET",route="/api/v1/controls/{id}",status="401"} 1"#,
            #"{method="GET",route="none","#, #"{method="GET",route="/healthz",status="200"} 1"#, #"{method="other","#,
        ] { #expect(text.contains("concord_http_requests_total\(series)"), "\(series) is not in \(text)") }
        #expect(text.contains("concord_http_request_duration_seconds_count{method=\"GET\",route=\"/healthz\"} 1\n"))
        #expect(text.contains("concord_http_requests_in_flight 0\n"))
        #expect(!world.log.joined().contains(secret))
        try world.end()
    }

    @Test func aLineOfTheLogSaysHowARequestEnded() async throws {
        let world = try await ServerWorld()
        let (account, cookie) = try await world.signedIn()
        var headers = traced
        headers[.cookie] = cookie
        let reply = try await world.send(.get, "/api/v1/me", headers)
        let line = try #require(try requests(world).last)
        #expect(line["level"] as? String == "info")
        #expect(line["requestId"] as? String == reply.headers[.requestID])
        #expect(line["traceId"] as? String == Self.trace)
        let span = try #require(line["spanId"] as? String)
        #expect(span.count == 16 && span != "b7ad6b7169203331")
        let metadata = try #require(line["metadata"] as? [String: String])
        #expect(metadata["method"] == "GET" && metadata["route"] == "/api/v1/me")
        #expect(metadata["status"] == "\(reply.status)")
        #expect(metadata["account"] == account.uuidString.lowercased())
        #expect(metadata["bytes"] == "\(reply.text.utf8.count)")
        #expect(try #require(Double(metadata["milliseconds"] ?? "")) >= 0)
        let cookieSecret = try #require(cookie.split(separator: "=").last)
        #expect(!world.log.joined().contains(cookieSecret))
        try world.end()
    }

    @Test func aProblemNamesItsTraceBesideItsRequest() async throws {
        let world = try await ServerWorld()
        let reply = try await world.send(.get, "/api/v1/controls", traced)
        #expect(reply.status == 401)
        #expect(reply.text.contains("\"traceId\":\"\(Self.trace)\""))
        #expect(reply.text.contains("\"instance\":\"urn:uuid:\(reply.headers[.requestID] ?? "none")\""))
        let other = try await world.send(.get, "/api/v1/controls")
        #expect(other.text.contains("\"traceId\":\""))
        #expect(!other.text.contains(Self.trace))
        try world.end()
    }

    @Test func whatTheStoreAndTheLedgerDoIsCounted() async throws {
        let world = try await ServerWorld()
        _ = try await world.signedIn()
        await #expect(throws: AccessError.self) {
            try await world.installation.services.signIn.signIn(
                email: "ada@example.org", password: "not this one", address: "192.0.2.1")
        }
        try await world.installation.services.signIn.tidy(isStopping: true)
        try await world.installation.services.ledger.checkpoint(nil)
        try await world.installation.services.ledger.checkpoint(nil)
        let leaves = try await world.installation.store.read { try $0.ledgerSize(nil) }
        #expect(leaves > 100, "the catalogue is in it")
        let text = await world.operating.registry.text()
        #expect(text.contains("\nconcord_ledger_leaves_total \(leaves)\n"))
        #expect(text.contains("\nconcord_ledger_checkpoints_total 1\n"))
        #expect(text.contains("\nconcord_sign_ins_total{outcome=\"success\"} 1\n"))
        #expect(text.contains("\nconcord_sign_ins_total{outcome=\"refused\"} 1\n"))
        #expect(text.contains("concord_store_duration_seconds_count{operation=\"read\"}"))
        #expect(text.contains("\nconcord_store_waiting_changes 0\n"))
        #expect(text.contains("\nconcord_live_streams 0\n"))
        #expect(!text.contains("concord_nodes"), "one process on a file: there are no nodes to count")
        try world.end()
    }

    @Test func whoeverAsksTooOftenIsCounted() async throws {
        let world = try await ServerWorld(requestsMax: 5)
        var refused = 0
        // One comes back each 12 seconds: however slow the machine is, some are refused.
        for _ in 0..<50 where try await world.send(.get, "/api/v1/me").status == 429 { refused += 1 }
        #expect(refused > 0)
        let text = await world.operating.registry.text()
        #expect(text.contains("concord_http_rate_limited_total{kind=\"address\"} \(refused)\n"))
        try world.end()
    }
}

/// The guide lists what there is, and nothing else.
@Suite struct MetricsGuideTests {
    @Test func everyMetricStandsInTheGuideWithItsTypeAndLabels() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let guide = try String(contentsOf: root.appendingPathComponent("docs/operating.md"), encoding: .utf8)
        let rows = guide.split(separator: "\n").filter { $0.hasPrefix("| `concord_") }.map { row in
            row.split(separator: "|").prefix(3).map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let expected = Metric.all.map { metric in
            [
                "`\(metric.name)`", metric.kind.rawValue,
                metric.labels.map { "`\($0)`" }.joined(separator: ", "),
            ]
        }
        #expect(Set(rows.map { $0.joined(separator: " ") }) == Set(expected.map { $0.joined(separator: " ") }))
        #expect(rows.count == expected.count)
    }

    @Test func namesFollowTheRules() {
        for metric in Metric.all {
            #expect(metric.name.hasPrefix("concord_") && metric.name.allSatisfy { $0.isLowercase || $0 == "_" })
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            #expect(!metric.help.isEmpty && metric.help.hasSuffix("."), "\(metric.name)")
            #expect((metric.kind == .histogram) == !metric.bounds.isEmpty)
            if metric.unit == .seconds { #expect(metric.name.hasSuffix("_seconds")) }
        }
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
    }
}
