// The one list of routes: what is written as an address is read back, whatever stands in it.
import Foundation
import RecordKit
import Records
import Testing
import WebUI

@Suite struct LinkTests {
    private static let id = UUID.version7(at: Instant(millisecondsSince1970: 1_790_000_000_000), random: (3, 4))
    private static let nasty = ["a b", "ä/ö?ü#&=+%", "../..", "'\"<>", "iso27001-2022:A.5.1", "%2F", "😀"]
    private static let links: [Link] =
        [
            .overview, .signIn(), .signIn(next: "/controls?q=a b&x=%2F"), .signOut, .theme, .switchOrganisation,
            .assessmentNow, .assessment(id), .assessment(id, ["standard": "iso42001-2023", "shown": "na"]),
            .assessmentChanges(id, ["since": "4812"]), .sections(id), .sections(id, ["people": "ä"]), .sectionStep(id),
            .nextAssessment(id), .comparison(id), .comparison(id, ["change": "worse"]), .comparisonCSV(id),
            .implementationGroups(id), .answerRow(id, key: "6.1.2"), .members, .invite, .endAccess,
            .resetLink, .resetAnyLink, .hosted(), .hosted(["after": id.lowercased]), .jobs(["state": "dead"]),
            .retryJob, .discardJob,
            .tokens, .revokeToken(id), .account, .apiReference, .ledger(), .ledger(["from": "12"]), .pack, .entry(4812),
            .entryProof(0), .entryLeaf(12), .search(), .search(query: "ä&b"),
            .file(sha256: String(repeating: "a", count: 64), ["record": "evidence/\(id)"]),
            .asset(name: "concord.css", ["v": "12"]), .list("controls"), .csv("controls", ["q": "x"]),
            .new("tasks", ["title": "Close A.5.1", "requirements": id.lowercased]), .record("controls", id),
            .record("controls", id, ["asOf": "12"]), .edit("controls", id), .archive("controls", id),
            .restore("controls", id), .erasurePreview(id), .transition("controls", id, name: "implement"),
            .restoreValues("controls", id), .bulk("controls"), .views(), .views(["type": "controls", "query": "q=x"]),
            .view(id), .undo, .imports, .newImport(), .newImport(["type": "controls"]), .importJob(id),
            .importJob(id, ["show": "error"]), .importMapping(id), .importApply(id), .importDiscard(id),
            .importReport(id), .reports(), .report(), .gapsNow, .gaps(id), .gaps(id, ["measure": "IS-06"]),
            .gapTasks(id), .plan(),
            .controlLibrary(), .controlLibrary(["show": "coverage"]), .adoptControls, .mergeControls, .crosswalk(),
            .crosswalk(["from": "gdpr", "to": "iso27001-2022"]), .crosswalkConflicts,
            .projection(key: "gdpr", ["word": "touched"]), .libraries, .newLibrary, .applyLibrary, .library(id),
            .rollBackLibrary(id), .rollBackLibrary(id, ["to": "2"]), .statements,
            .statementVerb(key: "iso27001-2022", name: "submit"), .statementPrint(key: "both"),
            .statementFile(key: "both", format: "pdf", ["version": "2"]),
            .statementDifferences(key: "iso27001-2022", ["from": "1"]), .importTemplate("findings"),
            .importTemplate("controls", ["standard": "gdpr"]), .path(), .path(["step": "plan", "row": "clause:5.1"]),
            .pathScope, .pathConfirm, .pathTasks,
        ]
        + nasty.flatMap { text -> [Link] in
            [
                .setUp(secret: text), .invitation(secret: text), .row(id, key: text), .framework(key: text),
                .projectedItem(key: text, id), .acceptProjection(id, key: text),
                .statement(key: text, ["show": text]), .statementDecision(key: text, reference: text),
                .list("controls", ["q": text, "status": text]), .search(query: text),
            ]
        }

    @Test(arguments: links)
    func everyAddressIsReadBack(_ link: Link) {
        #expect(Link(link.href) == link, "\(link.href)")
    }

    @Test func everyRouteIsAmongThem() {
        #expect(Set(Self.links.map(\.route)) == Set(Link.Route.allCases))
    }

    @Test(arguments: [
        "", "controls", "https://example.org/", "//example.org/x", "/controls/not-an-id", "/controls/x/edit",
        "/assessments/1/rows", "/a/b/c/d/e", "/controls?q=%zz", "/ledger/", "/ledger/entries/x",
        "/ledger/entries/-1/proof",
    ])
    func whatIsNoAddressIsRefused(_ text: String) {
        #expect(Link(text) == nil)
    }

    @Test func noTwoDifferentRoutesHaveOneAddress() {
        let hrefs = Dictionary(grouping: Self.links, by: \.href)
        for (href, links) in hrefs { #expect(Set(links).count == 1, "\(href)") }
    }

    @Test func aQueryKeepsOrderAndRepetitionAndLeavesOutTheEmpty() {
        var query: LinkQuery = ["a": "1", "b": nil, "c": "", "a": "2"]
        query.add("d", "x y")
        #expect(query.string == "?a=1&a=2&d=x%20y")
        #expect(query.values("a") == ["1", "2"])
        #expect(query.with("a", "3").string == "?d=x%20y&a=3")
        #expect(LinkQuery("a=1&a=2&d=x+y") == query)
    }

    @Test func aTypeWithItsOwnPageIsLinkedThere() {
        #expect(Link.record(Framework.schema.erased, Self.id).href == "/frameworks/\(Self.id.lowercased)")
        #expect(Link.record(Control.schema.erased, Self.id).href == "/controls/\(Self.id.lowercased)")
    }
}
