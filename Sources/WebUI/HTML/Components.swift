// The small signs that every page is made of: status, level, reference, person, links. Pure functions from plain
// values to markup; a state is never colour alone, the word is always there.

/// The look of a status, whatever its word: conform is also "effective" or "approved", nonconform also "breached".
package enum Tone: String, Sendable, CaseIterable {
    case conform, partly, nonconform
    case notApplicable = "na"
    case unknown

    /// The sign that belongs to it.
    package var icon: Icon {
        switch self {
        case .conform: .conform
        case .partly: .partly
        case .nonconform: .nonconform
        case .notApplicable: .notApplicable
        case .unknown: .unknown
        }
    }

    /// The word when nothing more exact is known.
    package var word: Text {
        switch self {
        case .conform: .conform
        case .partly: .partly
        case .nonconform: .nonconform
        case .notApplicable: .notApplicable
        case .unknown: .unknown
        }
    }
}

/// A reference to a requirement of a standard or a law, drawn as a chip such as "42001 6.1.2".
package struct RequirementChip: Sendable, Hashable {
    /// Which hue the chip has; the number is always written.
    package enum Family: String, Sendable {
        /// ISO/IEC 42001, the AI management system.
        case aims
        /// ISO/IEC 27001, the information security management system.
        case isms
        case law
    }

    package var family: Family
    /// The short name of the standard, as "42001"; empty for a law whose reference says all.
    package var standard: String
    package var reference: String
    package var href: String?

    package init(_ family: Family, standard: String = "", reference: String, href: String? = nil) {
        (self.family, self.standard, self.reference, self.href) = (family, standard, reference, href)
    }
}

extension HTML {
    /// Writes a status: sign and word.
    package mutating func status(_ tone: Tone, _ word: String? = nil, isPlain: Bool = false) {
        raw("<span class=\"status ")
        text(tone.rawValue)
        raw(isPlain ? " plain\">" : "\">")
        icon(tone.icon, isSmall: true)
        text(word ?? tone.word.string)
        raw("</span>")
    }

    /// Writes a reference chip, as a link when it has one.
    package mutating func chip(_ chip: RequirementChip) {
        raw(chip.href == nil ? "<span" : "<a")
        raw(" class=\"chip ")
        text(chip.family.rawValue)
        raw("\"")
        attribute("href", chip.href)
        raw(">")
        if !chip.standard.isEmpty {
            raw("<b>")
            text(chip.standard)
            raw("</b> ")
        }
        text(chip.reference)
        raw(chip.href == nil ? "</span>" : "</a>")
    }

    /// Writes a person: initials and name. Nobody is drawn hatched, with words.
    package mutating func person(_ name: String?, hidesName: Bool = false) {
        raw("<span class=\"person\"><span class=\"avatar")
        raw(name == nil ? " none\" aria-hidden=\"true\">" : "\" aria-hidden=\"true\">")
        text(name.map(Markup.initials) ?? "")
        raw(hidesName ? "</span><span class=\"visually-hidden\">" : "</span>")
        if let name { isolated(name) } else { text(.nobodyYet) }
        raw(hidesName ? "</span></span>" : "</span>")
    }
}

extension Markup {
    /// Sign and word; the word says more exactly what the tone means here.
    package static func status(_ tone: Tone, _ word: String? = nil, isPlain: Bool = false) -> Markup {
        Markup(capacityBytes: 160) { $0.status(tone, word, isPlain: isPlain) }
    }

    /// A state in a pill, with the sign of its tone. At most one in a row of a table.
    package static func pill(_ word: String, tone: Tone? = nil) -> Markup {
        guard let tone else { return "<span class=\"pill\">\(word)</span>" }
        return "<span class=\"pill \(tone.rawValue)\">\(raw: .icon(tone.icon, isSmall: true))\(word)</span>"
    }

