// Laws that hold for every record type: what is forgotten or misspelt in a declaration fails here.
import RecordKit
import Records
import Testing

struct RegistryTests {
    static let schemas = Registry.schemas
    private static let reserved: Set<String> = [
        "id", "version", "archived", "createdAt", "createdBy", "updatedAt", "updatedBy", "ledgerIndex",
        "organisation", "since", "until", "revision",
    ]
    private static let person = Person.type

    private func properties<R: Record>(of type: R.Type) -> [String] {
        Mirror(reflecting: R()).children.compactMap(\.label)
    }

    @Test func everyPropertyIsAFieldOfTheSameName() {
        for (type, schema) in zip(Registry.all, Self.schemas) {
            let fields = schema.fields.filter { !$0.isDerived }.map(\.name)
            #expect(Set(properties(of: type)) == Set(fields), "\(schema.type.name)")
        }
    }

    @Test func namesAreUniqueAndFoundAgain() {
        #expect(Set(Self.schemas.map(\.type)).count == Registry.all.count)
        #expect(Set(Self.schemas.map(\.plural)).count == Registry.all.count)
        for schema in Self.schemas {
            #expect(Registry.schema(schema.type) === schema)
            #expect(Registry.schema(named: schema.type.name) === schema)
            #expect(Registry.schema(plural: schema.plural) === schema)
        }
        #expect(Registry.schema(named: "people") == nil)
        #expect(Registry.schema(plural: "person") == nil)
    }

    @Test func noFieldTakesANameOfTheStore() {
        for schema in Self.schemas {
            #expect(Self.reserved.isDisjoint(with: schema.fields.map(\.name)), "\(schema.type.name)")
            let columns = schema.fields.map(\.name.asColumn)
            #expect(Set(columns).count == columns.count, "\(schema.type.name)")
        }
    }

    @Test func everyReferenceNamesARegisteredTypeThatStandsBefore() {
        var seen: Set<RecordType> = []
        for schema in Self.schemas {
            seen.insert(schema.type)
            for field in schema.fields {
                guard let target = field.kind.target else { continue }
                #expect(Registry.schema(target) != nil, "\(schema.type.name).\(field.name)")
                if case .reference = field.kind {
                    #expect(seen.contains(target), "\(schema.type.name).\(field.name) stands before \(target.name)")
                }
            }
        }
    }

    @Test func theTitleIsTextAndListed() {
        for schema in Self.schemas {
            let title = schema.fields[schema.titlePosition]
            #expect(title.kind == .text && title.has(.listed), "\(schema.type.name)")
            #expect((4...7).contains(schema.fields.filter { $0.has(.listed) }.count), "\(schema.type.name)")
        }
    }

    @Test func traitsFitTheirKinds() {
        for schema in Self.schemas {
            for field in schema.fields {
                let name = "\(schema.type.name).\(field.name)"
                if field.has(.sortable) { #expect(Self.isSortable(field), "\(name)") }
                for trait in field.traits {
                    switch trait {
                    case .length, .longText, .webAddress, .searchable: #expect(field.kind == .text, "\(name)")
                    case .range: #expect(field.kind == .integer, "\(name)")
                    case .unique, .fixed, .readOnly, .sensitive: #expect(!field.isDerived, "\(name)")
                    default: break
                    }
                }
                #expect(!(field.has(.sensitive) && field.has(.searchable)), "\(name)")
                #expect(!(field.has(.fixed) && field.has(.readOnly)), "\(name)")
            }
        }
    }

    private static func isSortable(_ field: FieldDescription) -> Bool {
        switch field.kind {
        case .text: !field.isLongText && !field.isDerived
        case .integer, .decimal, .bool, .day, .time, .choice: !field.isDerived
        case .reference, .links, .file, .json: false
        }
    }

    @Test func whereThereIsAChoiceOneCanFilter() {
        for schema in Self.schemas {
            let choices = schema.fields.filter { if case .choice = $0.kind { true } else { false } }
            #expect(choices.isEmpty || choices.contains { $0.has(.filterable) }, "\(schema.type.name)")
        }
    }

    @Test func everyFieldSaysWhatToWrite() {
        for schema in Self.schemas {
            #expect(schema.help.hasSuffix("."), "\(schema.type.name)")
            for field in schema.fields where !field.isDerived {
                let name = "\(schema.type.name).\(field.name)"
                #expect(field.help.hasSuffix(".") && field.help.count <= 120, "\(name)")
                #expect(field.label.first?.isUppercase == true && field.label.count <= 40, "\(name)")
            }
        }
    }

    @Test func theBlankRecordIsRefusedWhereSomethingIsRequired() throws {
        for schema in Self.schemas {
            let required = zip(schema.fields, schema.blank).filter { $0.isRequired && $1.isUnset }.map(\.0.name)
            #expect(!required.isEmpty, "\(schema.type.name)")
            let error = #expect(throws: Invalid.self, "\(schema.type.name)") { try schema.validated(schema.blank) }
            let refused = Set(error?.problems.filter { $0.message == "is required" }.map(\.field) ?? [])
            #expect(refused == Set(required), "\(schema.type.name)")
        }
    }
}

struct LifecycleLawTests {
    private static let types = Registry.schemas.filter { $0.lifecycle != nil }

