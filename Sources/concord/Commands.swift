// The commands that work on a data folder.
import Access
import ArgumentParser
import Demo
import Foundation
import Governance
import HTTPServing
import Logging
import MerkleLog
import PostgresStorage
import RecordKit
import Records
import SQLiteStorage
import Server
import Storage

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings a PostgreSQL database up to date, before new nodes start.",
        discussion: "The server does so at its start, too; nodes that start together wait for each other.")
    @OptionGroup var records: DatabaseOption

    func run() throws {
        guard let address = try records.address() else {
            throw ValidationError("Give --database; a file in a data folder is brought up to date when it is opened.")
        }
        let done = try PostgresMigrations.migrate(address)
        print(done.isEmpty ? "The database is up to date." : "Carried out: \(done.joined(separator: ", ")).")
    }
}

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Fills an empty data folder with two demo organisations.")
    @OptionGroup var at: DataOption
    @OptionGroup var records: DatabaseOption
    @OptionGroup var files: FilesOption
    @Option(help: "The password of every demo account.") var password = "concord demo 2026"
    @Option(help: "As many more controls, assets, answers and pieces of evidence each, with a third organisation.")
    var scale = 0
    @Flag(help: "Also print an API token that may read and write, for measuring.") var token = false

    mutating func validate() throws {
        guard (0...1_000_000).contains(scale) else { throw ValidationError("--scale must be 0 to 1000000.") }
    }

    func run() async throws {
        // The story begins long before today; so does the catalogue that it speaks of.
        let beginning = Access.Environment(
            clock: Clock { Clock.system.now().adding(seconds: -500 * 86_400) }, random: .system)
        let installation = try await at.open(records, files, loading: beginning)
        let services = installation.services
        let seeder = DemoSeeder(
            store: services.store, accounts: services.accounts, blobs: services.blobs, library: services.library,
            posture: installation.posture, hasher: installation.hasher)
        let report = try await seeder.seed(
            password: password, today: services.environment.now().day(in: .gmt), random: services.environment.random)
        print(report.summary)
        var organisations = report.organisations
        if scale > 0 { organisations += try await fill(seeder, installation, besides: organisations) }
        if token { print("token: \(try await seeder.token(signIn: services.signIn))") }
        // The ledgers stand signed before anybody looks.
        for organisation in organisations { try await services.ledger.checkpoint(organisation) }
        try await services.ledger.checkpoint(nil)
        try installation.store.close()
    }

    /// Adds records in bulk.
    /// - Returns: The organisations that were founded for them.
    private func fill(
        _ seeder: DemoSeeder, _ installation: Installation, besides known: [UUID]
    ) async throws -> [UUID] {
        let environment = installation.services.environment
        let report = try await installation.store.withoutFlushes { [scale] in
            try await seeder.scale(
                scale, today: environment.now().day(in: .gmt), environment: environment,
                progress: { if $0 % 10_000 == 0 { write("\($0) of \(scale)") } })
        }
        print(report.summary)
        return report.organisations.filter { !known.contains($0) }
    }
}

struct Ledger: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The ledger of what was recorded.", subcommands: [Verify.self, Keys.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verifies a live or copied database, and names the first thing that does not fit.",
            discussion: "Exit status: 0 everything fits, 1 something does not, 2 not a database of Concord.")
        @OptionGroup var at: DataOption
        @Option(
            help: ArgumentHelp(
                "A copied database file, or a PostgreSQL database, instead of the data folder.",
                discussion: "Of PostgreSQL, a copy as of one moment is made in a temporary folder and verified."))
        var database: String?
        @Option(name: .customLong("key"), help: "A public key to check signatures with (vkey); may be repeated.")
        var keys: [String] = []

        func run() async throws {
            let found = try verified()
            for end in found.ledgers {
                print("ledger \(end.ledger): \(end.leaves) leaves, \(end.covered) under a checkpoint, root \(end.root)")
            }
            print(
                "\(found.revisions) revisions of \(found.records) records, \(found.links) links, \(found.tiles) tiles, "
                    + "\(found.checkpoints) checkpoints, \(found.erased) erased")
            if found.checkpointsWithoutKey > 0 {
                print(
                    "\(found.checkpointsWithoutKey) checkpoints fit, but nobody's signature was checked: give --key")
            }
            if let problem = found.firstProblem {
                write("Does not fit: \(problem.description)")
                throw ExitStatus.no
            }
            print("Everything fits.")
        }

        private func verified() throws -> LedgerVerification {
            func verify(_ path: String) throws -> LedgerVerification {
                try LedgerVerifier(path: path, schemas: Registry.schemas, verifierKeys: keys).verify()
            }
            if let database, !PostgresAddress.isAddress(database) { return try verify(database) }
            let records = DatabaseOption(database)
            guard let address = try records.address() else {
                return try verify(at.data.appendingPathComponent("concord.sqlite").path)
            }
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("concord-verify-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            defer {
                do { try FileManager.default.removeItem(at: folder) } catch {
                    write("\(folder.path) was left behind: \(error)")
                }
            }
            let path = folder.appendingPathComponent("copy.sqlite").path
            let session = try PostgresSession(address)
            try session.snapshot { source in
                try DatabaseFile.fill(path: path, schemas: Registry.schemas) { target in
                    try SQLCopy.copy(from: source, to: target, schemas: Registry.schemas)
                }
            }
            return try verify(path)
        }
    }

    struct Keys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the public key of each organisation's ledger, for auditors to keep.")
        @OptionGroup var at: DataOption
        @OptionGroup var records: DatabaseOption
        @OptionGroup var files: FilesOption

        func run() async throws {
            let installation = try await at.open(records, files)
            let organisations = try await installation.store.read { try $0.organisations(after: nil, limit: 1_000) }
            for organisation in organisations {
                let found = try await installation.store.read {
                    try $0.find(ID<Organisation>(organisation), in: organisation)
                }
                print("\(try installation.services.ledger.verifierKey(organisation))  \(found?.value.name ?? "")")
            }
            print("\(try installation.services.ledger.verifierKey(nil))  the server itself")
            try installation.store.close()
        }
    }
}

