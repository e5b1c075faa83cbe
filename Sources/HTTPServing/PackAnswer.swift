// The answer that is a pack: its bytes are made while they are sent, so that memory does not grow with it.
import AuditPack
package import Governance
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore

extension Services {
    /// Makes audit packs.
    package var packs: PackService {
        PackService(
            store: store, blobs: blobs, environment: environment, ledger: ledger, assessments: assessments)
    }
    /// Reads ledgers for callers.
    package var ledgerReading: LedgerReading { LedgerReading(store: store, ledger: ledger) }
}

/// Sends what is written to it; the sender waits while the receiver is slow.
private struct ResponseSink: ByteSink {
    var writer: any ResponseBodyWriter

    mutating func write(_ bytes: [UInt8]) async throws {
        try await writer.write(ByteBuffer(bytes: bytes))
    }
}

/// How a pack is answered.
package enum PackAnswer {
    /// A ZIP file to be saved. If something fails on the way the connection breaks, and a verification of what arrived
    /// says that it was cut off.
    package static func response(_ pack: PreparedPack, logger: Logger) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/zip"
        headers[.contentDisposition] = "attachment; filename=\"\(pack.fileName)\""
        headers[.cacheControl] = "private, no-store"
        let body = ResponseBody { writer in
            do {
                try await pack.write(to: ResponseSink(writer: writer))
            } catch {
                logger.error("A pack was not sent to its end", metadata: ["error": "\(error)"])
                throw error
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
