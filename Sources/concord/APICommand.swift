// `concord api`: any request to the API, for what has no command of its own.
import ArgumentParser
import Client
import Foundation
import Terminal

struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Sends any request to the API and prints the answer.",
        discussion: "concord api 'controls?limit=2&count=true'")
    @Argument(help: "The path under /api/v1/, with its query.") var path: String
    @Option(help: "The method: GET, POST, PUT, PATCH or DELETE.") var method = APIRequest.Method.get
    @Option(help: "A file with the body; - for standard input.", completion: .file()) var json: String?
    @Option(help: "The version that you saw, for If-Match.") var version: Int?
    @Option(
        name: [.short, .long], help: "A file for the answer, which is then not held in memory.", completion: .file())
    var output: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let prefix = "/api/v1/"
        let path = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
        guard !path.hasPrefix("/"), !path.isEmpty, path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandError.badInput("“\(path)” is no percent-encoded path under /api/v1/.")
        }
        var request = APIRequest(method, path, headers: ["Accept": "*/*"])
        if method == .patch { request.headers["Content-Type"] = "application/merge-patch+json" }
        if let json { request.body = try JSONInput.read(json) }
        if let version { request.headers["If-Match"] = "\"\(version)\"" }
        let sent = request
        try await connection.withClient { client in
            if let file = output {
                let progress = ProgressBar("Bytes received:")
                defer { progress.end() }
                return try await FileSink.write(to: file) { sink in
                    _ = try await client.send(sent) { bytes in
                        try sink.write(bytes)
                        progress.show(sink.writtenBytes, of: nil)
                    }
                }
            }
            let answer = try await client.send(sent)
            let output = Output()
            if answer.headers["content-type"]?.hasPrefix("application/json") == true {
                try output.json(answer.body)
            } else {
                try output.bytes(answer.body)
            }
            try output.flush()
        }
    }
}

extension APIRequest.Method: ExpressibleByArgument {
    /// Reads the name of a method in any case.
    public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}
