// The catalogue files: which there are, their SHA-256, and reading one of them when it is needed.
import Crypto
package import Foundation
import Yams

/// The files of the catalogue, in the order in which a loader reads them: frameworks before what refers to them.
package enum CatalogueFile: String, Sendable, Hashable, CaseIterable {
    case iso42001 = "iso42001-2023.yaml"
    case iso27001 = "iso27001-2022.yaml"
    case euAIAct = "eu-ai-act.yaml"
    case nistAIRMF = "nist-ai-rmf.yaml"
    case nistCSF = "nist-csf-2.yaml"
    case gdpr = "gdpr.yaml"
    case crosswalks = "crosswalks.yaml"
    case questions = "questions.yaml"
    case policyOutlines = "policy-outlines.yaml"
    case riskScenarios = "risk-scenarios.yaml"
    case integratedTitles = "integrated-titles.yaml"
    case controlSuggestions = "control-suggestions.yaml"
    case areas = "areas.yaml"

    /// The framework that the file describes; `nil` for files about several frameworks.
    package var frameworkID: String? {
        switch self {
        case .iso42001: "iso42001-2023"
        case .iso27001: "iso27001-2022"
        case .euAIAct: "eu-ai-act"
        case .nistAIRMF: "nist-ai-rmf-1.0"
        case .nistCSF: "nist-csf-2.0"
        case .gdpr: "gdpr"
        case .crosswalks, .questions, .policyOutlines, .riskScenarios, .integratedTitles, .controlSuggestions, .areas:
            nil
        }
    }

    /// The files that describe a framework.
    package static var frameworks: [CatalogueFile] { allCases.filter { $0.frameworkID != nil } }
}

/// Name and content hash of a catalogue file, made without parsing it.
package struct CatalogueDigest: Sendable, Hashable {
    package let file: CatalogueFile
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    package let sha256: String
    package let bytes: Int
}

/// A folder with catalogue files. Each call reads the files it names and no other; nothing is kept in memory.
package struct CatalogueSource: Sendable {
    /// The greatest size of one catalogue file, in bytes.
    package static let fileBytesMax = 4_194_304

    /// Where the files are.
    package let folder: URL

    package init(folder: URL) { self.folder = folder }

    /// The catalogue that is shipped with Concord.
    package static var bundled: CatalogueSource {
        CatalogueSource(folder: Bundle.module.bundleURL.appendingPathComponent("Resources", isDirectory: true))
    }

    /// The hash of every file, so that a caller parses only what changed. A changed framework file can leave a
    /// reference of an unchanged crosswalk, question, policy or risk file dangling: read those again with it.
    package func digests() throws(CatalogueError) -> [CatalogueDigest] {
        var digests: [CatalogueDigest] = []
        for file in CatalogueFile.allCases { digests.append(try digest(of: file)) }
        return digests
    }

    /// Size and hash of one file; it is read, but not parsed.
    package func digest(of file: CatalogueFile) throws(CatalogueError) -> CatalogueDigest {
        let document = try document(file)
        return CatalogueDigest(file: file, sha256: document.sha256, bytes: document.data.count)
    }

    /// Reads a framework file. It is a precondition that the file describes a framework.
    package func framework(_ file: CatalogueFile) throws(CatalogueError) -> FrameworkContent {
        guard let id = file.frameworkID else { preconditionFailure("\(file.rawValue) describes no framework") }
        return try document(file).framework(expecting: id)
    }

    /// All frameworks, in the order of `CatalogueFile`.
    package func frameworks() throws(CatalogueError) -> [FrameworkContent] {
        var frameworks: [FrameworkContent] = []
        for file in CatalogueFile.frameworks { frameworks.append(try framework(file)) }
        return frameworks
    }

    /// - Parameter items: what the ends of the mappings must be found in.
    package func crosswalks(items: ItemIndex) throws(CatalogueError) -> [CrosswalkSet] {
        try document(.crosswalks).crosswalks(items: items)
    }

    /// - Parameter items: what the items of the questions must be found in.
    package func questions(items: ItemIndex) throws(CatalogueError) -> [QuestionContent] {
        try document(.questions).questions(items: items)
    }

    /// - Parameter items: what the items that a policy contributes to must be found in.
    package func policyOutlines(items: ItemIndex) throws(CatalogueError) -> [PolicyOutline] {
        try document(.policyOutlines).policyOutlines(items: items)
    }

    /// - Parameter items: what controls and risk sources must be found in.
    package func riskScenarios(items: ItemIndex) throws(CatalogueError) -> RiskLibrary {
        try document(.riskScenarios).riskLibrary(items: items)
    }

    /// Titles and differences of the clause pairs, for `IntegratedItems.build`.
    package func integratedTitles() throws(CatalogueError) -> IntegratedTitles {
        try document(.integratedTitles).integratedTitles()
    }

    /// The areas into which the items of all frameworks are sorted.
    package func areas() throws(CatalogueError) -> [AreaContent] { try document(.areas).areas() }

    /// The areas of every assessable item.
    package func itemAreas(_ frameworks: [FrameworkContent]) throws(CatalogueError) -> [ItemReference: [String]] {
        try document(.areas).itemAreas(frameworks)
    }

    /// The bytes of a file, with their hash.
    package func document(_ file: CatalogueFile) throws(CatalogueError) -> CatalogueDocument {
        let data: Data
        do {
            data = try Data(contentsOf: folder.appendingPathComponent(file.rawValue, isDirectory: false))
        } catch {
            throw CatalogueError(file: file.rawValue, problem: .unreadable(error.localizedDescription))
        }
        return try CatalogueDocument(name: file.rawValue, data: data)
    }
}

