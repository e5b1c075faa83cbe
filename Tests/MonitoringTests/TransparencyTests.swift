// Transparency and expectations: what counts as explained, informed, fresh and allowed, and what does not.
import Foundation
import Monitoring
import Statistics
import Testing

private func table(_ columns: [(String, [String?])]) -> Table {
    Table(
        path: "t", sha256: "", rows: columns[0].1.count, header: columns.map(\.0),
        columns: columns.map { Column(name: $0.0, categories: $0.1) })
}

private func written(_ text: String, _ name: String) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString)-\(name)")
    try Data(text.utf8).write(to: url)
    return url
}

private func strings(_ value: ReportValue?) -> [String] {
    guard case .array(let values)? = value else { return [] }
    return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
}

@Suite struct TransparencyTests {
    private let record = table([
        ("reason", ["R1", "R2", nil, "R1", "R1", nil]),
        ("sent", ["2026-01-02", nil, "2026-01-03", "2026-01-04", "2026-01-05", nil]),
        ("told", ["yes", "no", "YES", "yes", nil, "yes"]),
        ("who", ["a", "a", "b", "c", "d", nil]), ("group", ["f", "f", "f", "m", "m", "m"]),
    ])

    @Test func sharesCountWhatTheRecordShows() throws {
        let result = try Transparency.report(
            table: record,
            columns: Transparency.Columns(
                explanation: "reason", delivered: "sent", informed: "told", person: "who", group: "group"),
            minimumSize: 2)
        #expect(result["explained"]?["share"]?.number == 4.0 / 6)
        #expect(result["explained"]?["not_recorded"]?.number == 2)
        #expect(result["explained"]?["distinct"]?.number == 2)
        #expect(result["explained"]?["most_frequent_share"]?.number == 0.75)
        // One was sent without an explanation, one explanation was not sent.
        #expect(result["delivered"]?["share"]?.number == 0.5)
        #expect(result["delivered"]?["without_explanation"]?.number == 1)
        // a was told once of twice, d not on record; the last row is of nobody known.
        #expect(result["informed"]?["n"]?.number == 4 && result["informed"]?["share"]?.number == 0.5)
        #expect(result["informed"]?["unknown_people"]?.number == 1)
        #expect(result["informed"]?["per"] == .string("person"))
        let byGroup = result["groups"]?["explained_difference"]
        #expect(byGroup?["shares"]?["f"]?["share"]?.number == 2.0 / 3 && byGroup?["value"]?.number == 0)
        #expect(byGroup?["pvalue"]?.number == 1)
        let informed = result["groups"]?["informed_difference"]
        #expect(
            informed?["shares"]?["f"]?["share"]?.number == 0.5 && informed?["shares"]?["m"]?["share"]?.number == 0.5)
        let perDecision = try Transparency.report(
            table: record, columns: Transparency.Columns(informed: "told"))
        #expect(perDecision["informed"]?["share"]?.number == 4.0 / 6)
    }

    @Test func thresholdsJudgeLikeAnyOther() throws {
        let n = 400
        let big = table([
            ("reason", (0..<n).map { $0 % 10 == 0 && $0 % 20 == 0 ? nil : "R\($0 % 7)" }),
            ("told", (0..<n).map { $0 % 2 == 0 ? "1" : $0 % 4 == 1 ? "0" : "1" }),
            ("group", (0..<n).map { $0 % 2 == 0 ? "a" : "b" }),
        ])
        let result = try Transparency.report(
            table: big, columns: Transparency.Columns(explanation: "reason", informed: "told", group: "group"))
        let report = try MeasurementReport(
            measure: "transparency", inputs: [], result: result,
            rules: try DecisionRule.list("explained.share<0.99,informed.share<0.5"))
        func outcome(_ text: String) -> Decision.Outcome? { report.decisions.first { $0.rule.text == text }?.outcome }
        #expect(outcome("explained.share<0.99") == .breached && outcome("informed.share<0.5") == .within)
        #expect(outcome("explained.share<0.95") == .within && outcome("informed.share<0.95") == .breached)
        #expect(outcome("groups.informed_difference>0.05") == .breached)
        #expect(outcome("groups.explained_difference>0.05") == .breached)
        #expect(outcome("model_card.completeness<1") == nil && report.isBreached)
        let few = try Transparency.report(table: record, columns: Transparency.Columns(explanation: "reason"))
        let judged = try MeasurementReport(measure: "transparency", inputs: [], result: few, rules: [])
        #expect(judged.decisions.map(\.outcome) == [.notEvaluable])
        #expect(throws: MeasureError("the rule \"nothing.share<1\" names no measure or subject of this result")) {
            try MeasurementReport(
                measure: "transparency", inputs: [], result: result, rules: try DecisionRule.list("nothing.share<1"))
        }
    }

    @Test func missingColumnsAreNamed() {
        #expect(throws: MeasureError("t: there is no column \"x\"")) {
            try Transparency.report(table: record, columns: Transparency.Columns(explanation: "x"))
        }
        #expect(throws: MeasureError("delivery needs a column of explanations")) {
            try Transparency.report(table: record, columns: Transparency.Columns(delivered: "sent", informed: "told"))
        }
        #expect(throws: MeasureError("a column of explanations or of information of people is needed")) {
            try Transparency.report(table: record, columns: Transparency.Columns(group: "group"))
        }
    }

    @Test func aModelCardIsJudgedByItsContentNotItsHeadings() throws {
        let url = try written(
            """
            # Model card of the intended use of metrics

            Last updated: 2026-03-01. Trained in 2024-12-31.

            ## Model details
            Gradient boosting, version of March, made by the credit team.
            ## Intended use
            TBD
            ## Metrics
            ### Thresholds
            Accuracy and recall over groups at the threshold 0.5.
            ## Limitations
            ```
            ## Training data
            not a heading, but a listing
            ```
            """, "card.md")
        defer { try? FileManager.default.removeItem(at: url) }
        let document = try TransparencyDocument(contentsOf: url.path)
        let today = try #require(CivilDate("2026-03-31"))
        let report = document.report(.modelCard, today: today)
        #expect(strings(report["treated"]) == ["details", "metrics", "caveats"])
        #expect(strings(report["missing"]).contains("intended_use"))
        #expect(strings(report["missing"]).contains("training_data"))
        #expect(report["completeness"]?.number == 3.0 / 9)
        #expect(report["age_days"]?.number == 30 && report["date"] == .string("2026-03-01"))
        let early = document.report(.modelCard, today: try #require(CivilDate("2026-01-01")))
        #expect(early["date"] == .string("2024-12-31"))
        let before = document.report(.modelCard, today: try #require(CivilDate("2020-01-01")))
        #expect(before["age_days"] == .null && before["age_days_reason"] == .string("all its dates are in the future"))
    }

    @Test func informationForUsersMayBeJSON() throws {
        let topics = TransparencyDocument.Kind.userInformation.topics
        let members = topics.map {
            "\"\($0.words[0].replacingOccurrences(of: " ", with: "_"))\": \"words about \($0.name)\""
        }
        let url = try written(
            "{\"about\": {\(members.joined(separator: ","))}, \"reviewed\": \"2026-02-27\"}", "user.json")
        defer { try? FileManager.default.removeItem(at: url) }
        let report = try TransparencyDocument(contentsOf: url.path)
            .report(.userInformation, today: try #require(CivilDate("2026-03-01")))
        #expect(report["completeness"]?.number == 1 && report["age_days"]?.number == 2)
        let broken = try written("{ nothing", "broken.json")
        defer { try? FileManager.default.removeItem(at: broken) }
        #expect(throws: TableError(path: broken.path, reason: "this starts like JSON and is none")) {
            try TransparencyDocument(contentsOf: broken.path)
        }
        let undated = try written("## Purpose\nTo decide about loans.\n", "undated.md")
        defer { try? FileManager.default.removeItem(at: undated) }
        let none = try TransparencyDocument(contentsOf: undated.path)
            .report(.userInformation, today: try #require(CivilDate("2026-03-01")))
        #expect(none["age_days_reason"] == .string("no date stands beside date, updated, reviewed or version"))
        #expect(strings(none["treated"]) == ["purpose"])
    }

    @Test func daysAreThoseOfTheCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var time = try #require(calendar.date(from: DateComponents(year: 1599, month: 12, day: 30)))
        for _ in 0..<4_000 {
            let parts = calendar.dateComponents([.year, .month, .day], from: time)
            let day = CivilDate(time)
            #expect(day.year == parts.year && day.month == parts.month && day.day == parts.day)
            #expect(Double(day.dayNumber) * 86_400 == time.timeIntervalSince1970)
            #expect(CivilDate(day.description) == day)
            time += 86_400 * 59
        }
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "26-01-01", "2026-01-32", "2026/01/01"] {
            #expect(CivilDate(text) == nil, "\(text)")
        }
        #expect(CivilDate("2024-02-29") != nil)
    }

    @Test func steadyExplanationsKeepTheirOrder() throws {
        let url = try written(
            #"{"kind":"logistic","features":["a","b","c"],"coefficients":[3,1,0.2],"intercept":0}"#, "model.json")
        defer { try? FileManager.default.removeItem(at: url) }
        let model = try DeclaredModel(contentsOf: url.path)
        var state: UInt64 = 3
        let data = (0..<80).map { _ in
            (0..<3).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Double(state >> 11) / 9_007_199_254_740_992
            }
        }
        let linear = try Transparency.stability(
            model: model, data: data, background: [[0, 0, 0]], method: .exact)
        #expect(linear["n"]?.number == 50)
        let mean = try #require(linear["rank_correlation"]?.number)
        #expect(mean > 0.9 && mean <= 1)
        // A staircase so fine that a twentieth of a standard deviation changes the reasons.
        let steps = (0..<3).map(Self.staircase)
        let jumpy = try written(
            "{\"kind\":\"trees\",\"features\":[\"a\",\"b\",\"c\"],\"trees\":[\(steps.joined(separator: ","))]}",
            "trees.json")
        defer { try? FileManager.default.removeItem(at: jumpy) }
        let unsteady = try Transparency.stability(
            model: try DeclaredModel(contentsOf: jumpy.path), data: data, background: [[0, 0, 0]], method: .exact)
        let low = try #require(unsteady["rank_correlation"]?.number)
        #expect(low < 0.8 && low < mean - 0.15, "\(low) is not far below \(mean)")
    }

    /// A tree on one feature whose value jumps up and down 64 times in 0 … 1.
    private static func staircase(_ feature: Int) -> String {
        var left: [Int] = []
        var right: [Int] = []
        var features: [Int] = []
        var threshold: [Double] = []
        var value: [Double] = []
        func grow(_ low: Int, _ high: Int) -> Int {
            let index = left.count
            left.append(-1)
            right.append(-1)
            features.append(-1)
            threshold.append(0)
            value.append(Double((low * 37 + feature * 11) % 23) - 11)
            if high - low > 1 {
                let middle = (low + high) / 2
                features[index] = feature
                threshold[index] = Double(middle) / 64
                left[index] = grow(low, middle)
                right[index] = grow(middle, high)
            }
            return index
        }
        _ = grow(0, 64)
        let cover = [Double](repeating: 1, count: left.count)
        return "{\"left\":\(left),\"right\":\(right),\"feature\":\(features),\"threshold\":\(threshold),"
            + "\"value\":\(value),\"cover\":\(cover)}"
    }
}

