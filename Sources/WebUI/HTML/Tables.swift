// Data tables with sort links, saved views, the filter bar, the bulk bar and the keyset pager.

/// A column of a data table.
package struct TableColumn: Sendable {
    /// Which columns leave first when the table gets narrow; as cards on phones all come back.
    package enum Priority: Sendable { case always, optional, lessOptional }

    package var label: String
    /// Where its heading leads to sort by it; nil when it does not sort.
    package var sortHref: String?
    package var sortedBy: SortDirection?
    package var isNumeric: Bool
    package var priority: Priority

    package init(
        _ label: String, sortHref: String? = nil, sortedBy: SortDirection? = nil, isNumeric: Bool = false,
        priority: Priority = .always
    ) {
        (self.label, self.sortHref, self.sortedBy) = (label, sortHref, sortedBy)
        (self.isNumeric, self.priority) = (isNumeric, priority)
    }

    fileprivate var className: String? {
        let classes = [
            isNumeric ? "num" : nil,
            priority == .optional ? "opt" : priority == .lessOptional ? "opt-2" : nil,
        ].compactMap { $0 }
        return classes.isEmpty ? nil : classes.joined(separator: " ")
    }
}

/// The direction of a sort, in the words of `aria-sort`.
package enum SortDirection: String, Sendable { case ascending, descending }

/// A row of a data table: its heading cell, then a cell for each column after the first.
package struct TableRow: Sendable {
    /// The value of its checkbox; nil when rows cannot be chosen.
    package var pick: String?
    package var title: String
    package var href: String?
    package var subtitle: String?
    package var cells: [Markup]
    package var isChanged: Bool
    /// The element id, by which a later fragment replaces the row.
    package var id: String?

    package init(
        pick: String? = nil, title: String, href: String? = nil, subtitle: String? = nil, cells: [Markup],
        isChanged: Bool = false, id: String? = nil
    ) {
        (self.pick, self.title, self.href, self.subtitle) = (pick, title, href, subtitle)
        (self.cells, self.isChanged, self.id) = (cells, isChanged, id)
    }
}

/// A saved view over a list.
package struct SavedView: Sendable {
    package var label: String
    package var href: String
    package var count: Int?
    package var isCurrent: Bool

    package init(_ label: String, href: String, count: Int? = nil, isCurrent: Bool = false) {
        (self.label, self.href, self.count, self.isCurrent) = (label, href, count, isCurrent)
    }
}

extension Markup {
    /// A table that becomes cards when it is narrow. The first column is the heading of each row; the roles are
    /// written because `display: block` takes them away. `bulkFormID` is the form that the checkboxes belong to.
    package static func dataTable(
        label: String, columns: [TableColumn], rows: [TableRow], isSticky: Bool = true, bulkFormID: String? = nil
    ) -> Markup {
        Markup(capacityBytes: 1024 + rows.count * 768) { html in
            html.raw("<div class=\"stackable\"><table class=\"")
            html.raw(isSticky ? "table cards sticky" : "table cards")
            html.raw("\" role=\"table\"")
            html.attribute("aria-label", label)
            html.raw("><thead role=\"rowgroup\"><tr role=\"row\">")
            if bulkFormID != nil {
                html.raw("<th role=\"columnheader\" scope=\"col\"><input type=\"checkbox\" data-pick-all")
                html.attribute("aria-label", .chooseAllOnPage)
                html.raw("></th>")
            }
            for column in columns { html.columnHeading(column) }
            html.raw("</tr></thead><tbody role=\"rowgroup\">")
            for row in rows { html.tableRow(row, columns, bulkFormID: bulkFormID) }
            html.raw("</tbody></table></div>")
        }
    }

    /// The saved views of a list, as tabs; `saveHref` leads to where the present filters get a name.
    package static func savedViews(_ views: [SavedView], saveHref: String? = nil) -> Markup {
        let links: Markup = .each(views) { view in
            let count: Markup? = view.count.map { " <span class=\"n\">\(Text.count($0))</span>" }
            let current = view.isCurrent ? "true" : nil
            return "<a href=\"\(view.href)\"\(attribute: "aria-current", current)>\(view.label)\(raw: count)</a>"
        }
        let save: Markup? = saveHref.map {
            "<a href=\"\($0)\">\(raw: .icon(.plus, isSmall: true))\(Text.saveView)</a>"
        }
        return "<nav class=\"views\" aria-label=\"\(Text.savedViews)\">\(raw: links)\(raw: save)</nav>"
    }

