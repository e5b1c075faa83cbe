// The command `concord`: starts the server, and does on the data folder what an operator needs.
import Access
import ArgumentParser
import Foundation
import PostgresStorage
import S3Storage
import Server
import Storage
import Terminal

@main
struct Concord: AsyncParsableCommand {
    static let version = "0.1.0"
    static let configuration = CommandConfiguration(
        commandName: "concord",
        abstract: "Governance of AI and information security: ISO/IEC 42001 and ISO/IEC 27001 as one system.",
        version: version,
        subcommands: [
            Serve.self, MigrateCommand.self, BackupCommand.self, RestoreCommand.self, MoveCommand.self,
            FilesCommand.self,
            DemoCommand.self, Ledger.self, PackCommand.self, VerifyCommand.self, PostureCommand.self, User.self,
            ImportCommand.self, SchemaCommand.self, MeasureProjection.self, DetectCommand.self, MeasureCommand.self,
        ] + clientCommands)

    /// Bad arguments leave with 2, as every other bad input; errors are one line on standard error.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let exit as ExitStatus {
            Foundation.exit(exit.rawValue)
        } catch TerminalError.readerGone {
            // `… | head` has all it wants.
            Foundation.exit(ExitStatus.incomplete.rawValue)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code.isSuccess {
                print(message)
                Foundation.exit(ExitStatus.good.rawValue)
            }
            let isUsage = error is ValidationError || code == .validationFailure
            write(isUsage ? message : "Error: \(DisplayText.safeLines("\(error)"))")
            Foundation.exit(isUsage ? ExitStatus.badInput.rawValue : ExitStatus.status(of: error).rawValue)
        }
    }
}

/// How a command ends.
enum ExitStatus: Int32, Error {
    case good = 0
    /// The answer is no: tampered, breached, matched.
    case no = 1
    case badInput = 2
    case cannotJudge = 3
    case incomplete = 4
    case refused = 5
    case internalError = 70
}

/// One line on standard error.
func write(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
}

/// Where a command finds the installation.
struct DataOption: ParsableArguments {
    @Option(name: .long, help: "The data folder.", transform: { URL(fileURLWithPath: $0, isDirectory: true) })
    var data: URL = URL(fileURLWithPath: "data", isDirectory: true)
}

/// Where a command finds the records.
struct DatabaseOption: ParsableArguments {
    /// The variable that is taken where the option is not given: a command line is seen by every user of a machine.
    static let variable = "CONCORD_DATABASE"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A PostgreSQL database, such as postgres://concord@db.example.org/concord; else the file in the data folder.",
            discussion: "Without it \(variable) is taken. A password belongs there, in PGPASSWORD or in ~/.pgpass."))
    var database: String?

    init() {}

    init(_ database: String?) { self.database = database }

    /// The database that was named; `nil` for the file in the data folder.
    /// - Throws: `ValidationError` if the text is no connection string. The error does not repeat it.
    func address() throws -> PostgresAddress? {
        let text = database ?? ProcessInfo.processInfo.environment[Self.variable] ?? ""
        guard !text.isEmpty else { return nil }
        do {
            return try PostgresAddress(text)
        } catch {
            guard case .unavailable(let words) = error else { throw error }
            throw ValidationError("--database: \(words)")
        }
    }
}

/// Where a command finds the files.
struct FilesOption: ParsableArguments {
    static let variable = "CONCORD_FILES"
    static let keyVariable = "CONCORD_FILE_KEY"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A bucket for the files, as s3://bucket/prefix?region=eu-central-1; else the data folder.",
            discussion:
                "Without it \(variable) is taken. endpoint=https://… names another S3-compatible store. The keys are "
                + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a file that AWS_SHARED_CREDENTIALS_FILE names."))
    var files: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file with the key that seals files at rest; see concord files key.",
            discussion: "Without it \(keyVariable) is taken. Without either, files lie there as they came."))
    var fileKey: String?

    init() {}

    /// What the variables say.
    static var fromEnvironment: FilesOption {
        var option = FilesOption()
        (option.files, option.fileKey) = (nil, nil)
        return option
    }

    /// - Parameter folder: The data folder, in which the key must not lie.
    /// - Throws: `ValidationError`, ``S3SettingError``, ``FileKeyError``.
    func place(besides folder: URL) throws -> FilesPlace {
        let environment = ProcessInfo.processInfo.environment
        return FilesPlace(bucket: try bucket(environment), key: try key(besides: folder, environment))
    }

    private func bucket(_ environment: [String: String]) throws -> FilesPlace.Bucket? {
        let text = files ?? environment[Self.variable] ?? ""
        guard !text.isEmpty else { return nil }
        guard S3Location.isLocation(text) else {
            throw ValidationError("--files: “\(text)” is no bucket; it must read s3://bucket/prefix?region=…")
        }
        let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
        return FilesPlace.Bucket(try S3Location(text, region: region), try S3Credentials.found(in: environment))
    }

    private func key(besides folder: URL, _ environment: [String: String]) throws -> FileKey? {
        let path = fileKey ?? environment[Self.keyVariable] ?? ""
        return path.isEmpty ? nil : try FileKey(file: URL(fileURLWithPath: path), outside: folder)
    }
}

extension DataOption {
    /// Opens the installation that a command's options name.
    func open(
        _ records: DatabaseOption, _ files: FilesOption, ledgerHost: String? = nil,
        loading: Access.Environment? = nil
    ) async throws -> Installation {
        let address = try records.address()
        return try await Installation(
            folder: data, database: address, files: try files.place(besides: data), ledgerHost: ledgerHost,
            loading: loading)
    }
}
