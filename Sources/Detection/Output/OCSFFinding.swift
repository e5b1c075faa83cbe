// Findings as OCSF Detection Findings. Source: OCSF schema 1.5.0, class detection_finding (2004).

extension Finding {
    /// The finding as one line of OCSF JSON, with times in milliseconds.
    /// - Parameter now: for findings whose event has no time.
    public func ocsf(now: Int64) -> String { ocsf(now: now, of: nil) }

    /// The finding, or the group of which it is the first.
    func ocsf(now: Int64, of findings: FindingGroup?) -> String {
        var output: [UInt8] = []
        func raw(_ text: String) { output += Array(text.utf8) }
        func text(_ key: String, _ value: String) {
            JSONText.append(key, to: &output)
            output.append(UInt8(ascii: ":"))
            JSONText.append(value, to: &output)
        }
        let severity = rule.level.rank + 1
        let moment = time ?? now
        let (classNumber, className) =
            posture == nil
            ? (2004, "Detection Finding")
            : posture?.vulnerability == nil ? (2003, "Compliance Finding") : (2002, "Vulnerability Finding")
        raw("{\"activity_id\":1,\"activity_name\":\"Create\",\"category_name\":\"Findings\",\"category_uid\":2,")
        raw("\"class_name\":\"\(className)\",\"class_uid\":\(classNumber),\"type_uid\":\(classNumber)01,")
        raw("\"type_name\":\"\(className): Create\",\"status_id\":1,\"status\":\"New\",")
        raw("\"severity_id\":\(severity),")
        text("severity", rule.level == .informational ? "Informational" : rule.level.rawValue.capitalizedASCII)
        raw(",\"time\":\(moment),")
        if let findings {
            raw("\"count\":\(findings.count),\"start_time\":\(findings.firstSeen ?? moment),")
            raw("\"end_time\":\(findings.lastSeen ?? moment),")
        }
        text("message", message ?? rule.title)
        raw(",\"metadata\":{\"version\":\"1.5.0\",\"product\":{\"name\":\"Concord\",\"vendor_name\":\"Concord\"}},")
        raw("\"finding_info\":{")
        text("uid", findings == nil ? "\(rule.id)/\(event.file):\(event.line)" : key)
        raw(",")
        text("title", rule.title)
        raw(",\"created_time\":\(moment)")
        if let findings {
            raw(",\"first_seen_time\":\(findings.firstSeen ?? moment)")
            raw(",\"last_seen_time\":\(findings.lastSeen ?? moment)")
        }
        if let description = rule.description {
            raw(",")
            text("desc", description)
        }
        raw(",\"analytic\":{\"type_id\":1,\"type\":\"Rule\",")
        text("uid", rule.id)
        raw(",")
        text("name", rule.title)
        raw("}")
        let threats = rule.threats
        if !threats.isEmpty {
            raw(",\"attacks\":[")
            for (index, threat) in threats.enumerated() {
                if index > 0 { raw(",") }
                attack(threat, to: &output)
            }
            raw("]")
        }
        raw("}")
        if let posture { append(posture, to: &output) }
        raw(",\"evidences\":[{\"data\":{")
        text("file", event.file)
        raw(",\"line\":\(event.line)")
        for item in matched {
            raw(",")
            text(item.field ?? "keyword", item.value)
        }
        raw("}")
        if let actor = roles.actor {
            raw(",\"actor\":{\"user\":{")
            text("name", actor)
            raw("}}")
        }
        if let address = roles.address {
            raw(",\"src_endpoint\":{")
            text("ip", address)
            raw("}")
        }
        raw("}]")
        if let object = roles.object {
            raw(",\"resources\":[{")
            text("name", object)
            raw("}]")
        }
        raw(",\"unmapped\":{")
        text("author", rule.author ?? "")
        raw(",")
        text("key", key)
        raw(",\"controls\":[")
        for (index, control) in rule.controls.enumerated() {
            if index > 0 { raw(",") }
            JSONText.append(control, to: &output)
        }
        raw("],\"control_reasons\":{")
        for (index, reason) in reasons.enumerated() {
            if index > 0 { raw(",") }
            text(reason.control, reason.reason)
        }
        raw("}}}")
        return String(decoding: output, as: UTF8.self)
    }

    /// What the classes Compliance Finding and Vulnerability Finding have beside what all findings have.
    private func append(_ posture: Posture, to output: inout [UInt8]) {
        func raw(_ text: String) { output += Array(text.utf8) }
        func text(_ key: String, _ value: String) {
            JSONText.append(key, to: &output)
            output.append(UInt8(ascii: ":"))
            JSONText.append(value, to: &output)
        }
        func list(_ key: String, _ values: [String]) {
            JSONText.append(key, to: &output)
            raw(":[")
            for (index, value) in values.enumerated() {
                if index > 0 { raw(",") }
                JSONText.append(value, to: &output)
            }
            raw("]")
        }
        if let vulnerability = posture.vulnerability {
            let kind = vulnerability.hasPrefix("CVE-") ? "cve" : vulnerability.hasPrefix("CWE-") ? "cwe" : "advisory"
            raw(",\"vulnerabilities\":[{\"\(kind)\":{")
            text("uid", vulnerability)
            raw("},")
            text("title", rule.title)
            let packages = matched.filter { $0.field == "package" }
            if !packages.isEmpty {
                raw(",\"affected_packages\":[")
                for (index, package) in packages.enumerated() {
                    raw(index > 0 ? ",{" : "{")
                    text("name", package.value)
                    raw("}")
                }
                raw("]")
            }
            raw("}]")
        } else {
            let standards = [("iso27001", "ISO/IEC 27001:2022"), ("iso42001", "ISO/IEC 42001:2023")]
            raw(",\"compliance\":{")
            text("control", posture.check)
            raw(",")
            list("standards", standards.filter { item in rule.controls.contains { $0.hasPrefix(item.0) } }.map(\.1))
            raw(",")
            list("requirements", rule.controls)
            // 2 warning, 3 fail, 99 other.
            let number = posture.status == .fail ? 3 : posture.status == .warning ? 2 : 99
            raw(",\"status_id\":\(number),")
            text("status", posture.status.rawValue)
            raw("}")
        }
        if let remediation = posture.remediation {
            raw(",\"remediation\":{")
            text("desc", remediation)
            raw("}")
        }
    }

    /// OCSF object `attack`: a tactic, or a technique with its sub-technique.
    private func attack(_ threat: ThreatTag, to output: inout [UInt8]) {
        func part(_ key: String, _ id: String?, _ name: String?) {
            JSONText.append(key, to: &output)
            output += Array(":{".utf8)
            for (index, (attribute, value)) in [("uid", id), ("name", name)].filter({ $0.1 != nil }).enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                JSONText.append(attribute, to: &output)
                output.append(UInt8(ascii: ":"))
                JSONText.append(value ?? "", to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
        output.append(UInt8(ascii: "{"))
        if threat.isTactic {
            part("tactic", threat.id, threat.name)
        } else {
            part("technique", threat.technique, nil)
            if threat.technique != threat.id {
                output.append(UInt8(ascii: ","))
                part("sub_technique", threat.id, nil)
            }
        }
        output.append(UInt8(ascii: "}"))
    }
}

extension String {
    fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst() }
}
