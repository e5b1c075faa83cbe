// JSON merge patches (RFC 7396): what is named changes, null takes away, all else stays.
import MerkleLog

extension JSONValue {
    /// The target after the patch, as section 2 of the RFC computes it.
    func merged(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [String: JSONValue] = if case .object(let members) = self { members } else { [:] }
        for (name, change) in changes {
            members[name] = change == .null ? nil : (members[name] ?? .null).merged(with: change)
        }
        return .object(members)
    }
}
