import AuditPack
import Foundation
import MerkleLog
import Testing

/// One ledger for all tests, which alter copies.
private let forge = Result { try Forge() }

@Suite struct VerificationTests {
    private func forge() throws -> Forge { try AuditPackTests.forge.get() }

    /// Verifies with the right key and gives verdict and words.
    private func judge(
        _ pack: [UInt8], old: String? = nil
    ) throws -> (verdict: PackVerdict, words: String, report: PackReport) {
        let report = try verify(pack, keys: [try forge().key], old: old)
        return (report.verdict, report.problem?.description ?? "", report)
    }

    // MARK: Good packs

    @Test func aPackOfEverythingIsGood() async throws {
        let forge = try forge()
        let (verdict, words, report) = try judge(try await forge.export(previous: 300).packed())
        #expect(verdict == .good, "\(words)")
        #expect(report.passed == PackStep.allCases)
        #expect(report.entries == forge.size + 1)
        #expect(report.revisions == 399 && report.erased == 1, "the erased one counts as erased")
        #expect(report.evidence == 40)
        #expect(report.notes == [.noWitness])
    }

    @Test func aPackOfChosenRecordsIsGood() async throws {
        let forge = try forge()
        let export = try forge.export(records: [3, 5, 199], previous: 256)
        let (verdict, words, report) = try judge(try await export.packed(), old: try forge.checkpoint(256))
        #expect(verdict == .good, "\(words)")
        #expect(report.skipped == [.root])
        #expect(report.revisions == 5 && report.erased == 1 && report.evidence == 1)
        #expect(report.entries == 8, "six versions, the erasure, the export")
    }

    @Test func theSameExportGivesTheSameBytes() async throws {
        let one = try await forge().export().packed()
        #expect(try await forge().export().packed() == one)
    }

    @Test func aLedgerOfOneExportIsGood() async throws {
        let empty = try Forge(records: 0, erases: false)
        let report = try verify(try await empty.export().packed(), keys: [try empty.key])
        #expect(report.verdict == .good && report.entries == 1, "\(report.problem?.description ?? "")")
    }

    @Test func aClockThatWasSetBackIsANoteAndNoFault() async throws {
        let other = try Forge(setsClockBack: true)
        let report = try verify(try await other.export().packed(), keys: [try other.key])
        #expect(report.verdict == .good)
        #expect(report.notes.contains(.clockSetBack(index: 207, count: 1)))
        #expect(report.notes[0].description.hasPrefix("Entry 207 says an earlier time than the entry before it"))
    }

    @Test func whatMayNotBeSeenIsCountedAndNoFault() async throws {
        let hidden = PackStatement.NotIncluded(index: 11, file: nil, reason: .notPermitted)
        let (verdict, words, report) = try judge(try await forge().export(notIncluded: [hidden]).packed())
        #expect(verdict == .good, "\(words)")
        #expect(report.notes.contains(.notPermitted(revisions: 1, files: 0)))
    }

    @Test func anOlderCheckpointIsCompared() async throws {
        let forge = try forge()
        let pack = try await forge.export().packed()
        for size in [1, 255, 256, 257, forge.size] {
            let (verdict, words, report) = try judge(pack, old: try forge.checkpoint(size))
            #expect(verdict == .good && report.passed.contains(.consistency), "\(size): \(words)")
        }
    }

    // MARK: Keys

    @Test func withoutTheRightKeyNothingIsJudged() async throws {
        let forge = try forge()
        let pack = try await forge.export().packed()
        #expect(try verify(pack, keys: []).problem == .noKey)
        let other = try NoteSigner(name: forge.origin, seed: [UInt8](repeating: 9, count: 32))
        let report = try verify(pack, keys: [other.verifier])
        #expect(report.verdict == .cannotJudge)
        #expect(try #require(report.problem).description.contains("it names “\(forge.origin)+"))
    }

    @Test func aPackSignedAgainWithAnotherKeyIsNotBelieved() async throws {
        let other = try NoteSigner(name: try forge().origin, seed: [UInt8](repeating: 9, count: 32))
        let (verdict, words, _) = try judge(try await forge().export(signer: other).packed())
        #expect(verdict == .cannotJudge && words.hasPrefix("None of the keys that were given has signed"), "\(words)")
    }

