// `concord login | logout | whoami`.
import ArgumentParser
import Client
import Foundation
import MerkleLog
import Terminal

struct Login: AsyncParsableCommand {
    /// Where the token comes from: never from the arguments, which every program on the machine can read.
    enum TokenSource: String, ExpressibleByArgument, CaseIterable {
        case prompt
        case standardInput = "-"
    }

    static let configuration = CommandConfiguration(
        abstract: "Keeps a server's address and a token, after asking the server whether it knows the token.",
        discussion: """
            Make a token under Settings, API tokens. It is kept in $XDG_CONFIG_HOME/concord/credentials.json (or \
            ~/.config/concord), readable by you only. CONCORD_URL and CONCORD_TOKEN win over the file.
            """)
    @Option(help: "The server's address, such as https://concord.example.org; without it that of CONCORD_URL.")
    var url: String?
    @Option(help: "Where the token comes from: prompt asks for it, - reads it from standard input.")
    var token: TokenSource?

    func run() async throws {
        let variables = ProcessInfo.processInfo.environment
        guard let address = url ?? variables["CONCORD_URL"], !address.isEmpty else {
            throw CommandError.badInput("Say which server with --url.")
        }
        let base = try HTTPTransport.base(address)
        if HTTPTransport.isUnencrypted(base) {
            write("Warning: \(base.absoluteString) is not encrypted: whoever is on the way can read the token.")
        }
        let device = TerminalDevice.standardInput
        let text =
            switch token ?? (device.isTerminal ? .prompt : .standardInput) {
            case .prompt: try device.readHidden(prompt: "Token: ")
            case .standardInput: readLine()
            }
        guard let text, !text.isEmpty else { throw CommandError.badInput("No token was given.") }
        let credentials = try Credentials(url: address, token: text)
        let client = APIClient.standard(HTTPTransport(base: credentials.base, token: credentials.token))
        let me = try await client.get("me").value
        let file = CredentialsFile(environment: variables)
        try file.save(credentials)
        let output = Output()
        let (person, organisation) = (me["person"].string("name") ?? "", me["organisation"].string("name") ?? "")
        try output.line(
            DisplayText.safe("Signed in to \(credentials.base.absoluteString) as \(person), \(organisation)."))
        try output.line(
            me.bool("mayWrite") == true ? "The token may read and write." : "The token may only read.")
        try output.flush()
        for name in ["CONCORD_URL", "CONCORD_TOKEN"] where url != nil && variables[name] != nil {
            write("Note: \(name) is set and wins over what was kept.")
        }
    }
}

struct Logout: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forgets the kept token. It stays good: revoke it under Settings, API tokens.")

    func run() throws {
        let file = CredentialsFile(environment: ProcessInfo.processInfo.environment)
        write(try file.remove() ? "Forgotten." : "Nothing was kept.")
    }
}

struct WhoAmI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Shows as whom and where the commands work.")
    @OptionGroup var printing: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let output = Output()
        try await connection.withClient { client in
            let me = try await client.get("me")
            let value = me.value
            let roles = value.array("roles").compactMap { $0.string("role") }
            var table = TextTable(["what", "value"])
            table.append(["server", client.address])
            table.append(["organisation", value["organisation"].string("name") ?? ""])
            table.append(["person", value["person"].string("name") ?? ""])
            table.append(["actor", value.string("actor") ?? ""])
            table.append(["roles", roles.joined(separator: ", ")])
            table.append(["may write", value.bool("mayWrite") == true ? "yes" : "no"])
            if printing.format == .json { try output.json(me.bytes) } else { try output.print(table, printing.format) }
        }
        try output.flush()
    }
}
