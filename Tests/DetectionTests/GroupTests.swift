// Findings that are the same thing again are told once, by a key that is the same in every run.
import Foundation
import Testing

@testable import Detection

@Suite struct GroupTests {
    private static let rule = """
        title: A rule
        id: r
        level: high
        tags: [attack.exfiltration, attack.t1078.004, atlas.aml.t0020]
        logsource: {product: test}
        detection: {s: {a: x}, condition: s}
        """

    private func finding(
        _ time: Int64?, actor: String? = "anna", object: String? = nil, kind: Finding.Kind = .detection,
        action: String? = nil, group: [(field: String, value: String?)] = [], line: Int = 1, json: String? = nil,
        matched: [MatchedField] = []
    ) throws -> Finding {
        var roles = EventRoles()
        roles.actor = actor
        roles.object = object
        roles.action = action
        roles.address = "192.0.2.1"
        return Finding(
            kind: kind, rule: try #require(loaded(Self.rule).rules.first).header,
            event: EventReference(file: "f", line: line, id: nil), time: time, group: group, matched: matched,
            roles: roles, json: json, message: nil)
    }

    @Test func theKeySaysRuleActorAndObjectAndCannotBeForged() throws {
        #expect(try finding(1, object: "t").key == "r||anna|t")
        #expect(try finding(2, object: "t", line: 9).key == "r||anna|t", "neither time nor place are in it")
        #expect(try finding(1, actor: nil).key == "r||192.0.2.1|")
        #expect(try finding(1, actor: "a|b").key == "r||a%7Cb|")
        #expect(try finding(1, actor: "a%7Cb").key == "r||a%257Cb|")
        #expect(try finding(1, kind: .violation, action: "DROP").key == "r||anna||DROP")
        #expect(try finding(1, kind: .correlation, group: [("user", "x"), ("b", nil)]).key == "r||anna||user=x|b=")
    }

    @Test func findingsWithOneKeyAreCountedWithTheirTimes() throws {
        var groups = FindingGroups(span: nil)
        for (time, actor) in [(5, "anna"), (3, "eve"), (1, "anna"), (9, "anna")] as [(Int64, String)] {
            #expect(groups.take(try finding(time, actor: actor)).isEmpty)
        }
        #expect(groups.take(try finding(nil)).isEmpty)
        let found = groups.finish()
        #expect(found.map(\.count) == [4, 1])
        #expect(found.map(\.firstSeen) == [1, 3])
        #expect(found.map(\.lastSeen) == [9, 3])
        #expect(groups.finish().isEmpty)
    }

    @Test func aGroupEndsWhenNothingCameForItsSpan() throws {
        var groups = FindingGroups(span: 10)
        #expect(groups.take(try finding(0)).isEmpty)
        #expect(groups.take(try finding(10)).isEmpty, "the span itself still belongs to it")
        let ended = groups.take(try finding(21))
        #expect(ended.map(\.count) == [2])
        #expect(ended.first?.lastSeen == 10)
        // Another actor's finding ends the group of the first, too.
        #expect(groups.take(try finding(40, actor: "eve")).map(\.count) == [1])
        #expect(groups.finish().map(\.finding.roles.actor) == ["eve"])
    }

    @Test func whatFindsNoPlaceIsToldAlone() throws {
        var groups = FindingGroups(span: nil, limit: 1)
        #expect(groups.take(try finding(0)).isEmpty)
        #expect(groups.take(try finding(1, actor: "eve")).map(\.finding.roles.actor) == ["eve"])
        #expect(groups.take(try finding(2)).isEmpty)
        #expect(groups.alone == 1)
        #expect(groups.finish().map(\.count) == [2])
    }

