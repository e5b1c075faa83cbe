// Events of any source as OCSF: the class, what it requires, times in milliseconds, and nothing lost.
import Foundation
import Testing

@testable import Detection

@Suite struct OCSFEventTests {
    private func convert(_ event: String) throws -> (object: [String: Any]?, counts: DetectionCounts) {
        var options = DetectionOptions()
        options.workers = 1
        options.converts = true
        options.now = 1_795_953_600_000
        let run = DetectionRun(rules: RuleSet(), profiles: try SourceProfiles.builtIn(), options: options)
        var lines: [String] = []
        run.converted = { lines.append($0) }
        try run.run(text: event, file: "f", finding: { _ in }, problem: { Issue.record("\($0)") })
        let object = try lines.first.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        return (object ?? nil, run.counts)
    }

    private static func cloudTrail(_ name: String, _ source: String = "s3") -> String {
        #"{"eventSource":"\#(source).amazonaws.com","eventName":"\#(name)","awsRegion":"r","eventID":"e1","#
            + #""eventTime":"2026-03-02T10:00:00Z","sourceIPAddress":"192.0.2.1","userIdentity":{"arn":"arn:u"},"#
            + #""requestParameters":{"bucketName":"b"},"somethingNew":[1,{"x":null}]}"#
    }

    @Test(arguments: [
        (cloudTrail("GetObject"), 6_003, 2), (cloudTrail("PutObject"), 6_003, 1), (cloudTrail("Frobnicate"), 6_003, 99),
        (cloudTrail("ConsoleLogin", "signin"), 3_002, 1), (cloudTrail("CreateUser", "iam"), 3_001, 1),
        (cloudTrail("ListUsers", "iam"), 6_003, 2), (cloudTrail("PutItem", "dynamodb"), 6_005, 5),
        (
            #"{"eventType":"user.session.start","published":"2026-03-02T10:00:00Z","actor":{"alternateId":"a"}}"#,
            3_002, 1
        ),
        (
            #"{"eventType":"user.lifecycle.suspend","published":"2026-03-02T10:00:00Z","actor":{"alternateId":"a"}}"#,
            3_001, 5
        ),
        (#"{"action":"git.clone","actor":"a","@timestamp":1772445600000,"org":"o"}"#, 6_003, 2),
        (#"{"auditID":"1","verb":"delete","stage":"x","stageTimestamp":"2026-03-02T10:00:00Z"}"#, 6_003, 4),
        (#"{"Channel":"Security","EventID":4625,"UtcTime":"2026-03-02 10:00:00"}"#, 3_002, 1),
        (
            #"{"timestamp":"2026-03-02 10:00:00 UTC","user":"u","error_severity":"LOG","backend_type":"b","#
                + #""message":"AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.t,select,<none>,5"}"#, 6_005, 4
        ),
        ("type=USER_LOGIN msg=audit(1772445600.000:7): msg='acct=\"root\" res=failed'", 3_002, 1),
        ("<38>Mar  2 10:00:00 web sshd[7]: Accepted password for anna", 3_002, 99),
        (
            #"{"protoPayload":{"serviceName":"s","methodName":"storage.buckets.delete"},"timestamp":"2026-03-02T10:00:00Z"}"#,
            6_003, 4
        ),
        (#"{"category":"SignInLogs","time":"2026-03-02T10:00:00Z","operationName":"Sign-in activity"}"#, 3_002, 1),
        (#"{"category":"AuditLogs","time":"2026-03-02T10:00:00Z","operationName":"Disable account"}"#, 3_001, 5),
    ])
    func anEventHasItsClassAndWhatTheClassRequires(_ event: String, _ number: Int, _ activity: Int) throws {
        let object = try #require(try convert(event).object)
        #expect(object["class_uid"] as? Int == number)
        #expect(object["category_uid"] as? Int == number / 1_000)
        #expect(object["activity_id"] as? Int == activity)
        #expect(object["type_uid"] as? Int == number * 100 + activity)
        #expect(object["time"] as? Int == 1_772_445_600_000)
        #expect((object["metadata"] as? [String: Any])?["version"] as? String == "1.5.0")
        #expect(object["severity_id"] != nil && object["src_endpoint"] != nil && object["unmapped"] != nil)
        let required = [3_001: "user", 3_002: "service", 6_003: "api", 6_005: "table"]
        #expect(object[try #require(required[number])] != nil)
        if number == 3_002 { #expect(object["user"] != nil) }
    }

    @Test func theEventItselfIsKeptWhole() throws {
        let object = try #require(try convert(Self.cloudTrail("GetObject")).object)
        let kept = try #require(object["unmapped"] as? NSDictionary)
        let original = try JSONSerialization.jsonObject(with: Data(Self.cloudTrail("GetObject").utf8))
        #expect(kept == original as? NSDictionary)
        #expect((object["src_endpoint"] as? [String: String]) == ["ip": "192.0.2.1"])
        #expect(((object["actor"] as? [String: Any])?["user"] as? [String: String]) == ["name": "arn:u"])
        #expect((object["metadata"] as? [String: Any])?["uid"] as? String == "e1")
    }

    @Test(arguments: ["1772445600", "1772445600000", "1772445600.0"])
    func whatIsOCSFAlreadyKeepsAllButItsTimes(_ time: String) throws {
        let text = #"{"class_uid":3002,"time":\#(time),"metadata":{"product":{"name":"P"}},"x":"a\"\u00e4","y":[1, 2]}"#
        let object = try #require(try convert(text).object)
        #expect(object["time"] as? Int == 1_772_445_600_000)
        #expect(object["x"] as? String == "a\"ä")
        #expect(object["y"] as? [Int] == [1, 2])
        #expect(object["unmapped"] == nil)
    }

    @Test func anEventOfNoSourceIsCounted() throws {
        let (object, counts) = try convert(#"{"a":1}"#)
        #expect(object == nil)
        #expect(counts.notConverted == 1)
    }

    @Test(arguments: [
        ("SUCCESS", 1), ("0", 1), ("200", 1), ("yes", 1), ("AccessDenied", 2), ("403", 2), ("50126", 2), ("failed", 2),
        ("UNKNOWN", 0),
    ])
    func anOutcomeIsASuccessOrAFailure(_ outcome: String, _ status: Int) {
        #expect(OCSFEvent.status(outcome) == status)
    }

    @Test(arguments: [
        "ocsf: 1", "ocsf: x", "ocsf: [{when: {a: b}}]", "ocsf: [{class: 3002, other: 1}]",
        "ocsf: [{class: 3002, activities: {x: [y]}}]",
    ])
    func aMappingThatIsNoneIsRefused(_ text: String) {
        let profile = "name: n\ntitle: t\nrecognise: {a: b}\nlogsources: [{product: p}]\n" + text
        #expect(throws: RuleError.self) { try SourceProfile.read(profile, file: "p") }
    }
}
