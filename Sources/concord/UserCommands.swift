// `concord user list | invite | end`: who has access to an organisation.
import ArgumentParser
import Client
import Foundation
import MerkleLog
import RecordKit
import Records
import Terminal

extension User {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists who has access (for administrators).")
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let output = Output()
            try await connection.withClient { client in
                let found = try await client.get("members")
                if printing.format == .json {
                    var array = JSONArrayOutput()
                    for item in try found.slices("items") { try array.append(item, to: output) }
                    return try array.end(output)
                }
                var table = TextTable(["email", "name", "state", "from", "until", "account"], kept: [0, 5])
                for item in found.value.array("items") {
                    table.append([
                        item.string("email") ?? "", item.string("name") ?? "", Self.state(item),
                        item.string("from") ?? "", item.string("until") ?? "", item.string("account") ?? "",
                    ])
                }
                try output.print(table, printing.format)
            }
            try output.flush()
        }

        private static func state(_ item: JSONValue) -> String {
            if item.bool("isDisabled") == true { return "disabled" }
            return item.bool("hasPassword") == true ? "active" : "invited"
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a person of the organisation an account, and prints the one-time link for them.")
        @Argument(help: "The person's id or email address, as in their record.") var person: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let output = Output()
            try await connection.withClient { client in
                let id = try await PersonFinder.id(person, client)
                let body = try JSONValue.object(["person": .string(id)]).canonical()
                let made = try await client.object(APIRequest(.post, "members", body: body)).value
                guard let link = made.string("link") else {
                    return write("They have an account with a password already, and access from now on.")
                }
                try output.line((connection.data == nil ? client.address : "") + link)
                write("The link is good for 24 hours, once. Give it to them and to nobody else.")
            }
            try output.flush()
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends somebody's access to the organisation at once.")
        @Argument(help: "The email address, or the account's id, as “user list” shows them.") var member: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                let items = try await client.get("members").value.array("items")
                let found = items.first {
                    $0.string("email") == member.lowercased() || $0.string("account") == member.lowercased()
                }
                guard let account = found?.string("account") else {
                    throw CommandError.notFound("Nobody has access as “\(member)”.")
                }
                _ = try await client.send(APIRequest(.delete, "members/\(account)"))
                write("Their access has ended.")
            }
        }
    }
}

/// Finds the record of a person.
enum PersonFinder {
    static func id(_ person: String, _ client: APIClient) async throws -> String {
        if let id = UUID(uuidString: person) { return id.lowercased }
        let words = person.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
        let found = try await client.get(Person.schema.erased.plural, [("q", words), ("limit", "1000")])
        let matching = found.value.array("items").filter { $0.string("email")?.lowercased() == person.lowercased() }
        guard let id = matching.first?.string("id") else {
            throw CommandError.notFound("There is no person with the address “\(person)”.")
        }
        return id
    }
}
