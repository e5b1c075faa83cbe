// `concord pack`: an audit pack from a data folder that no server holds.
import Access
import ArgumentParser
import AuditPack
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import SQLiteStorage
import Server
import Storage

struct PackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack", abstract: "Exports an audit pack: records and evidence with the proofs of the ledger.",
        discussion: """
            The export becomes an entry of the ledger, which is signed at once. While a server runs on the folder, \
            export from its ledger page, or with POST /api/v1/packs.
            """)
    @OptionGroup var at: DataOption
    @OptionGroup var database: DatabaseOption
    @OptionGroup var files: FilesOption
    @Option(help: "The name or the id of the organisation.") var organisation: String
    @Option(help: "The last moment to show: an entry of the ledger, a day or a time (RFC 3339).") var asOf: String?
    @Option(parsing: .upToNextOption, help: "Only these records, each as TYPE/ID.") var records: [String] = []
    @Option(help: "A checkpoint that the auditor kept; the pack proves that the ledger continues it.")
    var since: String?
    @Option(help: "The file to write; it must not exist yet.") var output: String

    func run() async throws {
        let note = try since.map { path in
            do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
                throw ValidationError("--since: \(path) cannot be read.")
            }
        }
        guard !FileManager.default.fileExists(atPath: output) else {
            throw ValidationError("--output: \(output) exists already.")
        }
        let installation = try await opened()
        let services = installation.services
        let caller = try await caller(services)
        let request = PackRequest(
            asOf: try await moment(services, caller), records: records.isEmpty ? nil : records, since: note)
        let pack = try await services.packs.prepare(request, as: caller)
        let sink = try PackFile(path: output)
        do {
            try await pack.write(to: sink)
            try sink.close()
        } catch {
            sink.remove()
            throw error
        }
        try installation.store.close()
        let statement = pack.statement
        print(
            "\(output): \(statement.revisions) revisions and \(statement.evidence) files of "
                + "\(statement.organisationName), as of entry \(statement.asOf); the export is entry \(pack.exportIndex)."
        )
        if !statement.erased.isEmpty { print("\(statement.erased.count) revisions were erased before.") }
        if !statement.notIncluded.isEmpty {
            print("\(statement.notIncluded.count) revisions or files are left out; manifest.json says why.")
        }
        print(
            "Key for the auditor, to hand over on another way: \(try services.ledger.verifierKey(caller.organisation))")
    }

    private func opened() async throws -> Installation {
        do { return try await at.open(database, files) } catch let error as DataFolderError {
            guard case .inUse(let path) = error else { throw error }
            write(
                "\(path) is in use by a running server. Export from its ledger page, or with POST /api/v1/packs.")
            throw ExitStatus.refused
        }
    }

    /// Whoever runs the command, in the organisation that it names.
    private func caller(_ services: Services) async throws -> Caller {
        var found: [(id: UUID, zone: String)] = []
        var last: UUID?
        while true {
            let after = last
            let page = try await services.store.read { reader in
                try reader.organisations(after: after, limit: 200).map { id in
                    (id, try reader.find(ID<Organisation>(id), in: id)?.value)
                }
            }
            for (id, record) in page where id.lowercased == organisation.lowercased() || record?.name == organisation {
                found.append((id, record?.timeZone ?? ""))
            }
            guard page.count == 200 else { break }
            last = page.last?.0
        }
        guard let first = found.first else {
            write("There is no organisation “\(organisation)”.")
            throw ExitStatus.refused
        }
        guard found.count == 1 else {
            write("\(found.count) organisations are called “\(organisation)”; give the id.")
            throw ExitStatus.badInput
        }
        return .operator(
            user: ProcessInfo.processInfo.userName, organisation: first.id,
            timeZone: TimeZone(identifier: first.zone) ?? .gmt)
    }

    private func moment(_ services: Services, _ caller: Caller) async throws -> AsOf? {
        guard let asOf else { return nil }
        if let index = Int(asOf) { return try await services.records.moment(index: index, as: caller) }
        // A day is meant to its end, in UTC: the command has no page that shows the organisation's days.
        guard let time = Instant(asOf) ?? Instant(asOf + "T23:59:59.999Z") else {
            throw ValidationError("--as-of must be an entry of the ledger, a day (yyyy-mm-dd) or a time (RFC 3339).")
        }
        return try await services.records.moment(at: time, as: caller)
    }
}

/// A new file that only its owner may read: a pack holds what the organisation keeps to itself.
private final class PackFile: ByteSink {
    private let path: String
    private let handle: FileHandle

    init(path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ValidationError("--output: \(path): \(String(cString: strerror(errno)))")
        }
        self.path = path
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ bytes: [UInt8]) async throws { try handle.write(contentsOf: bytes) }

    func close() throws {
        try handle.synchronize()
        try handle.close()
    }

    /// What was begun is no pack.
    func remove() {
        do { try FileManager.default.removeItem(atPath: path) } catch {
            concord.write("\(path) is left behind unfinished: \(error)")
        }
    }
}
