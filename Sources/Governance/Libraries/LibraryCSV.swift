// A framework as a table: lines that begin with # say what it is, then a header, then one line for each item.
import Catalogue
import Exchange
import Foundation

/// Reads a framework from CSV.
enum LibraryCSV {
    private static let columns: Set<String> = [
        "id", "parent", "title", "text", "guidance", "assessable", "groups", "evidence", "questions",
    ]

    /// - Throws: ``LibraryFaults`` with lines.
    static func read(_ bytes: [UInt8]) throws -> LibraryContent {
        var own = OwnFramework()
        own.line = 1
        var header: [String]?
        let rows: [TableRow]
        do { rows = try CSVReader.rows(bytes) } catch let error as TableError {
            throw LibraryFaults(line: nil, error.message)
        }
        for row in rows {
            let cells = row.cells.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            if cells.allSatisfy(\.isEmpty) { continue }
            if let header {
                own.items.append(item(cells, header, row.line, &own.faults))
            } else if let first = cells.first, first.hasPrefix("#") {
                describe(first.dropFirst().lowercased(), Array(cells.dropFirst()), row.line, &own)
            } else {
                let names = cells.map { $0.lowercased() }
                for name in names where !columns.contains(name) {
                    own.faults.add(row.line, "", "“\(name)” is no column of a framework")
                }
                if !names.contains("id") { own.faults.add(row.line, "", "the header has no column id") }
                header = names
            }
        }
        return try own.content(.csv)
    }

    /// A line such as `#version,2` or `#group,basic,Basic requirements,default`.
    private static func describe(_ name: String, _ cells: [String], _ line: Int, _ own: inout OwnFramework) {
        let value = cells.first ?? ""
        switch name {
        case "framework": own.reference = value
        case "name": own.name = value
        case "version": own.version = Int(value)
        case "description": own.description = value
        case "publisher": own.publisher = value
        case "licence": own.licence = value
        case "published": own.publishedOn = value
        case "group":
            own.groups.append(
                LibraryGroupContent(
                    reference: value, name: cells.count > 1 && !cells[1].isEmpty ? cells[1] : value, description: nil,
                    isDefault: cells.count > 2 && cells[2].lowercased() == "default"))
        default: own.faults.add(line, "", "#\(name) is not known")
        }
    }

    private static func item(
        _ cells: [String], _ header: [String], _ line: Int, _ faults: inout LibraryFaults
    ) -> OwnFramework.Item {
        var item = OwnFramework.Item()
        item.line = line
        if cells.count > header.count { faults.add(line, cells[0], "has more cells than the header") }
        for (name, cell) in zip(header, cells) where !cell.isEmpty {
            let list = cell.split(whereSeparator: { $0 == ";" || $0.isNewline }).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            switch name {
            case "id": item.id = cell
            case "parent": item.parent = cell
            case "title": item.title = cell
            case "text": item.text = cell
            case "guidance": item.guidance = cell
            case "groups": item.groups = list
            case "evidence": item.evidence = list
            case "questions": item.questions = list
            case "assessable":
                switch cell.lowercased() {
                case "true", "yes": item.isAssessable = true
                case "false", "no": item.isAssessable = false
                default: faults.add(line, cells[0], "assessable is “\(cell)”, not true or false")
                }
            default: break
            }
        }
        return item
    }
}
