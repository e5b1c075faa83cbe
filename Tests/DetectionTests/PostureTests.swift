// Findings of scanners in OCSF become findings of ours, with the controls that they concern and why.
import Foundation
import Testing

@testable import Detection

@Suite struct PostureTests {
    private func run(_ events: [String]) throws -> (findings: [Finding], counts: DetectionCounts) {
        var options = DetectionOptions()
        options.workers = 1
        let run = DetectionRun(
            rules: RuleSet(), profiles: try SourceProfiles.builtIn(), options: options,
            controls: try ControlMapping.builtIn())
        var found: [Finding] = []
        try run.run(
            text: events.joined(separator: "\n"), file: "f", finding: { found.append($0) },
            problem: { Issue.record("\($0)") })
        try run.finish { found.append($0) }
        return (found, run.counts)
    }

    private static let metadata =
        #""metadata":{"version":"1.5.0","product":{"name":"Scanner"}},"activity_id":1,"category_uid":2"#

    private func compliance(_ more: String, status: Int = 3) -> String {
        #"{"class_uid":2003,"type_uid":200301,"severity_id":4,"time":1739539623,"#
            + #""finding_info":{"uid":"1","title":"Users sign in without MFA"},"#
            + #""compliance":{"control":"iam_user_mfa","status_id":\#(status)\#(more)},"resources":[{"uid":"arn:x"}],"#
            + Self.metadata + "}"
    }

    @Test func aFailedCheckIsAFindingWithItsControlsAndWhy() throws {
        let (found, _) = try run([compliance("")])
        let finding = try #require(found.first)
        #expect(found.count == 1)
        #expect(finding.kind == .posture)
        #expect(finding.rule.id == "scanner/iam_user_mfa")
        #expect(finding.rule.level == .high)
        #expect(finding.roles.object == "arn:x")
        #expect(finding.timeText == "2025-02-14T13:27:03.000Z", "seconds are read")
        #expect(finding.rule.controls == ["iso27001:A.8.5"])
        #expect(finding.reasons.map(\.control) == finding.rule.controls)
        #expect(finding.line.contains(#""why":{"iso27001:A.8.5":"One secret alone"#), "\(finding.line)")
        #expect(finding.key == "scanner/iam_user_mfa|ocsf||arn:x")
    }

