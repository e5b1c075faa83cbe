// Lines of text that are no JSON, brought into it: the records of Linux auditd, and syslog.
//
// Sources: Linux audit documentation, “Audit event fields” and “Audit record types”; RFC 5424 (the syslog protocol);
// RFC 3164 (the BSD syslog protocol), and the forms without a priority in which syslog daemons write files.

/// Reads lines of text.
struct TextLine {
    /// Milliseconds since 1970: RFC 3164 writes no year, and the year is the latest that is not in the future.
    let now: Int64?

    /// The line as a JSON object; `nil` if it is in none of the forms.
    func json(_ line: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let first = line.first, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else { return nil }
        var scanner = TextScanner(line)
        if let object = Self.audit(&scanner) { return object.json }
        scanner.at = 0
        return syslog(&scanner)?.json
    }

    // MARK: auditd

    /// `type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e …`, with or without `node=NAME` before it.
    private static func audit(_ scanner: inout TextScanner) -> TextObject? {
        var object = TextObject(format: "auditd")
        if scanner.accept("node=") { object.add("node", scanner.word()) }
        _ = scanner.accept(" ")
        guard scanner.accept("type="), let type = scanner.word(), scanner.accept(" msg=audit(") else { return nil }
        object.add("type", type)
        guard let time = scanner.until(UInt8(ascii: ":")), time.allSatisfy({ $0 &- 0x30 < 10 || $0 == 0x2E }) else {
            return nil
        }
        object.add("time", time)
        guard let serial = scanner.until(UInt8(ascii: ")")), serial.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        object.add("serial", serial)
        guard scanner.accept(":") else { return nil }
        pairs(&scanner, &object)
        return object
    }

    /// Fields whose values come from outside: without quotes they are hexadecimal.
    private static let untrusted: Set<String> = [
        "acct", "cmd", "comm", "cwd", "data", "dir", "exe", "file", "grp", "key", "name", "new", "old", "ocomm", "path",
        "proctitle", "sw", "tty", "vm", "watch",
    ]

