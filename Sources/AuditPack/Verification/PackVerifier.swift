// Verifies a pack with nothing but the pack and what the auditor brings: keys, and an older checkpoint. No network, no
// database. The order is that of the design: signatures, root, inclusion, consistency, commitments, evidence, gaps.
public import MerkleLog

/// The check of one pack, for an auditor.
public struct PackVerifier {
    private let keys: [NoteVerifier]
    private let witnesses: [NoteVerifier]
    private let quorum: Int
    private let oldCheckpoint: [UInt8]?

    /// - Parameters:
    ///   - keys: the keys of the ledger, from outside the pack.
    ///   - witnesses: the keys of witnesses.
    ///   - quorum: how many of them must have cosigned.
    ///   - oldCheckpoint: a signed checkpoint that the auditor kept.
    public init(
        keys: [NoteVerifier], witnesses: [NoteVerifier] = [], quorum: Int = 0, oldCheckpoint: [UInt8]? = nil
    ) {
        self.keys = keys
        self.witnesses = witnesses
        self.quorum = quorum
        self.oldCheckpoint = oldCheckpoint
    }

    /// Verifies the pack in a file.
    /// - Parameter progress: called now and then, as bytes are read.
    public func verify(path: String, progress: ((PackProgress) -> Void)? = nil) -> PackReport {
        var report = PackReport()
        do throws(PackProblem) {
            try verify(path, &report, progress)
        } catch {
            report.problem = error
            report.verdict = error.verdict
        }
        return report
    }

    private func verify(
        _ path: String, _ report: inout PackReport, _ progress: ((PackProgress) -> Void)?
    ) throws(PackProblem) {
        let pack = try OpenedPack(path: path, progress: progress)
        report.statement = pack.manifest.statement
        report.passed.append(.container)

        pack.step = .signatures
        let signed = SignatureCheck(keys: keys, witnesses: witnesses, quorum: quorum)
        let checkpoint = try signed.check(pack, &report)
        report.passed.append(.signatures)

        let isWhole = pack.manifest.statement.records == nil
        if isWhole {
            pack.step = .root
            try RootCheck(pack: pack, checkpoint: checkpoint).check()
            report.passed.append(.root)
        } else {
            report.skipped.append(.root)
        }

        pack.step = .inclusion
        try InclusionCheck(pack: pack, checkpoint: checkpoint, isWhole: isWhole).check()
        report.passed.append(.inclusion)

        pack.step = .consistency
        let isCompared = try ConsistencyCheck(
            pack: pack, checkpoint: checkpoint, isWhole: isWhole, signed: signed, oldCheckpoint: oldCheckpoint
        ).check()
        if isCompared { report.passed.append(.consistency) } else { report.skipped.append(.consistency) }

        pack.step = .commitments
        var revisions = RevisionCheck(pack: pack, isWhole: isWhole)
        try revisions.check(&report)
        report.passed.append(.commitments)

        pack.step = .evidence
        try EvidenceCheck(pack: pack, named: revisions.evidence).check(&report)
        report.passed.append(.evidence)

        pack.step = .gaps
        try revisions.checkGaps(&report)
        report.passed.append(.gaps)

        if !isCompared { report.notes.append(.noOlderCheckpoint) }
        if quorum == 0 { report.notes.append(.noWitness) }
    }
}
