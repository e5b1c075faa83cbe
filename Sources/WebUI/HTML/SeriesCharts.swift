// Charts of measurements: a trend with its band, threshold and decisions; groups with intervals; two distributions.
// A line never crosses a stretch without data, and a group that cannot be evaluated is drawn hollow with its reason.

/// One point of a trend; a nil value is a stretch without data.
package struct TrendPoint: Sendable {
    package var label: String
    package var value: Double?
    package var low: Double?
    package var high: Double?
    package var isBad: Bool

    package init(_ label: String, _ value: Double?, low: Double? = nil, high: Double? = nil, isBad: Bool = false) {
        (self.label, self.value, self.low, self.high, self.isBad) = (label, value, low, high, isBad)
    }
}

/// A trend over time.
package struct TrendChart: Sendable {
    /// The end of the element ids of title and description.
    package var id: String
    package var title: String
    /// What it shows, in a sentence or two.
    package var summary: String
    package var points: [TrendPoint]
    package var threshold: (value: Double, label: String)?
    /// Decisions and releases, at the index of a point.
    package var markers: [(index: Int, label: String)]
    /// Counts start at zero; ratios need not.
    package var startsAtZero: Bool
    /// Digits after the point in the axis and in the table.
    package var decimals: Int
    /// Headings of the table: what the points are, what is measured, what the interval is.
    package var heads: (point: String, value: String, interval: String)

    package init(
        id: String, title: String, summary: String, points: [TrendPoint],
        threshold: (value: Double, label: String)? = nil, markers: [(index: Int, label: String)] = [],
        startsAtZero: Bool = false, decimals: Int = 2, heads: (point: String, value: String, interval: String)
    ) {
        (self.id, self.title, self.summary, self.points) = (id, title, summary, points)
        (self.threshold, self.markers, self.startsAtZero) = (threshold, markers, startsAtZero)
        (self.decimals, self.heads) = (decimals, heads)
    }
}

/// A group in a chart of intervals.
package struct GroupBar: Sendable {
    package var label: String
    /// From 0 to the chart's maximum; nil when it cannot be evaluated.
    package var value: Double?
    package var low: Double?
    package var high: Double?
    package var valueText: String
    /// The counts behind it, or why there is no value.
    package var detail: String
    package var isChild: Bool

    package init(
        label: String, value: Double?, low: Double? = nil, high: Double? = nil, valueText: String, detail: String,
        isChild: Bool = false
    ) {
        (self.label, self.value, self.low, self.high) = (label, value, low, high)
        (self.valueText, self.detail, self.isChild) = (valueText, detail, isChild)
    }
}

/// The drawing area of a chart and the way from values to it.
private struct Plot {
    let left = 48.0, right = 760.0, top = 18.0, bottom = 270.0
    let low: Double, high: Double
    let count: Int

    init(values: [Double], startsAtZero: Bool, count: Int) {
        let finite = values.filter(\.isFinite)
        let smallest = startsAtZero ? min(0, finite.min() ?? 0) : finite.min() ?? 0
        let largest = finite.max() ?? 1
        let margin = largest > smallest ? (largest - smallest) * 0.08 : max(abs(largest) * 0.1, 0.5)
        low = startsAtZero && smallest == 0 ? 0 : smallest - margin
        high = largest + margin
        self.count = count
    }

    func x(_ index: Int) -> Double {
        count > 1 ? left + (right - left) * Double(index) / Double(count - 1) : (left + right) / 2
    }
    func y(_ value: Double) -> Double {
        bottom - (bottom - top) * (min(max(value, low), high) - low) / (high - low)
    }

    /// At most six values inside the range, at round steps.
    var ticks: [Double] {
        let rough = (high - low) / 5
        guard rough.isFinite, rough > 0 else { return [] }
        var step = 1.0
        while step * 10 <= rough { step *= 10 }
        while step > rough { step /= 10 }
        step *= [1.0, 2, 5].first { step * $0 >= rough } ?? 10
        let first = (low / step).rounded(.up)
        return (0..<12).map { (first + Double($0)) * step }.filter { $0 <= high }
    }
}

extension Markup {
    /// A trend with band, threshold and markers, and its table.
    package static func trend(_ chart: TrendChart) -> Markup {
        let values = chart.points.flatMap { [$0.value, $0.low, $0.high].compactMap { $0 } }
        let plot = Plot(
            values: values + (chart.threshold.map { [$0.value] } ?? []), startsAtZero: chart.startsAtZero,
            count: chart.points.count)
        let drawing = Markup(capacityBytes: 4096) { html in
            html.trendGround(chart, plot)
            for run in runs(chart.points) { html.trendRun(chart.points, run, plot) }
            html.trendOver(chart, plot)
        }
        let rows: Markup = .each(chart.points) { point in
            let reading = point.value.map { decimal($0, chart.decimals) } ?? text(.noData)
            guard let low = point.low, let high = point.high, point.value != nil else {
                return chartTableRow(point.label, [reading, text(.noValue)])
            }
            let interval = text(.interval(decimal(low, chart.decimals), decimal(high, chart.decimals)))
            return chartTableRow(point.label, [reading, interval])
        }
        return figure(
            id: chart.id, title: chart.title, summary: chart.summary, viewBox: "0 0 880 306", isLong: true, drawing,
            table: chartTable(heads: [chart.heads.point, chart.heads.value, chart.heads.interval], rows))
    }

