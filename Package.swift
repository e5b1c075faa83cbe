// swift-tools-version:6.2
import PackageDescription

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let serviceContext: Target.Dependency = .product(name: "ServiceContextModule", package: "swift-service-context")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "concord",
    products: [
        .executable(name: "concord", targets: ["concord"]),
        .library(name: "MerkleLog", targets: ["MerkleLog"]),
        .library(name: "AuditPack", targets: ["AuditPack"]),
        .library(name: "Detection", targets: ["Detection"]),
        .library(name: "Statistics", targets: ["Statistics"]),
        .library(name: "Monitoring", targets: ["Monitoring"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
    ],
    targets: [
        .target(name: "RecordKit"),
        .target(name: "Records", dependencies: ["RecordKit"]),
        .target(name: "Statistics"),
        .target(name: "Monitoring", dependencies: ["Statistics", crypto]),
        .target(name: "MerkleLog", dependencies: [crypto]),
        .target(name: "AuditPack", dependencies: ["MerkleLog", crypto]),
        .target(name: "Telemetry", dependencies: [logging, coreMetrics, serviceContext]),
        .target(name: "Storage", dependencies: ["RecordKit", "MerkleLog", "Telemetry", crypto]),
        .target(
            name: "SQLiteStorage", dependencies: ["RecordKit", "Storage", "MerkleLog", grdb, grdbSQLite],
            resources: [.copy("Migrations")]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "PostgresStorage", dependencies: ["RecordKit", "Storage", "CPostgres"],
            resources: [.copy("Migrations")]),
        .target(
            name: "S3Storage", dependencies: ["RecordKit", "Storage", crypto, asyncHTTPClient, nioCore, nioHTTP1]),
        .target(name: "Access", dependencies: ["RecordKit", "Records", "Storage", "Telemetry", crypto, cryptoExtras]),
        .target(name: "Catalogue", dependencies: [yams, crypto], resources: [.copy("Resources")]),
        .target(
            name: "Governance",
            dependencies: [
                "RecordKit", "Records", "Storage", "MerkleLog", "AuditPack", "Access", "Catalogue", "Exchange",
                "Telemetry",
            ]),
        .target(
            name: "HTTPServing",
            dependencies: [
                "RecordKit", "Storage", "AuditPack", "Access", "Governance", "Telemetry", hummingbird, httpTypes,
                nioCore, logging, serviceContext,
            ]),
        .target(
            name: "Exchange", dependencies: ["RecordKit", "Storage", "CXlsx", crypto], resources: [.copy("Resources")]),
        .systemLibrary(name: "CXlsx", providers: [.apt(["libxlsxwriter-dev"])]),
        .target(
            name: "RESTAPI",
            dependencies: [
                "RecordKit", "Records", "Storage", "MerkleLog", "Access", "Governance", "Exchange", "HTTPServing",
                "Telemetry", hummingbird, httpTypes, nioCore, logging, lifecycle,
            ]),
        .target(
            name: "WebUI",
            dependencies: [
                "RecordKit", "Records", "Storage", "MerkleLog", "Access", "Governance", "Exchange", "HTTPServing",
                hummingbird, httpTypes, nioCore, logging, crypto,
            ], resources: [.copy("Assets")]),
        .target(name: "Demo", dependencies: ["RecordKit", "Records", "Storage", "Access", "Governance"]),
        .target(
            name: "Server",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "PostgresStorage", "S3Storage", "MerkleLog",
                "Access",
                "Governance", "HTTPServing", "RESTAPI", "WebUI", "Telemetry", hummingbird, httpTypes, nioCore, logging,
                lifecycle, unixSignals, crypto, cryptoExtras,
            ]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Detection", dependencies: ["CZlib", yams], resources: [.copy("Resources")]),
        .target(name: "Client", dependencies: ["MerkleLog"]),
        .target(name: "Terminal"),
        .executableTarget(
            name: "concord",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "PostgresStorage", "S3Storage", "MerkleLog",
                "AuditPack", "Access", "Governance", "Exchange", "HTTPServing", "Demo", "Server", "Client", "Detection",
                "Statistics",
                "Monitoring", "Terminal", "Telemetry",
                logging, argumentParser,
            ]),
        .target(
            name: "TestKit",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "PostgresStorage", "MerkleLog", "Access",
                "Governance", "HTTPServing", hummingbird, httpTypes, nioCore, nioPosix, nioHTTP1, nioEmbedded, logging,
            ], path: "Tests/TestKit"),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "RecordKitTests", dependencies: ["RecordKit"]),
        .testTarget(name: "RecordsTests", dependencies: ["RecordKit", "Records"]),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics"], exclude: ["Reference"]),
        .testTarget(name: "MonitoringTests", dependencies: ["Statistics", "Monitoring"], exclude: ["Reference"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", logging, coreMetrics, serviceContext]),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "RecordKit", "Records", "Storage", "PostgresStorage", "Access", "Governance", "HTTPServing", "Server",
                "Telemetry", "TestKit", hummingbird, httpTypes, nioCore, nioEmbedded, logging, coreMetrics,
            ]),
        .testTarget(name: "MerkleLogTests", dependencies: ["MerkleLog"]),
        .testTarget(name: "AuditPackTests", dependencies: ["AuditPack", "MerkleLog"]),
        .testTarget(name: "CatalogueTests", dependencies: ["Catalogue", crypto]),
        .testTarget(
            name: "StoreContractTests",
            dependencies: [
                "RecordKit", "Storage", "SQLiteStorage", "PostgresStorage", "S3Storage", "MerkleLog", "Telemetry",
                "TestKit", crypto, coreMetrics,
            ]),
        .testTarget(
            name: "PostgresStorageTests",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "PostgresStorage", "MerkleLog", "TestKit",
            ]),
        .testTarget(
            name: "SQLiteStorageTests",
            dependencies: ["RecordKit", "Records", "Storage", "SQLiteStorage", "MerkleLog", "TestKit", grdb]),
        .testTarget(
            name: "S3StorageTests",
            dependencies: ["RecordKit", "Storage", "S3Storage", "TestKit"]),
        .testTarget(name: "AccessTests", dependencies: ["RecordKit", "Records", "Storage", "Access"]),
        .testTarget(
            name: "GovernanceTests",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "MerkleLog", "AuditPack", "Access", "Governance",
                "Exchange", "TestKit",
            ]),
        .testTarget(
            name: "ExchangeTests",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "Access", "Governance", "Exchange", "TestKit",
            ]),
        .testTarget(
            name: "RESTAPITests",
            dependencies: [
                "RecordKit", "Records", "Storage", "MerkleLog", "AuditPack", "Access", "Governance", "HTTPServing",
                "RESTAPI", "SQLiteStorage", "WebUI", "Server", "TestKit", hummingbird, httpTypes, logging, nioCore,
            ]),
        .testTarget(
            name: "WebUITests",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "MerkleLog", "AuditPack", "Access", "Governance",
                "Exchange", "HTTPServing", "WebUI", "TestKit", hummingbird, httpTypes, nioCore, nioEmbedded, logging,
            ]),
        .testTarget(
            name: "DemoTests",
            dependencies: [
                "RecordKit", "Records", "Storage", "SQLiteStorage", "MerkleLog", "Access", "Governance", "Exchange",
                "Demo", "TestKit",
            ]),
        .testTarget(name: "DetectionTests", dependencies: ["Detection"], exclude: ["Reference"]),
        .testTarget(name: "ClientTests", dependencies: ["Client", "MerkleLog"]),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal"]),
        .testTarget(name: "JourneyTests", dependencies: ["WebUI", "TestKit"]),
    ]
)

// `./test` sets it: its tests read, hash and compare millions of values, which takes minutes with unoptimised code.
if Context.environment["CONCORD_OPTIMISED_ENGINE"] != nil {
    let engine: Set<String> = [
        "RecordKit", "MerkleLog", "AuditPack", "Storage", "SQLiteStorage", "PostgresStorage", "Detection",
        "Statistics", "Monitoring",
    ]
    for target in package.targets where engine.contains(target.name) {
        target.swiftSettings = [.unsafeFlags(["-O"], .when(configuration: .debug))]
    }
}

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .treatAllWarnings(as: .error),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
