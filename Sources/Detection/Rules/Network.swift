// Addresses and networks of IP versions 4 and 6 (Sigma modifier `cidr`). Source of the text forms: RFC 4291, RFC 4632.

/// A network in CIDR notation; a single address is a network of one.
public struct Network: Sendable, Hashable {
    let high: UInt64
    let low: UInt64
    let prefix: Int
    let isVersion4: Bool

    /// Reads `10.0.0.0/8` or `2001:db8::/32`; `nil` if it is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = Address(parts[0].utf8) else { return nil }
        let bits = address.isVersion4 ? 32 : 128
        var prefix = bits
        if parts.count == 2 {
            guard let number = Int(parts[1]), (0...bits).contains(number), parts[1].first != "+" else { return nil }
            prefix = number
        }
        isVersion4 = address.isVersion4
        self.prefix = prefix
        (high, low) = Self.masked(address, prefix)
    }

    /// The network of an address.
    init(_ address: Address, prefix: Int) {
        isVersion4 = address.isVersion4
        self.prefix = prefix
        (high, low) = Self.masked(address, prefix)
    }

    /// The first address.
    var first: Address { Address(high: high, low: low, isVersion4: isVersion4) }

    /// `203.0.113.0/24`, or eight groups for version 6.
    var text: String {
        if isVersion4 {
            return [24, 16, 8, 0].map { String(low >> UInt64($0) & 255) }.joined(separator: ".") + "/\(prefix)"
        }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> UInt64($0) & 0xFFFF } }
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + "/\(prefix)"
    }

    func contains(_ address: Address) -> Bool {
        address.isVersion4 == isVersion4 && Self.masked(address, prefix) == (high, low)
    }

    private static func masked(_ address: Address, _ prefix: Int) -> (UInt64, UInt64) {
        // Version 4 stands in the lowest 32 bits.
        let bits = address.isVersion4 ? prefix + 96 : prefix
        let high = bits >= 64 ? UInt64.max : bits == 0 ? 0 : UInt64.max << UInt64(64 - bits)
        let low = bits <= 64 ? 0 : bits == 128 ? UInt64.max : UInt64.max << UInt64(128 - bits)
        return (address.high & high, address.low & low)
    }

    /// One address.
    struct Address: Hashable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var isVersion4 = false

        init(high: UInt64, low: UInt64, isVersion4: Bool) {
            self.high = high
            self.low = low
            self.isVersion4 = isVersion4
        }

        init?(_ text: some Collection<UInt8>) {
            guard text.count <= 45 else { return nil }
            let bytes = Array(text)
            if bytes.contains(UInt8(ascii: ":")) {
                guard let parsed = Self.version6(bytes) else { return nil }
                (high, low) = parsed
            } else {
                guard let parsed = Self.version4(bytes[...]) else { return nil }
                low = UInt64(parsed)
                isVersion4 = true
            }
        }

        private static func version4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
            let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.count == 4 else { return nil }
            var address: UInt32 = 0
            for part in parts {
                guard (1...3).contains(part.count) else { return nil }
                var number: UInt32 = 0
                for byte in part {
                    guard byte &- UInt8(ascii: "0") < 10 else { return nil }
                    number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
                }
                guard number < 256 else { return nil }
                address = address << 8 | number
            }
            return address
        }

        private static func version6(_ bytes: [UInt8]) -> (UInt64, UInt64)? {
            // A zone (`%eth0`) says by which interface, not which address.
            var text = bytes.prefix { $0 != UInt8(ascii: "%") }[...]
            var tail: [UInt16] = []
            if text.contains(UInt8(ascii: ".")) {
                guard let colon = text.lastIndex(of: UInt8(ascii: ":")), let v4 = version4(text[(colon + 1)...]) else {
                    return nil
                }
                tail = [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)]
                // `::1.2.3.4` keeps both colons, `a:1.2.3.4` loses the one before the address.
                let keepsColon = colon > text.startIndex && text[colon - 1] == UInt8(ascii: ":")
                text = text[..<(keepsColon ? colon + 1 : colon)]
            }
            var groups: [UInt16] = []
            var gap: Int?
            var index = text.startIndex
            var digits = 0
            var value: UInt16 = 0
            while index < text.endIndex {
                let byte = text[index]
                if byte == UInt8(ascii: ":") {
                    if digits > 0 {
                        groups.append(value)
                    } else if index != text.startIndex {
                        return nil
                    }
                    if index + 1 < text.endIndex, text[index + 1] == UInt8(ascii: ":") {
                        guard gap == nil else { return nil }
                        gap = groups.count
                        index += 1
                    } else if digits == 0 || index + 1 == text.endIndex {
                        return nil
                    }
                    digits = 0
                    value = 0
                } else {
                    let lower = byte | 0x20
                    let digit: UInt8
                    if byte &- UInt8(ascii: "0") < 10 {
                        digit = byte - UInt8(ascii: "0")
                    } else if lower &- UInt8(ascii: "a") < 6 {
                        digit = lower - UInt8(ascii: "a") + 10
                    } else {
                        return nil
                    }
                    digits += 1
                    guard digits <= 4 else { return nil }
                    value = value << 4 | UInt16(digit)
                }
                index += 1
            }
            if digits > 0 { groups.append(value) }
            groups += tail
            if let gap {
                guard groups.count < 8 else { return nil }
                groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap)
            }
            guard groups.count == 8 else { return nil }
            let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
            let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
            return (high, low)
        }
    }
}
