// The charts of the HTML report, as SVG that scales with the page. Colours come from the page's style, and nothing is
// said by colour alone: fills differ in kind, cells carry their numbers, what is not known is hatched.
import Foundation
import Statistics

enum HTMLCharts {
    /// A place in a chart, from 0 to 1 on both axes.
    struct Point {
        let x: Double
        let y: Double
        /// The interval of y.
        var low: Double?
        var high: Double?

        init(_ x: Double, _ y: Double, low: Double? = nil, high: Double? = nil) {
            self.x = x
            self.y = y
            self.low = low
            self.high = high
        }
    }

    /// One bar of a chart of groups.
    struct Bar {
        let name: String
        let count: Int
        /// From 0 to 1; nil when it is undefined.
        let value: Double?
        let interval: (low: Double, high: Double)?
        /// It has enough rows to be judged.
        let isEvaluable: Bool
    }

    /// One value over time.
    struct Step {
        let label: String
        /// Nil when there is none.
        let value: Double?
        var low: Double?
        var high: Double?
    }

    /// What happened along the axis of a trend, from 0 to 1.
    struct Events {
        let label: String
        let places: [Double]
    }

    /// One cell of a heat map.
    enum Cell {
        case value(Double)
        case unknown(String)
    }

    /// What is defined once a page.
    static let definitions = """
        <svg class="definitions" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" \
        height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatching" d="M0 0V6"/>\
        </pattern></defs></svg>
        """

    static func escaped(_ text: String) -> String { HTMLReport.escaped(text) }

