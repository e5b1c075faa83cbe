// The typed HTML writer. Markup comes only from literals written in source (`StaticString`), everything else is
// escaped; there is no initialiser that turns a `String` into markup. `HTML` is the fast writer for loops over many
// rows, `Markup` the finished piece that components return and nest.

/// Appends HTML to a byte buffer. Literals go in as they are, values are escaped for text and for quoted attributes.
package struct HTML: Sendable {
    /// What has been written so far, as UTF-8.
    package private(set) var bytes: [UInt8] = []

    /// Starts an empty document or fragment, with room for `capacityBytes` before the buffer grows.
    package init(capacityBytes: Int = 512) {
        bytes.reserveCapacity(capacityBytes)
    }

    /// Writes markup as it stands in the source.
    package mutating func raw(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Writes text that people read. Safe between tags and inside a quoted attribute. Directional embeddings,
    /// overrides and isolates are written out as `[U+202E]`, so that no record text can reorder what stands around it
    /// (Unicode Technical Report 36, 2.3).
    package mutating func text(_ text: String) {
        escape(text, showsDirectionControls: true)
    }

    /// Writes a text of the catalogue.
    package mutating func text(_ text: Text) {
        self.text(text.string)
    }

    /// Writes the content of a form control, which must come back unchanged: escaped, but direction controls stay,
    /// as the control itself isolates them.
    package mutating func value(_ value: String) {
        escape(value, showsDirectionControls: false)
    }

    /// Writes record text inside `<bdi>`, for names that stand in the middle of a sentence of ours.
    package mutating func isolated(_ text: String) {
        raw("<bdi>")
        self.text(text)
        raw("</bdi>")
    }

    /// Writes a whole number in decimal, without grouping.
    package mutating func number(_ number: Int) {
        bytes.append(contentsOf: String(number).utf8)
    }

    /// Writes a coordinate of a drawing with at most two decimals; not finite becomes 0.
    package mutating func coordinate(_ value: Double) {
        guard value.isFinite, abs(value) < 1e9 else { return raw("0") }
        let hundredths = Int((value * 100).rounded())
        if hundredths < 0 { raw("-") }
        number(abs(hundredths) / 100)
        let rest = abs(hundredths) % 100
        guard rest != 0 else { return }
        raw(rest < 10 ? ".0" : ".")
        number(rest % 10 == 0 ? rest / 10 : rest)
    }

    /// Writes ` name="value"` with a leading space; nothing when the value is nil.
    package mutating func attribute(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        openAttribute(name)
        text(value)
        raw("\"")
    }

    /// Writes ` name="…"` with a text of the catalogue.
    package mutating func attribute(_ name: StaticString, _ value: Text) {
        attribute(name, value.string)
    }

    /// Writes ` name="value"` for a whole number; nothing when it is nil.
    package mutating func attribute(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        openAttribute(name)
        number(value)
        raw("\"")
    }

    /// Writes ` name="value"` for the coordinate of a drawing.
    package mutating func attribute(_ name: StaticString, coordinate value: Double) {
        openAttribute(name)
        coordinate(value)
        raw("\"")
    }

    /// Writes ` value="…"` of a form control, unchanged but for escaping.
    package mutating func valueAttribute(_ value: String) {
        openAttribute("value")
        self.value(value)
        raw("\"")
    }

    /// Writes a boolean attribute such as ` checked` when `isSet`.
    package mutating func flag(_ name: StaticString, _ isSet: Bool) {
        guard isSet else { return }
        raw(" ")
        raw(name)
    }

    /// Writes a finished piece of markup; nothing when it is nil.
    package mutating func add(_ markup: Markup?) {
        guard let markup else { return }
        bytes.append(contentsOf: markup.bytes)
    }

    private mutating func openAttribute(_ name: StaticString) {
        raw(" ")
        raw(name)
        raw("=\"")
    }

    private mutating func escape(_ text: String, showsDirectionControls: Bool) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
            appendEscaped($0, showsDirectionControls: showsDirectionControls)
        }
        if isDone == nil {
            Array(text.utf8).withUnsafeBufferPointer {
                appendEscaped($0, showsDirectionControls: showsDirectionControls)
            }
        }
    }

    /// Copies runs of harmless bytes at once and replaces the others.
    private mutating func appendEscaped(_ source: UnsafeBufferPointer<UInt8>, showsDirectionControls: Bool) {
        var runStart = 0
        var index = 0
        while index < source.count {
            let byte = source[index]
            if byte >= UInt8(ascii: "@"), byte != 0xE2, byte != 0x7F { index += 1; continue }
            guard let (replacement, length) = replacement(in: source, at: index, showsDirectionControls) else {
                index += 1
                continue
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[runStart..<index]))
            raw(replacement)
            index += length
            runStart = index
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[runStart...]))
    }

    private func replacement(
        in source: UnsafeBufferPointer<UInt8>, at index: Int, _ showsDirectionControls: Bool
    ) -> (StaticString, lengthBytes: Int)? {
        switch source[index] {
        case UInt8(ascii: "&"): ("&amp;", 1)
        case UInt8(ascii: "<"): ("&lt;", 1)
        case UInt8(ascii: ">"): ("&gt;", 1)
        case UInt8(ascii: "\""): ("&quot;", 1)
        case UInt8(ascii: "'"): ("&#39;", 1)
        case 0x09, 0x0A, 0x0D: nil
        case 0x00...0x1F, 0x7F: ("\u{FFFD}", 1)
        case 0xE2 where showsDirectionControls && index + 2 < source.count:
            directionControl(source[index + 1], source[index + 2]).map { ($0, 3) }
        default: nil
        }
    }

    /// The visible name of a directional formatting character, from the second and third byte of its UTF-8.
    private func directionControl(_ second: UInt8, _ third: UInt8) -> StaticString? {
        switch (second, third) {
        case (0x80, 0xAA): "[U+202A]"
        case (0x80, 0xAB): "[U+202B]"
        case (0x80, 0xAC): "[U+202C]"
        case (0x80, 0xAD): "[U+202D]"
        case (0x80, 0xAE): "[U+202E]"
        case (0x81, 0xA6): "[U+2066]"
        case (0x81, 0xA7): "[U+2067]"
        case (0x81, 0xA8): "[U+2068]"
        case (0x81, 0xA9): "[U+2069]"
        default: nil
        }
    }
}

