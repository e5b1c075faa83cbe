// Finds the endpoint of a path: a tree over its segments. A literal goes before an id, an id before text.
import Foundation
import HTTPTypes

/// All endpoints, by path and method.
struct EndpointTree: Sendable {
    private struct Node: Sendable {
        var literals: [String: Node] = [:]
        /// At most one: Swift's structs hold themselves only in a collection.
        var id: [Node] = []
        var text: [Node] = []
        var rest: [Node] = []
        var endpoints: [Endpoint] = []
    }
    private var root = Node()

    init(_ endpoints: [Endpoint]) {
        for endpoint in endpoints { Self.insert(endpoint, endpoint.path.segments[...], into: &root) }
    }

    private static func insert(
        _ endpoint: Endpoint, _ segments: ArraySlice<PathTemplate.Segment>, into node: inout Node
    ) {
        guard let first = segments.first else {
            let isNew = !node.endpoints.contains { $0.method == endpoint.method }
            precondition(isNew, "\(endpoint.method) \(endpoint.path.text) is there twice")
            node.endpoints.append(endpoint)
            return
        }
        let rest = segments.dropFirst()
        switch first {
        case .literal(let word): insert(endpoint, rest, into: &node.literals[word, default: Node()])
        case .id:
            if node.id.isEmpty { node.id.append(Node()) }
            insert(endpoint, rest, into: &node.id[0])
        case .text:
            if node.text.isEmpty { node.text.append(Node()) }
            insert(endpoint, rest, into: &node.text[0])
        case .rest:
            precondition(rest.isEmpty, "\(endpoint.path.text) goes on after all that is left")
            if node.rest.isEmpty { node.rest.append(Node()) }
            insert(endpoint, rest, into: &node.rest[0])
        }
    }

    /// The endpoints of a path, one for each method, with the values of its places; `nil` for a path that is none.
    func find(_ path: String) -> (endpoints: [Endpoint], values: PathValues)? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.first?.isEmpty == true else { return nil }
        return Self.find(segments.dropFirst(), in: root, PathValues())
    }

    private static func find(
        _ segments: ArraySlice<Substring>, in node: Node, _ values: PathValues
    ) -> (endpoints: [Endpoint], values: PathValues)? {
        guard let first = segments.first else { return node.endpoints.isEmpty ? nil : (node.endpoints, values) }
        let rest = segments.dropFirst()
        if let next = node.literals[String(first)], let found = find(rest, in: next, values) { return found }
        if let next = node.id.first, let id = UUID(uuidString: String(first)) {
            var values = values
            values.append(id)
            if let found = find(rest, in: next, values) { return found }
        }
        if let next = node.text.first, !first.isEmpty, let text = first.removingPercentEncoding {
            var values = values
            values.append(text)
            if let found = find(rest, in: next, values) { return found }
        }
        if let next = node.rest.first, let text = segments.joined(separator: "/").removingPercentEncoding {
            var values = values
            values.append(text)
            return find([], in: next, values)
        }
        return nil
    }
}
