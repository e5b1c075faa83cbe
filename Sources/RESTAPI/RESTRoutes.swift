// The REST API, derived from the schemas: every call is an `Endpoint`, which says its path, its words and its work.
//
// The paths are told apart here and not by the router: one tree knows them all, and which methods are missing.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import NIOCore
package import RecordKit
import Records

/// The routes under `/api`.
package struct RESTRoutes: Sendable {
    let services: Services
    let resources: [Resource]
    /// Every call of the API.
    let endpoints: [Endpoint]
    let document: OpenAPIDocument
    private let resourcesByType: [RecordType: Resource]
    private let tree: EndpointTree
    private let limiter: RateLimiter
    private let keys = RequestsUnderWay()

    /// - Parameters:
    ///   - schemas: The record types to be mounted, each under its plural.
    ///   - limiter: Counts the requests of callers; if none is given, one with the standard limits.
    package init(services: Services, schemas: [AnySchema] = Registry.schemas, limiter: RateLimiter? = nil) {
        self.services = services
        resources = schemas.map { Resource($0) }
        resourcesByType = Dictionary(uniqueKeysWithValues: resources.map { ($0.schema.type, $0) })
        endpoints = Self.everyEndpoint(resources)
        tree = EndpointTree(endpoints)
        document = OpenAPIDocument(endpoints: endpoints, resources: resources)
        self.limiter = limiter ?? RateLimiter(limits: .standard, clock: services.environment.clock)
    }

    /// What the API offers. A new call is added here or to one of these lists, and is then mounted and documented.
    private static func everyEndpoint(_ resources: [Resource]) -> [Endpoint] {
        let own: [[Endpoint]] = [
            installationEndpoints(), memberEndpoints(), assessmentEndpoints(), fileEndpoints(resources),
            ledgerEndpoints(), erasureEndpoints(), searchEndpoints(), importEndpoints(), gapEndpoints(),
            crosswalkEndpoints(), libraryEndpoints(), reportEndpoints(), statementEndpoints(), roundEndpoints(),
            pathEndpoints(),
        ]
        return own.flatMap(\.self) + resources.flatMap { recordEndpoints($0) + changeEndpoints($0) }
    }

    /// Mounts the routes, with sign-in and problem documents of their own.
    package func add(to router: Router<ConcordContext>) {
        let problems = ProblemMiddleware(resources: resourcesByType)
        let group = router.group("api")
            .add(middleware: problems)
            .add(middleware: CallerMiddleware(signIn: services.signIn, limiter: limiter))
            .add(middleware: problems)
            .add(middleware: FormSecretMiddleware())
        for method in Self.methods { group.on("**", method: method, use: answer) }
    }

    /// Every method of HTTP that is registered and that clients send: what no call knows is refused with what is known.
    private static let methods: [HTTPRequest.Method] =
        [.get, .head, .post, .put, .patch, .delete, .options, .trace] + ["QUERY"].compactMap { .init($0) }

    /// Every call, as "GET /api/v1/me": a test compares them with the document.
    package var calls: [String] { endpoints.map { "\($0.method.rawValue) \($0.path.text)" } }

    func resource(named type: String) -> Resource? { resourcesByType[RecordType(type)] }

    @Sendable private func answer(_ request: Request, _ context: ConcordContext) async throws -> Response {
        guard let (found, values) = tree.find(request.uri.path) else {
            throw Failure(.notFound, "not-found", "Not found", "The API has no such path.")
        }
        if let template = found.first?.path.text { context.coreContext.endpointPath.value = template }
        let isHead = request.method == .head
        let endpoint = found.first { $0.method == (isHead ? .get : request.method) }
        if endpoint?.access != .anybody { _ = try context.requireCaller() }
        guard let endpoint else { throw MethodNotAllowed(endpoints: found) }
        let caller = context.caller ?? .nobody
        if endpoint.access == .place, caller.organisation == nil {
            throw Failure(ServiceError.forbidden("You have no current place in an organisation."))
        }
        try request.checkAccept(endpoint.operation.answers.map(\.mediaType))
        let call = Call(request: request, caller: caller, id: context.requestID, context: context, path: values)
        let response =
            if request.headers[.idempotencyKey] != nil, request.method == .post {
                try await answerOnce(endpoint, call, keys)
            } else {
                try await endpoint.answer(self, call)
            }
        return isHead ? response.createHeadResponse() : response
    }
}

extension Response {
    /// An answer in JSON.
    init(json bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
