// How a request to S3 is signed: AWS Signature Version 4.
import Crypto
package import Foundation
package import RecordKit

/// Text in a URI as the signature wants it: everything but letters, digits and `-._~` is percent-encoded, in upper-case
/// hexadecimal. S3 encodes a path once and never tidies it.
package enum URIText {
    package static func value(_ text: String) -> String { encoded(text, keepsSlash: false) }
    package static func path(_ text: String) -> String { encoded(text, keepsSlash: true) }

    private static func encoded(_ text: String, keepsSlash: Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            case 0x2F where keepsSlash: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Signs requests to one service in one region (AWS General Reference, Signature Version 4 signing process).
package struct SignatureV4: Sendable {
    private let credentials: S3Credentials
    private let region: String
    private let service: String

    package init(_ credentials: S3Credentials, region: String, service: String = "s3") {
        (self.credentials, self.region, self.service) = (credentials, region, service)
    }

    /// The hexadecimal SHA-256 of a body.
    package static func hash(_ body: some DataProtocol) -> String { hex(SHA256.hash(data: body)) }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// `20130524T000000Z`.
    package static func stamp(_ time: Instant) -> String {
        String(time.description.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
    }

    /// Names and values in the order of the query of the request, encoded.
    package static func query(_ items: [(name: String, value: String)]) -> String {
        items.map { (URIText.value($0.name), URIText.value($0.value)) }
            .sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// The value of the header `Authorization`.
    /// - Parameters:
    ///   - path: As it is sent, see ``URIText``.
    ///   - headers: All that are signed, among them `host` and `x-amz-date`, whose value is ``stamp(_:)`` of `time`.
    ///   - payload: ``hash(_:)`` of the body.
    package func authorization(
        method: String, path: String, query: [(name: String, value: String)], headers: [(name: String, value: String)],
        payload: String, at time: Instant
    ) -> String {
        let lines = headers.map { ($0.name.lowercased(), Self.trimmed($0.value)) }.sorted { $0.0 < $1.0 }
        let names = lines.map(\.0).joined(separator: ";")
        let canonical = [
            method, path, Self.query(query), lines.map { "\($0.0):\($0.1)\n" }.joined(), names, payload,
        ].joined(separator: "\n")
        let stamp = Self.stamp(time)
        let day = String(stamp.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let toSign = ["AWS4-HMAC-SHA256", stamp, scope, Self.hash(Data(canonical.utf8))].joined(separator: "\n")
        var key = SymmetricKey(data: Data("AWS4\(credentials.secretKey)".utf8))
        for part in [day, region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        let signature = Self.hex(HMAC<SHA256>.authenticationCode(for: Data(toSign.utf8), using: key))
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), "
            + "Signature=\(signature)"
    }

    /// Without blanks at the ends, and with one where there were several.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}
