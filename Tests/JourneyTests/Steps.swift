// Steps that several journeys take.
import TestKit

extension BrowserSession {
    /// Signs in somebody of the demo.
    func signIn(to server: RunningServer, _ email: String) async throws {
        try await navigate(to: server.base + "/sign-in")
        try await find("input[name=email]").type(email)
        try await find("input[name=password]").type(DemoFolder.password)
        try await press(.enter)
        _ = try await waitFor("nav.nav", within: .seconds(20))
    }
}
