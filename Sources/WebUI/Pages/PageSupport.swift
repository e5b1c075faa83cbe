// What the hand-made pages share: answers with the right headers, the query of a request, addresses within Concord.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import RecordKit
import Records
import Storage

/// How a page is answered.
enum PageReply {
    /// A whole page or a fragment.
    static func html(_ markup: Markup, status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: markup.bytes)))
    }

    /// What a browser does after a form was sent: it gets another page.
    static func see(_ path: String) -> Response {
        var headers = HTTPFields()
        headers[.location] = path
        return Response(status: .seeOther, headers: headers)
    }

    /// Nothing new.
    static let nothing = Response(status: .noContent)
}

extension Request {
    /// The parameters behind the question mark.
    /// - Throws: ``Failure`` for a query that is too long or not percent-encoded.
    func linkQuery() throws -> LinkQuery {
        let query = uri.query ?? ""
        guard query.utf8.count <= HTTPLimit.queryBytesMax, let parsed = LinkQuery(query) else {
            throw Failure.invalid("query", text(.queryUnreadable))
        }
        return parsed
    }
    /// `concord.js` asks: it wants a fragment and never a redirect.
    var isByScript: Bool { headers[Self.requestedWith] == "concord" }
    private static let requestedWith: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Requested-With") else { preconditionFailure("no name of a header") }
        return name
    }()

    /// Refuses a form that another site's page sends before there is a session whose secret could be asked for.
    /// Browsers say where a request comes from in `Sec-Fetch-Site`; programs do not send it.
    func refuseOtherSites() throws {
        guard let name = HTTPField.Name("Sec-Fetch-Site"), let site = headers[name] else { return }
        guard site == "same-origin" || site == "none" else {
            throw Failure(.forbidden, "forbidden", text(.notAllowed), text(.formFromElsewhere))
        }
    }

    /// The path and query of the page that this form stood on, if it was one of ours under `path`.
    func sender(under path: String) -> String? {
        guard let referer = headers[.referer], let parts = URLComponents(string: referer),
            parts.percentEncodedPath == path
        else { return nil }
        return path + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }
}

extension ConcordContext {
    /// A parameter of the path, decoded.
    /// - Throws: ``Failure``: not found.
    func path(_ name: String) throws -> String {
        guard let value = parameters.get(name)?.removingPercentEncoding, !value.isEmpty else {
            throw Failure(ServiceError.notFound(text(.page)))
        }
        return value
    }
    /// The id in the path; what is no id names nothing.
    func pathID(_ name: String, of label: String) throws -> UUID {
        guard let id = UUID(uuidString: try path(name)) else { throw Failure(ServiceError.notFound(label)) }
        return id
    }
    /// The secret that forms of this session carry; empty for a program, which needs none.
    var formToken: String { session?.formSecret ?? "" }
}

/// Paths within Concord that a form may name as where to go on.
enum LocalPath {
    private static let bytesMax = 2_048
    /// - Returns: the path if a browser reads it as one of this server, and `/` otherwise.
    static func checked(_ path: String?) -> String {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count <= bytesMax,
            path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return path
    }
}

extension Moment {
    /// The moment of the past that a query asks for; `nil` for now.
    /// - Throws: ``ServiceError`` for what is no moment of this ledger.
    static func read(_ query: LinkQuery, _ services: Services, _ caller: Caller) async throws -> Moment? {
        let schemas = Dictionary(uniqueKeysWithValues: Registry.schemas.map { ($0.type, $0) })
        let reading = RecordScreens.Reading(services: services, ordered: Registry.schemas, schemas: schemas)
        return try await read(query["asOf"], reading, caller)
    }
}

extension Markup {
    /// Record text by itself.
    static func isolated(_ text: String) -> Markup { "<bdi>\(text)</bdi>" }
    /// A digest, key or other text for machines.
    static func mono(_ text: String) -> Markup { "<span class=\"mono\">\(text)</span>" }
}

extension Conformity {
    var tone: Tone {
        switch self {
        case .conform: .conform
        case .partlyConform: .partly
        case .nonconform: .nonconform
        case .notApplicable: .notApplicable
        case .unknown: .unknown
        }
    }
    var choice: AnswerChoice {
        switch self {
        case .conform: .conform
        case .partlyConform: .partly
        case .nonconform: .nonconform
        case .notApplicable: .notApplicable
        case .unknown: .unknown
        }
    }
    /// As an answer.
    var word: String { text(choice.word) }
    /// As what is shown: nothing answered is unknown.
    var shownWord: String { self == .unknown ? text(.unknown) : word }
}

extension AnswerChoice {
    /// What the service is told.
    var result: AnswerInput.Result {
        switch self {
        case .conform: .conform
        case .partly: .partlyConform
        case .nonconform: .nonconform
        case .unknown: .notAssessed
        case .notApplicable: .notApplicable
        }
    }
}

extension ConformityCounts {
    var posture: PostureCounts {
        PostureCounts(
            conform: self[.conform], partly: self[.partlyConform], nonconform: self[.nonconform],
            notApplicable: self[.notApplicable], unknown: self[.unknown])
    }
}

extension Instant {
    /// Day and time of day in a time zone, as "24 November 2026, 13:05".
    func words(in zone: TimeZone) -> String {
        text(.momentWords(day(in: zone), minuteOfDay: minuteOfDay(in: zone)))
    }
    private func minuteOfDay(in zone: TimeZone) -> Int {
        let seconds = Int((Double(millisecondsSince1970) / 1000).rounded(.down)) + zone.secondsFromGMT(for: date)
        return ((seconds % 86_400) + 86_400) % 86_400 / 60
    }
}
