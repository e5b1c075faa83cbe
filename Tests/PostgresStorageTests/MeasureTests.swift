// How many changes a second two nodes write. Only for `CONCORD_MEASURE=1`, on an idle machine; figures are printed.
// `CONCORD_MEASURE_PRELOAD` names a library for the server, such as that of `Tests/Shims/slowsync.c`.
import Foundation
import PostgresStorage
import RecordKit
import Storage
import TestKit
import Testing

@Suite(.enabled(if: ProcessInfo.processInfo.environment["CONCORD_MEASURE"] != nil), .serialized)
struct MeasureTests {
    private static let preload: [String: String] =
        ProcessInfo.processInfo.environment["CONCORD_MEASURE_PRELOAD"].map {
            ["LD_PRELOAD": $0, "CONCORD_SYNC_DELAY_US": "5000"]
        } ?? [:]

    @Test(arguments: [(16, 16), (16, 1), (1, 1)])
    func changesASecond(_ clients: Int, _ organisationCount: Int) async throws {
        let world = try PostgresWorld(PostgresServer(isFlushing: true, environment: Self.preload))
        let nodes = [try world.node(connectionsMax: 8), try world.node(connectionsMax: 8)]
        var fixtures = Fixtures(seed: 7)
        let organisations = (0..<organisationCount).map { _ in fixtures.id() }
        let seconds = 6
        let total = Shared(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let end = ContinuousClock.now + .seconds(seconds)
            for client in 0..<clients {
                let (node, organisation) = (nodes[client % 2], organisations[client % organisationCount])
                group.addTask {
                    var own = Fixtures(seed: 300 + UInt64(client))
                    var count = 0
                    while ContinuousClock.now < end {
                        try await node.add("a name", id: own.id(), in: organisation, by: own.change("create"))
                        count += 1
                    }
                    total.withLock { $0 += count }
                }
            }
            try await group.waitForAll()
        }
        print(
            "\(clients) clients, \(organisationCount) organisations: \(total.withLock { $0 } / seconds) changes a second"
        )
        for organisation in organisations {
            let leaves = try await nodes[0].read { try $0.leaves(organisation, from: 0, limit: 1_000_000) }
            #expect(leaves.map(\.index) == Array(0..<leaves.count))
        }
        for node in nodes { try node.close() }
    }
}
