// A record type for these tests: one field for each trait that limits a value, and some rules.
import Foundation
import RecordKit

struct Probe: Record {
    var name = ""
    var note: String?
    var brief: String?
    var rating: Int?
    var cost: Decimal?
    var page: String?
    var kind = Kind.small
    var parent: ID<Probe>?
    var owner = ID<Probe>.unset
    var peers = Links<Probe>()
    var extra: JSONDocument?
    var from: Day?
    var to: Day?
    var state = State.draft

    enum Kind: String, Choice { case small, large }
    enum State: String, Choice { case draft, open, closed }
    var double: Int? { rating.map { $0 * 2 } }

    static let type: RecordType = "probe"
    static let schema = Schema<Probe>(
        plural: "probes", title: "name", help: "A record for tests.",
        permissions: Permissions(
            .allowAll(.read, when: .assigned("owner")), .allow(.read, .update, to: [.complianceLead]),
            .allow(.create, to: [.employee, .controlOwner]), .allow(.update, to: [.employee], when: .author)),
        lifecycle: Lifecycle(
            "state", initial: State.draft,
            [
                Transition("open", from: [State.draft, .closed], to: .open, by: [.complianceLead]),
                Transition(
                    "close", label: "Close for good", from: [State.open], to: .closed, by: [], assigned: ["owner"],
                    needsReason: true),
            ])
    ) {
        Section("First") {
            Field(\.name, "name", .length(3...10), .listed, .searchable, .sortable, .unique, .filterable)
            Field(\.note, "note", .longText, .sensitive, .fixed)
            Field(\.brief, "brief", .length(0...5))
            Field(\.rating, "rating", .range(1...5))
            Field(derived: \.double, "double")
            Field(\.cost, "cost")
            Field(\.page, "page", .webAddress)
        }
        Section("Second") {
            Field(\.kind, "kind")
            Field(\.parent, "parent")
            Field(\.owner, "owner")
            Field(\.peers, "peers")
            Field(\.extra, "extra")
            Field(\.from, "from")
            Field(\.to, "to")
            Field(\.state, "state", .readOnly)
        }
        Check("to", "must not be before the start") { probe in
            guard let from = probe.from, let to = probe.to else { return true }
            return from <= to
        }
        Check("page", "is needed by the large") { $0.kind != .large || $0.page != nil }
    }

    /// A record that passes every rule.
    static var good: Probe {
        var probe = Probe()
        probe.name = "Probe"
        probe.owner = ID(UUID.version7(at: Instant(millisecondsSince1970: 7), random: (7, 7)))
        return probe
    }
    static var values: [FieldValue] { schema.fields.map { $0.get(good) } }
}