    @Test func aSignatureThatDoesNotFitIsTampering() async throws {
        var export = try forge().export()
        let text = String(decoding: export[PackFiles.checkpoint], as: UTF8.self)
        let forged = text.replacingOccurrences(of: "\n\(export.checkpoint.size)\n", with: "\n3\n")
        export[PackFiles.checkpoint] = Array(forged.utf8)
        let (verdict, words, _) = try judge(try await export.packed())
        #expect(verdict == .tampered && words.contains("does not fit the text"), "\(words)")
    }

    @Test func aMissingWitnessIsNamed() async throws {
        let forge = try forge()
        let witness = try NoteSigner(name: "witness", seed: [UInt8](repeating: 5, count: 32), type: .cosignature)
        let pack = try await forge.export().packed()
        let report = try withFile(pack) { path in
            PackVerifier(keys: [try forge.key], witnesses: [witness.verifier], quorum: 1).verify(path: path)
        }
        #expect(report.problem == .quorumMissed(found: 0, wanted: 1) && report.verdict == .cannotJudge)
    }

    // MARK: Faults

    @Test func aPackThatWasCutOffIsIncompleteAndNamesThePlace() async throws {
        let pack = try await forge().export().packed()
        for count in [pack.count - 1, pack.count - 200, pack.count / 2, pack.count / 3, 5_000, 40, 5] {
            let (verdict, words, _) = try judge(Array(pack.prefix(count)))
            #expect(verdict == .incomplete, "\(count): \(words)")
            #expect(words.hasPrefix("The file was cut off at byte \(count)"), "\(words)")
        }
        #expect(try judge(Array(pack.prefix(pack.count / 2))).words.contains(", inside “"))
    }

    @Test func whatIsNoPackIsSaidToBeNone() async throws {
        for bytes in [[], Array("no pack at all".utf8), [UInt8](repeating: 0, count: 100)] as [[UInt8]] {
            #expect(try judge(bytes).verdict == .notAPack)
        }
        let zip = try await zipped([PackedFile(name: "a", bytes: [1])])
        #expect(try judge(zip).report.problem == .noManifest)
        let report = PackVerifier(keys: [try forge().key]).verify(path: "/nowhere/pack.zip")
        #expect(report.verdict == .notAPack)
    }

    @Test func entriesInAnotherOrderAreFound() async throws {
        var export = try forge().export()
        let name = "tile/entries/000"
        var entries = try TileBytes.decodeBundle(export[name], width: 256)
        entries.swapAt(10, 11)
        export[name] = try TileBytes.encodeBundle(entries)
        let (verdict, words, _) = try judge(try await export.packed())
        #expect(verdict == .tampered && words.hasPrefix("Entry 10 was changed"), "\(words)")
        // With the tile changed likewise, the signed root still says so.
        var hashes = try TileBytes.decode(export["tile/0/000"], width: 256)
        hashes.swapAt(10, 11)
        export["tile/0/000"] = TileBytes.encode(hashes)
        let again = try judge(try await export.packed())
        #expect(again.verdict == .tampered && again.words.contains("was changed after signing"), "\(again.words)")
    }

    @Test func filesInAnotherOrderAreFound() async throws {
        var export = try forge().export()
        let manifest = try export.manifest()
        export.files.swapAt(4, 5)
        let (verdict, words, _) = try judge(try await zipped(export.files + [manifest]))
        #expect(verdict == .tampered && words.contains("stands in another place"), "\(words)")
    }

    @Test func twoPacksMergedAreFound() async throws {
        let pack = try await forge().export().packed()
        let other = try Forge(organisation: "0b0e0000-0000-7000-8000-000000000002", seed: 8)
        let stranger = try other.export()
        let appended = try judge(pack + (try await stranger.packed()))
        #expect(appended.verdict == .tampered && appended.words.contains("follow the end of the pack"))
        // Files of one put into the other.
        var merged = try forge().export()
        let manifest = try merged.manifest()
        let file = try #require(stranger.files.last)
        merged.files.append(file)
        let unlisted = try judge(try await zipped(merged.files + [manifest]))
        #expect(unlisted.verdict == .tampered && unlisted.words.contains("does not list the file “\(file.name)”"))
        let listed = try judge(try await merged.packed())
        #expect(listed.verdict == .tampered && listed.words.contains("is named by no entry"), "\(listed.words)")
        // The other's entries under this one's signature.
        merged = try forge().export()
        for name in merged.names("tile/") { merged[name] = stranger[name] }
        #expect(try judge(try await merged.packed()).verdict == .tampered)
        // A chosen entry of the other.
        var chosen = try forge().export(records: [1])
        let foreign = try other.export(records: [1])
        let entry = try #require(foreign.names("entries/").first)
        chosen[entry] = foreign[entry]
        let words = try judge(try await chosen.packed()).words
        #expect(words.hasPrefix("Entry 1 is not in the signed tree"), "\(words)")
    }

