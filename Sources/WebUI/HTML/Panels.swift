// What a page is built from: its header, cards, messages, lists of facts, history, lifecycle, evidence, dialogs.

/// One line of a trail over the title of a page.
package struct Crumb: Sendable {
    package var label: String
    package var href: String?

    package init(_ label: String, _ href: String? = nil) {
        (self.label, self.href) = (label, href)
    }
}

/// How serious a message is.
package enum NoticeTone: String, Sendable {
    case info = ""
    case good
    case warn
    case bad

    fileprivate var icon: Icon {
        switch self {
        case .info: .info
        case .good: .conform
        case .warn, .bad: .alert
        }
    }
}

/// One field of a history entry, from what it was to what it became; nil is "no value".
package struct HistoryChange: Sendable {
    package var field: String
    package var before: String?
    package var after: String?

    package init(field: String, before: String?, after: String?) {
        (self.field, self.before, self.after) = (field, before, after)
    }
}

/// One entry of a history: who, when, what, why, and the ledger entry that proves it.
package struct HistoryEntry: Sendable {
    package var title: String
    /// Who and when, as "Aylin Kaya, 3 November 15:20".
    package var meta: String
    package var changes: [HistoryChange]
    package var reason: String?
    package var ledgerIndex: Int?
    package var proofHref: String?
    /// What can be done with this entry.
    package var action: Markup?
    /// The edits that it stands for, if there are several; the entry opens to them.
    package var joined: [HistoryEntry]

    package init(
        title: String, meta: String, changes: [HistoryChange] = [], reason: String? = nil, ledgerIndex: Int? = nil,
        proofHref: String? = nil, action: Markup? = nil, joined: [HistoryEntry] = []
    ) {
        (self.title, self.meta, self.changes, self.reason) = (title, meta, changes, reason)
        (self.ledgerIndex, self.proofHref, self.action, self.joined) = (ledgerIndex, proofHref, action, joined)
    }
}

/// A lifecycle as steps, with the buttons of what may come next and the reason for what may not.
package struct LifecycleBar: Sendable {
    package var steps: [String]
    /// The index of the present step; nil when the record is in none of them.
    package var current: Int?
    /// Buttons or forms, already made.
    package var actions: Markup
    /// Why something is refused and who may do it; shown under the id `why`, to which a disabled button refers.
    package var explanation: Markup?

    package init(steps: [String], current: Int?, actions: Markup = .empty, explanation: Markup? = nil) {
        (self.steps, self.current, self.actions, self.explanation) = (steps, current, actions, explanation)
    }
}

/// A piece of evidence.
package struct EvidenceTile: Sendable {
    package var title: String
    package var href: String?
    /// What it covers and who added it.
    package var meta: String
    /// The SHA-256 of the file as hexadecimal text, when there is a file.
    package var digest: String?
    package var tone: Tone?
    package var word: String?

    package init(
        title: String, href: String? = nil, meta: String, digest: String? = nil, tone: Tone? = nil, word: String? = nil
    ) {
        (self.title, self.href, self.meta, self.digest) = (title, href, meta, digest)
        (self.tone, self.word) = (tone, word)
    }
}

extension Markup {
    /// The head of a page: trail, the one `h1`, state, actions (at most one primary), a sentence.
    package static func pageHeader(
        _ title: String, crumbs: [Crumb] = [], state: Markup? = nil, actions: Markup? = nil, lead: String? = nil
    ) -> Markup {
        let trail: Markup = .each(crumbs, separator: " / ") { crumb in
            crumb.href.map { .link(crumb.label, $0) } ?? .escaped(crumb.label)
        }
        return Markup { html in
            html.raw("<div class=\"page-head\">")
            if !crumbs.isEmpty { html.add("<p class=\"crumb\">\(raw: trail)</p>") }
            html.add("<h1><bdi>\(title)</bdi>\(raw: state.map { " \(raw: $0)" })</h1>")
            if let actions { html.add("<div class=\"actions\">\(raw: actions)</div>") }
            if let lead { html.add("<p class=\"sub\">\(lead)</p>") }
            html.raw("</div>")
        }
    }

