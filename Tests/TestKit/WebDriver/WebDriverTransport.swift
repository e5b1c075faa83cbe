// Carries WebDriver commands to one driver: one HTTP/1.1 request on one loopback connection per command. URLSession is
// not used: on Linux it refuses chromedriver's header lines, which have no space after the colon
// (swift-corelibs-foundation issue 4965), and it would follow a proxy setting of the environment.

import Foundation
import Glibc

/// The answer of a command that returns nothing of use.
struct NoValue: Decodable, Sendable {
    init(from decoder: any Decoder) {}
}

/// The protocol's envelope (WebDriver, section 6) over HTTP.
struct WebDriverTransport: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    private struct Reply<Value: Decodable>: Decodable { let value: Value }
    private struct Failure: Decodable { let error: String, message: String }
    private struct Response { let status: Int, body: Data }

    /// Longer than the page load and script limits of a session, so that the driver itself says what took too long.
    private static let silenceSecondsMax = 60
    private static let responseBytesMax = 64 << 20
    private static let chunkBytes = 1 << 16

    let port: UInt16

    /// Sends one command and decodes the `value` of its answer.
    ///
    /// - Throws: `WebDriverError.refused` and `.noAnswer`.
    func send<Value: Decodable>(_ method: Method, _ path: String, _ body: WireValue? = nil) async throws -> Value {
        let command = "\(method.rawValue) \(path)"
        let content = method == .post ? try JSONEncoder().encode(body ?? [:]) : Data()
        let response = try await exchange(command, content)
        do {
            guard response.status == 200 else {
                let failure = try JSONDecoder().decode(Reply<Failure>.self, from: response.body).value
                throw WebDriverError.refused(command: command, code: failure.error, message: failure.message)
            }
            return try JSONDecoder().decode(Reply<Value>.self, from: response.body).value
        } catch let error as DecodingError {
            let start = String(decoding: response.body.prefix(200), as: UTF8.self)
            throw WebDriverError.noAnswer(command: command, reason: "\(error); it began: \(start)")
        }
    }

    /// Blocks a thread of its own, never one of the concurrency pool.
    private func exchange(_ command: String, _ content: Data) async throws -> Response {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try exchangeBlocking(command, content) })
            }
        }
    }

    private func exchangeBlocking(_ command: String, _ content: Data) throws -> Response {
        func failed(_ reason: String) -> WebDriverError { .noAnswer(command: command, reason: reason) }
        func callFailed(_ call: String) -> WebDriverError { failed("\(call): \(String(cString: strerror(errno)))") }

        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0 else { throw callFailed("socket") }
        defer { close(connection) }
        var limit = timeval(tv_sec: Self.silenceSecondsMax, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in.loopback(port: port)
        let connected = address.withGeneric { connect(connection, $0, $1) }
        guard connected == 0 else { throw callFailed("connect") }

        let head =
            "\(command) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json; charset=utf-8\r\n"
            + "Content-Length: \(content.count)\r\nConnection: close\r\n\r\n"
        var unsent = [UInt8](head.utf8) + content
        while !unsent.isEmpty {
            let count = Glibc.send(connection, unsent, unsent.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { throw callFailed("send") }
            unsent.removeFirst(count)
        }

        var received = Data()
        var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
        while true {
            if let response = try Self.parse(received, failed: failed) { return response }
            let count = recv(connection, &chunk, Self.chunkBytes, 0)
            guard count >= 0 else { throw callFailed("recv") }
            guard count > 0 else { throw failed("the connection ended after \(received.count) bytes") }
            received.append(contentsOf: chunk[..<count])
            guard received.count <= Self.responseBytesMax else { throw failed("more than 64 MiB") }
        }
    }

    /// The whole response, or nil while bytes are missing (RFC 9112, sections 4 and 6.3; the driver always gives a
    /// content length).
    private static func parse(_ received: Data, failed: (String) -> WebDriverError) throws -> Response? {
        guard let gap = received.firstRange(of: Data("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: received[..<gap.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let name = "content-length:"
        let length = lines.first { $0.lowercased().hasPrefix(name) }
            .flatMap { Int($0.dropFirst(name.count).trimmingCharacters(in: .whitespaces)) }
        guard let status, let length, length >= 0 else { throw failed("unknown head: \(lines)") }
        let body = received[gap.upperBound...]
        return body.count < length ? nil : Response(status: status, body: Data(body.prefix(length)))
    }
}

extension sockaddr_in {
    /// 127.0.0.1 and a port; port 0 lets the kernel choose.
    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    /// Hands the address to a socket call.
    mutating func withGeneric(_ call: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafeMutablePointer(to: &self) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                call(generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