    @Test func anotherFileInThePlaceOfEvidenceIsFound() async throws {
        var export = try forge().export()
        let names = export.names("evidence/")
        export[names[4]] = Array("another file".utf8)
        let (verdict, words, _) = try judge(try await export.packed())
        let found = Hash.sha256(Array("another file".utf8))
        #expect(verdict == .tampered)
        #expect(words == "The evidence \(names[4].dropFirst(9)) is another file: its SHA-256 is \(found).", "\(words)")
    }

    @Test func missingEvidenceIsIncompleteAndNamed() async throws {
        var export = try forge().export()
        let name = export.names("evidence/")[2]
        let manifest = try export.manifest()
        export.remove(name)
        #expect(try judge(try await zipped(export.files + [manifest])).report.problem == .fileMissing(name))
        let (verdict, words, _) = try judge(try await export.packed())
        #expect(verdict == .incomplete && words.contains("named by entry 10, is missing"), "\(words)")
        // Said by the statement, and so by the signed entry: it was gone when the pack was made.
        let hash = try #require(Hash(hex: String(name.dropFirst(9))))
        let gone = PackStatement.NotIncluded(index: 10, file: hash, reason: .missing)
        let told = try judge(try await forge().export(notIncluded: [gone]).packed())
        #expect(told.verdict == .incomplete && told.words.contains("was missing on the server"), "\(told.words)")
    }

    @Test func anEntryThatWasLeftOutIsFound() async throws {
        // From the middle of a bundle.
        var export = try forge().export()
        var entries = try TileBytes.decodeBundle(export["tile/entries/000"], width: 256)
        entries.remove(at: 20)
        export["tile/entries/000"] = try TileBytes.encodeBundle(entries)
        let gap = try judge(try await export.packed())
        #expect(gap.verdict == .tampered && gap.words.contains("tile/entries/000"), "\(gap.words)")
        // A whole bundle.
        export = try forge().export()
        export.remove("tile/entries/000")
        #expect(try judge(try await export.packed()).words == "The file “tile/entries/000” is missing.")
        // A version of a chosen record, with its revision and a statement that fits.
        var chosen = try forge().export(records: [5, 6])
        for name in [PackFiles.entry(206), PackFiles.proof(206)] { chosen.remove(name) }
        let left = try judge(try await chosen.packed())
        #expect(left.verdict == .tampered && left.words.contains("Line 2 of “records/000001.ndjson”"), "\(left.words)")
        // A first version.
        chosen = try forge().export(records: [5, 6])
        for name in [PackFiles.entry(6), PackFiles.proof(6)] { chosen.remove(name) }
        let lines = chosen[PackFiles.records(0)].split(separator: 0x0a)
        chosen[PackFiles.records(0)] = Array(lines[0]) + [0x0a]
        let first = try judge(try await chosen.packed())
        #expect(first.words == "Version 1 of \(Forge.record(6)) is missing." && first.verdict == .incomplete)
    }

    @Test func aRevisionThatIsMissingChangedOrOutOfPlaceIsFound() async throws {
        var export = try forge().export()
        let name = PackFiles.records(0)
        let lines = export[name].split(separator: 0x0a).map(Array.init)
        func joined(_ lines: [[UInt8]]) -> [UInt8] { lines.flatMap { $0 + [0x0a] } }
        var fewer = lines
        fewer.remove(at: 5)
        export[name] = joined(fewer)
        let missing = try judge(try await export.packed())
        #expect(missing.verdict == .incomplete)
        #expect(missing.words.hasPrefix("The revision of entry 6 (\(Forge.record(6))) is missing"), "\(missing.words)")
        var changed = lines
        let text = String(decoding: lines[5], as: UTF8.self).replacingOccurrences(of: "Control 6", with: "Control 7")
        changed[5] = Array(text.utf8)
        export[name] = joined(changed)
        let altered = try judge(try await export.packed())
        #expect(altered.verdict == .tampered && altered.words.hasPrefix("The revision of entry 6"), "\(altered.words)")
        var doubled = lines
        doubled.insert(lines[5], at: 5)
        export[name] = joined(doubled)
        let twice = try judge(try await export.packed())
        #expect(twice.words == "Line 7 of “\(name)” holds a revision of entry 6, which does not belong there.")
        export[name] = joined(Array(lines.reversed()))
        #expect(try judge(try await export.packed()).verdict != .good)
    }

