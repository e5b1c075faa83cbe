// A measure over chunks as a line, with the band of what is usual in the reference.
import Foundation

extension HTMLReport {
    /// The charts of a result that has chunks; empty without any.
    static func chunkCharts(_ result: ReportObject) -> String {
        var charts: [String] = []
        // Other measures over chunks are drawn with their intervals elsewhere.
        if let usual = result["reference_chunks"], case .array(let chunks)? = result["chunks"] {
            charts += chart("mae", chunks, "mae", (usual["mae_lower"]?.number, usual["mae_upper"]?.number))
        }
        if let found = result["multivariate"]?["reconstruction"], case .array(let chunks)? = found["chunks"] {
            let band = (found["lower"]?.number, found["upper"]?.number)
            charts += chart("reconstruction error of many columns", chunks, "error", band)
        }
        guard !charts.isEmpty else { return "" }
        return "<h2>Against what is usual</h2><p>Chunks in the order of the data; dashed: what is usual in the "
            + "reference, its mean ± 3 standard deviations over chunks.</p><div class=\"charts\">" + charts.joined()
            + "</div>"
    }

    private static func chart(
        _ title: String, _ chunks: [ReportValue], _ key: String, _ band: (low: Double?, high: Double?)
    ) -> [String] {
        let values = chunks.map { $0[key]?.number }
        let known = values.compactMap { $0 }
        guard known.count > 1 else { return [] }
        let all = known + [band.low, band.high].compactMap { $0 }
        let low = all.min() ?? 0
        let spread = max((all.max() ?? 1) - low, 1e-12)
        func place(_ value: Double) -> Double { ((10 + (1 - (value - low) / spread) * 95) * 10).rounded() / 10 }
        func across(_ index: Int) -> Double {
            (Double(index) / Double(max(1, values.count - 1)) * 2_700).rounded() / 10 + 5
        }
        var out = "<figure><figcaption>\(escaped(title))</figcaption>"
        out += "<svg viewBox=\"0 0 280 125\" role=\"img\" aria-label=\"\(escaped(title)) by chunk\">"
        for edge in [band.low, band.high].compactMap({ $0 }) {
            out += "<line class=\"ideal\" x1=\"0\" x2=\"280\" y1=\"\(place(edge))\" y2=\"\(place(edge))\"/>"
        }
        let points = values.enumerated().compactMap { i, value in value.map { (x: across(i), y: place($0), i: i) } }
        out += "<polyline class=\"mark\" points=\"\(points.map { "\($0.x),\($0.y)" }.joined(separator: " "))\"/>"
        for point in points {
            out += "<circle class=\"cur\" cx=\"\(point.x)\" cy=\"\(point.y)\" r=\"2.5\"><title>chunk \(point.i): "
            out += "\(values[point.i].map(TextReport.short) ?? "–")</title></circle>"
        }
        out += "<text x=\"0\" y=\"122\">\(TextReport.short(low)) to \(TextReport.short(low + spread))</text>"
        return [out + "</svg></figure>"]
    }
}
