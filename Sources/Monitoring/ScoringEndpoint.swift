// A model behind an address: rows go out in batches, scores come back, and nothing else is believed.
import Foundation
import FoundationNetworking
import Synchronization

/// A model that is asked over HTTP.
///
/// A batch is one POST of JSON, its answer one JSON object with a number per row. What is temporary (no connection, no
/// answer in time, the statuses 429, 500, 502, 503 and 504) is tried again after a growing pause; anything else that is
/// no sound answer ends the measurement with its name. Redirects are not followed: the rows may be personal data.
public final class ScoringEndpoint: ScoringModel {
    /// What is sent and expected.
    public enum Format: String, Sendable, CaseIterable {
        /// `{"features":[…],"rows":[[…]]}` → `{"scores":[…]}`
        case concord
        /// KServe's first protocol: `{"instances":[[…]]}` → `{"predictions":[…]}`
        case kserve
        /// MLflow's `/invocations`: `{"dataframe_split":{"columns":[…],"data":[[…]]}}` → `{"predictions":[…]}`
        case mlflow

        var member: String { self == .concord ? "scores" : "predictions" }
    }

    /// How patient one is.
    public struct Limits: Hashable, Sendable {
        /// Rows of one request.
        public var batchRowsMax = 1_000
        /// Seconds until an attempt is given up.
        public var timeoutSeconds = 30.0
        /// Attempts after the first.
        public var retriesMax = 3
        /// The pause before the second attempt; it doubles with every further one.
        public var pauseSeconds = 0.25
        /// The longest pause, also when the server asks for a longer one by `Retry-After`.
        public var pauseSecondsMax = 30.0
        /// Seconds for the whole measurement.
        public var totalSeconds = 3_600.0
        /// Requests at the same time.
        public var requestsAtOnceMax = 4

        /// The usual limits.
        public init() {}
    }

    /// Statuses after which the same request may succeed.
    private static let temporary: Set<Int> = [429, 500, 502, 503, 504]

    /// The names of the features, in the order of rows.
    public let features: [String]
    /// The categories of each feature, in the order of their codes; empty for a feature of numbers.
    public let categories: [[String]]
    /// The address without a query, for reports.
    public let address: String
    private let url: URL
    private let token: String?
    private let format: Format
    private let limits: Limits
    private let session: URLSession
    private let transfers = Transfers()
    private let atOnce: DispatchSemaphore
    private let begun = ContinuousClock.now
    private let scored: (@Sendable (_ rows: Int) -> Void)?
    private let state = Mutex(State())

    private struct State {
        var requests = 0
        var retries = 0
        var rows = 0
        /// What ended the measurement; later requests are not made.
        var failure: MeasureError?
    }

