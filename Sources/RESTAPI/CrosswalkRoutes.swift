// The crosswalk over REST: projections with their paths, conflicts, and accepting a projected result.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Records
import Storage

extension RESTRoutes {
    /// `GET /frameworks/{id}/projection`: a page of items, with a walk for each of them.
    func projection(_ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["assessment", "word", "after", "limit"])
        let limit = try parameters.integer("limit", in: 1...Self.projectedItemsMax) ?? 50
        let word = try parameters["word"].map { name in
            guard let word = ProjectedWord(name: name) else {
                let words = ProjectedWord.allCases.map(\.name).joined(separator: ", ")
                throw Failure.invalid("word", "must be one of \(words)")
            }
            return word
        }
        let after = try parameters.id("after")
        let projection = try await services.crosswalk.projection(
            of: id.lowercased, assessment: try parameters.id("assessment"), as: call.caller)
        var items = projection.items[...]
        if let after {
            guard let at = items.firstIndex(where: { $0.item.id == after }) else {
                throw Failure.invalid("after", "is no item of this framework")
            }
            items = items[(at + 1)...]
        }
        let fitting = items.filter { word == nil || $0.word == word }
        let page = projection.projected(fitting.prefix(limit).map(\.item))
        let library = try await services.library.current(for: call.caller.organisation)
        let writer = CrosswalkWriter(snapshot: projection.snapshot, library: library)
        var json = JSONWriter(reservingBytes: 2_048 * (page.count + 1))
        json.object { json in
            json.object("assessment") { json in
                let assessment = projection.view.assessment
                json.id("id", assessment.id.raw)
                json.string("title", assessment.value.title)
                json.string("status", assessment.value.status.rawValue)
                json.integer("version", assessment.version)
            }
            json.id("framework", projection.framework.id)
            json.string("key", projection.framework.key)
            json.string("name", projection.framework.name)
            json.bool("inScope", projection.isInScope)
            json.append("counts", projection.counts)
            json.array("items", page) { writer.append($1, to: &$0) }
            json.id("next", fitting.count > page.count ? page.last?.item.id : nil)
        }
        return Response(json: json.bytes)
    }

    /// `GET /crosswalk/conflicts`.
    func conflicts(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let (snapshot, conflicts) = try await services.crosswalk.conflicts(as: call.caller)
        let library = try await services.library.current(for: call.caller.organisation)
        let writer = CrosswalkWriter(snapshot: snapshot, library: library)
        var json = JSONWriter(reservingBytes: 16_384)
        json.object { json in
            json.integer("total", conflicts.count)
            json.array("items", conflicts.prefix(Self.conflictsMax)) { json, conflict in
                json.object { json in
                    json.string("kind", conflict.kind.rawValue)
                    json.array("mappings", conflict.mappings) { writer.append($1, to: &$0) }
                    if let path = conflict.path { writer.append("path", path, to: &json) } else { json.null("path") }
                }
            }
        }
        return Response(json: json.bytes)
    }

    /// `POST /assessments/{id}/rows/{key}/accept`.
    func acceptProjection(_ key: String, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let (framework, acceptance) = try await JSONBody(call.request).acceptance()
        let view = try await services.assessments.acceptProjection(
            id, row: key, framework: framework, acceptance, as: call.caller, request: call.id)
        return try answered(key, view, call)
    }
}

extension JSONWriter {
    mutating func append(_ name: String, _ counts: ProjectionCounts) {
        object(name) { json in
            for word in ProjectedWord.allCases { json.integer(word.name, counts[word]) }
            json.integer("total", counts.total)
        }
    }
}

/// Writes paths and mappings of one graph.
private struct CrosswalkWriter {
    let snapshot: CrosswalkSnapshot
    let library: FrameworkLibrary

    func append(_ projected: ProjectedItem, to json: inout JSONWriter) {
        json.object { json in
            json.id("id", projected.item.id)
            json.string("reference", projected.item.reference)
            json.string("title", projected.item.title)
            json.string("word", projected.word.name)
            json.string("row", projected.rowKey)
            json.string("shown", projected.shown?.rawValue)
            json.bool("accepted", projected.isAccepted)
            json.strings("offered", projected.offered.map(\.rawValue))
            json.array("sources", projected.sources) { json, source in
                json.object { json in
                    append("item", source.item.id, to: &json)
                    json.string("state", source.state.name)
                    append("path", source.path, to: &json)
                }
            }
        }
    }

    func append(_ name: String, _ path: CrosswalkPath, to json: inout JSONWriter) {
        let graph = snapshot.graph
        let nodes = graph.nodes(along: path)
        json.object(name) { json in
            json.string("relationship", path.relation.relationship.rawValue)
            json.integer("strength", path.strength)
            json.bool("inferred", path.isInferred)
            json.array("steps", path.edges.enumerated()) { json, step in
                let edge = graph.edges[step.element]
                json.object { json in
                    append("from", graph.nodes[nodes[step.offset]].id, to: &json)
                    append("to", graph.nodes[nodes[step.offset + 1]].id, to: &json)
                    let isForward = edge.ends.0 == nodes[step.offset]
                    json.string(
                        "relationship", (isForward ? edge.relation : edge.relation.inverse).relationship.rawValue)
                    json.integer("strength", edge.strength)
                    json.array("mappings", edge.mappings) { append(graph.mappings[$1], to: &$0) }
                }
            }
        }
    }

    func append(_ mapping: CrosswalkMapping, to json: inout JSONWriter) {
        json.object { json in
            json.id("id", mapping.id)
            json.bool("own", mapping.isOwn)
            json.id("source", mapping.source)
            json.id("target", mapping.target)
            json.string("relationship", mapping.relation.relationship.rawValue)
            json.integer("strength", mapping.strength)
            json.string("set", mapping.set)
            json.string("basis", mapping.basis.rawValue)
            json.string("rationale", mapping.rationale)
            json.string("origin", mapping.origin)
            json.string("author", mapping.author)
            json.string("reviewState", mapping.reviewState?.rawValue)
        }
    }

    private func append(_ name: String, _ item: UUID, to json: inout JSONWriter) {
        let found = library.item(item)
        json.object(name) { json in
            json.id("id", item)
            json.string("framework", found?.frameworkKey ?? "")
            json.string("reference", found?.reference ?? "")
            json.string("title", found?.title ?? "")
        }
    }
}

extension JSONBody {
    /// What somebody accepts, and of which framework.
    /// - Throws: ``Failure`` with every member that is missing or cannot be read.
    fileprivate func acceptance() throws -> (framework: String, Acceptance) {
        try expectOnly(["framework", "result", "reason", "versions"])
        var problems: [Problem] = []
        func text(_ name: String) -> String {
            switch members[name] {
            case .string(let text): return text
            case nil: problems.append(Problem(name, "is required"))
            default: problems.append(Problem(name, "must be text"))
            }
            return ""
        }
        let (framework, word, reason) = (text("framework"), text("result"), text("reason"))
        let result = Answer.Result(rawValue: word)
        if result == nil, !problems.contains(where: { $0.field == "result" }) {
            let words = Answer.Result.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(Problem("result", "must be one of \(words)"))
        }
        var seen: [String: Int] = [:]
        do throws(Problem) { seen = try versions("versions") } catch { problems.append(error) }
        guard let result, problems.isEmpty else { throw Failure(ServiceError.invalid(Invalid(problems))) }
        return (framework, Acceptance(result: result, reason: reason, versions: seen))
    }
}