/// A finished piece of HTML. Written as a string literal: what stands in the source is markup, an interpolated
/// `String` is escaped (safe as text and inside a quoted attribute), and `\(raw:)` takes only other markup.
///
/// ```swift
/// let item: Markup = "<li\(attribute: "id", id)>\(title) \(raw: .status(.conform))</li>"
/// ```
package struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The markup as UTF-8.
    package let bytes: [UInt8]

    /// Nothing.
    package static let empty = Markup(HTML(capacityBytes: 0))

    /// Takes over what a writer holds.
    package init(_ html: HTML) {
        bytes = html.bytes
    }

    /// Writes with the fast writer and returns the result.
    package init(capacityBytes: Int = 512, _ write: (inout HTML) -> Void) {
        var html = HTML(capacityBytes: capacityBytes)
        write(&html)
        bytes = html.bytes
    }

    package init(stringLiteral value: StaticString) {
        bytes = value.withUTF8Buffer { Array($0) }
    }

    package init(stringInterpolation: StringInterpolation) {
        bytes = stringInterpolation.html.bytes
    }

    /// Escaped text as a piece of markup.
    package static func escaped(_ text: String) -> Markup {
        "\(text)"
    }

    /// One piece after the other for each element.
    package static func each<Elements: Sequence>(
        _ elements: Elements, separator: Markup = .empty, _ piece: (Elements.Element) -> Markup
    ) -> Markup {
        Markup { html in
            for (index, element) in elements.enumerated() {
                if index > 0 { html.add(separator) }
                html.add(piece(element))
            }
        }
    }

    /// True when there is nothing in it.
    package var isEmpty: Bool { bytes.isEmpty }

    /// The markup as a string, for tests and for callers that need one.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Both, one after the other.
    package static func + (first: Markup, second: Markup) -> Markup {
        "\(raw: first)\(raw: second)"
    }
}

extension Markup {
    /// Collects the literal and the interpolated segments; the compiler allows only literals in `appendLiteral`.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html: HTML

        package init(literalCapacity: Int, interpolationCount: Int) {
            html = HTML(capacityBytes: literalCapacity + interpolationCount * 24)
        }

        package mutating func appendLiteral(_ literal: StaticString) { html.raw(literal) }
        /// Escaped text.
        package mutating func appendInterpolation(_ text: String) { html.text(text) }
        /// A text of the catalogue.
        package mutating func appendInterpolation(_ text: Text) { html.text(text) }
        /// A whole number.
        package mutating func appendInterpolation(_ number: Int) { html.number(number) }
        /// The coordinate of a drawing.
        package mutating func appendInterpolation(coordinate: Double) { html.coordinate(coordinate) }
        /// Nested markup; nothing when nil.
        package mutating func appendInterpolation(raw markup: Markup?) { html.add(markup) }
        /// Record text inside `<bdi>`.
        package mutating func appendInterpolation(isolated text: String) { html.isolated(text) }
        /// The content of a form control, unchanged but for escaping.
        package mutating func appendInterpolation(value: String) { html.value(value) }
        /// ` name="value"`, or nothing when the value is nil.
        package mutating func appendInterpolation(attribute name: StaticString, _ value: String?) {
            html.attribute(name, value)
        }
        /// ` name="value"` for a whole number, or nothing when it is nil.
        package mutating func appendInterpolation(attribute name: StaticString, _ value: Int?) {
            html.attribute(name, value)
        }
        /// A boolean attribute.
        package mutating func appendInterpolation(flag name: StaticString, _ isSet: Bool) { html.flag(name, isSet) }
    }
}

/// What may stand in an `href` that a person wrote.
package enum UserLink {
    /// The address when it is an absolute `http`, `https` or `mailto` one without spaces, controls or direction
    /// controls; nil otherwise, and then it is shown as text.
    package static func href(_ address: String) -> String? {
        let lower = address.lowercased()
        guard ["http://", "https://", "mailto:"].contains(where: { lower.hasPrefix($0) && lower.count > $0.count })
        else { return nil }
        let isClean = address.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value != 0x7F && !scalar.properties.isWhitespace
                && scalar.properties.generalCategory != .format && scalar.properties.generalCategory != .control
        }
        return isClean ? address : nil
    }
}
