// Findings as OCSF Detection Findings. Source: OCSF schema 1.5.0, class detection_finding (2004).

extension Finding {
    /// The finding as one line of OCSF JSON, with times in milliseconds.
    /// - Parameter now: for findings whose event has no time.
    public func ocsf(now: Int64) -> String {
        var output: [UInt8] = []
        func raw(_ text: String) { output += Array(text.utf8) }
        func text(_ key: String, _ value: String) {
            JSONText.append(key, to: &output)
            output.append(UInt8(ascii: ":"))
            JSONText.append(value, to: &output)
        }
        let severity = rule.level.rank + 1
        let moment = time ?? now
        raw("{\"activity_id\":1,\"activity_name\":\"Create\",\"category_name\":\"Findings\",\"category_uid\":2,")
        raw("\"class_name\":\"Detection Finding\",\"class_uid\":2004,\"type_uid\":200401,")
        raw("\"type_name\":\"Detection Finding: Create\",\"status_id\":1,\"status\":\"New\",")
        raw("\"severity_id\":\(severity),")
        text("severity", rule.level == .informational ? "Informational" : rule.level.rawValue.capitalizedASCII)
        raw(",\"time\":\(moment),")
        text("message", message ?? rule.title)
        raw(",\"metadata\":{\"version\":\"1.5.0\",\"product\":{\"name\":\"Concord\",\"vendor_name\":\"Concord\"}},")
        raw("\"finding_info\":{")
        text("uid", "\(rule.id)/\(event.file):\(event.line)")
        raw(",")
        text("title", rule.title)
        raw(",\"created_time\":\(moment)")
        if let description = rule.description {
            raw(",")
            text("desc", description)
        }
        raw(",\"analytic\":{\"type_id\":1,\"type\":\"Rule\",")
        text("uid", rule.id)
        raw(",")
        text("name", rule.title)
        raw("}")
        let techniques = rule.tags.compactMap(Self.technique)
        if !techniques.isEmpty {
            raw(",\"attacks\":[")
            for (index, technique) in techniques.enumerated() {
                raw(index > 0 ? ",{\"technique\":{" : "{\"technique\":{")
                text("uid", technique)
                raw("}}")
            }
            raw("]")
        }
        raw("},\"evidences\":[{\"data\":{")
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
        raw(",\"controls\":[")
        for (index, control) in rule.controls.enumerated() {
            if index > 0 { raw(",") }
            JSONText.append(control, to: &output)
        }
        raw("]}}")
        return String(decoding: output, as: UTF8.self)
    }

    /// `attack.t1078.004` is the technique T1078.004.
    static func technique(_ tag: String) -> String? {
        let name = tag.lowercased()
        for prefix in ["attack.t", "atlas.aml.t"] where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            guard let first = rest.first, first.isNumber else { return nil }
            return (prefix == "attack.t" ? "T" : "AML.T") + rest.uppercased()
        }
        return nil
    }
}

extension String {
    fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst() }
}