    /// A state in a pill that stands out because it is where the record is now.
    package static func currentPill(_ word: String) -> Markup {
        "<span class=\"pill accent\">\(word)</span>"
    }

    /// A level from 1 (low) to 4 (very high), or nil for not rated: four bars and the word.
    package static func level(_ level: Int?, _ word: String) -> Markup {
        guard let level, (1...4).contains(level) else { return .status(.unknown, word, isPlain: true) }
        return """
            <span class="level l\(level)"><svg viewBox="0 0 18 12" aria-hidden="true">\
            <rect x="0" y="8" width="3" height="4"/><rect x="5" y="5.5" width="3" height="6.5"/>\
            <rect x="10" y="3" width="3" height="9"/><rect x="15" y="0" width="3" height="12"/></svg>\(word)</span>
            """
    }

    /// A reference chip.
    package static func chip(_ chip: RequirementChip) -> Markup {
        Markup(capacityBytes: 96) { $0.chip(chip) }
    }

    /// Reference chips in a line; `hiddenCount` more are counted, not shown.
    package static func chips(_ chips: [RequirementChip], hiddenCount: Int = 0) -> Markup {
        let more: Markup = hiddenCount > 0 ? "<span class=\"chip law\">+\(hiddenCount)</span>" : .empty
        return "<span class=\"cluster\">\(raw: .each(chips) { .chip($0) })\(raw: more)</span>"
    }

    /// A person with initials, or nobody.
    package static func person(_ name: String?, hidesName: Bool = false) -> Markup {
        Markup(capacityBytes: 160) { $0.person(name, hidesName: hidesName) }
    }

    /// The first letters of the first and the last word, upper case; at most two characters.
    package static func initials(_ name: String) -> String {
        let words = name.split(whereSeparator: \.isWhitespace)
        let letters = [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.first }
        return letters.map { String($0).uppercased() }.joined()
    }

    /// A link of our own; `href` comes from the routes, never from a person.
    package static func link(_ label: String, _ href: String, class className: String? = nil) -> Markup {
        "<a\(attribute: "class", className) href=\"\(href)\">\(label)</a>"
    }

    /// An address that a person wrote: a link when it is http, https or mailto, the text otherwise.
    package static func userLink(_ address: String, label: String? = nil) -> Markup {
        guard let href = UserLink.href(address) else { return "<bdi>\(label ?? address)</bdi>" }
        return "<a href=\"\(href)\" rel=\"noopener noreferrer nofollow\"><bdi>\(label ?? address)</bdi></a>"
    }

    /// How a button looks.
    package enum ButtonLook: String, Sendable {
        case plain = "button"
        case primary = "button primary"
        case quiet = "button quiet"
        case danger = "button danger"
        case small = "button small"
    }

    /// A link that looks like a button.
    package static func linkButton(
        _ label: String, _ href: String, look: ButtonLook = .plain, icon: Icon? = nil
    ) -> Markup {
        "<a class=\"\(look.rawValue)\" href=\"\(href)\">\(raw: icon.map { .icon($0) })\(label)</a>"
    }

    /// A submit button. A disabled one names the element that says why.
    package static func submitButton(
        _ label: String, look: ButtonLook = .plain, name: String? = nil, value: String? = nil, icon: Icon? = nil,
        disabledBecause reasonID: String? = nil
    ) -> Markup {
        """
        <button class="\(look.rawValue)" type="submit"\(attribute: "name", name)\(attribute: "value", value)\
        \(flag: "disabled", reasonID != nil)\(attribute: "aria-describedby", reasonID)>\
        \(raw: icon.map { .icon($0) })\(label)</button>
        """
    }

    /// A hidden field, such as the version or the token against forged requests.
    package static func hidden(_ name: String, _ value: String) -> Markup {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value: value)\">"
    }

    /// Text that only screen readers read.
    package static func hiddenText(_ text: String) -> Markup {
        "<span class=\"visually-hidden\">\(text)</span>"
    }
}
