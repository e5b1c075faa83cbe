// Requests with all that a caller may take for granted: typed refusals, repeats where they are safe, pages.
import Foundation
import MerkleLog

/// Speaks to the API of one organisation.
package struct APIClient: Sendable {
    /// A request is sent at most so often.
    package static let attemptsMax = 3
    /// A server that asks for more patience than this is not asked again.
    package static let waitSecondsMax = 20

    private let transport: any Transport
    private let makeKey: @Sendable () -> String
    private let pause: @Sendable (Duration) async throws -> Void
    package var address: String { transport.address }

    /// - Parameters:
    ///   - makeKey: Makes an `Idempotency-Key`, another one each time.
    ///   - pause: Waits between two attempts.
    package init(
        _ transport: any Transport, makeKey: @escaping @Sendable () -> String,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.transport = transport
        self.makeKey = makeKey
        self.pause = pause
    }

    /// Sends a request. What only reads is repeated when the connection fails, and so is what carries a key by which
    /// the server knows it again; any other change only if it was never sent.
    /// - Throws: ``ClientError``; for a status that is not good, ``ClientError/refused(_:)``.
    package func send(
        _ request: APIRequest, receive: (@Sendable (_ bytes: [UInt8]) throws -> Void)? = nil
    ) async throws -> APIAnswer {
        var request = request
        if request.takesKey { request.headers["Idempotency-Key"] = makeKey() }
        if request.body != nil, request.headers["Content-Type"] == nil {
            request.headers["Content-Type"] = "application/json"
        }
        var attempt = 1
        while true {
            var wait = Duration.milliseconds(250 * attempt * attempt)
            do {
                let answer = try await transport.send(request, receive: receive)
                if answer.isGood { return answer }
                let seconds = answer.headers["retry-after"].flatMap { Int($0) }
                guard [429, 503].contains(answer.status), let seconds, (0...Self.waitSecondsMax).contains(seconds),
                    attempt < Self.attemptsMax
                else { throw ClientError.refused(ProblemDocument(answer)) }
                wait = .seconds(seconds)
            } catch let error as ClientError {
                // Pieces that were handed on cannot be taken back.
                guard attempt < Self.attemptsMax, receive == nil, Self.maySendAgain(request, error) else {
                    throw error
                }
            }
            try await pause(wait)
            attempt += 1
        }
    }

    private static func maySendAgain(_ request: APIRequest, _ error: ClientError) -> Bool {
        let isSafe = request.method == .get || request.takesKey
        return switch error {
        case .unreachable(_, _, let wasSent): !wasSent || isSafe
        case .interrupted: isSafe
        default: false
        }
    }

    /// Sends a request whose answer is one JSON object.
    package func object(_ request: APIRequest) async throws -> JSONObject {
        let answer = try await send(request)
        return try JSONObject(answer.body, from: transport.address, headers: answer.headers)
    }

    package func get(_ path: String, _ query: [(name: String, value: String)] = []) async throws -> JSONObject {
        try await object(APIRequest(.get, path, query: query))
    }

    /// Reads a list page by page and hands on its entries, in the order of the server.
    /// - Parameters:
    ///   - limit: Entries at most.
    ///   - pageRecords: Entries that are asked for at once.
    ///   - counts: Asks for the number of all entries with the first page.
    ///   - take: Gets the JSON of each page's entries, and the number of all if it is known.
    /// - Returns: The number of entries handed on.
    @discardableResult
    package func pages(
        _ path: String, _ query: [(name: String, value: String)], limit: Int, pageRecords: Int, counts: Bool = false,
        take: (_ items: [[UInt8]], _ total: Int?) async throws -> Void
    ) async throws -> Int {
        var cursor: String?
        var taken = 0
        var total: Int?
        repeat {
            var asked = query + [("limit", String(min(pageRecords, limit - taken)))]
            if let cursor { asked.append(("cursor", cursor)) }
            if counts, cursor == nil { asked.append(("count", "true")) }
            let page = try await get(path, asked)
            let items = try page.slices("items").prefix(limit - taken)
            total = page.value.integer("total") ?? total
            taken += items.count
            try await take(Array(items), total)
            cursor = page.value.string("next")
        } while cursor != nil && taken < limit
        return taken
    }
}
