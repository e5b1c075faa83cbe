// A disk of a few megabytes, in memory, that tests fill up.
package import Foundation
import Glibc

/// What kept the disk from being made or filled.
package struct SmallDiskError: Error, CustomStringConvertible {
    package let description: String
}

/// A mounted disk; it goes with the object.
package final class SmallDisk: Sendable {
    /// Only root mounts disks.
    package static var isPossible: Bool { getuid() == 0 }

    package let url: URL
    private var filler: String { url.appendingPathComponent("filler").path }

    /// - Throws: ``SmallDiskError``, as root without the right to mount, too.
    package init(mebibytes: Int) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        guard mount("tmpfs", url.path, "tmpfs", 0, "size=\(mebibytes)m,mode=755") == 0 else {
            throw SmallDiskError(description: "no disk can be mounted: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        // Who still has files open on it keeps them.
        umount2(url.path, Int32(MNT_DETACH))
        rmdir(url.path)
    }

    /// Takes all the space that is left.
    package func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SmallDiskError(description: String(cString: strerror(errno))) }
        defer { close(file) }
        let page = [UInt8](repeating: 0x2A, count: 4_096)
        while write(file, page, page.count) > 0 {}
        guard errno == ENOSPC else { throw SmallDiskError(description: String(cString: strerror(errno))) }
    }

    /// Gives the space back.
    package func free() { unlink(filler) }
}
