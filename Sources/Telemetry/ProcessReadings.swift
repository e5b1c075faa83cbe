// What Linux knows of this process. What cannot be read is absent.
import Foundation
import Glibc

/// Reads `/proc/self`.
package struct ProcessReadings: Sendable {
    private let version: String
    /// When the process started, in seconds since 1970.
    private let startedAt: Double?
    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private static let pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))

    /// - Parameter version: The version of the program.
    package init(version: String) {
        self.version = version
        startedAt = Self.start()
    }

    /// What is known now.
    package func read() -> [MetricReading] {
        var found = [MetricReading(.build, 1, labels: [version])]
        if let fields = Self.stat(), let user = Double(fields[11]), let system = Double(fields[12]) {
            found.append(MetricReading(.processCPU, (user + system) / Self.ticksPerSecond))
            if let pages = Double(fields[21]) { found.append(MetricReading(.processMemory, pages * Self.pageBytes)) }
        }
        // One of them is the folder that is being listed.
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            found.append(MetricReading(.processFiles, Double(max(0, files.count - 1))))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            found.append(MetricReading(.processFilesMax, Double(limit.rlim_cur)))
        }
        if let startedAt { found.append(MetricReading(.processStart, startedAt)) }
        return found
    }

    /// The fields of `/proc/self/stat` after the name, which may hold anything: number 3 of the manual is the first.
    private static func stat() -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 21 ? fields : nil
    }

    /// The kernel counts from its own start; when that was say two of its clocks together.
    private static func start() -> Double? {
        var (sinceEpoch, sinceBoot) = (timespec(), timespec())
        guard let ticks = stat().flatMap({ Double($0[19]) }), clock_gettime(CLOCK_REALTIME, &sinceEpoch) == 0,
            clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0
        else { return nil }
        return seconds(sinceEpoch) - seconds(sinceBoot) + ticks / ticksPerSecond
    }

    private static func seconds(_ time: timespec) -> Double {
        Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}