struct PostureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posture", abstract: "How both standards stand, and the statuses behind it.",
        subcommands: [Show.self, Rebuild.self], defaultSubcommand: Show.self)

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Computes every status anew, and says which had been wrong.")
        @OptionGroup var at: DataOption
        @OptionGroup var records: DatabaseOption
        @OptionGroup var files: FilesOption

        func run() async throws {
            let installation = try await at.open(records, files)
            let (services, posture) = (installation.services, installation.posture)
            let now = services.environment.now()
            var wrong = 0
            for organisation in try await services.store.read({ try $0.organisations(after: nil, limit: 1_000) }) {
                let requirements = try await services.library.current(for: organisation).assessable
                let zone = try await services.store.read {
                    try $0.find(ID<Organisation>(organisation), in: organisation)?.value.timeZone
                }
                let today = now.day(in: TimeZone(identifier: zone ?? "") ?? .gmt)
                wrong += try await services.store.write(organisation) { transaction in
                    let before = Set(try transaction.statuses(in: organisation))
                    try posture.rebuild(requirements: requirements, in: transaction, organisation, today)
                    return Set(try transaction.statuses(in: organisation)).symmetricDifference(before).count
                }
            }
            print(wrong == 0 ? "Every status was right." : "\(wrong) status rows differed and are right now.")
        }
    }
}

struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who may sign in.", subcommands: [List.self, Invite.self, End.self, Link.self])

    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a one-time link with which an account gets a new password, valid for 24 hours.")
        @OptionGroup var at: DataOption
        @OptionGroup var records: DatabaseOption
        @OptionGroup var files: FilesOption
        @Argument(help: "The email address of the account.") var email: String
        @Option(
            name: .customLong("base-url"),
            help: "Where people reach the server, such as https://concord.example.org; else CONCORD_URL is taken.")
        var baseURL: String?

        mutating func validate() throws {
            let given = baseURL ?? ProcessInfo.processInfo.environment["CONCORD_URL"] ?? ""
            guard !given.isEmpty else { return }
            guard let parts = URLComponents(string: given), ["http", "https"].contains(parts.scheme),
                parts.host?.isEmpty == false, parts.query == nil, parts.fragment == nil
            else { throw ValidationError("--base-url must be an address such as https://concord.example.org.") }
            baseURL = given.hasSuffix("/") ? String(given.dropLast()) : given
        }

        func run() async throws {
            let installation = try await at.open(records, files)
            guard let account = try await installation.store.account(email: email.lowercased()) else {
                write("There is no account \(email).")
                throw ExitStatus.refused
            }
            let secret = try await installation.services.signIn.createLink(
                for: account.id, by: .operator(user: NSUserName(), organisation: nil))
            try installation.store.close()
            print("\(baseURL ?? "")/welcome/\(secret)")
        }
    }
}

/// Prints how long a projection takes, for Benchmarks/README.md.
struct MeasureProjection: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure-projection",
        abstract: "Measures the projection on a made-up crosswalk; release builds give figures.", shouldDisplay: false)
    @Option(help: "Frameworks.") var frameworks = 20
    @Option(help: "Items of each.") var items = 1_000

    func validate() throws {
        guard (2...200).contains(frameworks), (1...10_000).contains(items) else {
            throw ValidationError("2 to 200 frameworks of 1 to 10,000 items.")
        }
    }

    func run() throws {
        let measure = ProjectionMeasure(frameworks: frameworks, itemsEach: items)
        func tenths(_ milliseconds: Double) -> Double { (milliseconds * 10).rounded() / 10 }
        print("items \(measure.items), mappings \(measure.mappings)")
        print("graph \(tenths(measure.build)) ms, whole projection \(tenths(measure.whole)) ms")
        print(
            "one answer: median \(tenths(measure.oneAnswer.median)) ms, worst \(tenths(measure.oneAnswer.worst)) ms, "
                + "at most \(measure.touchedMax) items computed anew")
    }
}

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the tables that the record types ask for, for writing a migration.",
        shouldDisplay: false)

    @Flag(help: "Of a PostgreSQL database.") var postgres = false

    func run() throws {
        let statements =
            postgres ? PostgresMigrations.definition(Registry.schemas) : SQLiteStore.definition(Registry.schemas)
        for statement in statements { print(statement + ";\n") }
    }
}
