// Files over REST: sent as they are, named by a record, and given back through it alone.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct FileTests {
    private func headers(_ disposition: String?, type: String? = "text/plain") -> HTTPFields {
        var headers = HTTPFields()
        if let disposition { headers[.contentDisposition] = disposition }
        headers[.contentType] = type
        return headers
    }

    private func sha256(_ text: String) -> String {
        Hash.sha256(Array(text.utf8)).bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func upload(
        _ harness: RouterHarness, _ body: String, as member: Member,
        _ disposition: String? = "attachment; filename=\"seen.txt\"", type: String? = "text/plain"
    ) async throws -> Reply {
        try await harness.send(
            .post, "/api/v1/files", as: member, json: body, headers: headers(disposition, type: type))
    }

    private func evidence(_ file: String) -> String {
        #"{"title":"Seen","kind":"file","periodFrom":"2026-01-01","periodTo":"2026-01-31","file":\#(file)}"#
    }

    @Test func aFileIsKeptNamedByARecordAndGivenBackThroughIt() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        // More than one piece on its way to the disk.
        let body = String(repeating: "<script>0123456789</script>\n", count: 20_000)
        let made = try await upload(
            harness, body, as: founder, "attachment; filename=\"a.txt\"; filename*=UTF-8''%C3%9Cbersicht%3B1.txt",
            type: "text/html; charset=utf-8")
        #expect(made.status == 201, "\(made.text)")
        let json = try made.json
        let digest = sha256(body)
        #expect(json["sha256"].string == digest && json["bytes"].int == body.utf8.count)
        #expect(json["name"].string == "Übersicht;1.txt" && json["mediaType"].string == "text/html; charset=utf-8")
        let record = try await harness.post("evidence", evidence(made.text), as: founder)
        #expect(record.status == 201, "\(record.text)")
        let path = "evidence/\(try #require(try record.json["id"].string))/files/file"
        let got = try await harness.get(path, as: founder)
        #expect(got.status == 200 && got.body == Array(body.utf8))
        #expect(got.headers[.contentType] == "application/octet-stream", "it never runs in our name")
        #expect(got.headers[.contentDisposition] == "attachment; filename*=UTF-8''%C3%9Cbersicht%3B1.txt")
        #expect(got.headers[.contentSecurityPolicy]?.hasPrefix("sandbox") == true)
        #expect(got.headers[try #require(HTTPField.Name("Repr-Digest"))]?.hasPrefix("sha-256=:") == true)
        let head = try await harness.send(.head, "/api/v1/\(path)", as: founder)
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(head.headers[.contentLength] == String(body.utf8.count))
        // The same bytes again are the same file.
        #expect(try await upload(harness, body, as: founder).json["sha256"].string == digest)
    }

    @Test func aFileIsGivenOnlyToWhomTheRecordIsShown() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let file = try await upload(harness, "for few", as: founder).text
        let record = try await harness.post("evidence", evidence(file), as: founder)
        let path = "evidence/\(try #require(try record.json["id"].string))/files/file"
        #expect(try await harness.get(path, as: harness.meridian[.internalAuditor]).status == 200)
        #expect(try await harness.get(path, as: harness.meridian[.employee]).status == 404)
        #expect(try await harness.get(path, as: harness.hospital.founder).status == 404)
        #expect(try await harness.send(.get, "/api/v1/\(path)").status == 401)
        // Another organisation that knows the digest has no file by it.
        let claimed = try await harness.post("evidence", evidence(file), as: harness.hospital.founder)
        #expect(claimed.status == 422)
        #expect(try claimed.fields == ["file"])
        for other in ["title", "nothing"] {
            let missing = path.replacingOccurrences(of: "/files/file", with: "/files/\(other)")
            #expect(try await harness.get(missing, as: founder).status == 404, "\(other)")
        }
    }

    @Test func onlyWhoMayMakeARecordWithAFileSendsOne() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        for role in [Role.employee, .externalAuditor] {
            #expect(try await upload(harness, "x", as: tenant[role]).status == 403, "\(role)")
        }
        let reading = try await harness.token(tenant.founder, mayWrite: false)
        let refused = try await harness.send(
            .post, "/api/v1/files", as: reading, json: "x", headers: headers("attachment; filename=a"))
        #expect(refused.status == 403)
        #expect(try await harness.send(.post, "/api/v1/files", json: "x").status == 401)
        #expect(try await harness.get("files", as: tenant.founder).status == 405)
    }

    @Test(arguments: [
        nil, "attachment", "attachment; filename=\"\"", "attachment; filename*=latin1''a.txt",
        "attachment; filename=\"\(String(repeating: "n", count: 256))\"", "attachment; filename*=UTF-8''a%00b",
    ])
    func aFileWithoutAGoodNameIsRefused(_ disposition: String?) async throws {
        let harness = try await RouterHarness.shared.value
        let answer = try await upload(harness, "x", as: harness.meridian.founder, disposition)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(try answer.fields == ["Content-Disposition"])
    }

    @Test func aPathInANameIsCutAway() async throws {
        let harness = try await RouterHarness.shared.value
        for name in [#""C:\\temp\\seen.txt""#, "\"/etc/seen.txt\"", "seen.txt"] {
            let answer = try await upload(
                harness, "x", as: harness.meridian.founder, "form-data; name=f; filename=\(name)")
            #expect(try answer.json["name"].string == "seen.txt", "\(name)")
        }
    }

    @Test func aFileOverItsLimitLeavesNothingBehind() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let body = String(repeating: "x", count: HTTPLimit.uploadBytesMax + 1)
        let answer = try await upload(harness, body, as: founder)
        #expect(answer.status == 413, "\(answer.text.prefix(200))")
        #expect(try await harness.services.blobs.get(sha256(body), for: harness.meridian.id) == nil)
        // Without a length that tells beforehand the pieces are counted.
        let writer = try await harness.services.blobs.writer(for: harness.meridian.id, bytesMax: 10)
        try await writer.append(Data("12345678".utf8))
        await #expect(throws: BlobError.tooLarge(bytesMax: 10)) { try await writer.append(Data("901".utf8)) }
        await #expect(throws: BlobError.self, "it is over") { _ = try await writer.finish() }
    }
}
