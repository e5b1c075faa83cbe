// What is wrong with a file, and where.

/// Bad input: the file, the place in it, and what is wrong there.
public struct TableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// The line, from 1; nil when the whole file is meant. A quoted field may hold newlines: lines are those of the
    /// file.
    public let line: Int?
    /// The column of the table, from 1.
    public let column: Int?
    /// The column's name.
    public let name: String?
    /// What is wrong.
    public let reason: String

    /// An error.
    public init(path: String, line: Int? = nil, column: Int? = nil, name: String? = nil, reason: String) {
        self.path = path
        self.line = line
        self.column = column
        self.name = name
        self.reason = reason
    }

    /// `file, line 3, column 2 (age): "x" is not a number`.
    public var description: String {
        var text = path
        if let line { text += ", line \(line)" }
        if let column { text += ", column \(column)" }
        if let name { text += " (\(name))" }
        return text + ": " + reason
    }
}