    @Test func aGroupIsALineOfItsFirstFindingWithCountAndTimes() throws {
        var groups = FindingGroups(span: nil)
        _ = groups.take(try finding(1_700_000_000_000))
        _ = groups.take(try finding(1_700_000_001_000, line: 2))
        let group = try #require(groups.finish().first)
        #expect(group.line.contains(#""key":"r||anna|","event":{"file":"f","line":1,"id":null}"#), "\(group.line)")
        #expect(
            group.line.hasSuffix(
                #","count":2,"first_seen":"2023-11-14T22:13:20.000Z","last_seen":"2023-11-14T22:13:21.000Z"}"#))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(group.ocsf(now: 5).utf8)) as? [String: Any])
        #expect(object["count"] as? Int == 2)
        #expect(object["start_time"] as? Int == 1_700_000_000_000)
        #expect(object["end_time"] as? Int == 1_700_000_001_000)
        let information = try #require(object["finding_info"] as? [String: Any])
        #expect(information["uid"] as? String == "r||anna|")
        #expect(information["first_seen_time"] as? Int == 1_700_000_000_000)
        #expect(information["last_seen_time"] as? Int == 1_700_000_001_000)
        let attacks = try #require(information["attacks"] as? [[String: [String: String]]])
        #expect(attacks[0] == ["tactic": ["uid": "TA0010", "name": "Exfiltration"]])
        #expect(attacks[1] == ["technique": ["uid": "T1078"], "sub_technique": ["uid": "T1078.004"]])
        #expect(attacks[2] == ["technique": ["uid": "AML.T0020"]])
    }

    @Test(arguments: [
        ("attack.t1078.004", "T1078.004"), ("attack.command-and-control", "Command and Control (TA0011)"),
        ("attack.defense_evasion", "Defense Evasion (TA0005)"), ("atlas.aml.t0051", "AML.T0051"),
        ("atlas.t0051.001", "AML.T0051.001"), ("atlas.aml.ta0010", "AML.TA0010"),
        ("atlas.exfiltration", "Exfiltration"),
        ("attack.g0032", nil), ("attack.s0154", nil), ("car.2013-05-002", nil), ("iso27001.a.8.15", nil),
    ])
    func aTagNamesATacticOrATechnique(_ tag: String, _ words: String?) { #expect(ThreatTag(tag)?.words == words) }

    @Test func theReportShowsAGroupOnceWithAttackAndAtlas() throws {
        var report = HTMLReport()
        for second in 0..<3 { report.add(try finding(1_700_000_000_000 + Int64(second) * 1_000)) }
        report.add(try finding(1_700_000_000_000, actor: "eve"))
        let page = report.page(counts: DetectionCounts(), rules: RuleSet())
        #expect(page.contains("4 findings (2 different ones)"))
        #expect(page.contains("3 times: A rule"))
        #expect(page.contains("Last seen 2023-11-14T22:13:22.000Z."))
        #expect(page.components(separatedBy: "<details>").count == 3)
        #expect(page.contains("<h2>ATLAS techniques</h2>") && page.contains("<td>AML.T0020</td><td class=\"n\">4</td>"))
        #expect(page.contains("<h2>ATT&amp;CK tactics</h2>") && page.contains("<td>Exfiltration (TA0010)</td>"))
        #expect(!page.contains("<h2>ATLAS tactics</h2>"))
        var each = HTMLReport(groups: nil)
        for _ in 0..<3 { each.add(try finding(1)) }
        let single = each.page(counts: DetectionCounts(), rules: RuleSet())
        #expect(single.components(separatedBy: "<details>").count == 4)
    }

    @Test func whatMatchedIsMarkedWhereItStands() {
        func html(_ json: String, _ field: String?, _ value: String) -> String {
            MarkedEvent.html(json, [MatchedField(field: field, value: value)])
        }
        #expect(
            html(#"{"a":{"b":"x"},"c":"x"}"#, "a.b", "x")
                == "{\n  \"a\": {\n    \"b\": \"<mark>x</mark>\"\n  },\n  \"c\": \"x\"\n}")
        #expect(
            html(#"{"n":5,"l":["y",5]}"#, "l", "5")
                == "{\n  \"n\": 5,\n  \"l\": [\n    \"y\",\n    <mark>5</mark>\n  ]\n}")
        #expect(html(#"{"methodName":"Set"}"#, "gcp.audit.method_name", "Set").contains("<mark>Set</mark>"))
        #expect(html(#"{"m":"a <b> c"}"#, "under.m2", "<b>").contains("\"a <mark>&lt;b&gt;</mark> c\""))
        #expect(html(#"{"m":"x"}"#, nil, "x").contains("<mark>x</mark>"))
        #expect(html(#"{"m":"x","e":{},"f":[]}"#, "z", "y") == "{\n  \"m\": \"x\",\n  \"e\": {},\n  \"f\": []\n}")
        #expect(html("<no json>", "a", "b") == "&lt;no json&gt;")
    }
}
