// The REST API, derived from the schemas: which path means what, and which methods it knows.
//
// The paths are told apart here and not by the router: one switch says them all, knows which methods are missing, and
// costs less than a tree of closures for each record type.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import NIOCore
package import RecordKit
import Records

/// The routes under `/api/v1`.
package struct RESTRoutes: Sendable {
    let services: Services
    private let resources: [String: Resource]
    private let resourcesByType: [RecordType: Resource]

    /// - Parameter schemas: The record types to be mounted, each under its plural.
    package init(services: Services, schemas: [AnySchema] = Registry.schemas) {
        self.services = services
        let made = schemas.map { Resource($0) }
        resources = Dictionary(uniqueKeysWithValues: made.map { ($0.schema.plural, $0) })
        resourcesByType = Dictionary(uniqueKeysWithValues: made.map { ($0.schema.type, $0) })
        let clash = Self.ownSegments.first { resources[$0] != nil }
        precondition(clash == nil, "\(clash ?? "") is a path of the API's own")
    }

    /// Mounts the routes, with sign-in and problem documents of their own.
    package func add(to router: Router<ConcordContext>) {
        let problems = ProblemMiddleware(resources: resourcesByType)
        let group = router.group("api")
            .add(middleware: problems)
            .add(middleware: AuthenticationMiddleware(signIn: services.signIn))
            .add(middleware: problems)
            .add(middleware: FormSecretMiddleware())
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for method in methods {
            group.on("", method: method, use: answer)
            group.on("**", method: method, use: answer)
        }
    }

    private static let ownSegments = ["me", "ledger", "posture", "files", "imports"]

    private enum Route {
        case caller, ledger, posture, files
        case file(Resource, UUID, String)
        case list(Resource)
        case record(Resource, UUID)
        case archive(Resource, UUID, isArchived: Bool)
        case transitions(Resource, UUID)
        case transition(Resource, UUID, String)
        case history(Resource, UUID)
        case links(Resource, UUID)
        case rows(UUID)
        case row(UUID, String)
        case imports(ImportRoute)

        var methods: [HTTPRequest.Method] {
            switch self {
            case .list: [.get, .head, .post]
            case .record: [.get, .head, .put]
            case .archive, .transition, .files: [.post]
            case .row: [.put]
            case .imports(let route): route.methods
            case .caller, .ledger, .posture, .transitions, .history, .links, .rows, .file: [.get, .head]
            }
        }
    }

    private func route(_ path: String) -> Route? {
        var segments = path.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count >= 4, segments[1] == "api", segments[2] == "v1" else { return nil }
        segments.removeFirst(3)
        let first = String(segments[0])
        if first == "imports" { return ImportRoute(Array(segments.dropFirst())).map { .imports($0) } }
        if segments.count == 1 {
            switch first {
            case "me": return .caller
            case "ledger": return .ledger
            case "posture": return .posture
            case "files": return .files
            default: return resources[first].map { .list($0) }
            }
        }
        guard let resource = resources[first], let id = UUID(uuidString: String(segments[1])) else { return nil }
        if segments.count == 2 { return .record(resource, id) }
        let isAssessment = resource.schema.type == Assessment.type
        switch (segments[2], segments.count) {
        case ("archive", 3): return .archive(resource, id, isArchived: true)
        case ("restore", 3): return .archive(resource, id, isArchived: false)
        case ("transitions", 3): return .transitions(resource, id)
        case ("history", 3): return .history(resource, id)
        case ("links", 3): return .links(resource, id)
        case ("rows", 3) where isAssessment: return .rows(id)
        case ("transitions", 4):
            return String(segments[3]).removingPercentEncoding.map { .transition(resource, id, $0) }
        case ("files", 4):
            return String(segments[3]).removingPercentEncoding.map { .file(resource, id, $0) }
        case ("rows", 4) where isAssessment: return String(segments[3]).removingPercentEncoding.map { .row(id, $0) }
        default: return nil
        }
    }

    @Sendable private func answer(_ request: Request, _ context: ConcordContext) async throws -> Response {
        guard let route = route(request.uri.path) else {
            throw Failure(.notFound, "not-found", "Not found", "The API has no such path.")
        }
        let caller = try context.requireCaller()
        guard route.methods.contains(request.method) else { throw MethodNotAllowed(allowed: route.methods) }
        if case .caller = route {
        } else if caller.organisation == nil {
            throw Failure(ServiceError.forbidden("You have no current place in an organisation."))
        }
        let response = try await perform(route, Call(request: request, caller: caller, id: context.requestID))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func perform(_ route: Route, _ call: Call) async throws -> Response {
        let isRead = call.request.method == .get || call.request.method == .head
        switch route {
        case .caller: return try me(call)
        case .ledger: return try await ledger(call)
        case .posture: return try await posture(call)
        case .files: return try await upload(call)
        case .file(let resource, let id, let field): return try await file(resource, id, field, call)
        case .list(let resource): return isRead ? try await list(resource, call) : try await create(resource, call)
        case .record(let resource, let id):
            return isRead ? try await get(resource, id, call) : try await replace(resource, id, call)
        case .archive(let resource, let id, let isArchived):
            return try await setArchived(isArchived, resource, id, call)
        case .transitions(let resource, let id): return try await transitions(resource, id, call)
        case .transition(let resource, let id, let name): return try await take(name, resource, id, call)
        case .history(let resource, let id): return try await history(resource, id, call)
        case .links(let resource, let id): return try await links(resource, id, call)
        case .rows(let id): return try await rows(id, call)
        case .row(let id, let key): return try await answerRow(key, id, call)
        case .imports(let route): return try await imports(route, call)
        }
    }
}

/// One request of somebody, under its id.
struct Call {
    let request: Request
    let caller: Caller
    let id: String
}

extension Response {
    /// An answer in JSON.
    init(json bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
