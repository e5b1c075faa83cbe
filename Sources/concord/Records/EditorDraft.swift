// A record in the caller's own editor.
import Client
import Foundation
import MerkleLog
import RecordKit
import Storage

/// A file with a record's values, in a folder that only the caller reads.
struct EditorDraft {
    let path: String
    private let original: [UInt8]

    /// Writes the values, in the order of the form.
    init(_ values: [String: JSONValue], of record: StoredRecord) throws {
        let schema = record.schema
        var text = "{"
        for field in schema.fields {
            guard let value = values[field.name] else { continue }
            if text.count > 1 { text += "," }
            let name = String(decoding: try JSONValue.string(field.name).canonical(), as: UTF8.self)
            text += name + ":" + String(decoding: try value.canonical(), as: UTF8.self)
        }
        original = JSONLayout.indented(Array((text + "}").utf8)) + [UInt8(ascii: "\n")]
        var template = Array((NSTemporaryDirectory() as NSString).appendingPathComponent("concord-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandError.badInput("No folder for a draft can be made: \(String(cString: strerror(errno))).")
        }
        let folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = folder + "/\(schema.type.name)-\(record.id.lowercased).json"
        try Data(original).write(to: URL(fileURLWithPath: path))
    }

    /// Opens the editor and waits for its end.
    /// - Returns: The values as they are then; `nil` if nothing was changed.
    /// - Throws: ``CommandError``; the file stays then.
    func edited(over open: [String: JSONValue]) throws -> [String: JSONValue]? {
        let variables = ProcessInfo.processInfo.environment
        let editor = [variables["VISUAL"], variables["EDITOR"]].compactMap(\.self).first { !$0.isEmpty } ?? "vi"
        let status = try Self.run(editor, path)
        guard status == 0 else {
            throw CommandError.badInput("“\(editor)” ended with status \(status); nothing was sent. Your text: \(path)")
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        if bytes == original { return nil }
        let values = try RecordValues.object(bytes, from: path)
        return values == open ? nil : values
    }

    func remove() {
        unlink(path)
        rmdir((path as NSString).deletingLastPathComponent)
    }

    /// Runs the editor through the shell, as it may have arguments, in the terminal's own process group.
    private static func run(_ editor: String, _ path: String) throws -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var reset = sigset_t()
        sigemptyset(&none)
        sigemptyset(&reset)
        for number in [SIGINT, SIGQUIT, SIGPIPE] { sigaddset(&reset, number) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let words: [String] = ["sh", "-c", "exec \(editor) \"$1\"", "sh", path]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        // Ctrl-C in the editor is the editor's.
        signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, SIG_DFL) }
        var child: pid_t = 0
        let failure = posix_spawn(&child, "/bin/sh", nil, &attributes, arguments, environ)
        guard failure == 0 else {
            throw CommandError.badInput("The editor does not start: \(String(cString: strerror(failure))).")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
