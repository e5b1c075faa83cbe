// The rows of an assessment, written by the fast writer, and the list of keys. A row is a form of its own: it works
// without script by its button, and `concord.js` posts it when something changes and puts the answer in its place.

/// A result that can be chosen, in the order of the keys 1 to 5.
package enum AnswerChoice: String, CaseIterable, Sendable {
    case conform, partly, nonconform, unknown
    case notApplicable = "na"

    package var word: Text {
        switch self {
        case .conform: .conform
        case .partly: .partlyConform
        case .nonconform: .nonconform
        case .unknown: .notAssessed
        case .notApplicable: .notApplicable
        }
    }
    fileprivate var icon: Icon {
        switch self {
        case .conform: .answerConform
        case .partly: .answerPartly
        case .nonconform: .answerNonconform
        case .unknown: .answerUnknown
        case .notApplicable: .answerNotApplicable
        }
    }
    fileprivate var key: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }
}

/// A radio group of a row: the only one, or the part of one standard.
package struct AnswerPart: Sendable {
    /// `result`, or `result.<framework>` when each standard has a part of its own.
    package var fieldName: String
    /// The standard, written before the group; nil when the answer serves all.
    package var standard: String?
    package var answer: AnswerChoice

    package init(fieldName: String = "result", standard: String? = nil, answer: AnswerChoice) {
        (self.fieldName, self.standard, self.answer) = (fieldName, standard, answer)
    }
}

/// One row of an assessment.
package struct AssessmentRow: Sendable {
    /// How the row stands to the two standards.
    package enum Kind: Sendable { case shared, ownParts, onlyAIMS, onlyISMS }

    /// The end of the element id `row-…`; unique on the page.
    package var id: String
    package var action: String
    /// Sent with every answer: the token and the version that the answer starts from (named `version`).
    package var hidden: [(name: String, value: String)]
    package var kind: Kind
    package var kindWord: String
    package var chips: [RequirementChip]
    /// The reference in words for labels, as "6.1.2".
    package var reference: String
    package var title: String
    package var remark: String?
    package var isRemarkBad: Bool
    package var parts: [AnswerPart]
    package var allowsNotApplicable: Bool
    package var maturity: Int?
    package var note: String
    package var owner: String?
    package var evidenceCount: Int
    package var detailHref: String
    package var evidenceHref: String
    package var errors: [String]
    /// False for a person who may only read, and for the past.
    package var isEditable: Bool
    /// False while nobody has said anything of the row: then there is nothing that could be saved.
    package var isAnswered: Bool
    /// In a continued assessment: carried over, and from where, or assessed again.
    package var origin: String?
    /// What was carried over can be confirmed.
    package var isToConfirm = false

    package init(
        id: String, action: String, hidden: [(name: String, value: String)], kind: Kind, kindWord: String,
        chips: [RequirementChip], reference: String, title: String, remark: String? = nil, isRemarkBad: Bool = false,
        parts: [AnswerPart], allowsNotApplicable: Bool, maturity: Int? = nil, note: String = "", owner: String? = nil,
        evidenceCount: Int = 0, detailHref: String, evidenceHref: String, errors: [String] = [],
        isEditable: Bool = true, isAnswered: Bool = true
    ) {
        (self.id, self.action, self.hidden, self.kind, self.kindWord) = (id, action, hidden, kind, kindWord)
        (self.chips, self.reference, self.title) = (chips, reference, title)
        (self.remark, self.isRemarkBad, self.parts) = (remark, isRemarkBad, parts)
        (self.allowsNotApplicable, self.maturity, self.note) = (allowsNotApplicable, maturity, note)
        (self.owner, self.evidenceCount, self.detailHref) = (owner, evidenceCount, detailHref)
        (self.evidenceHref, self.errors, self.isEditable) = (evidenceHref, errors, isEditable)
        self.isAnswered = isAnswered
    }
}

