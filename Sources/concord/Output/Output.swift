// What commands print: one writer for standard output, and the three formats.
import ArgumentParser
import Client
import Foundation
import Terminal

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv
}

/// The option of every command that reads.
struct OutputOptions: ParsableArguments {
    @Option(help: "How to print: table for people, json and csv for programs.") var format = OutputFormat.table
}

/// Standard output, or a file in its place.
final class Output {
    private static let bufferBytesMax = 65_536
    private let sink: ([UInt8]) throws -> Void
    private var buffer: [UInt8] = []
    let style: Style
    /// What the terminal has; `nil` for a file or a pipe.
    let columns: Int?

    init() {
        // A reader that has gone is told by the write, and ends the command quietly.
        signal(SIGPIPE, SIG_IGN)
        let device = TerminalDevice.standardOutput
        sink = { try device.write($0) }
        columns = device.columns
        style = device.style(environment: ProcessInfo.processInfo.environment)
    }

    init(_ file: FileSink) {
        sink = { try file.write($0) }
        columns = nil
        style = .plain
    }

    func bytes(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytesMax { try flush() }
    }

    func line(_ text: String = "") throws { try bytes(Array((text + "\n").utf8)) }

    func table(_ table: TextTable) throws {
        for line in table.lines(columns: columns, style: style) { try self.line(line) }
    }

    /// An answer in JSON, laid out.
    func json(_ object: [UInt8]) throws { try bytes(JSONLayout.indented(object) + [UInt8(ascii: "\n")]) }

    func flush() throws {
        let waiting = buffer
        buffer = []
        try sink(waiting)
    }
}

/// A JSON array that is printed while its elements come.
struct JSONArrayOutput {
    private var isEmpty = true

    mutating func append(_ element: [UInt8], to output: Output) throws {
        try output.bytes(Array((isEmpty ? "[\n  " : ",\n  ").utf8) + JSONLayout.indented(element, level: 1))
        isEmpty = false
    }

    func end(_ output: Output) throws { try output.line(isEmpty ? "[]" : "\n]") }
}
