// Bodies of forms: URL-encoded, or multipart when a file comes with them.
package import Foundation
package import Hummingbird
import NIOCore

/// A file that came with a form.
package struct UploadedFile: Sendable {
    package let name: String
    package let mediaType: String
    package let bytes: Data
}

/// The fields and files of a form.
package struct FormBody: Sendable {
    package static let fieldsMax = 2_000
    package private(set) var fields: [String: [String]] = [:]
    package private(set) var files: [String: UploadedFile] = [:]

    package subscript(_ name: String) -> String? { fields[name]?.first }
    /// All values of a field that may occur several times.
    package func all(_ name: String) -> [String] { fields[name] ?? [] }

    /// Reads a request's body.
    /// - Throws: ``Failure`` for another media type, a body over its limit, or one that is not what it says.
    package init(_ request: Request) async throws {
        let type = request.headers[.contentType] ?? ""
        if type.lowercased().hasPrefix("multipart/form-data") {
            guard let boundary = Self.parameter("boundary", in: type), (1...70).contains(boundary.utf8.count) else {
                throw Failure.invalid("body", "has no boundary")
            }
            try self.init(multipart: try await Self.bytes(request, HTTPLimit.uploadBytesMax), boundary: boundary)
        } else if type.lowercased().hasPrefix("application/x-www-form-urlencoded") {
            try self.init(urlEncoded: try await Self.bytes(request, HTTPLimit.bodyBytesMax))
        } else {
            throw Failure(
                .unsupportedMediaType, "invalid", "Unsupported body",
                "Send application/x-www-form-urlencoded or multipart/form-data.")
        }
    }

    /// The whole body, up to a limit in bytes.
    package static func bytes(_ request: Request, _ limit: Int) async throws -> Data {
        do {
            let buffer = try await request.body.collect(upTo: limit)
            return Data(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Failure(
                .contentTooLarge, "invalid", "Too large", "A body may have at most \(limit) bytes.")
        }
    }

    package init(urlEncoded data: Data) throws {
        for pair in data.split(separator: 0x26, omittingEmptySubsequences: true) {
            let parts = pair.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? try Self.decoded(parts[1]) : ""
            try add(try Self.decoded(parts[0]), value)
        }
    }

    package init(multipart data: Data, boundary: String) throws {
        let delimiter = Data("--\(boundary)".utf8)
        let broken = Failure.invalid("body", "is not multipart/form-data as RFC 7578 has it")
        guard data.starts(with: delimiter) else { throw broken }
        var at = data.startIndex + delimiter.count
        while true {
            if data[at...].starts(with: Data("--".utf8)) { return }
            guard data[at...].starts(with: Data("\r\n".utf8)),
                let headersEnd = data.range(of: Data("\r\n\r\n".utf8), in: at..<data.endIndex),
                let next = data.range(of: Data("\r\n".utf8) + delimiter, in: headersEnd.upperBound - 2..<data.endIndex)
            else { throw broken }
            let headers = String(decoding: data[(at + 2)..<headersEnd.lowerBound], as: UTF8.self)
            let body = headersEnd.upperBound <= next.lowerBound ? data[headersEnd.upperBound..<next.lowerBound] : Data()
            try add(part: headers, Data(body), or: broken)
            at = next.upperBound
        }
    }

    private mutating func add(part headers: String, _ body: Data, or broken: Failure) throws {
        var name: String?
        var fileName: String?
        var mediaType = "application/octet-stream"
        for line in headers.components(separatedBy: "\r\n") {
            let lower = line.lowercased()
            if lower.hasPrefix("content-disposition:") {
                name = Self.parameter("name", in: line)
                fileName = Self.parameter("filename", in: line)
            } else if lower.hasPrefix("content-type:") {
                mediaType = line.dropFirst("content-type:".count).trimmingCharacters(in: .whitespaces)
            }
        }
        guard let name else { throw broken }
        if let fileName {
            guard !fileName.isEmpty || !body.isEmpty else { return }
            // Some browsers send the whole path.
            let base = fileName.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? "file"
            files[name] = UploadedFile(name: base, mediaType: mediaType, bytes: body)
        } else {
            guard let text = String(bytes: body, encoding: .utf8) else { throw broken }
            try add(name, text)
        }
    }

    private mutating func add(_ name: String, _ value: String) throws {
        fields[name, default: []].append(value)
        guard fields.count <= Self.fieldsMax else {
            throw Failure.invalid("body", "has more than \(Self.fieldsMax) fields")
        }
    }

    private static func decoded(_ bytes: Data) throws -> String {
        let text = String(decoding: bytes.map { $0 == 0x2B ? 0x20 : $0 }, as: UTF8.self)
        guard let decoded = text.removingPercentEncoding else {
            throw Failure.invalid("body", "has a percent sign that encodes nothing")
        }
        return decoded
    }

    /// The value of `name="value"` or `name=value` in a header; what stands in quotes may hold semicolons (RFC 7578).
    private static func parameter(_ name: String, in header: String) -> String? {
        var parts = [""]
        var isQuoted = false
        for character in header {
            if character == "\"" { isQuoted.toggle() }
            if character == ";", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces).lowercased() == name else { continue }
            // Browsers write a quotation mark inside a name as %22.
            return pair[1].trimmingCharacters(in: CharacterSet(charactersIn: "\" "))
        }
        return nil
    }
}