    /// - Parameters:
    ///   - address: an `http` or `https` URL.
    ///   - token: sent as `Authorization: Bearer`.
    ///   - space: the features and how their categories are numbered.
    ///   - scored: called with the rows of each batch that was scored.
    /// - Throws: `MeasureError` for an address that is none, or limits out of range.
    public init(
        address: String, token: String? = nil, space: FeatureSpace, format: Format = .concord,
        limits: Limits = Limits(), scored: (@Sendable (_ rows: Int) -> Void)? = nil
    ) throws(MeasureError) {
        guard let parts = URLComponents(string: address), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty, let url = parts.url
        else { throw MeasureError("\(address) is not an http or https address") }
        guard parts.user == nil, parts.password == nil else {
            throw MeasureError("an address must not hold a password: give a token")
        }
        guard (1...1_000_000).contains(limits.batchRowsMax), limits.timeoutSeconds > 0, limits.totalSeconds > 0,
            (0...100).contains(limits.retriesMax), limits.pauseSeconds >= 0, limits.requestsAtOnceMax > 0
        else { throw MeasureError("a limit of the endpoint is out of range") }
        var plain = parts
        plain.query = nil
        plain.fragment = nil
        self.address = plain.string ?? host
        self.url = url
        self.token = token
        features = space.features
        categories = space.categories
        self.format = format
        self.limits = limits
        self.scored = scored
        atOnce = DispatchSemaphore(value: limits.requestsAtOnceMax)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        // The time limit is kept here: a server that sends a byte now and then is not waited for any longer.
        configuration.timeoutIntervalForRequest = limits.timeoutSeconds * 2
        session = URLSession(configuration: configuration, delegate: transfers, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    /// Requests, retries and rows so far, for reports.
    public var report: ReportValue {
        let state = state.withLock { $0 }
        return .object(
            ReportObject([
                ("endpoint", .string(address)), ("format", .string(format.rawValue)),
                ("requests", .integer(state.requests)), ("retries", .integer(state.retries)),
                ("rows_scored", .integer(state.rows)),
            ]))
    }

    /// The scores of rows, asked for in batches.
    ///
    /// - Throws: `MeasureError` naming the address and what was wrong; every later call throws the same.
    public func scores(_ rows: [[Double]]) throws(MeasureError) -> [Double] {
        var out: [Double] = []
        out.reserveCapacity(rows.count)
        var start = 0
        while start < rows.count {
            let end = min(rows.count, start + limits.batchRowsMax)
            out += try batch(Array(rows[start..<end]))
            start = end
        }
        return out
    }

    // MARK: Requests

    private func batch(_ rows: [[Double]]) throws(MeasureError) -> [Double] {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        do throws(MeasureError) {
            let scores = try answer(rows)
            state.withLock { $0.rows += rows.count }
            scored?(rows.count)
            return scores
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
            throw error
        }
    }

    private func answer(_ rows: [[Double]]) throws(MeasureError) -> [Double] {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(body(rows))
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        // A number of a score takes 25 bytes at most; the rest is room for what a server says besides.
        let bytesMax = 65_536 + 256 * rows.count
        var pause = limits.pauseSeconds
        for attempt in 0...limits.retriesMax {
            let left = limits.totalSeconds - (begun.duration(to: .now) / .seconds(1))
            guard left > 0 else { throw bad("the time limit of \(Self.text(limits.totalSeconds)) s is over") }
            let outcome = send(request, bytesMax: bytesMax, seconds: min(left, limits.timeoutSeconds))
            let reason: String
            var wanted: Double?
            switch outcome {
            case .answered(200, let body, _): return try scores(body, rows: rows.count)
            case .answered(let status, _, let retryAfter) where Self.temporary.contains(status):
                reason = "it answers with status \(status)"
                wanted = retryAfter
            case .answered(let status, _, _): throw bad("it answers with status \(status)")
            case .redirected(let target): throw bad("it redirects to \(target), which is not followed")
            case .tooLong: throw bad("the answer is longer than \(bytesMax) bytes for \(rows.count) rows")
            case .silent: reason = "no answer within \(Self.text(min(left, limits.timeoutSeconds))) s"
            case .failed(let words): reason = words
            case .refused(let words): throw bad(words)
            }
            guard attempt < limits.retriesMax else {
                throw bad("\(reason), after \(attempt + 1) \(attempt == 0 ? "attempt" : "attempts")")
            }
            state.withLock { $0.retries += 1 }
            Thread.sleep(forTimeInterval: min(limits.pauseSecondsMax, max(pause, wanted ?? 0)))
            pause *= 2
        }
        preconditionFailure("the last attempt returns or throws")
    }

    private func send(_ request: URLRequest, bytesMax: Int, seconds: Double) -> Transfer.Outcome {
        atOnce.wait()
        defer { atOnce.signal() }
        state.withLock { $0.requests += 1 }
        let task = session.dataTask(with: request)
        let done = transfers.begin(task.taskIdentifier, bytesMax: bytesMax)
        task.resume()
        if done.wait(timeout: .now() + seconds) == .timedOut {
            if let outcome = transfers.end(task.taskIdentifier) { return outcome }
            task.cancel()
            return .silent
        }
        return transfers.end(task.taskIdentifier) ?? .silent
    }

    private func bad(_ reason: String) -> MeasureError { MeasureError("\(address): \(reason)") }

    private static func text(_ seconds: Double) -> String { TextReport.short(seconds) }

    // MARK: Bodies

    private func body(_ rows: [[Double]]) -> [UInt8] {
        let names = ReportValue.array(features.map { .string($0) }).json()
        let texts = categories.map { $0.map { ReportValue.string($0).json() } }
        let before =
            switch format {
            case .concord: "{\"features\":\(names),\"rows\":["
            case .kserve: "{\"instances\":["
            case .mlflow: "{\"dataframe_split\":{\"columns\":\(names),\"data\":["
            }
        var out = Array(before.utf8)
        for (i, row) in rows.enumerated() {
            out += i > 0 ? [UInt8(ascii: ","), UInt8(ascii: "[")] : [UInt8(ascii: "[")]
            for (feature, value) in row.enumerated() {
                if feature > 0 { out.append(UInt8(ascii: ",")) }
                if !value.isFinite {
                    out += Array("null".utf8)
                } else if texts[feature].isEmpty {
                    out += Array("\(value)".utf8)
                } else {
                    out += Array(texts[feature][Int(value)].utf8)
                }
            }
            out.append(UInt8(ascii: "]"))
        }
        out += Array((format == .mlflow ? "]}}" : "]}").utf8)
        return out
    }

    private struct Answer: Decodable {
        let scores: [Double]?
        let predictions: [Double]?
    }

    private func scores(_ body: Data, rows: Int) throws(MeasureError) -> [Double] {
        let answer: Answer
        do { answer = try JSONDecoder().decode(Answer.self, from: body) } catch { throw bad(words(error, body)) }
        guard let scores = format == .concord ? answer.scores : answer.predictions else {
            throw bad("the answer has no member \"\(format.member)\"")
        }
        guard scores.count == rows else { throw bad("the answer has \(scores.count) scores for \(rows) rows") }
        if let place = scores.firstIndex(where: { !$0.isFinite }) { throw bad("score \(place) is not a finite number") }
        return scores
    }

    /// What is wrong with an answer.
    private func words(_ error: any Error, _ body: Data) -> String {
        switch error {
        case DecodingError.valueNotFound(_, let context) where context.codingPath.count > 1:
            return "score \(context.codingPath[1].intValue ?? 0) is null"
        case DecodingError.typeMismatch(_, let context) where context.codingPath.count > 1:
            return "score \(context.codingPath[1].intValue ?? 0) is not a number"
        case DecodingError.typeMismatch(_, let context) where context.codingPath.count == 1:
            return "\"\(context.codingPath[0].stringValue)\" in the answer is not a list of numbers"
        case DecodingError.typeMismatch: return "the answer is not a JSON object"
        default:
            let text = String(decoding: body, as: UTF8.self)
            let constants = ["NaN", "Infinity"].filter { text.contains($0) }
            guard let constant = constants.first else { return "the answer is not JSON" }
            return "the answer holds \(constant), which is no number in JSON"
        }
    }
}

/// What becomes of one request.
private struct Transfer {
    enum Outcome {
        case answered(status: Int, body: Data, retryAfter: Double?)
        case redirected(String)
        case tooLong
        case silent
        case failed(String)
        case refused(String)
    }

    let done = DispatchSemaphore(value: 0)
    let bytesMax: Int
    var response: HTTPURLResponse?
    var body = Data()
    var outcome: Outcome?
}

/// The requests on their way.
private final class Transfers: NSObject, URLSessionDataDelegate, Sendable {
    private let open = Mutex<[Int: Transfer]>([:])

    func begin(_ task: Int, bytesMax: Int) -> DispatchSemaphore {
        let transfer = Transfer(bytesMax: bytesMax)
        open.withLock { $0[task] = transfer }
        return transfer.done
    }

    /// What became of a request; nil when nothing has.
    func end(_ task: Int) -> Transfer.Outcome? { open.withLock { $0.removeValue(forKey: task)?.outcome } }

    private func settle(_ task: URLSessionTask, _ outcome: (Transfer) -> Transfer.Outcome) {
        open.withLock { all in
            guard let transfer = all[task.taskIdentifier], transfer.outcome == nil else { return }
            all[task.taskIdentifier]?.outcome = outcome(transfer)
            transfer.done.signal()
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        let target = request.url?.host ?? "elsewhere"
        let done = open.withLock { all -> DispatchSemaphore? in
            guard let transfer = all[task.taskIdentifier], transfer.outcome == nil else { return nil }
            all[task.taskIdentifier]?.outcome = .redirected(target)
            return transfer.done
        }
        // FoundationNetworking ends the process when it is answered about a redirect of a task that was cancelled: a
        // request that was given up is not answered for, and one that is answered for is never cancelled.
        guard let done else { return }
        completionHandler(nil)
        done.signal()
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        open.withLock { $0[dataTask.taskIdentifier]?.response = response as? HTTPURLResponse }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLong = open.withLock { all -> Bool in
            guard let transfer = all[dataTask.taskIdentifier] else { return false }
            guard transfer.body.count + data.count <= transfer.bytesMax else { return true }
            all[dataTask.taskIdentifier]?.body.append(data)
            return false
        }
        if isTooLong {
            settle(dataTask) { _ in .tooLong }
            dataTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        settle(task) { transfer in
            if let error { return Self.failure(error) }
            guard let response = transfer.response ?? task.response as? HTTPURLResponse else {
                return .failed("the answer is not HTTP")
            }
            let expected = response.expectedContentLength
            guard expected <= 0 || Int64(transfer.body.count) >= expected else {
                return .failed("\(transfer.body.count) of \(expected) bytes came")
            }
            let wait = response.value(forHTTPHeaderField: "Retry-After").flatMap(Double.init)
                .flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
            return .answered(status: response.statusCode, body: transfer.body, retryAfter: wait)
        }
    }

    private static func failure(_ error: any Error) -> Transfer.Outcome {
        guard let error = error as? URLError else { return .failed("the connection failed") }
        switch error.code {
        case .timedOut: return .silent
        case .cannotConnectToHost: return .failed("nobody listens there")
        case .cannotFindHost, .dnsLookupFailed: return .failed("the host is not known")
        case .networkConnectionLost: return .failed("the connection broke off")
        case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
            .clientCertificateRequired:
            return .refused("the certificate of the server is not trusted")
        default: return .failed("the connection failed (\(error.code.rawValue))")
        }
    }
}
