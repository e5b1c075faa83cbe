// The command `concord`: starts the server, and does on the data folder what an operator needs.
import ArgumentParser
import Foundation
import Terminal

@main
struct Concord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "concord",
        abstract: "Governance of AI and information security: ISO/IEC 42001 and ISO/IEC 27001 as one system.",
        version: "0.1.0",
        subcommands: [
            Serve.self, DemoCommand.self, Ledger.self, PackCommand.self, VerifyCommand.self, PostureCommand.self,
            User.self, ImportCommand.self, SchemaCommand.self, MeasureCommand.self, MeasureProjection.self,
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
