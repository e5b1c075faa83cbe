// The readers: what RFC 4180 and RFC 8259 say, what is wrong with a file, and a million broken files.
import Foundation
import Monitoring
import Testing

private func read(
    _ text: String, _ reader: TableReader = TableReader(), format: TableFormat? = nil,
    role: (String) -> ColumnRole = { _ in .inferred }
) throws -> Table {
    try reader.read(MappedFile(path: "t", contents: Array(text.utf8)), format: format, hashes: false, role: role)
}

private func texts(_ column: Column?) -> [String?] {
    (column?.codes ?? []).map { $0 < 0 ? nil : column?.categories[Int($0)] }
}

private func numbers(_ column: Column?) -> [Double?] { (column?.numbers ?? []).map { $0.isNaN ? nil : $0 } }

@Suite struct CSVTests {
    @Test func kindsAreInferredAndNullsCounted() throws {
        let table = try read("a,b,c\n1,x,\n2.5,,\n,y,\n")
        #expect(table.rows == 3 && table.header == ["a", "b", "c"])
        #expect(numbers(table["a"]) == [1, 2.5, nil] && table["a"]?.nulls == 1)
        #expect(texts(table["b"]) == ["x", nil, "y"] && table["b"]?.nulls == 1)
        #expect(numbers(table["c"]) == [nil, nil, nil] && table["c"]?.nulls == 3)
    }

    @Test func quotesNewlinesAndCarriageReturns() throws {
        let table = try read(
            "\u{FEFF}\"a\",\"b \"\"q\"\"\"\r\n\"x,1\",\"two\nlines\"\r\n\"\",\"say \"\"hi\"\"\"\r\nplain,ü")
        #expect(table.header == ["a", "b \"q\""] && table.rows == 3)
        #expect(texts(table["a"]) == ["x,1", nil, "plain"])
        #expect(texts(table["b \"q\""]) == ["two\nlines", "say \"hi\"", "ü"])
    }

    @Test func aColumnThatTurnsOutToBeTextIsReadAgain() throws {
        var text = "a,b\n"
        for i in 0..<20_000 { text += "\(i),\(i)\n" }
        text += "x,1\n"
        let table = try read(text, TableReader(chunkBytesMax: 10_000))
        #expect(table["a"]?.isNumeric == false && texts(table["a"]).last == "x" && texts(table["a"])[77] == "77")
        #expect(numbers(table["b"]).count == 20_001)
    }

    @Test func piecesDoNotMatter() throws {
        var text = "n,t,q\n"
        for i in 0..<3_000 {
            text += "\(Double(i % 97) / 8),t\(i % 13),\"a \"\"\(i % 7)\"\"\n,b\"\n"
        }
        let whole = try read(text)
        for size in [1, 7, 100, 1_000, 4_097, 30_000] {
            let parts = try read(text, TableReader(chunkBytesMax: size))
            #expect(parts.rows == whole.rows && numbers(parts["n"]) == numbers(whole["n"]))
            #expect(texts(parts["t"]) == texts(whole["t"]) && texts(parts["q"]) == texts(whole["q"]))
        }
        #expect(texts(whole["q"])[5] == "a \"5\"\n,b")
    }

    @Test func optionsForRealFiles() throws {
        let table = try read("age, job\n39, ?\n 40 , clerk\n", TableReader(nullSpellings: ["?"], trims: true))
        #expect(table.header == ["age", "job"] && numbers(table["age"]) == [39, 40])
        #expect(texts(table["job"]) == [nil, "clerk"])
    }

