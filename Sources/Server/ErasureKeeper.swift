// What an erasure leaves to be done once it is committed: the journal, files, the free pages of the database.
import Foundation
import Governance
import HTTPServing
import Logging
import ServiceLifecycle

/// Finishes erasures within seconds, at the start and before the stop; what fails is logged and tried again.
struct ErasureKeeper: Service {
    static let secondsBetween = 5
    let services: Services
    let logger: Logger

    func run() async throws {
        while !Task.isCancelled {
            await round()
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(Self.secondsBetween)) }
            } catch is CancellationError { break }
        }
        await round()
    }

    private func round() async {
        do { try await services.erasure.finish() } catch {
            logger.error("An erasure is not finished yet; it is tried again", metadata: ["error": "\(error)"])
        }
    }
}
