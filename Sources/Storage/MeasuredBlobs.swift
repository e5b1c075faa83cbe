// What is counted of the place where files lie, a folder or a bucket: how long it takes, and what fails.
import Foundation
import Telemetry

/// The same place, measured.
package struct MeasuredBlobs: RawBlobs {
    private let raw: any RawBlobs
    private let meter = Meter()

    package init(_ raw: any RawBlobs) { self.raw = raw }

    package func writer(reserving: Int) async throws -> any RawBlobWriter {
        Writer(raw: try await raw.writer(reserving: reserving), meter: meter)
    }
    package func look(_ name: BlobName, first: Int) async throws -> (first: [UInt8], count: Int)? {
        try await meter.measure(.look) { try await raw.look(name, first: first) }
    }
    package func open(_ name: BlobName) async throws -> (any BlobPieces)? {
        try await meter.measure(.open) { try await raw.open(name) }.map { Pieces($0, meter) }
    }
    package func remove(_ name: BlobName) async throws {
        try await meter.measure(.remove) { try await raw.remove(name) }
    }
    package func forEach(_ body: (BlobName) async throws -> Void) async throws { try await raw.forEach(body) }
    package func note() async throws -> String? { try await raw.note() }
    package func setNote(_ note: String?) async throws { try await raw.setNote(note) }

    /// A failure in the middle of a file counts, too.
    private final class Pieces: BlobPieces {
        private let pieces: any BlobPieces
        private let meter: Meter
        init(_ pieces: any BlobPieces, _ meter: Meter) { (self.pieces, self.meter) = (pieces, meter) }
        func next() async throws -> [UInt8]? {
            do { return try await pieces.next() } catch {
                meter.count(error, .open)
                throw error
            }
        }
    }

    private struct Writer: RawBlobWriter {
        let raw: any RawBlobWriter
        let meter: Meter
        func append(_ bytes: Data) async throws {
            do { try await raw.append(bytes) } catch {
                meter.count(error, .keep)
                throw error
            }
        }
        func finish(as name: BlobName, head: [UInt8]) async throws {
            try await meter.measure(.keep) { try await raw.finish(as: name, head: head) }
        }
        func abandon() async { await raw.abandon() }
    }
}

/// The metrics of one place of files.
private struct Meter: Sendable {
    /// What is done with files. To keep one begins with its last bytes; to open one ends with its first.
    enum Operation: String, CaseIterable { case keep, look, open, remove }
    /// What failed: nobody answers, or what answers refuses.
    enum Kind: String, CaseIterable { case away, unavailable }

    private let timers: [Operation: MetricTimer]
    private let failures: [Operation: [Kind: MetricCounter]]

    init() {
        timers = Dictionary(
            uniqueKeysWithValues: Operation.allCases.map { ($0, Metric.filesDuration.timer($0.rawValue)) })
        failures = Dictionary(
            uniqueKeysWithValues: Operation.allCases.map { operation in
                let counters = Kind.allCases.map {
                    ($0, Metric.filesFailures.counter(operation.rawValue, $0.rawValue))
                }
                return (operation, Dictionary(uniqueKeysWithValues: counters))
            })
    }

    func measure<T>(_ operation: Operation, _ body: () async throws -> T) async throws -> T {
        let begun = ContinuousClock.now
        defer { timers[operation]?.record(ContinuousClock.now - begun) }
        do { return try await body() } catch {
            count(error, operation)
            throw error
        }
    }

    func count(_ error: any Error, _ operation: Operation) {
        // Who asked went away: the place did what it should.
        guard !(error is CancellationError) else { return }
        let kind: Kind = if case .away? = error as? StoreError { .away } else { .unavailable }
        failures[operation]?[kind]?.increment()
    }
}
