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
        guard let query = try query(path, file.head.prefix(4)) else { return (file, nil) }
        return (try run(query, path), try file.sha256())
    }

    /// The statement that reads a Parquet or gzip file; nil for any other.
    ///
    /// - Parameter start: the first four bytes of the file.
    /// - Throws: `TableError` when DuckDB is not there.
    private static func query(
        _ path: String, _ start: some Collection<UInt8>
    ) throws(TableError) -> (command: String, statement: String)? {
        let isParquet = start.elementsEqual(Array("PAR1".utf8))
        guard isParquet || start.prefix(2).elementsEqual([0x1F, 0x8B]) else { return nil }
        let quoted = quoted(path)
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
        return (command, "SELECT * FROM \(source)")
    }

    private static func quoted(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "''") + "'" }

    /// The command `duckdb` on the PATH.
    private static func command() -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { $0 + "/duckdb" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a query in an empty database; its rows go to a file of this user alone, which has no name any more when it is
    /// read.
    private static func run(_ query: (command: String, statement: String), _ path: String) throws(TableError)
        -> MappedFile
    {
        let output = try temporaryFile("csv", path)
        defer { remove(output) }
        try Conversion(query, path, to: output.path).finish()
        return try MappedFile(path: output.path, as: path)
    }

    private static func temporaryFile(_ ending: String, _ path: String) throws(TableError) -> URL {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "concord-\(UUID().uuidString).\(ending)")
        guard
            FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw TableError(path: path, reason: "there is no room for temporary files") }
        return file
    }

    /// One that is gone already, or that cannot be removed, is left to the system, which clears the folder.
    private static func remove(_ file: URL) { try? FileManager.default.removeItem(at: file) }

    /// DuckDB at work on one file.
    final class Conversion {
        private let path: String
        private let process = Process()
        private let errors: URL

        /// Starts a query in an empty database.
        ///
        /// - Parameters:
        ///   - target: the file that its rows go to, as CSV.
        ///   - output: what its standard output is.
        init(
            _ query: (command: String, statement: String), _ path: String, to target: String,
            output: Any = FileHandle.nullDevice
        ) throws(TableError) {
            self.path = path
            errors = try temporaryFile("log", path)
            process.executableURL = URL(fileURLWithPath: query.command)
            process.arguments = [
                "-batch", "-bail", "-c", "COPY (\(query.statement)) TO \(quoted(target)) (FORMAT csv, HEADER)",
            ]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            do {
                process.standardError = try FileHandle(forWritingTo: errors)
                try process.run()
            } catch {
                remove(errors)
                throw TableError(path: path, reason: "duckdb cannot be started")
            }
        }

        /// Waits for the end.
        ///
        /// - Throws: `TableError` when DuckDB refused the file.
        func finish() throws(TableError) {
            process.waitUntilExit()
            defer { remove(errors) }
            guard process.terminationStatus == 0, process.terminationReason == .exit else {
                // What DuckDB said is for the message only; without it, that is said.
                let text = String(
                    decoding: ((try? Data(contentsOf: errors)) ?? Data()).prefix(messageBytesMax), as: UTF8.self)
                let line = text.split(separator: "\n").first.map(String.init) ?? "it gives no reason"
                throw TableError(path: path, reason: "duckdb cannot read the file: \(line)")
            }
        }

        /// Nobody reads on. It cannot be asked to end: it waits until somebody reads.
        func stop() {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            remove(errors)
        }
    }
}

extension SourceFile {
    /// Reads a text file, or what DuckDB makes of a Parquet or gzip file while it makes it.
    ///
    /// - Parameter body: reads the text from a descriptor to its end.
    /// - Returns: what the body returns, and the SHA-256 of the file itself when the text is not the file.
    /// - Throws: what the body throws; `TableError` as ``open(path:)``.
    static func stream<T>(
        path: String, _ body: (Int32) throws(TableError) -> T
    ) throws(TableError) -> (T, sha256: String?) {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TableError(path: path, reason: "the file cannot be read") }
        defer { close(descriptor) }
        // Nothing can be read twice from a pipe: it is text.
        var start: [UInt8] = [0, 0, 0, 0]
        let count = pread(descriptor, &start, start.count, 0)
        guard let query = try query(path, start.prefix(max(count, 0))) else { return (try body(descriptor), nil) }
        let pipe = Pipe()
        let conversion = try Conversion(query, path, to: "/dev/stdout", output: pipe)
        let text = pipe.fileHandleForReading.fileDescriptor
        let result: T
        do throws(TableError) { result = try body(text) } catch {
            // At the end of what DuckDB gave, it may be at fault.
            if read(text, &start, 1) == 0 { try conversion.finish() } else { conversion.stop() }
            throw error
        }
        try conversion.finish()
        return (result, try MappedFile(path: path).sha256())
    }
}
