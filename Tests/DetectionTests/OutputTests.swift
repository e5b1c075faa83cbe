// What findings look like outside: lines, OCSF, the report, explanations; and declared against observed access.
import Foundation
import Testing

@testable import Detection

private let pgaudit = """
    {"timestamp":"2026-11-02 10:00:00.000 UTC","user":"USER","error_severity":"LOG","backend_type":"client backend",\
    "message":"AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.customers,\\"select \\"\\"a\\"\\", b\\",<none>,5"}
    """

@Suite struct OutputTests {
    private func one(_ json: String) throws -> Finding {
        let rule = ruleText(
            "selection:\n    a|contains: x\ncondition: selection",
            more: "level: high\nauthor: Somebody\ntags: [attack.t1078.004, atlas.aml.t0020, iso27001.a.8.15]")
        return try #require(try findings(rule, [json]).first)
    }

    @Test func aLineHasTheFieldsThatProgramsReadInOneOrder() throws {
        let finding = try one(#"{"a":"x\"<","t":1700000000}"#)
        #expect(
            finding.line
                == #"{"kind":"detection","rule":{"id":"r","title":"A rule","level":"high","author":"Somebody","#
                + #""source":"test.yml:1","tags":["attack.t1078.004","atlas.aml.t0020","iso27001.a.8.15"]},"#
                + #""key":"r|||","event":{"file":"events","line":1,"id":null},"#
                + #""time":"2023-11-14T22:13:20.000Z","group":{},"matched":[{"field":"a","value":"x\"<"}],"#
                + #""controls":["iso27001:A.8.15"],"why":{}}"#)
    }

    @Test func ocsfHasItsRequiredAttributes() throws {
        let text = try one(#"{"a":"x","t":1700000000}"#).ocsf(now: 5)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        for name in [
            "activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid",
        ] {
            #expect(object[name] != nil, "\(name)")
        }
        #expect(object["time"] as? Int == 1_700_000_000_000)
        #expect(object["type_uid"] as? Int == 200_401)
        #expect(object["severity_id"] as? Int == 4)
        #expect(text.contains("\"T1078.004\"") && text.contains("\"AML.T0020\""))
        #expect(try one(#"{"a":"x"}"#).ocsf(now: 5).contains("\"time\":5,"))
    }

    @Test func theReportEscapesWhatEventsSay() throws {
        var report = HTMLReport()
        report.add(try one(#"{"a":"x<script>alert('1')</script>","t":1700000000}"#))
        let page = report.page(counts: DetectionCounts(), rules: RuleSet())
        #expect(!page.contains("<script>"))
        #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)"))
        #expect(page.contains("2023-11-14T22:00"))
    }

    @Test func anExplanationSaysWhichPartHolds() throws {
        let rule = try #require(
            loaded(ruleText("one:\n    a: 1\ntwo:\n    b|gte: 5\ncondition: one and not two")).rules.first)
        let lines = try Explanation.lines(rule, event: #"{"a":1,"b":7}"#, profiles: nil)
        #expect(lines.last == "the rule does not match")
        #expect(lines.contains("    + a is “1” (line 7): 1"), "\(lines)")
        #expect(lines.contains("  - not"), "\(lines)")
        #expect(lines.contains("      + b gte 5.0 (line 9): 7"), "\(lines)")
        #expect(throws: JSONProblem.self) { try Explanation.lines(rule, event: "{", profiles: nil) }
    }

    @Test func wrappedEventsAreReadThroughTheirPaths() throws {
        let set = loaded(ruleText("selection:\n    a: 1\ncondition: selection"))
        var options = DetectionOptions()
        options.eventPath = "ev"
        options.logSourcePath = "ls"
        options.timePath = "ts"
        let run = DetectionRun(rules: set, options: options)
        var found: [Finding] = []
        var problems: [InputProblem] = []
        let text = """
            {"id":"e1","ts":"2026-11-02T10:00:00Z","ls":["x/-/-","test/-/y"],"ev":{"a":1}}
            {"id":"e2","ts":1,"ls":["other/-/-"],"ev":{"a":1}}
            {"id":"e3","ts":1,"ls":["test/-/-"]}
            {"id":"e4","ts":1,"ls":["test/-/-"],"ev":{"a":2}}
            """
        try run.run(text: text, file: "f", finding: { found.append($0) }, problem: { problems.append($0) })
        #expect(found.map(\.event.id) == ["e1"])
        #expect(found.first?.timeText == "2026-11-02T10:00:00.000Z")
        #expect(problems.map(\.line) == [3])
    }

    @Test func aProfileKnowsAnEventAndReadsItsMessage() throws {
        let rule = """
            title: A rule
            id: r
            logsource: {product: postgresql, service: pgaudit}
            detection:
                selection: {pgaudit.class: READ, pgaudit.rows|gt: 4, pgaudit.statement: 'select "a", b'}
                condition: selection
            """
        let run = DetectionRun(rules: loaded(rule), profiles: try SourceProfiles.builtIn())
        var found: [Finding] = []
        try run.run(
            text: pgaudit.replacingOccurrences(of: "USER", with: "anna"), file: "f", finding: { found.append($0) },
            problem: { Issue.record("\($0)") })
        #expect(found.map(\.roles.actor) == ["anna"])
        #expect(found.map(\.roles.object) == ["public.customers"])
        #expect(found.first?.timeText == "2026-11-02T10:00:00.000Z")
    }

    @Test func fieldsOfRulesAreFoundWhereTheProductPutsThem() throws {
        let rule = """
            title: A rule
            id: r
            logsource: {product: gcp, service: gcp.audit}
            detection: {selection: {gcp.audit.method_name: SetIamPolicy}, condition: selection}
            """
        let run = DetectionRun(rules: loaded(rule), profiles: try SourceProfiles.builtIn())
        var count = 0
        try run.run(
            text: #"{"insertId":"1","protoPayload":{"serviceName":"iam","methodName":"SetIamPolicy"}}"#, file: "f",
            finding: { _ in count += 1 }, problem: { Issue.record("\($0)") })
        #expect(count == 1)
    }
}

@Suite struct DeclaredAccessTests {
    private let text = """
        groups:
            readers: [bi_*, anna]
        grants:
            - {subject: 'group:readers', object: 'public.*', actions: [SELECT], purpose: reports}
            - {subject: etl, object: public.samples, actions: [INSERT], from: 2026-01-01, until: 2026-06-30}
            - {subject: nobody, object: public.samples, actions: ['*']}
        """

    private func judge(_ actor: String, _ action: String, _ object: String, _ time: Int64? = nil) throws
        -> DeclaredAccess.Judgement
    {
        var roles = EventRoles()
        roles.actor = actor
        roles.action = action
        roles.object = object
        return try DeclaredAccess(text: text, file: "g").judge(roles, time)
    }

    @Test func anAccessIsGrantedOrNot() throws {
        #expect(try judge("bi_reader", "select", "public.customers") == .granted(0))
        #expect(try judge("anna", "DELETE", "public.customers") == .missing)
        #expect(try judge("eve", "SELECT", "public.customers") == .missing)
        #expect(try judge("eve", "SELECT", "other.table") == .notJudged)
        // 2026-11-02 is behind the end of the grant, 2026-06-30T23:00 is not.
        #expect(try judge("etl", "INSERT", "public.samples", 1_793_607_300_000) == .outsideTime(1))
        #expect(try judge("etl", "INSERT", "public.samples", 1_782_860_400_000) == .granted(1))
    }

    @Test func violationsAndUnusedGrantsAreFound() throws {
        let run = DetectionRun(
            rules: RuleSet(), profiles: try SourceProfiles.builtIn(),
            declared: try DeclaredAccess(text: text, file: "grants.yml"))
        var found: [Finding] = []
        let events = ["bi_x", "eve"].map { pgaudit.replacingOccurrences(of: "USER", with: $0) }
        try run.run(
            text: events.joined(separator: "\n"), file: "f", finding: { found.append($0) },
            problem: { Issue.record("\($0)") })
        try run.finish { found.append($0) }
        #expect(found.map(\.kind) == [.violation, .violation, .violation])
        #expect(found[0].message == "eve did SELECT on public.customers; no grant allows it")
        #expect(found[0].event.line == 2)
        #expect(found.dropFirst().map(\.event.line) == [5, 6], "the grants that nobody used")
    }

    @Test(arguments: [
        ("grants: [{subject: a, object: b}]", 1), ("grants: []\nother: 1", 2), ("[]", 1),
        ("grants:\n- {subject: 'group:x', object: b, actions: c}", 2),
        ("grants:\n- {subject: a, object: b, actions: c, until: soon}", 2),
    ])
    func whatIsNoDeclarationIsRefusedWithItsLine(_ text: String, _ line: Int) throws {
        let error = #expect(throws: UnreadableFile.self) { try DeclaredAccess(text: text, file: "g") }
        #expect(error?.path == "g:\(line)")
    }
}

@Suite struct AnomalyTests {
    private func access(_ time: Int64, actor: String = "anna", profile: String = "postgresql") -> Access {
        var roles = EventRoles()
        roles.profile = profile
        roles.actor = actor
        roles.object = "customers"
        return Access(event: EventReference(file: "f", line: 1, id: nil), time: time, roles: roles, size: nil)
    }

    @Test func aSilentSourceIsFoundAndALateEventEndsNoSilence() {
        var silence = SourceSilence(span: 60_000)
        #expect(silence.take(access(0)) == nil)
        #expect(silence.take(access(60_000)) == nil, "the span itself is still allowed")
        #expect(silence.take(access(50_000)) == nil)
        let found = silence.take(access(180_000))
        #expect(found?.message == "postgresql was silent from 1970-01-01T00:01:00.000Z for 2 minutes")
        #expect(silence.finish(now: 240_000).isEmpty)
        #expect(silence.finish(now: 240_001).count == 1)
    }

    @Test func farMoreAccessThanBeforeIsFoundAndUsualTrafficIsNot() {
        var random = Numbers(seed: 9)
        var watch = VolumeWatch()
        var found: [Finding] = []
        for hour in 0..<500 {
            for _ in 0..<(5 + random.next(10)) {
                if let finding = watch.take(access(Int64(hour) * 3_600_000 + 1)) { found.append(finding) }
            }
        }
        #expect(found.isEmpty, "\(found.map(\.message))")
        for _ in 0..<100 { _ = watch.take(access(500 * 3_600_000 + 1)) }
        let alarms = watch.finish()
        #expect(alarms.count == 1)
        #expect(alarms.first?.message?.hasPrefix("anna accessed customers 100 times within an hour") == true)
    }

    @Test func silencesHoldFindingsBackUntilTheirEnd() throws {
        let text = """
            - {rule: r, actor: 'svc_*', owner: anna, reason: known job, until: 2026-06-30}
            """
        let silences = try Silences(text: text, file: "s")
        var roles = EventRoles()
        roles.actor = "SVC_1"
        let rule = try #require(loaded(ruleText("s:\n    a: 1\ncondition: s")).rules.first).header
        func finding(_ roles: EventRoles) -> Finding {
            Finding(
                kind: .detection, rule: rule, event: EventReference(file: "f", line: 1, id: nil), time: nil, group: [],
                matched: [], roles: roles, json: nil, message: nil)
        }
        let last: Int64 = 1_782_863_999_999
        #expect(silences.silence(of: finding(roles), now: last)?.owner == "anna")
        #expect(silences.silence(of: finding(roles), now: last + 1) == nil)
        #expect(silences.ended(now: last + 1).count == 1)
        #expect(silences.silence(of: finding(EventRoles()), now: 0) == nil)
    }

    @Test(arguments: ["owner", "reason", "until", "rule"]) func aSilenceWithoutADecisionIsRefused(_ name: String) {
        let fields = ["rule": "r", "owner": "o", "reason": "x", "until": "2026-01-01"].filter { $0.key != name }
        let text = "- {" + fields.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        let error = #expect(throws: UnreadableFile.self) { try Silences(text: text, file: "s") }
        #expect(error?.reason == "a silence needs \(name)")
    }
}
