// From which networks each actor comes, and an alarm when one comes from a network of which nothing is known: the key of a
// service account that is used from elsewhere has been taken along.
//
// For a time from its first event what an actor does is its baseline. A network is told once and then known; whoever holds
// the finding for an attack has the event, and the actor's other networks are not forgotten.
import Foundation

/// Learns the networks of actors: those with the first 24 bits of an address of IP version 4 in common, or the first 48 of
/// version 6, which is what one customer of a network is commonly given.
public struct NetworkWatch: Sendable {
    static let bitsOfVersion4 = 24
    static let bitsOfVersion6 = 48
    static let actorsMax = 100_000
    /// An actor with more networks than this has none of its own, and is watched no longer.
    static let networksMax = 256

    private struct Actor: Sendable {
        /// The first event; `nil` if its networks were written down.
        var first: Int64?
        var networks: Set<Network> = []
    }

    /// Milliseconds from an actor's first event in which its networks are learned; `nil` learns for ever.
    private let learning: Int64?
    private let names: [String]
    private let span: String
    private let patterns: [TextPattern]
    /// Networks that are written down, and need no learning.
    private let known: [String: [Network]]
    private var actors: [String: Actor] = [:]
    /// Actors that found no place, or had too many networks.
    public private(set) var givenUp = 0

    static let rule = RuleHeader(
        id: "concord-new-network", name: nil, title: "Account used from a new network", level: .high, status: "stable",
        author: "Concord",
        description: "An account that always came from the same networks came from another. "
            + "Its key may be in use elsewhere.",
        tags: ["attack.t1078.004", "attack.t1552", "iso27001.a.5.15", "iso27001.a.8.16"], references: [],
        falsePositives: ["The service has moved"], fields: [], license: nil,
        source: SourceLocation(file: "networks", line: 1), controls: ["iso27001:A.5.15", "iso27001:A.8.16"])

    /// Reads `learn`, a span such as 7d, `actors`, names of those who are watched, with wildcards, and `known`, for an actor
    /// its networks.
    /// - Parameter learnsForEver: Whether nothing is told and all is learned.
    /// - Throws: ``UnreadableFile`` with the line of what is wrong.
    public init(text: String, file: String, learnsForEver: Bool = false) throws {
        do throws(RuleError) {
            let documents = try RuleYAML.documents(text)
            guard let root = documents.first, root.mapping != nil else {
                throw RuleError(1, "watched networks must be a mapping with actors and learn")
            }
            for (key, _) in root.mapping ?? [] where !["learn", "actors", "known"].contains(key.written) {
                throw RuleError(key.line, "watched networks have no \(key.written)")
            }
            guard let names = root["actors"]?.texts, !names.isEmpty else {
                throw RuleError(root["actors"]?.line ?? root.line, "actors must be a list of names")
            }
            self.names = names
            patterns = names.map { TextPattern($0).folded }
            guard let span = root["learn"]?.text, let milliseconds = RuleParser.timespan(span) else {
                throw RuleError(root["learn"]?.line ?? root.line, "learn must be a span such as 7d")
            }
            self.span = span
            learning = learnsForEver ? nil : milliseconds
            var known: [String: [Network]] = [:]
            if let node = root["known"], !node.isNull {
                guard let pairs = node.mapping else { throw RuleError(node.line, "known must name actors") }
                for (key, value) in pairs {
                    guard let texts = value.texts else {
                        throw RuleError(value.line, "an actor has a list of networks")
                    }
                    known[key.written, default: []] += try texts.map { text throws(RuleError) in
                        guard let network = Network(text) else {
                            throw RuleError(value.line, "\(text) is no network such as 203.0.113.0/24")
                        }
                        return network
                    }
                }
            }
            self.known = known
        } catch {
            throw UnreadableFile(path: "\(file):\(error.line)", reason: error.problem.description)
        }
    }

    /// Takes an event in; a finding if its actor has never come from its network.
    mutating func take(_ access: Access) -> Finding? {
        guard let name = access.roles.actor, let text = access.roles.address, let time = access.time,
            let address = Network.Address(text.utf8), isWatched(name)
        else { return nil }
        let network = Network(address, prefix: address.isVersion4 ? Self.bitsOfVersion4 : Self.bitsOfVersion6)
        let written = known[name] ?? []
        guard var actor = actors[name] else {
            guard actors.count < Self.actorsMax else {
                givenUp += 1
                return nil
            }
            let isKnown = written.contains { $0.contains(address) }
            actors[name] = Actor(first: written.isEmpty ? time : nil, networks: [network])
            return written.isEmpty || isKnown || learning == nil ? nil : finding(access, name, network, time)
        }
        guard !actor.networks.contains(network), actor.networks.count <= Self.networksMax else { return nil }
        actor.networks.insert(network)
        if actor.networks.count > Self.networksMax { givenUp += 1 }
        actors[name] = actor
        if written.contains(where: { $0.contains(address) }) { return nil }
        guard let learning else { return nil }
        if let first = actor.first, time - first <= learning { return nil }
        return finding(access, name, network, time)
    }

    private func isWatched(_ name: String) -> Bool {
        let bytes = CaseFolding.fold(Array(name.utf8))
        return bytes.withUnsafeBufferPointer { name in patterns.contains { $0.matches(name) } }
    }

    private func finding(_ access: Access, _ name: String, _ network: Network, _ time: Int64) -> Finding {
        Finding(
            kind: .anomaly, rule: Self.rule, event: access.event, time: time, group: [("network", network.text)],
            matched: [], roles: access.roles, json: nil,
            message: "\(name) came from \(network.text), from where it had never come")
    }

    /// What has been learned and what was written down, for each actor in order.
    var learned: [(actor: String, networks: [String])] {
        var all = known.mapValues { Set($0) }
        for (name, actor) in actors {
            let written = all[name] ?? []
            all[name] = written.union(
                actor.networks.filter { network in !written.contains { $0.contains(network.first) } })
        }
        return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.map(\.text).sorted()) }
    }

    /// The lines of the file from which this was read, with all that has been learned under `known`.
    public var file: [String] {
        func quoted(_ text: String) -> String {
            // A text of JSON is a text of YAML.
            var bytes: [UInt8] = []
            JSONText.append(text, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ", ") + "]" }
        return ["learn: \(span)", "actors: \(list(names))", "known:"]
            + learned.map { "    \(quoted($0.actor)): \(list($0.networks))" }
    }
}
