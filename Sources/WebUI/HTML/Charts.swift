// Stacked posture bars, the posture table and the risk matrix. Charts are SVG made here: geometry in attributes, looks
// in classes, a title, and the numbers as a table beside or under them. Unknown is always drawn, hatched.

/// Counts of requirements by result.
package struct PostureCounts: Sendable, Hashable {
    package var conform: Int
    package var partly: Int
    package var nonconform: Int
    package var notApplicable: Int
    package var unknown: Int

    package init(conform: Int = 0, partly: Int = 0, nonconform: Int = 0, notApplicable: Int = 0, unknown: Int = 0) {
        (self.conform, self.partly, self.nonconform) = (conform, partly, nonconform)
        (self.notApplicable, self.unknown) = (notApplicable, unknown)
    }

    /// All of them.
    package var total: Int { conform + partly + nonconform + notApplicable + unknown }

    /// Each tone with its count, in the order in which bars and tables show them.
    package var parts: [(tone: Tone, count: Int)] {
        [
            (.conform, conform), (.partly, partly), (.nonconform, nonconform), (.notApplicable, notApplicable),
            (.unknown, unknown),
        ]
    }

    /// The counts in words.
    package func words(_ label: String) -> String {
        text(
            .posture(
                label, conform: conform, partly: partly, nonconform: nonconform, notApplicable: notApplicable,
                unknown: unknown))
    }
}

/// How thick a stacked bar is.
package enum BarSize: String, Sendable {
    case thin = "bar thin"
    case normal = "bar"
    case thick = "bar thick"
}

/// A row of the posture table.
package struct PostureRow: Sendable {
    /// The end of the element id `posture-…`, by which a save renews the row.
    package var id: String
    package var label: String
    package var counts: PostureCounts
    package var isTotal: Bool
    /// Where the number of a result leads; nil asks for all items.
    package var href: @Sendable (Tone?) -> String

    package init(
        id: String, label: String, counts: PostureCounts, isTotal: Bool, href: @escaping @Sendable (Tone?) -> String
    ) {
        (self.id, self.label, self.counts, self.isTotal, self.href) = (id, label, counts, isTotal, href)
    }
}

extension HTML {
    /// Writes a stacked bar. Widths are percentages with a gap of half a percent; nothing to count is an empty track.
    package mutating func postureBar(_ counts: PostureCounts, label: String, size: BarSize = .normal) {
        raw("<svg")
        attribute("class", size.rawValue)
        raw(" role=\"img\"><title>")
        text(counts.words(label))
        raw("</title>")
        let shown = counts.parts.filter { $0.count > 0 }
        var start = 0.0
        for (offset, part) in shown.enumerated() {
            let share = Double(part.count) / Double(counts.total) * 100
            let width = offset == shown.count - 1 ? share : max(share - 0.5, 0.4)
            barPart("f-\(part.tone.rawValue)", start: start, width: width)
            if part.tone == .unknown { barPart("edge", start: start, width: width) }
            start += share
        }
        if shown.isEmpty { barPart("edge", start: 0, width: 100) }
        raw("</svg>")
    }

    private mutating func barPart(_ className: String, start: Double, width: Double) {
        raw("<rect y=\"0\" height=\"100%\" class=\"")
        text(className)
        raw("\"")
        percent("x", start)
        percent("width", width)
        raw("/>")
    }

    private mutating func percent(_ name: StaticString, _ value: Double) {
        raw(" ")
        raw(name)
        raw("=\"")
        coordinate(value)
        raw("%\"")
    }
}

extension Markup {
    /// A stacked bar; its title says the counts.
    package static func postureBar(_ counts: PostureCounts, label: String, size: BarSize = .normal) -> Markup {
        Markup(capacityBytes: 640) { $0.postureBar(counts, label: label, size: size) }
    }

    /// The counts as signs and words, in a line. With an id it is renewed after a save.
    package static func postureCounts(_ counts: PostureCounts, id: String? = nil) -> Markup {
        let parts: Markup = .each(counts.parts) { part in
            "<span>\(raw: .status(part.tone, "\(Text.count(part.count)) \(text(part.tone.word).lowercased())"))</span>"
        }
        return "<div class=\"counts\"\(attribute: "id", id)\(flag: "data-live", id != nil)>\(raw: parts)</div>"
    }

    /// A bar with its counts as a table on demand.
    package static func postureFigure(_ counts: PostureCounts, label: String, id: String? = nil) -> Markup {
        let rows: Markup = .each(counts.parts) { part in
            """
            <tr><th scope="row">\(raw: .status(part.tone, isPlain: true))</th>\
            <td class="num">\(Text.count(part.count))</td></tr>
            """
        }
        return """
            <figure class="figure"\(attribute: "id", id)\(flag: "data-live", id != nil)>\
            \(raw: .postureBar(counts, label: label, size: .thick))\(raw: .postureCounts(counts))\
            \(raw: .chartTable(heads: [text(.result), text(.count)], rows))</figure>
            """
    }

