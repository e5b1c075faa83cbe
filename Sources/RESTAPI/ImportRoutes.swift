// Imports over the API: send a file, see what it would do, settle its columns, apply it.
import Access
import Exchange
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import NIOCore
import RecordKit
import Storage

/// What is asked of imports.
enum ImportRoute {
    case all
    case one(UUID)
    case plan(UUID)
    case apply(UUID)
    case report(UUID)
}

extension RESTRoutes {
    /// The parameters of a file: how it is read, and how its columns become fields.
    private static let fileParameters: Set<String> = [
        "type", "name", "format", "delimiter", "encoding", "sheet", "key", "emptyCells", "map", "standard",
    ]

    func imports(_ route: ImportRoute, _ call: Call) async throws -> Response {
        let service = services.records.imports
        switch route {
        case .all where call.request.method == .post: return try await sendFile(call)
        case .all:
            _ = try QueryParameters(call.request, allowed: [])
            let jobs = try await service.jobs(as: call.caller)
            var json = JSONWriter()
            try json.object { json in
                try json.array("items", jobs) { json, job in
                    try json.object { try append(job, to: &$0) }
                }
            }
            return Response(json: json.bytes)
        case .one(let id) where call.request.method == .delete:
            _ = try QueryParameters(call.request, allowed: [])
            try await service.discard(id, as: call.caller)
            return Response(status: .noContent)
        case .one(let id):
            let parameters = try QueryParameters(call.request, allowed: ["action", "limit", "after"])
            return try await shown(try await service.job(id, as: call.caller), parameters, call)
        case .plan(let id):
            _ = try QueryParameters(call.request, allowed: [])
            let job = try await service.job(id, as: call.caller)
            let body = try await JSONBody(call.request)
            var settings = try settings(body, job)
            switch body.members["standard"] {
            case nil: break
            case .null: settings.standard = nil
            case .string(let text): settings.standard = try await standard(text, call)
            default: throw Failure.invalid("standard", "must be text or null")
            }
            return try await shown(try await service.plan(id, settings, as: call.caller), nil, call)
        case .apply(let id):
            _ = try QueryParameters(call.request, allowed: [])
            let reason = try await JSONBody(call.request, isOptional: true).reason()
            let job = try await service.apply(id, as: call.caller, reason: reason, request: call.id)
            return try await shown(job, nil, call)
        case .report(let id):
            _ = try QueryParameters(call.request, allowed: [])
            _ = try await service.job(id, as: call.caller)
            let caller = call.caller
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/csv; charset=utf-8; header=present",
                    .contentDisposition: "attachment; filename=\"import-\(id.lowercased).csv\"",
                ],
                body: ResponseBody { writer in
                    try await service.report(id, as: caller) { bytes in
                        try await writer.write(ByteBuffer(bytes: bytes))
                    }
                    try await writer.finish(nil)
                })
        }
    }

    /// Takes the file as the body, as it comes, and works out what it would do.
    private func sendFile(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: Self.fileParameters, repeatable: "map")
        guard let plural = parameters["type"],
            let schema = services.records.schemas.first(where: { $0.plural == plural })
        else { throw Failure.invalid("type", "must be the plural of a record type, such as controls") }
        let file = try tableFile(parameters, call.request.headers[.contentType] ?? "")
        let name = parameters["name"] ?? "\(plural).\(file.format.rawValue)"
        let standard = try await standard(parameters["standard"], call)
        let body = call.request.body
        let service = services.records.imports
        let job = try await service.stage(
            schema, file, named: name, standard: standard, as: call.caller
        ) { push in
            for try await piece in body { try await push(Array(piece.readableBytesView)) }
        }
        let settings: ImportJob.Settings
        do { settings = try chosen(parameters, job, schema) } catch {
            try await service.discard(job.id, as: call.caller)
            throw error
        }
        let planned = try await service.plan(job.id, settings, as: call.caller)
        return try await shown(planned, nil, call, status: .created)
    }

    /// The framework that is named by its key or id; `nil` for none.
    private func standard(_ text: String?, _ call: Call) async throws -> UUID? {
        guard let text else { return nil }
        let library = try await services.library.current(for: call.caller.organisation)
        let named = library.framework(text) ?? UUID(uuidString: text).flatMap { library.framework(id: $0) }
        guard let named else { throw Failure.invalid("standard", "must be the key of a framework, such as gdpr") }
        return named.id
    }

    private func tableFile(_ parameters: QueryParameters, _ contentType: String) throws -> TableFile {
        let type = contentType.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        let format: TableFile.Format
        switch (parameters["format"], type) {
        case ("csv", _), (nil, "text/csv"), (nil, "text/plain"), (nil, "text/tab-separated-values"): format = .csv
        case ("xlsx", _), (nil, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): format = .xlsx
        case (.some, _): throw Failure.invalid("format", "must be csv or xlsx")
        default:
            throw Failure(
                .unsupportedMediaType, "invalid", "Unsupported body",
                "Send text/csv or application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.")
        }
        func word<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) throws -> T?
        where T.RawValue == String {
            guard let text = parameters[name] else { return nil }
            guard let value = T(rawValue: text) else {
                throw Failure.invalid(
                    name, "must be \(T.allCases.map { String(describing: $0) }.joined(separator: ", "))")
            }
            return value
        }
        return TableFile(
            format, delimiter: try word("delimiter", Delimiter.self),
            encoding: try word("encoding", TableEncoding.self) ?? .automatic, sheet: parameters["sheet"])
    }

    /// The suggested settings, changed by `map=Heading:field`, `key` and `emptyCells`. A heading with nothing behind
    /// its last colon is ignored.
    private func chosen(
        _ parameters: QueryParameters, _ job: ImportJob, _ schema: AnySchema
    ) throws -> ImportJob.Settings {
        var settings = job.settings
        let maps = parameters.all("map")
        for map in maps {
            guard let colon = map.lastIndex(of: ":"),
                let at = job.header.firstIndex(of: String(map[..<colon]))
            else { throw Failure.invalid("map", "must be a heading of the file, a colon, and a field: “\(map)”") }
            settings.targets[at] = String(map[map.index(after: colon)...])
        }
        if !maps.isEmpty { settings.key = ImportMapping.suggestedKey(schema, settings.targets) }
        if let key = parameters["key"] { settings.key = key == "none" ? "" : key }
        if let text = parameters["emptyCells"] {
            guard let empty = ImportJob.EmptyCells(rawValue: text) else {
                throw Failure.invalid("emptyCells", "must be leave or clear")
            }
            settings.emptyCells = empty
        }
        return settings
    }

    /// `{"mapping": {"Heading": "field", "Other": ""}, "key": "code", "emptyCells": "leave"}`; what is left out stays.
    /// `standard` is read by the caller.
    private func settings(_ body: JSONBody, _ job: ImportJob) throws -> ImportJob.Settings {
        try body.expectOnly(["mapping", "key", "emptyCells", "standard"])
        var settings = job.settings
        switch body.members["mapping"] {
        case nil, .null: break
        case .object(let targets):
            for (heading, target) in targets {
                guard let at = job.header.firstIndex(of: heading) else {
                    throw Failure.invalid("mapping", "names “\(heading)”, which is no heading of the file")
                }
                switch target {
                case .string(let name): settings.targets[at] = name
                case .null: settings.targets[at] = nil
                default: throw Failure.invalid("mapping", "must give text or null for “\(heading)”")
                }
            }
        default: throw Failure.invalid("mapping", "must be an object of headings")
        }
        switch body.members["key"] {
        case nil: break
        case .null: settings.key = ""
        case .string(let key): settings.key = key
        default: throw Failure.invalid("key", "must be text or null")
        }
        switch body.members["emptyCells"] {
        case nil, .null: break
        case .string(let word):
            guard let empty = ImportJob.EmptyCells(rawValue: word) else { fallthrough }
            settings.emptyCells = empty
        default: throw Failure.invalid("emptyCells", "must be leave or clear")
        }
        return settings
    }

    // MARK: Answers

    private func shown(
        _ job: ImportJob, _ parameters: QueryParameters?, _ call: Call, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        var action: ImportRow.Action? = job.counts.errors > 0 ? .error : nil
        if let text = parameters?["action"] {
            guard let word = ImportRow.Action(rawValue: text) else {
                throw Failure.invalid("action", "must be create, update, unchanged or error")
            }
            action = word
        }
        let limit = try parameters?.integer("limit", in: 1...ImportService.previewRowsMax) ?? 50
        let after = try parameters?["after"].map { text in
            let parts = text.split(separator: ".").compactMap { Int($0) }
            guard parts.count == 2 else { throw Failure.invalid("after", "is not a place of this list") }
            return ImportPlace(rank: parts[0], position: parts[1])
        }
        let rows =
            job.state == .planned || job.state == .interrupted
            ? try await services.records.imports.preview(job.id, action, after: after, limit: limit, as: call.caller)
            : []
        var json = JSONWriter(reservingBytes: 1_024 + rows.count * 512)
        try json.object { json in
            try append(job, to: &json)
            json.array("preview", rows) { json, row in json.object { Self.append(row, job, to: &$0) } }
            let last = rows.count == limit ? rows.last?.row.place : nil
            json.string("next", last.map { "\($0.rank).\($0.position)" })
        }
        var headers = HTTPFields()
        if status == .created { headers[.location] = "/api/v1/imports/\(job.id.lowercased)" }
        return Response(json: json.bytes, status: status, headers: headers)
    }

    private func append(_ job: ImportJob, to json: inout JSONWriter) throws {
        let mapping = try services.records.imports.mapping(job)
        json.id("id", job.id)
        json.string("type", mapping.schema.plural)
        json.string("state", job.state.rawValue)
        json.object("file") { json in
            json.string("name", job.fileName)
            json.string("format", job.format)
            json.integer("bytes", job.bytes)
            json.string("sha256", job.sha256)
        }
        json.array("columns", zip(job.header, job.settings.targets)) { json, column in
            json.object { json in
                json.string("heading", column.0)
                json.string("target", column.1)
            }
        }
        json.string("key", job.settings.key)
        json.string("emptyCells", job.settings.emptyCells.rawValue)
        json.id("standard", job.settings.standard)
        json.array("problems", mapping.problems) { json, problem in
            json.object { json in
                json.string("heading", problem.field)
                json.string("message", problem.message)
            }
        }
        let counts = job.counts
        json.object("counts") { json in
            json.integer("rows", counts.rows)
            json.integer("creates", counts.creates)
            json.integer("updates", counts.updates)
            json.integer("unchanged", counts.unchanged)
            json.integer("errors", counts.errors)
            json.integer("notices", counts.notices)
        }
        json.integer("asOf", job.asOf)
        json.string("createdAt", job.createdAt.description)
        json.string("appliedAt", job.appliedAt?.description)
    }

    private static func append(_ shown: ImportPreviewRow, _ job: ImportJob, to json: inout JSONWriter) {
        json.integer("line", shown.row.line)
        json.string("action", shown.row.action?.rawValue)
        json.id("record", shown.row.record)
        json.string("title", shown.title)
        json.array("changes", shown.changes) { json, change in
            json.object { json in
                json.string("field", change.field.name)
                json.value("from") { $0.append(change.old) }
                json.value("to") { $0.append(change.new) }
            }
        }
        func remarks(_ name: String, _ remarks: [ImportRow.Remark], _ json: inout JSONWriter) {
            json.array(name, remarks) { json, remark in
                json.object { json in
                    json.string("column", remark.column.map { job.header.indices.contains($0) ? job.header[$0] : "" })
                    json.string("field", remark.field)
                    json.string("message", remark.message)
                }
            }
        }
        remarks("problems", shown.row.problems, &json)
        remarks("notices", shown.row.notices, &json)
    }
}
