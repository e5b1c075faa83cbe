import Crypto
import Foundation
import Storage
import TestKit
import Testing

@testable import Server

@Suite struct BackupFileTests {
    private static let passphrase = "six words that nobody else says"
    private static let salt = [UInt8](1...32)
    private static let long = Data((0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    private static let files: [(name: String, bytes: Data)] = [
        ("manifest.json", Data("{}".utf8)), ("empty", Data()), ("keys/ledger.key", Data(repeating: 65, count: 512)),
        ("files/\(String(repeating: "a", count: 36))/\(String(repeating: "b", count: 64))", long),
    ]

    private let folder: WorldFolder
    private var path: String { folder.url.appendingPathComponent("backup").path }
    init() throws { folder = try WorldFolder("backup-file") }

    private func write(_ files: [(name: String, bytes: Data)] = files, passphrase: String? = nil) throws -> Data {
        let writer = try BackupWriter(
            path: path, seconds: 1_800_000_000, passphrase: passphrase, salt: Self.salt, rounds: 1_024)
        for file in files { try writer.add(file.name, file.bytes) }
        try writer.finish()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["backup"])
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    private func read(passphrase: String? = nil) throws -> [String: Data] {
        let reader = try BackupReader(path: path, passphrase: passphrase)
        var found: [String: Data] = [:]
        while let header = try reader.next() { found[header.name] = try reader.readAll(bytesMax: .max) }
        return found
    }

    @Test(arguments: [nil, passphrase])
    func whatWasWrittenIsRead(_ passphrase: String?) throws {
        let bytes = try write(passphrase: passphrase)
        let found = try read(passphrase: passphrase)
        #expect(found.count == Self.files.count)
        for file in Self.files { #expect(found[file.name] == file.bytes) }
        #expect((bytes.range(of: Data("manifest.json".utf8)) == nil) == (passphrase != nil))
        // Files that nobody reads are compared, too.
        let reader = try BackupReader(path: path, passphrase: passphrase)
        var names: [String] = []
        while let header = try reader.next() { names.append(header.name) }
        #expect(names == Self.files.map(\.name))
    }

    @Test func everyChangedByteOfAnOpenArchiveIsSeen() throws {
        let whole = try write(Array(Self.files.prefix(3)))
        for position in Array(0..<600) + Array(stride(from: 600, to: whole.count, by: 23)) {
            var changed = whole
            changed[position] ^= 1
            try changed.write(to: URL(fileURLWithPath: path))
            #expect(throws: BackupError.self, "byte \(position)") { try read() }
        }
        for count in stride(from: 0, to: whole.count, by: 97) {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            #expect(throws: BackupError.self) { try read() }
        }
        try (whole + [0]).write(to: URL(fileURLWithPath: path))
        #expect(throws: BackupError.damaged("something stands behind its end")) { try read() }
    }

    @Test func aSealedArchiveOpensOnlyWholeAndWithItsPassphrase() throws {
        let whole = try write(passphrase: Self.passphrase)
        #expect(throws: BackupError.needsPassphrase(path: path)) { try read() }
        #expect(throws: BackupError.wrongPassphrase(path: path)) { try read(passphrase: "six words of somebody else") }
        let line = try #require(whole.firstIndex(of: 0x0A))
        for position in [line + 1, line + 700, whole.count - 20, whole.count - 1] {
            var changed = whole
            changed[position] ^= 1
            try changed.write(to: URL(fileURLWithPath: path))
            #expect(throws: BackupError.self) { try read(passphrase: Self.passphrase) }
        }
        for count in [0, 5, line, line + 1, line + 10, whole.count - 1] {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            #expect(throws: BackupError.self) { try read(passphrase: Self.passphrase) }
        }
        // Whoever writes another price into the first line stops nobody's machine.
        for line in [
            #"concord-backup {"format":1,"pieceBytes":1048576,"salt":"","scryptRounds":1024}"#,
            #"concord-backup {"format":1,"pieceBytes":1048576,"salt":"\#(Data(Self.salt).base64EncodedString())","scryptRounds":1073741824}"#,
            #"concord-backup {"format":2}"#, "concord-backup nothing", "concord-backup ",
        ] {
            try Data((line + "\n").utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: BackupError.self) { try read(passphrase: Self.passphrase) }
            let isNamed = if case .notABackup = error { true } else { false }
            #expect(isNamed, "\(line)")
        }
    }

    @Test func aChangedFileIsNamed() throws {
        var bytes = try write()
        let at = try #require(bytes.range(of: Data(repeating: 65, count: 512)))
        bytes[at.lowerBound] = 66
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: BackupError.damaged("keys/ledger.key does not have its digest")) { try read() }
    }

    @Test func whatIsNoArchiveIsCalledSo() throws {
        for text in ["", "no archive", String(repeating: "no archive ", count: 200)] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: BackupError.self) { try read() }
        }
        #expect(throws: BackupError.self) { try BackupReader(path: path + "-none", passphrase: nil) }
    }

    @Test func nothingIsLeftOfABackupThatFails() throws {
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: BackupError.cannotWrite(path: path, reason: "it exists already")) { try write() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
        unlink(path)
        let writer = try BackupWriter(path: path, seconds: 0, passphrase: nil, salt: Self.salt)
        try writer.begin("file", bytes: 3)
        #expect(throws: BackupError.self) { try writer.append(Data(count: 4)) }
        writer.abandon()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test(arguments: [0, 1, 511, 512, 0o77_777_777_777, 0o100_000_000_000, 1 << 40])
    func headsSayAnySize(_ bytes: Int) {
        let header = TarHeader(name: "files/x/y", bytes: bytes)
        #expect(TarHeader(block: header.block(seconds: 1)) == header)
        #expect((bytes + header.paddingBytes).isMultiple(of: 512))
    }
}
