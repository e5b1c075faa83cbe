// What S3 says when it does not do what it was asked.
import Foundation

/// S3 refused, or answered what it must not. Unlike a store that is away, to ask again does not help. The words name the
/// operation, the bucket and the key, and no secret.
package enum S3Error: Error, Sendable, Hashable, CustomStringConvertible {
    case refused(operation: String, place: String, status: Int, code: String, message: String)
    /// The clocks of this machine and of S3 differ by more than S3 bears.
    case clock(operation: String, place: String, here: String, there: String)
    case notUnderstood(operation: String, place: String, String)
    /// More than a file may have.
    case tooLarge(place: String)

    package var description: String {
        switch self {
        case .refused(let operation, let place, let status, let code, let message):
            "S3 refused \(operation) of \(place): \(status) \(code): \(message)\(Self.advice(code))"
        case .clock(let operation, let place, let here, let there):
            "S3 refused \(operation) of \(place): it is \(there) there and \(here) here, and requests are good for 15 "
                + "minutes; set the clock of this machine"
        case .notUnderstood(let operation, let place, let why):
            "the answer of S3 to \(operation) of \(place) cannot be understood: \(why)"
        case .tooLarge(let place): "\(place) has more parts than S3 takes"
        }
    }

    private static func advice(_ code: String) -> String {
        switch code {
        case "PermanentRedirect", "AuthorizationHeaderMalformed", "TemporaryRedirect":
            " (is the region right?)"
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken":
            " (are the keys right, and still good?)"
        case "AccessDenied":
            " (it takes s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket)"
        case "NoSuchBucket": " (make the bucket first)"
        default: ""
        }
    }
}

/// The few things that are read from the XML of S3, whose elements hold text alone.
struct S3Answer: Sendable {
    private let text: String
    init(_ bytes: some Collection<UInt8>) { text = String(decoding: bytes, as: UTF8.self) }

    /// The text of the first element of the name; `nil` if there is none.
    func first(_ name: String) -> String? { element(name, from: text.startIndex).map { $0.text } }

    /// The texts of all elements of the name, in order.
    func all(_ name: String) -> [String] {
        var found: [String] = []
        var at = text.startIndex
        while let (text, end) = element(name, from: at) {
            found.append(text)
            at = end
        }
        return found
    }

    private func element(_ name: String, from start: String.Index) -> (text: String, end: String.Index)? {
        guard let opening = text.range(of: "<\(name)>", range: start..<text.endIndex),
            let closing = text.range(of: "</\(name)>", range: opening.upperBound..<text.endIndex)
        else { return nil }
        return (Self.unescaped(text[opening.upperBound..<closing.lowerBound]), closing.upperBound)
    }

    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var plain = ""
        var rest = text
        while let at = rest.firstIndex(of: "&") {
            plain += rest[..<at]
            guard let end = rest[at...].firstIndex(of: ";") else { break }
            plain += character(rest[rest.index(after: at)..<end])
            rest = rest[rest.index(after: end)...]
        }
        return plain + rest
    }

    private static func character(_ name: Substring) -> String {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            return number.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) } ?? "&\(name);"
        }
    }

    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}
