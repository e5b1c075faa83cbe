// The crosswalk as a drawing: what stands left and right, and lines between what relates. Geometry in attributes, looks
// in classes; the matrix beside it has the same as a table.

/// Two columns of names with lines between them.
struct CrosswalkDrawing: Sendable {
    struct Line: Sendable {
        let left: Int
        let right: Int
        /// 1 to 10, for the width.
        let weight: Int
        /// A word for the class: the relation, or "pairs" between sections.
        let kind: String
        let isInferred: Bool
        let words: String
    }
    /// More lines are a thicket.
    static let linesMax = 300
    let title: String
    let summary: String
    let left: [String]
    let right: [String]
    let lines: [Line]

    private static let (leftEdge, rightEdge, width) = (190.0, 570.0, 760.0)
    private static let rowHeight = 24.0

    private func y(_ place: Int, of count: Int) -> Double {
        let most = max(left.count, right.count)
        // The shorter side is spread over the height of the longer one.
        return 16 + (Double(place) + 0.5) * Double(most) / Double(max(1, count)) * Self.rowHeight
    }

    func markup() -> Markup {
        let height = 32 + Double(max(left.count, right.count)) * Self.rowHeight
        return Markup(capacityBytes: 4_096 + lines.count * 320) { html in
            html.add("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(title)\">")
            html.raw(
                "<svg class=\"crosswalk-graph\" role=\"img\" aria-labelledby=\"xw-title xw-desc\" viewBox=\"0 0 760 ")
            html.coordinate(height)
            html.raw("\">")
            html.add("<title id=\"xw-title\">\(title)</title><desc id=\"xw-desc\">\(summary)</desc>")
            for line in lines { write(line, &html) }
            for (n, name) in left.enumerated() { label(name, Self.leftEdge - 8, y(n, of: left.count), "end", &html) }
            for (n, name) in right.enumerated() {
                label(name, Self.rightEdge + 8, y(n, of: right.count), "start", &html)
            }
            html.raw("</svg></div>")
        }
    }

    private func write(_ line: Line, _ html: inout HTML) {
        let (from, to) = (y(line.left, of: left.count), y(line.right, of: right.count))
        html.raw("<path class=\"xw-line ")
        html.text(line.kind)
        html.raw(line.isInferred ? " inferred\" d=\"M" : "\" d=\"M")
        for (n, point) in [
            (Self.leftEdge, from), (Self.leftEdge + 150, from), (Self.rightEdge - 150, to), (Self.rightEdge, to),
        ].enumerated() {
            if n == 1 { html.raw("C") } else if n > 1 { html.raw(" ") }
            html.coordinate(point.0)
            html.raw(" ")
            html.coordinate(point.1)
        }
        html.raw("\"")
        html.attribute("stroke-width", coordinate: 0.6 + Double(line.weight) * 0.34)
        html.add("><title>\(line.words)</title></path>")
    }

    private func label(_ name: String, _ x: Double, _ y: Double, _ anchor: StaticString, _ html: inout HTML) {
        html.raw("<text")
        html.attribute("x", coordinate: x)
        html.attribute("y", coordinate: y + 4)
        html.raw(" text-anchor=\"")
        html.raw(anchor)
        html.raw("\">")
        html.text(name.count > 30 ? name.prefix(29) + "…" : name)
        html.raw("</text>")
    }
}
