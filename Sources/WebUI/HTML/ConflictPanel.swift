// A refused stale edit: both versions and the one before, field by field. Nothing is merged in silence.

/// A field that both changed; the person chooses.
package struct ContestedField: Sendable {
    package var name: String
    package var label: String
    package var base: Markup
    package var mine: Markup
    package var theirs: Markup
    /// Which of the two is chosen at first.
    package var prefersMine: Bool

    package init(
        name: String, label: String, base: Markup, mine: Markup, theirs: Markup, prefersMine: Bool = true
    ) {
        (self.name, self.label, self.base) = (name, label, base)
        (self.mine, self.theirs, self.prefersMine) = (mine, theirs, prefersMine)
    }
}

/// A field that only one of both changed.
package struct SettledField: Sendable {
    package var label: String
    package var before: Markup
    package var after: Markup
    package var by: String

    package init(label: String, before: Markup, after: Markup, by: String) {
        (self.label, self.before, self.after, self.by) = (label, before, after, by)
    }
}

/// All that a conflict page shows.
package struct ConflictPanel: Sendable {
    package var action: String
    /// Fields sent along: the token, the version now stored, and the values that are not contested.
    package var hidden: [(name: String, value: String)]
    package var baseVersion: Int
    package var theirVersion: Int
    package var theirName: String
    /// When the other version was saved, as "today at 12:40".
    package var theirTime: String
    package var contested: [ContestedField]
    package var settled: [SettledField]
    package var formHref: String
    package var recordHref: String

    package init(
        action: String, hidden: [(name: String, value: String)], baseVersion: Int, theirVersion: Int,
        theirName: String, theirTime: String, contested: [ContestedField], settled: [SettledField], formHref: String,
        recordHref: String
    ) {
        (self.action, self.hidden, self.baseVersion, self.theirVersion) = (action, hidden, baseVersion, theirVersion)
        (self.theirName, self.theirTime, self.contested) = (theirName, theirTime, contested)
        (self.settled, self.formHref, self.recordHref) = (settled, formHref, recordHref)
    }
}

extension Markup {
    /// The conflict page's form. The choice for a field is sent as `take.<name>`, `mine` or `theirs`.
    package static func conflict(_ panel: ConflictPanel) -> Markup {
        let story = Text.conflictStory(
            base: panel.baseVersion, name: panel.theirName, theirs: panel.theirVersion, time: panel.theirTime,
            both: panel.contested.count, one: panel.settled.count)
        return """
            <form class="stack" method="post" action="\(panel.action)">\
            \(raw: .each(panel.hidden) { .hidden($0.name, $0.value) })\
            \(raw: .notice(.warn, title: text(.nothingLost), "\(story)", isAlert: true))\
            \(raw: panel.contested.isEmpty ? nil : contestedCard(panel))\
            \(raw: panel.settled.isEmpty ? nil : settledCard(panel))\
            <div class="cluster">\
            \(raw: .submitButton(text(.saveAsVersion(panel.theirVersion + 1)), look: .primary))\
            \(raw: .linkButton(text(.backToForm), panel.formHref))\
            \(raw: .linkButton(text(.dropMyChanges), panel.recordHref, look: .quiet))</div></form>
            """
    }

    private static func contestedCard(_ panel: ConflictPanel) -> Markup {
        let theirs = text(.versionOf(panel.theirName, panel.theirVersion))
        let rows: Markup = .each(panel.contested) { field in
            """
            <tr><th scope="row"><b>\(field.label)</b></th><td data-label="\(Text.before)">\(raw: field.base)</td>\
            \(raw: choiceCell(field, "mine", label: text(.yours), field.mine, isChosen: field.prefersMine))\
            \(raw: choiceCell(field, "theirs", label: theirs, field.theirs, isChosen: !field.prefersMine))</tr>
            """
        }
        let heads = [text(.field), text(.beforeVersion(panel.baseVersion)), text(.yours), theirs]
        return .card(
            id: "both", title: text(.changedByBoth), isFlush: true, class: "conflict", conflictTable(heads, rows))
    }

    private static func choiceCell(
        _ field: ContestedField, _ side: String, label: String, _ content: Markup, isChosen: Bool
    ) -> Markup {
        """
        <td class="pickcell" data-label="\(label)"><label><input type="radio" name="take.\(field.name)"\
         value="\(side)"\(flag: "checked", isChosen)><span>\(raw: content)</span></label></td>
        """
    }

    private static func settledCard(_ panel: ConflictPanel) -> Markup {
        let rows: Markup = .each(panel.settled) { field in
            """
            <tr><th scope="row"><b>\(field.label)</b></th><td data-label="\(Text.before)">\(raw: field.before)</td>\
            <td data-label="\(Text.after)"><ins>\(raw: field.after)</ins></td>\
            <td data-label="\(Text.by)">\(isolated: field.by)</td></tr>
            """
        }
        let heads = [text(.field), text(.beforeVersion(panel.baseVersion)), text(.after), text(.by)]
        return .card(
            id: "one", title: text(.changedByOne), isFlush: true, class: "conflict", conflictTable(heads, rows))
    }

    private static func conflictTable(_ heads: [String], _ rows: Markup) -> Markup {
        """
        <table class="table"><colgroup><col class="fieldname"><col><col><col></colgroup>\
        <thead><tr>\(raw: .each(heads) { "<th scope=\"col\">\($0)</th>" })</tr></thead>\
        <tbody>\(raw: rows)</tbody></table>
        """
    }

    /// A conflict in one row of a list: who answered, both answers, and the two ways out. `version` is the one now
    /// stored; saving mine sends it.
    package static func rowConflict(
        name: String, time: String, theirs: String, mine: String, action: String,
        hidden: [(name: String, value: String)], theirsHref: String
    ) -> Markup {
        """
        <div class="notice warn" role="alert" data-conflict>\(raw: .icon(.alert))<b>\(Text.answeredBy(name, time))</b>\
        <span>\(Text.bothAnswers(theirs: theirs, mine: mine))</span>\
        <form class="cluster" method="post" action="\(action)">\
        \(raw: .each(hidden) { .hidden($0.name, $0.value) })\
        \(raw: .submitButton(text(.keepMine), look: .small))\
        <a class="button small" href="\(theirsHref)">\(Text.takeTheirs)</a></form></div>
        """
    }
}
