import Foundation
import Testing

@testable import WebUI

@Suite("Shared components")
struct ComponentTests {
    static let hostile = "\u{202E}\"><script>alert(1)</script>'"

    @Test func unknownIsInTheWordsOfEveryBarEvenWhenZero() {
        let words = PostureCounts(conform: 3).words("All")
        #expect(words == "All: 3 conform, 0 unknown")
    }

    @Test func aBarEndsAtOneHundredPercent() {
        let bar = Markup.postureBar(PostureCounts(conform: 1, partly: 1, unknown: 1), label: "x").string
        #expect(bar.contains("x=\"66.67%\" width=\"33.33%\""))
        #expect(bar.contains("class=\"edge\""))
    }

    @Test func nothingToCountIsAnEmptyTrackNotAFullBar() {
        let bar = Markup.postureBar(PostureCounts(), label: "x").string
        #expect(!bar.contains("f-conform"))
        #expect(bar.contains("class=\"edge\""))
    }

    @Test func aStatusHasASignAndAWord() {
        for tone in Tone.allCases {
            let status = Markup.status(tone).string
            #expect(status.contains("#i-\(tone.rawValue)"))
            #expect(status.contains(text(tone.word)))
        }
    }

    @Test func everyIconIsInTheSpriteOnce() {
        let sprite = Icon.sprite.string
        for icon in Icon.allCases {
            #expect(sprite.components(separatedBy: "id=\"i-\(icon.rawValue)\"").count == 2)
        }
    }

    @Test(arguments: [
        ("Ines Moreau", "IM"), ("Aylin", "A"), ("Jan van der Berg", "JB"), ("  ", ""), ("élodie ñ", "ÉÑ"),
    ])
    func initialsAreOfTheFirstAndLastWord(_ name: String, _ initials: String) {
        #expect(Markup.initials(name) == initials)
    }

    @Test func anErrorIsNamedByItsControl() {
        let field = FormField("title", label: "Title", .text(lengthMax: 200), help: "Short", error: "Empty")
        let markup = Markup.field(field).string
        #expect(markup.contains("aria-describedby=\"f-title-help f-title-error\""))
        #expect(markup.contains("aria-invalid=\"true\""))
        #expect(markup.contains("id=\"f-title-error\""))
    }

    @Test func requiredIsSaidInWords() {
        let markup = Markup.field(FormField("t", label: "T", .text(lengthMax: nil), isRequired: true)).string
        #expect(markup.contains(text(.required)))
        #expect(markup.contains(" required"))
    }

    @Test func aPasswordIsNeverSentBack() {
        let field = FormField("password", label: "Password", .password(isNew: false), values: ["secret"])
        #expect(!Markup.field(field).string.contains("secret"))
    }

    @Test func aReadOnlyChoiceStillSendsItsValue() {
        let options = [FieldOption("a", "First"), FieldOption("b", "Second")]
        let field = FormField("c", label: "C", .choice(options), values: ["b"], isReadOnly: true)
        let markup = Markup.field(field).string
        #expect(markup.contains("type=\"hidden\" name=\"c\" value=\"b\""))
        #expect(markup.contains("value=\"Second\""))
        #expect(!markup.contains("<select"))
    }

    @Test func anOptionalYesNoCanBeLeftOpen() {
        let open = Markup.field(FormField("x", label: "X", .yesNo)).string
        #expect(open.components(separatedBy: "type=\"radio\"").count == 4)
        let required = Markup.field(FormField("x", label: "X", .yesNo, isRequired: true)).string
        #expect(required.components(separatedBy: "type=\"radio\"").count == 3)
    }

    @Test(arguments: [
        FormField.Control.text(lengthMax: 10), .search, .email, .longText, .integer(1...5), .decimal, .day, .time,
        .json,
        .choice([FieldOption(hostile, hostile)]), .segmented([FieldOption(hostile, hostile)]),
        .reference([FieldOption(hostile, hostile)]), .links([FieldOption(hostile, hostile)]), .file(accept: hostile),
        .referenceSearch(found: [FieldOption(hostile, hostile)], query: hostile),
        .linksSearch(found: [FieldOption(hostile, hostile)], query: hostile),
    ])
    func noFieldLetsHostileTextOut(_ control: FormField.Control) {
        for isReadOnly in [false, true] {
            let field = FormField(
                Self.hostile, label: Self.hostile, control, values: [Self.hostile], help: Self.hostile,
                error: Self.hostile, isReadOnly: isReadOnly)
            #expect(!Markup.field(field).string.contains("<script"))
        }
    }

    @Test func anAnswerThatIsNotAllowedIsNotOffered() {
        var html = HTML()
        html.answers(AnswerPart(answer: .unknown), reference: "6.1.2", allowsNotApplicable: false)
        let markup = String(decoding: html.bytes, as: UTF8.self)
        #expect(!markup.contains("value=\"na\""))
        #expect(markup.contains("value=\"unknown\" data-key=\"4\" name=\"result\" checked"))
    }

    @Test func aTrendDrawsNoLineAcrossMissingData() {
        let chart = TrendChart(
            id: "t", title: "T", summary: "S",
            points: [.init("1", 0.9), .init("2", 0.8), .init("3", nil), .init("4", 0.7), .init("5", 0.6)],
            heads: ("Week", "Ratio", "Interval"))
        let markup = Markup.trend(chart).string
        #expect(markup.components(separatedBy: "<polyline").count == 3)
        #expect(markup.contains("gap-ground"))
        #expect(markup.contains("<td class=\"num\">\(text(.noData))</td>"))
    }

    @Test(arguments: [
        [TrendPoint](), [.init("1", nil)], [.init("1", .nan)], [.init("1", 5)], [.init("1", 5), .init("2", 5)],
    ])
    func aTrendOfAlmostNothingIsStillDrawn(_ points: [TrendPoint]) {
        let chart = TrendChart(id: "t", title: "T", summary: "S", points: points, heads: ("Week", "Ratio", "Interval"))
        let markup = Markup.trend(chart).string
        #expect(!markup.contains("nan") && !markup.contains("inf"))
        #expect(markup.contains("</svg>"))
    }

    @Test func thePagerHasNoLinkWhereThereIsNoPage() {
        let markup = Markup.pager(summary: "", previousHref: nil, nextHref: "/x?after=1").string
        #expect(markup.contains("aria-disabled=\"true\""))
        #expect(markup.contains("rel=\"next\" href=\"/x?after=1\""))
    }

    @Test func thePageCarriesNoInlineStyleOrScript() {
        let assets = AssetLinks(stylesheetPrefix: "a", scriptPrefix: "b", iconPrefix: "c")
        let shell = Shell(
            title: Self.hostile, assets: assets, theme: .auto, navigation: [],
            organisation: FieldOption("1", Self.hostile), person: Self.hostile, ledgerIndex: 4812, token: Self.hostile,
            path: Self.hostile)
        let page = shell.page("<h1>x</h1>").string
        #expect(!page.contains("style=") && !page.contains("<style") && !page.contains("<script>"))
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(page.components(separatedBy: "role=\"status\"").count == 2)
        #expect(page.contains("4,812"))
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-4812, "-4,812")])
    func countsAreGroupedByThousands(_ number: Int, _ written: String) {
        #expect(Text.count(number) == written)
    }
}
