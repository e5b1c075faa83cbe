// What commands refuse, and with which status they end.
import Client
import Governance
import HTTPServing
import Monitoring
import RecordKit
import S3Storage
import SQLiteStorage
import Server
import Storage
import Terminal

/// What a command itself refuses.
enum CommandError: Error, CustomStringConvertible {
    case badInput(String)
    case notFound(String)
    case refused(String)

    var description: String {
        switch self {
        case .badInput(let text), .notFound(let text), .refused(let text): text
        }
    }
}

extension ExitStatus {
    /// The status for an error that no command named itself.
    static func status(of error: any Error) -> ExitStatus {
        switch error {
        case let error as CommandError:
            if case .badInput = error { .badInput } else { .refused }
        case let error as ClientError: status(of: error)
        case TerminalError.readerGone: .incomplete
        case is TerminalError: .badInput
        case is DataFolderError, is LedgerVerifierError, is Invalid, is FileKeyError, is S3SettingError: .badInput
        case is S3Error: .refused
        case BackupError.doesNotVerify: .no
        case is BackupError: .badInput
        case is TableError, is MeasureError: .badInput
        // The database cannot be reached, or is too busy: the same may succeed later.
        case StoreError.away: .incomplete
        case ServiceError.invalid: .badInput
        case is ServiceError: .refused
        default: .internalError
        }
    }

    private static func status(of error: ClientError) -> ExitStatus {
        switch error {
        case .notSignedIn, .badAddress, .badCredentials: .badInput
        case .unreachable, .interrupted: .incomplete
        case .notUnderstood, .tooLarge: .internalError
        case .refused(let problem):
            switch problem.status {
            case 401, 403, 404, 409, 412, 429: .refused
            case 400...499: .badInput
            default: .internalError
            }
        }
    }
}
