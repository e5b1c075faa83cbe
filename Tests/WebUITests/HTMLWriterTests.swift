import Testing

@testable import WebUI

@Suite("The typed HTML writer")
struct HTMLWriterTests {
    @Test func literalsAreMarkupAndValuesAreEscaped() {
        let name = "<script>alert('x')</script> & \"co\""
        let markup: Markup = "<b title=\"\(name)\">\(name)</b>"
        let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;"
        #expect(markup.string == "<b title=\"\(escaped)\">\(escaped)</b>")
    }

    @Test(arguments: ["\" onmouseover=\"alert(1)", "' onfocus='alert(1)", "><img src=x onerror=alert(1)>"])
    func aValueCannotLeaveItsAttribute(_ hostile: String) {
        var html = HTML()
        html.attribute("value", hostile)
        let inside = String(decoding: html.bytes, as: UTF8.self).dropFirst(" value=\"".count).dropLast()
        #expect(!inside.contains { "\"'<>".contains($0) })
    }

    @Test func markupNestsOnlyAsMarkup() {
        let inner: Markup = "<i>\("<")</i>"
        let outer: Markup = "<p>\(raw: inner)\(inner.string)</p>"
        #expect(outer.string == "<p><i>&lt;</i>&lt;i&gt;&amp;lt;&lt;/i&gt;</p>")
    }

    @Test func charactersOfAllLanguagesPassUnchanged() {
        let words = "Zoë · 信用 · تقييم · 🧭 · e\u{301} · \u{200F}"
        #expect(Markup.escaped(words).string == words)
    }

    @Test(arguments: [
        ("\u{202A}", "[U+202A]"), ("\u{202B}", "[U+202B]"), ("\u{202C}", "[U+202C]"), ("\u{202D}", "[U+202D]"),
        ("\u{202E}", "[U+202E]"), ("\u{2066}", "[U+2066]"), ("\u{2067}", "[U+2067]"), ("\u{2068}", "[U+2068]"),
        ("\u{2069}", "[U+2069]"),
    ])
    func directionControlsOfRecordTextAreShown(_ control: String, _ shown: String) {
        #expect(Markup.escaped("invoice\(control)fdp.exe").string == "invoice\(shown)fdp.exe")
        #expect(Markup.escaped(control).string == shown)
    }

    @Test func theDashBesideDirectionControlsStays() {
        #expect(Markup.escaped("2020\u{2013}2026 \u{2026}").string == "2020\u{2013}2026 \u{2026}")
    }

    @Test func aFormControlGivesBackWhatIsStored() {
        let stored = "a\u{202E}b\n\tc"
        let markup: Markup = "<input value=\"\(value: stored)\">"
        #expect(markup.string == "<input value=\"\(stored)\">")
    }

    @Test func namesAreIsolatedFromTheSentence() {
        let markup: Markup = "\(isolated: "a<b")"
        #expect(markup.string == "<bdi>a&lt;b</bdi>")
    }

    @Test func controlCharactersBecomeTheReplacementCharacter() {
        #expect(Markup.escaped("a\u{0}b\u{1B}c\u{7F}d\te").string == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\te")
    }

    @Test(arguments: [
        "https://example.org/a?b=c&d", "http://example.org", "mailto:ines@example.org", "HTTPS://EXAMPLE.ORG",
    ])
    func webAndMailAddressesAreLinks(_ address: String) {
        #expect(UserLink.href(address) == address)
        #expect(Markup.userLink(address).string.hasPrefix("<a href="))
    }

    @Test(arguments: [
        "javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x", "vbscript:x", "//example.org", "/path", "https:", "https://", "mailto:", "https://a b",
        "https://a\u{202E}b",
        "https://a\u{200B}b", "https://a\tb", "https://a\u{A0}b", "file:///etc/passwd", "",
    ])
    func otherAddressesOfPeopleAreText(_ address: String) {
        #expect(UserLink.href(address) == nil)
        #expect(!Markup.userLink(address).string.contains("href"))
    }

    @Test func anAddressCannotLeaveItsAttribute() {
        let markup = Markup.userLink("https://example.org/\"onclick=\"alert(1)").string
        #expect(markup.contains("href=\"https://example.org/&quot;onclick=&quot;alert(1)\""))
    }

    @Test func optionalAttributesAreLeftOut() {
        let none: String? = nil
        let markup: Markup = "<a\(attribute: "href", none)\(flag: "hidden", false)\(attribute: "tabindex", -1)>"
        #expect(markup.string == "<a tabindex=\"-1\">")
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-1.5, "-1.5"), (2.05, "2.05"), (33.333333, "33.33"), (-0.25, "-0.25"), (-0.001, "0"),
        (.nan, "0"), (.infinity, "0"), (1e300, "0"),
    ])
    func coordinatesAreShortAndFinite(_ value: Double, _ written: String) {
        let markup: Markup = "\(coordinate: value)"
        #expect(markup.string == written)
    }

    @Test func aBridgedStringIsEscapedToo() {
        let pieces: [Character] = Array("<&>")
        #expect(Markup.escaped(String(pieces.reversed())).string == "&gt;&amp;&lt;")
    }
}
