// What the clock changes: statuses whose evidence or tasks ran out, and imports that nobody applied.
import Access
import Foundation
package import RecordKit
import Records
package import Storage

/// Recomputes what is due, once a minute, on one node.
package struct ClockJob: JobHandler {
    static let secondsBetween = 60
    static let statusesAtOnce = 200
    private let records: RecordService
    private var store: any Store { records.store }
    package init(_ records: RecordService) { self.records = records }
    package var kind: JobKind { .clock }
    package var isRecurring: Bool { true }

    package func run(_ job: Job) async throws -> Instant? {
        try await records.imports.tidy()
        var last: UUID?
        while true {
            let after = last
            let page = try await store.read { try $0.organisations(after: after, limit: 100) }
            for organisation in page { try await refresh(organisation, holding: job) }
            guard page.count == 100, let end = page.last else { break }
            last = end
        }
        return records.environment.now().adding(seconds: Self.secondsBetween)
    }

    private func refresh(_ organisation: UUID, holding job: Job) async throws {
        let now = records.environment.now()
        let found = try await store.read { try $0.find(ID<Organisation>(organisation), in: organisation) }
        let today = now.day(in: TimeZone(identifier: found?.value.timeZone ?? "") ?? .gmt)
        while true {
            let due = try await store.read {
                try $0.statusesDue(by: today, in: organisation, limit: Self.statusesAtOnce)
            }
            guard !due.isEmpty else { return }
            try await store.write(organisation) { [posture = records.posture] transaction in
                try transaction.confirm(job)
                try posture.recompute(due, in: transaction, organisation, today)
            }
            if due.count < Self.statusesAtOnce { return }
        }
    }
}