    /// The filters of a list: a `GET` form, folded on phones. With script a changed select renews `resultSelector`
    /// (as `#results`) at once; without, the button applies them.
    package static func filterBar(
        action: String, fields: [FormField], growing: FormField? = nil, hidden: [(name: String, value: String)] = [],
        setCount: Int = 0, resultSelector: String? = nil
    ) -> Markup {
        """
        <details class="fold filter-fold" data-filter><summary>\(Text.filters) \
        <span class="n">\(Text.filtersSet(setCount))</span></summary>\
        <form class="filters" method="get" action="\(action)" data-autosubmit="\(resultSelector ?? "")">\
        \(raw: .each(hidden) { .hidden($0.name, $0.value) })\
        \(raw: growing.map { .field($0, class: "field grow") })\
        \(raw: .each(fields) { .field($0, class: "field") })\
        <button class="button" type="submit">\(Text.apply)</button></form></details>
        """
    }

    /// What can be done with the chosen rows. The form has the id to which the checkboxes refer.
    package static func bulkBar(
        formID: String, action: String, hidden: [(name: String, value: String)], actions: Markup, note: String? = nil
    ) -> Markup {
        """
        <form class="bulk noprint" id="\(formID)" method="post" action="\(action)" aria-label="\(Text.chosenRows)">\
        \(raw: .each(hidden) { .hidden($0.name, $0.value) })<b>\(Text.chosenRows)</b>\(raw: actions)\
        \(raw: note.map { "<span class=\"meta\">\($0)</span>" })</form>
        """
    }

    /// Previous and next of a keyset page, with a sentence about what is shown; never page numbers.
    package static func pager(summary: String, previousHref: String?, nextHref: String?) -> Markup {
        let links = [(previousHref, Text.previous, "prev"), (nextHref, Text.next, "next")]
        let buttons: Markup = .each(links) { href, label, relation in
            guard let href else {
                return "<span class=\"button small\" aria-disabled=\"true\">\(label)</span>"
            }
            return "<a class=\"button small\" rel=\"\(relation)\" href=\"\(href)\">\(label)</a>"
        }
        return """
            <nav class="pager" aria-label="\(Text.pages)"><span data-result-count>\(summary)</span>\
            <span class="right">\(raw: buttons)</span></nav>
            """
    }
}

extension HTML {
    /// Writes the heading cell of a column, as a link when it sorts.
    package mutating func columnHeading(_ column: TableColumn) {
        raw("<th role=\"columnheader\" scope=\"col\"")
        attribute("class", column.className)
        attribute("aria-sort", column.sortedBy?.rawValue)
        raw(">")
        if let href = column.sortHref {
            raw("<a")
            attribute("href", href)
            raw(">")
            text(column.label)
            if let direction = column.sortedBy {
                raw(" <svg class=\"ico s inline\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#i-")
                text((direction == .ascending ? Icon.sortUp : .sortDown).rawValue)
                raw("\"/></svg>")
            }
            raw("</a>")
        } else {
            text(column.label)
        }
        raw("</th>")
    }

    /// Writes one row; on phones each cell carries the label of its column.
    package mutating func tableRow(_ row: TableRow, _ columns: [TableColumn], bulkFormID: String?) {
        raw("<tr role=\"row\"")
        attribute("id", row.id)
        raw(row.isChanged ? " class=\"changed\">" : ">")
        if let bulkFormID {
            raw("<td role=\"cell\" class=\"wide-only\">")
            if let pick = row.pick {
                raw("<input class=\"pick\" type=\"checkbox\" name=\"pick\"")
                valueAttribute(pick)
                attribute("form", bulkFormID)
                attribute("aria-label", .choose(row.title))
                raw(">")
            }
            raw("</td>")
        }
        raw("<th role=\"rowheader\" scope=\"row\"><bdi>")
        if let href = row.href {
            raw("<a class=\"title\"")
            attribute("href", href)
            raw(">")
            text(row.title)
            raw("</a>")
        } else {
            text(row.title)
        }
        raw("</bdi>")
        if let subtitle = row.subtitle {
            raw("<span class=\"sub\">")
            text(subtitle)
            raw("</span>")
        }
        raw("</th>")
        for (column, cell) in zip(columns.dropFirst(), row.cells) {
            raw("<td role=\"cell\"")
            attribute("class", column.className)
            attribute("data-label", column.label)
            raw(">")
            add(cell)
            raw("</td>")
        }
        raw("</tr>")
    }
}
