// The page for people: one file, no script, nothing loaded from anywhere, light and dark, and fit for paper.

/// Appends markup that stands in the source, and escapes everything else.
private struct PageWriter {
    private(set) var bytes: [UInt8] = []

    mutating func raw(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": raw("&amp;")
            case "<": raw("&lt;")
            case ">": raw("&gt;")
            case "\"": raw("&quot;")
            case "'": raw("&#39;")
            // What reorders the text around it is written out (Unicode Technical Report 36, 2.3).
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                self.text("[U+\(String(scalar.value, radix: 16, uppercase: true))]")
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": raw("\u{FFFD}")
            default: bytes.append(contentsOf: String(scalar).utf8)
            }
        }
    }
    mutating func text(_ text: PackText) { self.text(text.string) }
}

extension PackSummary {
    /// Records that are listed of each type.
    public static let itemsShownMax = 1_000

    /// The text file for people.
    public func readmeBytes() -> [UInt8] { Array(PackText.readme(organisation, origin).utf8) }

    /// The page.
    public func pageBytes() -> [UInt8] {
        var page = PageWriter()
        page.raw("<!doctype html>\n<html lang=\"")
        page.text(PackText.language)
        page.raw("\"><head><meta charset=\"utf-8\">")
        page.raw(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
        page.text(PackText.heading(organisation))
        page.raw("</title><style>")
        page.raw(Self.style)
        page.raw("</style></head><body><main><h1>")
        page.text(PackText.heading(organisation))
        page.raw("</h1><p>")
        page.text(PackText.lead)
        page.raw("</p>")
        appendAbout(to: &page)
        appendPosture(to: &page)
        appendVerification(to: &page)
        appendRecords(to: &page)
        page.raw("</main></body></html>\n")
        return page.bytes
    }

    private func appendAbout(to page: inout PageWriter) {
        page.raw("<h2>")
        page.text(PackText.about)
        page.raw("</h2><dl>")
        let facts: [(PackText, String)] = [
            (.ledgerName, origin), (.asOf, PackText.entryAt(asOf, asOfTime).string), (.exportedAt, exportedAt),
            (.extent, (isWhole ? PackText.whole : .chosen).string), (.revisions, String(revisions)),
            (.evidence, String(evidence)), (.erased, String(erased)), (.notIncluded, String(notIncluded)),
        ]
        for (term, value) in facts {
            page.raw("<dt>")
            page.text(term)
            page.raw("</dt><dd>")
            page.text(value)
            page.raw("</dd>")
        }
        page.raw("</dl>")
    }

    private func appendPosture(to page: inout PageWriter) {
        page.raw("<h2>")
        page.text(PackText.posture)
        page.raw("</h2><p>")
        page.text(posture.isEmpty ? PackText.noPosture : .postureLead)
        page.raw("</p>")
        guard !posture.isEmpty else { return }
        page.raw("<div class=\"scroll\"><table><thead><tr>")
        for head in [PackText.standard, .conform, .partly, .nonconform, .notApplicable, .unknown] {
            page.raw("<th scope=\"col\">")
            page.text(head)
            page.raw("</th>")
        }
        page.raw("</tr></thead><tbody>")
        for row in posture {
            page.raw("<tr><th scope=\"row\">")
            page.text(row.standard)
            page.raw("</th>")
            for count in [row.conform, row.partlyConform, row.nonconform, row.notApplicable, row.unknown] {
                page.raw("<td>")
                page.text(String(count))
                page.raw("</td>")
            }
            page.raw("</tr>")
        }
        page.raw("</tbody></table></div>")
    }

    private func appendVerification(to page: inout PageWriter) {
        page.raw("<h2>")
        page.text(PackText.verify)
        page.raw("</h2><ol>")
        for step in PackText.verifySteps {
            page.raw("<li>")
            page.text(step)
            page.raw("</li>")
        }
        page.raw("</ol><pre>")
        page.text(PackText.command)
        page.raw("</pre><p>")
        page.text(PackText.key)
        page.raw("</p><pre>")
        page.text(verifierKey)
        page.raw("</pre><p>")
        page.text(PackText.proves)
        page.raw("</p>")
    }

    private func appendRecords(to page: inout PageWriter) {
        page.raw("<h2>")
        page.text(PackText.records)
        page.raw("</h2><p>")
        page.text(groups.isEmpty ? PackText.noRecords : .recordsLead)
        page.raw("</p>")
        for group in groups {
            page.raw("<details><summary>")
            page.text(PackText.groupHeading(group.name, group.count))
            page.raw("</summary><div class=\"scroll\"><table><thead><tr>")
            for head in [PackText.title, .record, .version] {
                page.raw("<th scope=\"col\">")
                page.text(head)
                page.raw("</th>")
            }
            page.raw("</tr></thead><tbody>")
            for item in group.items {
                page.raw("<tr><td><bdi>")
                page.text(item.title)
                page.raw("</bdi></td><td><code>")
                page.text(item.record)
                page.raw("</code></td><td>")
                page.text(String(item.version))
                page.raw("</td></tr>")
            }
            page.raw("</tbody></table></div>")
            if group.count > group.items.count {
                page.raw("<p>")
                page.text(PackText.more(group.count - group.items.count))
                page.raw("</p>")
            }
            page.raw("</details>")
        }
    }

    private static let style: StaticString = """
        :root{color-scheme:light dark;--ink:#1b2430;--soft:#526070;--line:#cfd6de;--ground:#fff;--panel:#f4f6f8}
        @media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#a9b5c2;--line:#3b4753;--ground:#12181f;--panel:#1b232c}}
        body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
        h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem;margin:0}dt{color:var(--soft)}dd{margin:0}
        dd,code,pre{overflow-wrap:anywhere}pre{background:var(--panel);padding:.75rem;white-space:pre-wrap}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:start;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        thead th{color:var(--soft);font-weight:600}td{font-variant-numeric:tabular-nums}
        details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer;font-weight:600}
        summary:focus-visible{outline:2px solid currentColor;outline-offset:2px}
        @media(max-width:32rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
        @media print{body{font-size:11pt}details>*{display:block}}
        """
}
