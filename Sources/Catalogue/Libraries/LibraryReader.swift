// From the bytes of a YAML file to a library: the form is told by what stands at its top.
import Yams

extension LibraryContent {
    /// Reads a library in the form of CISO Assistant, or a framework in Concord's own. Cost: linear in the file; 3 MB
    /// with 6,000 requirements take about half a second.
    /// - Throws: ``LibraryFaults``.
    package static func read(yaml bytes: [UInt8]) throws(LibraryFaults) -> LibraryContent {
        guard bytes.count <= LibraryLimit.fileBytesMax else {
            throw LibraryFaults(
                line: nil, "the file has \(bytes.count) bytes, more than the \(LibraryLimit.fileBytesMax) allowed")
        }
        guard let root = LibraryNode(try LibraryYAML.root(bytes)) else {
            throw LibraryFaults(line: 1, "the file must be a mapping of fields")
        }
        if root.node("objects") != nil {
            var reader = CISOAssistantReader()
            return try reader.read(root)
        }
        if root.node("items") != nil { return try OwnFramework.read(root) }
        throw LibraryFaults(line: 1, "the file has neither objects, as a library has, nor items, as a framework has")
    }
}

extension LibraryFrameworkContent {
    /// Puts each item after its parent, otherwise in the order of the file.
    /// - Parameter faults: Gets URNs that are used twice, parents that do not exist, and circles.
    mutating func order(_ faults: inout LibraryFaults) {
        var position: [String: Int] = [:]
        for (at, item) in items.enumerated() {
            if let first = position[item.urn] {
                faults.add(
                    item.line, item.urn, "is used twice; first on line \(items[first].line.map(String.init) ?? "?")")
            } else {
                position[item.urn] = at
            }
        }
        var children: [String: [Int]] = [:]
        var waiting: [Int] = []
        for (at, item) in items.enumerated() {
            guard let parent = item.parent else {
                waiting.append(at)
                continue
            }
            children[parent, default: []].append(at)
            if position[parent] == nil { faults.add(item.line, item.urn, "its parent \(parent) does not exist") }
        }
        guard faults.count == 0 else { return }
        waiting.reverse()
        var order: [Int] = []
        while let at = waiting.popLast() {
            order.append(at)
            waiting += (children[items[at].urn] ?? []).reversed()
        }
        if order.count < items.count {
            let reached = Set(order)
            guard var at = items.indices.first(where: { !reached.contains($0) }) else { return }
            // Its parents lead into the circle; so many steps stand on it.
            for _ in items { at = items[at].parent.flatMap { position[$0] } ?? at }
            var chain = [items[at].urn]
            while let next = items[at].parent, next != chain[0], let step = position[next] {
                chain.append(next)
                at = step
            }
            faults.add(
                items[at].line, chain[0], "the parents form a circle: \(chain.joined(separator: " -> "))")
            return
        }
        items = order.map { items[$0] }
    }
}

/// Contains-relations of mappings that come back to where they began contradict each other.
enum MappingCircle {
    static func find(_ sets: [LibraryMappingSet], _ faults: inout LibraryFaults) {
        var outer: [String: [(to: String, line: Int?)]] = [:]
        var entering: [String: Int] = [:]
        for mapping in sets.flatMap(\.mappings) {
            let (inner, whole): (String, String)
            switch mapping.relationship {
            case .subset: (inner, whole) = (mapping.source, mapping.target)
            case .superset: (inner, whole) = (mapping.target, mapping.source)
            case .equal, .intersects: continue
            }
            outer[inner, default: []].append((whole, mapping.line))
            entering[whole, default: 0] += 1
            entering[inner, default: 0] += 0
        }
        var free = entering.filter { $0.value == 0 }.map(\.key)
        while let item = free.popLast() {
            entering[item] = nil
            for (to, _) in outer[item] ?? [] {
                entering[to, default: 1] -= 1
                if entering[to] == 0 { free.append(to) }
            }
        }
        // What is left stands on a circle or behind one: backwards it always comes to a circle.
        guard let start = entering.keys.min() else { return }
        var into: [String: (from: String, line: Int?)] = [:]
        for (from, edges) in outer.sorted(by: { $0.key < $1.key }) where entering[from] != nil {
            for (to, line) in edges where entering[to] != nil && into[to] == nil { into[to] = (from, line) }
        }
        var at = start
        for _ in entering { at = into[at]?.from ?? at }
        var chain = [at]
        var line = into[at]?.line
        while let step = into[at], step.from != chain[0] {
            at = step.from
            line = step.line ?? line
            chain.append(at)
        }
        faults.add(
            line, chain[0],
            "the mappings form a circle, each contained in the one before: \(chain.joined(separator: " -> "))")
    }
}