    /// `key=value`, with quotes of either kind or none. What stands in single quotes behind `msg` are pairs again.
    private static func pairs(_ scanner: inout TextScanner, _ object: inout TextObject) {
        while !scanner.isAtEnd {
            // 0x1D divides what the daemon has looked up (`UID="root"`) from what the kernel wrote.
            scanner.skip { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
            guard let name = scanner.until(UInt8(ascii: "="), within: { $0 > 0x20 && $0 != 0x27 && $0 != 0x22 }) else {
                scanner.skip { $0 > 0x20 }
                continue
            }
            let key = String(decoding: name, as: UTF8.self)
            if scanner.accept("'") {
                let inner = scanner.until(UInt8(ascii: "'")) ?? scanner.rest()
                var nested = TextScanner(inner)
                pairs(&nested, &object)
            } else if scanner.accept("\"") {
                object.add(key, scanner.until(UInt8(ascii: "\"")) ?? scanner.rest())
            } else {
                let value = scanner.word(endingBefore: 0x1D) ?? UnsafeBufferPointer(rebasing: name[0..<0])
                object.add(key, decoded(key, value, object.type))
            }
        }
    }

    private static func decoded(_ key: String, _ value: UnsafeBufferPointer<UInt8>, _ type: String) -> [UInt8] {
        // The arguments of EXECVE are a0, a1, …; those of SYSCALL are numbers.
        let isArgument =
            type == "EXECVE" && key.first == "a" && key.dropFirst().allSatisfy { $0.isNumber || "[]".contains($0) }
        guard untrusted.contains(key) || isArgument, value.count >= 2, value.count % 2 == 0 else { return Array(value) }
        var bytes: [UInt8] = []
        var at = 0
        while at < value.count {
            guard let high = JSONText.hexadecimal(value[at]), let low = JSONText.hexadecimal(value[at + 1]) else {
                return Array(value)
            }
            let byte = UInt8(high << 4 | low)
            // Arguments of a command are divided by zeros.
            bytes.append(byte == 0 ? 0x20 : byte)
            at += 2
        }
        return bytes
    }

    // MARK: syslog

    /// Names of facilities and severities by their numbers (RFC 5424, tables 1 and 2).
    private static let facilities = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
        "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ]
    private static let severities = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private func syslog(_ scanner: inout TextScanner) -> TextObject? {
        var object = TextObject(format: "syslog")
        if scanner.accept("<") {
            guard let text = scanner.until(UInt8(ascii: ">")), text.count <= 3,
                let priority = Int(String(decoding: text, as: UTF8.self)), (0...191).contains(priority)
            else { return nil }
            object.add("facility", Array(Self.facilities[priority / 8].utf8))
            object.add("severity", Array(Self.severities[priority % 8].utf8))
            if scanner.accept("1 ") { return Self.structured(&scanner, object) }
        }
        return bsd(&scanner, object)
    }

    /// RFC 5424: time, host, application, process, message id, structured data, message; `-` is absent.
    private static func structured(_ scanner: inout TextScanner, _ start: TextObject) -> TextObject? {
        var object = start
        for key in ["timestamp", "host", "appname", "procid", "msgid"] {
            guard let word = scanner.word(), scanner.accept(" ") else { return nil }
            if !word.elementsEqual([UInt8(ascii: "-")]) { object.add(key, word) }
        }
        if !scanner.accept("-") {
            guard scanner.next == UInt8(ascii: "[") else { return nil }
            while scanner.accept("[") {
                guard let id = scanner.until(within: { $0 != 0x20 && $0 != UInt8(ascii: "]") }) else { return nil }
                let prefix = "structured." + String(decoding: id, as: UTF8.self) + "."
                while scanner.accept(" ") {
                    guard let name = scanner.until(UInt8(ascii: "=")), scanner.accept("\""),
                        let value = scanner.quoted()
                    else { return nil }
                    object.add(prefix + String(decoding: name, as: UTF8.self), value)
                }
                guard scanner.accept("]") else { return nil }
            }
        }
        guard scanner.accept(" ") || scanner.isAtEnd else { return nil }
        // A byte order mark says that the message is UTF-8.
        for byte in [0xEF, 0xBB, 0xBF] as [UInt8] where scanner.next == byte { scanner.at += 1 }
        object.add("message", scanner.rest())
        return object
    }

    /// RFC 3164: `Oct 11 22:14:15 host tag[pid]: message`, or with a time of RFC 3339 in the same place.
    private func bsd(_ scanner: inout TextScanner, _ start: TextObject) -> TextObject? {
        var object = start
        let begin = scanner.at
        if let time = monthTime(&scanner) {
            if let written = time.milliseconds { object.add("timestamp", Array(TimeText.format(written).utf8)) }
        } else {
            scanner.at = begin
            guard let word = scanner.word(), word.count >= 19, TimeText.parse(word) != nil else { return nil }
            object.add("timestamp", word)
        }
        guard scanner.accept(" "), let host = scanner.word(), scanner.accept(" ") else { return nil }
        object.add("host", host)
        let content = scanner.at
        if let tag = scanner.until(within: { $0 > 0x20 && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "[") }),
            !tag.isEmpty
        {
            var process: UnsafeBufferPointer<UInt8>?
            if scanner.accept("[") { process = scanner.until(UInt8(ascii: "]")) }
            if scanner.accept(":") {
                object.add("appname", tag)
                if let process { object.add("procid", process) }
                _ = scanner.accept(" ")
                object.add("message", scanner.rest())
                return object
            }
        }
        scanner.at = content
        object.add("message", scanner.rest())
        return object
    }

    /// A time that was written without a year; `nil` where there is no day to tell the year by.
    private struct WrittenTime { let milliseconds: Int64? }

    /// `Oct  1 22:14:15`, without a year and zone: UTC, in the latest year that is not more than a day in the future.
    private func monthTime(_ scanner: inout TextScanner) -> WrittenTime? {
        guard let month = Self.months.firstIndex(where: { scanner.accept($0) }), scanner.accept(" ") else { return nil }
        _ = scanner.accept(" ")
        guard let day = scanner.number(2), (1...31).contains(day), scanner.accept(" "), let hour = scanner.number(2),
            hour < 24, scanner.accept(":"), let minute = scanner.number(2), minute < 60, scanner.accept(":"),
            let second = scanner.number(2), second <= 60
        else { return nil }
        guard let now else { return WrittenTime(milliseconds: nil) }
        let year = CalendarTime(now).year
        func moment(_ year: Int64) -> Int64? {
            guard day <= CalendarTime.days(year, Int64(month + 1)) else { return nil }
            return CalendarTime.daysSince1970(year, Int64(month + 1), day) * 86_400_000
                + ((hour * 60 + minute) * 60 + second) * 1_000
        }
        // Next year: a log of the first of January that is read with a clock behind it.
        for candidate in [year + 1, year, year - 1, year - 2, year - 3, year - 4] {
            if let time = moment(candidate), time <= now + 86_400_000 { return WrittenTime(milliseconds: time) }
        }
        return WrittenTime(milliseconds: nil)
    }
}

