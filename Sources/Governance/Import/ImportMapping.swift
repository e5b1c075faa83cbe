// Which column of a file is which field: by wire name, by label, and by what somebody chose last time.
import Foundation
package import RecordKit
import Records
package import Storage

/// The columns of an import.
package struct ImportMapping: Sendable {
    /// The targets that are no fields.
    package static let id = "id"
    package static let version = "version"
    /// A column that is left out, by somebody's choice.
    package static let ignored = ""

    package let schema: AnySchema
    package let header: [String]
    package let settings: ImportJob.Settings

    package init(_ schema: AnySchema, header: [String], settings: ImportJob.Settings) {
        self.schema = schema
        self.header = header
        self.settings = settings
    }

    /// How a heading is remembered: without regard to case and to spaces around it.
    static func folded(_ heading: String) -> String {
        heading.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    }

    /// The headings of a file.
    /// - Throws: ``Invalid`` for a header that is not one: empty, with a heading twice, or probably split wrongly.
    static func header(_ row: [String]) throws(Invalid) -> [String] {
        var header = row.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        while header.last == "" { header.removeLast() }
        guard !header.isEmpty else { throw Invalid("file", "has an empty header line") }
        if header.count == 1, let other = header[0].first(where: { ",;\t".contains($0) }) {
            let name = other == "," ? "comma" : other == ";" ? "semicolon" : "tab"
            throw Invalid("file", "has one column, “\(header[0])”; is the delimiter a \(name)?")
        }
        var seen: [String: Int] = [:]
        for (at, heading) in header.enumerated() {
            guard !heading.isEmpty else { throw Invalid("file", "has no heading over column \(at + 1)") }
            if let first = seen[folded(heading)] {
                throw Invalid("file", "has the heading “\(heading)” twice, over columns \(first + 1) and \(at + 1)")
            }
            seen[folded(heading)] = at
        }
        return header
    }

    /// The settings that suit a header.
    /// - Parameter remembered: The targets of folded headings from former imports.
    static func suggested(
        _ schema: AnySchema, _ header: [String], remembered: [String: String]
    ) -> ImportJob.Settings {
        var targets = header.map { heading -> String? in
            let name = folded(heading)
            if let known = remembered[name], known == ignored || isTarget(known, schema) { return known }
            if name == id || name == version { return name }
            let byName = schema.fields.first { $0.name.lowercased() == name }
            return (byName ?? schema.fields.first { $0.label.lowercased() == name })?.name
        }
        // One field has one column: the first that claims it.
        var taken: Set<String> = []
        for at in targets.indices {
            guard let target = targets[at], target != ignored else { continue }
            if !taken.insert(target).inserted { targets[at] = nil }
        }
        return ImportJob.Settings(targets: targets, key: suggestedKey(schema, targets))
    }

    /// The key that suits some targets: the id, then a unique field, then the title.
    package static func suggestedKey(_ schema: AnySchema, _ targets: [String?]) -> String {
        let mapped = Set(targets.compactMap(\.self))
        if mapped.contains(id) { return id }
        if let unique = schema.fields.first(where: { $0.has(.unique) && mapped.contains($0.name) }) {
            return unique.name
        }
        let title = schema.fields[schema.titlePosition]
        return !title.isDerived && mapped.contains(title.name) ? title.name : ""
    }

    static func isTarget(_ name: String, _ schema: AnySchema) -> Bool {
        name == id || name == version || schema.field(name) != nil
    }

    /// What must be settled before rows can be worked out; the field of a problem is the heading.
    package var problems: [Problem] {
        var problems: [Problem] = []
        var seen: [String: String] = [:]
        for (heading, target) in zip(header, settings.targets) {
            guard let target else {
                problems.append(Problem(heading, "is no field of \(schema.label); choose one, or ignore the column"))
                continue
            }
            if target == Self.ignored { continue }
            guard Self.isTarget(target, schema) else {
                problems.append(Problem(heading, "is to be “\(target)”, which is no field of \(schema.label)"))
                continue
            }
            if let other = seen[target] {
                problems.append(Problem(heading, "and “\(other)” are both to be “\(target)”"))
            }
            seen[target] = heading
        }
        let key = settings.key
        if !key.isEmpty {
            if seen[key] == nil {
                problems.append(Problem("key", "“\(key)” decides what is new, and no column is mapped to it"))
            } else if key != Self.id, !keyFields.contains(key) {
                problems.append(Problem("key", "“\(key)” cannot decide what is new"))
            }
        } else if seen[Self.id] != nil {
            problems.append(Problem("key", "must be id: a column is mapped to it"))
        }
        return problems
    }

    /// The fields that can decide what is new: texts, choices, numbers, days and references that are stored.
    package var keyFields: [String] {
        schema.fields.filter { field in
            guard !field.isDerived, !field.has(.sensitive) else { return false }
            return switch field.kind {
            case .text: !field.isLongText
            case .integer, .day, .reference: true
            default: false
            }
        }.map(\.name)
    }

    /// The key's values need not differ between records: a match may be another record that is meant.
    package var keyIsAmbiguous: Bool {
        !settings.key.isEmpty && settings.key != Self.id && schema.field(settings.key)?.has(.unique) == false
    }

    /// Some column names requirements, so that it matters in which standard a reference is looked up.
    package var namesRequirements: Bool { schema.fields.contains { $0.kind.target == Requirement.type } }

    /// The column of a target.
    func column(_ target: String) -> Int? { settings.targets.firstIndex(of: target) }
}
