// The frame of every page: head, skip link, navigation, top bar, band of the past, main, and the one place where saves
// are announced. A second, plain frame is for people who are not signed in.

/// The addresses of the assets, each with the beginning of its SHA-256, so that browsers may keep them for ever.
package struct AssetLinks: Sendable {
    package var stylesheet: String
    package var script: String
    package var icon: String

    /// `sha256Prefixes` are hexadecimal texts, of the stylesheet, the script and the icon.
    package init(stylesheetPrefix: String, scriptPrefix: String, iconPrefix: String, root: String = "/assets") {
        stylesheet = "\(root)/concord.css?v=\(stylesheetPrefix)"
        script = "\(root)/concord.js?v=\(scriptPrefix)"
        icon = "\(root)/favicon.svg?v=\(iconPrefix)"
    }
}

/// Light, dark, or what the system says; the server remembers it.
package enum Theme: String, Sendable, CaseIterable {
    case light, dark, auto

    fileprivate var word: Text {
        switch self {
        case .light: .themeLight
        case .dark: .themeDark
        case .auto: .themeAuto
        }
    }
}

/// An entry of the navigation.
package struct NavEntry: Sendable {
    package var label: String
    package var href: String
    package var icon: Icon
    /// As "56" or "12 due".
    package var count: String?
    /// The count asks for action.
    package var isAlert: Bool
    package var isCurrent: Bool

    package init(
        _ label: String, href: String, icon: Icon, count: String? = nil, isAlert: Bool = false, isCurrent: Bool = false
    ) {
        (self.label, self.href, self.icon) = (label, href, icon)
        (self.count, self.isAlert, self.isCurrent) = (count, isAlert, isCurrent)
    }
}

/// A group of the navigation; the first one has no heading.
package struct NavGroup: Sendable {
    package var label: String?
    package var entries: [NavEntry]

    package init(_ label: String?, _ entries: [NavEntry]) {
        (self.label, self.entries) = (label, entries)
    }
}

/// The band over a page that shows the past.
package struct AsOfBand: Sendable {
    /// As "14 July 2026".
    package var day: String
    package var ledgerIndex: Int
    package var backHref: String

    package init(day: String, ledgerIndex: Int, backHref: String) {
        (self.day, self.ledgerIndex, self.backHref) = (day, ledgerIndex, backHref)
    }
}

/// Where the forms of the frame go.
package struct ShellLinks: Sendable {
    package var home = "/"
    package var search = "/search"
    package var ledger = "/ledger"
    package var signOut = "/sign-out"
    package var theme = "/theme"
    package var switchOrganisation = "/organisations/switch"

    package init() {}
}

/// All that the frame of a page shows beside its content.
package struct Shell: Sendable {
    package var title: String
    package var assets: AssetLinks
    package var theme: Theme
    package var navigation: [NavGroup]
    /// Icons only, for pages that need the width.
    package var isRail = false
    package var organisation: FieldOption
    /// The organisations one may switch to, the present one among them.
    package var organisations: [FieldOption] = []
    package var person: String
    /// As the e-mail address and the role.
    package var personDetail = ""
    package var ledgerIndex: Int
    /// The time of the latest checkpoint.
    package var checkpoint: String?
    package var asOf: AsOfBand?
    /// The token against forged requests, sent as `csrf`.
    package var token: String
    /// The path and query of this page, sent as `return` by the forms of the frame.
    package var path: String
    package var query = ""
    /// Asked for changes of others every few seconds; nil when nothing is renewed.
    package var pollHref: String?
    /// The stream of what others change; nil on pages that show the past.
    package var eventsHref: String?
    /// Links in the person's menu: label and address.
    package var menu: [(label: String, href: String)] = []
    package var links = ShellLinks()

    package init(
        title: String, assets: AssetLinks, theme: Theme, navigation: [NavGroup], organisation: FieldOption,
        person: String, ledgerIndex: Int, token: String, path: String
    ) {
        (self.title, self.assets, self.theme, self.navigation) = (title, assets, theme, navigation)
        (self.organisation, self.person, self.ledgerIndex) = (organisation, person, ledgerIndex)
        (self.token, self.path) = (token, path)
    }

    /// The whole page.
    package func page(_ content: Markup) -> Markup {
        let band: Markup? = asOf.map { band in
            """
            <div class="asof-band">\(raw: .icon(.clock, isSmall: true))\
            <b>\(Text.youLookAt(band.day, ledgerIndex: band.ledgerIndex))</b>\
            <span>\(Text.nothingCanBeChangedHere)</span>\
            <a class="right" href="\(band.backHref)">\(Text.backToNow)</a></div>
            """
        }
        return Markup(capacityBytes: 24_576 + content.bytes.count) { html in
            html.head(title: text(.windowTitle(title, organisation: organisation.label)), assets, theme)
            html.raw("<body><a class=\"skip\" href=\"#main\">")
            html.text(.skipToContent)
            html.raw("</a>")
            html.add(Icon.sprite)
            html.raw(isRail ? "<div class=\"app rail\">" : "<div class=\"app\">")
            html.add(navigationColumn)
            html.add(topBar)
            html.add(personMenu)
            if organisations.count > 1 { html.add(organisationMenu) }
            html.raw("<main class=\"main\" id=\"main\" tabindex=\"-1\">")
            html.add(band)
            html.add(Self.offlineNotice)
            html.add(Self.liveNotice)
            html.add(content)
            html.raw("</main></div>")
            html.add(finder)
            html.add(status)
            html.raw("</body></html>\n")
        }
    }

    /// The page of somebody who is not signed in: one card in the middle.
    package static func signedOutPage(
        title: String, assets: AssetLinks, theme: Theme, note: String = text(.serverNote), _ content: Markup
    ) -> Markup {
        Markup(capacityBytes: 24_576 + content.bytes.count) { html in
            html.head(title: text(.windowTitle(title, organisation: nil)), assets, theme)
            html.raw("<body>")
            html.add(Icon.sprite)
            html.add("<main class=\"single\" id=\"main\"><div class=\"brand\">\(raw: mark)\(Text.productName)</div>")
            html.add(content)
            html.add("<footer>\(note)</footer></main></body></html>\n")
        }
    }
}