/// The bytes of one catalogue file, not parsed yet.
package struct CatalogueDocument: Sendable {
    package let name: String
    package let data: Data
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    package let sha256: String

    /// - Throws: `.tooLarge` above `CatalogueSource.fileBytesMax`.
    package init(name: String, data: Data) throws(CatalogueError) {
        guard data.count <= CatalogueSource.fileBytesMax else {
            throw CatalogueError(
                file: name, problem: .tooLarge(bytes: data.count, bytesMax: CatalogueSource.fileBytesMax))
        }
        self.name = name
        self.data = data
        sha256 = SHA256.hash(data: data).hexadecimal
    }

    /// The top mapping of the one YAML document in the file.
    func root() throws(CatalogueError) -> YAMLFields {
        guard let text = String(data: data, encoding: .utf8) else {
            throw CatalogueError(file: name, problem: .malformed("the bytes are not UTF-8"))
        }
        do {
            // No resolver rules: the types of scalars are decided by `YAMLFields`, and keys compare by their text.
            // The encoding is given, because its default depends on an environment variable.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let node = try parser.singleRoot() else {
                throw CatalogueError(file: name, problem: .malformed("the file is empty"))
            }
            return try YAMLFields(node, file: name)
        } catch let error as CatalogueError {
            throw error
        } catch let error as YamlError {
            throw fault(error, in: text)
        } catch {
            throw CatalogueError(file: name, problem: .malformed(String(describing: error)))
        }
    }

    private func fault(_ error: YamlError, in text: String) -> CatalogueError {
        switch error {
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            let line = context.mark.line
            return CatalogueError(
                file: name, line: line, item: itemID(near: line, in: text), field: key, problem: .duplicateKey(key))
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return CatalogueError(
                file: name, line: mark.line, item: itemID(near: mark.line, in: text), problem: .malformed(problem))
        case .reader(let problem, _, _, _):
            return CatalogueError(file: name, problem: .malformed(problem))
        default:
            return CatalogueError(file: name, problem: .malformed(error.description))
        }
    }

    /// The last id written at or before a line: a document that does not parse has no items to name.
    private func itemID(near line: Int, in text: String) -> String? {
        let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false).prefix(line)
        for line in lines.reversed() {
            var rest = line.drop { $0 == " " }
            if rest.hasPrefix("- ") { rest = rest.dropFirst(2) }
            guard rest.hasPrefix("id: ") else { continue }
            return rest.dropFirst(4).trimmingCharacters(in: CharacterSet(charactersIn: "'\" \r"))
        }
        return nil
    }
}

extension SHA256.Digest {
    fileprivate var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
