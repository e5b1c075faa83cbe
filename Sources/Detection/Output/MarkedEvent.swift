// An event as a reader sees it: laid out, with what matched marked where it stands.

/// Lays out an event and marks the values by which a rule matched.
enum MarkedEvent {
    /// The event as escaped HTML, one value a line; a text that is no JSON is shown as it is.
    static func html(_ json: String, _ matched: [MatchedField]) -> String {
        let bytes = Array(json.utf8)
        return bytes.withUnsafeBufferPointer { text in
            let event = Event()
            do throws(JSONProblem) { try event.read(text) } catch { return HTMLReport.escape(json) }
            var writer = Writer(event: event, marks: marks(event, matched))
            writer.value(0, 0)
            return writer.html
        }
    }

    /// For each matched value the nodes that are it: those whose key is the field's last part; if there is none, as
    /// where a profile names the field, those with the same value, or else those whose text holds it.
    private static func marks(_ event: Event, _ matched: [MatchedField]) -> [Int: [String]] {
        var leaves: [(node: Int, key: String, value: String)] = []
        /// Elements of an array have the key of the array.
        func walk(_ index: Int, _ key: String) {
            let node = event.tape.nodes[index]
            guard node.kind == .object || node.kind == .array else {
                leaves.append((index, key, event.value(index).string))
                return
            }
            var at = index + 1
            while at < Int(node.next) {
                let child = node.kind == .object ? at + 1 : at
                walk(child, node.kind == .object ? event.value(at).string : key)
                at = Int(event.tape.nodes[child].next)
            }
        }
        walk(0, "")
        var marks: [Int: [String]] = [:]
        for item in matched where !item.value.isEmpty {
            let name = item.field.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
            let same = leaves.filter { $0.value == item.value }
            var found = same.filter { name == nil || $0.key == name || $0.key == item.field }
            if found.isEmpty { found = same }
            if found.isEmpty { found = leaves.filter { $0.value.contains(item.value) } }
            for leaf in found { marks[leaf.node, default: []].append(item.value) }
        }
        return marks
    }

    private struct Writer {
        let event: Event
        let marks: [Int: [String]]
        var html = ""

        mutating func value(_ index: Int, _ depth: Int) {
            let node = event.tape.nodes[index]
            let indent = String(repeating: "  ", count: depth)
            switch node.kind {
            case .object, .array:
                let isObject = node.kind == .object
                html += isObject ? "{" : "["
                var at = index + 1
                while at < Int(node.next) {
                    html += (at > index + 1 ? ",\n" : "\n") + indent + "  "
                    if isObject {
                        html += "\"\(HTMLReport.escape(event.value(at).string))\": "
                        at += 1
                    }
                    value(at, depth + 1)
                    at = Int(event.tape.nodes[at].next)
                }
                html += (Int(node.next) > index + 1 ? "\n" + indent : "") + (isObject ? "}" : "]")
            case .string: html += "\"\(marked(index))\""
            default: html += marked(index)
            }
        }

        private func marked(_ index: Int) -> String {
            let text = event.value(index).string
            guard let values = marks[index] else { return HTMLReport.escape(text) }
            if values.contains(text) { return "<mark>\(HTMLReport.escape(text))</mark>" }
            // A part of the text: the first value that stands in it, wherever it does.
            guard let part = values.first(where: text.contains) else { return HTMLReport.escape(text) }
            return text.split(separator: part, omittingEmptySubsequences: false).map { HTMLReport.escape(String($0)) }
                .joined(separator: "<mark>\(HTMLReport.escape(part))</mark>")
        }
    }
}
