// The text catalogue. Every word of the interface that is not record content stands in `Texts/`, as a static member of
// `Text` (a function where it carries values), so that a missing text does not compile and a translation has one place
// to look up. A test searches the pages for text written elsewhere.

/// A text of the interface. The English wording is also its key.
package struct Text: Sendable, Hashable {
    /// The wording, with its values filled in.
    package let string: String

    /// Only for the files in `Texts/`.
    package init(_ english: String) {
        string = english
    }
}

/// The wording of a text of the catalogue: `text(.signIn)`.
package func text(_ text: Text) -> String {
    text.string
}

extension Text {
    /// The language of the catalogue, for `<html lang>` (BCP 47).
    package static let language = "en"

    /// A count with its thousands apart: `4,812`.
    package static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var grouped = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset).isMultiple(of: 3) { grouped.append(",") }
            grouped.append(digit)
        }
        return number < 0 ? "-" + grouped : grouped
    }
}
