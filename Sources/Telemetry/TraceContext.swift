// W3C Trace Context, level 1 (www.w3.org/TR/trace-context-1): which chain of requests a request belongs to.
import ServiceContextModule

/// Where a request stands in a trace.
package struct TraceContext: Sendable, Hashable {
    /// 32 digits of lower-case hexadecimal, not all zero.
    package let traceID: String
    /// 16 digits: this server's own step, which is the parent of what it asks others.
    package let spanID: String
    /// 16 digits: the step of whoever asked this server; `nil` if the trace begins here.
    package let parentID: String?
    /// Whoever began the trace records it.
    package let isSampled: Bool
    /// What systems on the way keep for themselves; handed on unread. Empty if there is none.
    package let state: String

    /// Continues what the headers of a request say, or begins a new trace.
    /// - Parameters:
    ///   - traceparent: The header's values: anything but exactly one valid one begins a new trace.
    ///   - tracestate: The header's values, which belong together (3.3.1.1 of the recommendation).
    ///   - newTraceID: 16 bytes, taken if a trace begins.
    ///   - newSpanID: 8 bytes.
    package init(
        traceparent: [String], tracestate: [String], newTraceID: @autoclosure () -> [UInt8], newSpanID: [UInt8]
    ) {
        spanID = Self.hexadecimal(newSpanID)
        if traceparent.count == 1, let parent = Parent(traceparent[0]) {
            traceID = parent.traceID
            parentID = parent.spanID
            isSampled = parent.isSampled
            state = Self.valid(state: tracestate) ?? ""
        } else {
            traceID = Self.hexadecimal(newTraceID())
            parentID = nil
            isSampled = false
            state = ""
        }
    }

    /// The `traceparent` of requests that this server sends.
    package var traceparent: String { "00-\(traceID)-\(spanID)-0\(isSampled ? 1 : 0)" }

    /// The headers of requests that this server sends while it answers one.
    package var headers: [(name: String, value: String)] {
        state.isEmpty
            ? [("traceparent", traceparent)] : [("traceparent", traceparent), ("tracestate", state)]
    }

    /// That of the request that is being answered; `nil` outside of one.
    package static var current: TraceContext? { ServiceContext.current?.trace }

    /// What a valid `traceparent` says.
    private struct Parent {
        let traceID: String
        let spanID: String
        let isSampled: Bool

        init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D else { return nil }
            let version = bytes[0..<2]
            let (trace, span, flags) = (bytes[3..<35], bytes[36..<52], bytes[53..<55])
            guard [version, trace, span, flags].allSatisfy({ $0.allSatisfy(TraceContext.isHexadecimal) }) else {
                return nil
            }
            // Version 255 is forbidden; version 0 ends here, later ones may go on after another dash (4.3).
            guard !version.elementsEqual("ff".utf8) else { return nil }
            let isFirstVersion = version.elementsEqual("00".utf8)
            guard bytes.count == 55 || (!isFirstVersion && bytes[55] == 0x2D) else { return nil }
            guard trace.contains(where: { $0 != 0x30 }), span.contains(where: { $0 != 0x30 }) else { return nil }
            traceID = String(decoding: trace, as: UTF8.self)
            spanID = String(decoding: span, as: UTF8.self)
            // Of the flags only the last bit is known; all others are sent on as zero.
            isSampled = [0x31, 0x33, 0x35, 0x37, 0x39, 0x62, 0x64, 0x66].contains(bytes[54])
        }
    }

    // MARK: tracestate

    /// Members of a list, and bytes of it, that are handed on.
    package static let stateMembersMax = 32
    package static let stateBytesMax = 4_096

    /// The list in one line; `nil` if any part of it is malformed, for then all of it goes (3.3).
    private static func valid(state values: [String]) -> String? {
        var members: [Substring] = []
        var keys: Set<Substring> = []
        for value in values {
            for part in value.split(separator: ",", omittingEmptySubsequences: false) {
                let member = trimmed(part)
                if member.isEmpty { continue }
                guard let split = member.firstIndex(of: "=") else { return nil }
                let key = member[..<split]
                guard isKey(key), isValue(member[member.index(after: split)...]), keys.insert(key).inserted else {
                    return nil
                }
                members.append(member)
            }
        }
        guard members.count <= stateMembersMax else { return nil }
        let line = members.joined(separator: ",")
        return line.utf8.count <= stateBytesMax ? line : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return text
    }

    /// A simple key, or `tenant@system` (3.3.1.3.1).
    private static func isKey(_ key: Substring) -> Bool {
        let parts = key.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        func isPart(_ part: Substring.UTF8View, upTo length: Int, digitFirst: Bool) -> Bool {
            guard let first = part.first, part.count <= length else { return false }
            guard isLower(first) || (digitFirst && isDigit(first)) else { return false }
            return part.allSatisfy { isLower($0) || isDigit($0) || [0x5F, 0x2D, 0x2A, 0x2F].contains($0) }
        }
        switch parts.count {
        case 1: return isPart(parts[0], upTo: 256, digitFirst: false)
        case 2: return isPart(parts[0], upTo: 241, digitFirst: true) && isPart(parts[1], upTo: 14, digitFirst: false)
        default: return false
        }
    }

    /// Printable ASCII without comma and equals sign, not ending in a space (3.3.1.3.2).
    private static func isValue(_ value: Substring) -> Bool {
        (1...256).contains(value.utf8.count) && value.utf8.last != 0x20
            && value.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x2C && $0 != 0x3D }
    }

    // MARK: Characters

    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
            for (place, byte) in bytes.enumerated() {
                buffer[place * 2] = digit(byte >> 4)
                buffer[place * 2 + 1] = digit(byte & 15)
            }
            return bytes.count * 2
        }
    }
}