    @Test func aCheckThatPassedOrIsClosedIsCountedAndNoFinding() throws {
        let closed = compliance("").replacing(#""activity_id":1"#, with: #""activity_id":1,"status_id":3"#)
        let (found, counts) = try run([compliance("", status: 1), closed])
        #expect(found.isEmpty)
        #expect(counts.passed == 1)
        #expect(counts.closed == 1)
    }

    @Test func controlsThatTheScannerNamesAreTaken() throws {
        let (found, _) = try run([
            compliance(#","standards":["ISO/IEC 27001:2022"],"requirements":["A.5.17","nonsense"]"#),
            compliance(#","standards":["ISO27001-2013"],"requirements":["A.9.4.2"]"#),
            compliance(#","standards":["CIS","ISO 27001:2022"],"requirements":["A.8.24"]"#),
        ])
        #expect(found[0].rule.controls == ["iso27001:A.5.17", "iso27001:A.8.5"])
        #expect(found[0].reasons.first?.reason == "Named by the finding itself (ISO/IEC 27001:2022)")
        #expect(found[1].rule.controls == ["iso27001:A.8.5"], "the numbers of 2013 are others")
        #expect(found[2].rule.controls == ["iso27001:A.8.24", "iso27001:A.8.5"])
    }

    @Test func prowlersChecksAreReadWhereItWritesThem() throws {
        let prowler = """
            {"class_uid":2004,"status_code":"FAIL","severity_id":2,"time":1739539623000,"status_id":1,"activity_id":1,\
            "message":"Bedrock model invocation logging is off.","cloud":{"provider":"aws"},\
            "metadata":{"event_code":"bedrock_model_invocation_logging_enabled","product":{"name":"Prowler"}},\
            "finding_info":{"title":"Check if logging is on"},"resources":[{"uid":"arn:b"}],\
            "unmapped":{"compliance":{"CIS-1.4":["1.20"],"ISO27001-2022":["A.8.15"],"ISO42001-2023":["A.6.2.6"]}}}
            """
        let (found, counts) = try run([
            prowler, prowler.replacing("FAIL", with: "PASS"), prowler.replacing("FAIL", with: "MANUAL"),
            prowler.replacing("\"status_code\":\"FAIL\",", with: ""),
        ])
        #expect(found.map(\.posture?.status) == [.fail, .manual], "a Detection Finding without a status is no check")
        #expect(counts.passed == 1)
        #expect(found[0].timeText == "2025-02-14T13:27:03.000Z", "milliseconds are read")
        let controls = Set(found[0].rule.controls)
        #expect(
            controls.isSuperset(of: [
                "iso27001:A.8.15", "iso42001:A.6.2.6", "iso42001:A.6.2.8", "iso42001:A.4.5", "iso27001:A.5.23",
            ]), "\(controls)")
        #expect(!controls.contains("iso27001:A.1.20"))
    }

    @Test func eachVulnerabilityIsAFinding() throws {
        let text =
            #"{"class_uid":2002,"severity_id":3,"time":1739539623,"finding_info":{"uid":"1","title":"Image"},"#
            + #""vulnerabilities":[{"cve":{"uid":"CVE-2024-3094"},"severity":"Critical","title":"xz","#
            + #""affected_packages":[{"name":"xz-utils"}]},{"advisory":{"uid":"GHSA-1"}},{"desc":"no name"}],"#
            + #""resources":[{"name":"web"}],"# + Self.metadata + "}"
        let (found, _) = try run([text])
        #expect(found.map(\.rule.id) == ["scanner/CVE-2024-3094", "scanner/GHSA-1"])
        #expect(found.map(\.rule.level) == [.critical, .medium])
        #expect(found.allSatisfy { $0.rule.controls == ["iso27001:A.8.8"] })
        #expect(found[0].matched.last == MatchedField(field: "package", value: "xz-utils"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(found[0].ocsf(now: 0).utf8)) as? [String: Any])
        #expect(object["class_uid"] as? Int == 2_002)
        #expect(object["type_uid"] as? Int == 200_201)
        let weaknesses = try #require(object["vulnerabilities"] as? [[String: Any]])
        #expect((weaknesses.first?["cve"] as? [String: String]) == ["uid": "CVE-2024-3094"])
    }

    @Test func aFindingIsWrittenAsComplianceFinding() throws {
        let (found, _) = try run([compliance("")])
        let finding = try #require(found.first)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(finding.ocsf(now: 0).utf8)) as? [String: Any])
        #expect(object["class_uid"] as? Int == 2_003)
        #expect(object["time"] as? Int == 1_739_539_623_000)
        let compliance = try #require(object["compliance"] as? [String: Any])
        #expect(compliance["standards"] as? [String] == ["ISO/IEC 27001:2022"])
        #expect(compliance["requirements"] as? [String] == ["iso27001:A.8.5"])
        #expect(compliance["status_id"] as? Int == 3)
        var report = HTMLReport()
        report.add(finding)
        #expect(report.page(counts: DetectionCounts(), rules: RuleSet()).contains("iso27001:A.8.5: One secret alone"))
    }

    @Test func everyControlOfOurOwnRulesHasAReason() throws {
        let mapping = try ControlMapping.builtIn()
        let rules = try RuleSet.builtIn(placeholders: [:])
        let headers =
            rules.rules.map(\.header) + rules.correlations.map(\.header)
            + [DeclaredAccess.violation, DeclaredAccess.unused, SourceSilence.rule, VolumeWatch.rule]
        #expect(headers.count > 20)
        for header in headers {
            #expect(mapping.reasons(for: header.controls).count == header.controls.count, "\(header.title)")
        }
        let silence = mapping.reasons(for: SourceSilence.rule.controls)
        #expect(silence.first?.reason.hasPrefix("The match rests on the log") == true)
    }

    @Test(arguments: [
        ("- {controls: [iso27001:A.8.5], when: {a: b}}", 1), ("- {reason: x, when: {a: b}}", 1),
        ("- {controls: [iso27001:A.8.5], reason: x}", 1), ("- {controls: [CIS 1], reason: x, when: {a: b}}", 1),
        ("- controls: [iso27001:A.8.5]\n  reason: x\n  other: y\n  when: {a: b}", 3), ("a: b", 1),
    ])
    func aLineWithoutControlOrReasonIsRefused(_ posture: String, _ line: Int) throws {
        let error = #expect(throws: UnreadableFile.self) {
            try ControlMapping(rules: "{}", rulesFile: "r", posture: posture, postureFile: "p")
        }
        #expect(error?.path == "p:\(line)")
    }

    @Test(arguments: [("iso27001:A.8.5: ''", 1), ("iso27001:A.8.5: x\nISO: y", 2), ("[]", 1)])
    func aReasonThatIsMissingIsRefused(_ rules: String, _ line: Int) throws {
        let error = #expect(throws: UnreadableFile.self) {
            try ControlMapping(rules: rules, rulesFile: "r", posture: "[]", postureFile: "p")
        }
        #expect(error?.path == "r:\(line)")
    }
}
