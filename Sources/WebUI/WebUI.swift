// The web interface as a whole: assets, the pages made by hand, the screens of every record type.
import Crypto
import Foundation
package import HTTPServing
import HTTPTypes
package import Hummingbird
import NIOCore
package import RecordKit
import Records

/// All routes of the web interface.
package struct WebRoutes: Sendable {
    private let services: Services
    private let schemas: [AnySchema]
    private let reference: APIReference?

    /// - Parameters:
    ///   - schemas: The record types that have screens; a test may add one of its own.
    ///   - reference: What the API's page shows; without it there is no such page.
    package init(services: Services, schemas: [AnySchema] = Registry.schemas, reference: APIReference? = nil) {
        self.services = services
        self.schemas = schemas
        self.reference = reference
    }

    /// Adds the routes. What the router has already stays untouched; what is added later gets this interface's error
    /// pages and sign-in, as do addresses without a route.
    /// - Throws: ``AssetError`` if the bundle lacks an asset.
    package func add(to router: Router<ConcordContext>) throws {
        let assets = try Assets()
        let frame = PageFrame(services: services, assets: assets.links)
        router.add(middleware: WebErrorMiddleware(frame: frame))
        router.add(middleware: AuthenticationMiddleware(signIn: services.signIn))
        assets.add(to: router)
        SignInScreens(services: services, frame: frame).add(to: router)
        OverviewScreens(services: services, frame: frame).add(to: router)
        AssessmentScreens(services: services, frame: frame).add(to: router)
        GapScreens(services: services, frame: frame).add(to: router)
        PlanScreens(services: services, frame: frame).add(to: router)
        ControlLibraryScreens(services: services, frame: frame).add(to: router)
        StatementScreens(services: services, frame: frame, schemas: schemas).add(to: router)
        RoundScreens(services: services, frame: frame).add(to: router)
        FrameworkScreens(services: services, frame: frame).add(to: router)
        CrosswalkScreens(services: services, frame: frame).add(to: router)
        ProjectionScreens(services: services, frame: frame).add(to: router)
        SettingsScreens(services: services, frame: frame).add(to: router)
        HostedScreens(services: services, frame: frame).add(to: router)
        JobScreens(services: services, frame: frame).add(to: router)
        LedgerScreens(services: services, frame: frame).add(to: router)
        if let reference { APIScreens(reference: reference, frame: frame).add(to: router) }
        ProofScreens(services: services, frame: frame).add(to: router)
        PackScreens(services: services, frame: frame).add(to: router)
        ReportScreens(services: services, frame: frame).add(to: router)
        ErasureScreens(services: services, frame: frame).add(to: router)
        ViewScreens(services: services, frame: frame, schemas: schemas).add(to: router)
        UndoScreens(services: services, frame: frame).add(to: router)
        PathScreens(services: services, frame: frame).add(to: router)
        ImportScreens(services: services, frame: frame, schemas: schemas).add(to: router)
        LibraryScreens(services: services, frame: frame).add(to: router)
        RecordScreens(services: services, frame: frame, schemas: schemas).add(to: router)
    }
}

/// Stylesheet, script and icon, read once at the start.
struct Assets: Sendable {
    /// Browsers keep an asset for ever: its address changes with its content.
    private static let cacheForever = "public, max-age=31536000, immutable"
    private struct File: Sendable {
        let name: String
        let mediaType: String
        let bytes: [UInt8]
        let tag: String
    }
    private let files: [File]
    let links: AssetLinks

    init() throws(AssetError) {
        var files: [File] = []
        for (name, mediaType) in [
            ("concord.css", "text/css; charset=utf-8"), ("concord.js", "text/javascript; charset=utf-8"),
            ("favicon.svg", "image/svg+xml"), (DocumentMaker.stylesheetName, "text/css; charset=utf-8"),
        ] {
            let bytes = [UInt8](try Self.data(name))
            let digest = SHA256.hash(data: bytes).prefix(8)
            let tag = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            files.append(File(name: name, mediaType: mediaType, bytes: bytes, tag: tag))
        }
        self.files = files
        links = AssetLinks(
            stylesheetPrefix: files[0].tag, scriptPrefix: files[1].tag, iconPrefix: files[2].tag, root: "/static")
    }

    static func data(_ name: String) throws(AssetError) -> Data {
        guard let folder = Bundle.module.resourceURL?.appendingPathComponent("Assets") else {
            throw AssetError(name: name, reason: "the resource bundle is missing")
        }
        do { return try Data(contentsOf: folder.appendingPathComponent(name)) } catch {
            throw AssetError(name: name, reason: "\(error)")
        }
    }

    func add(to router: Router<ConcordContext>) {
        for file in files {
            router.get(RouterPath(Link.asset(name: file.name).href)) { request, _ in
                var headers = HTTPFields()
                headers[.contentType] = file.mediaType
                headers[.eTag] = "\"\(file.tag)\""
                // An address with an old tag gets what there is now, but not for ever.
                let isCurrent = request.uri.query == "v=\(file.tag)"
                headers[.cacheControl] = isCurrent ? Self.cacheForever : "no-cache"
                if request.headers[.ifNoneMatch] == "\"\(file.tag)\"" {
                    return Response(status: .notModified, headers: headers)
                }
                return Response(
                    status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
            }
        }
    }
}

/// The installation lacks one of its own files.
package struct AssetError: Error, Sendable {
    package let name: String
    package let reason: String
}