extension HTML {
    fileprivate mutating func head(title: String, _ assets: AssetLinks, _ theme: Theme) {
        add(
            """
            <!doctype html><html lang="\(Text.language)" data-theme="\(theme.rawValue)"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title)</title>\
            <meta name="referrer" content="same-origin"><link rel="icon" href="\(assets.icon)" type="image/svg+xml">\
            <link rel="stylesheet" href="\(assets.stylesheet)"><script src="\(assets.script)" defer></script></head>
            """)
    }
}

extension Shell {
    private static let mark: Markup = """
        <svg viewBox="0 0 22 22" width="22" height="22" aria-hidden="true">\
        <g fill="none" stroke="currentColor" stroke-width="2">\
        <circle cx="8.2" cy="11" r="6"/><circle cx="13.8" cy="11" r="6"/></g></svg>
        """

    private static let offlineNotice: Markup = """
        <div class="notice warn offline" data-waiting-notice hidden>\(raw: .icon(.offline))<b>\(Text.noConnection)</b>\
        <span data-waiting-text></span></div>
        """

    private static let liveNotice: Markup = """
        <div class="notice warn offline" data-live-offline hidden>\(raw: .icon(.offline))<b>\(Text.liveOffline)</b>\
        <span>\(Text.liveOfflineNote)</span></div>
        """

    /// The search over everything; the script opens it, and without script the top bar's field leads to the page.
    private var finder: Markup {
        """
        <div class="dialog finder" popover id="finder" role="dialog" aria-label="\(Text.findAnything)" data-finder>\
        <form role="search" method="get" action="\(links.search)">\(raw: .icon(.search))\
        <input class="input" type="search" name="q" autocomplete="off" role="combobox" aria-expanded="true"\
         aria-controls="finder-results" aria-autocomplete="list" aria-label="\(Text.findAnything)"\
         placeholder="\(Text.findAnythingHelp)"></form>\
        <div id="finder-results" role="listbox" aria-label="\(Text.searchResults)" data-finder-results></div>\
        <p class="meta">\(Text.finderKeys)</p></div>
        """
    }

    private var navigationColumn: Markup {
        let groups: Markup = .each(navigation) { group in
            let heading: Markup? = group.label.map { "<h2>\($0)</h2>" }
            return "\(raw: heading)<ul class=\"items\">\(raw: .each(group.entries, Self.navigationItem))</ul>"
        }
        return """
            <nav class="nav" id="nav" popover aria-label="\(Text.mainNavigation)">\
            <a class="brand" href="\(links.home)">\(raw: Self.mark)<span class="word">\(Text.productName)</span></a>\
            <button class="button quiet icon close" type="button" popovertarget="nav" popovertargetaction="hide"\
             aria-label="\(Text.closeMenu)">\(raw: .icon(.close))</button>\(raw: groups)</nav>
            """
    }

