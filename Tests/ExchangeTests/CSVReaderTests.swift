// The streaming reader: any piece size, any line ends, what is found and what is refused with its line.
import Exchange
import Foundation
import Testing

@Suite struct CSVReaderTests {
    private func cells(
        _ text: String, delimiter: Delimiter? = nil, encoding: TableEncoding = .automatic
    ) throws -> [[String]] {
        try CSVReader.rows(Array(text.utf8), delimiter: delimiter, encoding: encoding).map(\.cells)
    }

    @Test(arguments: [1, 2, 3, 7, 64])
    func anySizeOfPiecesGivesTheSameRows(_ size: Int) throws {
        let text = "\u{FEFF}Näme;Note\r\n\"a;\"\"b\"\"\r\nc\";\r\"ü\n\";x\n\n;\n🙂;\"\""
        let whole = try CSVReader.rows(Array(text.utf8))
        var reader = CSVReader()
        var rows: [TableRow] = []
        let bytes = Array(text.utf8)
        for at in stride(from: 0, to: bytes.count, by: size) {
            try reader.feed(Array(bytes[at..<min(at + size, bytes.count)])) { rows.append($0) }
        }
        try reader.finish { rows.append($0) }
        #expect(rows == whole)
        #expect(rows.map(\.cells) == [["Näme", "Note"], ["a;\"b\"\r\nc", ""], ["ü\n", "x"], ["", ""], ["🙂", ""]])
        #expect(rows.map(\.line) == [1, 2, 4, 7, 8])
    }

    @Test func theDelimiterIsFoundInTheFirstRow() throws {
        #expect(try cells("a;b,c;d\n1;2;3\n") == [["a", "b,c", "d"], ["1", "2", "3"]])
        #expect(try cells("a\tb\n1\t2") == [["a", "b"], ["1", "2"]])
        #expect(try cells("\"x;y;z\",b\n1,2") == [["x;y;z", "b"], ["1", "2"]])
        #expect(try cells("a,b;c", delimiter: .comma) == [["a", "b;c"]])
        #expect(try cells("only\none") == [["only"], ["one"]])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func everyLineEndEndsALine(_ end: String) throws {
        let rows = try CSVReader.rows(Array(["a,b", "1,2", "", "3,4"].joined(separator: end).utf8))
        #expect(rows.map(\.cells) == [["a", "b"], ["1", "2"], ["3", "4"]])
        #expect(rows.map(\.line) == [1, 2, 4])
    }

    @Test func mixedLineEndsAreReadAsTheyStand() throws {
        #expect(try cells("a,b\r1,2\n3,4\r\n5,6") == [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]])
    }

    @Test(arguments: [true, false])
    func aByteOrderMarkTellsUTF16(_ isLittleEndian: Bool) throws {
        var bytes: [UInt8] = isLittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
        for unit in "ä,🙂\n1,2".utf16 {
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 255))
            bytes += isLittleEndian ? [low, high] : [high, low]
        }
        #expect(try CSVReader.rows(bytes).map(\.cells) == [["ä", "🙂"], ["1", "2"]])
        #expect(throws: TableError.notUTF16(line: 2)) { try CSVReader.rows(bytes + [0x41]) }
    }

    @Test func windows1252IsReadOnlyIfChosen() throws {
        let bytes: [UInt8] = Array("a,b\n".utf8) + [0x80, 0x2C, 0xE4]
        #expect(throws: TableError.notUTF8(line: 2)) { try CSVReader.rows(bytes) }
        #expect(try CSVReader.rows(bytes, encoding: .windows1252).map(\.cells) == [["a", "b"], ["€", "ä"]])
        #expect(throws: TableError.noByteOrderMark) { try CSVReader.rows(bytes, encoding: .utf16) }
    }

    @Test func whatIsNoTableIsRefusedWithItsLine() {
        let cases: [(String, TableError)] = [
            ("a\nb\"c", .quoteInside(line: 2)), ("a,b\n\n1,\"2\n", .openQuote(line: 3)),
            ("\"a\"b", .textAfterQuote(line: 1)), ("a\n\"x\ny\"z", .textAfterQuote(line: 3)),
            ("a,b\r\n1,\0", .nul(line: 2)), ("a\0b", .nul(line: 1)),
            (String(repeating: "a,", count: 300), .tooManyColumns(line: 1, columnsMax: TableLimit.columnsMax)),
        ]
        for (text, error) in cases {
            #expect(throws: error) { try CSVReader.rows(Array(text.utf8), delimiter: .comma) }
        }
    }

    @Test func aLineOfTenMegabytesIsRefusedWithItsLineAndNotKept() throws {
        var reader = CSVReader(delimiter: .comma)
        try reader.feed(Array("a,b\n1,2\n3,\"".utf8)) { _ in }
        let piece = [UInt8](repeating: 0x61, count: 65_536)
        #expect(throws: TableError.rowTooLong(line: 3, bytesMax: TableLimit.rowBytesMax)) {
            for _ in 0..<160 { try reader.feed(piece) { _ in } }
        }
    }

    @Test func aLongLineWithinTheLimitIsRead() throws {
        let long = String(repeating: "ä", count: 1_000_000)
        #expect(try cells("a,b\n1,\(long)\n") == [["a", "b"], ["1", long]])
    }
}
