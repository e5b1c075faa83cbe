// `concord backup`, `concord restore` and `concord move`: an installation in one file, out of it, and from store to store.
import Access
import ArgumentParser
import Foundation
import PostgresStorage
import RecordKit
import SQLiteStorage
import Server
import Storage

/// The words that encrypt a backup.
struct PassphraseOption: ParsableArguments {
    /// Taken where the option is not given: a command line is seen by every user of a machine.
    static let variable = "CONCORD_PASSPHRASE"
    static let charactersMin = 12

    @Option(
        help: ArgumentHelp(
            "A file whose first line is the passphrase of the backup.",
            discussion: "Without it the variable \(variable) is taken. Without both, backups are not encrypted."))
    var passphraseFile: String?

    /// - Throws: `ValidationError` for a file that cannot be read, or for too short a passphrase.
    func passphrase() throws -> String? {
        let text: String
        if let passphraseFile {
            guard let contents = try? String(contentsOfFile: passphraseFile, encoding: .utf8) else {
                throw ValidationError("--passphrase-file: \(passphraseFile) cannot be read as text.")
            }
            text = contents.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        } else {
            guard let value = ProcessInfo.processInfo.environment[Self.variable], !value.isEmpty else { return nil }
            text = value
        }
        guard text.count >= Self.charactersMin else {
            throw ValidationError("A passphrase has at least \(Self.charactersMin) characters.")
        }
        return text
    }
}

/// One line on a terminal that says how far a backup is.
private final class BackupLine: Sendable {
    private let isShown = isatty(STDERR_FILENO) == 1

    func show(_ progress: BackupProgress) {
        guard isShown else { return }
        let words =
            switch progress {
            case .records: "records"
            case .files(let count): "\(count) files"
            case .reading(let bytes, let all): "\(all > 0 ? bytes * 100 / all : 100) % read"
            case .verifying: "verifying"
            }
        FileHandle.standardError.write(Data("\r\(words)\u{1B}[K".utf8))
    }

    func clear() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes everything of an installation to one file, while servers go on working.",
        discussion: """
            The file holds the records as of one moment, the files of evidence, the list of erasures and, if it is \
            encrypted, the key that signs the ledgers. Without a passphrase it is a tar archive. Exit status: 0, or 1 \
            if files of evidence had to be left out because they are damaged.
            """)
    @OptionGroup var at: DataOption
    @OptionGroup var records: DatabaseOption
    @OptionGroup var places: FilesOption
    @OptionGroup var secret: PassphraseOption
    @Option(help: "The file to write; it must not exist yet.") var output: String
    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Take in the key that signs the ledgers. Else it is taken in only if the backup is encrypted.")
    var key: Bool?
    @Flag(help: "Leave out the files of evidence.") var withoutFiles = false

    func run() async throws {
        let passphrase = try secret.passphrase()
        let source = try records.place(in: at.data)
        guard FileManager.default.fileExists(atPath: at.data.path) else {
            throw CommandError.badInput("\(at.data.path): there is no data folder.")
        }
        let environment = Access.Environment.system
        let options = Backup.Options(
            output: output, passphrase: passphrase, includesKey: key ?? (passphrase != nil),
            includesFiles: !withoutFiles,
            version: Concord.version)
        let line = BackupLine()
        let report = try await Backup(folder: at.data, records: source, blobs: try await at.blobs(places)).make(
            options, at: environment.now(), random: environment.random.bytes, progress: line.show)
        line.clear()
        let leaves = report.manifest.ledgers.reduce(0) { $0 + $1.leaves }
        print(
            "\(output): \(report.bytes) bytes, \(report.manifest.ledgers.count) ledgers with \(leaves) entries, "
                + "\(report.files) files of evidence (\(report.fileBytes) bytes), as of \(report.manifest.madeAt).")
        print(passphrase == nil ? "It is not encrypted: everybody who has it can read it." : "It is encrypted.")
        if !report.manifest.hasKey {
            print("The key that signs the ledgers is not in it: keep \(at.data.path)/keys elsewhere.")
        }
        if withoutFiles { print("Files of evidence are not in it.") }
        guard report.damaged.isEmpty else {
            for path in report.damaged { write("Damaged, left out: \(path)") }
            throw ExitStatus.no
        }
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Fills an empty installation, of either store, from a backup, and verifies its ledgers.",
        discussion: """
            Everything is compared with its digest, and the records with their ledgers, before anything is written that \
            stays. People sign in again afterwards. What the list of erasures names is erased again at the next start.
            """)
    @Argument(help: "The backup.") var file: String
    @OptionGroup var at: DataOption
    @OptionGroup var records: DatabaseOption
    @OptionGroup var places: FilesOption
    @OptionGroup var secret: PassphraseOption
    @Option(
        help: ArgumentHelp(
            "A list of erasures that is newer than the backup.",
            discussion: "It is the file erasures of the data folder that was lost."),
        transform: { URL(fileURLWithPath: $0) })
    var erasures: URL?
    @Option(name: .customLong("key"), help: "A public key to check signatures with (vkey); may be repeated.")
    var keys: [String] = []
    @Flag(help: "Only read and verify the backup; nothing is written that stays.") var check = false

    func run() async throws {
        let restoration = Restoration(path: file, passphrase: try secret.passphrase(), keys: keys)
        let line = BackupLine()
        let report: Restoration.Report
        if check {
            report = try await restoration.check(in: FileManager.default.temporaryDirectory, progress: line.show)
        } else {
            let address = try records.address()
            report = try await restoration.restore(
                to: at.data, database: address, blobs: try await at.blobs(places), erasures: erasures,
                progress: line.show)
        }
        line.clear()
        let (manifest, found) = (report.manifest, report.verification)
        print("Backup of \(manifest.madeAt), made by Concord \(manifest.version) from \(manifest.store).")
        for end in found.ledgers {
            print("ledger \(end.ledger): \(end.leaves) leaves, \(end.covered) under a checkpoint, root \(end.root)")
        }
        print(
            "\(found.revisions) revisions of \(found.records) records, \(found.erased) erased; "
                + "\(report.files) files of evidence (\(report.fileBytes) bytes)")
        if found.checkpointsWithoutKey > 0 {
            print("\(found.checkpointsWithoutKey) checkpoints fit, but nobody's signature was checked: give --key")
        }
        print(check ? "Everything fits." : "Everything fits and is in place.")
        if !manifest.hasKey, !check {
            print(
                "The key that signs the ledgers is not in the backup: put keys/ledger.key back into \(at.data.path) "
                    + "before the first start, else a new key is made and auditors must be told.")
        }
        if !manifest.hasFiles { print("Files of evidence are not in the backup.") }
    }
}

struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Carries the records of an installation from one store to the other.",
        discussion: """
            Servers must be stopped. Accounts, sessions and tokens go along; files and keys stay in the data folder. What \
            arrived is verified against the ledgers before it counts. The file of SQLite is kept under the name \
            concord.sqlite.moved.
            """)

    enum StoreName: String, ExpressibleByArgument, CaseIterable { case sqlite, postgres }

    @OptionGroup var at: DataOption
    @OptionGroup var records: DatabaseOption
    @Option(help: "Where the records are: sqlite is the file in the data folder, postgres what --database names.")
    var from: StoreName
    @Option(help: "Where they go.") var to: StoreName
    @Option(name: .customLong("key"), help: "A public key to check signatures with (vkey); may be repeated.")
    var keys: [String] = []

    mutating func validate() throws {
        guard from != to else { throw ValidationError("--from and --to must be different.") }
    }

    func run() async throws {
        guard let address = try records.address() else {
            throw ValidationError("Give --database, or \(DatabaseOption.variable).")
        }
        guard FileManager.default.fileExists(atPath: at.data.path) else {
            throw CommandError.badInput("\(at.data.path): there is no data folder.")
        }
        let move = Move(folder: at.data, database: address, keys: keys)
        let found: LedgerVerification
        switch to {
        case .postgres:
            let (arrived, kept) = try await move.toPostgres()
            found = arrived
            print("The records are in PostgreSQL now. \(kept) is what they were; remove it when you trust the move.")
        case .sqlite:
            found = try await move.toFile()
            print("The records are in \(at.data.path) now. Start no node on the database any more.")
        }
        for end in found.ledgers {
            print("ledger \(end.ledger): \(end.leaves) leaves, \(end.covered) under a checkpoint, root \(end.root)")
        }
        if found.checkpointsWithoutKey > 0 {
            print("\(found.checkpointsWithoutKey) checkpoints fit, but nobody's signature was checked: give --key")
        }
        print("\(found.revisions) revisions of \(found.records) records, \(found.erased) erased. Everything fits.")
    }
}

extension DataOption {
    /// The files of an installation, beside whichever server has its folder.
    func blobs(_ files: FilesOption) async throws -> any BlobStore {
        try await files.place(besides: data).store(in: data, now: Access.Environment.system.now)
    }
}

extension DatabaseOption {
    /// Where the records are of which a copy is made.
    func place(in folder: URL) throws -> RecordPlace {
        if let address = try address() { return .postgres(address) }
        return .file(path: folder.appendingPathComponent("concord.sqlite").path)
    }
}