    private static func navigationItem(_ entry: NavEntry) -> Markup {
        let count: Markup? = entry.count.map {
            "<span class=\"\(entry.isAlert ? "n alert" : "n")\">\($0)</span>"
        }
        return """
            <li><a href="\(entry.href)" title="\(entry.label)"\
            \(attribute: "aria-current", entry.isCurrent ? "page" : nil)>\(raw: .icon(entry.icon))\
            <span class="word">\(entry.label)</span>\(raw: count)</a></li>
            """
    }

    private var topBar: Markup {
        let hasChoice = organisations.count > 1
        let name: Markup = """
            \(isolated: organisation.label)\(raw: hasChoice ? .icon(.chevron, isSmall: true) : nil)
            """
        let switcher: Markup =
            hasChoice
            ? """
            <button class="org" type="button" popovertarget="organisations" title="\(Text.switchOrganisation)">\
            \(raw: name)</button>
            """
            : "<span class=\"org\">\(raw: name)</span>"
        return """
            <header class="top"><button class="button quiet icon menu-button" type="button" popovertarget="nav"\
             aria-label="\(Text.openMenu)">\(raw: .icon(.menu))</button>\(raw: switcher)\
            <form class="search" role="search" method="get" action="\(links.search)">\(raw: .icon(.search))\
            <input class="input" type="search" name="q" value="\(value: query)" data-search\
             aria-label="\(Text.search)" placeholder="\(Text.searchEverything)"><kbd>\(Text.searchKey)</kbd></form>\
            <a class="asof" href="\(links.ledger)">\(raw: .icon(.seal, isSmall: true))\
            <span id="ledger-position">\(Text.nowAtLedger(ledgerIndex))</span>\
            \(raw: checkpoint.map { "<span class=\"long\">\(Text.checkpoint($0))</span>" })</a>\
            <button class="button quiet person" type="button" popovertarget="person-menu"\
             aria-label="\(Text.menuOf(person))"><span class="avatar" aria-hidden="true">\
            \(Markup.initials(person))</span><span class="hide-narrow">\(isolated: person)</span></button></header>
            """
    }

    private var personMenu: Markup {
        let themes: Markup = .each(Theme.allCases) { choice in
            """
            <button type="submit" name="theme" value="\(choice.rawValue)"\
             aria-pressed="\(choice == theme ? "true" : "false")">\(choice.word)</button>
            """
        }
        let items: Markup = .each(menu) { "<li><a href=\"\($0.href)\">\($0.label)</a></li>" }
        return """
            <div class="menu" popover id="person-menu"><p class="who"><b>\(isolated: person)</b><br>\
            <span class="meta">\(isolated: personDetail)</span></p>\
            <form method="post" action="\(links.theme)" data-theme-form aria-label="\(Text.theme)">\(raw: frameFields)\
            <div class="segmented buttons">\(raw: themes)</div></form><hr>\
            <ul class="items">\(raw: items)</ul>\
            <form method="post" action="\(links.signOut)">\(raw: frameFields)<ul class="items"><li>\
            <button type="submit">\(Text.signOut)</button></li></ul></form></div>
            """
    }

    private var organisationMenu: Markup {
        let choices: Markup = .each(organisations) { choice in
            """
            <li><button type="submit" name="organisation" value="\(value: choice.value)"\
            \(attribute: "aria-current", choice.value == organisation.value ? "true" : nil)>\
            \(isolated: choice.label)</button></li>
            """
        }
        return """
            <div class="menu start" popover id="organisations">\
            <form method="post" action="\(links.switchOrganisation)" aria-label="\(Text.switchOrganisation)">\
            \(raw: frameFields)<ul class="items">\(raw: choices)</ul></form></div>
            """
    }

    private var frameFields: Markup {
        "\(raw: .hidden("csrf", token))\(raw: .hidden("return", path))"
    }

    /// The one live region, the texts of the script, and what it polls.
    private var status: Markup {
        """
        <p class="visually-hidden" role="status" data-status></p>\
        <div hidden id="script-texts"\(attribute: "data-poll-url", pollHref)\(attribute: "data-ledger", ledgerIndex)\
        \(attribute: "data-events-url", eventsHref)\
         data-changed-by="\(Text.liveChangedBy)" data-changed-form="\(Text.liveChangedForm)"\
         data-left-list="\(Text.liveLeftList)" data-somebody="\(Text.somebodyElse)"\
         data-saving="\(Text.saving)" data-saved="\(Text.saved)" data-not-saved="\(Text.notSaved)"\
         data-offline="\(Text.offline)" data-online="\(Text.online)" data-conflict="\(Text.conflict)"\
         data-invalid="\(Text.invalid)" data-signed-out="\(Text.signedOut)" data-unsaved="\(Text.unsavedChanges)"\
         data-not-possible="\(Text.notPossibleHere)" data-waiting="\(Text.answersWait)"></div>
        """
    }
}
