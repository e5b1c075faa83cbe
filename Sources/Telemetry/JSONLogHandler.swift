// The log as one JSON object a line, for programs.
package import Logging

/// Writes lines of JSON: `time`, `level`, `message`, `logger`, the request's ids, and all else under `metadata`.
package struct JSONLogHandler: LogHandler {
    /// Bytes of a single value; what is longer is cut, so that no line grows without bound.
    package static let valueBytesMax = 16_384
    /// Levels of metadata within metadata; what is deeper is shown as text.
    package static let depthMax = 8

    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let time: @Sendable () -> String
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - time: The present time in RFC 3339, UTC, with milliseconds.
    ///   - write: Takes one line, with its line feed; called from any thread.
    package init(
        label: String, metadataProvider: Logger.MetadataProvider?, time: @escaping @Sendable () -> String,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.label = label
        self.metadataProvider = metadataProvider
        self.time = time
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error {
            all["error"] = "\(error)"
            all["errorType"] = "\(String(reflecting: type(of: error)))"
        }
        var line = LogLine()
        line.add("time", time())
        line.add("level", event.level.rawValue)
        line.add("message", event.message.description)
        line.add("logger", label)
        for key in LogKey.all {
            if let value = all.removeValue(forKey: key) { line.add(key, value) }
        }
        if !all.isEmpty { line.add("metadata", .dictionary(all)) }
        write(line.finished())
    }
}

/// One line under construction.
private struct LogLine {
    private var bytes: [UInt8] = Array("{".utf8)
    private var isFirst = true

    mutating func add(_ key: String, _ value: String) { add(key, .string(value)) }

    mutating func add(_ key: String, _ value: Logger.MetadataValue) {
        if !isFirst { bytes.append(0x2C) }
        isFirst = false
        append(text: key)
        bytes.append(0x3A)
        append(value, depth: 0)
    }

    consuming func finished() -> [UInt8] {
        bytes += [0x7D, 0x0A]
        return bytes
    }

    private mutating func append(_ value: Logger.MetadataValue, depth: Int) {
        switch value {
        case .string(let text): append(text: text)
        case .stringConvertible(let value): append(text: value.description)
        case .array(let values) where depth < JSONLogHandler.depthMax:
            bytes.append(0x5B)
            for (place, value) in values.enumerated() {
                if place > 0 { bytes.append(0x2C) }
                append(value, depth: depth + 1)
            }
            bytes.append(0x5D)
        case .dictionary(let values) where depth < JSONLogHandler.depthMax:
            bytes.append(0x7B)
            for (place, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if place > 0 { bytes.append(0x2C) }
                append(text: key)
                bytes.append(0x3A)
                append(value, depth: depth + 1)
            }
            bytes.append(0x7D)
        case .array, .dictionary: append(text: "\(value)")
        }
    }

    /// A string of JSON. A Swift string holds no invalid UTF-8: what was invalid is U+FFFD in it. Line separators
    /// that some readers take for ends of lines, and a byte order mark that some leave out, are escaped, too.
    private mutating func append(text: String) {
        var text = text
        text.makeContiguousUTF8()
        bytes.append(0x22)
        var length = 0
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            guard length <= JSONLogHandler.valueBytesMax else {
                bytes += Array("…".utf8)
                break
            }
            switch scalar.value {
            case 0x22: bytes += [0x5C, 0x22]
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF: appendEscaped(scalar.value)
            case 0..<0x80: bytes.append(UInt8(scalar.value))
            default: bytes += Array(String(scalar).utf8)
            }
        }
        bytes.append(0x22)
    }

    private mutating func appendEscaped(_ value: UInt32) {
        bytes += [0x5C, 0x75]
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8((value >> shift) & 15)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
