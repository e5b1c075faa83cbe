import Foundation
import TestKit
import Testing

@Suite struct ChildProcessTests {
    /// A pipe as Foundation makes them: every program that is started meanwhile would keep its end open.
    @Test func aProgramInheritsNoPipeOfOthers() throws {
        let pipe = Pipe()
        let sleeper = try ChildProcess("/bin/sleep", arguments: ["60"])
        try pipe.fileHandleForWriting.close()
        var event = pollfd(fd: pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&event, 1, 5_000) == 1)
        #expect(event.revents & Int16(POLLHUP) != 0)
        #expect(sleeper.exit == nil)
    }
}