    @Test func theStateIsAReadOnlyChoiceThatStartsAtTheInitialState() throws {
        #expect(Self.types.count == 15)
        for schema in Self.types {
            let lifecycle = try #require(schema.lifecycle)
            let field = try #require(schema.field(lifecycle.field))
            guard case .choice = field.kind else {
                Issue.record("\(schema.type.name): the state is no choice")
                continue
            }
            #expect(field.has(.readOnly) && field.isRequired, "\(schema.type.name)")
            #expect(schema.blank[try #require(schema.position[field.name])] == .text(lifecycle.initial))
        }
    }

    @Test func everyStateIsReachedAndEveryTransitionNamesStates() throws {
        for schema in Self.types {
            let lifecycle = try #require(schema.lifecycle)
            guard case .choice(let states) = schema.field(lifecycle.field)?.kind else { continue }
            var reached: Set<String> = [lifecycle.initial]
            for _ in states {
                for transition in lifecycle.transitions where !transition.from.isDisjoint(with: reached) {
                    reached.insert(transition.to)
                }
            }
            #expect(reached == Set(states), "\(schema.type.name)")
            for transition in lifecycle.transitions {
                let name = "\(schema.type.name).\(transition.name)"
                #expect(!transition.from.isEmpty && transition.from.isSubset(of: states), "\(name)")
                #expect(states.contains(transition.to) && !transition.from.contains(transition.to), "\(name)")
                #expect(!transition.roles.isEmpty || !transition.assigned.isEmpty, "\(name) is open to nobody")
            }
        }
    }

    @Test func transitionsNameFieldsThatExistAndFit() throws {
        for schema in Self.types {
            let lifecycle = try #require(schema.lifecycle)
            for transition in lifecycle.transitions {
                let name = "\(schema.type.name).\(transition.name)"
                for field in transition.assigned {
                    #expect(schema.field(field)?.kind.target == Person.type, "\(name)")
                }
                for field in transition.requires {
                    #expect(schema.field(field).map { !$0.isRequired && !$0.isDerived } == true, "\(name)")
                }
                if let other = transition.notByTakerOf {
                    #expect(lifecycle.transition(named: other) != nil, "\(name)")
                }
                for stamp in transition.stamps {
                    switch stamp {
                    case .actor(let field): #expect(schema.field(field)?.kind == .reference(Person.type), "\(name)")
                    case .today(let field): #expect(schema.field(field)?.kind == .day, "\(name)")
                    case .clear(let field): #expect(schema.field(field).map { !$0.isRequired } == true, "\(name)")
                    }
                }
            }
        }
    }
}

struct PermissionLawTests {
    private static let auditorsAndManagement: Set<Role> = [.internalAuditor, .externalAuditor, .topManagement]

