import Terminal
import Testing

@Suite struct KeyTests {
    private func keys(_ text: String) -> [Key] {
        var decoder = KeyDecoder()
        return decoder.take(text.utf8)
    }

    @Test func charactersAndControlsAreKeys() {
        #expect(keys("jK1/") == [.character("j"), .character("K"), .character("1"), .character("/")])
        #expect(keys("ü日🔒") == [.character("ü"), .character("日"), .character("🔒")])
        #expect(keys("\r\n\t\u{7F}\u{15}") == [.enter, .enter, .tab, .backspace, .control("u")])
    }

    @Test func sequencesAreKeysInBothOfTheirForms() {
        #expect(keys("\u{1B}[A\u{1B}[B\u{1B}OC\u{1B}OD") == [.up, .down, .right, .left])
        #expect(keys("\u{1B}[H\u{1B}[4~\u{1B}[5~\u{1B}[6~\u{1B}[3~") == [.home, .end, .pageUp, .pageDown, .delete])
        #expect(keys("\u{1B}[1;5Cx") == [.right, .character("x")], "with modifiers, too")
        #expect(keys("\u{1B}[200~x") == [.character("x")], "a sequence that means nothing is no key")
    }

    @Test func aSequenceMayComeInPieces() {
        var decoder = KeyDecoder()
        for byte in "\u{1B}[".utf8 { #expect(decoder.take([byte]).isEmpty) }
        #expect(decoder.isWaiting)
        #expect(decoder.take("A".utf8) == [.up])
        let bytes = Array("日".utf8)
        #expect(decoder.take(bytes[..<2]).isEmpty)
        #expect(decoder.take(bytes[2...]) == [.character("日")])
        #expect(!decoder.isWaiting)
    }

    @Test func aLoneEscapeIsAKeyWhenNothingFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.take([0x1B]).isEmpty)
        #expect(decoder.timeOut() == [.escape])
        #expect(keys("\u{1B}q") == [.escape, .character("q")])
        #expect(decoder.take([0x1B]).isEmpty)
        #expect(decoder.take("[".utf8).isEmpty)
        #expect(decoder.timeOut() == [.escape, .character("[")])
    }

    @Test func bytesThatAreNoTextAreNoKeys() {
        var decoder = KeyDecoder()
        #expect(decoder.take([0xFF, 0xC0, 0x80, UInt8(ascii: "a")]) == [.character("a")])
        #expect(decoder.take([0xE6, UInt8(ascii: "b")]) == [.character("b")], "a character that was cut off")
        #expect(decoder.take([0x00]).isEmpty)
        #expect(!decoder.isWaiting)
    }

    @Test func aLineIsTypedAndMended() {
        var line = LineInput("helo")
        line.press(.left)
        line.press(.character("l"))
        #expect(line.text == "hello")
        line.press(.end)
        for character in " wörld" { line.press(.character(character)) }
        line.press(.backspace)
        #expect(line.text == "hello wörl")
        line.press(.control("w"))
        #expect(line.text == "hello ")
        line.press(.home)
        line.press(.delete)
        #expect(line.text == "ello ")
        line.press(.control("k"))
        #expect(line.text == "")
        line.press(.backspace)
        line.press(.up)
        #expect(line.text == "")
        line.press(.control("n"))
        #expect(line.text == "\n")
    }

    @Test func theCursorIsAlwaysInTheShownPart() {
        var line = LineInput("a long 日本語 line\nwith more")
        for _ in 0...line.text.count {
            for columns in 4...20 {
                let shown = line.shown(columns: columns)
                #expect(DisplayText.width(shown.text) < columns)
                #expect((0..<columns).contains(shown.cursor))
            }
            line.press(.left)
        }
        #expect(LineInput("a\nb").shown(columns: 10).text == "a⏎b")
    }
}
