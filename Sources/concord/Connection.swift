// The way from a command to an organisation: a server with a token, or the folder of a stopped one as its operator.
import Access
import ArgumentParser
import Client
import Foundation
import Governance
import HTTPServing
import Logging
import RecordKit
import Records
import SQLiteStorage
import Server
import Storage
import Synchronization

/// Where a command finds its organisation.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Open the data folder of a server that is not running, as its operator.",
            discussion: "The ledger then names operator:USER. Without it the command speaks to a server."),
        completion: .directory, transform: { URL(fileURLWithPath: $0, isDirectory: true) })
    var data: URL?
    @Option(help: "With --data: the organisation, by name or id, if there are several.") var organisation: String?

    mutating func validate() throws {
        guard organisation == nil || data != nil else {
            throw ValidationError("--organisation goes with --data; a token belongs to one organisation.")
        }
    }

    /// Runs the body with a client and closes what was opened for it.
    /// - Parameter idleSeconds: How long a server may think.
    func withClient<T>(
        idleSeconds: Int = TransportLimit.idleSecondsMax, _ body: (APIClient) async throws -> T
    ) async throws -> T {
        guard let data else {
            let credentials = try CredentialsFile(environment: ProcessInfo.processInfo.environment).credentials()
            return try await body(
                .standard(
                    HTTPTransport(base: credentials.base, token: credentials.token, idleSeconds: idleSeconds)))
        }
        let door = try await OperatorDoor(folder: data, organisation: organisation)
        do {
            let result = try await body(.standard(door))
            try await door.close()
            return result
        } catch {
            // What went wrong first is what is told.
            do { try await door.close() } catch let closing { write("The folder was not closed: \(closing)") }
            throw error
        }
    }
}

extension APIClient {
    /// With keys from the system's randomness.
    static func standard(_ transport: any Transport) -> APIClient {
        APIClient(transport, makeKey: { Access.Environment.system.id().lowercased })
    }
}

/// The routes of the server in this process, over an opened data folder: the operator's commands are the same requests
/// as everybody's, and nothing is implemented twice.
struct OperatorDoor: Transport {
    let address: String
    private let installation: Installation
    private let organisation: UUID
    private let server: InProcessServer

    init(folder: URL, organisation named: String?) async throws {
        let path = folder.appendingPathComponent("concord.sqlite").path
        guard FileManager.default.fileExists(atPath: path) else {
            throw DataFolderError.cannotOpen(folder.path, "is not a data folder of Concord")
        }
        address = folder.path
        installation = try await Installation(
            folder: folder, files: try FilesOption.fromEnvironment.place(besides: folder))
        let found = try await Self.organisation(named, in: installation.store)
        organisation = found.id.raw
        var logger = Logger(label: "concord", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        let caller = Caller.operator(
            user: NSUserName(), organisation: organisation, organisationName: found.value.name,
            timeZone: TimeZone(identifier: found.value.timeZone) ?? .gmt)
        server = InProcessServer(try installation.router(), caller: caller, logger: logger)
    }

    /// Signs what was written, and brings everything into the one file.
    func close() async throws {
        try await installation.services.ledger.checkpoint(organisation)
        try installation.store.close()
    }

    func send(
        _ request: APIRequest, receive: (@Sendable (_ bytes: [UInt8]) throws -> Void)?
    ) async throws -> APIAnswer {
        let body = CollectedBody()
        // Nothing is lost on this way, and a key is kept by an account, which the operator has not.
        let headers = request.headers.filter { $0.key != "Idempotency-Key" }
        let answer = try await server.respond(
            request.method.rawValue, request.target, headers: headers, body: request.body ?? []
        ) { status, bytes in
            if let receive, (200...299).contains(status) { return try receive(bytes) }
            try body.append(bytes)
        }
        return APIAnswer(status: answer.status, headers: answer.headers, body: body.bytes)
    }

    /// The organisation by id or name; without either, the only one.
    private static func organisation(
        _ named: String?, in store: any Storage.Store
    ) async throws -> Stored<Organisation> {
        var found: [Stored<Organisation>] = []
        var after: UUID?
        repeat {
            let last = after
            let page = try await store.read { reader in
                try reader.organisations(after: last, limit: 100).map {
                    ($0, try reader.find(ID<Organisation>($0), in: $0))
                }
            }
            found += page.compactMap(\.1).filter { organisation in
                guard let named else { return true }
                return organisation.id.raw == UUID(uuidString: named)
                    || organisation.value.name.compare(named, options: .caseInsensitive) == .orderedSame
            }
            after = page.count == 100 ? page.last?.0 : nil
        } while after != nil && found.count < 100
        guard let first = found.first else {
            throw CommandError.notFound(
                named.map { "There is no organisation “\($0)”." } ?? "There is no organisation.")
        }
        guard found.count == 1 else {
            let names = found.map { "\($0.value.name) (\($0.id.raw.lowercased))" }.joined(separator: ", ")
            throw CommandError.badInput("Say which with --organisation: \(names).")
        }
        return first
    }
}

/// The body of an answer, put together.
private final class CollectedBody: Sendable {
    private let collected = Mutex<[UInt8]>([])
    var bytes: [UInt8] { collected.withLock { $0 } }

    func append(_ bytes: [UInt8]) throws(ClientError) {
        let fits = collected.withLock { collected in
            guard collected.count + bytes.count <= TransportLimit.answerBytesMax else { return false }
            collected.append(contentsOf: bytes)
            return true
        }
        guard fits else { throw .tooLarge(bytesMax: TransportLimit.answerBytesMax) }
    }
}
