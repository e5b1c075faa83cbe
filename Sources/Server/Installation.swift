// The one place where everything is made and wired: stores, services, routes, background work.
package import Access
package import Foundation
package import Governance
package import HTTPServing
package import Hummingbird
import Logging
package import PostgresStorage
import Records
import RESTAPI
import S3Storage
import SQLiteStorage
import ServiceLifecycle
package import Storage
import WebUI

/// An opened installation: its data folder with the services over it.
package struct Installation: Sendable {
    package let folder: DataFolder
    package let store: any DatabaseStore
    package let services: Services
    /// What lies under the files, as it is.
    package let rawBlobs: any RawBlobs
    package let posture: PostureEngine
    package let hasher: PasswordHasher
    /// What the catalogue's load at the opening did.
    package let load: LoadReport
    /// Records that a restored backup had brought back and that were erased again at the opening.
    package let erasedAgain: Int

    /// Opens the folder, brings the database up to date and loads what changed of the catalogue.
    /// - Parameters:
    ///   - database: A PostgreSQL database; `nil` for the file in the folder.
    ///   - files: Where files are kept, and the key that seals them.
    ///   - environment: If none is given, the system's randomness with the machine's clock, or, for a PostgreSQL database,
    ///     with the database's: nodes must agree about the time.
    ///   - loading: What the load takes time and randomness from, if not from `environment`.
    package init(
        folder url: URL, database: PostgresAddress? = nil, files: FilesPlace = FilesPlace(), ledgerHost: String? = nil,
        environment given: Access.Environment? = nil,
        loading: Access.Environment? = nil, password parameters: PasswordHash.Parameters = .standard
    ) async throws {
        folder = try DataFolder(url, isShared: database != nil)
        let clock: Clock
        if let database {
            let opened = try PostgresStore(database, schemas: Registry.schemas)
            store = opened
            clock = Clock { opened.now() }
        } else {
            store = try SQLiteStore(
                path: folder.databasePath, schemas: Registry.schemas, migrator: try Migrations.migrator())
            clock = .system
        }
        let environment = given ?? Access.Environment(clock: clock, random: .system)
        rawBlobs = try files.raw(in: folder, now: environment.now)
        // Before anything is written: what is sealed with a key that is not at hand could not be read.
        let blobs = try await SealingBlobStore.opened(over: rawBlobs, key: files.key)
        load = try await CatalogueLoader(store: store, environment: loading ?? environment).load()
        posture = PostureEngine()
        hasher = PasswordHasher(parameters: parameters)
        let library = LibraryHolder(store: store)
        let signIn = SignIn(accounts: store, store: store, hasher: hasher, environment: environment)
        services = Services(
            environment: environment, store: store, accounts: store, blobs: blobs, signIn: signIn,
            records: RecordService(store: store, environment: environment, posture: posture, blobs: blobs),
            assessments: AssessmentService(
                store: store, environment: environment, library: library, posture: posture),
            organisations: OrganisationService(
                store: store, accounts: store, signIn: signIn, environment: environment, library: library),
            ledger: LedgerService(
                store: store, environment: environment, host: try folder.ledgerHost(proposed: ledgerHost),
                seed: try folder.signingSeed(random: environment.random.bytes)),
            library: library, erasureJournal: FileErasureJournal(folder.erasures),
            documents: try DocumentMaker(environment: environment))
        erasedAgain = try await services.erasure.start()
        try await services.erasure.resume()
        try await services.records.imports.recover()
        try await store.releaseAbandonedJobs()
    }

    /// The routes of the server.
    /// - Parameters:
    ///   - limiter: Counts requests to the API; if none is given, one with the standard limits.
    ///   - proxies: Whose word about their clients' addresses is taken.
    ///   - operating: What is told to an operator; `nil` where there is none, as in the commands.
    ///   - metricsToken: Opens `/metrics`; without it there is no such address.
    package func router(
        limiter: RateLimiter? = nil, proxies: TrustedProxies = .none, operating: Operating? = nil,
        metricsToken: MetricsToken? = nil
    ) throws -> Router<ConcordContext> {
        let router = Router(context: ConcordContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EnvelopeMiddleware(environment: services.environment, proxies: proxies))
        if let operating {
            router.add(
                middleware: ObservingMiddleware(environment: services.environment, metrics: operating.requests))
            if let metricsToken {
                router.add(middleware: MetricsDoorMiddleware(registry: operating.registry, token: metricsToken))
            }
            router.addReadiness(operating.readiness)
        }
        router.addHealth()
        let api = RESTRoutes(services: services, limiter: limiter)
        api.add(to: router)
        try WebRoutes(services: services, reference: api.reference()).add(to: router)
        return router
    }

    /// Work that the clock starts, for as long as the server runs. The first is the last that is told to stop.
    func keepers(logger: Logger) -> [any Service] {
        [
            CheckpointKeeper(services: services, logger: logger),
            ClockKeeper(services: services, logger: logger),
            JobKeeper(
                queue: store, handlers: [ErasureJob(services.erasure), ClockJob(services.records)],
                environment: services.environment, logger: logger),
            EventKeeper(services: services),
        ]
    }
}
