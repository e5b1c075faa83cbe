// The way to a server over the network: URLSession with timeouts, without cookies, caches and redirects.
package import Foundation
import FoundationNetworking
import Synchronization

/// Sends requests to one server with one token.
package final class HTTPTransport: Transport {
    private let base: URL
    private let token: String
    private let session: URLSession
    private let transfers = Transfers()
    package var address: String { base.absoluteString }

    /// - Parameter token: Sent as `Authorization: Bearer` to this address alone: redirects are not followed.
    package init(base: URL, token: String, idleSeconds: Int = TransportLimit.idleSecondsMax) {
        self.base = base
        self.token = token
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = TimeInterval(idleSeconds)
        configuration.timeoutIntervalForResource = TimeInterval(TransportLimit.transferSecondsMax)
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        session = URLSession(configuration: configuration, delegate: transfers, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    /// The address of a server in its one form: scheme, host and port, without a path.
    /// - Throws: ``ClientError/badAddress(_:why:)``.
    package static func base(_ text: String) throws(ClientError) -> URL {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let parts = URLComponents(string: trimmed), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty
        else { throw .badAddress(trimmed, why: "it must look like https://concord.example.org") }
        guard scheme == "https" || scheme == "http" else {
            throw .badAddress(trimmed, why: "it must start with https:// or http://")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
            parts.path.isEmpty || parts.path == "/"
        else { throw .badAddress(trimmed, why: "it must end after host and port") }
        var plain = URLComponents()
        plain.scheme = scheme
        plain.host = host
        plain.port = parts.port
        guard let url = plain.url else { throw .badAddress(trimmed, why: "it is not a URL") }
        return url
    }

    /// Whether a token would travel in the clear, past this machine.
    package static func isUnencrypted(_ base: URL) -> Bool {
        let host = base.host ?? ""
        return base.scheme == "http" && !["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
    }

    package func send(
        _ request: APIRequest, receive: (@Sendable (_ bytes: [UInt8]) throws -> Void)?
    ) async throws -> APIAnswer {
        guard let url = URL(string: base.absoluteString + request.target) else {
            throw ClientError.badAddress(request.target, why: "the path cannot be sent")
        }
        var sent = URLRequest(url: url)
        sent.httpMethod = request.method.rawValue
        sent.httpBody = request.body.map { Data($0) }
        sent.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        for (name, value) in request.headers { sent.setValue(value, forHTTPHeaderField: name) }
        if sent.value(forHTTPHeaderField: "Accept") == nil {
            sent.setValue("application/json", forHTTPHeaderField: "Accept")
        }
        let task = session.dataTask(with: sent)
        let address = address
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                transfers.begin(
                    task.taskIdentifier, Transfer(address: address, receive: receive, continuation: continuation))
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// One request on its way.
private struct Transfer {
    let address: String
    let receive: (@Sendable ([UInt8]) throws -> Void)?
    let continuation: CheckedContinuation<APIAnswer, any Error>
    var response: HTTPURLResponse?
    var body: [UInt8] = []
    var receivedBytes: Int64 = 0
    /// What ended it from this side.
    var failure: (any Error)?

    init(
        address: String, receive: (@Sendable ([UInt8]) throws -> Void)?,
        continuation: CheckedContinuation<APIAnswer, any Error>
    ) {
        self.address = address
        self.receive = receive
        self.continuation = continuation
    }

    /// Takes a piece of the body.
    mutating func take(_ data: Data) throws {
        receivedBytes += Int64(data.count)
        if let receive, let status = response?.statusCode, (200...299).contains(status) {
            try receive([UInt8](data))
            return
        }
        guard body.count + data.count <= TransportLimit.answerBytesMax else {
            throw ClientError.tooLarge(bytesMax: TransportLimit.answerBytesMax)
        }
        body.append(contentsOf: data)
    }

    func finish(_ error: (any Error)?) {
        if let failure { return continuation.resume(throwing: failure) }
        guard let response else {
            return continuation.resume(throwing: Self.failure(error, address))
        }
        let expected = response.expectedContentLength
        let encoding = response.value(forHTTPHeaderField: "Content-Encoding")
        let isShort = expected > 0 && encoding == nil && receivedBytes < expected
        if error != nil || isShort {
            let why = error.map { Self.words($0) } ?? "\(receivedBytes) of \(expected) bytes came"
            return continuation.resume(throwing: ClientError.interrupted(address: address, why: why))
        }
        var headers: [String: String] = [:]
        for (name, value) in response.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        continuation.resume(returning: APIAnswer(status: response.statusCode, headers: headers, body: body))
    }

    private static func failure(_ error: (any Error)?, _ address: String) -> any Error {
        guard let error else {
            return ClientError.notUnderstood(address: address, why: "the answer is not HTTP")
        }
        let code = (error as? URLError)?.code
        if code == .cancelled { return CancellationError() }
        let notMade: Set<URLError.Code> = [
            .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed, .secureConnectionFailed, .unsupportedURL,
            .serverCertificateUntrusted, .serverCertificateHasBadDate, .notConnectedToInternet,
        ]
        return ClientError.unreachable(
            address: address, why: words(error), wasSent: !(code.map(notMade.contains) ?? false))
    }

    private static func words(_ error: any Error) -> String {
        switch (error as? URLError)?.code {
        case .cannotConnectToHost: "nobody answers there"
        case .cannotFindHost, .dnsLookupFailed: "there is no such host"
        case .timedOut: "it took too long"
        case .networkConnectionLost: "the connection was lost"
        default: (error as NSError).localizedDescription
        }
    }
}

/// Hands the session's events to the transfers that they belong to.
private final class Transfers: NSObject, URLSessionDataDelegate, Sendable {
    private let running = Mutex<[Int: Transfer]>([:])

    func begin(_ task: Int, _ transfer: sending Transfer) {
        running.withLock { $0[task] = transfer }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        running.withLock { $0[dataTask.taskIdentifier]?.response = response as? HTTPURLResponse }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let goesOn = running.withLock { running in
            guard running[dataTask.taskIdentifier]?.failure == nil else { return false }
            do {
                try running[dataTask.taskIdentifier]?.take(data)
                return true
            } catch {
                running[dataTask.taskIdentifier]?.failure = error
                return false
            }
        }
        if !goesOn { dataTask.cancel() }
    }

    /// A redirect would carry the token to wherever it points: it is given back as it is.
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        running.withLock { $0[task.taskIdentifier]?.response = response }
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let done = running.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        done?.finish(error)
    }
}
