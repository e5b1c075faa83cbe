// Framework libraries over the API: send a file and see what it would do, import it, go back to an earlier version.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import RecordKit
import Records
import Storage

extension RESTRoutes {
    /// Changes that an answer shows; all are counted.
    static let libraryChangesMax = 1_000
    private static let libraryTypes: Set<String> = [
        "application/yaml", "application/x-yaml", "text/yaml", "text/csv", "text/plain", "application/octet-stream",
    ]

    /// Takes a library's file as the body.
    func importLibrary(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["name", "apply", "limit"])
        let applies = try parameters.bool("apply")
        let limit = try parameters.integer("limit", in: 1...Self.libraryChangesMax) ?? 100
        let type = (call.request.headers[.contentType] ?? "").prefix { $0 != ";" }
            .trimmingCharacters(in: .whitespaces).lowercased()
        guard Self.libraryTypes.contains(type) else {
            throw Failure(
                .unsupportedMediaType, "invalid", "Unsupported body", "Send application/yaml or text/csv.")
        }
        let bytes = try await FormBody.bytes(call.request, LibraryFile.bytesMax)
        let name = parameters["name"] ?? (type == "text/csv" ? "library.csv" : "library.yaml")
        let file = LibraryFile(name: name, mediaType: type, bytes: [UInt8](bytes))
        let service = services.libraries
        let plan =
            applies
            ? try await service.apply(
                file, as: call.caller, reason: try call.request.changeReason(), request: call.id)
            : try await service.preview(file, as: call.caller)
        return answer(plan, applies, limit)
    }

    /// The versions to which a library can be rolled back.
    func libraryVersions(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let versions = try await services.libraries.formerVersions(of: id, as: call.caller)
        var json = JSONWriter()
        json.object { json in
            json.array("items", versions) { json, version in
                json.object { json in
                    json.integer("version", version.version)
                    json.string("file", version.file.name)
                    json.string("sha256", version.file.sha256)
                }
            }
        }
        return Response(json: json.bytes)
    }

    /// Shows a roll back, or carries it out.
    func rollBackLibrary(_ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["to", "apply", "limit"])
        let applies = try parameters.bool("apply")
        let limit = try parameters.integer("limit", in: 1...Self.libraryChangesMax) ?? 100
        let to = try parameters.integer("to", in: 0...1_000_000_000)
        let service = services.libraries
        let plan =
            applies
            ? try await service.rollBack(
                id, over: try call.request.versionSeen(), to: to, as: call.caller,
                reason: try call.request.changeReason(), request: call.id)
            : try await service.previewRollBack(id, to: to, as: call.caller)
        return answer(plan, applies, limit)
    }

    private func answer(_ plan: LibraryPlan, _ isApplied: Bool, _ limit: Int) -> Response {
        var json = JSONWriter(reservingBytes: 4_096)
        json.object { json in
            json.id("id", plan.id)
            json.bool("applied", isApplied)
            json.string("name", plan.library.name)
            json.string("urn", plan.library.urn)
            json.integer("version", plan.library.libraryVersion)
            json.integer("presentVersion", plan.presentVersion)
            json.string("status", plan.library.status.rawValue)
            json.string("format", plan.library.format.rawValue)
            json.string("provider", plan.library.provider)
            json.string("sha256", plan.library.contentSHA256)
            json.object("counts") { json in
                for kind in LibraryChange.Kind.allCases { json.integer(kind.rawValue, plan.count(kind)) }
                json.integer("unchanged", plan.unchanged)
                json.integer("answered", plan.answered.count)
                json.integer("keptOut", plan.library.keptOut)
            }
            json.strings("missingDependencies", plan.missingDependencies)
            json.array("changes", plan.shown(limit)) { json, change in
                json.object { json in
                    json.string("action", change.kind.rawValue)
                    json.string("type", change.schema.plural)
                    json.id("record", change.id)
                    json.string("title", change.title)
                    json.bool("answered", change.isAnswered)
                    json.array("fields", change.fields) { json, field in
                        json.object { json in
                            json.string("field", field.field.name)
                            json.value("from") { $0.append(field.old) }
                            json.value("to") { $0.append(field.new) }
                        }
                    }
                }
            }
            json.array("remarks", plan.remarks) { json, remark in
                json.object { json in
                    json.string("kind", remark.isKeptOut ? "keptOut" : "normalised")
                    json.integer("line", remark.line)
                    json.string("urn", remark.urn)
                    json.string("message", remark.message)
                }
            }
            json.integer("remarksInAll", plan.remarksCount)
        }
        return Response(json: json.bytes)
    }
}