extension HTML {
    /// Writes a row as `<li data-row>`; also the fragment that answers a save.
    package mutating func assessmentRow(_ row: AssessmentRow) {
        raw("<li data-row id=\"row-")
        text(row.id)
        raw("\"><form class=\"row\" method=\"post\"")
        attribute("action", row.action)
        raw("><span class=\"kindmark\"")
        attribute("title", row.kindWord)
        raw(">")
        icon(row.kind == .onlyAIMS ? .aims : row.kind == .onlyISMS ? .isms : .both)
        raw("<span class=\"visually-hidden\">")
        text(row.kindWord)
        raw("</span></span><span class=\"refs\">")
        for chip in row.chips { self.chip(chip) }
        raw("</span>")
        rowTitle(row)
        raw("<div class=\"results\">")
        for part in row.parts { answerPart(part, row) }
        raw("</div>")
        rowMaturity(row)
        raw("<span class=\"own\">")
        person(row.owner, hidesName: true)
        raw("</span><a class=\"evi\" data-evidence")
        attribute("href", row.evidenceHref)
        raw(">")
        number(row.evidenceCount)
        raw("<span class=\"visually-hidden\">")
        text(.evidenceOf(row.reference))
        raw("</span></a>")
        rowState(row)
        raw("</form></li>")
    }

    private mutating func rowTitle(_ row: AssessmentRow) {
        raw("<div class=\"what\"><a class=\"name\" data-open")
        attribute("href", row.detailHref)
        raw("><bdi>")
        text(row.title)
        raw("</bdi></a>")
        if let remark = row.remark {
            raw(row.isRemarkBad ? "<span class=\"note bad\">" : "<span class=\"note\">")
            text(remark)
            raw("</span>")
        }
        if let origin = row.origin {
            raw(row.isToConfirm ? "<span class=\"note origin old\">" : "<span class=\"note origin\">")
            text(origin)
            raw("</span>")
        }
        rowNote(row)
        raw("</div>")
    }

    /// The note folds away; its text is in the tooltip and, for those who may only read, on the page.
    private mutating func rowNote(_ row: AssessmentRow) {
        if row.isEditable {
            raw(row.note.isEmpty ? "<details class=\"note-edit\">" : "<details class=\"note-edit has\">")
            raw("<summary")
            attribute("title", row.note.isEmpty ? Text.addNote.string : String(row.note.prefix(200)))
            raw(">")
            icon(row.note.isEmpty ? .plus : .applicability, isSmall: true)
            raw("<span class=\"visually-hidden\">")
            text(row.note.isEmpty ? .addNote : .note)
            raw("</span></summary><textarea class=\"input\" name=\"note\" rows=\"2\"")
            attribute("aria-label", .note)
            raw(">\n")
            value(row.note)
            raw("</textarea></details>")
        } else if !row.note.isEmpty {
            raw("<span class=\"note\">")
            text(row.note)
            raw("</span>")
        }
        for error in row.errors {
            raw("<span class=\"note bad\">")
            text(error)
            raw("</span>")
        }
    }

    /// Whether the row is saved, what is sent along, and the button that only a page without script needs.
    private mutating func rowState(_ row: AssessmentRow) {
        guard row.isEditable else { return }
        for field in row.hidden { add(.hidden(field.name, field.value)) }
        raw(row.errors.isEmpty ? "<span class=\"save\" data-state>" : "<span class=\"save bad\" data-state>")
        text(!row.errors.isEmpty ? .invalid : row.isAnswered ? .saved : .notAnsweredYet)
        raw("</span><button class=\"button small unscripted\" type=\"submit\">")
        text(.save)
        raw("</button>")
        guard row.isToConfirm else { return }
        // After the other button: Enter in a field means that one.
        raw("<button class=\"button small still-true\" type=\"submit\" name=\"confirm\" value=\"true\" data-confirm>")
        text(.stillTrue)
        raw("<span class=\"visually-hidden\"> ")
        text(row.reference)
        raw("</span></button>")
    }

    private mutating func answerPart(_ part: AnswerPart, _ row: AssessmentRow) {
        if let standard = part.standard {
            raw("<div class=\"part\"><span>")
            text(standard)
            raw("</span>")
        }
        answers(
            part, reference: row.reference, allowsNotApplicable: row.allowsNotApplicable, isEditable: row.isEditable)
        if part.standard != nil { raw("</div>") }
    }

    /// Writes the radio group of a result. `isLarge` also shows the words, for the detail of a row.
    package mutating func answers(
        _ part: AnswerPart, reference: String, allowsNotApplicable: Bool, isLarge: Bool = false,
        isEditable: Bool = true, isAnswered: Bool = true
    ) {
        raw(isLarge ? "<fieldset class=\"answers large\"" : "<fieldset class=\"answers\"")
        flag("disabled", !isEditable)
        raw("><legend class=\"visually-hidden\">")
        text(.resultOf(reference, part.standard))
        raw("</legend>")
        for piece in isLarge ? AnswerPiece.large : AnswerPiece.small {
            guard allowsNotApplicable || piece.choice != .notApplicable else { continue }
            add(piece.beforeName)
            text(part.fieldName)
            raw(piece.choice == part.answer ? "\" checked>" : "\">")
            add(piece.afterName)
        }
        raw("</fieldset>")
    }

