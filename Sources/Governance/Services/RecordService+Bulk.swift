// Many new records at once, with a result for each line.
package import Access
import Foundation
package import RecordKit
import Storage

/// One line of a bulk creation: values by wire name, or why they could not be read.
package typealias BulkLine = Result<[String: FieldValue], ServiceError>

/// What became of one line.
package typealias BulkOutcome = Result<StoredRecord, ServiceError>

/// All or nothing was asked for, and it is nothing: at least one line was refused.
package struct BulkRefused: Error, Sendable {
    /// In the order of the lines; what would have been good is `nil`.
    package let refusals: [ServiceError?]
}

extension RecordService {
    package static let bulkLinesMax = 1_000

    /// Creates a record for each line, all in one transaction: what is acknowledged is on disk together.
    /// - Parameters:
    ///   - isAtomic: One refused line refuses all.
    ///   - claim: Keeps what `answer` makes of the outcomes, in the same transaction.
    /// - Throws: ``BulkRefused``; ``ServiceError`` if the caller may create none at all.
    package func createMany(
        _ schema: AnySchema, _ lines: [BulkLine], isAtomic: Bool, as caller: Caller, reason: String? = nil,
        request: String? = nil, keeping claim: RequestClaim? = nil,
        answer: @escaping @Sendable ([BulkOutcome]) throws -> String
    ) async throws -> [BulkOutcome] {
        precondition(lines.count <= Self.bulkLinesMax, "a bulk creation has at most \(Self.bulkLinesMax) lines")
        guard Authorisation.mayCreate(caller, schema) else {
            throw ServiceError.forbidden(RecordRules.whyNotCreated(schema))
        }
        let organisation = try writable(caller, schema)
        let reason = try checked(reason)
        // Ids and salts are drawn outside: the body of a transaction only decides.
        var lines = lines
        let seen = try await filesSeen(schema, &lines, as: caller)
        let drafts = lines.map { line in
            (
                id: environment.id(), values: line.flatMap { draft($0, schema) },
                change: caller.change("create", reason: reason, request: request, in: environment)
            )
        }
        let now = environment.now()
        return try await translated(schema) {
            try await store.write(organisation) { [posture] transaction in
                try seen?.confirm(in: transaction)
                var outcomes: [BulkOutcome] = []
                for (id, values, change) in drafts {
                    let outcome = try Self.refusable(schema) {
                        let ruled = try RecordRules.prepared(
                            schema, old: nil, try values.get(), in: transaction, by: caller)
                        return try transaction.save(
                            try schema.validated(ruled), id: id, over: nil, isArchived: false, by: change)
                    }
                    if case .success(let saved) = outcome {
                        try posture.recordChanged(
                            from: nil, to: saved, in: transaction, today: caller.today(at: change.at))
                    }
                    outcomes.append(outcome)
                }
                let refusals = outcomes.map { if case .failure(let error) = $0 { error } else { ServiceError?.none } }
                if isAtomic, refusals.contains(where: { $0 != nil }) { throw BulkRefused(refusals: refusals) }
                try claim?.keep(.lines(try answer(outcomes)), in: transaction, at: now)
                return outcomes
            }
        }
    }

    private func draft(_ input: [String: FieldValue], _ schema: AnySchema) -> Result<[FieldValue], ServiceError> {
        do { return .success(try newValues(input, schema)) } catch { return .failure(error) }
    }

    /// Runs one line. What is wrong with the line is its outcome; anything else ends the transaction.
    private static func refusable(_ schema: AnySchema, _ body: () throws -> StoredRecord) throws -> BulkOutcome {
        do { return .success(try body()) } catch let error as ServiceError { return .failure(error) } catch let error
            as Invalid
        { return .failure(.invalid(error)) } catch let error as StoreError {
            guard let named = ServiceError.from(error, schema) as? ServiceError else { throw error }
            return .failure(named)
        }
    }
}
