// HTML into files that people send each other: PDF through WeasyPrint, DOCX through pandoc, both from Debian. They run
// as child processes, bounded in size, memory and time, and fetch nothing.
package import Foundation

/// Why a document could not be made.
package enum DocumentError: Error, Sendable, Hashable {
    /// A program is not installed; the Debian package that brings it.
    case missing(package: String)
    case busy
    case tooSlow(secondsMax: Int)
    case tooLarge(bytesMax: Int)
    /// The page would fetch something that was not handed over with it.
    case foreignAddress(String)
    /// A name of a file that is more than letters, digits, point, dash and underscore.
    case badFileName(String)
    case failed(String)

    /// What is wrong and what helps.
    package var message: String {
        switch self {
        case .missing(let package): "cannot be made here: it needs the Debian package \(package)"
        case .busy: "cannot be made now: too many documents are being made; try again in a minute"
        case .tooSlow(let most): "took longer than \(most) seconds to make"
        case .tooLarge(let most): "would have more than \(most) bytes"
        case .foreignAddress(let address): "would fetch “\(address)”, and documents fetch nothing"
        case .badFileName(let name): "has a file with the name “\(name)”, which is none"
        case .failed(let why): "could not be made: \(why)"
        }
    }
}

/// Makes documents, a bounded number at a time: each takes a processor for seconds and up to hundreds of megabytes.
/// Starting WeasyPrint costs a second of a processor, and a page of tables about a tenth.
package final class DocumentRenderer: Sendable {
    package static let runningMax = 2
    package static let waitingMax = 20
    package static let pageBytesMax = 33_554_432
    package static let outputBytesMax = 67_108_864
    package static let secondsMax = 120
    package static let memoryBytesMax = 2_147_483_648

    private let turns: Turns
    private let secondsMax: Int

    /// - Parameter secondsMax: The longest that one document may take.
    package init(
        runningMax: Int = runningMax, waitingMax: Int = waitingMax, secondsMax: Int = secondsMax
    ) {
        turns = Turns(runningMax: runningMax, waitingMax: waitingMax)
        self.secondsMax = secondsMax
    }

    /// - Parameters:
    ///   - html: A whole page with its style in it; images are `data:` addresses or names in `files`.
    ///   - files: By name, what the page may show beside itself.
    /// - Throws: ``DocumentError``.
    package func pdf(html: Data, files: [String: Data] = [:]) async throws -> Data {
        try await make("pdf", by: "weasyprint", html, files)
    }

    /// Takes what ``pdf(html:files:)`` takes. Of each drawing in `files`, as `chart.svg`, an image is made that the page
    /// may show, `chart.png`. A word processor uses its own styles for headings, lists and tables.
    /// - Throws: ``DocumentError``.
    package func docx(html: Data, files: [String: Data] = [:]) async throws -> Data {
        try await make("docx", by: "pandoc", html, files)
    }

    private func make(_ kind: String, by package: String, _ html: Data, _ files: [String: Data]) async throws -> Data {
        guard html.count + files.values.reduce(0, { $0 + $1.count }) <= Self.pageBytesMax else {
            throw DocumentError.tooLarge(bytesMax: Self.pageBytesMax)
        }
        return try await turns.take {
            try await WorkFolder.with { folder in
                for (name, data) in files {
                    guard Self.isFileName(name) else { throw DocumentError.badFileName(name) }
                    try data.write(to: folder.appendingPathComponent(name))
                }
                let page = folder.appendingPathComponent("page.html")
                let output = folder.appendingPathComponent("document")
                try html.write(to: page)
                let limits = [Self.outputBytesMax, secondsMax, Self.memoryBytesMax].map { String($0) }
                guard
                    let (process, said) = ChildProcess.python(
                        "render_document", [kind, page.path, output.path] + limits)
                else { throw DocumentError.missing(package: package) }
                guard try await ChildProcess.run(process, secondsMax: secondsMax) else {
                    throw DocumentError.tooSlow(secondsMax: secondsMax)
                }
                guard process.terminationReason == .exit, process.terminationStatus == 0 else {
                    let line = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                    throw refusal(process, line.trimmingCharacters(in: .newlines), package)
                }
                return try Data(contentsOf: output)
            }
        }
    }

    /// The names `page.html` and `document` are taken.
    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100 && name.utf8.first != 0x2E && name != "page.html" && name != "document"
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
    }

    private func refusal(_ process: Process, _ line: String, _ package: String) -> DocumentError {
        let parts = line.components(separatedBy: "\t")
        if process.terminationReason == .uncaughtSignal {
            // SIGXFSZ, 25: the output outgrew its limit.
            return process.terminationStatus == 25
                ? .tooLarge(bytesMax: Self.outputBytesMax) : .tooSlow(secondsMax: secondsMax)
        }
        return switch (process.terminationStatus, parts[0]) {
        case (3, "missing"): .missing(package: parts.count > 1 ? parts[1] : package)
        case (3, "address"): .foreignAddress(parts.dropFirst().joined(separator: " "))
        case (3, "large"): .tooLarge(bytesMax: Self.outputBytesMax)
        case (3, "memory"): .failed("it needs more than \(Self.memoryBytesMax) bytes of memory")
        case (3, _): .failed(parts.dropFirst().joined(separator: " "))
        case (let status, _): .failed("\(package) ended with \(status)")
        }
    }
}
