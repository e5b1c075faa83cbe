import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import RecordKit
import Records
import Storage
import TestKit
import Testing

@testable import WebUI

/// The assessment through the router: as the script and as a browser without script meet it.
@Suite("Assessment pages", .serialized)
struct AssessmentPageTests {
    let harness: RouterHarness
    let lead: PersonBrowser
    let assessment: UUID
    let ai = FrameworkLibrary.ai
    let security = FrameworkLibrary.security

    init() async throws {
        harness = try await PagesUnderTest.assessment.value
        lead = try await PersonBrowser(harness, harness.meridian.founder)
        assessment = try #require(
            try await harness.services.assessments.latest(as: Self.caller(harness.meridian.founder)))
    }

    private var rows: String { Link.assessment(assessment).href }
    private func page(_ key: String) -> String { Link.row(assessment, key: key).href }
    private func action(_ key: String) -> String { Link.answerRow(assessment, key: key).href }
    private static func caller(_ member: RouterHarness.Member) -> Caller {
        Caller(
            account: member.account.id, organisation: member.organisation, person: member.person,
            roles: member.roles)
    }
    private func row(_ key: String) async throws -> RowView {
        let view = try await harness.services.assessments.view(assessment, as: Self.caller(harness.meridian.founder))
        return try #require(view.rows.first { $0.row.key == key })
    }
    private func versions(_ key: String) async throws -> String {
        let row = try await row(key)
        return row.versions(row.partsInScope)
    }

    // MARK: Areas

    @Test func theRowsCanBeReadByArea() async throws {
        let answer = try await lead.get(Link.assessment(assessment, ["area": "people"]).href)
        #expect(answer.text.contains("id=\"row-iso27001-2022-A-6-1\""))
        #expect(answer.text.contains("id=\"row-iso42001-2023-A-4-6\""), "across both standards")
        #expect(!answer.text.contains("id=\"row-iso27001-2022-A-8-20\""))
        let people = try await row("iso27001-2022:A.6.1")
        #expect(people.parts[0].item.areas == ["people"])
        #expect(answer.text.contains("id=\"posture-area-suppliers\""))
        let detail = try await lead.get(page("iso27001-2022:A.6.6"))
        #expect(
            detail.text.contains(Link.assessment(assessment, ["area": "suppliers"]).href.replacing("&", with: "&amp;")))
    }

    // MARK: What a row offers

    @Test func bothStandardsMakeOneHundredAndSixtyThreeRows() async throws {
        let answer = try await lead.get(rows)
        #expect(answer.status == 200)
        #expect(answer.text.count(of: "<li data-row ") == 163)
        #expect(answer.text.contains("data-result-count>163 rows<"))
    }

    @Test func aRowThatOneAnswerFillsHasOneRadioGroup() async throws {
        let row = try #require(try await lead.get(rows).text.row("clause:5.1"))
        #expect(row.count(of: "<fieldset") == 1)
        #expect(row.count(of: "name=\"result\"") == 4)
        #expect(!row.contains("name=\"result.") && !row.contains("value=\"na\""))
    }

    @Test func aSharedRowHasAGroupForEachStandard() async throws {
        let row = try #require(try await lead.get(rows).text.row("clause:6.1.2"))
        #expect(row.count(of: "<fieldset") == 2)
        #expect(row.count(of: "name=\"result.\(ai)\"") == 4)
        #expect(row.count(of: "name=\"result.\(security)\"") == 4)
        #expect(!row.contains("name=\"result\""))
    }

    @Test func aControlOffersNotApplicable() async throws {
        let row = try #require(try await lead.get(rows).text.row("\(security):A.5.1"))
        #expect(row.count(of: "name=\"result\"") == 5)
        #expect(row.contains("value=\"na\""))
    }

    @Test func theAddressesOfRowsAreThoseOfTheRoutes() async throws {
        let view = try await harness.services.assessments.view(
            assessment, as: Self.caller(harness.meridian.founder))
        for asOf in [nil, "12"] {
            let presenter = RowPresenter(
                view: view, caller: Self.caller(harness.meridian.founder), token: "", names: [:], asOf: asOf)
            for key in ["clause:6.1.2", "\(security):A.5.1", "a law:Art. 9(1)/ä"] {
                #expect(presenter.rowLink(key) == Link.row(assessment, key: key, ["asOf": asOf]).href)
                #expect(presenter.answerLink(key) == Link.answerRow(assessment, key: key).href)
            }
        }
    }

    // MARK: Saving

    @Test func anAnswerByScriptRenewsTheRowAndTheCounts() async throws {
        let key = "clause:5.3"
        let sent = try await lead.post(
            action(key),
            [
                ("result", "conform"), ("maturity", "3"), ("note", "Roles are <b>named</b>."),
                ("version", try await versions(key)),
            ], byScript: true)
        #expect(sent.status == 200)
        #expect(sent.text.hasPrefix("<li data-row id=\"row-clause-5-3\""))
        #expect(sent.text.contains("value=\"conform\" data-key=\"1\" name=\"result\" checked"))
        #expect(sent.text.contains("Roles are &lt;b&gt;named&lt;/b&gt;."))
        #expect(sent.text.hidden("version") == "\(ai)=1,\(security)=1")
        for framework in [ai, security] {
            #expect(sent.text.contains("data-swap=\"#posture-\(RowPresenter.elementID(framework))\""))
        }
        #expect(sent.text.contains("data-swap=\"#bar-clause-5\""))
        let row = try await row(key)
        #expect(row.partsInScope.map(\.assessed) == [.conform, .conform])
        #expect(row.partsInScope.map { $0.answer?.value.maturity } == [3, 3])
    }

    @Test func anAnswerWithoutScriptLeadsBackToTheSameRows() async throws {
        let key = "clause:6.3"
        let filtered = Link.assessment(assessment, ["section": "clause:6"]).href
        let sent = try await lead.post(
            action(key), [("result", "partly"), ("maturity", ""), ("note", ""), ("version", try await versions(key))],
            referer: "http://localhost\(filtered)")
        #expect(sent.status == 303)
        let location = try #require(sent.headers[.location])
        #expect(location.hasPrefix("\(filtered)&undo=") && location.hasSuffix("#row-clause-6-3"))
        #expect(try await lead.get(location).text.contains("action=\"/undo\""))
        let page = try await lead.get(filtered)
        #expect(page.text.row(key)?.contains("value=\"partly\" data-key=\"2\" name=\"result\" checked") == true)
    }

    @Test func aRefererOfAnotherPageIsNotFollowed() async throws {
        let key = "clause:6.3"
        let sent = try await lead.post(
            action(key), [("result", "partly"), ("version", try await versions(key))],
            referer: "https://evil.example/x")
        #expect(sent.headers[.location]?.hasPrefix(rows) == true)
        #expect(sent.headers[.location]?.hasSuffix("#row-clause-6-3") == true)
    }

    @Test func eachPartOfASharedRowIsAnsweredByItself() async throws {
        let key = "clause:6.1.2"
        let sent = try await lead.post(
            action(key),
            [
                ("result.\(ai)", "nonconform"), ("result.\(security)", "unknown"), ("maturity", ""),
                ("note", ""), ("version", try await versions(key)),
            ], byScript: true)
        #expect(sent.status == 200)
        let row = try await row(key)
        #expect(row.part(ai)?.assessed == .nonconform)
        #expect(row.part(security)?.assessed == .unknown)
        #expect(row.part(security)?.answer == nil)
    }

    @Test func sendingARowUnchangedMakesNoRevision() async throws {
        let key = "clause:5.1"
        _ = try await lead.post(
            action(key), [("result", "conform"), ("version", try await versions(key))], byScript: true)
        let before = try await versions(key)
        let sent = try await lead.post(
            action(key), [("result", "conform"), ("maturity", ""), ("note", ""), ("version", before)], byScript: true)
        #expect(sent.status == 200)
        #expect(try await versions(key) == before)
    }

    @Test func aFormOfNobodysSessionIsRefused() async throws {
        let sent = try await lead.post(
            action("clause:5.1"), [("result", "partly"), ("version", "")], byScript: true, secret: "forged")
        #expect(sent.status == 403)
    }

    // MARK: Conflicts

    @Test func aStaleAnswerShowsBothAndSavingMineKeepsTheirOtherFields() async throws {
        let key = "\(ai):A.2.2"
        let seen = try await versions(key)
        let other = try await PersonBrowser(harness, harness.meridian[.aiRiskOfficer])
        _ = try await other.post(
            action(key), [("result", "conform"), ("maturity", ""), ("note", "Theirs stays."), ("version", seen)],
            byScript: true)
        let sent = try await lead.post(
            action(key), [("result", "partly"), ("maturity", ""), ("note", ""), ("version", seen)], byScript: true)
        #expect(sent.status == 409)
        #expect(sent.text.contains("data-conflict"))
        #expect(sent.text.contains("The aiRiskOfficer of meridian"))
        #expect(sent.text.contains("They chose “Conform”, you chose “Partly conform”."))
        #expect(sent.text.hidden("note") == nil)
        #expect(try await row(key).partsInScope.first?.assessed == .conform)
        let mine = try await lead.post(
            action(key),
            [
                ("result", try #require(sent.text.hidden("result"))),
                ("version", try #require(sent.text.hidden("version"))),
            ], byScript: true)
        #expect(mine.status == 200)
        let saved = try await row(key).partsInScope.first
        #expect(saved?.assessed == .partlyConform)
        #expect(saved?.answer?.value.note == "Theirs stays.")
    }

    @Test func aStaleAnswerWithoutScriptGetsAPageWithBoth() async throws {
        let key = "\(ai):A.2.3"
        let seen = try await versions(key)
        _ = try await lead.post(action(key), [("result", "conform"), ("version", seen)], byScript: true)
        let sent = try await lead.post(action(key), [("result", "nonconform"), ("version", seen)])
        #expect(sent.status == 409)
        #expect(sent.text.contains("<!doctype html>") && sent.text.contains("data-conflict"))
    }

    @Test func twoBrowsersThatDecideWhetherAControlAppliesSeeEachOther() async throws {
        let key = "\(ai):A.2.4"
        let seen = try await versions(key)
        let other = try await PersonBrowser(harness, harness.meridian[.aiRiskOfficer])
        let first = try await other.post(
            action(key),
            [("result", "na"), ("justification", "Reviews are made by the holding."), ("version", seen)], byScript: true
        )
        #expect(first.status == 200)
        // The second browser still shows the row as it was: neither another reason nor an answer is taken.
        let reason = try await lead.post(
            action(key),
            [("result", "na"), ("justification", "We have no policies yet."), ("version", seen)], byScript: true)
        #expect(reason.status == 409 && reason.text.contains("data-conflict"))
        #expect(reason.text.contains("The aiRiskOfficer of meridian"))
        #expect(reason.text.contains("Does not apply: Reviews are made by the holding."))
        #expect(reason.text.contains("Not applicable: We have no policies yet."))
        let answer = try await lead.post(action(key), [("result", "conform"), ("version", seen)])
        #expect(answer.status == 409 && answer.text.contains("<!doctype html>"))
        #expect(try await row(key).partsInScope.first?.applicability?.version == 1)
        // Keeping mine sends it again over the decision that is shown.
        let mine = try await lead.post(
            action(key),
            [
                ("result", try #require(reason.text.hidden("result"))),
                ("justification", try #require(reason.text.hidden("justification"))),
                ("version", try #require(reason.text.hidden("version"))),
            ], byScript: true)
        #expect(mine.status == 200)
        #expect(
            try await row(key).partsInScope.first?.applicability?.value.justification == "We have no policies yet.")
    }

    // MARK: Not applicable

    @Test func aClauseRefusesNotApplicableEvenIfForged() async throws {
        let key = "clause:5.1"
        let sent = try await lead.post(
            action(key),
            [
                ("result", "na"), ("justification", "We would rather not have it."),
                ("version", try await versions(key)),
            ], byScript: true)
        #expect(sent.status == 422)
        #expect(sent.text.contains("Clauses 4 to 10 always apply"))
        #expect(try await row(key).partsInScope.allSatisfy { $0.assessed != .notApplicable })
    }

    @Test func notApplicableAsksForAReasonAndSavesNothingBefore() async throws {
        let key = "\(security):A.7.4"
        let seen = try await versions(key)
        let asked = try await lead.post(action(key), [("result", "na"), ("version", seen)], byScript: true)
        #expect(asked.status == 422)
        #expect(!asked.text.hasPrefix("<li"))
        #expect(asked.text.contains("name=\"justification\"") && asked.text.hidden("result") == "na")
        let page = try await lead.post(action(key), [("result", "na"), ("version", seen)])
        #expect(page.status == 422)
        #expect(page.text.contains("id=\"f-justification.whole-error\""))
        #expect(try await row(key).partsInScope.first?.applicability == nil)
        let said = try await lead.post(
            action(key),
            [
                ("result", "na"), ("justification", "All offices are rented and guarded by the landlord."),
                ("version", seen),
            ], byScript: true)
        #expect(said.status == 200)
        #expect(said.text.contains("Does not apply: All offices are rented"))
        #expect(try await row(key).partsInScope.first?.shown == .notApplicable)
        let again = try await lead.post(
            action(key), [("result", "conform"), ("version", try await versions(key))], byScript: true)
        #expect(again.status == 200)
        #expect(try await row(key).partsInScope.first?.assessed == .conform)
    }

    // MARK: One answer or two

    @Test func aRowIsSplitAnsweredApartAndJoinedAgain() async throws {
        let key = "clause:7.3"
        let split = try await lead.post(
            action(key), [("from", "page"), ("separate", "true"), ("version", try await versions(key))])
        #expect(split.status == 303 && split.headers[.location]?.hasPrefix(page(key)) == true)
        #expect(try await lead.get(rows).text.row(key)?.count(of: "<fieldset") == 2)
        let detail = try await lead.get(page(key)).text
        let secretVersion = try await row(key).part(ai).map { "\(ai)=\($0.answer?.version ?? 0)" }
        #expect(detail.contains("id=\"f-note.\(ai)\"") && detail.contains("id=\"f-note.\(security)\""))
        let sent = try await lead.post(
            action(key),
            [
                ("from", "panel"), ("part", ai), ("result", "nonconform"), ("maturity.\(ai)", "1"),
                ("note.\(ai)", "Only for AI."), ("version", try #require(secretVersion)),
            ], byScript: true)
        #expect(sent.status == 200)
        #expect(sent.text.hasPrefix("<div data-save id=\"unit-clause-7-3-\(RowPresenter.elementID(ai))\""))
        #expect(try await row(key).partsInScope.map(\.assessed) == [.nonconform, .unknown])
        let refused = try await lead.post(
            action(key), [("from", "page"), ("separate", "false"), ("version", try await versions(key))])
        #expect(refused.status == 422)
        #expect(refused.text.contains("Give both standards the same result before joining them"))
        _ = try await lead.post(
            action(key),
            [
                ("from", "panel"), ("part", security), ("result", "nonconform"),
                ("version", try await versions(key)),
            ], byScript: true)
        let joined = try await lead.post(
            action(key), [("from", "page"), ("separate", "false"), ("version", try await versions(key))])
        #expect(joined.status == 303)
        #expect(try await row(key).isOneAnswer)
    }

    @Test func aFormFromBeforeASplitIsNotGuessedAt() async throws {
        let key = "clause:7.4"
        let seen = try await versions(key)
        let sent = try await lead.post(
            action(key), [("result.\(ai)", "conform"), ("version", seen)], byScript: true)
        #expect(sent.status == 409)
        #expect(sent.text.contains("split or joined meanwhile"))
    }

    @Test func anAnswerForOneStandardAsksToConfirmTheOther() async throws {
        let key = "clause:5.1"
        let tenant = harness.hospital
        let browser = try await PersonBrowser(harness, tenant.founder)
        let founder = Self.caller(tenant.founder)
        let (assessments, records) = (harness.services.assessments, harness.services.records)
        let id = try #require(try await assessments.latest(as: founder))
        let schema = Assessment.schema.erased
        let whole = try await records.get(schema, id, as: founder)
        let view = try await assessments.view(id, as: founder)
        let adoption = try await harness.store.read { reader in
            try reader.all(FrameworkAdoption.self, in: tenant.id, limit: 10)
        }
        let securityOnly = try #require(
            adoption.first { stored in
                view.frameworks.contains { $0.key == security && $0.id == stored.value.framework.raw }
            })
        let narrowed = try await records.update(
            schema, id, over: whole.version, ["scope": .links([securityOnly.id.raw])], keepsMissing: true, as: founder)
        let path = Link.answerRow(id, key: key).href
        let sent = try await browser.post(path, [("result", "conform"), ("version", "\(security)=0")], byScript: true)
        #expect(sent.status == 200)
        _ = try await records.update(
            schema, id, over: narrowed.version, ["scope": whole["scope"]], keepsMissing: true, as: founder)

        let page = try await browser.get(Link.assessment(id).href).text
        #expect(page.row(key)?.contains("Answered for ISO/IEC 27001:2022 only, confirm for ISO/IEC 42001:2023") == true)
        let line = try #require(page.between("id=\"confirm-clause-5-1\"", "</li>"))
        let waiting = try await browser.get(Link.assessment(id, ["shown": "confirm"]).href).text
        #expect(waiting.count(of: "<li data-row ") == 1)
        let confirmed = try await browser.post(
            path, [("confirm", "true"), ("from", "row"), ("version", try #require(line.hidden("version")))])
        #expect(confirmed.status == 303)
        let after = try await assessments.view(id, as: founder).rows.first { $0.row.key == key }
        #expect(after?.partsInScope.map(\.assessed) == [.conform, .conform])
    }

    // MARK: Others, and who may

    @Test func aSecondPersonIsToldWhatChanged() async throws {
        let key = "clause:9.1"
        let size = try await harness.store.read { try $0.ledgerSize(harness.meridian.id) }
        let poll = { (since: Int) in Link.assessmentChanges(assessment, ["since": String(since)]).href }
        let other = try await PersonBrowser(harness, harness.meridian[.internalAuditor])
        #expect(try await other.get(poll(size - 1), byScript: true).status == 204)
        _ = try await lead.post(
            action(key), [("result.\(ai)", "conform"), ("version", try await versions(key))], byScript: true)
        let news = try await other.get(poll(size - 1), byScript: true)
        #expect(news.status == 200)
        #expect(news.text.count(of: "<template data-swap=\"#row-") == 1)
        #expect(news.text.contains("data-swap=\"#row-clause-9-1\""))
        let ledger = try #require(HTTPField.Name("Concord-Ledger"))
        #expect(news.headers[ledger] == String(size))
        #expect(try await other.get(poll(size), byScript: true).status == 204)
    }

    @Test func whoMayOnlyReadGetsNoForms() async throws {
        let auditor = try await PersonBrowser(harness, harness.meridian[.externalAuditor])
        let row = try #require(try await auditor.get(rows).text.row("clause:5.1"))
        #expect(row.contains("<fieldset class=\"answers\" disabled>") && !row.contains("name=\"version\""))
        let sent = try await auditor.post(
            action("clause:5.1"), [("result", "partly"), ("version", "")], byScript: true)
        #expect(sent.status == 403)
    }

    @Test func thePastCanBeReadButNotAnswered() async throws {
        let key = "\(ai):A.3.2"
        let size = try await harness.store.read { try $0.ledgerSize(harness.meridian.id) }
        _ = try await lead.post(
            action(key), [("result", "conform"), ("version", try await versions(key))], byScript: true)
        let past = try await lead.get(Link.assessment(assessment, ["asOf": String(size - 1)]).href).text
        let row = try #require(past.row(key))
        #expect(row.contains("disabled") && !row.contains("data-key=\"1\" name=\"result\" checked"))
        #expect(past.contains("class=\"asof-band\"") && !past.contains("data-poll-url"))
        #expect(row.contains("?asOf=\(size - 1)") && past.contains("You look at 10 March 2026, 12:00"))
    }

    @Test func anotherOrganisationsAssessmentIsNotFound() async throws {
        let stranger = try await PersonBrowser(harness, harness.hospital.founder)
        #expect(try await stranger.get(rows).status == 404)
        #expect(try await stranger.get(page("clause:5.1")).status == 404)
        let sent = try await stranger.post(
            action("clause:5.1"), [("result", "conform"), ("version", "")], byScript: true)
        #expect(sent.status == 404)
    }

    @Test func somebodyWhoIsNotSignedInIsSentToSignIn() async throws {
        let page = try await harness.send(.get, rows)
        #expect(page.status == 303)
        #expect(page.headers[.location] == Link.signIn(next: rows).href)
        let script = try await harness.send(.get, rows, headers: PersonBrowser.headers(byScript: true))
        #expect(script.status == 401)
    }

    // MARK: The detail

    @Test func theDetailSaysWhatIsAskedAndLinksToFormsThatBeginWithIt() async throws {
        let key = "clause:6.1.2"
        let row = try await row(key)
        let page = try await lead.get(self.page(key)).text
        for part in row.partsInScope {
            #expect(page.contains(Markup.escaped(part.item.text).string))
            for question in part.item.questions { #expect(page.contains(Markup.escaped(question).string)) }
            let requirement = "requirements=\(part.item.id.lowercased)"
            #expect(page.contains("/tasks/new?") && page.contains(requirement))
            #expect(page.contains("/evidence/new?\(requirement)"))
        }
        #expect(page.contains("strength \(row.row.strength ?? 0) of 10"))
        let panel = try await lead.get(self.page(key), byScript: true).text
        #expect(panel.hasPrefix("<div id=\"detail-clause-6-1-2\">") && !panel.contains("<html"))
    }

    @Test func linkedEvidenceIsCountedInTheRowAndListedInTheDetail() async throws {
        let key = "\(security):A.8.13"
        let item = try #require(try await row(key).partsInScope.first?.item.id)
        let founder = Self.caller(harness.meridian.founder)
        let records = harness.services.records
        let control = try await records.create(
            Control.schema.erased,
            ["code": .text("BCK-01"), "title": .text("Restore <test>"), "requirements": .links([item])], as: founder)
        let day = try #require(Day(year: 2026, month: 1, day: 1))
        for (title, links) in [
            ("Restore log", ["requirements": FieldValue.links([item])]),
            ("Restore review", ["controls": .links([control.id])]),
        ] {
            _ = try await records.create(
                Evidence.schema.erased,
                [
                    "title": .text(title), "kind": .text("link"), "link": .text("https://example.org/x"),
                    "periodFrom": .day(day), "periodTo": .day(day),
                ].merging(links) { a, _ in a }, as: founder)
        }
        let row = try #require(try await lead.get(rows).text.row(key))
        #expect(row.contains("#evidence\">2<"))
        let detail = try await lead.get(page(key)).text
        #expect(detail.count(of: "<div class=\"tile\">") == 2)
        #expect(detail.contains("through BCK-01") && detail.contains("BCK-01 Restore &lt;test&gt;"))
    }
}
