// One request on its way: who asks, by which session, under which id.
package import Access
import Foundation
package import Hummingbird
import Logging
package import NIOCore
package import Storage

/// The context of a request.
package struct ConcordContext: RequestContext, RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let remoteAddress: SocketAddress?
    /// The connection, so that a long answer can end with it; `nil` for requests of this process.
    package let connection: (any Channel)?
    /// Who asks; `nil` for somebody who is not signed in.
    package var caller: Caller?
    /// The browser's session, if the caller came by one.
    package var session: Session?
    /// The secret of that session's cookie: sign-out and the switch of organisations need it.
    package var sessionSecret: String?
    /// The token that the caller came by.
    package var tokenSecret: String?
    /// Given to every answer, and logged with it.
    package var requestID = ""
    /// The same in bytes; `nil` for requests that no middleware gave one.
    var requestUUID: UUID?
    /// What the log says of the request beside its route.
    package let note = RequestNote()

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
        connection = source.channel
    }

    /// Whom a trusted proxy passes the request on for.
    var forwardedAddress: String?

    /// The client's IP address, for throttling: the peer's, unless that is a trusted proxy.
    package var address: String { forwardedAddress ?? peerAddress }
    var peerAddress: String { remoteAddress?.ipAddress ?? "unknown" }
}
