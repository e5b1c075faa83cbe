import AuditPack
import Foundation
import MerkleLog
import Testing

@Suite struct ContainerTests {
    private let files = [
        PackedFile(name: "README.txt", bytes: Array("hello".utf8)), PackedFile(name: "a/empty", bytes: []),
        PackedFile(name: "evidence/00ff", bytes: (0..<300_001).map { UInt8(truncatingIfNeeded: $0 &* 7) }),
    ]

    @Test func whatWasWrittenIsReadBack() async throws {
        let bytes = try await zipped(files)
        let read = try withFile(bytes) { path in
            let reader = try ZIPReader(path: path)
            return try reader.entries.map { entry in
                var content: [UInt8] = []
                try reader.read(entry) { content += $0 }
                return PackedFile(name: entry.name, bytes: content)
            }
        }
        #expect(read == files)
        #expect(try await zipped(files) == bytes, "the same files give the same bytes")
    }

    @Test func theChecksumIsTheOneOfZIP() {
        var crc = CRC32()
        crc.update(Array("12345".utf8))
        crc.update(Array("6789".utf8))
        #expect(crc.value == 0xCBF4_3926, "the check value of CRC-32")
        var long = CRC32()
        var bytewise = CRC32()
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        long.update(bytes)
        for byte in bytes { bytewise.update([byte]) }
        #expect(long.value == bytewise.value)
    }

    /// Other programs must see the same: Python's own reader of ZIP files.
    @Test(arguments: [3, 66_000])
    func anotherReaderReadsIt(count: Int) async throws {
        let many = count == 3 ? files : (0..<count).map { PackedFile(name: "f/\($0)", bytes: [UInt8($0 % 251)]) }
        let text = try withFile(try await zipped(many)) { path in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "python3", "-c",
                """
                import sys, zipfile
                z = zipfile.ZipFile(sys.argv[1])
                print(z.testzip(), len(z.namelist()), sum(i.file_size for i in z.infolist()), z.namelist()[0])
                """, path,
            ]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let read = try ZIPReader(path: path)
            #expect(read.entries.count == many.count)
            return text
        }
        let bytes = many.reduce(0) { $0 + $1.bytes.count }
        #expect(text == "None \(many.count) \(bytes) \(many[0].name)\n")
    }

    @Test func everyByteOfTheContainerIsFixed() async throws {
        let small = [PackedFile(name: "a/b", bytes: [1, 2, 3]), PackedFile(name: "c", bytes: [])]
        let bytes = try await zipped(small)
        for at in bytes.indices {
            var altered = bytes
            altered[at] ^= 0x41
            try withFile(altered) { path in
                #expect(throws: ZIPProblem.self, "byte \(at)") {
                    let reader = try ZIPReader(path: path)
                    for entry in reader.entries { try reader.read(entry) { _ in } }
                }
            }
        }
        for count in 0..<bytes.count {
            try withFile(Array(bytes.prefix(count))) { path in
                #expect(throws: ZIPProblem.self, "\(count) bytes") { try ZIPReader(path: path) }
            }
        }
    }

    @Test(arguments: ["", "/a", "a/../b", "a//b", "a\\b", "ä", ".", "a b", String(repeating: "n", count: 256)])
    func aNameThatSystemsReadDifferentlyIsRefused(name: String) async {
        await #expect(throws: ZIPWriterError.unsafeName(name)) {
            _ = try await zipped([PackedFile(name: name, bytes: [])])
        }
    }

    @Test func aFileThatChangesWhileItIsReadIsRefused() async throws {
        var writer = ZIPWriter(sink: MemorySink())
        try await writer.begin("f", bytes: 3, crc32: 0)
        try await writer.append([1, 2, 3])
        #expect(throws: ZIPWriterError.otherContent("f")) { try writer.end() }
        try await writer.begin("g", bytes: 1, crc32: 0)
        await #expect(throws: ZIPWriterError.otherContent("g")) { try await writer.append([1, 2]) }
        await #expect(throws: ZIPWriterError.duplicateName("f")) { try await writer.add("f", []) }
    }
}

@Suite struct ProofFileTests {
    private let hash = Hash.sha256([1])

    @Test func aProofIsReadAsItWasWritten() throws {
        let note = "log\n3\n\(hash.base64)\n\n— log AAAAAAA=\n"
        let inclusion = InclusionProofFile(index: 7, hashes: [hash, hash], checkpoint: note)
        #expect(try InclusionProofFile(parsing: inclusion.text) == inclusion)
        #expect(inclusion.text.hasPrefix("c2sp.org/tlog-proof@v1\nindex 7\n"))
        let extra = inclusion.text.replacingOccurrences(of: "index 7", with: "extra AAAA\nindex 7")
        #expect(try InclusionProofFile(parsing: extra) == inclusion)
        let consistency = ConsistencyProofFile(oldSize: 0, hashes: [], checkpoint: note)
        #expect(try ConsistencyProofFile(parsing: consistency.text) == consistency)
    }

    @Test(arguments: [
        ("", ProofFileError.noCheckpoint), ("c2sp.org/tlog-proof@v1\nindex 7\n", .noCheckpoint),
        ("c2sp.org/tlog-proof@v2\nindex 7\n\nx", .malformed(line: 1)),
        ("c2sp.org/tlog-proof@v1\nindex 07\n\nx", .malformed(line: 2)),
        ("c2sp.org/tlog-proof@v1\nindex -1\n\nx", .malformed(line: 2)),
        ("c2sp.org/tlog-proof@v1\nextra AA==\nindex x\n\nx", .malformed(line: 3)),
        ("c2sp.org/tlog-proof@v1\nindex 7\nAA==\n\nx", .malformed(line: 3)),
        (
            "c2sp.org/tlog-proof@v1\nindex 7\n" + String(repeating: "AA==\n", count: 65) + "\nx",
            .tooManyHashes
        ),
    ])
    func whatIsNoProofIsNamedByItsLine(_ sample: (text: String, error: ProofFileError)) {
        #expect(throws: sample.error) { try InclusionProofFile(parsing: sample.text) }
    }
}
