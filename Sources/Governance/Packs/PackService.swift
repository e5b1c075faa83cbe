// Audit packs: what an auditor takes away. An export is an entry of the ledger, signed at once, and that entry commits
// to the statement of what the pack covers.
package import Access
import AuditPack
import Foundation
import MerkleLog
package import RecordKit
import Records
package import Storage

/// Makes audit packs.
package struct PackService: Sendable {
    /// Who may take a pack away: those who answer for the system and those who audit it. It holds only what they may
    /// see anyway. An external auditor changes nothing by it: that an export was made, the server itself records.
    package static let roles: Set<Role> = [.complianceLead, .internalAuditor, .externalAuditor]

    let store: any Store
    let blobs: any BlobStore
    let environment: Environment
    let ledger: LedgerService
    let assessments: AssessmentService

    package init(
        store: any Store, blobs: any BlobStore, environment: Environment, ledger: LedgerService,
        assessments: AssessmentService
    ) {
        self.store = store
        self.blobs = blobs
        self.environment = environment
        self.ledger = ledger
        self.assessments = assessments
    }

    package static func mayExport(_ caller: Caller) -> Bool {
        caller.hasEveryPermission || !caller.roles.isDisjoint(with: roles)
    }

    /// Looks at everything, records the export and signs the ledger. What follows is only writing.
    /// - Throws: ``ServiceError``, ``PackError``.
    package func prepare(
        _ request: PackRequest, as caller: Caller, request requestID: String? = nil
    ) async throws -> PreparedPack {
        guard let organisation = caller.organisation, Self.mayExport(caller) else {
            throw ServiceError.forbidden(
                "An audit pack is exported by the compliance lead, an internal or an external auditor.")
        }
        let size = try await store.read { try $0.ledgerSize(organisation) }
        let asOf = min(request.asOf?.index ?? size - 1, size - 1)
        let chosen = try await chosen(request.records, as: caller)
        let previous = try await previous(request.since, organisation, size)
        var survey = try await survey(chosen?.map(\.id), upTo: asOf, size: size, as: caller)
        let digests = try await digests(&survey, organisation)
        let now = environment.now()
        let summary = try await summary(survey, chosen, asOf, request.asOf, at: now, as: caller)
        let (page, readme) = (summary.pageBytes(), summary.readmeBytes())
        let statement = PackStatement(
            organisation: organisation.lowercased, organisationName: summary.organisation, asOf: asOf,
            exportedAtMilliseconds: now.millisecondsSince1970,
            records: chosen?.map { "\($0.schema.type.name)/\($0.id.lowercased)" }, revisions: survey.revisions,
            evidence: survey.files.count, erased: survey.erased, notIncluded: survey.notIncluded,
            indexDigest: .sha256(page), readmeDigest: .sha256(readme))
        let event = LedgerEvent(
            objectType: "pack", objectID: environment.id().lowercased, evidence: [try statement.leafEvidence()])
        let change = caller.change(PackFiles.exportAction, request: requestID, in: environment)
        let exportIndex = try await store.write(organisation) { try $0.append(event, by: change) }
        guard let signed = try await ledger.checkpoint(organisation), signed.size > exportIndex else {
            throw PackError.notSigned
        }
        return PreparedPack(
            store: store, blobs: blobs, organisation: organisation, statement: statement, exportIndex: exportIndex,
            signed: signed, previous: previous, survey: survey, chosen: chosen?.map(\.id), digests: digests,
            page: page, readme: readme)
    }

    // MARK: Parts

    /// The records that were asked for, in the order of the request.
    private func chosen(_ names: [String]?, as caller: Caller) async throws -> [(schema: AnySchema, id: UUID)]? {
        guard let names else { return nil }
        guard (1...PackRequest.recordsMax).contains(names.count) else {
            throw ServiceError.invalid("records", "must be 1 to \(PackRequest.recordsMax) records")
        }
        var seen: Set<UUID> = []
        var found: [(schema: AnySchema, id: UUID)] = []
        for name in names {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let id = UUID(uuidString: String(parts[1])),
                let schema = Registry.schemas.first(where: { $0.type.name == parts[0] || $0.plural == parts[0] })
            else { throw ServiceError.invalid("records", "“\(name)” is not a type and an id, as control/…") }
            if seen.insert(id).inserted { found.append((schema, id)) }
        }
        let all = found
        return try await store.read { reader in
            for (schema, id) in all {
                let record = try reader.find(schema, id, in: caller.organisation, asOf: nil)
                guard let record, record.meta.organisation == caller.organisation,
                    Authorisation.may(caller, .read, record)
                else {
                    throw ServiceError.invalid(
                        "records", "there is no \(schema.type.name) \(id.lowercased), or it is not yours to see")
                }
            }
            return all
        }
    }

    /// The auditor's checkpoint, if it is one of this ledger.
    private func previous(_ note: String?, _ organisation: UUID, _ size: Int) async throws -> PreviousCheckpoint? {
        guard let note, !note.isEmpty else { return nil }
        let origin = ledger.origin(organisation)
        let key = try NoteVerifier(vkey: try ledger.verifierKey(organisation))
        // A form sends its lines with carriage returns.
        let text = note.replacingOccurrences(of: "\r\n", with: "\n")
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint.open(
                Array((text.hasSuffix("\n") ? text : text + "\n").utf8), origin: origin, logKeys: [key]
            ).checkpoint
        } catch {
            throw ServiceError.invalid("since", "is no checkpoint that this server signed. \(error)")
        }
        let root = try await store.read { reader -> Hash? in
            guard checkpoint.size <= size else { return nil }
            return try MerkleTree.root(size: checkpoint.size, source: reader.hashes(organisation))
        }
        guard root == checkpoint.root else {
            throw ServiceError.conflict(
                .state("the ledger does not continue the checkpoint of \(checkpoint.size) entries that you gave"))
        }
        return PreviousCheckpoint(size: checkpoint.size, note: text.hasSuffix("\n") ? text : text + "\n")
    }

    private func survey(
        _ chosen: [UUID]?, upTo asOf: Int, size: Int, as caller: Caller
    ) async throws -> PackSurvey {
        var survey = PackSurvey(isSelective: chosen != nil)
        for start in stride(from: 0, to: size, by: PackSurvey.leavesAtOnce) {
            let range = start..<min(start + PackSurvey.leavesAtOnce, size)
            let stretch = try await store.read { reader in
                try PackSurvey.read(range, upTo: asOf, of: chosen, for: caller, in: reader)
            }
            try survey.add(stretch)
        }
        return survey
    }

    /// Length and checksum of every file. One that is gone or damaged is left out, and the pack says so.
    private func digests(_ survey: inout PackSurvey, _ organisation: UUID) async throws -> [Hash: ContentDigest] {
        var digests: [Hash: ContentDigest] = [:]
        for (hash, index) in survey.files {
            guard let pieces = try await blobs.open(hash.hex, for: organisation) else {
                survey.leaveOut(hash, index: index, .missing)
                continue
            }
            var digest = ContentDigest()
            do {
                while let piece = try await pieces.next() { digest.update(piece) }
                digests[hash] = digest
            } catch BlobError.damaged {
                survey.leaveOut(hash, index: index, .damaged)
            }
        }
        return digests
    }
}

/// The checkpoint that the auditor kept.
struct PreviousCheckpoint: Sendable {
    let size: Int
    let note: String
}
