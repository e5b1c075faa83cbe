// One call of the API: the same value mounts it and documents it, so that no route can exist without its words.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import RecordKit

/// One method of one path.
struct Endpoint: Sendable {
    typealias Handler = @Sendable (RESTRoutes, Call) async throws -> Response

    /// Who may ask at all; what they may see or do is for the services to decide.
    enum Access: Sendable { case anybody, account, place }

    let method: HTTPRequest.Method
    let path: PathTemplate
    let operation: Operation
    var access = Access.place
    /// The handler keeps `Call.claim` in the transaction of its change, so `Idempotency-Key` is taken.
    var takesKey = false
    /// The longest body that it reads, in bytes.
    var bodyBytesMax = HTTPLimit.bodyBytesMax
    let answer: Handler

    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: Operation, access: Access = .place,
        takesKey: Bool = false, bodyBytesMax: Int = HTTPLimit.bodyBytesMax, answer: @escaping Handler
    ) {
        self.method = method
        self.path = PathTemplate(path)
        self.operation = operation
        self.access = access
        self.takesKey = takesKey
        self.bodyBytesMax = bodyBytesMax
        self.answer = answer
    }
}

/// A path with places for values: `{id}` takes a UUID, any other name one segment of text, `{+name}` at the end all
/// segments that are left.
struct PathTemplate: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case id
        case text(String)
        case rest(String)
    }
    /// As the document writes it.
    let text: String
    let segments: [Segment]

    init(_ text: String) {
        self.text = text.replacing("{+", with: "{")
        segments = text.split(separator: "/").map { segment in
            guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return .literal(String(segment)) }
            let name = String(segment.dropFirst().dropLast())
            if name.hasPrefix("+") { return .rest(String(name.dropFirst())) }
            return name == "id" ? .id : .text(name)
        }
    }
}

/// The values of a path's places.
struct PathValues: Sendable {
    private(set) var ids: [UUID] = []
    private(set) var texts: [String] = []

    mutating func append(_ id: UUID) { ids.append(id) }
    mutating func append(_ text: String) { texts.append(text) }

    /// The value of `{id}`.
    func id() throws -> UUID {
        guard let id = ids.first else { throw ServiceError.notFound("path") }
        return id
    }
    /// The values of several places for text.
    func texts(_ count: Int) throws -> [String] {
        guard texts.count == count else { throw ServiceError.notFound("path") }
        return texts
    }
    /// The value of the place for text.
    func text() throws -> String {
        guard let text = texts.first else { throw ServiceError.notFound("path") }
        return text
    }
}

/// One request of somebody, under its id.
struct Call: Sendable {
    let request: Request
    let caller: Caller
    let id: String
    let context: ConcordContext
    var path = PathValues()
    /// The key under which the change must not be made twice.
    var claim: RequestClaim?
}

extension Caller {
    /// Who asks for what is for everybody: nobody, who may do nothing else.
    static let nobody = Caller(account: nil, organisation: nil, person: nil, mayWrite: false)
}

/// What the document says of a call.
struct Operation: Sendable {
    /// Stable, camelCase, unique: clients name their functions by it.
    let id: String
    let tag: String
    let summary: String
    var words = ""
    var parameters: [Parameter] = []
    /// What the path's place for text may say; empty where the document cannot know.
    var textChoices: [String] = []
    var body: Body?
    let answers: [Answer]
    /// The statuses of problems beyond those that every call may have.
    var problems: [Int] = []

    struct Parameter: Sendable {
        enum Place: String, Sendable { case query, header }
        let name: String
        var place = Place.query
        var isRequired = false
        /// May occur several times.
        var isRepeated = false
        let words: String
        let schema: JSONValue
        var example: JSONValue?
    }

    struct Body: Sendable {
        var mediaType = "application/json"
        /// What the call reads besides, by the same schema.
        var otherMediaTypes: [String] = []
        let schema: JSONValue
        var example: JSONValue?
        var isRequired = true
    }

    struct Answer: Sendable {
        var status = 200
        let words: String
        var mediaType = "application/json"
        let schema: JSONValue
        var headers: [String] = []

        /// 204 is an answer without content, whatever its schema.
        var hasContent: Bool { status != 204 }
        /// That it is done, and nothing more.
        static func nothing(_ words: String) -> Self { Self(status: 204, words: words, schema: [:]) }
    }
}