@Suite struct ExpectationTests {
    private let data = table([
        ("sex", ["f", "m", "x", nil, "x"]), ("id", ["AB1", "ab2", "AB3x", "CD4", nil]),
        ("age", ["0", "120", "120.5", "-1", "old"]),
        ("seen", ["2026-03-01", "2026-03-02T12:00:00+02:00", "2026-03-02 09:00", "nonsense", "2027-01-01T00:00:00Z"]),
    ])

    private func report(_ expectations: Expectations) throws -> ReportObject {
        let now = try #require(Date(timestamp: "2026-03-05T10:00:00Z"))
        let found = try Quality.report(data, expectations: expectations, expected: data, now: now)
        return try #require(found["expectations"]?.object)
    }

    @Test func eachKindCountsWhatBreaksIt() throws {
        var expectations = Expectations()
        try expectations.add(.allowed, "sex=f|m")
        try expectations.add(.pattern, "id=[A-Z]+[0-9]")
        try expectations.add(.range, "age=0:120")
        try expectations.add(.freshness, "seen=2.5")
        try expectations.setRows("10:")
        let found = try report(expectations)
        let columns = found["columns"]
        #expect(columns?["sex"]?["allowed"]?["violations"]?.number == 2)
        #expect(columns?["sex"]?["allowed"]?["share"]?.number == 0.5)
        #expect(columns?["sex"]?["allowed"]?["examples"]?["x"]?.number == 2)
        #expect(columns?["id"]?["pattern"]?["violations"]?.number == 2)
        let range = columns?["age"]?["range"]
        #expect(range?["below"]?.number == 1 && range?["above"]?.number == 1 && range?["not_numeric"]?.number == 1)
        #expect(range?["violations"]?.number == 3)
        // The newest past time is 10:00 UTC of the second: three days old.
        let fresh = columns?["seen"]?["freshness"]
        #expect(fresh?["age_days"]?.number == 3 && fresh?["days_over"]?.number == 0.5)
        #expect(fresh?["future"]?.number == 1 && fresh?["not_times"]?.number == 1)
        #expect(found["volume"]?["outside"]?.number == 5)
        #expect(found["broken"]?.number == 5)
        let whole = ReportObject([("expectations", .object(found))])
        let judged = try MeasurementReport(measure: "quality", inputs: [], result: whole, rules: [])
        #expect(judged.decisions.count == 5 && judged.decisions.allSatisfy { $0.outcome == .breached })
        #expect(!judged.isBreached)
        let strict = try MeasurementReport(
            measure: "quality", inputs: [], result: whole, rules: try DecisionRule.list("expectations.broken>0"))
        #expect(strict.isBreached)
    }