    @Test func oneColumnKeepsItsEmptyLines() throws {
        let table = try read("a\n1\n\n3\n")
        #expect(numbers(table["a"]) == [1, nil, 3])
        let two = try read("a,b\n1,2\n\n\r\n3,4\n")
        #expect(two.rows == 2, "an empty line is no row of two columns")
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", "t, line 3, column 1 (a): the row has 1 field, the header has 2"),
        ("a,b\n1,2,3\n", "t, line 2, column 3: the row has more than the 2 fields of the header"),
        ("a,a\n1,2\n", "t, line 1, column 2: the name \"a\" stands twice in the header"),
        ("a,b\n1,\"x\n", "t, line 2, column 2 (b): the quote that opens here is not closed"),
        ("a,b\n1,\"x\"y\n", "t, line 2, column 2 (b): text follows the quote that closes the field"),
        ("a,b\n1,x\"y\n", "t, line 2, column 2 (b): a quote stands inside a field that is not quoted"),
        ("a,b\n", "t: there are no rows"), ("a,b", "t: there are no rows"),
        ("a,b\n\n\n", "t: there are no rows"),
        ("a\u{0}b", "t: this is not a text file"),
    ])
    func errorsNameLineAndColumn(_ text: String, _ message: String) {
        #expect { try read(text) } throws: { "\($0)" == message }
        #expect { try read(text, TableReader(chunkBytesMax: 1)) } throws: { "\($0)" == message }
    }

    @Test func aWrongNumberIsToldWithItsPlace() {
        #expect { try read("a,b\n1,\"two\nlines\"\nx,y\n", role: { $0 == "a" ? .numeric : .category }) } throws: {
            "\($0)" == "t, line 4, column 1 (a): \"x\" is not a number"
        }
    }

    @Test func bytesThatAreNotTextAreRefused() throws {
        for (bytes, reason) in [
            ([0x1F, 0x8B, 8, 0] as [UInt8], "the file is compressed with gzip"),
            (Array("PAR1xx".utf8), "the file is Parquet"), (Array("a\n".utf8) + [0xFF, 0xFE, 10], "not UTF-8"),
            ([0xC3, 0x28, 10, 49, 10], "the name is not UTF-8"),
        ] {
            let file = try MappedFile(path: "t", contents: bytes)
            #expect { try TableReader().read(file, role: { _ in .inferred }) } throws: { "\($0)".contains(reason) }
        }
        #expect { try MappedFile(path: "t", contents: []) } throws: { "\($0)" == "t: the input is empty" }
        #expect { try MappedFile(path: "/does/not/exist") } throws: { "\($0)".contains("there is no such file") }
        #expect { try MappedFile(path: "/") } throws: { "\($0)".contains("this is not a file") }
    }

    @Test func tenMegabytesOnOneLine() throws {
        let long = String(repeating: "x", count: 10_000_000)
        let table = try read("a,b\n1,\(long)\n2,y\n", TableReader(chunkBytesMax: 1 << 20))
        #expect(table.rows == 2 && table["b"]?.categories.map(\.utf8.count) == [10_000_000, 1])
    }
}

@Suite struct NDJSONTests {
    @Test func typesNullsAndNewNames() throws {
        var text = "{\"a\":1,\"b\":\"x\",\"c\":true}\n\n{\"b\":\"\\u00fc\\n\\\"\",\"a\":-2.5e1}\r\n"
        text += "{\"a\":null,\"d\":\"\\ud83d\\ude00\"}"
        let table = try read(text)
        #expect(table.rows == 3 && numbers(table["a"]) == [1, -25, nil])
        #expect(texts(table["b"]) == ["x", "ü\n\"", nil] && texts(table["c"]) == ["true", nil, nil])
        #expect(texts(table["d"]) == [nil, nil, "😀"])
    }

    @Test func namesThatAreNotUTF8OrStandInTwoFormsAreRefused() throws {
        let broken = try MappedFile(path: "t", contents: Array("{\"a".utf8) + [0xFF] + Array("\":1}\n".utf8))
        #expect { try TableReader().read(broken, role: { _ in .inferred }) } throws: {
            "\($0)" == "t, line 1: the name is not UTF-8"
        }
        #expect { try read("{\"\u{E9}\":1}\n{\"e\u{301}\":2}\n") } throws: {
            "\($0)".hasSuffix("stands in two Unicode forms")
        }
    }

    @Test func aNumberInQuotesIsText() throws {
        let table = try read("{\"a\":1}\n{\"a\":\"2\"}\n")
        #expect(texts(table["a"]) == ["1", "2"])
    }

    @Test func aNameThatComesLateIsFound() throws {
        var text = ""
        for i in 0..<9_000 { text += "{\"number\":\(i),\"name\":\"value \(i % 10)\"}\n" }
        text += "{\"late\":7}\n"
        let table = try read(text, TableReader(chunkBytesMax: 5_000))
        #expect(table.header == ["number", "name", "late"] && numbers(table["late"]).last == 7 && table.rows == 9_001)
    }

    @Test(arguments: [
        ("{\"a\":[1]}\n", "t, line 1: a nested object or array cannot be measured"),
        ("{\"a\":1}\n{\"a\":01}\n", "t, line 2: this is not a JSON value"),
        ("{\"a\":1}\n{\"a\":1\n", "t, line 2: a comma or the closing brace is missing"),
        ("{\"a\":1,\"a\":2}\n", "t, line 1: the name stands twice in the object"),
        ("{\"a\":1} x\n", "t, line 1: text follows the object"),
        ("{\"a\":\"\\ud800\"}\n", "t, line 1: this is not a JSON value"),
        ("{\"a\":1}\n[1]\n", "t, line 2: the line is not a JSON object"),
    ])
    func errorsNameTheLine(_ text: String, _ message: String) {
        #expect { try read(text) } throws: { "\($0)" == message }
    }
}