    /// A chart in its own scrolling box, with title, description and table.
    fileprivate static func figure(
        id: String, title: String, summary: String, viewBox: String, isLong: Bool = false, _ drawing: Markup,
        table: Markup
    ) -> Markup {
        """
        <figure class="figure"><div class="chart-scroll" tabindex="0" role="region" aria-label="\(title)">\
        <svg class="\(isLong ? "chart long" : "chart")" viewBox="\(viewBox)" role="img"\
         aria-labelledby="t-\(id) d-\(id)"><title id="t-\(id)">\(title)</title><desc id="d-\(id)">\(summary)</desc>\
        \(raw: drawing)</svg></div>\(raw: table)</figure>
        """
    }

    /// Stretches of points that have a value.
    private static func runs(_ points: [TrendPoint]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for index in points.indices where points[index].value != nil {
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<(index + 1)
            } else {
                runs.append(index..<(index + 1))
            }
        }
        return runs
    }

    /// A number with a fixed count of digits after the point.
    fileprivate static func decimal(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return text(.noValue) }
        var scale = 1
        for _ in 0..<min(max(digits, 0), 6) { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let whole = Text.count(abs(scaled) / scale)
        let sign = scaled < 0 ? "-" : ""
        guard scale > 1 else { return sign + whole }
        let rest = String(abs(scaled) % scale)
        let zeros = String(repeating: "0", count: String(scale).count - 1 - rest.count)
        return "\(sign)\(whole).\(zeros)\(rest)"
    }

    /// Groups as bars with intervals. `maximum` is the end of the axis, which starts at zero.
    package static func groups(
        id: String, title: String, summary: String, maximum: Double, threshold: (value: Double, label: String)?,
        heads: (group: String, value: String, detail: String), _ groups: [GroupBar]
    ) -> Markup {
        let left = 150.0, width = 400.0
        let height = Double(groups.count) * 25 + 36
        let place = { (value: Double) in left + width * min(max(value / max(maximum, .ulpOfOne), 0), 1) }
        let drawing = Markup(capacityBytes: 4096) { html in
            for (index, group) in groups.enumerated() {
                html.groupBar(group, top: Double(index) * 25 + 8, left: left, place: place)
            }
            if let threshold {
                let x = place(threshold.value)
                html.line("threshold", x, 2, x, height - 28)
                html.label(threshold.label, x, height - 10, class: "bad-text mid")
            }
        }
        let rows: Markup = .each(groups) { chartTableRow($0.label, [$0.valueText, $0.detail]) }
        return figure(
            id: id, title: title, summary: summary, viewBox: "0 0 720 \(Int(height))", drawing,
            table: chartTable(heads: [heads.group, heads.value, heads.detail], rows))
    }

    /// A distribution now (line) over the one at the baseline (ground); both as shares of each bin, from 0 to 1.
    package static func distributions(
        id: String, title: String, summary: String, heads: (bin: String, base: String, now: String),
        _ bins: [(label: String, base: Double, now: Double)]
    ) -> Markup {
        let plot = Plot(values: bins.flatMap { [$0.base, $0.now] }, startsAtZero: true, count: 2)
        let width = (plot.right - plot.left) / Double(max(bins.count, 1))
        let drawing = Markup(capacityBytes: 4096) { html in
            for tick in plot.ticks {
                html.line("gridline", plot.left, plot.y(tick), plot.right, plot.y(tick))
                html.label(percent(tick), plot.left - 8, plot.y(tick) + 4, class: "end")
            }
            for (index, bin) in bins.enumerated() {
                let x = plot.left + width * Double(index)
                html.rect("d-base", x + 1, plot.y(bin.base), width - 2, plot.bottom - plot.y(bin.base))
                html.label(bin.label, x + width / 2, 290, class: "mid")
            }
            html.steps(bins.map { plot.y($0.now) }, from: plot.left, width: width)
            html.line("axis", plot.left, plot.bottom, plot.right, plot.bottom)
        }
        let rows: Markup = .each(bins) { chartTableRow($0.label, [percent($0.base), percent($0.now)]) }
        return figure(
            id: id, title: title, summary: summary, viewBox: "0 0 780 300", drawing,
            table: chartTable(heads: [heads.bin, heads.base, heads.now], rows))
    }

    private static func percent(_ share: Double) -> String { "\(decimal(share * 100, 1)) %" }
}

extension HTML {
    fileprivate mutating func line(_ name: StaticString, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
        raw("<line class=\"")
        raw(name)
        raw("\"")
        attribute("x1", coordinate: x1)
        attribute("y1", coordinate: y1)
        attribute("x2", coordinate: x2)
        attribute("y2", coordinate: y2)
        raw("/>")
    }

