// How many requests a caller may send: a bucket of tokens for each, in memory, filled up as time goes by. Where several
// nodes answer, each tells the database what it let through, and goes on from what is left of all.
package import Access
package import Foundation
import RecordKit
package import Storage
import Synchronization
import Telemetry

/// So many requests in so many seconds; a bucket holds that many and is refilled evenly.
package struct RateLimit: Sendable, Hashable {
    package let requestsMax: Int
    package let windowSeconds: Int
    package init(requestsMax: Int, windowSeconds: Int = 60) {
        precondition(requestsMax > 0 && windowSeconds > 0, "a limit that lets nothing through")
        self.requestsMax = requestsMax
        self.windowSeconds = windowSeconds
    }
}

/// The limits of the API.
package struct RateLimits: Sendable, Hashable {
    /// For each token, and for each account that comes by a browser's session; `nil` sets none.
    package let caller: RateLimit?
    /// For each network address, of requests that nobody signed in sends.
    package let address: RateLimit?
    package init(caller: RateLimit?, address: RateLimit?) {
        self.caller = caller
        self.address = address
    }
    /// More than one node answers, so that only what runs wild meets it.
    package static let standard = RateLimits(
        caller: RateLimit(requestsMax: 1_200_000), address: RateLimit(requestsMax: 6_000))
    package static let none = RateLimits(caller: nil, address: nil)
}