@Suite struct DecimalParserTests {
    private func parse(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { DecimalParser.parse($0) }
    }

    @Test func everyFormIsTheNearestDouble() {
        var texts = [
            "0", "-0", "+1", ".5", "5.", "1e22", "1e23", "8.5e-1", "9007199254740993", "9007199254740992.5",
            "1.7976931348623157e308", "1.7976931348623159e308", "1e309", "4.9e-324", "2.4703282292062327e-324",
            "2.4703282292062328e-324", "2.2250738585072014e-308", "2.2250738585072011e-308", "1e-400",
            "123456789012345678901234567890",
            "0.000000000000000000000000000000000000000000001", "7205759403792793.5", "7205759403792794.5",
            "9214843084008499.0e-5", "6e-320", "1E5", "1e+5", "00012.50",
        ]
        texts.append("0." + String(repeating: "0", count: 400) + "1e400")
        texts.append(String(repeating: "9", count: 800) + "e-790")
        for text in texts {
            #expect(parse(text) == Double(text), "\(text.prefix(40)): \(parse(text) ?? .nan)")
        }
        #expect(parse("-0")?.sign == .minus)
        #expect(parse("inf") == .infinity && parse("-Infinity") == -.infinity)
        for text in ["", "-", ".", "e5", "1e", "1e+", "1 ", "nan", "0x10", "1,5", "--1", "1.2.3", "infinit", "1e5x"] {
            #expect(parse(text) == nil, "\(text)")
        }
    }

    @Test func twoHundredThousandRandomTextsAreRoundedCorrectly() {
        var generator = SystemLikeGenerator(state: 17)
        for i in 0..<200_000 {
            let text: String
            switch i % 4 {
            case 0:
                // Any finite Double, shortest form.
                var value = Double(bitPattern: generator.next())
                if !value.isFinite { value = 1 }
                text = "\(value)"
            case 1:
                let digits = Int(generator.next() % 25) + 1
                let number = (0..<digits).map { _ in String(generator.next() % 10) }.joined()
                text = number + "e\(Int(generator.next() % 700) - 350)"
            case 2:
                // Half way between two doubles, exactly or nearly: 2^53 and more has one place too many.
                let base = (1 << 53) + (generator.next() % (1 << 53))
                text = "\(base).5" + (generator.next() % 2 == 0 ? "" : "0000000000000000001")
            default: text = "\(Double(generator.next() % 100_000_000) / 1_000_000)"
            }
            if parse(text) != Double(text) {
                Issue.record("\(text): \(parse(text) ?? .nan) for \(Double(text) ?? .nan)")
            }
        }
    }
}

/// SplitMix64.
struct SystemLikeGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct MutationTests {
    /// Half a million mutations of each format: bytes changed, dropped, doubled, swapped. Every one must end in a table
    /// or a `TableError`, and a table must be whole: every column as long as the table, every code a category.
    @Test(arguments: [TableFormat.csv, .ndjson])
    func halfAMillionBrokenFilesEndInATableOrAnError(_ format: TableFormat) throws {
        let seeds =
            format == .csv
            ? ["a,b,c\n1,x,\"q,\"\"\n\"\n-2.5e3,,y\n", "n\r\n1\r\n\r\ninf\r\n", "\u{FEFF}u,v\n日本,1e400\n\"\",.5"]
            : [
                "{\"a\":1,\"b\":\"x\\n\\u00e9\"}\n{\"b\":null,\"a\":-2.5e-3}\n",
                "{\"n\":true}\r\n{\"m\":\"\\ud83d\\ude00\"}",
                "{ \"a\" : 1 , \"z\" : false }\n{}\n",
            ]
        let alphabet = Array("\",\n\r0-.e:{}[]\\u x".utf8) + [0, 0xC3, 0xFF]
        var generator = SystemLikeGenerator(state: format == .csv ? 1 : 2)
        var tables = 0
        var errors = 0
        for round in 0..<500_000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0...Int(generator.next() % 3) {
                guard !bytes.isEmpty else { break }
                let place = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 5 {
                case 0: bytes[place] = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(alphabet[Int(generator.next() % UInt64(alphabet.count))], at: place)
                case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 6)], at: place)
                default: bytes.removeLast(Int(generator.next() % UInt64(min(bytes.count, 8))))
                }
            }
            do {
                let file = try MappedFile(path: "m", contents: bytes)
                let reader = TableReader(chunkBytesMax: round % 50 == 0 ? 5 : 1 << 20)
                let table = try reader.read(file, format: format, hashes: false) { name in
                    round % 5 == 0 ? .category : round % 5 == 1 ? .numericAndCategory : .inferred
                }
                tables += 1
                let isWhole = table.columns.allSatisfy { column in
                    (column.numbers?.count ?? table.rows) == table.rows
                        && (column.codes?.count ?? table.rows) == table.rows
                        && (column.codes ?? []).allSatisfy { $0 >= -1 && Int($0) < column.categories.count }
                }
                if !isWhole || table.columns.count != table.header.count { Issue.record("round \(round): not whole") }
            } catch {
                // Nothing but a TableError can be thrown: the compiler knows.
                errors += 1
            }
        }
        #expect(tables > 25_000 && errors > 50_000, "\(tables) tables, \(errors) errors")
    }
}

