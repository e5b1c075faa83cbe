import Terminal
import Testing

@Suite struct DisplayTextTests {
    @Test(arguments: [
        ("", 0), ("plain", 5), ("Müller", 6), ("e\u{301}", 1), ("日本語", 6), ("한글", 4), ("🔒", 2), ("👩‍👩‍👧", 2),
        ("⚠\u{FE0F}", 2), ("→", 1), ("ﬁ", 1), ("a\u{200B}b", 2),
    ])
    func widthCountsColumnsAndNotCharacters(_ text: String, _ columns: Int) {
        #expect(DisplayText.width(text) == columns)
    }

    @Test func whatIsCutEndsInAnEllipsisAndFits() {
        #expect(DisplayText.fitted("a long title", 7) == "a long…")
        #expect(DisplayText.fitted("short", 5) == "short")
        #expect(DisplayText.fitted("日本語", 4) == "日…", "half a wide character is never shown")
        #expect(DisplayText.fitted("anything", 0) == "")
        for columns in 1...12 {
            #expect(DisplayText.width(DisplayText.fitted("日本 mixed 語 text", columns)) <= columns)
            #expect(DisplayText.width(DisplayText.padded("日本 mixed", columns)) == columns)
        }
    }

    @Test func linesBreakAtSpacesAndLongWordsAnywhere() {
        #expect(DisplayText.wrapped("one two three", 8) == ["one two", "three"])
        #expect(DisplayText.wrapped("abcdefghij kl", 4) == ["abcd", "efgh", "ij", "kl"])
        #expect(DisplayText.wrapped("a\n\nb", 5) == ["a", "", "b"])
        #expect(DisplayText.wrapped("日本語", 1) == ["日", "本", "語"], "a character wider than the line still shows")
        #expect(DisplayText.wrapped("text", 0).isEmpty)
    }

    @Test func whatATerminalObeysIsMadeHarmless() {
        #expect(DisplayText.safe("a\u{1B}[31mred") == "a\u{FFFD}[31mred")
        #expect(DisplayText.safe("c1\u{9B}2J") == "c1\u{FFFD}2J")
        #expect(DisplayText.safe("turned\u{202E}txt") == "turned\u{FFFD}txt")
        #expect(DisplayText.safe("two\r\nlines\ttab") == "two lines tab")
        #expect(DisplayText.safe("gone\rback") == "gone back", "a return would write over what stands there")
        #expect(DisplayText.safeLines("a\r\nb\u{7}\rc") == "a\nb\u{FFFD}\nc")
        #expect(DisplayText.safe("Grüße, 日本 🔒") == "Grüße, 日本 🔒")
    }
}

@Suite struct TextTableTests {
    private var table: TextTable {
        var table = TextTable(["id", "title", "number"], sides: [2: .right], kept: [0])
        table.append(["0123456789", "A rather long title that needs room", "7"])
        table.append(["9876543210", "日本語", "1234"])
        return table
    }

    @Test func columnsStandUnderEachOther() {
        let lines = table.lines(columns: nil, style: .plain)
        #expect(
            lines == [
                "id          title                                number",
                "0123456789  A rather long title that needs room       7",
                "9876543210  日本語                                 1234",
            ])
    }

    @Test func aNarrowTerminalCutsTheWidestAndNeverTheKept() {
        for columns in 30...60 {
            let lines = table.lines(columns: columns, style: .plain)
            #expect(lines.allSatisfy { DisplayText.width($0) <= columns })
            #expect(lines[1].hasPrefix("0123456789  "))
        }
    }

    @Test func aCellCannotDrawOnTheScreen() {
        var table = TextTable(["a", "b"])
        table.append(["x\u{1B}[2J", "two\nlines"])
        let lines = table.lines(columns: nil, style: .plain)
        #expect(lines.count == 2)
        #expect(!lines[1].contains("\u{1B}"))
    }

    @Test func emphasisIsOnlyWhereItIsWanted() {
        #expect(table.lines(columns: nil, style: Style(isOn: true))[0].hasPrefix("\u{1B}[1m"))
        #expect(!table.lines(columns: nil, style: .plain).joined().contains("\u{1B}"))
    }

    @Test func aBarShowsHowFarItIs() {
        #expect(ProgressBar.line("Work", done: 5, total: 10, columns: 30) == "Work [########.........] 5/10")
        #expect(ProgressBar.line("Work", done: 10, total: 10, columns: 30) == "Work [################] 10/10")
        #expect(ProgressBar.line("Work", done: 12, total: 10, columns: 30) == "Work [################] 10/10")
        #expect(ProgressBar.line("Work", done: 5, total: nil, columns: 30) == "Work 5")
        #expect(ProgressBar.line("A long name of work", done: 5, total: 10, columns: 20) == "A long name of work…")
        for columns in 1...60 {
            #expect(DisplayText.width(ProgressBar.line("Work", done: 3, total: 7, columns: columns)) <= columns)
        }
    }
}
