// Measurements as JSON: ordered, never NaN, an undefined number beside its reason.
import Foundation
public import Statistics

/// A value of a report.
public indirect enum ReportValue: Hashable, Sendable {
    /// Undefined or unknown.
    case null
    /// A truth.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A number. One that is not finite is written as null.
    case number(Double)
    /// A text.
    case string(String)
    /// Values in order.
    case array([ReportValue])
    /// Members in order.
    case object(ReportObject)

    /// A number, or null.
    public init(_ value: Double?) { self = value.map { .number($0) } ?? .null }

    /// Both ends of an interval, or null.
    public init(_ interval: Interval?) {
        self = interval.map { .array([.number($0.low), .number($0.high)]) } ?? .null
    }

    /// The number of a numeric value.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value.isFinite ? value : nil
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// The members of an object.
    public var object: ReportObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The member of an object.
    public subscript(_ key: String) -> ReportValue? { object?[key] }

    /// The JSON text (RFC 8259), one line or indented.
    public func json(isPretty: Bool = false) -> String {
        var out: [UInt8] = []
        write(to: &out, isPretty ? 0 : nil)
        return String(decoding: out, as: UTF8.self)
    }

    private func write(to out: inout [UInt8], _ depth: Int?) {
        func newline(_ depth: Int?) {
            guard let depth else { return }
            out.append(10)
            for _ in 0..<depth { out += [32, 32] }
        }
        switch self {
        case .null: out += Array("null".utf8)
        case .bool(let value): out += Array((value ? "true" : "false").utf8)
        case .integer(let value): out += Array(String(value).utf8)
        case .number(let value): out += Array((value.isFinite ? "\(value)" : "null").utf8)
        case .string(let text): Self.write(text, to: &out)
        case .array(let values):
            let isFlat = values.allSatisfy { if case .object = $0 { false } else { true } }
            out.append(UInt8(ascii: "["))
            for (i, value) in values.enumerated() {
                if i > 0 { out += isFlat && depth != nil ? [44, 32] : [44] }
                if !isFlat { newline(depth.map { $0 + 1 }) }
                value.write(to: &out, depth.map { $0 + 1 })
            }
            if !isFlat { newline(depth) }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            for (i, member) in object.members.enumerated() {
                if i > 0 { out.append(44) }
                newline(depth.map { $0 + 1 })
                Self.write(member.key, to: &out)
                out += depth == nil ? [58] : [58, 32]
                member.value.write(to: &out, depth.map { $0 + 1 })
            }
            if !object.members.isEmpty { newline(depth) }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out += Array("\\\"".utf8)
            case UInt8(ascii: "\\"): out += Array("\\\\".utf8)
            case 10: out += Array("\\n".utf8)
            case 0..<32:
                let hex = String(byte, radix: 16)
                out += Array(("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

/// Members of a report in the order in which they were set.
public struct ReportObject: Hashable, Sendable {
    /// One member.
    public struct Member: Hashable, Sendable {
        /// Its name.
        public let key: String
        /// Its value.
        public var value: ReportValue
    }

    /// All members.
    public private(set) var members: [Member] = []
    private var index: [String: Int] = [:]

    /// Without members.
    public init() {}

    /// From members in order.
    public init(_ pairs: [(String, ReportValue)]) {
        for (key, value) in pairs { self[key] = value }
    }

    /// The names in order.
    public var keys: [String] { members.map(\.key) }

    /// The value of a name; setting nil does nothing.
    public subscript(_ key: String) -> ReportValue? {
        get { index[key].map { members[$0].value } }
        set {
            guard let newValue else { return }
            if let place = index[key] {
                members[place].value = newValue
            } else {
                index[key] = members.count
                members.append(Member(key: key, value: newValue))
            }
        }
    }

    /// Sets a number, or null with the reason why there is none.
    public mutating func set(_ key: String, _ value: Double?, reason: @autoclosure () -> String) {
        self[key] = ReportValue(value)
        if value.map({ !$0.isFinite }) ?? true { self[key + "_reason"] = .string(reason()) }
    }

    /// Sets a p-value, with `log10_p` when the value itself is below 1e-300.
    public mutating func set(_ key: String, _ p: Probability) {
        self[key] = .number(p.value)
        if p.value < 1e-300, p.log10.isFinite { self["log10_p"] = .number(p.log10) }
    }
}
