// The Prometheus text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).

/// Writes metrics as text.
struct ExpositionText {
    /// The media type of the text.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
    private(set) var text = ""

    /// Appends one metric with its series and readings; nothing if none has a value.
    mutating func append(_ metric: Metric, _ series: [[String]: MetricRegistry.Series], _ readings: [MetricReading]) {
        var lines = ""
        for (labels, found) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let pairs = Array(zip(metric.labels, labels))
            switch found {
            case .counter(let counter): Self.line(metric.name, pairs, "\(counter.value)", to: &lines)
            case .floatingCounter(let counter): Self.line(metric.name, pairs, Self.number(counter.value), to: &lines)
            case .gauge(let gauge):
                if let value = gauge.value { Self.line(metric.name, pairs, Self.number(value), to: &lines) }
            case .histogram(let histogram): Self.append(histogram, metric, pairs, to: &lines)
            }
        }
        for reading in readings {
            Self.line(metric.name, Array(zip(metric.labels, reading.labels)), Self.number(reading.value), to: &lines)
        }
        guard !lines.isEmpty else { return }
        text += "# HELP \(metric.name) \(Self.escaped(metric.help, quotes: false))\n"
        text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
        text += lines
    }

    private static func append(
        _ histogram: HistogramSeries, _ metric: Metric, _ pairs: [(String, String)], to lines: inout String
    ) {
        let state = histogram.snapshot
        func shown(_ value: Int64) -> String {
            metric.unit == .seconds ? number(Double(value) / 1_000_000_000) : "\(value)"
        }
        var below: Int64 = 0
        for (bound, count) in zip(histogram.bounds, state.counts) {
            below += count
            line("\(metric.name)_bucket", pairs + [("le", shown(bound))], "\(below)", to: &lines)
        }
        below += state.counts.last ?? 0
        line("\(metric.name)_bucket", pairs + [("le", "+Inf")], "\(below)", to: &lines)
        line("\(metric.name)_sum", pairs, shown(state.sum), to: &lines)
        line("\(metric.name)_count", pairs, "\(below)", to: &lines)
    }

    private static func line(_ name: String, _ pairs: [(String, String)], _ value: String, to lines: inout String) {
        lines += name
        if !pairs.isEmpty {
            lines += "{"
            lines += pairs.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
            lines += "}"
        }
        lines += " \(value)\n"
    }

    /// As Go's `ParseFloat` reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }

    /// In help texts backslash and line feed are escaped, in values of labels the quotation mark, too.
    static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension MetricRegistry {
    /// The media type of ``text()``.
    package static let mediaType = ExpositionText.mediaType
}