    @Test func anErasureThatNoEntryRecordsIsFound() async throws {
        // Somebody takes a revision out and says that it was erased: the statement no longer fits its entry.
        var export = try forge().export()
        export.statement.erased.append(.init(index: 8, record: Forge.record(8), erasure: 400))
        let (verdict, words, _) = try judge(try await export.packed())
        #expect(verdict == .tampered && words.hasPrefix("The statement in the manifest was altered"), "\(words)")
        // The server itself says so, but its ledger does not.
        var liar = try Forge()
        liar.claimErased(.init(index: 8, record: Forge.record(8), erasure: 400))
        let second = try verify(try await liar.export().packed(), keys: [try liar.key])
        #expect(second.problem == .notAnErasure(index: 8, erasure: 400), "\(second.problem?.description ?? "")")
    }

    @Test func aStatementOrPageThatWasWrittenAnewIsFound() async throws {
        var export = try forge().export()
        export.statement.organisationName = "Somebody Else"
        #expect(try judge(try await export.packed()).words.hasPrefix("The statement in the manifest was altered"))
        for name in [PackFiles.index, PackFiles.readme] {
            export = try forge().export()
            export[name] = Array("All is well.".utf8)
            #expect(
                try judge(try await export.packed()).words == "The file “\(name)” is not the one that was exported.")
        }
        export = try forge().export()
        export.exportIndex = 7
        #expect(try judge(try await export.packed()).words == "Entry 7 does not record the export of this pack.")
    }

    @Test func rewrittenHistoryIsFoundByTheCheckpointThatTheAuditorKept() async throws {
        let kept = try forge().checkpoint(100)
        // The same key signs another history.
        let other = try Forge(records: 90)
        let report = try verify(try await other.export().packed(), keys: [try other.key], old: kept)
        #expect(report.verdict == .tampered)
        #expect(
            report.problem?.description
                == "The ledger of \(other.size + 1) entries does not continue your checkpoint of 100 entries: history was rewritten."
        )
    }

    @Test func aCheckpointThatCannotBeComparedIsNamed() async throws {
        let forge = try forge()
        let chosen = try await forge.export(records: [1]).packed()
        #expect(try judge(chosen, old: try forge.checkpoint(100)).report.problem == .noProofFrom(oldSize: 100))
        let small = try Forge(records: 20, erases: false)
        let report = try verify(
            try await small.export().packed(), keys: [try small.key], old: try forge.checkpoint(100))
        #expect(report.problem == .packIsOlder(oldSize: 100, size: 41) && report.verdict == .cannotJudge)
    }

    /// Nothing in the file is without meaning: each altered byte is found, the container's own too.
    @Test func everyAlteredByteIsFound() async throws {
        let small = try Forge(records: 12)
        for records in [nil, [3, 5]] as [[Int]?] {
            let pack = try await small.export(records: records, previous: 9).packed()
            var random = SystemRandomNumberGenerator()
            let places = (0..<600).map { _ in Int.random(in: pack.indices, using: &random) }
            for at in places {
                var altered = pack
                altered[at] ^= UInt8.random(in: 1...255, using: &random)
                let report = try verify(altered, keys: [try small.key])
                #expect(report.verdict != .good, "byte \(at) from \(pack[at]) to \(altered[at])")
            }
        }
    }

    @Test func thePageIsOneFileThatEscapesAndLoadsNothing() {
        let page = String(decoding: Forge.summary.pageBytes(), as: UTF8.self)
        #expect(page.contains("&lt;b&gt;A &amp; B&lt;/b&gt;") && !page.contains("<b>A"))
        #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
        #expect(page.contains("default-src 'none'") && page.contains("And 2 more"))
        #expect(page.contains("<td>5</td>"), "unknown is shown")
    }
}