    /// The posture of several standards or parts as a table of bars and linked numbers.
    package static func postureTable(
        label: String, head: String = text(.standard), _ rows: [PostureRow]
    ) -> Markup {
        let heads: Markup = .each(Tone.allCases) { tone in
            let word = tone == .notApplicable ? text(.notApplicableShort) : text(tone.word)
            return "<th role=\"columnheader\" scope=\"col\" class=\"num\">\(raw: .status(tone, word))</th>"
        }
        let legend: Markup = .each(Tone.allCases) { "<li>\(raw: .status($0, isPlain: true))</li>" }
        return """
            <div class="only-narrow posture-legend"><ul class="legend">\(raw: legend)</ul></div>\
            <div class="scroll" tabindex="0" role="group" aria-label="\(label)">\
            <table class="table posture" role="table" aria-label="\(label)"><thead role="rowgroup"><tr role="row">\
            <th role="columnheader" scope="col">\(head)</th>\
            <th role="columnheader" scope="col" class="num">\(Text.items)</th>\
            <th role="columnheader" scope="col"><span class="visually-hidden">\(Text.distribution)</span></th>\
            \(raw: heads)</tr></thead><tbody role="rowgroup">\(raw: .each(rows, postureRow))</tbody></table></div>
            """
    }

    /// One row of the posture table; also the fragment that renews it.
    package static func postureRow(_ row: PostureRow) -> Markup {
        let cells: Markup = .each(row.counts.parts) { part in
            let digits = Text.count(part.count)
            let label = Text.countOf(text(part.tone.word).lowercased(), row.label)
            return """
                <td role="cell" class="num">\
                <span class="only-narrow">\(raw: .icon(part.tone.icon, isSmall: true))</span>\
                <a\(attribute: "class", part.count == 0 ? "zero" : nil) href="\(row.href(part.tone))">\(digits)\
                <span class="visually-hidden">\(label)</span></a></td>
                """
        }
        let bar: Markup = .postureBar(row.counts, label: row.label, size: row.isTotal ? .thick : .thin)
        return """
            <tr role="row" class="\(row.isTotal ? "total" : "child")" id="posture-\(row.id)" data-live>\
            <th role="rowheader" scope="row">\(row.label)</th>\
            <td role="cell" class="num"><a href="\(row.href(nil))">\(Text.count(row.counts.total))\
            <span class="visually-hidden">\(Text.countOf(text(.items).lowercased(), row.label))</span></a></td>\
            <td role="cell" class="barcell">\(raw: bar)</td>\(raw: cells)</tr>
            """
    }

    /// The numbers of a chart, as a table that opens on demand. The first column is the row's heading.
    package static func chartTable(heads: [String], _ rows: Markup) -> Markup {
        let headings: Markup = .each(heads.enumerated()) { index, head in
            "<th scope=\"col\"\(attribute: "class", index > 0 ? "num" : nil)>\(head)</th>"
        }
        return .disclosure(
            text(.showAsTable),
            "<table class=\"table bare\"><thead><tr>\(raw: headings)</tr></thead><tbody>\(raw: rows)</tbody></table>")
    }

    /// One row of `chartTable`.
    package static func chartTableRow(_ heading: String, _ values: [String]) -> Markup {
        let cells: Markup = .each(values) { "<td class=\"num\">\($0)</td>" }
        return "<tr><th scope=\"row\">\(heading)</th>\(raw: cells)</tr>"
    }

    /// A matrix such as likelihood by consequence. Shades go from 1 (low) to 4; `marks` are the places of the record,
    /// whose word replaces that of the cell.
    package static func matrix(
        caption: String, columns: [String], rows: [(label: String, cells: [(shade: Int, word: String, mark: String?)])]
    ) -> Markup {
        let body: Markup = .each(rows) { row in
            let cells: Markup = .each(row.cells) { cell in
                let shade = min(max(cell.shade, 1), 4)
                let classes = cell.mark == nil ? "m\(shade)" : "m\(shade) here"
                return "<td class=\"\(classes)\">\(cell.mark ?? cell.word)</td>"
            }
            return "<tr><th scope=\"row\">\(row.label)</th>\(raw: cells)</tr>"
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table class="matrix">\
            <caption class="visually-hidden">\(caption)</caption><thead><tr><td></td>\
            \(raw: .each(columns) { "<th scope=\"col\">\($0)</th>" })</tr></thead>\
            <tbody>\(raw: body)</tbody></table></div>
            """
    }
}