    static func digits(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// With two decimals, so that numbers in cells line up.
    static func hundredths(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e6 else { return TextReport.short(value) }
        let whole = Int((abs(value) * 100).rounded())
        return (value < 0 && whole > 0 ? "−" : "") + "\(whole / 100).\(Chunks.padded(whole % 100, 2))"
    }

    private static func head(_ width: Double, _ height: Double, _ title: String, _ more: String = "") -> String {
        "<svg viewBox=\"0 0 \(digits(width)) \(digits(height))\" role=\"img\" aria-label=\"\(escaped(title))\"\(more)>"
    }

    private static func text(
        _ x: Double, _ y: Double, _ text: String, _ anchor: StaticString = "start"
    ) -> String {
        "<text x=\"\(digits(x))\" y=\"\(digits(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>"
    }

    private static func line(_ kind: StaticString, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        "<line class=\"\(kind)\" x1=\"\(digits(x1))\" y1=\"\(digits(y1))\" x2=\"\(digits(x2))\" y2=\"\(digits(y2))\"/>"
    }

    static func short(_ text: String, _ limit: Int) -> String {
        text.count <= limit ? text : String(text.prefix(limit - 1)) + "…"
    }

    // MARK: Squares from 0 to 1

    private static let side = 230.0
    private static let left = 34.0
    private static let top = 8.0

    /// A square with both axes from 0 to 1.
    private static func square(_ title: String, x: String, y: String, _ content: String) -> String {
        var out = head(left + side + 12, top + side + 34, title)
        for mark in [0, 0.25, 0.5, 0.75, 1] {
            let place = top + side * (1 - mark)
            out += line("grid", left, place, left + side, place)
            out += line("grid", left + side * mark, top, left + side * mark, top + side)
            if mark != 0.25, mark != 0.75 {
                out += text(left - 5, place + 3.5, "\(TextReport.short(mark))", "end")
                out += text(left + side * mark, top + side + 13, "\(TextReport.short(mark))", "middle")
            }
        }
        out += line("axis", left, top + side, left + side, top + side) + line("axis", left, top, left, top + side)
        out += text(left + side / 2, top + side + 28, x, "middle")
        out += "<text transform=\"translate(10 \(digits(top + side / 2))) rotate(-90)\" text-anchor=\"middle\">"
        return out + "\(escaped(y))</text>\(content)</svg>"
    }

    private static func x(_ value: Double) -> Double { left + side * min(1, max(0, value)) }
    private static func y(_ value: Double) -> Double { top + side * (1 - min(1, max(0, value))) }

    private static func path(_ points: [Point]) -> String {
        let places = points.map { "\(digits(x($0.x))),\(digits(y($0.y)))" }
        return "<polyline class=\"mark\" points=\"\(places.joined(separator: " "))\"/>"
    }

    private static func dot(_ point: Point, _ title: String) -> String {
        "<circle class=\"dot\" cx=\"\(digits(x(point.x)))\" cy=\"\(digits(y(point.y)))\" r=\"4\"><title>"
            + "\(escaped(title))</title></circle>"
    }

    /// A curve of two rates.
    ///
    /// - Parameters:
    ///   - chance: what a classifier without any skill would give.
    ///   - chosen: where the decisions in the data stand.
    static func curve(
        _ title: String, x xName: String, y yName: String, _ points: [Point], chance: (Point, Point), chosen: Point?
    ) -> String {
        var content = line("ideal", x(chance.0.x), y(chance.0.y), x(chance.1.x), y(chance.1.y)) + path(points)
        if let chosen { content += dot(chosen, "the decisions in the data") }
        return square(title, x: xName, y: yName, content)
    }

    /// Observed rates over mean scores with the interval of each, and the share of rows as bars at the bottom.
    static func reliability(_ title: String, _ points: [Point], shares: [(x: Double, share: Double)]) -> String {
        var content = line("ideal", x(0), y(0), x(1), y(1))
        for bar in shares {
            let height = bar.share * side * 0.25
            content +=
                "<rect class=\"ref\" x=\"\(digits(x(bar.x) - 4))\" y=\"\(digits(top + side - height))\" width=\"8\" "
            content += "height=\"\(digits(height))\"><title>\(TextReport.short(bar.share)) of the rows</title></rect>"
        }
        content += path(points)
        for point in points {
            if let low = point.low, let high = point.high {
                content += line("whisker", x(point.x), y(low), x(point.x), y(high))
            }
            content += dot(point, "score \(TextReport.short(point.x)), observed \(TextReport.short(point.y))")
        }
        return square(title, x: "mean score", y: "observed rate", content)
    }

    // MARK: Distributions

    /// The shares of two sides over the same bins, one filled, the other drawn over it as an outline.
    static func distributions(
        _ title: String, reference: [Double], current: [Double], labels: [String]
    ) -> String {
        let width = 290.0
        let height = 110.0
        let most = max(reference.max() ?? 0, current.max() ?? 0, 1e-9)
        let step = width / Double(max(1, reference.count))
        var out = head(width, height + 18, title)
        for i in reference.indices {
            let x = Double(i) * step
            let label = i < labels.count ? labels[i] : ""
            let shares = [reference[i], current[i]].map { $0 / most * (height - 4) }
            let words = "\(label): reference \(TextReport.short(reference[i])), current \(TextReport.short(current[i]))"
            out += "<g><title>\(escaped(words))</title>"
            out += "<rect class=\"ref\" x=\"\(digits(x + step * 0.06))\" y=\"\(digits(height - shares[0]))\" "
            out += "width=\"\(digits(step * 0.88))\" height=\"\(digits(shares[0]))\"/>"
            out += "<rect class=\"outline\" x=\"\(digits(x + step * 0.18))\" y=\"\(digits(height - shares[1]))\" "
            out += "width=\"\(digits(step * 0.64))\" height=\"\(digits(shares[1]))\"/></g>"
        }
        out += line("axis", 0, height, width, height)
        if let first = labels.first, let last = labels.last {
            out += text(0, height + 13, short(first, 22)) + text(width, height + 13, short(last, 22), "end")
        }
        return out + "</svg>"
    }

    // MARK: Groups

    /// Rates of groups with their intervals. Groups that are too small to be judged are hatched outlines.
    static func groups(_ title: String, _ bars: [Bar]) -> String {
        let row = 20.0
        let names = 110.0
        let scale = 128.0
        let bottom = row * Double(bars.count) + 2
        var out = head(290, bottom + 16, title)
        for mark in [0, 0.5, 1] {
            out += line("grid", names + scale * mark, 0, names + scale * mark, bottom)
            out += text(names + scale * mark, bottom + 12, TextReport.short(mark), "middle")
        }
        for (i, bar) in bars.enumerated() {
            let y = Double(i) * row
            out += "<g><title>\(escaped(bar.name)), \(bar.count) rows</title>"
            out += text(0, y + 14, short(bar.name, 17))
            if let value = bar.value {
                out +=
                    "<rect class=\"\(bar.isEvaluable ? "cur" : "hollow")\" x=\"\(digits(names))\" y=\"\(digits(y + 4))\" "
                out += "width=\"\(digits(max(0.5, value * scale)))\" height=\"13\"/>"
                if let interval = bar.interval {
                    let low = names + interval.low * scale
                    let high = names + interval.high * scale
                    out += line("whisker", low, y + 10.5, high, y + 10.5)
                    out += line("whisker", low, y + 7, low, y + 14) + line("whisker", high, y + 7, high, y + 14)
                }
            }
            let word = bar.value.map { bar.isEvaluable ? TextReport.short($0) : "n = \(bar.count)" } ?? "none"
            out += text(290, y + 14, word, "end") + "</g>"
        }
        return out + line("axis", names, 0, names, bottom) + "</svg>"
    }

    // MARK: Over time

    /// Chunks that a chart over time shows: the last ones.
    static let chunksShownMax = 400

    /// Rows of names beside cells that can be scrolled. Cells over the thresholds are coloured and carry their numbers.
    ///
    /// - Parameter levels: the thresholds of the two stronger colours.
    static func heatMap(
        _ title: String, rows: [String], columns: [String], cells: [[Cell]], levels: (Double, Double)
    ) -> String {
        let row = 22.0
        let names = 118.0
        let cell = 56.0
        let headHeight = 20.0
        let height = headHeight + row * Double(rows.count)
        let width = cell * Double(columns.count)
        func fixed(_ width: Double) -> String {
            " width=\"\(digits(width))\" height=\"\(digits(height))\""
        }
        var out = "<div class=\"map\"><svg viewBox=\"0 0 \(digits(names)) \(digits(height))\" aria-hidden=\"true\""
        out += fixed(names) + ">"
        for (i, name) in rows.enumerated() {
            out += "<g><title>\(escaped(name))</title>"
            out += text(0, headHeight + row * Double(i) + 15, short(name, 18)) + "</g>"
        }
        out += "</svg><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(escaped(title))\">"
        out += head(width, height, title, fixed(width))
        for (k, name) in columns.enumerated() {
            out += text(cell * (Double(k) + 0.5), 13, short(name, 10), "middle")
        }
        for (i, values) in cells.enumerated() {
            let y = headHeight + row * Double(i)
            for (k, value) in values.enumerated() {
                let x = cell * Double(k)
                let (kind, word, more): (String, String, String) =
                    switch value {
                    case .value(let value):
                        (
                            value > levels.1 ? "hot" : value > levels.0 ? "warm" : "calm", hundredths(value),
                            TextReport.short(value)
                        )
                    case .unknown(let reason): ("hollow", "", reason)
                    }
                out += "<g><title>\(escaped("\(rows[i]), \(columns[k]): \(more)"))</title>"
                out +=
                    "<rect class=\"\(kind)\" x=\"\(digits(x + 1))\" y=\"\(digits(y + 1))\" width=\"\(digits(cell - 2))\" "
                out += "height=\"\(digits(row - 2))\"/>"
                if !word.isEmpty {
                    out += "<text class=\"on\" x=\"\(digits(x + cell / 2))\" y=\"\(digits(y + 15))\" "
                    out += "text-anchor=\"middle\">\(word)</text>"
                }
                out += "</g>"
            }
        }
        return out + "</svg></div></div>"
    }

    /// More chunks than this are scrolled.
    private static let stepsAcrossMax = 60

    /// A value over chunks, with a band for its interval and gaps where there is none.
    ///
    /// - Parameters:
    ///   - spreadMin: the least that the axis spans, so that noise does not fill the chart.
    ///   - events: a strip for each under the axis.
    static func trend(_ title: String, _ steps: [Step], spreadMin: Double, events: [Events] = []) -> String {
        let height = 130.0
        let known = steps.flatMap { [$0.value, $0.low, $0.high].compactMap { $0 } }
        guard let least = known.min(), let most = known.max() else { return "" }
        let spread = max(most - least, spreadMin, abs(most) * 1e-6) * 1.1
        let low = (least + most - spread) / 2
        let high = low + spread
        let left = 44.0
        let width = 290 * max(1, Double(steps.count) / Double(stepsAcrossMax))
        let radius = steps.count > 30 ? 1.8 : 3
        func px(_ i: Int) -> Double { left + (width - left) * (Double(i) + 0.5) / Double(steps.count) }
        func py(_ value: Double) -> Double { 6 + (height - 6) * (1 - (value - low) / (high - low)) }
        var out = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(escaped(title))\">"
        out += head(
            width, height + 20 + eventHeight * Double(events.count), title,
            width > 290 ? " class=\"long\" width=\"\(digits(width))\"" : "")
        for share in [0.05, 0.5, 0.95] {
            let value = low + (high - low) * share
            out += line("grid", left, py(value), width, py(value))
            out += text(left - 4, py(value) + 3.5, mark(value, spread), "end")
        }
        for run in runs(steps) {
            let band = run.filter { steps[$0].low != nil && steps[$0].high != nil }
            if band.count > 1 {
                let upper = band.map { "\(digits(px($0))),\(digits(py(steps[$0].high ?? 0)))" }
                let lower = band.reversed().map { "\(digits(px($0))),\(digits(py(steps[$0].low ?? 0)))" }
                out += "<polygon class=\"band\" points=\"\((upper + lower).joined(separator: " "))\"/>"
            }
            let points = run.map { "\(digits(px($0))),\(digits(py(steps[$0].value ?? 0)))" }
            out += "<polyline class=\"mark\" points=\"\(points.joined(separator: " "))\"/>"
            for i in run {
                let value = steps[i].value ?? 0
                if let low = steps[i].low, let high = steps[i].high, band.count < 2 {
                    out += line("whisker", px(i), py(low), px(i), py(high))
                }
                out +=
                    "<circle class=\"dot\" cx=\"\(digits(px(i)))\" cy=\"\(digits(py(value)))\" r=\"\(radius)\"><title>"
                out += "\(escaped(steps[i].label)): \(TextReport.short(value))</title></circle>"
            }
        }
        out += line("axis", left, height, width, height)
        if let first = steps.first, let last = steps.last {
            out += text(left, height + 14, first.label) + text(width, height + 14, last.label, "end")
        }
        for (i, strip) in events.enumerated() {
            let top = height + 20 + eventHeight * Double(i)
            out += text(left, top + 12, strip.label) + line("grid", left, top + 22, width, top + 22)
            for place in strip.places {
                let x = left + (width - left) * min(1, max(0, place))
                out += line("whisker", x, top + 17, x, top + 27)
            }
        }
        return out + "</svg></div>"
    }

    private static let eventHeight = 30.0

    /// A number at an axis that spans `spread`: no more digits than tell marks apart.
    private static func mark(_ value: Double, _ spread: Double) -> String {
        let scale = pow(10, max(0, 2 - log10(spread).rounded(.down)))
        return TextReport.short((value * scale).rounded() / scale)
    }

    /// The stretches of steps that have a value.
    private static func runs(_ steps: [Step]) -> [[Int]] {
        var out: [[Int]] = []
        for i in steps.indices where steps[i].value != nil {
            if let last = out.last?.last, last == i - 1 { out[out.count - 1].append(i) } else { out.append([i]) }
        }
        return out
    }
}
