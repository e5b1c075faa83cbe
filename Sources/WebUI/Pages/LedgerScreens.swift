// The ledger in plain words: how long it is, what was signed last, with which key to check it, and what it can prove.
import Access
import Foundation
import Governance
package import HTTPServing
package import Hummingbird
import MerkleLog
import RecordKit
import Records
import Storage

/// The page of the ledger.
package struct LedgerScreens: Sendable {
    static let leavesShownMax = 50
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the route.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.ledger.rawValue), use: ledger)
    }

    @Sendable private func ledger(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let organisation = caller.organisation
        let end = try request.linkQuery()["before"].map { text in
            guard let end = Int(text), end >= 0 else { throw Failure.invalid("before", WebUI.text(.meansNothing)) }
            return end
        }
        // An employee sees what is their own; the whole list of who changed what is not.
        let seesLeaves = LedgerReading.seesEntries(caller)
        let found = try await services.store.read { reader in
            let size = try reader.ledgerSize(organisation)
            let end = min(end ?? size, size)
            let start = max(0, end - Self.leavesShownMax)
            let leaves =
                seesLeaves && end > start ? try reader.leaves(organisation, from: start, limit: end - start) : []
            return (size, try reader.lastCheckpoint(organisation), leaves, start, end)
        }
        let page = LedgerPage(
            size: found.0, checkpoint: found.1, leaves: found.2.reversed(), start: found.3, end: found.4,
            seesLeaves: seesLeaves, origin: services.ledger.origin(organisation),
            verifierKey: try services.ledger.verifierKey(organisation), zone: caller.timeZone,
            packForm: PackService.mayExport(caller) ? PackForm(token: context.formToken).markup : nil)
        return try await frame.page(text(.ledger), request, context, content: try page.markup())
    }
}

/// All that the page of the ledger shows.
struct LedgerPage {
    let size: Int
    let checkpoint: StoredCheckpoint?
    /// Newest first.
    let leaves: [StoredLeaf]
    let start: Int
    let end: Int
    let seesLeaves: Bool
    let origin: String
    let verifierKey: String
    let zone: TimeZone
    /// `nil` for those who may not export.
    var packForm: Markup?

    func markup() throws -> Markup {
        let list = try entries()
        return Markup(capacityBytes: 32_768) { html in
            html.add(.pageHeader(text(.ledger), lead: text(.ledgerLead)))
            html.raw("<div class=\"stack\">")
            html.add(.card(id: "now", title: text(.ledgerNow), facts))
            html.add(.card(id: "meaning", title: text(.whatItProves), meaning))
            if let packForm {
                html.add(.card(id: "pack", title: text(.auditPack), lead: text(.auditPackLead), packForm))
            }
            html.add(
                .card(
                    id: "entries", title: text(.lastEntries),
                    lead: leaves.isEmpty ? nil : text(.entriesFromTo(start, end - 1)), isFlush: true,
                    footer: leaves.isEmpty ? nil : pager, list))
            html.raw("</div>")
        }
    }

    private var facts: Markup {
        let note: Markup =
            checkpoint.map {
                """
                <div class="scroll" tabindex="0" role="group" aria-label="\(Text.signedNote)">\
                <pre class="mono">\($0.note)</pre></div>
                """
            }
            ?? .status(.unknown, text(.notSignedYet), isPlain: true)
        return .descriptionList([
            (text(.entries), .escaped(Text.count(size))), (text(.signedName), .mono(origin)),
            (
                text(.lastCheckpoint),
                checkpoint.map { .escaped(text(.checkpointAt($0.size, $0.at.words(in: zone)))) }
                    ?? .status(.unknown, text(.notSignedYet), isPlain: true)
            ),
            (text(.signedNote), note), (text(.verifierKey), .mono(verifierKey)),
        ])
    }

    private var meaning: Markup {
        let points: ([Text]) -> Markup = { texts in
            "<ul class=\"list\">\(raw: .each(texts) { "<li><span>\($0)</span></li>" })</ul>"
        }
        return """
            <h3>\(Text.itProves)</h3>\(raw: points(Text.ledgerProves))\
            <h3 class="mt">\(Text.itDoesNotProve)</h3>\(raw: points(Text.ledgerLimits))
            """
    }

    private func entries() throws -> Markup {
        guard seesLeaves else { return .emptyState(title: text(.notForEmployees), text(.notForEmployeesWhy)) }
        guard !leaves.isEmpty else { return .emptyState(title: text(.noEntries), text(.noEntriesWhy)) }
        let rows = try leaves.map { stored in
            let leaf = try Leaf(canonicalBytes: stored.data)
            let at = Instant(millisecondsSince1970: leaf.timeMilliseconds)
            return TableRow(
                title: Text.count(stored.index), href: Link.entry(stored.index).href, subtitle: at.words(in: zone),
                cells: [
                    .escaped(leaf.action.asLabel), object(leaf), .escaped(leaf.actor.kind.asLabel),
                    .mono(Self.hexadecimal(stored.hash)),
                ], id: "entry-\(stored.index)")
        }
        return .dataTable(
            label: text(.lastEntries),
            columns: [.index, .action, .object, .actor, .leafHash].map { TableColumn(text($0)) }, rows: rows)
    }

    private func object(_ leaf: Leaf) -> Markup {
        guard let schema = Registry.schema(named: leaf.object.type), let id = UUID(uuidString: leaf.object.id) else {
            return .escaped(text(.objectOf(leaf.object.type.asLabel, leaf.object.version)))
        }
        return .link(text(.objectOf(schema.label, leaf.object.version)), Link.record(schema, id).href)
    }

    private var pager: Markup {
        .pager(
            summary: text(.entriesOf(leaves.count, size)),
            previousHref: end < size
                ? Link.ledger(
                    end + LedgerScreens.leavesShownMax < size
                        ? ["before": String(end + LedgerScreens.leavesShownMax)] : [:]
                ).href : nil,
            nextHref: start > 0 ? Link.ledger(["before": String(start)]).href : nil)
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