    fileprivate mutating func rect(_ name: StaticString, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        raw("<rect class=\"")
        raw(name)
        raw("\"")
        attribute("x", coordinate: x)
        attribute("y", coordinate: y)
        attribute("width", coordinate: max(width, 0))
        attribute("height", coordinate: max(height, 0))
        raw("/>")
    }

    fileprivate mutating func label(_ text: String, _ x: Double, _ y: Double, class name: StaticString) {
        raw("<text class=\"")
        raw(name)
        raw("\"")
        attribute("x", coordinate: x)
        attribute("y", coordinate: y)
        raw(">")
        self.text(text)
        raw("</text>")
    }

    /// A line that runs level over each bin.
    fileprivate mutating func steps(_ heights: [Double], from left: Double, width: Double) {
        raw("<polyline class=\"series\" points=\"")
        for (index, height) in heights.enumerated() {
            point(left + width * Double(index), height)
            point(left + width * Double(index + 1), height)
        }
        raw("\"/>")
    }

    fileprivate mutating func trendGround(_ chart: TrendChart, _ plot: Plot) {
        for tick in plot.ticks {
            line("gridline", plot.left, plot.y(tick), plot.right, plot.y(tick))
            label(Markup.decimal(tick, chart.decimals), plot.left - 8, plot.y(tick) + 4, class: "end")
        }
        var index = 0
        while index < chart.points.count {
            guard chart.points[index].value == nil else { index += 1; continue }
            let first = index
            while index < chart.points.count, chart.points[index].value == nil { index += 1 }
            let start = plot.x(max(first - 1, 0)), end = plot.x(min(index, chart.points.count - 1))
            rect("gap-ground", start, plot.top, end - start, plot.bottom - plot.top)
            label(Text.noData.string, (start + end) / 2, plot.bottom - 8, class: "mid")
        }
    }

    fileprivate mutating func trendRun(_ points: [TrendPoint], _ run: Range<Int>, _ plot: Plot) {
        let banded = run.filter { points[$0].low != nil && points[$0].high != nil }
        if banded.count > 1 {
            raw("<polygon class=\"band\" points=\"")
            for index in banded { point(plot.x(index), plot.y(points[index].high ?? 0)) }
            for index in banded.reversed() { point(plot.x(index), plot.y(points[index].low ?? 0)) }
            raw("\"/>")
        }
        raw("<polyline class=\"series\" points=\"")
        for index in run { point(plot.x(index), plot.y(points[index].value ?? 0)) }
        raw("\"/>")
    }

    private mutating func point(_ x: Double, _ y: Double) {
        coordinate(x)
        raw(",")
        coordinate(y)
        raw(" ")
    }

    fileprivate mutating func trendOver(_ chart: TrendChart, _ plot: Plot) {
        if let threshold = chart.threshold {
            line("threshold", plot.left, plot.y(threshold.value), plot.right, plot.y(threshold.value))
            label(threshold.label, plot.left + 6, plot.y(threshold.value) + 16, class: "bad-text")
        }
        for marker in chart.markers where chart.points.indices.contains(marker.index) {
            let x = plot.x(marker.index)
            line("marker", x, plot.top, x, plot.bottom)
            label(marker.label, x - 6, plot.top + 8, class: "end")
        }
        for (index, item) in chart.points.enumerated() where item.isBad {
            guard let value = item.value else { continue }
            dot("point bad", plot.x(index), plot.y(value))
        }
        if let index = chart.points.lastIndex(where: { $0.value != nil }), let value = chart.points[index].value {
            if !chart.points[index].isBad { dot("point", plot.x(index), plot.y(value)) }
            label(Markup.decimal(value, chart.decimals), plot.x(index) + 12, plot.y(value) + 4, class: "strong")
        }
        line("axis", plot.left, plot.bottom, plot.right, plot.bottom)
        let every = max(1, (chart.points.count + 5) / 6)
        for (index, item) in chart.points.enumerated() where index.isMultiple(of: every) {
            label(item.label, plot.x(index), plot.bottom + 18, class: "mid")
        }
    }

    private mutating func dot(_ name: StaticString, _ x: Double, _ y: Double) {
        raw("<circle r=\"5\" class=\"")
        raw(name)
        raw("\"")
        attribute("cx", coordinate: x)
        attribute("cy", coordinate: y)
        raw("/>")
    }

    fileprivate mutating func groupBar(
        _ group: GroupBar, top: Double, left: Double, place: (Double) -> Double
    ) {
        let middle = top + 7
        label(group.label, group.isChild ? 14 : 0, top + 11, class: group.isChild ? "" : "strong")
        if let value = group.value {
            rect("g-bar", left, top, place(value) - left, 14)
            if let low = group.low, let high = group.high {
                line("whisker", place(low), middle, place(high), middle)
                line("whisker", place(low), middle - 4, place(low), middle + 4)
                line("whisker", place(high), middle - 4, place(high), middle + 4)
            }
        } else {
            rect("g-none", left, top, 120, 14)
        }
        label(group.valueText, 604, top + 11, class: "end strong")
        label(group.detail, 716, top + 11, class: "end")
    }
}
