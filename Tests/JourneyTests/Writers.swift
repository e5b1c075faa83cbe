// People who write all the time while something breaks, and what they were told.
import Foundation
import Synchronization
import TestKit
import Testing

/// What the server has said to be written.
final class Acknowledged: Sendable {
    private let codes = Mutex<[String]>([])
    func add(_ code: String) { codes.withLock { $0.append(code) } }
    var all: [String] { codes.withLock { $0 } }
}

/// Eight writers of tasks.
final class Writers: Sendable {
    private static let count = 8
    let acknowledged = Acknowledged()
    private let refusals = Mutex<[Int: Int]>([:])
    private let wrong = Mutex<[String]>([])
    private let isOver = Mutex(false)
    private let server: RunningServer
    private let token: String

    init(to server: RunningServer, _ token: String) {
        self.server = server
        self.token = token
    }

    /// Refusals by status.
    var refused: [Int: Int] { refusals.withLock { $0 } }

    /// Writes while a body runs, and tells it how far the writers are.
    func during(_ body: (Writers) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<Self.count { group.addTask { try await self.write(writer) } }
            // The writers end whatever becomes of it.
            let result: Result<Void, any Error>
            do { result = .success(try await body(self)) } catch { result = .failure(error) }
            isOver.withLock { $0 = true }
            try await group.waitForAll()
            try result.get()
        }
        #expect(wrong.withLock { $0 }.isEmpty)
    }

    /// Waits until so many more changes were acknowledged.
    func goOn(by more: Int, within limit: Duration = .seconds(60)) async throws {
        let (wanted, end) = (acknowledged.all.count + more, ContinuousClock.now + limit)
        while acknowledged.all.count < wanted {
            guard ContinuousClock.now < end else {
                throw JourneyError.unexpected("no \(more) changes within \(limit): \(refused)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until something was refused.
    func meetARefusal(within limit: Duration = .seconds(60)) async throws {
        let end = ContinuousClock.now + limit
        while refused.isEmpty {
            guard ContinuousClock.now < end else { throw JourneyError.unexpected("nothing was refused") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Everything that was acknowledged is there.
    func check() async throws {
        let codes = acknowledged.all
        for code in codes {
            let answer = try await server.send("GET", "/api/v1/tasks?q=\(code)&limit=50", token: token)
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self).contains("load \(code)\""), "\(code) was acknowledged")
        }
    }

    private func write(_ writer: Int) async throws {
        let words = String(repeating: "Long words fill the disk sooner. ", count: 120)
        for n in 0..<100_000 where !isOver.withLock({ $0 }) {
            let code = "W\(writer)N\(n)"
            let body =
                #"{"title":"Written under load \#(code)","kind":"other","priority":"low","description":"\#(words)"}"#
            do {
                let answer = try await server.send("POST", "/api/v1/tasks", token: token, body: body)
                if answer.status == 201 {
                    acknowledged.add(code)
                    continue
                }
                refusals.withLock { $0[answer.status, default: 0] += 1 }
                // A clear error, and one of the server's: 502 is the proxy's, of a node that is gone.
                let said = String(decoding: answer.body, as: UTF8.self)
                let isClear = [500, 503].contains(answer.status) && said.contains(#""title":"#) || answer.status == 502
                if !isClear { wrong.withLock { $0.append("\(answer.status): \(said.prefix(300))") } }
            } catch is URLError {
                refusals.withLock { $0[0, default: 0] += 1 }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
