// `concord files`: the key that seals files at rest, and what brings those that are there into the one form or the other.
import Access
import ArgumentParser
import Foundation
import Server
import Storage

struct FilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "files", abstract: "How files are kept: sealed at rest, or as they came.",
        subcommands: [Key.self, Seal.self, Unseal.self])

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key that seals files at rest, and writes it to a new file.",
            discussion: """
                Whoever has the key and the files can read them; without the key nobody can, and nothing brings them \
                back. Keep a copy of it apart from the files and from their backups.
                """)
        @Argument(help: "The file to write; it must not exist yet, and not lie in the data folder.") var file: String

        func run() throws {
            let key = try FileKey.make(
                URL(fileURLWithPath: file), secret: Access.Environment.system.random.bytes(32))
            print("\(file): key \(key.name). Keep a copy apart from the files: without it they are lost.")
        }
    }

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seals the files that were kept before there was a key.",
            discussion: """
                Name the key with --file-key. Every server of the installation must have it before. What ends in the \
                middle goes on from there when it is run again. Exit status: 0 all is sealed, 1 some are damaged and stay \
                as they are.
                """)
        @OptionGroup var at: DataOption
        @OptionGroup var records: DatabaseOption
        @OptionGroup var files: FilesOption

        func run() async throws {
            let (installation, key) = try await FilesCommand.opened(at, records, files)
            try await FilesCommand.bring(installation, key, seals: true)
            try installation.store.close()
        }
    }

    struct Unseal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes sealed files as they came, so that no key is needed any more.",
            discussion: """
                Stop every server first: while one has the key it seals what comes. Exit status: 0 none is sealed, 1 some \
                are damaged and stay as they are.
                """)
        @OptionGroup var at: DataOption
        @OptionGroup var records: DatabaseOption
        @OptionGroup var files: FilesOption

        func run() async throws {
            let (installation, key) = try await FilesCommand.opened(at, records, files)
            try await FilesCommand.bring(installation, key, seals: false)
            try await SealingBlobStore.forgetKey(over: installation.rawBlobs)
            try installation.store.close()
            print("The servers can start without the key.")
        }
    }

    private static func opened(
        _ at: DataOption, _ records: DatabaseOption, _ files: FilesOption
    ) async throws -> (Installation, FileKey) {
        guard let key = try files.place(besides: at.data).key else {
            throw ValidationError("Name the key with --file-key or \(FilesOption.keyVariable).")
        }
        return (try await at.open(records, files), key)
    }

    /// Files after which a line tells how far it is.
    private static let filesBetweenLines = 1_000

    /// - Throws: ``ExitStatus/no`` if some are damaged.
    private static func bring(_ installation: Installation, _ key: FileKey, seals: Bool) async throws {
        let run = SealingRun(installation.rawBlobs, key: key, seals: seals, store: installation.store)
        let done = seals ? "sealed" : "opened"
        let report = try await run.run { report in
            guard report.seen % filesBetweenLines == 0 else { return }
            write("\(report.seen) files looked at, \(report.changed) \(done)")
        }
        print("\(report.seen) files, \(report.changed) of them \(done) now (\(report.bytes) bytes).")
        guard report.damagedCount > 0 else { return }
        for name in report.damaged {
            write("damaged: \(name.sha256) of the organisation \(name.organisation.uuidString.lowercased())")
        }
        write("\(report.damagedCount) files are damaged and stay as they are; bring them back from a backup.")
        try installation.store.close()
        throw ExitStatus.no
    }
}
