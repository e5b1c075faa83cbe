// `concord verify pack`: for the auditor's machine. It needs the pack and the keys, no network and no data folder.
import ArgumentParser
import AuditPack
import Foundation
import MerkleLog

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verifies what was exported.", subcommands: [Pack.self])

    enum Format: String, ExpressibleByArgument { case table, json }

    struct Pack: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verifies an audit pack, and names the first thing that does not fit.",
            discussion: """
                Exit status: 0 everything fits, 1 tampered, 4 incomplete, 3 cannot judge (no key, unknown key), \
                2 not a pack.
                """)
        @Argument(help: "The pack.") var file: String
        @Option(name: .customLong("key"), help: "A key of the ledger (vkey), not from the pack; may be repeated.")
        var keys: [String] = []
        @Option(name: .customLong("witness"), help: "A key of a witness (vkey); may be repeated.")
        var witnesses: [String] = []
        @Option(help: "How many witnesses must have cosigned.") var quorum = 0
        @Option(help: "A checkpoint that you kept: the ledger must continue it.") var checkpoint: String?
        @Option(help: "How to print what was found: table or json.") var format = Format.table

        mutating func validate() throws {
            guard (0...SignedNote.signaturesMax).contains(quorum) else {
                throw ValidationError("--quorum must be 0 to \(SignedNote.signaturesMax).")
            }
        }

        func run() throws {
            let old = try checkpoint.map { path in
                do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
                    throw ValidationError("--checkpoint: \(path) cannot be read.")
                }
            }
            let verifier = PackVerifier(
                keys: try keys.map { try Self.key($0, "--key") },
                witnesses: try witnesses.map { try Self.key($0, "--witness") }, quorum: quorum, oldCheckpoint: old)
            let line = ProgressLine()
            let report = verifier.verify(path: file, progress: line.isShown ? { line.show($0) } : nil)
            line.clear()
            switch format {
            case .table: print(Self.words(report))
            case .json:
                print(String(decoding: try Self.json(report).canonical(), as: UTF8.self))
            }
            switch report.verdict {
            case .good: return
            case .tampered: throw ExitStatus.no
            case .incomplete: throw ExitStatus.incomplete
            case .cannotJudge: throw ExitStatus.cannotJudge
            case .notAPack: throw ExitStatus.badInput
            }
        }

        private static func key(_ text: String, _ option: String) throws -> NoteVerifier {
            do throws(NoteKeyError) { return try NoteVerifier(vkey: text) } catch {
                throw ValidationError("\(option) \(text): \(error.description)")
            }
        }

        private static let names: [PackStep: String] = [
            .container: "file and manifest", .signatures: "signatures", .root: "root of the ledger",
            .inclusion: "entries in the tree", .consistency: "older checkpoint", .commitments: "revisions",
            .evidence: "evidence", .gaps: "nothing missing",
        ]

        private static func words(_ report: PackReport) -> String {
            var lines: [String] = []
            if let statement = report.statement {
                let time = RFC3339.format(millisecondsSince1970: statement.exportedAtMilliseconds)
                lines.append("Pack of \(statement.organisationName), as of entry \(statement.asOf), exported \(time)")
            }
            if let checkpoint = report.checkpoint {
                let signers = report.signatures.map(\.vkey).joined(separator: ", ")
                lines.append(
                    "Checkpoint of \(checkpoint.origin): \(checkpoint.size) entries, root \(checkpoint.root.base64)")
                lines.append("Signed by \(signers)")
            }
            for step in PackStep.allCases {
                let sign =
                    report.passed.contains(step)
                    ? "fits" : report.skipped.contains(step) ? "does not apply" : "not checked"
                lines.append("  " + (names[step] ?? "").padding(toLength: 22, withPad: " ", startingAt: 0) + sign)
            }
            lines.append(
                "\(report.entries) entries, \(report.revisions) revisions, \(report.erased) erased, "
                    + "\(report.evidence) files of evidence (\(report.evidenceBytes) bytes)")
            lines += report.notes.map { "Note: \($0)" }
            switch report.verdict {
            case .good: lines.append("Everything fits.")
            case .tampered: lines.append("Tampered: " + (report.problem?.description ?? ""))
            case .incomplete: lines.append("Incomplete: " + (report.problem?.description ?? ""))
            case .cannotJudge: lines.append("Cannot judge: " + (report.problem?.description ?? ""))
            case .notAPack: lines.append("Not a pack: " + (report.problem?.description ?? ""))
            }
            return lines.joined(separator: "\n")
        }

        private static func json(_ report: PackReport) -> JSONValue {
            .object([
                "checkpoint": report.checkpoint.map {
                    .object([
                        "origin": .string($0.origin), "root": .string($0.root.base64), "size": .integer($0.size),
                    ])
                } ?? .null,
                "entries": .integer(report.entries), "erased": .integer(report.erased),
                "evidence": .integer(report.evidence), "evidenceBytes": .integer(report.evidenceBytes),
                "notes": .array(report.notes.map { .string($0.description) }),
                "organisation": report.statement.map { .string($0.organisationName) } ?? .null,
                "passed": .array(report.passed.map { .string($0.rawValue) }),
                "problem": report.problem.map { .string($0.description) } ?? .null,
                "revisions": .integer(report.revisions),
                "signatures": .array(report.signatures.map { .string($0.vkey) }),
                "skipped": .array(report.skipped.map { .string($0.rawValue) }),
                "verdict": .string(report.verdict.rawValue),
            ])
        }
    }
}

/// How far a long verification is, on a terminal and only there.
private final class ProgressLine {
    let isShown = isatty(STDERR_FILENO) == 1
    private var last = -1

    func show(_ progress: PackProgress) {
        let percent = progress.bytesAll > 0 ? progress.bytesDone * 100 / progress.bytesAll : 100
        guard percent != last else { return }
        last = percent
        FileHandle.standardError.write(Data("\r\(progress.step.rawValue) \(percent) %   ".utf8))
    }

    func clear() {
        guard last >= 0 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
