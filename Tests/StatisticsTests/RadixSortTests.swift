// Radix sorts against the sort of the standard library, bit by bit.
import Foundation
import Statistics
import Testing

/// As many values as are sorted by digits, by kind.
private func samples() -> [(name: String, values: [Double])] {
    var generator = Generator(11)
    let uniform = (0..<5_001).map { _ in generator.next() * 2 - 1 }
    func decimals(_ digits: Int, _ scale: Double) -> [Double] {
        let factor = pow(10, Double(digits))
        return uniform.map { ($0 * scale * factor).rounded() / factor }
    }
    var late = decimals(2, 10)
    late[4_999] = 1 / 3
    var infinite = decimals(1, 50)
    infinite[7] = -.infinity
    infinite[4_000] = .infinity
    var zeros = decimals(1, 0.3)
    zeros[3] = -0.0
    return [
        ("no decimals", uniform), ("whole numbers", decimals(0, 40)), ("two digits", decimals(2, 900)),
        ("six digits", decimals(6, 6)), ("eight digits", decimals(8, 10)), ("nine digits", decimals(9, 1)),
        ("far apart", decimals(2, 1e9)), ("large", uniform.map { ($0 * 100).rounded() * 0x1p50 }),
        ("the last ones are none", late), ("infinite", infinite), ("negative zeros", zeros),
        ("all the same", [Double](repeating: 0.25, count: 3_000)), ("few", decimals(2, 1).suffix(1_000)),
    ]
}

@Suite struct RadixSortTests {
    @Test func valuesAreThoseOfTheStandardSort() {
        var scratch: [UInt64] = []
        for (name, values) in samples() {
            var sorted = values
            Sorting.sort(&sorted, scratch: &scratch)
            let expected = values.map { $0 + 0.0 }.sorted()
            #expect(sorted.map(\.bitPattern) == expected.map(\.bitPattern), "\(name)")
        }
    }

    @Test func placesAreThoseOfAStableSort() {
        for (name, values) in samples() {
            let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
            #expect(Sorting.order(values).map(Int.init) == expected, "\(name)")
        }
    }
}
