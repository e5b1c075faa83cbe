// The values of Reference/reference_values.py, and the generator that the script and the tests share.
import Foundation
import Testing

/// A tree of JSON with short ways in.
struct Reference {
    let value: Any?

    init(_ value: Any?) { self.value = value }

    /// The values of the script.
    static func load() throws -> Reference {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/reference_values.json")
        return Reference(try JSONSerialization.jsonObject(with: Data(contentsOf: url)))
    }

    subscript(_ key: String) -> Reference { Reference((value as? [String: Any])?[key]) }
    subscript(_ index: Int) -> Reference {
        let list = value as? [Any]
        return Reference(list.flatMap { index < $0.count ? $0[index] : nil })
    }
    var list: [Reference] { (value as? [Any] ?? []).map(Reference.init) }
    var number: Double { (value as? NSNumber)?.doubleValue ?? .nan }
    var int: Int { (value as? NSNumber)?.intValue ?? .min }
    var numbers: [Double] { list.map(\.number) }
}

/// The linear congruential generator of the script.
struct Generator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(seed) }
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / 9_007_199_254_740_992
    }
    /// 0 ..< limit.
    mutating func below(_ limit: Int) -> Int { Int(next() * Double(limit)) }
}

/// The script's `sample`.
func sample(seed: Int, n: Int, shift: Double, steps: Double) -> [Double] {
    var generator = Generator(seed)
    return (0..<n).map { _ in
        let value = generator.next() + generator.next() + generator.next() + shift
        return steps > 0 ? (value * steps).rounded(.down) / steps : value
    }
}

/// Relative error, absolute for values around zero. NaN or nil never agrees.
func agrees(_ value: Double?, _ expected: Double, _ tolerance: Double, floor: Double = 1e-12) -> Bool {
    guard let value, value.isFinite, expected.isFinite else { return false }
    return abs(value - expected) <= tolerance * max(abs(expected), floor)
}
