// What `demo --scale` writes follows from its number and the day, so that figures of two machines can be compared.
import Demo
import Foundation
import RecordKit
import Records
import Storage
import Testing

@Suite struct ScaleTests {
    private struct Written {
        var roots: [[UInt8]] = []
        var facts: [Fact] = []
    }

    /// A revision, but for its salt.
    private struct Fact: Hashable {
        let record: StoredRecord
        let action: String
        let person: UUID?
        let at: Instant
        let index: Int
    }

    /// - Parameter seed: Of what is random.
    private func written(_ count: Int, seed: UInt64) async throws -> Written {
        let world = try await DemoWorld()
        _ = try await world.seed()
        let report = try await world.seeder.scale(
            count, today: DemoWorld.today, environment: world.environment(seed: seed))
        var written = Written()
        for organisation in report.organisations {
            written.roots.append(try await world.root(organisation))
            written.facts += try await facts(Asset.self, world, organisation)
            written.facts += try await facts(Control.self, world, organisation)
            written.facts += try await facts(Evidence.self, world, organisation)
            written.facts += try await facts(Answer.self, world, organisation)
        }
        return written
    }

    private func facts<R: Record>(_ type: R.Type, _ world: DemoWorld, _ organisation: UUID) async throws -> [Fact] {
        var found: [Fact] = []
        for record in try await world.all(type, in: organisation) {
            found += try await world.history(of: record, in: organisation).map {
                Fact(record: $0.record, action: $0.action, person: $0.person, at: $0.at, index: $0.index)
            }
        }
        return found
    }

    @Test func theSameNumberOnTheSameDayGivesTheSameLedgers() async throws {
        let one = try await written(40, seed: 9)
        let other = try await written(40, seed: 9)
        #expect(one.roots.count == 2 && one.roots == other.roots)
    }

    @Test func onlySaltsAreRandom() async throws {
        let one = try await written(40, seed: 9)
        let other = try await written(40, seed: 10)
        #expect(one.facts.count > 4 * 40 && one.facts == other.facts)
        #expect(one.roots.count == 2 && zip(one.roots, other.roots).allSatisfy { $0 != $1 })
    }
}
