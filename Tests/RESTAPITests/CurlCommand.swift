// Commands of the API guide, read as a shell and curl read them, as far as the guide uses them.
import Foundation
import HTTPTypes

/// One `curl` command.
struct CurlCommand {
    private(set) var method: HTTPRequest.Method = .get
    private(set) var path = ""
    private(set) var headers = HTTPFields()
    private(set) var body: String?

    struct Unreadable: Error { let what: String }

    /// - Parameter variables: What `$NAME` stands for.
    init(_ text: String, variables: [String: String]) throws {
        let words = try Self.words(text.replacingOccurrences(of: "\\\n", with: " "), variables)
        guard words.first == "curl" else { throw Unreadable(what: text) }
        var isQuery = false
        var query: [String] = []
        var at = 1
        func next() throws -> String {
            at += 1
            guard at < words.count else { throw Unreadable(what: "\(words.last ?? "") without a value") }
            return words[at]
        }
        while at < words.count {
            switch words[at] {
            case "-s", "-i": break
            case "-G": isQuery = true
            case "-X":
                let name = try next()
                guard let named = HTTPRequest.Method(name) else { throw Unreadable(what: name) }
                method = named
            case "-H":
                let header = try next().split(separator: ":", maxSplits: 1)
                guard header.count == 2, let name = HTTPField.Name(String(header[0])) else {
                    throw Unreadable(what: "\(header)")
                }
                headers[name] = header[1].trimmingCharacters(in: .whitespaces)
            case "-d": body = try next()
            case "--data-urlencode":
                let pair = try next().split(separator: "=", maxSplits: 1).map(String.init)
                query.append("\(pair[0])=\(pair[1].addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")")
            case let word where word.hasPrefix("http"):
                guard let url = URL(string: word) else { throw Unreadable(what: word) }
                path = url.path(percentEncoded: true) + (url.query(percentEncoded: true).map { "?\($0)" } ?? "")
            case let word: throw Unreadable(what: word)
            }
            at += 1
        }
        if isQuery { path += "?" + query.joined(separator: "&") }
        if body != nil, !text.contains("-X") { method = .post }
    }

    /// Splits as a shell does: quotes keep spaces, double ones know variables.
    private static func words(_ text: String, _ variables: [String: String]) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if quote != "'", character == "$" {
                let name = String(rest.prefix { $0.isLetter || $0 == "_" })
                rest = rest.dropFirst(name.count)
                guard let value = variables[name] else { throw Unreadable(what: "$\(name)") }
                word = (word ?? "") + value
            } else if quote == "\"", character == "\\", let escaped = rest.popFirst() {
                word = (word ?? "") + String(escaped)
            } else if quote == nil, character.isWhitespace {
                if let whole = word { words.append(whole) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw Unreadable(what: text) }
        return words + [word].compactMap(\.self)
    }
}

/// JSON with a member a line, in the order in which it came.
func indented(_ json: String) -> String {
    var text = ""
    var level = 0
    var isInString = false
    var isEscaped = false
    var previous: Character = " "
    func newLine() { text += "\n" + String(repeating: "  ", count: level) }
    for character in json {
        if isInString {
            text.append(character)
            isInString = isEscaped || character != "\""
            isEscaped = character == "\\" && !isEscaped
            previous = character
            continue
        }
        switch character {
        case "\"":
            if previous == "{" || previous == "[" { newLine() }
            isInString = true
            text.append(character)
        case "{", "[":
            if previous == "{" || previous == "[" { newLine() }
            text.append(character)
            level += 1
        case "}", "]":
            level -= 1
            if previous != "{" && previous != "[" { newLine() }
            text.append(character)
        case ",":
            text.append(character)
            newLine()
        case ":": text += ": "
        default:
            if previous == "{" || previous == "[" { newLine() }
            text.append(character)
        }
        previous = character
    }
    return text
}
