// What is asked of a server and what comes back, apart from how it travels.
import Foundation

/// One request to the API.
package struct APIRequest: Sendable {
    /// The methods of HTTP that the API knows.
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var method: Method
    /// Under `/api/v1/`, each segment percent-encoded, such as `controls/0190…/history`.
    package var path: String
    /// Names and values as they are meant; they are encoded on sending. A name may occur several times.
    package var query: [(name: String, value: String)]
    package var headers: [String: String]
    package var body: [UInt8]?
    /// The call takes `Idempotency-Key`: it gets one, and is sent again if the connection breaks.
    package var takesKey: Bool

    package init(
        _ method: Method, _ path: String, query: [(name: String, value: String)] = [], headers: [String: String] = [:],
        body: [UInt8]? = nil, takesKey: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.takesKey = takesKey
    }

    /// The path with its query, as the request line has it.
    package var target: String {
        let start = "/api/v1/" + path
        guard !query.isEmpty else { return start }
        let pairs = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
        return start + (path.contains("?") ? "&" : "?") + pairs.joined(separator: "&")
    }

    /// Text with all but RFC 3986's unreserved characters percent-encoded: for a segment, a query or a header.
    package static func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        // `nil` comes only of text that is no valid Unicode, which a Swift string never holds.
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}

/// What a server answered.
package struct APIAnswer: Sendable {
    package let status: Int
    /// By names in lower case.
    package let headers: [String: String]
    /// Empty if the body was handed on piece by piece.
    package let body: [UInt8]

    package init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var isGood: Bool { (200...299).contains(status) }
}

/// A way to a server: over the network, or to routes in the same process.
package protocol Transport: Sendable {
    /// The address in messages.
    var address: String { get }

    /// Sends a request once and waits for the whole answer.
    /// - Parameter receive: Takes the body of a good answer piece by piece; what it throws ends the transfer and is
    ///   thrown on. Without it the body is collected, up to ``TransportLimit/answerBytesMax``.
    /// - Throws: ``ClientError``, or what `receive` threw.
    func send(
        _ request: APIRequest, receive: (@Sendable (_ bytes: [UInt8]) throws -> Void)?
    ) async throws -> APIAnswer
}

/// Limits of what is sent and received.
package enum TransportLimit {
    /// The longest body that is collected in memory.
    package static let answerBytesMax = 64 << 20
    /// A request fails when nothing came for so long.
    package static let idleSecondsMax = 60
    /// A download may take so long in all.
    package static let transferSecondsMax = 24 * 3600
}
