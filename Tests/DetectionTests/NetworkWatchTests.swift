// From where accounts come: what is learned, what is told, and what a file may say.
import Testing

@testable import Detection

@Suite struct NetworkWatchTests {
    private static let text = """
        learn: 7d
        actors: ['svc_*']
        known:
            svc_fixed: [203.0.113.0/24, '2001:db8::/32']
        """
    private static let day: Int64 = 86_400_000

    private func access(_ actor: String?, _ address: String?, day: Int64?) -> Access {
        var roles = EventRoles()
        roles.profile = "test"
        roles.actor = actor
        roles.address = address
        return Access(
            event: EventReference(file: "e", line: 1, id: nil), time: day.map { $0 * Self.day }, roles: roles,
            size: nil)
    }

    @Test func aNetworkOfWhichNothingIsKnownIsToldOnce() throws {
        var watch = try NetworkWatch(text: Self.text, file: "n.yml")
        #expect(watch.take(access("svc_a", "198.51.100.7", day: 0)) == nil)
        #expect(watch.take(access("svc_a", "192.0.2.1", day: 7)) == nil, "the end of learning belongs to it")
        #expect(watch.take(access("svc_a", "198.51.100.200", day: 30)) == nil, "the same network")
        let told = watch.take(access("svc_a", "203.0.113.9", day: 30))
        let found = try #require(told)
        #expect(found.kind == .anomaly)
        #expect(found.rule.controls.contains("iso27001:A.8.16"))
        #expect(found.message == "svc_a came from 203.0.113.0/24, from where it had never come")
        #expect(found.group.first?.value == "203.0.113.0/24")
        #expect(watch.take(access("svc_a", "203.0.113.10", day: 31)) == nil, "told once")
        #expect(watch.take(access("SVC_B", "203.0.113.9", day: 31)) == nil, "another account learns for itself")
    }

    @Test func whatIsWrittenDownNeedsNoLearning() throws {
        var watch = try NetworkWatch(text: Self.text, file: "n.yml")
        #expect(watch.take(access("svc_fixed", "203.0.113.77", day: 0)) == nil)
        #expect(watch.take(access("svc_fixed", "2001:db8:5::1", day: 0)) == nil)
        let told = watch.take(access("svc_fixed", "2001:db9:1:2::1", day: 0))
        let found = try #require(told)
        #expect(found.group.first?.value == "2001:db9:1:0:0:0:0:0/48")
        var first = try NetworkWatch(text: Self.text, file: "n.yml")
        #expect(first.take(access("svc_fixed", "192.0.2.1", day: 0)) != nil, "also with its first event")
    }

    @Test func whatIsNotWatchedOrHasNoAddressIsLeftAlone() throws {
        var watch = try NetworkWatch(text: Self.text, file: "n.yml")
        for other in [access("anna", "192.0.2.1", day: 0), access("anna", "203.0.113.1", day: 99)] {
            #expect(watch.take(other) == nil)
        }
        #expect(watch.take(access("svc_a", "192.0.2.1", day: 0)) == nil)
        for other in [
            access(nil, "203.0.113.1", day: 99), access("svc_a", nil, day: 99),
            access("svc_a", "203.0.113.1", day: nil), access("svc_a", "kms.amazonaws.com", day: 99),
            access("svc_a", "192.0.2.200", day: 99),
        ] { #expect(watch.take(other) == nil) }
    }

    @Test func whatIsLearnedCanBeWrittenDown() throws {
        var watch = try NetworkWatch(text: Self.text, file: "n.yml", learnsForEver: true)
        #expect(watch.take(access("svc_a \"x\"", "198.51.100.7", day: 0)) == nil)
        #expect(watch.take(access("svc_a \"x\"", "192.0.2.1", day: 400)) == nil)
        #expect(watch.take(access("svc_fixed", "203.0.113.1", day: 400)) == nil)
        #expect(watch.take(access("svc_fixed", "192.0.2.1", day: 400)) == nil)
        let text = watch.file.joined(separator: "\n")
        #expect(
            text == """
                learn: 7d
                actors: ["svc_*"]
                known:
                    "svc_a \\"x\\"": ["192.0.2.0/24", "198.51.100.0/24"]
                    "svc_fixed": ["192.0.2.0/24", "2001:db8:0:0:0:0:0:0/32", "203.0.113.0/24"]
                """)
        var again = try NetworkWatch(text: text, file: "n.yml")
        #expect(again.take(access("svc_a \"x\"", "192.0.2.9", day: 401)) == nil)
        #expect(again.take(access("svc_a \"x\"", "203.0.113.9", day: 401)) != nil)
    }

    @Test func memoryIsBounded() throws {
        var watch = try NetworkWatch(text: Self.text, file: "n.yml")
        for number in 0..<1_000 {
            let address = "10.\(number / 250).\(number % 250).1"
            #expect(watch.take(access("svc_a", address, day: 0)) == nil)
        }
        #expect(watch.givenUp == 1)
        #expect(watch.take(access("svc_a", "203.0.113.1", day: 99)) == nil, "an account from everywhere has no home")
    }

    @Test(arguments: [
        ("actors: [a]", "learn must be"), ("learn: 7d", "actors must be"), ("- a", "must be a mapping"),
        ("learn: 7x\nactors: [a]", "learn must be"), ("learn: 7d\nactors: [a]\nknown: [a]", "known must name"),
        ("learn: 7d\nactors: [a]\nknown: {a: [here]}", "here is no network"),
        ("learn: 7d\nactors: [a]\nmore: 1", "have no more"),
    ])
    func whatIsNoFileOfNetworksIsRefused(_ text: String, _ reason: String) {
        do {
            _ = try NetworkWatch(text: text, file: "n.yml")
            Issue.record("accepted")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
        }
    }

    @Test func aRunTellsOfAKeyThatIsUsedFromElsewhere() throws {
        func event(_ day: Int, _ address: String) -> String {
            """
            {"eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1",\
            "eventTime":"2026-03-\(day < 10 ? "0" : "")\(day)T08:00:00Z","sourceIPAddress":"\(address)",\
            "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ci","userName":"ci"}}
            """
        }
        let run = DetectionRun(
            rules: RuleSet(), profiles: try SourceProfiles.builtIn(),
            networks: try NetworkWatch(text: "learn: 7d\nactors: ['*ci']", file: "n.yml"))
        var found: [Finding] = []
        let events = [
            event(1, "198.51.100.1"), event(5, "192.0.2.1"), event(20, "198.51.100.9"), event(21, "203.0.113.5"),
        ]
        try run.run(
            text: events.joined(separator: "\n"), file: "events", finding: { found.append($0) },
            problem: { Issue.record("\($0)") })
        try run.finish { found.append($0) }
        #expect(found.map(\.rule.id) == ["concord-new-network"])
        #expect(found.first?.event.line == 4)
    }
}
