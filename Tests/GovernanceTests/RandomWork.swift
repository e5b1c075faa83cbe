// Random work of an organisation through the services: what people do in a year, in seconds.
import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage

/// Creates, edits, moves, archives and answers at random.
struct RandomWork {
    let world: World
    init(_ world: World) { self.world = world }

    func run(steps: Int, _ random: inout StateBox, after each: (Int) async throws -> Void = { _ in }) async throws {
        let library = try await world.library.current(for: nil)
        let requirements = library.frameworks.prefix(2).flatMap { $0.items.filter(\.isAssessable).map(\.id) }
            .prefix(12)
        let rows = library.rows.prefix(30).map(\.key)
        var controls: [UUID] = []
        var others: [(AnySchema, UUID)] = []
        for step in 0..<steps {
            let choice = Int.random(in: 0..<10, using: &random)
            do {
                switch choice {
                case 0, 1:
                    let control = try await world.records.create(
                        Control.schema.erased,
                        [
                            "code": .text("C-\(step)"), "title": .text("Control \(word(&random)) \(step)"),
                            "requirements": .links(some(requirements, &random)),
                        ], as: world.lead)
                    controls.append(control.id)
                    others.append((Control.schema.erased, control.id))
                case 2: others.append((Evidence.schema.erased, try await evidence(requirements, controls, &random)))
                case 3: others.append((Task.schema.erased, try await task(requirements, controls, &random)))
                case 8: others.append((Finding.schema.erased, try await finding(requirements, controls, &random)))
                case 4, 5, 6: try await change(others, requirements, controls, &random)
                case 7: world.clock.advance(days: Int.random(in: 0...2, using: &random))
                default:
                    guard let key = rows.randomElement(using: &random) else { break }
                    let row = try await world.row(key)
                    let result = [AnswerInput.Result.conform, .partlyConform, .nonconform, .notAssessed]
                        .randomElement(using: &random)
                    let part = row.isOneAnswer ? nil : row.parts.randomElement(using: &random)?.item.frameworkKey
                    try await world.answer(key, result, part: part) { $0.note = "Seen by \(word(&random))" }
                }
            } catch ServiceError.conflict, ServiceError.invalid {
                // A random move that the rules refuse is no step of this history.
            }
            try await each(step)
        }
    }

    private func evidence(
        _ requirements: ArraySlice<UUID>, _ controls: [UUID], _ random: inout StateBox
    ) async throws -> UUID {
        let today = world.clock.today
        var input: [String: FieldValue] = [
            "title": .text("Evidence \(word(&random))"), "kind": .text("link"),
            "link": .text("https://example.org/\(word(&random))"), "periodFrom": .day(today.adding(days: -9)),
            "periodTo": .day(today), "requirements": .links(some(requirements, &random)),
            "controls": .links(some(controls[...], &random)),
        ]
        if Bool.random(using: &random) {
            input["validUntil"] = .day(today.adding(days: Int.random(in: 0...20, using: &random)))
        }
        return try await world.records.create(Evidence.schema.erased, input, as: world.lead).id
    }

    private func task(
        _ requirements: ArraySlice<UUID>, _ controls: [UUID], _ random: inout StateBox
    ) async throws -> UUID {
        try await world.records.create(
            Task.schema.erased,
            [
                "title": .text("Task \(word(&random))"),
                "kind": .text(["gap", "correctiveAction"].randomElement(using: &random) ?? "gap"),
                "dueOn": .day(world.clock.today.adding(days: Int.random(in: -3...20, using: &random))),
                "requirements": .links(some(requirements, &random)), "controls": .links(some(controls[...], &random)),
            ], as: world.lead
        ).id
    }

    private func finding(
        _ requirements: ArraySlice<UUID>, _ controls: [UUID], _ random: inout StateBox
    ) async throws -> UUID {
        try await world.records.create(
            Finding.schema.erased,
            [
                "title": .text("Finding \(word(&random))"),
                "kind": .text(Finding.Kind.allCases.randomElement(using: &random)?.rawValue ?? ""),
                "raisedOn": .day(world.clock.today),
                "requirements": .links(some(requirements, &random)), "controls": .links(some(controls[...], &random)),
            ], as: world.lead
        ).id
    }

    private func change(
        _ others: [(AnySchema, UUID)], _ requirements: ArraySlice<UUID>, _ controls: [UUID],
        _ random: inout StateBox
    ) async throws {
        guard let (schema, id) = others.randomElement(using: &random) else { return }
        let record = try await world.records.get(schema, id, as: world.lead)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            _ = try await world.records.setArchived(
                !record.meta.isArchived, schema, id, over: record.version, as: world.lead, reason: "Tidying")
        case 1:
            guard let state = schema.lifecycle.map({ record[$0.field].text }),
                let next = schema.lifecycle?.transitions.filter({ $0.from.contains(state) }).randomElement(
                    using: &random)
            else { return }
            do {
                _ = try await world.records.take(
                    next.name, schema, id, over: record.version, as: world.lead, reason: "Because")
            } catch ServiceError.forbidden {
                // Separation of duties refuses some moves of one person.
            }
        default:
            _ = try await world.records.update(
                schema, id, over: record.version,
                [
                    "title": .text("\(schema.label) \(word(&random))"),
                    "requirements": .links(some(requirements, &random)),
                ], keepsMissing: true, as: world.lead)
        }
    }

    private func some(_ ids: ArraySlice<UUID>, _ random: inout StateBox) -> [UUID] {
        let count = Int.random(in: 0...3, using: &random)
        return Set((0..<count).compactMap { _ in ids.randomElement(using: &random) }).sorted()
    }

    private func word(_ random: inout StateBox) -> String {
        ["drift", "Zürich", "ledger", "naïve", "Audit", "access"].randomElement(using: &random) ?? "drift"
    }
}