    @Test func conditionsNameFieldsThatExistAndFit() {
        for schema in Registry.schemas {
            for condition in schema.permissions.entries.map(\.condition) {
                switch condition {
                case .assigned(let field):
                    #expect(schema.field(field)?.kind.target == Person.type, "\(schema.type.name).\(field)")
                case .inScope(let field):
                    #expect(schema.field(field)?.kind.target != nil, "\(schema.type.name).\(field)")
                case .isSelf: #expect(schema.type == Person.type)
                case .any, .author: break
                }
            }
        }
    }

    @Test func everyRoleButTheEmployeeReadsEverything() {
        for schema in Registry.schemas {
            for role in Role.allCases where role != .employee {
                #expect(schema.permissions.conditions(for: .read, roles: [role]) == [.any], "\(schema.type.name)")
            }
            #expect(!schema.permissions.conditions(for: .read, roles: [.employee]).isEmpty, "\(schema.type.name)")
        }
    }

    @Test func onlyTheLoaderTheServerAndVerbsWriteWhereNobodyMay() {
        let all = Set(Role.allCases)
        for schema in Registry.schemas {
            let permissions = schema.permissions
            let name = schema.type.name
            let mayCreate = !permissions.conditions(for: .create, roles: all).isEmpty
            let mayUpdate = !permissions.conditions(for: .update, roles: all).isEmpty
            let byVerb = [Answer.type, ImportedLibrary.type, StatementOfApplicability.type].contains(schema.type)
            let madeByVerb = byVerb || schema.type == SectionAssignment.type
            // Of the catalogue, an organisation has mappings of its own.
            let byLoader = schema.isCatalogue && schema.type != Mapping.type
            #expect(schema.isWritten == !byLoader, "\(name)")
            #expect(mayCreate == !(byLoader || madeByVerb || schema.type == Organisation.type), "\(name)")
            #expect(mayUpdate == !(byLoader || byVerb), "\(name)")
            if !mayUpdate {
                #expect(permissions.conditions(for: .archive, roles: all).isEmpty, "\(name)")
                #expect(schema.lifecycle?.transitions.allSatisfy(\.byVerb) ?? true, "\(name)")
            }
        }
        let catalogue = Registry.schemas.filter(\.isCatalogue).map(\.type)
        #expect(
            catalogue == [
                Framework.type, Requirement.type, Mapping.type, ReferenceControl.type, Threat.type, RiskMatrix.type,
            ])
    }

    @Test func theExternalAuditorChangesNothing() {
        for schema in Registry.schemas {
            for action in [Action.create, .update, .archive] {
                #expect(schema.permissions.conditions(for: action, roles: [.externalAuditor]).isEmpty)
            }
            for transition in schema.lifecycle?.transitions ?? [] {
                #expect(!transition.roles.contains(.externalAuditor), "\(schema.type.name).\(transition.name)")
            }
        }
    }

    @Test func theInternalAuditorReviewsAndVerifiesButWritesNothing() {
        var taken: Set<String> = []
        for schema in Registry.schemas {
            for action in [Action.create, .update, .archive] {
                #expect(schema.permissions.conditions(for: action, roles: [.internalAuditor]).isEmpty)
            }
            for transition in schema.lifecycle?.transitions ?? [] where transition.roles.contains(.internalAuditor) {
                taken.insert("\(schema.type.name).\(transition.name)")
            }
        }
        #expect(taken == ["evidence.review", "task.verify", "finding.close"])
    }

    @Test func anEmployeeSeesOnlyTheirOwnControlsEvidenceTasksAndAnswers() {
        let expected: [(schema: AnySchema, conditions: Set<Condition>)] = [
            (Control.schema.erased, [.assigned("owner"), .author]),
            (Evidence.schema.erased, [.assigned("owner"), .author]),
            (Task.schema.erased, [.assigned("assignee"), .author]), (Answer.schema.erased, [.assigned("owner")]),
            (Assessment.schema.erased, [.assigned("lead"), .assigned("reviewer")]),
            (SectionAssignment.schema.erased, [.assigned("assignee"), .assigned("reviewer")]),
        ]
        for (schema, conditions) in expected {
            let found = schema.permissions.conditions(for: .read, roles: [.employee])
            #expect(found == conditions, "\(schema.plural)")
        }
    }
}