/// Walks over the bytes of a line.
private struct TextScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { at >= bytes.count }
    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func accept(_ text: String) -> Bool {
        let wanted = text.utf8
        guard at + wanted.count <= bytes.count, bytes[at..<(at + wanted.count)].elementsEqual(wanted) else {
            return false
        }
        at += wanted.count
        return true
    }

    mutating func skip(_ isSkipped: (UInt8) -> Bool) { while at < bytes.count, isSkipped(bytes[at]) { at += 1 } }

    /// Everything up to a byte, which is taken as well; `nil`, and nothing taken, if another comes first or none does.
    mutating func until(_ end: UInt8, within: (UInt8) -> Bool = { _ in true }) -> UnsafeBufferPointer<UInt8>? {
        var stop = at
        while stop < bytes.count, bytes[stop] != end {
            guard within(bytes[stop]) else { return nil }
            stop += 1
        }
        guard stop < bytes.count else { return nil }
        defer { at = stop + 1 }
        return UnsafeBufferPointer(rebasing: bytes[at..<stop])
    }

    /// The bytes that pass a test, and not the one that ends them; `nil` if nothing ends them.
    mutating func until(within: (UInt8) -> Bool) -> UnsafeBufferPointer<UInt8>? {
        var stop = at
        while stop < bytes.count, within(bytes[stop]) { stop += 1 }
        guard stop < bytes.count else { return nil }
        defer { at = stop }
        return UnsafeBufferPointer(rebasing: bytes[at..<stop])
    }

    /// Up to a space or the end; `nil` if that is nothing.
    mutating func word(endingBefore other: UInt8 = 0x20) -> UnsafeBufferPointer<UInt8>? {
        let start = at
        while at < bytes.count, bytes[at] > 0x20, bytes[at] != other { at += 1 }
        return at > start ? UnsafeBufferPointer(rebasing: bytes[start..<at]) : nil
    }

    /// The text in quotes, whose first has been taken; `\"`, `\\` and `\]` stand for what follows the backslash.
    mutating func quoted() -> [UInt8]? {
        var text: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == 0x22 { return text }
            if byte == 0x5C, at < bytes.count, [0x22, 0x5C, UInt8(ascii: "]")].contains(bytes[at]) {
                text.append(bytes[at])
                at += 1
            } else {
                text.append(byte)
            }
        }
        return nil
    }

    /// A number of at most so many digits.
    mutating func number(_ digits: Int) -> Int64? {
        let start = at
        var value: Int64 = 0
        while at < bytes.count, at - start < digits, bytes[at] &- 0x30 < 10 {
            value = value * 10 + Int64(bytes[at] - 0x30)
            at += 1
        }
        return at > start ? value : nil
    }

    mutating func rest() -> UnsafeBufferPointer<UInt8> {
        defer { at = bytes.count }
        return UnsafeBufferPointer(rebasing: bytes[min(at, bytes.count)...])
    }
}

/// A flat JSON object that is written field by field.
private struct TextObject {
    private var output: [UInt8] = [UInt8(ascii: "{")]
    /// The record type of auditd.
    private(set) var type = ""

    init(format: String) { add("format", Array(format.utf8)) }

    mutating func add(_ key: String, _ value: UnsafeBufferPointer<UInt8>?) {
        add(key, Array(value ?? .init(start: nil, count: 0)))
    }

    mutating func add(_ key: String, _ value: [UInt8]) {
        if output.count > 1 { output.append(UInt8(ascii: ",")) }
        let text = String(decoding: value, as: UTF8.self)
        if key == "type" { type = text }
        JSONText.append(key, to: &output)
        output.append(UInt8(ascii: ":"))
        JSONText.append(text, to: &output)
    }

    var json: [UInt8] { output + [UInt8(ascii: "}")] }
}
