// Correlations of many columns in one pass against those of each pair alone, bit by bit.
import Foundation
import Testing

@testable import Monitoring

/// Columns of whole numbers, decimals and constants, every third with nulls of its own.
private func columns(_ count: Int, rows: Int) -> [Column] {
    var state: UInt64 = 5
    func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }
    let shared = (0..<rows).map { _ in next() }
    return (0..<count).map { place in
        let numbers = shared.map { common -> Double in
            let value = (common * Double(place % 4) + next()) * 10
            switch place % 5 {
            case 0: return place == 5 ? 4 : value.rounded()
            case 1: return (value * 100).rounded() / 100
            default: return value
            }
        }
        guard place % 3 == 1 else { return Column(name: "c\(place)", numbers: numbers) }
        return Column(name: "c\(place)", numbers: numbers.map { next() < 0.1 ? .nan : $0 })
    }
}

@Suite struct CorrelationTests {
    @Test func onePassGivesWhatEachPairGives() throws {
        let columns = columns(41, rows: 2_500)
        let table = Table(
            path: "t", sha256: "", rows: 2_500, header: columns.map(\.name), columns: columns)
        let report = Quality.report(table)
        for (j, x) in columns.enumerated() {
            for y in columns[...j] {
                let first = try #require(x.numbers)
                let second = try #require(y.numbers)
                let both = first.indices.filter { !first[$0].isNaN && !second[$0].isNaN }
                let a = both.map { first[$0] }
                let b = both.map { second[$0] }
                for (key, expected) in [
                    ("pearson", Quality.pearson(a, b)),
                    ("spearman", Quality.pearson(Quality.midranks(b).ranks, Quality.midranks(a).ranks)),
                ] {
                    let matrix = report[key]?.object
                    #expect(matrix?[x.name]?.object?[y.name] == ReportValue(expected), "\(key) \(x.name) \(y.name)")
                    #expect(matrix?[y.name]?.object?[x.name] == ReportValue(expected), "\(key) \(y.name) \(x.name)")
                }
            }
        }
        let constant = try #require(columns.first { $0.name == "c5" })
        #expect(report["constant_columns"] == .array([.string(constant.name)]))
    }

    @Test func duplicatesAreCountedOverAllColumns() {
        let rows = 3_000
        let numbers = (0..<rows).map { $0 % 700 == 3 ? .nan : Double($0 % 1_000) }
        let names = (0..<rows).map { $0 % 2 == 0 ? "even" : nil as String? }
        let table = Table(
            path: "t", sha256: "", rows: rows, header: ["n", "s"],
            columns: [Column(name: "n", numbers: numbers), Column(name: "s", categories: names)])
        let distinct = Set((0..<rows).map { "\(numbers[$0]) \(names[$0] ?? "")" })
        #expect(distinct.count < rows)
        #expect(Quality.report(table)["duplicate_rows_extra"] == .integer(rows - distinct.count))
    }
}
