// An answer in JSON: parsed strictly for the program, and as the bytes in which the server ordered it for people.
package import MerkleLog

/// One JSON object of an answer.
package struct JSONObject: Sendable {
    package let bytes: [UInt8]
    package let value: JSONValue
    package let headers: [String: String]

    /// - Parameter address: Whose answer it is.
    /// - Throws: ``ClientError/notUnderstood(address:why:)``.
    package init(_ bytes: [UInt8], from address: String, headers: [String: String] = [:]) throws(ClientError) {
        self.bytes = bytes
        self.headers = headers
        do { value = try JSONValue.parse(bytes, bytesMax: TransportLimit.answerBytesMax) } catch {
            throw .notUnderstood(address: address, why: error.description)
        }
        guard case .object = value else { throw .notUnderstood(address: address, why: "it is no JSON object") }
    }

    /// The texts of the elements of an array, as the server wrote them.
    package func slices(_ name: String) throws(ClientError) -> [[UInt8]] {
        guard case .array(let elements) = value[name] else {
            throw .notUnderstood(address: "The server", why: "“\(name)” is missing")
        }
        guard !elements.isEmpty else { return [] }
        return JSONLayout.elements(of: name, in: bytes)
    }
}

extension JSONValue {
    /// A member of an object; `null` if there is none.
    package subscript(_ name: String) -> JSONValue {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }
    package func string(_ name: String) -> String? {
        if case .string(let text) = self[name] { text } else { nil }
    }
    package func integer(_ name: String) -> Int? {
        if case .integer(let number) = self[name] { number } else { nil }
    }
    package func bool(_ name: String) -> Bool? {
        if case .bool(let flag) = self[name] { flag } else { nil }
    }
    package func array(_ name: String) -> [JSONValue] {
        if case .array(let elements) = self[name] { elements } else { [] }
    }
    package func strings(_ name: String) -> [String] {
        array(name).compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
}
