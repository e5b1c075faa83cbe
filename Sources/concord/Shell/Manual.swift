// `concord man`: the manual page, made of what the commands say of themselves.
import ArgumentParser
import Foundation

struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man", abstract: "Prints the manual page.", discussion: "To read it: concord man | man -l -")

    func run() throws {
        let output = Output()
        let help = try JSONDecoder().decode(ToolHelp.self, from: Data(Concord._dumpHelp().utf8))
        try output.bytes(Array(ManualPage(help.command).text.utf8))
        try output.flush()
    }
}

/// What the argument parser dumps of a tool, as far as a manual page shows it.
struct ToolHelp: Decodable {
    let command: Command

    struct Command: Decodable {
        let commandName: String
        let shouldDisplay: Bool?
        let abstract: String?
        let discussion: String?
        let subcommands: [Command]?
        let arguments: [Argument]?
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }
        let kind: String
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let allValues: [String]?
        let abstract: String?
        let discussion: String?
    }
}

/// A manual page in the macros of man(7).
struct ManualPage {
    private let root: ToolHelp.Command
    init(_ root: ToolHelp.Command) { self.root = root }

    var text: String {
        var lines = [
            ".\\\" Made by “concord man”; a test keeps it true.",
            ".TH CONCORD 1 \"\" \"Concord\" \"User Commands\"",
            ".SH NAME", "concord \\- \(Self.escaped(root.abstract ?? ""))",
            ".SH SYNOPSIS", ".B concord", "\\fIcommand\\fR [\\fIoptions\\fR]",
            ".SH DESCRIPTION",
            Self.escaped(
                "Commands that touch an organisation speak to a running server over its API, with a token that “concord "
                    + "login” keeps. With --data FOLDER they open the folder of a server that is not running, as its "
                    + "operator, and take the same way through the same rules; the ledger then names operator:USER."),
            ".SH COMMANDS",
        ]
        for command in shown(root.subcommands) { lines += section(command, path: ["concord"]) }
        lines += [".SH EXIT STATUS"]
        for (status, meaning) in Self.statuses { lines += [".TP", "\\fB\(status)\\fR", Self.escaped(meaning)] }
        lines += [".SH ENVIRONMENT"]
        for (name, meaning) in Self.variables { lines += [".TP", "\\fB\(name)\\fR", Self.escaped(meaning)] }
        lines += [
            ".SH FILES", ".TP", "\\fI$XDG_CONFIG_HOME/concord/credentials.json\\fR",
            "The server's address and the token, readable by their owner only.",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    static let statuses = [
        ("0", "Good."), ("1", "The answer is no: tampered, breached, matched."), ("2", "Bad input or arguments."),
        ("3", "Cannot judge."),
        ("4", "Incomplete: the server could not be reached, the connection broke, or the reader of a pipe has gone."),
        ("5", "Refused, or not found."), ("70", "Internal error."),
    ]
    static let variables = [
        ("CONCORD_URL, CONCORD_TOKEN", "The server's address and a token; they win over the kept ones."),
        ("VISUAL, EDITOR", "The editor of “concord record edit”."),
        ("NO_COLOR", "If set, nothing is emphasised."),
        ("XDG_CONFIG_HOME", "The folder of settings; without it ~/.config."),
    ]

    private func shown(_ commands: [ToolHelp.Command]?) -> [ToolHelp.Command] {
        (commands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    }

    private func section(_ command: ToolHelp.Command, path: [String]) -> [String] {
        let path = path + [command.commandName]
        let subcommands = shown(command.subcommands)
        guard subcommands.isEmpty else { return subcommands.flatMap { section($0, path: path) } }
        let arguments = (command.arguments ?? []).filter { argument in
            argument.shouldDisplay && !Self.isEverywhere(argument)
        }
        let synopsis = arguments.map(Self.synopsis).joined(separator: " ")
        var lines = [".SS \(Self.escaped(path.joined(separator: " ")))"]
        if !synopsis.isEmpty { lines.append(synopsis) }
        lines += [".PP", Self.escaped(command.abstract ?? "")]
        if let discussion = command.discussion { lines += [".PP", Self.escaped(discussion)] }
        for argument in arguments {
            lines += [".TP", Self.heading(argument), Self.escaped(Self.meaning(argument))]
        }
        return lines
    }

    private static func isEverywhere(_ argument: ToolHelp.Argument) -> Bool {
        argument.names?.contains { ["help", "version"].contains($0.name) } ?? false
    }

    private static func names(_ argument: ToolHelp.Argument) -> [String] {
        (argument.names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name }
    }

    private static func value(_ argument: ToolHelp.Argument) -> String {
        "\\fI\(escaped(argument.valueName ?? "value"))\\fR"
    }

    private static func synopsis(_ argument: ToolHelp.Argument) -> String {
        var text =
            argument.kind == "positional"
            ? value(argument)
            : "\\fB\(escaped(names(argument).last ?? ""))\\fR"
                + (argument.kind == "option" ? " " + value(argument) : "")
        if argument.isRepeating { text += " ..." }
        return argument.isOptional ? "[\(text)]" : text
    }

    private static func heading(_ argument: ToolHelp.Argument) -> String {
        if argument.kind == "positional" { return value(argument) }
        let names = names(argument).map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
        return names + (argument.kind == "option" ? " " + value(argument) : "")
    }

    private static func meaning(_ argument: ToolHelp.Argument) -> String {
        var text = [argument.abstract, argument.discussion].compactMap(\.self).joined(separator: " ")
        if let standard = argument.defaultValue, argument.kind == "option", !standard.hasPrefix("file://") {
            text += " (default: \(standard))"
        }
        return text
    }

    /// Text that roff takes as it is.
    private static func escaped(_ text: String) -> String {
        let joined = text.split(separator: "\n").joined(separator: " ")
        let escaped = joined.replacingOccurrences(of: "\\", with: "\\e").replacingOccurrences(of: "-", with: "\\-")
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }
}
