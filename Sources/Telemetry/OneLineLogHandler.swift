// The log as text keeps to one line an event: whoever chooses a path or a title writes no line of their own into it.
package import Logging

/// Escapes what would end a line or move the cursor, and lets another handler write.
package struct OneLineLogHandler<Base: LogHandler>: LogHandler {
    private var base: Base

    package init(_ base: Base) { self.base = base }

    package var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }
    package var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue.mapValues(Self.escaped) }
    }
    package var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set {
            base.metadataProvider = newValue.map { provider in
                Logger.MetadataProvider { provider.get().mapValues(Self.escaped) }
            }
        }
    }
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue.map(Self.escaped) }
    }

    package func log(event: LogEvent) {
        var event = event
        event.message = "\(Self.escaped(event.message.description))"
        event.metadata = event.metadata?.mapValues(Self.escaped)
        if let error = event.error {
            // It is written as text; its description may have been chosen by anybody, too.
            event.error = nil
            event.metadata = (event.metadata ?? [:]).merging(["error": .string(Self.escaped("\(error)"))]) { $1 }
        }
        base.log(event: event)
    }

    private static func escaped(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
        switch value {
        case .string(let text): .string(escaped(text))
        case .stringConvertible(let value): .string(escaped(value.description))
        case .array(let values): .array(values.map(escaped))
        case .dictionary(let values): .dictionary(values.mapValues(escaped))
        }
    }

    /// Control characters and separators of lines, as Swift writes them in a literal.
    private static func escaped(_ text: String) -> String {
        func isOrdinary(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: false
            default: true
            }
        }
        guard !text.unicodeScalars.allSatisfy(isOrdinary) else { return text }
        return text.unicodeScalars.reduce(into: "") { made, scalar in
            made += isOrdinary(scalar) ? String(scalar) : scalar.escaped(asASCII: true)
        }
    }
}
