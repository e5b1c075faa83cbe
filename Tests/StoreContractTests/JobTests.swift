// The queue of jobs: there with the change or not at all, held by one, done again when its holder is gone.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    private static let kind = JobKind("test")
    private static let now = Instant(millisecondsSince1970: 1_900_000_000_000)

    private static func queue(_ scene: Scene) throws -> any JobStore { try #require(scene.store as? any JobStore) }

    private static func new(
        _ scene: Scene, _ subject: String = "", kind: JobKind = kind, at: Instant? = nil, due: Instant? = nil
    ) -> NewJob {
        NewJob(id: scene.fixtures.id(), kind: kind, subject: subject, at: at ?? Self.now, dueAt: due)
    }

    private static func note(_ scene: Scene) -> AccountEvent {
        AccountEvent(
            organisation: nil, event: LedgerEvent(objectType: "job", objectID: "one"),
            change: scene.fixtures.change("retry"))
    }

    @Test(arguments: StoreUnderTest.all)
    func aJobIsThereWithItsChangeOrNotAtAll(_ store: StoreUnderTest) async throws {
        struct Stop: Error {}
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            let (refused, kept) = (Self.new(scene, "a"), Self.new(scene, "b"))
            await #expect(throws: Stop.self) {
                try await scene.store.write(scene.here) { transaction in
                    try transaction.enqueue(refused)
                    throw Stop()
                }
            }
            try await scene.store.write(scene.here) { try $0.enqueue(kept) }
            let waiting = try await queue.jobs(.waiting, after: nil, limit: 10)
            #expect(waiting.map(\.subject) == ["b"])
            #expect(waiting.first?.organisation == scene.here && waiting.first?.attempts == 0)
            #expect(try await queue.jobCounts() == JobCounts(byState: [.waiting: 1], earliestDue: now))
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func theJobThatIsDueForLongestIsTakenOnce(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            let jobs = [
                Self.new(scene, "second", due: now.adding(seconds: -1)),
                Self.new(scene, "first", due: now.adding(seconds: -2)),
                Self.new(scene, "later", due: now.adding(seconds: 5)),
                Self.new(scene, "other", kind: JobKind("other"), due: now.adding(seconds: -9)),
            ]
            for (n, job) in jobs.enumerated() {
                try await scene.store.write(n == 0 ? scene.elsewhere : scene.here) { try $0.enqueue(job) }
            }
            var taken: [Job] = []
            while let job = try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now) {
                taken.append(job)
            }
            #expect(taken.map(\.subject) == ["first", "second"])
            #expect(taken.map(\.organisation) == [scene.here, scene.elsewhere])
            #expect(taken.allSatisfy { $0.state == .running && $0.attempts == 1 && $0.lease != nil })
            #expect(try await queue.jobs(.running, after: nil, limit: 10).count == 2)
            let first = try #require(taken.first)
            try await queue.finish(first, again: nil, at: now)
            #expect(try await queue.job(first.id) == nil)
            await #expect(throws: LeaseLost.self) { try await queue.finish(first, again: nil, at: now) }
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func manyWhoTakeAtOnceGetEachJobOnce(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            let jobs = (0..<40).map { Self.new(scene, "\($0)") }
            try await scene.store.write(scene.here) { transaction in
                for job in jobs { try transaction.enqueue(job) }
            }
            let leases = (0..<8).map { _ in (0..<41).map { _ in scene.fixtures.id() } }
            let taken = try await withThrowingTaskGroup(of: [String].self) { group in
                for own in leases {
                    group.addTask {
                        var found: [String] = []
                        for lease in own {
                            // Another may hold what was seen to be due: the next look finds what is left.
                            if let job = try await queue.takeJob(of: [Self.kind], lease: lease, at: now) {
                                found.append(job.subject)
                            }
                        }
                        return found
                    }
                }
                return try await group.reduce(into: [String]()) { $0 += $1 }
            }
            #expect(taken.count == 40 && Set(taken).count == 40)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func whatIsWantedAgainMeanwhileRunsAgain(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            let (first, second) = (Self.new(scene), Self.new(scene, due: now.adding(seconds: -7)))
            try await scene.store.write(scene.here) { try $0.enqueue(first) }
            try await scene.store.write(scene.here) { try $0.enqueue(second) }
            let waiting = try await queue.jobs(.waiting, after: nil, limit: 10)
            #expect(waiting.map(\.id) == [first.id] && waiting.first?.dueAt == second.dueAt, "one job, due earlier")
            let job = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now))
            let third = Self.new(scene)
            try await scene.store.write(scene.here) { try $0.enqueue(third) }
            #expect(try await queue.job(job.id)?.state == .running)
            try await queue.finish(job, again: nil, at: now)
            let again = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now))
            #expect(again.id == first.id && again.attempts == 1)
            let next = now.adding(seconds: 60)
            try await queue.finish(again, again: next, at: now)
            #expect(try await queue.job(job.id)?.dueAt == next)
            #expect(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func aFailureIsKeptAndADeadJobComesBackOnDemand(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            let new = Self.new(scene)
            try await scene.store.write(scene.here) { try $0.enqueue(new) }
            let job = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now))
            let later = now.adding(seconds: 10)
            try await queue.fail(job, String(repeating: "x", count: 900), again: later, at: now)
            let failed = try #require(try await queue.job(job.id))
            #expect(failed.state == .waiting && failed.dueAt == later && failed.attempts == 1)
            #expect(failed.failedAt == now && failed.failure?.count == Job.failureMax)
            #expect(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now) == nil)
            let second = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: later))
            #expect(second.attempts == 2)
            try await queue.fail(second, "no", again: nil, at: later)
            #expect(try await queue.jobs(.dead, after: nil, limit: 10).map(\.failure) == ["no"])
            #expect(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: later) == nil)

            let size = try await scene.store.read { try $0.ledgerSize(nil) }
            #expect(try await queue.retryJob(scene.fixtures.id(), at: later, noting: Self.note(scene)) == false)
            #expect(try await scene.store.read { try $0.ledgerSize(nil) } == size, "no leaf of what was not done")
            #expect(try await queue.retryJob(job.id, at: later, noting: Self.note(scene)))
            #expect(try await scene.store.read { try $0.ledgerSize(nil) } == size + 1)
            let third = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: later))
            #expect(third.attempts == 1)
            #expect(try await queue.discardJob(job.id, noting: Self.note(scene)) == false, "it is running")
            try await queue.fail(third, "no", again: nil, at: later)
            // A change that wants it brings a dead job back, too.
            let wanted = Self.new(scene)
            try await scene.store.write(scene.here) { try $0.enqueue(wanted) }
            #expect(try await queue.job(job.id)?.state == .waiting)
            let fourth = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: later))
            try await queue.fail(fourth, "no", again: nil, at: later)
            #expect(try await queue.discardJob(job.id, noting: Self.note(scene)))
            #expect(try await queue.jobCounts() == JobCounts())
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func whoLostTheLeaseWritesNothing(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            let new = Self.new(scene)
            try await scene.store.write(scene.here) { try $0.enqueue(new) }
            let job = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now))
            try await scene.store.write(scene.here) { try $0.confirm(job) }
            // An administrator cannot take a running job from its holder; a node that is gone can lose it.
            #expect(try await queue.retryJob(job.id, at: now, noting: Self.note(scene)) == false)
            if scene.store is MemoryStore || store.name == "sqlite" {
                try await queue.releaseAbandonedJobs()
                let other = try #require(
                    try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now))
                #expect(other.id == job.id && other.attempts == 2)
                let change = scene.fixtures.change()
                await #expect(throws: LeaseLost.self) {
                    try await scene.store.write(scene.here) { transaction in
                        try transaction.append(LedgerEvent(objectType: "test", objectID: "x"), by: change)
                        try transaction.confirm(job)
                    }
                }
                let here = scene.here
                #expect(try await scene.store.read { try $0.ledgerSize(here) } == 0)
                await #expect(throws: LeaseLost.self) { try await queue.fail(job, "late", again: nil, at: now) }
                try await queue.finish(other, again: nil, at: now)
            } else {
                // The node lives: its job stays with it.
                try await queue.releaseAbandonedJobs()
                try await queue.finish(job, again: nil, at: now)
            }
            #expect(try await queue.jobCounts() == JobCounts())
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func aRoundOfTheServerIsThereOnce(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            for _ in 0..<2 { try await queue.enqueueOnce(Self.new(scene)) }
            let job = try #require(try await queue.takeJob(of: [Self.kind], lease: scene.fixtures.id(), at: now))
            #expect(job.organisation == nil)
            // It works on organisations one after the other, and holds its job in each of their transactions.
            try await scene.store.write(scene.here) { try $0.confirm(job) }
            try await queue.enqueueOnce(Self.new(scene))
            try await queue.finish(job, again: nil, at: now)
            #expect(try await queue.jobCounts() == JobCounts(), "what is there once is not wanted twice")
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func aLongQueueIsReadInPages(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let queue = try Self.queue(scene)
            let now = Self.now
            let jobs = (0..<25).map { Self.new(scene, "\($0)", due: now.adding(seconds: $0 / 3)) }
            try await scene.store.write(scene.here) { transaction in
                for job in jobs.shuffled() { try transaction.enqueue(job) }
            }
            var (read, last): ([Job], Job?) = ([], nil)
            while true {
                let part = try await queue.jobs(.waiting, after: last, limit: 7)
                read += part
                guard part.count == 7 else { break }
                last = part.last
            }
            let expected = jobs.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
            #expect(read.map(\.id) == expected.map(\.id))
        }
    }
}
