// The charts of reports: stacked bars that stand alone in any file. Looks stand in attributes, since a word processor
// knows no stylesheet; hatching and numbers tell the results apart in grey.

/// Bars of results, one under the other.
struct ReportChart {
    struct Bar {
        let label: String
        let counts: PostureCounts
    }
    let title: String
    let bars: [Bar]

    private static let width = 680.0
    private static let labelWidth = 190.0
    private static let barHeight = 18.0
    private static let step = 26.0
    private static let top = 30.0
    private static let labelCharactersMax = 32
    private static let ink = "#1d242c"

    /// The ground of a result, and what is drawn over it.
    private struct Look {
        let fill: String
        let ink: String
        let pattern: String?
    }
    private static func look(_ tone: Tone) -> Look {
        switch tone {
        case .conform: Look(fill: "#2a8f69", ink: "#ffffff", pattern: nil)
        case .partly: Look(fill: "#f0c768", ink: ink, pattern: "stripe")
        case .nonconform: Look(fill: "#8f1f10", ink: "#ffffff", pattern: nil)
        case .notApplicable: Look(fill: "#c9d0d8", ink: ink, pattern: nil)
        case .unknown: Look(fill: "#ffffff", ink: ink, pattern: "hatch")
        }
    }

    private var height: Double { Self.top + Double(bars.count) * Self.step + 4 }

    /// In words, for whoever does not see it.
    var words: String { title + ". " + bars.map { $0.counts.words($0.label) }.joined(separator: " ") }

    /// - Parameter isFile: It is to be a file of its own, not a part of a page.
    func markup(isFile: Bool = false) -> Markup {
        Markup(capacityBytes: 2_048 + bars.count * 1_024) { html in
            html.raw("<svg class=\"chart\" role=\"img\"")
            if isFile { html.raw(" xmlns=\"http://www.w3.org/2000/svg\"") }
            html.attribute("width", coordinate: Self.width)
            html.attribute("height", coordinate: height)
            html.add(" viewBox=\"0 0 \(coordinate: Self.width) \(coordinate: height)\"")
            html.raw(" font-family=\"Liberation Sans, Arial, sans-serif\" font-size=\"11\"><title>")
            html.text(words)
            html.raw("</title>")
            var x = Self.labelWidth
            for tone in Tone.allCases {
                part(&html, tone, x: x, y: 4, width: 14, height: 12)
                write(&html, text(tone.word), x: x + 19, y: 14)
                x += 34 + Double(text(tone.word).count) * 6
            }
            for (n, bar) in bars.enumerated() { self.bar(&html, bar, y: Self.top + Double(n) * Self.step) }
            html.raw("</svg>")
        }
    }

    private func bar(_ html: inout HTML, _ bar: Bar, y: Double) {
        let label =
            bar.label.count > Self.labelCharactersMax
            ? bar.label.prefix(Self.labelCharactersMax - 1) + "…" : bar.label
        write(&html, label, x: Self.labelWidth - 8, y: y + 13, anchor: "end")
        let space = Self.width - Self.labelWidth - 40
        var x = Self.labelWidth
        for (tone, count) in bar.counts.parts where count > 0 {
            let width = space * Double(count) / Double(bar.counts.total)
            part(&html, tone, x: x, y: y, width: max(width - 1, 1), height: Self.barHeight)
            if width >= Double(String(count).count) * 7 + 4 {
                // Over hatching a number needs a ground of its own.
                if Self.look(tone).pattern != nil {
                    let ground = Double(String(count).count) * 7 + 4
                    rect(
                        &html, x: x + (width - ground) / 2, y: y + 3, width: ground, height: Self.barHeight - 6,
                        fill: Self.look(tone).fill)
                }
                write(
                    &html, Text.count(count), x: x + width / 2, y: y + 13, anchor: "middle",
                    fill: Self.look(tone).ink)
            }
            x += width
        }
        write(&html, Text.count(bar.counts.total), x: Self.width, y: y + 13, anchor: "end")
    }

    /// A stretch of a bar. Lines are drawn one by one: not every program that shows drawings knows patterns.
    private func part(_ html: inout HTML, _ tone: Tone, x: Double, y: Double, width: Double, height: Double) {
        let look = Self.look(tone)
        rect(&html, x: x, y: y, width: width, height: height, fill: look.fill)
        guard let pattern = look.pattern else { return }
        let gap = pattern == "hatch" ? 7.0 : 5.0
        var d = ""
        // A line at 45 degrees, cut at the edges of the stretch.
        var start = gap - height
        while start < width {
            let (from, to) = (max(start, 0), min(start + height, width))
            if to > from {
                let (y1, y2) = (y + height - (from - start), y + height - (to - start))
                d += "M\(Self.number(x + from)) \(Self.number(y1))L\(Self.number(x + to)) \(Self.number(y2))"
            }
            start += gap
        }
        html.add("<path d=\"\(d)\" fill=\"none\" stroke=\"\(pattern == "hatch" ? "#8a949f" : "#8a5a00")\"/>")
        if tone == .unknown {
            html.add(
                """
                <rect x="\(coordinate: x + 0.5)" y="\(coordinate: y + 0.5)" width="\(coordinate: max(width - 1, 0.5))"\
                 height="\(coordinate: height - 1)" fill="none" stroke="#6a7684"/>
                """)
        }
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }

    private func rect(_ html: inout HTML, x: Double, y: Double, width: Double, height: Double, fill: String) {
        html.add(
            """
            <rect x="\(coordinate: x)" y="\(coordinate: y)" width="\(coordinate: width)"\
             height="\(coordinate: height)" fill="\(fill)"/>
            """)
    }

    private func write(
        _ html: inout HTML, _ words: String, x: Double, y: Double, anchor: String = "start", fill: String? = nil
    ) {
        html.add(
            """
            <text x="\(coordinate: x)" y="\(coordinate: y)" text-anchor="\(anchor)"\
            \(attribute: "class", fill == nil ? "ink" : nil) fill="\(fill ?? Self.ink)">\(words)</text>
            """)
    }
}
