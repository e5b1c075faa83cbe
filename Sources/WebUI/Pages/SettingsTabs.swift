// What the pages of the settings share: their tabs, and how a secret is shown that is kept nowhere.
import Access
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird

/// Parts of settings pages.
enum SettingsParts {
    /// The tabs that the caller has a use for.
    static func tabs(_ current: Link, _ caller: Caller) -> Markup {
        var pages: [(Text, Link)] = []
        if caller.organisation != nil {
            pages = [(.settingsMembers, .members), (.settingsTokens, .tokens), (.settingsAccount, .account)]
        }
        if caller.isServerAdministrator { pages += [(.settingsOrganisations, .hosted()), (.settingsJobs, .jobs())] }
        return .tabs(label: text(.settings), pages.map { (text($0.0), $0.1.href, $0.1.route == current.route) })
    }

    /// A secret that is kept nowhere else.
    static func shownOnce(_ title: Text, _ why: Text, _ secret: String) -> Markup {
        .notice(
            .good, title: text(title),
            """
            \(why)<input class="input mono" readonly value="\(value: secret)" aria-label="\(title)">
            """, isAlert: true)
    }

    /// The address by which the browser reached us.
    static func origin(_ request: Request) -> String {
        if let origin = request.headers[.origin], origin.hasPrefix("http") { return origin }
        return request.head.authority.map { "https://\($0)" } ?? ""
    }
}
