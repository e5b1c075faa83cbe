// A request to erase content for good (GDPR, Art. 17; ISO/IEC 27001, A.8.10), decided by a second person.
import Foundation
package import RecordKit

/// Names what is to be erased by type and id only: the request stays when its subject is gone.
package struct ErasureRequest: Record {
    package var subjectType = ""
    package var subjectID = ""
    package var scope = Scope.record
    package var fieldNames: String?
    package var legalBasis = LegalBasis.noLongerNecessary
    package var reason = ""
    package var requestedBy: ID<Person>?
    package var carriedOutBy: ID<Person>?
    package var carriedOutOn: Day?
    package var erasedRevisions: Int?
    package var erasedFiles: Int?
    package var status = Status.requested
    package init() {}

    package enum Scope: String, Choice { case record, fields }
    /// GDPR, Art. 17(1), (a) to (f), and what obliges beside it.
    package enum LegalBasis: String, Choice {
        case noLongerNecessary, consentWithdrawn, objection, unlawfulProcessing, legalObligation, collectedFromChild
        case courtOrder, recordedInError
    }
    package enum Status: String, Choice { case requested, carriedOut, refused, withdrawn }

    /// For example "Erasure of person 4f2a91c03b7d".
    package var title: String { "Erasure of \(subjectType.asLabel.lowercased()) \(subjectID.suffix(12))" }

    /// Those who propose; each needs another of them, or top management, to carry it out.
    private static let proposers: [Role] = [.dataSecurityOfficer, .complianceLead]

    package static let type: RecordType = "erasureRequest"
    package static let schema = Schema<ErasureRequest>(
        plural: "erasureRequests", title: "title",
        help: "What has to be erased for good, and on which legal basis. A second person carries it out.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("requestedBy")),
            .allow(.create, .update, .archive, to: proposers)),
        lifecycle: Lifecycle(
            "status", initial: Status.requested,
            [
                // Holds, and what is left of the subject, are for the verb to look at.
                Transition(
                    "carryOut", from: [Status.requested], to: .carriedOut, by: proposers + [.topManagement],
                    notByAuthor: true, stamps: [.actor("carriedOutBy"), .today("carriedOutOn")], byVerb: true),
                Transition(
                    "refuse", from: [Status.requested], to: .refused, by: proposers + [.topManagement],
                    needsReason: true),
                Transition("withdraw", from: [Status.requested], to: .withdrawn, by: proposers, needsReason: true),
            ])
    ) {
        Section("What to erase") {
            Field(derived: \.title, "title", label: "Erasure", .listed)
            Field(
                \.subjectType, "subjectType", label: "Kind of record",
                help: "The type of the record as the API names it, for example person or evidence.", .length(1...60),
                .fixed, .listed)
            Field(
                \.subjectID, "subjectID", label: "Record",
                help: "The id of the record. It is all that names the subject, so that no name is left here.",
                .length(36...36), .fixed)
            Field(
                \.scope, "scope", help: "The whole record, or only some of its fields.", .fixed, .listed, .filterable)
            Field(
                \.fieldNames, "fieldNames", label: "Fields",
                help: "The fields as the API names them, separated by spaces, for example phone jobTitle.",
                .length(0...500), .fixed)
        }
        Section("Why") {
            Field(
                \.legalBasis, "legalBasis",
                help: "GDPR, Art. 17(1) (a) to (f) in their order, a court's order, or an entry made in error.", .fixed,
                .listed, .filterable)
            Field(
                \.reason, "reason", help: "In a few words and without names: the request stays for ever.",
                .length(1...500))
            Field(
                \.requestedBy, "requestedBy", label: "Asked for by",
                help: "Who passed the request on; not the person whom it is about.", .fixed, .filterable)
        }
        Section("Decision") {
            Field(
                \.status, "status", help: "Carried out only by somebody who did not propose it.", .readOnly, .listed,
                .filterable, .sortable)
            Field(\.carriedOutBy, "carriedOutBy", help: "The second person.", .readOnly, .filterable)
            Field(\.carriedOutOn, "carriedOutOn", help: "The day of the erasure.", .readOnly, .listed, .sortable)
            Field(
                \.erasedRevisions, "erasedRevisions", help: "How many revisions lost their content.", .readOnly)
            Field(\.erasedFiles, "erasedFiles", help: "How many files no record holds any more.", .readOnly)
        }
        Check("fieldNames", "must name the fields, or be empty for the whole record") { request in
            (request.scope == .fields) == (request.fieldNames != nil)
        }
        Check("subjectID", "must be an id") { UUID(uuidString: $0.subjectID) != nil }
    }
}