/// Counts requests.
package final class RateLimiter: Sendable {
    /// Buckets that are kept; full ones go first.
    package static let bucketsMax = 50_000

    /// Whose requests are counted together.
    package enum Key: Hashable, Sendable {
        /// A token, as the ledger names it.
        case token(String)
        case account(UUID)
        /// A network, by ``PeerAddress/network(_:)``.
        case address(String)

        /// What all nodes call it.
        var name: String {
            switch self {
            case .token(let token): "token:\(token)"
            case .account(let account): "account:\(account.lowercased)"
            case .address(let network): "address:\(network)"
            }
        }
    }

    /// What a request met.
    package struct Verdict: Sendable, Hashable {
        package let limit: RateLimit
        package let isAllowed: Bool
        /// Requests that are left at this moment.
        package let remaining: Int
        /// Until all of them are there again.
        package let resetSeconds: Int
        /// Until there is one again; 0 if there is.
        package let retrySeconds: Int
    }

    private struct Bucket {
        /// Below zero where other nodes took what this one believed to be there.
        var tokens: Double
        var at: Int64
        /// Requests that were let through and that other nodes do not know of.
        var untold = 0

        /// What time gave back already need not be told any more.
        mutating func tell(_ count: Int, full: Double) {
            untold = min(untold + count, Int((full - tokens).rounded(.up)))
        }
    }

    private let limits: RateLimits
    private let clock: Clock
    private let buckets = Mutex<[Key: Bucket]>([:])
    private let refusedCallers = Metric.httpRateLimited.counter("caller")
    private let refusedAddresses = Metric.httpRateLimited.counter("address")

    package init(limits: RateLimits, clock: Clock) {
        self.limits = limits
        self.clock = clock
    }

    /// Takes one request from a bucket. Returns `nil` where no limit is set.
    package func take(_ key: Key) -> Verdict? {
        let limit: RateLimit? = if case .address = key { limits.address } else { limits.caller }
        guard let limit else { return nil }
        let now = clock.now().millisecondsSince1970
        let perMillisecond = Double(limit.requestsMax) / Double(limit.windowSeconds * 1_000)
        let full = Double(limit.requestsMax)
        let (tokens, isAllowed) = buckets.withLock { buckets in
            var bucket = buckets[key] ?? Bucket(tokens: full, at: now)
            // A clock that was set back gives nothing and takes nothing.
            bucket.tokens = min(full, bucket.tokens + Double(max(0, now - bucket.at)) * perMillisecond)
            bucket.at = now
            let isAllowed = bucket.tokens >= 1
            if isAllowed {
                bucket.tokens -= 1
                bucket.tell(1, full: full)
            }
            if buckets[key] == nil, buckets.count >= Self.bucketsMax { makeRoom(in: &buckets, at: now) }
            buckets[key] = bucket
            return (bucket.tokens, isAllowed)
        }
        if !isAllowed { refused(key).increment() }
        func seconds(_ missing: Double) -> Int { Int((missing / perMillisecond / 1_000).rounded(.up)) }
        return Verdict(
            limit: limit, isAllowed: isAllowed, remaining: max(0, Int(tokens)), resetSeconds: seconds(full - tokens),
            retrySeconds: isAllowed ? 0 : max(1, seconds(1 - tokens)))
    }

    // MARK: Several nodes

    /// By then every bucket is full again, also one with the greatest debt.
    package var secondsToFull: Int {
        2 * max(limits.caller?.windowSeconds ?? 0, limits.address?.windowSeconds ?? 0)
    }

    /// Callers that are told of at once; the busiest go first, the others are told of next time.
    package static let toldMax = 1_000

    /// Tells what was let through since the last time, and goes on from what is left for all nodes.
    /// - Parameter take: Takes the requests from budgets that all nodes share, and returns what is left of each; `nil`
    ///   where there are no other nodes.
    /// - Throws: what `take` throws; it is told again next time.
    package func share(
        _ take: (RequestBudget, [String: Int]) async throws -> [String: Double]?
    ) async throws {
        for (limit, isOfAddresses) in [(limits.caller, false), (limits.address, true)] {
            guard let limit else { continue }
            let untold = untold { key in if case .address = key { isOfAddresses } else { !isOfAddresses } }
            guard !untold.isEmpty else { continue }
            let byName = Dictionary(uniqueKeysWithValues: untold.map { ($0.key.name, $0.count) })
            let left: [String: Double]?
            do {
                left = try await take(
                    RequestBudget(full: limit.requestsMax, windowSeconds: limit.windowSeconds), byName)
            } catch {
                let full = Double(limit.requestsMax)
                buckets.withLock { buckets in for (key, count) in untold { buckets[key]?.tell(count, full: full) } }
                throw error
            }
            guard let left else { continue }
            let now = clock.now().millisecondsSince1970
            buckets.withLock { buckets in
                for (key, _) in untold {
                    guard let tokens = left[key.name], let bucket = buckets[key] else { continue }
                    buckets[key] = Bucket(tokens: tokens - Double(bucket.untold), at: now, untold: bucket.untold)
                }
            }
        }
    }

    /// What other nodes do not know of, the most first; from here on it counts as told.
    private func untold(_ isMeant: (Key) -> Bool) -> [(key: Key, count: Int)] {
        buckets.withLock { buckets in
            let all = buckets.filter { $1.untold > 0 && isMeant($0) }.map { (key: $0, count: $1.untold) }
            let told = all.count > Self.toldMax ? Array(all.sorted { $0.count > $1.count }.prefix(Self.toldMax)) : all
            for (key, _) in told { buckets[key]?.untold = 0 }
            return told
        }
    }

    private func refused(_ key: Key) -> MetricCounter {
        if case .address = key { refusedAddresses } else { refusedCallers }
    }

    /// Forgets buckets that time has filled; if those are too few, all: memory is worth more than counts.
    private func makeRoom(in buckets: inout [Key: Bucket], at now: Int64) {
        buckets = buckets.filter { key, bucket in
            let limit: RateLimit? = if case .address = key { limits.address } else { limits.caller }
            guard let limit else { return false }
            let perMillisecond = Double(limit.requestsMax) / Double(limit.windowSeconds * 1_000)
            return bucket.tokens + Double(max(0, now - bucket.at)) * perMillisecond < Double(limit.requestsMax)
        }
        if buckets.count > Self.bucketsMax / 2 { buckets.removeAll(keepingCapacity: true) }
    }
}