    private mutating func rowMaturity(_ row: AssessmentRow) {
        raw("<span class=\"mat\"><select class=\"input\" name=\"maturity\"")
        attribute("aria-label", .maturityOf(row.reference))
        flag("disabled", !row.isEditable)
        raw(">")
        add(row.maturity.flatMap { Self.maturityOptions[$0] } ?? Self.noMaturityOptions)
        raw("</select></span>")
    }

    private static let noMaturityOptions = maturityOptions(selected: nil)
    private static let maturityOptions = Dictionary(
        uniqueKeysWithValues: (0...5).map { ($0, maturityOptions(selected: $0)) })

    private static func maturityOptions(selected: Int?) -> Markup {
        let levels: Markup = .each(0...5) {
            "<option value=\"\($0)\"\(flag: "selected", $0 == selected)>\($0)</option>"
        }
        return "<option value=\"\">\(Text.noValue)</option>\(raw: levels)"
    }
}

/// What is the same in every radio group, written once.
private struct AnswerPiece {
    let choice: AnswerChoice
    let beforeName: Markup
    let afterName: Markup

    static let small = AnswerChoice.allCases.map { AnswerPiece($0, isLarge: false) }
    static let large = AnswerChoice.allCases.map { AnswerPiece($0, isLarge: true) }

    private init(_ choice: AnswerChoice, isLarge: Bool) {
        self.choice = choice
        beforeName = """
            <label class="a\(choice.key)" title="\(Text.answerKey(choice.word.string, choice.key))">\
            <input type="radio" value="\(choice.rawValue)" data-key="\(choice.key)" name="
            """
        let className: String? = isLarge ? nil : "visually-hidden"
        afterName = """
            \(raw: .icon(choice.icon))<span\(attribute: "class", className)>\(choice.word)</span></label>
            """
    }
}

extension Markup {
    /// The heading line over the rows.
    package static let assessmentHead: Markup = """
        <div class="row head" aria-hidden="true"><span></span><span>\(Text.reference)</span>\
        <span>\(Text.requirement)</span><span>\(Text.result)</span><span>\(Text.maturity)</span>\
        <span title="\(Text.owner)">\(raw: .icon(.organisation, isSmall: true))</span>\
        <span title="\(Text.evidence)">\(raw: .icon(.evidence, isSmall: true))</span>\
        <span>\(Text.state)</span></div>
        """

    /// The dialog that `?` opens, with its id `keys`.
    package static var keysDialog: Markup {
        let keys: [([String], Text)] = [
            (["j", "k"], .keyMove), (["1", "5"], .keyAnswer), (["m"], .keyMaturity), (["n"], .keyNote),
            (["e"], .keyEvidence), (["c"], .keyConfirm), (["o"], .keyOpen), (["/"], .keySearch), (["f"], .keyFilter),
            (["?"], .keyHelp),
            (["Esc"], .keyBack),
        ]
        let items: Markup = .each(keys) { names, meaning in
            let separator: Markup = names == ["1", "5"] ? "–" : .empty
            return "<dt>\(raw: .each(names, separator: separator) { "<kbd>\($0)</kbd>" })</dt><dd>\(meaning)</dd>"
        }
        return .dialog(
            id: "keys", title: text(.allKeys),
            "<dl class=\"keys\">\(raw: items)</dl><p class=\"meta mt\">\(Text.keysNote)</p>")
    }

    /// The line of keys at the foot of the page.
    package static var keyHints: Markup {
        let hints: [(String, Text)] = [
            ("m", .keyMaturity), ("n", .keyNote), ("e", .keyEvidence), ("o", .keyOpen), ("f", .keyFilter),
        ]
        return """
            <div class="hints"><ul class="cluster" aria-label="\(Text.keys)">\
            <li><kbd>j</kbd><kbd>k</kbd> \(Text.keyMove)</li><li><kbd>1</kbd>–<kbd>5</kbd> \(Text.result)</li>\
            \(raw: .each(hints) { "<li><kbd>\($0)</kbd> \($1)</li>" })\
            <li><button class="button quiet small" type="button" popovertarget="keys"><kbd>?</kbd> \
            \(Text.allKeys)</button></li></ul></div>
            """
    }
}
