// A private PostgreSQL from Debian's programs, for one test process: on a socket in a folder of its own, gone when the
// process ends, however it ends.
package import Foundation
import Glibc
package import PostgresStorage
import Synchronization

/// What kept the server from starting. Tests that need it fail then; none is left out.
package struct PostgresServerError: Error, CustomStringConvertible {
    package let description: String
}

/// A running server.
package final class PostgresServer: Sendable {
    /// The password of the role that owns the databases; connections over the socket do not ask for it.
    package static let password = "geheim-4711"
    private static let sharedServer = Mutex<PostgresServer?>(nil)

    /// The server of this process, started when it is first asked for.
    /// - Throws: ``PostgresServerError`` if PostgreSQL is not installed (Debian: `postgresql`) or does not start.
    package static func shared() throws -> PostgresServer {
        try sharedServer.withLock { known in
            if let known { return known }
            let made = try PostgresServer()
            known = made
            return made
        }
    }

    /// The folder of the socket and of the data.
    private let folder: String
    private let programs: String
    private let isFlushing: Bool
    private let environment: [String: String]
    /// The ends of pipes: the end of the process closes them, and with them goes what was started.
    private let keepers = Mutex<[Int32]>([])
    private let serial = Atomic<Int>(0)

    /// Starts a server of its own.
    /// - Parameters:
    ///   - isFlushing: Commits wait for the disk, as they must where it counts; tests save the time.
    ///   - environment: Variables of the server, such as `LD_PRELOAD`.
    ///   - parent: Where its folder is made, such as a disk of its own.
    package init(
        isFlushing: Bool = false, environment: [String: String] = [:],
        in parent: URL = FileManager.default.temporaryDirectory
    ) throws {
        self.isFlushing = isFlushing
        self.environment = environment
        programs = try Self.installed()
        folder = parent.appendingPathComponent("pg-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.run("chown", ["postgres", folder])
        try Self.run("chmod", ["755", folder])
        try asPostgres(
            "initdb",
            [
                "-D", "\(folder)/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C",
                "--no-sync",
            ])
        try start()
        try execute("CREATE ROLE concord LOGIN PASSWORD '\(Self.password)'")
    }

    private static func installed() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let newest = versions.compactMap({ Int($0) }).max() else {
            throw PostgresServerError(
                description: "PostgreSQL is not installed: apt-get install postgresql libpq-dev")
        }
        return "\(root)/\(newest)/bin"
    }

    /// Starts the server, again after ``kill()``.
    package func start() throws {
        // The shell ends what it started when its input ends, and this process holds the other end of that.
        let script = """
            "$@" & server=$!; cat >/dev/null; kill -QUIT $server 2>/dev/null; wait $server; rm -rf "\(folder)"
            """
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(folder)", "fsync=\(isFlushing ? "on" : "off")",
            "max_connections=400",
            "shared_buffers=128MB", "max_wal_size=1GB", "log_min_messages=fatal",
            "log_min_error_statement=fatal",
        ]
        let arguments =
            ["-c", script, "keeper", "env"] + environment.map { "\($0)=\($1)" } + Self.user(programs + "/postgres") + [
                "-D", "\(folder)/data",
            ]
            + settings.flatMap { ["-c", $0] }
        let input = try CloseOnExecPipe()
        defer { close(input.readEnd) }
        keepers.withLock { $0.append(input.writeEnd) }
        _ = try SpawnedProgram(
            "/bin/sh", arguments: arguments, environment: ProcessInfo.processInfo.environment,
            streams: .init(input: input.readEnd))
        for _ in 0..<600 {
            if isReady { return }
            usleep(50_000)
        }
        throw PostgresServerError(description: "PostgreSQL does not answer in \(folder)")
    }

    /// Ends the server and removes all that it has, before the process ends.
    package func stop() {
        for end in keepers.withLock({ keepers in
            defer { keepers = [] }
            return keepers
        }) { close(end) }
    }

    /// It takes connections.
    package var isReady: Bool {
        do {
            try Self.run(programs + "/pg_isready", ["-q", "-h", folder])
            return true
        } catch { return false }
    }

    /// Kills the server at once, as a power cut would.
    package func kill() throws {
        let text = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let pid = text.split(separator: "\n").first.flatMap({ Int32($0) }) else {
            throw PostgresServerError(description: "no postmaster.pid")
        }
        Glibc.kill(pid, SIGKILL)
        // Its children end when they see that it is gone; a new server waits for them.
        usleep(300_000)
        try FileManager.default.removeItem(atPath: "\(folder)/data/postmaster.pid")
    }

    /// A new database that belongs to the role `concord`: empty, or a copy of another that nobody is connected to.
    package func makeDatabase(copying template: String? = nil) throws -> String {
        let name = "t\(getpid())_\(serial.add(1, ordering: .relaxed).newValue)"
        let source = template.map { "TEMPLATE \($0) " } ?? ""
        try execute("CREATE DATABASE \(name) OWNER concord \(source)STRATEGY wal_log")
        return name
    }

    /// How to reach a database.
    package func address(_ database: String, role: String = "concord") throws -> PostgresAddress {
        try PostgresAddress(url(database, role: role))
    }

    /// The same as text.
    package func url(_ database: String, role: String = "concord") -> String {
        "postgres:///\(database)?host=\(folder)&user=\(role)"
    }

    /// Runs statements as the superuser.
    package func execute(_ statements: String..., database: String = "postgres") throws {
        for statement in statements {
            try Self.run(
                programs + "/psql",
                [
                    "-q", "-X", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres", "-d", database, "-c",
                    statement,
                ])
        }
    }

    private func asPostgres(_ program: String, _ arguments: [String]) throws {
        let all = Self.user(programs + "/" + program) + arguments
        try Self.run(all[0], Array(all.dropFirst()))
    }

    /// PostgreSQL refuses to run as root.
    private static func user(_ program: String) -> [String] {
        getuid() == 0
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program] : [program]
    }

    /// Runs a program to its end. Its pipe is inherited by no other program that is started meanwhile, which would keep
    /// it open.
    private static func run(_ program: String, _ arguments: [String]) throws {
        let errors = try CloseOnExecPipe()
        let said = LineBuffer(reading: errors.readEnd)
        let process: SpawnedProgram
        do {
            defer { close(errors.writeEnd) }
            process = try SpawnedProgram(
                "/usr/bin/env", arguments: ["-C", "/", program] + arguments,
                environment: ProcessInfo.processInfo.environment, streams: .init(errors: errors.writeEnd))
        }
        while process.exit == nil || !said.isAtEnd { usleep(1_000) }
        guard process.exit == .status(0) else {
            throw PostgresServerError(
                description: "\(program): \(said.lines.joined(separator: "\n").prefix(500))")
        }
    }
}
