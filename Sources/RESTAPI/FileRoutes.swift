// Files over REST: one request keeps a file and answers with the object that a record's file field takes; another gives
// back what a record's field holds. Who knows a digest alone gets nothing: a file leaves only through a record.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import RecordKit
import Storage

extension HTTPField.Name {
    /// The digest of the content (RFC 9530).
    static let reprDigest = {
        guard let name = HTTPField.Name("Repr-Digest") else { preconditionFailure("not a name of a header") }
        return name
    }()
}

extension RESTRoutes {
    /// Bytes that are handed on to the disk at once.
    private static let pieceBytesMin = 262_144

    /// Keeps the body as a file of the caller's organisation. It is not yet evidence of anything: a record names it.
    func upload(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        guard let organisation = call.caller.organisation else { throw ServiceError.notFound("organisation") }
        guard call.caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
        guard mayHoldFiles(call.caller) else {
            throw ServiceError.forbidden("Your role does not allow you to make a record that holds a file.")
        }
        let name = try Self.fileName(call.request)
        let mediaType = call.request.headers[.contentType] ?? "application/octet-stream"
        if let length = call.request.headers[.contentLength].flatMap({ Int($0) }), length > HTTPLimit.uploadBytesMax {
            throw Self.tooLarge
        }
        let writer = try await services.blobs.writer(for: organisation, bytesMax: HTTPLimit.uploadBytesMax)
        let kept: (sha256: String, bytes: Int)
        do {
            var piece = Data()
            for try await buffer in call.request.body {
                piece.append(contentsOf: buffer.readableBytesView)
                guard piece.count >= Self.pieceBytesMin else { continue }
                try await writer.append(piece)
                piece.removeAll(keepingCapacity: true)
            }
            if !piece.isEmpty { try await writer.append(piece) }
            kept = try await writer.finish()
        } catch BlobError.tooLarge {
            throw Self.tooLarge
        } catch {
            // The connection broke in the middle, say: what came so far goes.
            await writer.abandon()
            throw error
        }
        // A file that is just being removed will not be there when a record is to name it.
        try await services.store.read { try $0.checkStays([kept.sha256], in: organisation) }
        let file: FileReference
        do {
            file = try FileReference(
                sha256: kept.sha256, name: name, mediaType: String(mediaType.prefix(255)), bytes: kept.bytes)
        } catch { throw Failure.invalid("Content-Disposition", error.message) }
        var json = JSONWriter()
        json.append(.file(file))
        return Response(json: json.bytes, status: .created)
    }

    /// The content of a record's file field.
    func file(_ resource: Resource, _ id: UUID, _ field: String, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["asOf"])
        let asOf = try await moment(parameters, call)
        let record = try await services.records.get(resource.schema, id, as: call.caller, asOf: asOf)
        guard resource.schema.field(field) != nil, case .file(let file) = record[field],
            let organisation = record.meta.organisation,
            var response = try await FileAnswer.response(
                file, for: organisation, from: services.blobs, logger: call.context.logger)
        else { throw ServiceError.notFound("file") }
        response.headers[.eTag] = "\"\(file.sha256)\""
        response.headers[.reprDigest] = FileName.digest(sha256: file.sha256)
        return response
    }

    private static let tooLarge = Failure(
        .contentTooLarge, "invalid", "Too large", "A file may have at most \(HTTPLimit.uploadBytesMax) bytes.")

    /// Some type with a file is the caller's to create, or to edit somewhere.
    private func mayHoldFiles(_ caller: Caller) -> Bool {
        services.records.schemas.contains { schema in
            schema.fields.contains { if case .file = $0.kind { $0.isWritable } else { false } }
                && (Authorisation.mayCreate(caller, schema)
                    || Authorisation.visible(caller, .update, schema) != .none)
        }
    }

    private static func fileName(_ request: Request) throws -> String {
        guard let header = request.headers[.contentDisposition] else {
            throw Failure.invalid("Content-Disposition", "is missing: send attachment; filename=\"report.pdf\"")
        }
        guard let name = FileName.read(header) else {
            throw Failure.invalid("Content-Disposition", "names no file: send attachment; filename=\"report.pdf\"")
        }
        do {
            _ = try FileReference(sha256: String(repeating: "0", count: 64), name: name, mediaType: "", bytes: 0)
        } catch { throw Failure.invalid("Content-Disposition", error.message) }
        return name
    }
}

/// Names of files in headers (RFC 6266 with RFC 8187).
enum FileName {
    /// The name that a `Content-Disposition` gives: `filename*` before `filename`, without a path.
    /// - Returns: `nil` if it gives none that can be read.
    static func read(_ header: String) -> String? {
        var found: String?
        for part in parameters(header) {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let key = part[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            let value = part[part.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            if key == "filename*" {
                let pieces = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
                guard pieces.count == 3, pieces[0].lowercased() == "utf-8",
                    let name = String(pieces[2]).removingPercentEncoding
                else { return nil }
                return base(name)
            }
            if key == "filename" { found = base(unquoted(value)) }
        }
        return found
    }

    /// `Repr-Digest: sha-256=:…:` of a digest in hexadecimal.
    static func digest(sha256: String) -> String {
        let digits = Array(sha256.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
        return "sha-256=:\(Data(bytes).base64EncodedString()):"
    }

    /// The parameters, told apart by semicolons outside quotes.
    private static func parameters(_ header: String) -> [String] {
        var parts = [""]
        var isQuoted = false
        var isEscaped = false
        for character in header {
            if isEscaped {
                isEscaped = false
            } else if character == "\\", isQuoted {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ";", !isQuoted {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
        }
        return Array(parts.dropFirst())
    }

    private static func unquoted(_ value: String) -> String {
        guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
        var text = ""
        var isEscaped = false
        for character in value.dropFirst().dropLast() {
            if character == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            text.append(character)
            isEscaped = false
        }
        return text
    }

    private static func base(_ name: String) -> String? {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        return last.isEmpty ? nil : last
    }
}
