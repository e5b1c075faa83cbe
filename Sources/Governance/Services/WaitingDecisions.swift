// What waits for somebody: records that others prepared and whose next step is one that the author must not take.
package import Access
import Foundation
package import RecordKit
import Storage

/// A record with the decision that somebody may take on it.
package struct WaitingDecision: Sendable {
    package let record: StoredRecord
    package let transition: Transition
}

extension RecordService {
    /// Records of one type that are looked at.
    package static let waitingLookedAtMax = 20

    /// Decisions that wait for the caller, of every type whose lifecycle separates duties: roles to be activated,
    /// evidence to be reviewed, tasks to be verified, and so on. For each such type one query, and the history of at
    /// most ``waitingLookedAtMax`` records.
    package func waitingDecisions(as caller: Caller) async throws -> [WaitingDecision] {
        guard caller.mayWrite, let organisation = caller.organisation else { return [] }
        let schemas = schemas.filter { !$0.isCatalogue }
        return try await store.read { reader in
            var found: [WaitingDecision] = []
            for schema in schemas {
                guard let lifecycle = schema.lifecycle else { continue }
                let decisions = lifecycle.transitions.filter { transition in
                    (transition.notByAuthor || transition.notByTakerOf != nil)
                        && (!transition.roles.isDisjoint(with: caller.roles) || !transition.assigned.isEmpty)
                }
                guard !decisions.isEmpty else { continue }
                let states = Set(decisions.flatMap(\.from)).sorted().map { FieldValue.text($0) }
                let query = Query(
                    schema,
                    where: .both(.oneOf(lifecycle.field, states), Authorisation.visible(caller, .read, schema)),
                    limit: Self.waitingLookedAtMax)
                for record in try reader.page(query, in: organisation, asOf: nil).records {
                    let state = record[lifecycle.field].text
                    let open = try decisions.first { transition in
                        try transition.from.contains(state)
                            && transition.requires.allSatisfy { !record[$0].isUnset && record[$0] != .links([]) }
                            && Self.refusal(transition, record, caller, in: reader) == nil
                    }
                    if let open { found.append(WaitingDecision(record: record, transition: open)) }
                }
            }
            return found
        }
    }
}
