// How far it is to one certificate: what is conform, what is not, what nobody knows, what stands in the way, and how
// many days are left. Every number leads to the rows that it counts.
import Foundation
import Governance
import RecordKit
import Records

/// The card of one standard on the overview.
struct CertificateCard {
    let framework: LibraryFramework
    let presenter: RowPresenter
    /// The day by which the certificate is wanted; `nil` if none was named.
    let target: Day?
    let today: Day

    private var id: String { "certificate-\(RowPresenter.elementID(framework.key))" }
    private var counts: PostureCounts { (presenter.view.counts[framework.key] ?? ConformityCounts()).posture }

    private func href(_ query: LinkQuery = [:]) -> String {
        var all: LinkQuery = ["standard": framework.key]
        for item in query.items { all.add(item.name, item.value) }
        all.add("asOf", presenter.asOf)
        return Link.assessment(presenter.assessmentID, all).href
    }

    func markup() -> Markup {
        let chip = RequirementChip(
            RowPresenter.family(framework.key), standard: presenter.shortName(framework.key), reference: "")
        return """
            <section class="card certificate" aria-labelledby="h-\(id)"><header><h2 id="h-\(id)">\
            \(raw: .chip(chip)) \(framework.name)</h2>\(raw: wanted)</header>\
            \(raw: counts.total == counts.unknown ? nothing : answered)\
            \(raw: .postureBar(counts, label: framework.name, size: .thick))\(raw: rest)\(raw: inTheWay)</section>
            """
    }

    private var wanted: Markup {
        guard let target else { return "<span class=\"meta\">\(Text.noTargetDay)</span>" }
        let days = target.daysSince1970 - today.daysSince1970
        let left: Markup = "<b>\(Text.reportDaysLeft(days))</b>"
        return """
            <span class="meta">\(Text.wantedBy(target)), \(raw: left)</span>
            """
    }

    private var answered: Markup {
        """
        <p class="score"><a href="\(href(["shown": "conform"]))"><b>\(Text.count(counts.conform))</b></a> \
        <span>\(Text.conformOf(counts.conform, counts.total))</span></p>
        """
    }

    /// No number stands where nothing is known.
    private var nothing: Markup {
        """
        <p class="score none"><b>\(Text.nothingAnswered)</b> \
        <span>\(Text.toBeAnswered(counts.total))</span></p>
        """
    }

    private var rest: Markup {
        let parts = counts.parts.filter { $0.tone != .conform && ($0.count > 0 || $0.tone != .notApplicable) }
        let items: Markup = .each(parts) { part in
            let shown = RowFilter.Shown(part.tone).rawValue
            return """
                <li><a href="\(href(["shown": shown]))">\(raw: .status(part.tone, "\(Text.count(part.count)) \(text(part.tone.word).lowercased())"))</a></li>
                """
        }
        return "<ul class=\"tallies\">\(raw: items)</ul>"
    }

    /// Clauses alone: which controls are necessary is for the organisation's risks to say.
    private var inTheWay: Markup? {
        let clauses = presenter.view.rows.flatMap(\.partsInScope).filter {
            $0.item.frameworkKey == framework.key && $0.item.isClause
        }
        guard !clauses.isEmpty else { return nil }
        let blocking = clauses.count(where: GapReport.isInTheWay)
        let open = clauses.count { $0.shown == .unknown }
        if blocking > 0 {
            return """
                <p class="verdict bad">\(raw: .icon(.alert, isSmall: true))\
                <a href="\(href(["kind": "clauses", "shown": "gaps"]))">\(Text.clausesInTheWay(blocking))</a>\
                <span class="meta">\(Text.clausesInTheWayWhy)</span></p>
                """
        }
        if open > 0 {
            return """
                <p class="verdict">\(raw: .icon(.unknown, isSmall: true))\
                <a href="\(href(["kind": "clauses", "shown": "unknown"]))">\(Text.clausesUnknown(open))</a>\
                <span class="meta">\(Text.clausesUnknownWhy)</span></p>
                """
        }
        return "<p class=\"verdict\">\(raw: .icon(.check, isSmall: true))\(Text.noClauseInTheWay)</p>"
    }
}
