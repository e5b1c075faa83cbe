import Catalogue
import Testing

@Suite struct AIActTests {
    private func act() throws -> FrameworkContent { try LoadedCatalogue.shared.framework("eu-ai-act") }

    @Test func theDutiesOfTheActArePresent() throws {
        func points(_ article: String, _ letters: String) -> [String] { letters.map { "\(article)(\($0))" } }
        var needed = ["Art.4", "Art.4a", "Art.5(1)(ba)", "Art.5(1)(bb)", "Art.26", "Art.27", "Art.54", "Art.73"]
        needed += points("Art.5(1)", "abcdefgh") + points("Art.16", "abcdefghijkl")
        needed += points("Art.17(1)", "abcdefghijklm") + points("Art.27(1)", "abcdef")
        needed += points("Art.53(1)", "abcd") + points("Art.55(1)", "abcd") + points("Art.50(4)", "ab")
        needed += points("Art.6", "1234") + points("Art.49", "123") + points("Art.50", "123") + points("Art.73", "234")
        needed += (8...24).map { "Art.\($0)" } + [1, 2, 4].map { "Art.25(\($0))" }
        needed += [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12].map { "Art.26(\($0))" }
        needed += [43, 47, 48, 51, 52, 72].map { "Art.\($0)" } + (1...9).map { "AnnexIV.\($0)" }
        let ids = try act().ids
        #expect(Set(needed).subtracting(ids).isEmpty)
    }

    @Test func annexIIIHasItsPoints() throws {
        let ids = try act().ids
        let counts = (1...8).map { area in ids.count { $0.hasPrefix("AnnexIII.\(area)(") } }
        #expect(counts == [3, 1, 4, 2, 4, 5, 4, 2])
    }

    @Test func everyItemSaysWhoAndFromWhen() throws {
        for item in try act().items {
            let duty = try #require(item.duty, "\(item.itemID)")
            #expect(!duty.roles.isEmpty, "\(item.itemID)")
            #expect(duty.appliesFrom.earliest != nil, "\(item.itemID)")
            #expect(duty.dateStatus == .confirmed || duty.dateNote != nil, "\(item.itemID)")
        }
    }

    @Test func noOtherFrameworkHasLegalDutiesOrALaw() throws {
        for framework in try LoadedCatalogue.shared.frameworks where framework.id != "eu-ai-act" {
            #expect(framework.law == nil)
            #expect(framework.items.allSatisfy { $0.duty == nil })
        }
    }

    @Test func keyDatesAreThoseOfTheAmendedAct() throws {
        let catalogue = try LoadedCatalogue.shared
        func dates(_ id: String) throws -> LegalDates? { try catalogue.item("eu-ai-act", id).duty?.appliesFrom }
        #expect(try dates("Art.9") == .highRisk(annexIII: "2027-12-02", annexI: "2028-08-02"))
        #expect(try dates("Art.9")?.earliest == "2027-12-02")
        #expect(try dates("Art.5(1)(ba)") == .all("2026-12-02"))
        #expect(try dates("Art.50(1)") == .all("2026-08-02"))
        #expect(try dates("Art.53(1)(a)") == .all("2025-08-02"))
        #expect(try dates("Art.4") == .all("2025-02-02"))
    }

    @Test func theTimelineIsInOrderAndItsStateIsThatOfTheDayOfChecking() throws {
        let act = try act()
        let timeline = try #require(act.law).timeline
        #expect(timeline.count == 12)
        #expect(timeline.map(\.day) == timeline.map(\.day).sorted())
        for entry in timeline {
            #expect((entry.state == .past) == (entry.day <= act.checkedOn), "\(entry.day)")
        }
    }

    @Test func finesAreThoseOfArticles99And101() throws {
        let law = try #require(try act().law)
        #expect(law.penalties.map(\.article) == ["Art.99(3)", "Art.99(4)", "Art.99(5)", "Art.101(1)"])
        #expect(law.penalties.map(\.euroMax) == [35_000_000, 15_000_000, 7_500_000, 15_000_000])
        #expect(law.penalties.map(\.turnoverPercentMax) == [7, 3, 1, 3])
        #expect(law.penaltyRule.contains("SMEs"))
    }

    @Test func incidentDeadlinesAreThoseOfArticle73() throws {
        let catalogue = try LoadedCatalogue.shared
        #expect(try catalogue.item("eu-ai-act", "Art.73(2)").text.contains("15 days"))
        #expect(try catalogue.item("eu-ai-act", "Art.73(3)").text.contains("two days"))
        #expect(try catalogue.item("eu-ai-act", "Art.73(4)").text.contains("ten days"))
    }
}
