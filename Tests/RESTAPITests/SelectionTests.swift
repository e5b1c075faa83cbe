// Field selection and the grammar of filters, for every kind of field.
import Foundation
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct SelectionTests {
    private static let world = _Concurrency.Task {
        let harness = try await RouterHarness.api(schemas: Registry.schemas + SampleRegistry.schemas)
        let tenant = harness.meridian
        let companion = try await harness.save(try Plain().record(Companion.schema.erased), in: tenant.id)
        let plain = Plain(targets: [Companion.type: [companion.id]])
        var ids: [UUID] = []
        for n in 1...5 {
            let overrides: [String: FieldValue] = [
                "name": .text("Item \(n)"), "code": .text("C\(n)"), "rank": .integer(n),
                "score": n == 5 ? .null : .integer(n),
                "price": .decimal(Decimal(n) / 2), "dueOn": n == 5 ? .null : .day(Day(daysSince1970: 20_600 + n)),
                "madeAt": .time(Instant(millisecondsSince1970: Int64(n) * 86_400_000)), "isActive": .bool(n > 2),
                "grade": .text(["poor", "fair", "good", "excellent", "poor"][n - 1]),
                "remark": n == 2 ? .text("a,b\\c") : .null, "related": .links(Array(ids.prefix(1))),
            ]
            let saved = try await harness.save(try plain.record(Specimen.schema.erased, overrides), in: tenant.id)
            ids.append(saved.id)
        }
        return (harness, ids, companion.id)
    }

    private func found(_ filters: [String]) async throws -> (status: Int, numbers: [Int]) {
        let (harness, _, _) = try await Self.world.value
        let query = filters.map {
            "filter=\($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }.joined(separator: "&")
        let reply = try await harness.get("specimens?sort=code&fields=rank&\(query)", as: harness.meridian.founder)
        guard reply.status == 200 else { return (reply.status, []) }
        return (200, try reply.json["items"].items.compactMap { $0["rank"].int })
    }

    @Test(arguments: [
        (["name:Item 3"], [3]), (["code:C1,C4"], [1, 4]), (["!code:C1,C4"], [2, 3, 5]), (["score:"], [5]),
        (["!score:"], [1, 2, 3, 4]), (["rank<3"], [1, 2]), (["rank<=3"], [1, 2, 3]), (["rank>3"], [4, 5]),
        (["rank>=3"], [3, 4, 5]), (["rank>=2", "rank<=4"], [2, 3, 4]), (["score>=4"], [4]), (["score<=2"], [1, 2]),
        (["price>=1.5", "price<2.5"], [3, 4]), (["price:1.5"], [3]), (["dueOn>=2026-05-29"], [2, 3, 4]),
        (["dueOn<=9999-12-31"], [1, 2, 3, 4]), (["dueOn>0001-01-02"], [1, 2, 3, 4]),
        (["madeAt>=1970-01-04T00:00:00Z"], [3, 4, 5]), (["madeAt<1970-01-03T00:00:00+00:00"], [1]),
        (["isActive:true"], [3, 4, 5]), (["isActive:false"], [1, 2]), (["grade:good"], [3]), (["grade>=good"], [3, 4]),
        (["grade<good"], [1, 2, 5]), (["name>=item 4"], [4, 5]), (["remark:a\\,b\\\\c"], [2]), (["related:"], [1]),
    ])
    func everyKindOfFieldCanBeAskedFor(_ filters: [String], _ expected: [Int]) async throws {
        let (status, numbers) = try await found(filters)
        #expect(status == 200)
        #expect(numbers == expected, "\(filters)")
    }

    @Test func referencesLinksAndIdsCanBeAskedFor() async throws {
        let (_, ids, companion) = try await Self.world.value
        #expect(try await found(["companion:\(companion.lowercased)"]).numbers == [1, 2, 3, 4, 5])
        #expect(try await found(["related:\(ids[0].lowercased)"]).numbers == [2, 3, 4, 5])
        #expect(try await found(["id:\(ids[1].lowercased),\(ids[3].lowercased)"]).numbers == [2, 4])
        #expect(try await found(["id:\(ids[1].lowercased)", "id:\(ids[3].lowercased)"]).numbers == [])
    }

    @Test(arguments: [
        "rank", "nothing:1", "secret:x", "weight:1", "settings:1", "document:x", "!rank>1", "rank>", "rank<x", "rank>=",
        "dueOn>2026-02-30", "companion>\(FilterTestID.some)", "remark<b", "grade:none", "id:x", "madeAt:noon",
        "price<1-2",
    ])
    func whatMeansNothingIsRefused(_ filter: String) async throws {
        #expect(try await found([filter]).status == 422, "\(filter)")
    }

    @Test func onlyTheChosenMembersCome() async throws {
        let (harness, ids, _) = try await Self.world.value
        let founder = harness.meridian.founder
        let one = try await harness.get("specimens/\(ids[0].lowercased)?fields=rank,name,createdAt", as: founder)
        #expect(one.status == 200 && one.etag == "\"1\"")
        #expect(one.text.hasPrefix("{\"id\":\"\(ids[0].lowercased)\",\"version\":1,\"createdAt\":"))
        #expect(Set(try one.json.members.keys) == ["id", "version", "createdAt", "name", "rank"])
        let list = try await harness.get("specimens?fields=id&limit=3&count=true", as: founder)
        #expect(
            try list.json["items"].items.map { Set($0.members.keys) } == Array(repeating: ["id", "version"], count: 3))
        #expect(try list.json["total"].int == 5)
        for wrong in ["", "rank,", "colour", "rank,%20name", "Rank"] {
            #expect(try await harness.get("specimens?fields=\(wrong)", as: founder).status == 422, "\(wrong)")
        }
    }

    /// What is hidden stays hidden, whichever way one asks.
    @Test func aSensitiveFieldIsNullForWhoMayNotSeeIt() async throws {
        let (harness, ids, _) = try await Self.world.value
        let path = "specimens/\(ids[0].lowercased)?fields=secret"
        #expect(try await harness.get(path, as: harness.meridian.founder).json["secret"].string != nil)
        let reader = try await harness.token(harness.meridian.founder, mayWrite: false)
        #expect(try await harness.send(.get, "/api/v1/\(path)", as: reader).json["secret"] == .null)
        let list = try await harness.send(.get, "/api/v1/specimens?fields=secret", as: reader)
        #expect(try list.json["items"].items.allSatisfy { $0["secret"] == .null && $0.members.count == 3 })
    }
}

private enum FilterTestID { static let some = "00000000-0000-7000-8000-000000000001" }