    /// A card with a heading. `isFlush` lets a table reach the edges.
    package static func card(
        id: String, title: String, aside: Markup? = nil, lead: String? = nil, isFlush: Bool = false,
        class extraClass: String? = nil, footer: Markup? = nil, _ content: Markup
    ) -> Markup {
        let classes = ["card", isFlush ? "flush" : nil, extraClass].compactMap { $0 }.joined(separator: " ")
        return """
            <section class="\(classes)" aria-labelledby="h-\(id)"><header><h2 id="h-\(id)">\(title)</h2>\
            \(raw: aside.map { "<span>\(raw: $0)</span>" })\(raw: lead.map { "<p>\($0)</p>" })</header>\
            \(raw: content)\(raw: footer.map { "<footer>\(raw: $0)</footer>" })</section>
            """
    }

    /// A message. What happened, then what follows; `isAlert` for one that answers an action that failed.
    package static func notice(
        _ tone: NoticeTone, title: String, _ body: Markup? = nil, isAlert: Bool = false
    ) -> Markup {
        """
        <div class="notice \(tone.rawValue)"\(attribute: "role", isAlert ? "alert" : nil)>\(raw: .icon(tone.icon))\
        <b>\(title)</b>\(raw: body.map { "<span>\(raw: $0)</span>" })</div>
        """
    }

    /// The list of what has to be changed before a form can be saved, linked to the fields; nothing when it is empty.
    /// - Parameter title: Its heading; without one it counts the fields.
    package static func errorSummary(
        _ errors: [(fieldID: String, message: String)], title: Text? = nil
    ) -> Markup {
        guard !errors.isEmpty else { return .empty }
        return """
            <div class="notice bad mb" role="alert" tabindex="-1" data-focus-first>\(raw: .icon(.alert))\
            <b>\(title ?? .notSavedFields(errors.count))</b><ul>\
            \(raw: .each(errors) { "<li><a href=\"#\($0.fieldID)\">\($0.message)</a></li>" })</ul></div>
            """
    }

    /// What the thing is for and the first step.
    package static func emptyState(title: String, _ explanation: String, actions: Markup? = nil) -> Markup {
        """
        <div class="empty"><h3>\(title)</h3><p>\(explanation)</p>\
        \(raw: actions.map { "<div class=\"cluster\">\(raw: $0)</div>" })</div>
        """
    }

    /// Facts as term and description; a nil description is shown as not known, never left out.
    package static func descriptionList(_ facts: [(term: String, value: Markup?)], isPaired: Bool = false) -> Markup {
        let items: Markup = .each(facts) { fact in
            let value = fact.value ?? .status(.unknown, text(.notStated), isPlain: true)
            return "<dt>\(fact.term)</dt><dd>\(raw: value)</dd>"
        }
        return "<dl class=\"\(isPaired ? "dl pair" : "dl")\">\(raw: items)</dl>"
    }

    /// The history of a record, newest first.
    package static func history(_ entries: [HistoryEntry]) -> Markup {
        "<ul class=\"history\">\(raw: .each(entries, historyItem))</ul>"
    }

    private static func historyItem(_ entry: HistoryEntry) -> Markup {
        Markup { html in
            html.add("<li><b>\(isolated: entry.title)</b> <span class=\"meta\">\(isolated: entry.meta)")
            if let index = entry.ledgerIndex {
                let label = text(.entry(index))
                html.add(", \(raw: entry.proofHref.map { .link(label, $0) } ?? .escaped(label))")
            }
            html.raw("</span>")
            for change in entry.changes {
                html.add("<span class=\"change\">\(change.field): ")
                if let before = change.before { html.add("<del>\(before)</del> ") }
                if let after = change.after { html.add("<ins>\(after)</ins>") }
                html.raw("</span>")
            }
            if let reason = entry.reason { html.add("<span class=\"change\">\(Text.reasonGiven(reason))</span>") }
            html.add(entry.action)
            if !entry.joined.isEmpty {
                html.add(.disclosure(text(.joinedEdits(entry.joined.count)), .history(entry.joined)))
            }
            html.raw("</li>")
        }
    }

