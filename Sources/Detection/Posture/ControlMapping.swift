// Which controls a finding concerns, and why: data files with a reason for every line, and nothing in code.
import Foundation

/// A control that a finding concerns, with the reason.
public struct ControlReason: Sendable, Hashable {
    /// The control, as `iso27001:A.8.15`.
    public let control: String
    /// Why the finding concerns it.
    public let reason: String
}

/// The mapping of findings to controls of ISO/IEC 27001:2022 and ISO/IEC 42001:2023, annex A.
public struct ControlMapping: Sendable {
    /// A line on posture findings: what they must be, which controls they concern, and why.
    struct Line: Sendable {
        let controls: [String]
        let reason: String
        let when: Detection
        let line: Int
    }

    /// For a control why matches of rules concern it.
    let reasons: [String: String]
    /// The lines on posture findings, in the order of their file.
    let lines: [Line]

    /// No controls.
    public init() {
        reasons = [:]
        lines = []
    }

    /// The mapping in the engine's own files.
    public static func builtIn() throws -> ControlMapping {
        func text(_ name: String) throws -> (text: String, file: String) {
            guard let file = Bundle.module.url(forResource: "Resources/controls/\(name)", withExtension: "yml"),
                let data = FileManager.default.contents(atPath: file.path)
            else { throw UnreadableFile(path: "controls/\(name).yml", reason: "the engine's mapping is missing") }
            return (String(decoding: data, as: UTF8.self), file.path)
        }
        let (rules, posture) = (try text("rules"), try text("posture"))
        return try ControlMapping(
            rules: rules.text, rulesFile: rules.file, posture: posture.text, postureFile: posture.file)
    }

    /// Reads the two files: `control: reason`, and a list of `controls`, `reason` and `when`.
    init(rules: String, rulesFile: String, posture: String, postureFile: String) throws {
        func reading<T>(_ file: String, _ read: () throws(RuleError) -> T) throws -> T {
            do throws(RuleError) { return try read() } catch {
                throw UnreadableFile(path: "\(file):\(error.line)", reason: error.problem.description)
            }
        }
        reasons = try reading(rulesFile) { () throws(RuleError) in try Self.reasons(rules) }
        lines = try reading(postureFile) { () throws(RuleError) in try Self.lines(posture) }
    }

    private static func reasons(_ text: String) throws(RuleError) -> [String: String] {
        var found: [String: String] = [:]
        for document in try RuleYAML.documents(text) {
            guard let pairs = document.mapping else { throw RuleError(document.line, "reasons must be a mapping") }
            for (key, value) in pairs {
                try check(key.written, key.line)
                guard let reason = value.text, !reason.isEmpty else {
                    throw RuleError(value.line, "\(key.written) needs a reason")
                }
                guard found.updateValue(reason, forKey: key.written) == nil else {
                    throw RuleError(key.line, "\(key.written) stands twice")
                }
            }
        }
        return found
    }

    private static func lines(_ text: String) throws(RuleError) -> [Line] {
        var found: [Line] = []
        for document in try RuleYAML.documents(text) {
            guard let items = document.list else { throw RuleError(document.line, "the mapping must be a list") }
            for item in items {
                for (key, _) in item.mapping ?? [] where !["controls", "reason", "when"].contains(key.written) {
                    throw RuleError(key.line, "a line has no \(key.written)")
                }
                guard let controls = item["controls"]?.texts, !controls.isEmpty, let reason = item["reason"]?.text,
                    !reason.isEmpty, let when = item["when"]
                else { throw RuleError(item.line, "a line needs controls, a reason and when") }
                for control in controls { try check(control, item.line) }
                found.append(
                    Line(
                        controls: controls, reason: reason, when: try SourceProfile.detection(when), line: item.line))
            }
        }
        return found
    }

    private static func check(_ control: String, _ line: Int) throws(RuleError) {
        guard control.hasPrefix("iso27001:A.") || control.hasPrefix("iso42001:A.") else {
            throw RuleError(line, "\(control) is no control such as iso27001:A.8.15")
        }
    }

    /// The reasons for controls that a rule names; controls without one are left out.
    func reasons(for controls: [String]) -> [ControlReason] {
        controls.compactMap { control in
            reasons[control].map { ControlReason(control: control, reason: $0) }
        }
    }
}
