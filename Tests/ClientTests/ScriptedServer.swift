// A server that answers each connection with the next bytes of a script, and remembers what it was asked.
import Foundation
import Synchronization

/// Listens on a free loopback port until it is let go.
final class ScriptedServer: Sendable {
    private let listener: Int32
    private let script: Mutex<[String]>
    private let asked = Mutex<[String]>([])
    let address: String

    /// What was asked so far, a text for each request.
    var requests: [String] { asked.withLock { $0 } }

    /// - Parameter script: The raw answer of each connection, which is closed after it; empty closes without one.
    init(_ script: [String]) throws {
        self.script = Mutex(script)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard listener >= 0, isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.address = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                self.serve(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// An answer with the length of its body.
    static func answer(_ status: Int, _ body: String, headers: [String] = [], length: Int? = nil) -> String {
        (["HTTP/1.1 \(status) Status", "Content-Length: \(length ?? body.utf8.count)", "Connection: close"] + headers)
            .joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    private func serve(_ connection: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !Self.isWhole(bytes) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        asked.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        let next = script.withLock { $0.isEmpty ? "" : $0.removeFirst() }
        _ = send(connection, next, next.utf8.count, Int32(MSG_NOSIGNAL))
        close(connection)
    }

    /// The head has ended and the body has its length.
    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let lengths = text[..<end.lowerBound].lowercased().components(separatedBy: "\r\n")
            .compactMap {
                $0.hasPrefix("content-length:") ? Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) : nil
            }
        return text[end.upperBound...].utf8.count >= lengths.first ?? 0
    }
}