    /// Where a record is in its lifecycle, what may come next and who may do it.
    package static func lifecycle(_ bar: LifecycleBar) -> Markup {
        let steps: Markup = .each(bar.steps.enumerated()) { index, name in
            let isDone = bar.current.map { index < $0 } ?? false
            return """
                <li\(attribute: "class", isDone ? "done" : nil)\
                \(attribute: "aria-current", index == bar.current ? "step" : nil)>\
                <span class="dot">\(index + 1)</span>\(name)</li>
                """
        }
        return """
            <div class="card mb cluster"><ol class="steps" aria-label="\(Text.lifecycle)">\(raw: steps)</ol>\
            <span class="right cluster">\(raw: bar.actions)</span>\
            \(raw: bar.explanation.map { "<p class=\"meta full\" id=\"why\">\(raw: $0)</p>" })</div>
            """
    }

    /// A piece of evidence with its state and the digest of its file.
    package static func evidenceTile(_ tile: EvidenceTile) -> Markup {
        Markup { html in
            html.raw("<div class=\"tile\">")
            html.icon(.evidence)
            html.raw("<span class=\"title\"><bdi>")
            html.add(tile.href.map { .link(tile.title, $0) } ?? .escaped(tile.title))
            html.raw("</bdi></span>")
            if let tone = tile.tone { html.add("<span class=\"badge\">\(raw: .status(tone, tile.word))</span>") }
            html.add("<span class=\"meta\">\(tile.meta)</span>")
            if let digest = tile.digest { html.add("<span class=\"mono\">\(digest)</span>") }
            html.raw("</div>")
        }
    }

    /// The line that says which ledger entry and checkpoint cover what is shown.
    package static func proof(_ sentence: String, href: String, root: String? = nil) -> Markup {
        """
        <p class="proof">\(raw: .icon(.seal))<span>\(sentence) \(raw: .link(text(.proofLink), href))\
        \(raw: root.map { "<br><span class=\"mono\">\($0)</span>" })</span></p>
        """
    }

    /// Tabs of a page, as links.
    package static func tabs(label: String, _ tabs: [(label: String, href: String, isCurrent: Bool)]) -> Markup {
        let links: Markup = .each(tabs) { tab in
            "<a href=\"\(tab.href)\"\(attribute: "aria-current", tab.isCurrent ? "page" : nil)>\(tab.label)</a>"
        }
        return "<nav class=\"tabs mb\" aria-label=\"\(label)\">\(raw: links)</nav>"
    }

    /// A part of the page that opens on demand.
    package static func disclosure(_ summary: String, _ content: Markup) -> Markup {
        "<details class=\"more\"><summary>\(summary)</summary>\(raw: content)</details>"
    }

    /// A button that opens a dialog. Both are native (popover), so that it works without script.
    package static func dialogButton(_ label: String, opens id: String, look: ButtonLook = .plain) -> Markup {
        "<button class=\"\(look.rawValue)\" type=\"button\" popovertarget=\"\(id)\">\(label)</button>"
    }

    /// A dialog, opened by `dialogButton(_:opens:)`. What it contains is usually a form with the button that confirms.
    package static func dialog(id: String, title: String, _ content: Markup) -> Markup {
        """
        <div class="dialog" popover id="\(id)" role="dialog" aria-labelledby="\(id)-h">\
        <button class="button quiet icon close" type="button" popovertarget="\(id)" popovertargetaction="hide"\
         aria-label="\(Text.close)">\(raw: .icon(.close))</button>\
        <h2 id="\(id)-h">\(title)</h2>\(raw: content)</div>
        """
    }
}
