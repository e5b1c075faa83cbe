// The bar over a list for what is done with chosen rows.
import Access
import Foundation
import Governance
import RecordKit
import Storage

/// Chosen rows go from here to the form that asks what to do with them.
struct BulkBar: Sendable {
    static let formID = "bulk"
    let state: ListState
    let count: Int?
    let formToken: String

    /// - Returns: `nil` if the caller may do nothing with records of the type.
    init?(_ state: ListState, count: Int?, _ caller: Caller, formToken: String) {
        guard !BulkChoices(state.schema, caller).isEmpty else { return nil }
        (self.state, self.count, self.formToken) = (state, count, formToken)
    }

    /// The value of a row's checkbox: which record, in the version that is shown.
    static func pick(_ record: StoredRecord) -> String { "\(record.id.lowercased):\(record.version)" }
    /// - Returns: `nil` for what no list wrote.
    static func seen(_ pick: String) -> SeenRecord? {
        let parts = pick.split(separator: ":")
        guard parts.count == 2, let id = UUID(uuidString: String(parts[0])), let version = Int(parts[1]) else {
            return nil
        }
        return SeenRecord(id: id, version: version)
    }

    var markup: Markup {
        .bulkBar(
            formID: Self.formID, action: Link.bulk(state.schema.plural).href,
            hidden: [("csrf", formToken), ("query", String(state.query.without("cursor").string.dropFirst()))],
            actions: "\(raw: all)\(raw: .submitButton(text(.bulkChange), look: .small))")
    }

    /// Beyond the page: all that match, as long as one change may take them.
    private var all: Markup? {
        guard let count, count > ListState.pageSize else { return nil }
        guard count <= BulkEdit.recordsMax else {
            return "<span class=\"meta\">\(Text.bulkTooMany(BulkEdit.recordsMax))</span>"
        }
        return """
            <label class="check"><input type="checkbox" name="all" value="1"><span>\
            \(Text.bulkAllMatching(count))</span></label>
            """
    }
}

/// What a caller may do with many records of a type; whether with each one, the change itself decides.
struct BulkChoices: Sendable {
    let fields: [FieldDescription]
    let transitions: [Transition]
    let mayArchive: Bool

    init(_ schema: AnySchema, _ caller: Caller) {
        let isWritable = schema.isWritten && caller.mayWrite && !caller.roles.contains(.externalAuditor)
        let mayUpdate = isWritable && Authorisation.visible(caller, .update, schema) != .none
        // What is unique, or a file, is not one value for many records.
        fields =
            mayUpdate
            ? FormFields.open(schema, isNew: false).filter { !$0.has(.unique) && $0.kind != .file && $0.kind != .json }
            : []
        transitions =
            isWritable
            ? (schema.lifecycle?.transitions ?? []).filter { transition in
                caller.hasEveryPermission || !transition.assigned.isEmpty
                    || !transition.roles.isDisjoint(with: caller.roles)
            } : []
        mayArchive = isWritable && Authorisation.visible(caller, .archive, schema) != .none
    }

    var isEmpty: Bool { fields.isEmpty && transitions.isEmpty && !mayArchive }
}
