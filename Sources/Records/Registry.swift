// The list of all record types. Tables, routes, menus and tests go through it; a type that is not here does not exist.
package import RecordKit

/// Every record type there is.
package enum Registry {
    /// In the order in which tables are created and menus are shown: a type stands after those that its references
    /// name.
    package static let all: [any Record.Type] = [
        Organisation.self, Person.self, RoleAssignment.self,
        Framework.self, Requirement.self, Mapping.self, FrameworkAdoption.self,
        ImportedLibrary.self, ReferenceControl.self, Threat.self, RiskMatrix.self,
        Asset.self, Control.self, Applicability.self, Assessment.self, Answer.self,
        Evidence.self, Milestone.self, Task.self,
        Risk.self, Obligation.self, StatementOfApplicability.self,
        SectionAssignment.self, Finding.self,
        ErasureRequest.self, Hold.self,
    ]

    /// The schemas of ``all``, in the same order.
    package static let schemas: [AnySchema] = all.map { erased($0) }

    /// The schema of a type, such as a reference's target.
    package static func schema(_ type: RecordType) -> AnySchema? { byName[type.name] }
    /// The schema of a type by its name, such as `roleAssignment`.
    package static func schema(named name: String) -> AnySchema? { byName[name] }
    /// The schema of a type by its URL segment, such as `roleAssignments`.
    package static func schema(plural: String) -> AnySchema? { byPlural[plural] }

    private static let byName = Dictionary(uniqueKeysWithValues: schemas.map { ($0.type.name, $0) })
    private static let byPlural = Dictionary(uniqueKeysWithValues: schemas.map { ($0.plural, $0) })

    private static func erased<R: Record>(_ type: R.Type) -> AnySchema { R.schema.erased }
}
