// How many requests a caller may send: a bucket of tokens for each, in memory, filled up as time goes by.
package import Access
package import Foundation
import RecordKit
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
        var tokens: Double
        var at: Int64
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
            if isAllowed { bucket.tokens -= 1 }
            if buckets[key] == nil, buckets.count >= Self.bucketsMax { makeRoom(in: &buckets, at: now) }
            buckets[key] = bucket
            return (bucket.tokens, isAllowed)
        }
        if !isAllowed { refused(key).increment() }
        func seconds(_ missing: Double) -> Int { Int((missing / perMillisecond / 1_000).rounded(.up)) }
        return Verdict(
            limit: limit, isAllowed: isAllowed, remaining: Int(tokens), resetSeconds: seconds(full - tokens),
            retrySeconds: isAllowed ? 0 : max(1, seconds(1 - tokens)))
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
