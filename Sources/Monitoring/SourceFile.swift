// Files that are not text: Parquet and gzip, through DuckDB as a child process.
import Foundation

/// Opens files for `TableReader`: text as it is, Parquet and gzip through the `duckdb` command.
public enum SourceFile {
    /// The longest part of an error of DuckDB that is passed on.
    private static let messageBytesMax = 300

    /// Opens a text file, or the CSV that DuckDB makes of a Parquet or gzip file.
    ///
    /// - Returns: the text, and the SHA-256 of the file itself when the text is not the file.
    /// - Throws: `TableError` when the file cannot be read, DuckDB is not there, or it refuses the file.
    public static func open(path: String) throws(TableError) -> (file: MappedFile, sha256: String?) {
        let file = try MappedFile(path: path)
        let start = file.head.prefix(4)
        let isParquet = start.elementsEqual(Array("PAR1".utf8))
        guard isParquet || start.prefix(2).elementsEqual([0x1F, 0x8B]) else { return (file, nil) }
        let quoted = "'" + path.replacingOccurrences(of: "'", with: "''") + "'"
        let source: String
        if isParquet {
            source = "read_parquet(\(quoted))"
        } else {
            let isJSON = path.contains(".ndjson") || path.contains(".jsonl") || path.contains(".json")
            source =
                isJSON
                ? "read_ndjson_auto(\(quoted))" : "read_csv(\(quoted), header=true, all_varchar=true, delim=',')"
        }
        guard let command = command() else {
            throw TableError(
                path: path,
                reason: "\(isParquet ? "Parquet" : "gzip") needs the command duckdb, which is not on the PATH "
                    + "(PyPI has it as duckdb-cli)")
        }
        let text = try run(command, "SELECT * FROM \(source)", path)
        return (text, try file.sha256())
    }

    /// The command `duckdb` on the PATH.
    private static func command() -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { $0 + "/duckdb" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a query in an empty database; its rows go to a file of this user alone, which has no name any more when it is
    /// read.
    private static func run(_ command: String, _ query: String, _ path: String) throws(TableError) -> MappedFile {
        let folder = FileManager.default.temporaryDirectory
        let output = folder.appendingPathComponent("concord-\(UUID().uuidString).csv")
        let errors = folder.appendingPathComponent("concord-\(UUID().uuidString).log")
        defer {
            try? FileManager.default.removeItem(at: output)
            try? FileManager.default.removeItem(at: errors)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        let target = "'" + output.path.replacingOccurrences(of: "'", with: "''") + "'"
        process.arguments = ["-batch", "-bail", "-c", "COPY (\(query)) TO \(target) (FORMAT csv, HEADER)"]
        process.standardInput = FileHandle.nullDevice
        do {
            guard
                FileManager.default.createFile(
                    atPath: output.path, contents: nil, attributes: [.posixPermissions: 0o600]),
                FileManager.default.createFile(
                    atPath: errors.path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw TableError(path: path, reason: "there is no room for temporary files") }
            process.standardOutput = FileHandle.nullDevice
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        } catch {
            throw TableError(path: path, reason: "duckdb cannot be started")
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0, process.terminationReason == .exit else {
            let text = String(
                decoding: ((try? Data(contentsOf: errors)) ?? Data()).prefix(messageBytesMax), as: UTF8.self)
            let line = text.split(separator: "\n").first.map(String.init) ?? "it gives no reason"
            throw TableError(path: path, reason: "duckdb cannot read the file: \(line)")
        }
        return try MappedFile(path: output.path, as: path)
    }
}