@Suite struct SourceFileTests {
    @Test func parquetIsReadThroughDuckDBOrItsAbsenceTold() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).parquet")
        try Data("PAR1nonsense".utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        // With DuckDB it says what is wrong with the file, without it what is missing: never a crash.
        #expect { try TableReader().read(path: url.path, role: { _ in .inferred }) } throws: {
            "\($0)".contains("Parquet needs the command duckdb") || "\($0)".contains("duckdb cannot read the file")
        }
    }

    @Test func aTruncatedGzipFileIsTold() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv.gz")
        try Data([0x1F, 0x8B, 8, 0, 0, 0]).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        #expect(throws: TableError.self) { try TableReader().read(path: url.path, role: { _ in .inferred }) }
    }

    /// Where DuckDB is: on the PATH, or where `./test` installs it.
    private static let folders =
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        + [
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent(".build/python-tools/bin").path
        ]

    @Test func streamsOfParquetAndGzipAreThoseOfTheText() throws {
        guard let duckdb = Self.folders.map({ $0 + "/duckdb" }).first(where: FileManager.default.isExecutableFile)
        else { return print("NOT RUN: the command duckdb (PyPI: duckdb-cli) is missing: no streams of Parquet") }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("duck-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Enough for several blocks of the stream.
        let rows =
            "SELECT (i * 7919 % 1000) / 1000.0 AS score, ((i * 7919 % 1000) + (i * 31 % 700) > 700)::INT AS y, "
            + "repeat('wide', 10) AS text FROM range(300000) t (i)"
        let names = ["a.csv", "it's.parquet", "a.csv.gz"]
        let paths = names.map { folder.appendingPathComponent($0).path }
        for (path, format) in zip(paths, ["csv, HEADER", "parquet", "csv, HEADER, COMPRESSION gzip"]) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: duckdb)
            let target = path.replacingOccurrences(of: "'", with: "''")
            process.arguments = ["-c", "COPY (\(rows)) TO '\(target)' (FORMAT \(format))"]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }
        func run(_ path: String, _ more: [String], on search: String? = nil) throws -> MeasureRun {
            try MeasureRun(
                ["performance", "--data", path, "--label", "y", "--score", "score"] + more,
                path: search ?? Self.folders.joined(separator: ":"))
        }
        func parts(_ run: MeasureRun) throws -> (inputs: String, result: String) {
            try #require(run.status == 0, "\(run.error)")
            let parts = run.text.components(separatedBy: "\"result\":")
            try #require(parts.count == 2)
            return (parts[0], parts[1])
        }
        let bounded = ["--memory-megabytes", "64"]
        let text = try parts(run(paths[0], bounded))
        for path in paths.dropFirst() {
            let (whole, stream) = (try parts(run(path, [])), try parts(run(path, bounded)))
            // The rows of the text, the hash of the file.
            #expect(stream.result == text.result)
            #expect(stream.inputs == whole.inputs && stream.inputs != text.inputs)
            // Refused at the first block, while DuckDB still writes.
            let missing = try run(path, ["--prediction", "nothing"] + bounded)
            #expect(missing.status == 2 && missing.error.contains("there is no column \"nothing\""), "\(missing.error)")
            let alone = try run(path, bounded, on: folder.path)
            #expect(alone.status == 2 && alone.error.contains("needs the command duckdb"), "\(alone.error)")
        }
        let whole = try Data(contentsOf: URL(fileURLWithPath: paths[2]))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: paths[2]))
        for more in [[], bounded] {
            let cut = try run(paths[2], more)
            #expect(cut.status == 2 && cut.error.contains("duckdb cannot read the file: "), "\(cut.error)")
            #expect(!cut.error.contains("it gives no reason"), "\(cut.error)")
        }
        // A pipe is text.
        let piped = folder.appendingPathComponent("pipe").path
        try #require(mkfifo(piped, 0o600) == 0)
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/cp")
        writer.arguments = [paths[0], piped]
        try writer.run()
        let read = try parts(run(piped, bounded))
        writer.waitUntilExit()
        #expect(read.result == text.result)
    }
}
