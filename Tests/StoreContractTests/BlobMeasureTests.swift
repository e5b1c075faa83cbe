// How fast files go in and come out, in each place, plain and sealed. Only for `CONCORD_MEASURE=1`, on an idle machine;
// figures are printed.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

@Suite(.enabled(if: ProcessInfo.processInfo.environment["CONCORD_MEASURE"] != nil), .serialized)
struct BlobMeasureTests {
    @Test(arguments: BlobsUnderTest.all, [(10_000, 200), (1_000_000, 60), (40_000_000, 4)])
    func bytesASecond(_ subject: BlobsUnderTest, _ load: (bytes: Int, files: Int)) async throws {
        try await subject.run { blobs, _ in
            let organisation = UUID()
            let files = (0..<load.files).map { someBytes(load.bytes, seed: UInt64($0 + 1)) }
            var names: [String] = []
            let writing = try await ContinuousClock().measure {
                for bytes in files { names.append(try await blobs.put(bytes, for: organisation)) }
            }
            let reading = try await ContinuousClock().measure {
                for name in names {
                    let pieces = try #require(try await blobs.open(name, for: organisation))
                    while try await pieces.next() != nil {}
                }
            }
            let megabytes = Double(load.bytes * load.files) / 1e6
            func rate(_ time: Duration) -> String {
                let seconds = time / .seconds(1)
                return String(format: "%.1f MB/s, %.0f files/s", megabytes / seconds, Double(load.files) / seconds)
            }
            print("\(subject.testDescription), \(load.bytes) bytes: in \(rate(writing)); out \(rate(reading))")
        }
    }
}
