// Asks S3: signs, sends, tries again what may succeed the next time, and names what was refused.
import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
package import RecordKit
import Storage

/// How long S3 is waited for.
package struct S3Limits: Sendable {
    /// Until a connection stands.
    package var connectSeconds = 5
    /// Until the beginning of an answer, and between its parts.
    package var answerSeconds = 20
    /// How often a request is sent.
    package var attemptsMax = 4
    /// The pause after the first attempt; it doubles from one to the next.
    package var pauseMilliseconds = 200
    /// After this time no further attempt is made. It must be less than the time after which another node takes a job
    /// over, so that a removal is not carried out for a job that is no longer held.
    package var secondsMax = 25
    /// Names on one page of a list.
    package var listedMax = 1_000
    package init() {}
}

/// One request, but for its signature.
struct S3Request: Sendable {
    /// As the documentation of S3 calls it.
    let operation: String
    let method: HTTPMethod
    /// Empty for the bucket.
    var key = ""
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: Data?
}

/// Speaks to one bucket.
package final class S3Client: Sendable {
    /// An answer that is read as a whole is no longer than this.
    private static let answerBytesMax = 4_194_304
    /// S3 bears this much between its clock and ours.
    private static let clockCode = "RequestTimeTooSkewed"
    private static let busyCodes: Set<String> = ["SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable"]

    package let location: S3Location
    private let signature: SignatureV4
    private let sessionToken: String?
    let limits: S3Limits
    private let now: @Sendable () -> Instant
    private let http: HTTPClient

    /// - Parameter now: The time with which requests are signed.
    package init(
        _ location: S3Location, _ credentials: S3Credentials, limits: S3Limits = S3Limits(),
        now: @escaping @Sendable () -> Instant
    ) {
        self.location = location
        signature = SignatureV4(credentials, region: location.region)
        sessionToken = credentials.sessionToken
        self.limits = limits
        self.now = now
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.timeout = HTTPClient.Configuration.Timeout(
            connect: .seconds(Int64(limits.connectSeconds)), read: .seconds(Int64(limits.answerSeconds)),
            write: .seconds(Int64(limits.answerSeconds)))
        settings.httpVersion = .http1Only
        // Attempts are counted here.
        settings.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    // Connections that nobody uses any more are all that is left.
    deinit { http.shutdown { _ in } }

    // MARK: Attempts

    /// Sends a request until it is answered, and reads the answer.
    /// - Throws: ``S3Error`` for what was refused; ``StoreError/away(_:)`` if S3 cannot be reached or is too busy.
    func send<T: Sendable>(
        _ request: S3Request, _ read: @Sendable (HTTPClientResponse) async throws -> T
    ) async throws -> T {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(limits.secondsMax))
        var attempt = 1
        while true {
            let why: String
            do {
                let left = min(.seconds(limits.answerSeconds), clock.now.duration(to: end))
                let answer = try await http.execute(
                    try signed(request), timeout: .nanoseconds(Int64(left / .nanoseconds(1))))
                if (200...299).contains(answer.status.code) { return try await read(answer) }
                why = try await retryable(answer, request)
            } catch let error as S3Error {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                why = "\(error)"
            }
            let pause = pause(after: attempt)
            guard attempt < limits.attemptsMax, clock.now.advanced(by: pause) < end else {
                throw StoreError.away(
                    "S3 did not carry out \(request.operation) of \(location.shown(request.key)): \(why)")
            }
            try await Task.sleep(for: pause)
            attempt += 1
        }
    }

    /// Half of the pause is chance, so that many who failed together do not come back together.
    func pause(after attempt: Int) -> Duration {
        let whole = Double(limits.pauseMilliseconds) * pow(2, Double(attempt - 1))
        return .milliseconds(Int64(whole * Double.random(in: 0.5...1)))
    }

    /// - Returns: Why the request failed, if it may succeed the next time.
    /// - Throws: ``S3Error`` if it will not.
    private func retryable(_ answer: HTTPClientResponse, _ request: S3Request) async throws -> String {
        let status = Int(answer.status.code)
        // An answer to HEAD has no body that could tell.
        let bytes = request.method == .HEAD ? [] : try await Self.bytes(answer, max: 65_536)
        let told = S3Answer(bytes)
        let code = told.first("Code") ?? answer.status.reasonPhrase
        if status >= 500 || status == 429 || Self.busyCodes.contains(code) { return "\(status) \(code)" }
        let place = location.shown(request.key)
        if code == Self.clockCode {
            throw S3Error.clock(
                operation: request.operation, place: place, here: now().description,
                there: told.first("ServerTime") ?? answer.headers.first(name: "date") ?? "another time")
        }
        throw S3Error.refused(
            operation: request.operation, place: place, status: status, code: code,
            message: String((told.first("Message") ?? "").prefix(300)))
    }

    // MARK: Requests

    private func signed(_ request: S3Request) throws -> HTTPClientRequest {
        let time = now()
        let body = request.body ?? Data()
        let payload = SignatureV4.hash(body)
        let path = location.path(request.key)
        var headers = request.headers
        headers.append(("host", location.host))
        headers.append(("x-amz-content-sha256", payload))
        headers.append(("x-amz-date", SignatureV4.stamp(time)))
        if let sessionToken { headers.append(("x-amz-security-token", sessionToken)) }
        let authorization = signature.authorization(
            method: request.method.rawValue, path: path, query: request.query, headers: headers, payload: payload,
            at: time)
        let query = SignatureV4.query(request.query)
        let address = "\(location.scheme)://\(location.host)\(path)"
        var sent = HTTPClientRequest(url: query.isEmpty ? address : "\(address)?\(query)")
        sent.method = request.method
        for (name, value) in headers { sent.headers.add(name: name, value: value) }
        sent.headers.add(name: "authorization", value: authorization)
        if request.body != nil { sent.body = .bytes(ByteBuffer(bytes: body)) }
        return sent
    }

    static func bytes(_ answer: HTTPClientResponse, max: Int = answerBytesMax) async throws -> [UInt8] {
        Array(buffer: try await answer.body.collect(upTo: max))
    }

    /// The SHA-256 with which S3 checks what it keeps.
    static func checksum(_ bytes: Data) -> String { Data(SHA256.hash(data: bytes)).base64EncodedString() }
}