    @Test func whatIsMetIsWithinAndTimesOfNothingAreNot() throws {
        var met = Expectations()
        try met.add(.allowed, "sex=f|m|x")
        try met.add(.range, "age=:1000")
        try met.setRows("5:5")
        let found = try report(met)
        #expect(found["columns"]?["sex"]?["allowed"]?["violations"]?.number == 0)
        #expect(found["columns"]?["age"]?["range"]?["violations"]?.number == 1)
        #expect(found["volume"]?["outside"]?.number == 0)
        #expect(found["broken"]?.number == 1)
        var never = Expectations()
        try never.add(.freshness, "sex=1")
        let nothing = try report(never)
        #expect(nothing["columns"]?["sex"]?["freshness"]?["age_days"] == .null)
        #expect(nothing["broken"]?.number == 1)
    }

    @Test(arguments: [
        "2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T02:30+02:30", "2026-02-28 19:00:00.0-05:00", "1772323200",
        "1772323200000",
    ])
    func timesOfOneMomentAreOne(_ text: String) {
        #expect(Date(timestamp: text)?.timeIntervalSince1970 == 1_772_323_200)
    }

    @Test(arguments: [
        "", "soon", "2026-03-01T", "2026-03-01T24:00", "2026-03-01T10", "2026-03-01T10:61", "2026-03-01x10:00", "-5",
        "nan",
    ])
    func whatIsNoTimeIsNone(_ text: String) { #expect(Date(timestamp: text) == nil) }

    @Test func nonsenseIsRefused() throws {
        for (kind, text) in [
            (Expectations.Kind.allowed, "sex"), (.allowed, "=a"), (.pattern, "id=[a"), (.range, "age=1"),
            (.range, "age=:"),
            (.range, "age=9:1"), (.range, "age=a:b"), (.range, "age=nan:1"), (.freshness, "seen=-1"),
            (.freshness, "seen=x"),
        ] {
            var expectations = Expectations()
            #expect(throws: MeasureError.self, "\(text)") { try expectations.add(kind, text) }
        }
        var twice = Expectations()
        try twice.add(.range, "age=0:1")
        #expect(throws: MeasureError("\"age\" has two expectations of range")) { try twice.add(.range, "age=0:2") }
        for text in ["5", "a:b", "9:1", "1.5:", "-1:", ":"] {
            #expect(throws: MeasureError.self, "\(text)") { try twice.setRows(text) }
        }
        var missing = Expectations()
        try missing.add(.allowed, "nobody=1")
        #expect(throws: MeasureError("t: there is no column \"nobody\"")) { try report(missing) }
    }
}
