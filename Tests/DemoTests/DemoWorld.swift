// An installation with both demo organisations, written once for all tests, and the shorthand for reading it.
import Access
import Demo
import Foundation
import Governance
import MerkleLog
import RecordKit
import Records
import SQLiteStorage
import Storage
import Synchronization
import TestKit

/// A database in a temporary folder with the catalogue and, when asked, the demo in it.
final class DemoWorld: Sendable {
    static let today = Day(daysSince1970: 20_783)
    static let password = "concord demo 2026"
    private let kept: WorldFolder
    let store: SQLiteStore
    let blobs: FolderBlobStore
    let library: LibraryHolder
    let posture = PostureEngine()
    let hasher: PasswordHasher
    let seeder: DemoSeeder

    init() async throws {
        kept = try WorldFolder("demo")
        let folder = kept.url
        store = try SQLiteStore(
            path: folder.appendingPathComponent("concord.sqlite").path, schemas: Registry.schemas)
        blobs = try FolderBlobStore(folder: folder.appendingPathComponent("files"))
        // The catalogue was there before the first organisation.
        let start = Int64(Self.today.adding(days: -500).daysSince1970) * 86_400_000
        let loading = Access.Environment(
            clock: Clock { Instant(millisecondsSince1970: start) }, random: RandomSource.seeded(1))
        _ = try await CatalogueLoader(store: store, environment: loading).load()
        library = LibraryHolder(store: store)
        hasher = PasswordHasher(parameters: .init(n: 16, r: 1, p: 1))
        seeder = DemoSeeder(
            store: store, accounts: store, blobs: blobs, library: library, posture: posture, hasher: hasher)
    }

    func seed() async throws -> DemoReport {
        try await seeder.seed(password: Self.password, today: Self.today, random: .seeded(42))
    }

    /// Noon of the demo's day.
    var environment: Access.Environment { environment(seed: 9) }

    func environment(seed: UInt64) -> Access.Environment {
        let noon = Int64(Self.today.daysSince1970) * 86_400_000 + 43_200_000
        return Access.Environment(
            clock: Clock { Instant(millisecondsSince1970: noon) }, random: .seeded(seed))
    }

    var signIn: SignIn { SignIn(accounts: store, store: store, hasher: hasher, environment: environment) }

    func root(_ organisation: UUID) async throws -> [UInt8] {
        try await store.read { reader in
            try MerkleTree.root(
                size: try reader.ledgerSize(organisation), source: reader.hashes(organisation)
            ).bytes
        }
    }

    /// Every record of a type, in pages.
    func all<R: Record>(_ type: R.Type, in organisation: UUID) async throws -> [Stored<R>] {
        try await store.read { try $0.all(type, in: organisation, limit: Query.limitMax) }
    }

    func history<R: Record>(of record: Stored<R>, in organisation: UUID) async throws -> [Revision] {
        let id = record.id.raw
        return try await store.read {
            try $0.revisions(of: id, R.schema.erased, in: organisation, before: nil, limit: 100)
        }
    }
}

/// A seeded world that tests share and only read.
actor Shared {
    static let shared = Shared()
    private var made: Swift.Task<(DemoWorld, DemoReport), any Error>?
    func seeded() async throws -> (DemoWorld, DemoReport) {
        if let made { return try await made.value }
        let task = Swift.Task {
            let world = try await DemoWorld()
            return (world, try await world.seed())
        }
        made = task
        return try await task.value
    }
}

extension RandomSource {
    /// The same bytes on each run (SplitMix64).
    static func seeded(_ seed: UInt64) -> RandomSource {
        let state = Numbers(seed)
        return RandomSource { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: state.next()) } }
    }
}

private final class Numbers: Sendable {
    private let state: Mutex<UInt64>
    init(_ seed: UInt64) { state = Mutex(seed) }
    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
