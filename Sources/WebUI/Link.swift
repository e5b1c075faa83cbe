// The one list of routes: the router takes its patterns from here, every `href` and `action` its address, and a test
// reads each address back.
package import Foundation
package import RecordKit

/// A place of the web interface, with what it is about.
package enum Link: Sendable, Hashable {
    case overview
    /// - Parameter next: Where to go on after signing in; a path of this server.
    case signIn(next: String? = nil)
    case signOut
    case theme
    case switchOrganisation
    case setUp(secret: String)
    case invitation(secret: String)
    /// The present assessment, whichever it is.
    case assessmentNow
    /// The rows of an assessment, narrowed by `standard`, `section`, `shown`, `owner` and `q`.
    case assessment(UUID, LinkQuery = [:])
    /// What others changed since a ledger index.
    case assessmentChanges(UUID, LinkQuery = [:])
    case row(UUID, key: String, LinkQuery = [:])
    /// Who has which section of an assessment in hand; `people` searches for somebody.
    case sections(UUID, LinkQuery = [:])
    case sectionStep(UUID)
    case nextAssessment(UUID)
    /// With the assessment that it continues, or the one that `with` names; `change` narrows the list.
    case comparison(UUID, LinkQuery = [:])
    case comparisonCSV(UUID, LinkQuery = [:])
    /// Which implementation groups an assessment is about.
    case implementationGroups(UUID)
    case answerRow(UUID, key: String)
    /// The gaps of the present assessment.
    case gapsNow
    /// Gaps, measures or the burn-down, by `show`; narrowed as the gap list is.
    case gaps(UUID, LinkQuery = [:])
    /// Makes tasks of gaps.
    case gapTasks(UUID)
    /// Milestones and what belongs to them.
    case plan(LinkQuery = [:])
    /// Suggested and own controls, coverage and duplicates, by `show`.
    case controlLibrary(LinkQuery = [:])
    case adoptControls
    case mergeControls
    /// The two Statements of Applicability, and the pages of one. The key of a print or a file may also be "both".
    case statements
    case statement(key: String, LinkQuery = [:])
    case statementPrint(key: String, LinkQuery = [:])
    case statementFile(key: String, format: String, LinkQuery = [:])
    case statementDifferences(key: String, LinkQuery = [:])
    case statementDecision(key: String, reference: String)
    case statementVerb(key: String, name: String)
    /// A framework's items. The key may also be the framework's id, so that a reference leads there.
    case framework(key: String, LinkQuery = [:])
    /// Two frameworks side by side (`from`, `to`), opened at two of their sections (`row`, `column`).
    case crosswalk(LinkQuery = [:])
    case crosswalkConflicts
    /// What is projected on a framework's items, narrowed by `word` and `q`.
    case projection(key: String, LinkQuery = [:])
    case projectedItem(key: String, UUID)
    case acceptProjection(UUID, key: String)
    case members
    case invite
    case endAccess
    /// A new one-time link for a member who lost their password.
    case resetLink
    /// A new one-time link for any account of the server.
    case resetAnyLink
    /// The organisations of this server, after the one that `after` names.
    case hosted(LinkQuery = [:])
    /// The server's queue of jobs, narrowed by `state`.
    case jobs(LinkQuery = [:])
    case retryJob
    case discardJob
    case tokens
    case revokeToken(UUID)
    case account
    case apiReference
    case ledger(LinkQuery = [:])
    /// Exports an audit pack.
    case pack
    /// What an entry of the ledger says, and its proof in plain words.
    case entry(Int)
    /// The proof as a file for programs.
    case entryProof(Int)
    /// The bytes of the entry.
    case entryLeaf(Int)
    /// Where a report is chosen.
    case reports(LinkQuery = [:])
    /// The report, to be shown or downloaded, of what `assessment`, `sections`, `asOf` and `format` name.
    case report(LinkQuery = [:])
    /// What carrying out a request for erasure would remove.
    case erasurePreview(UUID)
    case search(query: String = "")
    /// The saved views of a list: `type` names its plural, `query` what is to be saved.
    case views(LinkQuery = [:])
    case view(UUID)
    case undo
    /// A file of a record: `record` names it as `plural/id`.
    case file(sha256: String, LinkQuery = [:])
    case asset(name: String, LinkQuery = [:])
    /// Somebody's own imports, and the pages of one.
    case imports
    case newImport(LinkQuery = [:])
    case importJob(UUID, LinkQuery = [:])
    case importMapping(UUID)
    case importApply(UUID)
    case importDiscard(UUID)
    case importReport(UUID)
    /// Framework libraries: all, a new one, importing the file that was looked at, one, and its roll back.
    case libraries
    case newLibrary
    case applyLibrary
    case library(UUID)
    case rollBackLibrary(UUID, LinkQuery = [:])
    /// An empty table of a type: its headings.
    case importTemplate(String, LinkQuery = [:])
    /// The guided path from ISO/IEC 27001 to ISO/IEC 42001, with `step` and `row`; and its verbs.
    case path(LinkQuery = [:])
    case pathScope
    case pathConfirm
    case pathTasks
    // The screens of every record type.
    case list(String, LinkQuery = [:])
    case csv(String, LinkQuery = [:])
    case new(String, LinkQuery = [:])
    case record(String, UUID, LinkQuery = [:])
    case edit(String, UUID)
    case archive(String, UUID)
    case restore(String, UUID)
    case transition(String, UUID, name: String)
    case restoreValues(String, UUID)
    case bulk(String)

    /// A requirement's page.
    package static func requirement(_ id: UUID) -> Link { .record("requirements", id) }

    /// The page of a record of a type: a page of its own, where the type has one.
    package static func record(_ schema: AnySchema, _ id: UUID, _ query: LinkQuery = [:]) -> Link {
        schema.plural == Route.frameworks ? .framework(key: id.lowercased, query) : .record(schema.plural, id, query)
    }

    /// The patterns that the router matches, in the order in which an address is read back.
    package enum Route: String, Sendable, CaseIterable {
        case overview = "/"
        case signIn = "/sign-in"
        case signOut = "/sign-out"
        case theme = "/theme"
        case switchOrganisation = "/organisations/switch"
        case setUp = "/set-up/:secret"
        case invitation = "/welcome/:secret"
        case assessmentNow = "/assessment"
        case assessment = "/assessments/:id/rows"
        case assessmentChanges = "/assessments/:id/changes"
        case row = "/assessments/:id/rows/:key"
        case sections = "/assessments/:id/sections"
        case sectionStep = "/assessments/:id/sections/step"
        case nextAssessment = "/assessments/:id/next"
        case comparison = "/assessments/:id/comparison"
        case comparisonCSV = "/assessments/:id/comparison.csv"
        case implementationGroups = "/assessments/:id/groups"
        case answerRow = "/assessments/:id/rows/:key/answer"
        case gapsNow = "/gaps"
        case gaps = "/assessments/:id/gaps"
        case gapTasks = "/assessments/:id/gaps/tasks"
        case plan = "/plan"
        case controlLibrary = "/controls/library"
        case adoptControls = "/controls/library/adopt"
        case mergeControls = "/controls/library/merge"
        case acceptProjection = "/assessments/:id/rows/:key/accept"
        case crosswalk = "/crosswalk"
        case crosswalkConflicts = "/crosswalk/conflicts"
        case projection = "/frameworks/:key/projection"
        case projectedItem = "/frameworks/:key/projection/:id"
        case statements = "/statements"
        case statement = "/statements/:key"
        case statementPrint = "/statements/:key/print"
        case statementFile = "/statements/:key/files/:format"
        case statementDifferences = "/statements/:key/differences"
        case statementDecision = "/statements/:key/controls/:reference"
        case statementVerb = "/statements/:key/verbs/:name"
        case members = "/settings/members"
        case invite = "/settings/members/invite"
        case endAccess = "/settings/members/end"
        case resetLink = "/settings/members/reset"
        case resetAnyLink = "/settings/organisations/reset"
        case hosted = "/settings/organisations"
        case jobs = "/settings/jobs"
        case retryJob = "/settings/jobs/retry"
        case discardJob = "/settings/jobs/discard"
        case tokens = "/settings/tokens"
        case revokeToken = "/settings/tokens/:id/revoke"
        case account = "/settings/account"
        case apiReference = "/api"
        case ledger = "/ledger"
        case pack = "/ledger/pack"
        case entry = "/ledger/entries/:index"
        case entryProof = "/ledger/entries/:index/proof"
        case entryLeaf = "/ledger/entries/:index/leaf"
        case reports = "/reports"
        case report = "/reports/document"
        case erasurePreview = "/erasureRequests/:id/carry-out"
        case search = "/search"
        case views = "/views"
        case view = "/views/:id"
        case undo = "/undo"
        case file = "/files/:sha256"
        case asset = "/static/:name"
        case imports = "/imports"
        case newImport = "/imports/new"
        case importJob = "/imports/:id"
        case importMapping = "/imports/:id/mapping"
        case importApply = "/imports/:id/apply"
        case importDiscard = "/imports/:id/discard"
        case importReport = "/imports/:id/report.csv"
        case libraries = "/libraries"
        case newLibrary = "/libraries/new"
        case applyLibrary = "/libraries/apply"
        case library = "/libraries/:id"
        case rollBackLibrary = "/libraries/:id/roll-back"
        case importTemplate = "/imports/templates/:plural"
        case path = "/paths/iso27001-to-42001"
        case pathScope = "/paths/iso27001-to-42001/scope"
        case pathConfirm = "/paths/iso27001-to-42001/confirm"
        case pathTasks = "/paths/iso27001-to-42001/tasks"
        case csv = "/:plural.csv"
        case list = "/:plural"
        case new = "/:plural/new"
        case bulk = "/:plural/bulk"
        case edit = "/:plural/:id/edit"
        case archive = "/:plural/:id/archive"
        case restore = "/:plural/:id/restore"
        case transition = "/:plural/:id/transitions/:name"
        case restoreValues = "/:plural/:id/restore-values"
        case framework = "/frameworks/:key"
        case record = "/:plural/:id"

        package static let frameworks = "frameworks"
        /// The pattern of a screen of one record type.
        package func of(_ plural: String) -> String { rawValue.replacingOccurrences(of: ":plural", with: plural) }
    }

    package var route: Route { parts.route }

    /// The address: path and query, percent-encoded.
    package var href: String {
        let (route, parameters, query) = parts
        let segments = route.rawValue.split(separator: "/").map { segment -> String in
            guard segment.hasPrefix(":") else { return String(segment) }
            let name = segment.dropFirst().prefix { $0 != "." }
            let suffix = segment.dropFirst(name.count + 1)
            return LinkQuery.encoded(parameters[String(name)] ?? "") + suffix
        }
        return "/" + segments.joined(separator: "/") + query.string
    }

    private var parts: (route: Route, parameters: [String: String], query: LinkQuery) {
        switch self {
        case .overview: (.overview, [:], [:])
        case .signIn(let next): (.signIn, [:], ["next": next])
        case .signOut: (.signOut, [:], [:])
        case .theme: (.theme, [:], [:])
        case .switchOrganisation: (.switchOrganisation, [:], [:])
        case .setUp(let secret): (.setUp, ["secret": secret], [:])
        case .invitation(let secret): (.invitation, ["secret": secret], [:])
        case .assessmentNow: (.assessmentNow, [:], [:])
        case .assessment(let id, let query): (.assessment, ["id": id.lowercased], query)
        case .assessmentChanges(let id, let query): (.assessmentChanges, ["id": id.lowercased], query)
        case .row(let id, let key, let query): (.row, ["id": id.lowercased, "key": key], query)
        case .sections(let id, let query): (.sections, ["id": id.lowercased], query)
        case .sectionStep(let id): (.sectionStep, ["id": id.lowercased], [:])
        case .nextAssessment(let id): (.nextAssessment, ["id": id.lowercased], [:])
        case .comparison(let id, let query): (.comparison, ["id": id.lowercased], query)
        case .comparisonCSV(let id, let query): (.comparisonCSV, ["id": id.lowercased], query)
        case .implementationGroups(let id): (.implementationGroups, ["id": id.lowercased], [:])
        case .answerRow(let id, let key): (.answerRow, ["id": id.lowercased, "key": key], [:])
        case .gapsNow: (.gapsNow, [:], [:])
        case .gaps(let id, let query): (.gaps, ["id": id.lowercased], query)
        case .gapTasks(let id): (.gapTasks, ["id": id.lowercased], [:])
        case .plan(let query): (.plan, [:], query)
        case .controlLibrary(let query): (.controlLibrary, [:], query)
        case .adoptControls: (.adoptControls, [:], [:])
        case .mergeControls: (.mergeControls, [:], [:])
        case .statements: (.statements, [:], [:])
        case .statement(let key, let query): (.statement, ["key": key], query)
        case .statementPrint(let key, let query): (.statementPrint, ["key": key], query)
        case .statementFile(let key, let format, let query): (.statementFile, ["key": key, "format": format], query)
        case .statementDifferences(let key, let query): (.statementDifferences, ["key": key], query)
        case .statementDecision(let key, let reference):
            (.statementDecision, ["key": key, "reference": reference], [:])
        case .statementVerb(let key, let name): (.statementVerb, ["key": key, "name": name], [:])
        case .framework(let key, let query): (.framework, ["key": key], query)
        case .crosswalk(let query): (.crosswalk, [:], query)
        case .crosswalkConflicts: (.crosswalkConflicts, [:], [:])
        case .projection(let key, let query): (.projection, ["key": key], query)
        case .projectedItem(let key, let id): (.projectedItem, ["key": key, "id": id.lowercased], [:])
        case .acceptProjection(let id, let key): (.acceptProjection, ["id": id.lowercased, "key": key], [:])
        case .members: (.members, [:], [:])
        case .invite: (.invite, [:], [:])
        case .endAccess: (.endAccess, [:], [:])
        case .resetLink: (.resetLink, [:], [:])
        case .resetAnyLink: (.resetAnyLink, [:], [:])
        case .hosted(let query): (.hosted, [:], query)
        case .jobs(let query): (.jobs, [:], query)
        case .retryJob: (.retryJob, [:], [:])
        case .discardJob: (.discardJob, [:], [:])
        case .tokens: (.tokens, [:], [:])
        case .revokeToken(let id): (.revokeToken, ["id": id.lowercased], [:])
        case .account: (.account, [:], [:])
        case .apiReference: (.apiReference, [:], [:])
        case .ledger(let query): (.ledger, [:], query)
        case .pack: (.pack, [:], [:])
        case .entry(let index): (.entry, ["index": String(index)], [:])
        case .entryProof(let index): (.entryProof, ["index": String(index)], [:])
        case .entryLeaf(let index): (.entryLeaf, ["index": String(index)], [:])
        case .reports(let query): (.reports, [:], query)
        case .report(let query): (.report, [:], query)
        case .erasurePreview(let id): (.erasurePreview, ["id": id.lowercased], [:])
        case .search(let words): (.search, [:], ["q": words])
        case .views(let query): (.views, [:], query)
        case .view(let id): (.view, ["id": id.lowercased], [:])
        case .undo: (.undo, [:], [:])
        case .file(let sha256, let query): (.file, ["sha256": sha256], query)
        case .asset(let name, let query): (.asset, ["name": name], query)
        case .imports: (.imports, [:], [:])
        case .newImport(let query): (.newImport, [:], query)
        case .importJob(let id, let query): (.importJob, ["id": id.lowercased], query)
        case .importMapping(let id): (.importMapping, ["id": id.lowercased], [:])
        case .importApply(let id): (.importApply, ["id": id.lowercased], [:])
        case .importDiscard(let id): (.importDiscard, ["id": id.lowercased], [:])
        case .importReport(let id): (.importReport, ["id": id.lowercased], [:])
        case .libraries: (.libraries, [:], [:])
        case .newLibrary: (.newLibrary, [:], [:])
        case .applyLibrary: (.applyLibrary, [:], [:])
        case .library(let id): (.library, ["id": id.lowercased], [:])
        case .rollBackLibrary(let id, let query): (.rollBackLibrary, ["id": id.lowercased], query)
        case .importTemplate(let plural, let query): (.importTemplate, ["plural": plural], query)
        case .path(let query): (.path, [:], query)
        case .pathScope: (.pathScope, [:], [:])
        case .pathConfirm: (.pathConfirm, [:], [:])
        case .pathTasks: (.pathTasks, [:], [:])
        case .list(let plural, let query): (.list, ["plural": plural], query)
        case .csv(let plural, let query): (.csv, ["plural": plural], query)
        case .new(let plural, let query): (.new, ["plural": plural], query)
        case .record(let plural, let id, let query): (.record, ["plural": plural, "id": id.lowercased], query)
        case .edit(let plural, let id): (.edit, ["plural": plural, "id": id.lowercased], [:])
        case .archive(let plural, let id): (.archive, ["plural": plural, "id": id.lowercased], [:])
        case .restore(let plural, let id): (.restore, ["plural": plural, "id": id.lowercased], [:])
        case .transition(let plural, let id, let name):
            (.transition, ["plural": plural, "id": id.lowercased, "name": name], [:])
        case .restoreValues(let plural, let id): (.restoreValues, ["plural": plural, "id": id.lowercased], [:])
        case .bulk(let plural): (.bulk, ["plural": plural], [:])
        }
    }
}

// MARK: Reading an address back

extension Link {
    /// - Parameter href: A path with its query.
    /// - Returns: `nil` if no route has it.
    package init?(_ href: String) {
        let halves = href.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard href.hasPrefix("/"), let query = LinkQuery(halves.count > 1 ? String(halves[1]) : "") else { return nil }
        let segments = halves[0].split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for route in Route.allCases {
            guard let values = Self.match(route, segments.map(String.init)), let link = Self(route, values, query)
            else { continue }
            self = link
            return
        }
        return nil
    }

    private static func match(_ route: Route, _ segments: [String]) -> [String: String]? {
        let pattern = route.rawValue.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard pattern.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (part, segment) in zip(pattern, segments) {
            guard part.hasPrefix(":") else {
                if part == segment { continue }
                return nil
            }
            let name = part.dropFirst().prefix { $0 != "." }
            let suffix = part.dropFirst(name.count + 1)
            guard segment.hasSuffix(suffix),
                let value = String(segment.dropLast(suffix.count)).removingPercentEncoding, !value.isEmpty
            else { return nil }
            values[String(name)] = value
        }
        return values
    }

    private init?(_ route: Route, _ values: [String: String], _ query: LinkQuery) {
        func value(_ name: String) -> String { values[name] ?? "" }
        let plural = value("plural")
        // A route without an id has the blank one; one whose id is no UUID is no address.
        guard let id = values["id"].map({ UUID(uuidString: $0) }) ?? .unset,
            let index = values["index"].map({ Int($0) }) ?? 0, index >= 0
        else { return nil }
        switch route {
        case .overview: self = .overview
        case .signIn: self = .signIn(next: query["next"])
        case .signOut: self = .signOut
        case .theme: self = .theme
        case .switchOrganisation: self = .switchOrganisation
        case .setUp: self = .setUp(secret: value("secret"))
        case .invitation: self = .invitation(secret: value("secret"))
        case .assessmentNow: self = .assessmentNow
        case .assessment: self = .assessment(id, query)
        case .assessmentChanges: self = .assessmentChanges(id, query)
        case .row: self = .row(id, key: value("key"), query)
        case .sections: self = .sections(id, query)
        case .sectionStep: self = .sectionStep(id)
        case .nextAssessment: self = .nextAssessment(id)
        case .comparison: self = .comparison(id, query)
        case .comparisonCSV: self = .comparisonCSV(id, query)
        case .implementationGroups: self = .implementationGroups(id)
        case .answerRow: self = .answerRow(id, key: value("key"))
        case .gapsNow: self = .gapsNow
        case .gaps: self = .gaps(id, query)
        case .gapTasks: self = .gapTasks(id)
        case .plan: self = .plan(query)
        case .controlLibrary: self = .controlLibrary(query)
        case .adoptControls: self = .adoptControls
        case .mergeControls: self = .mergeControls
        case .statements: self = .statements
        case .statement: self = .statement(key: value("key"), query)
        case .statementPrint: self = .statementPrint(key: value("key"), query)
        case .statementFile: self = .statementFile(key: value("key"), format: value("format"), query)
        case .statementDifferences: self = .statementDifferences(key: value("key"), query)
        case .statementDecision: self = .statementDecision(key: value("key"), reference: value("reference"))
        case .statementVerb: self = .statementVerb(key: value("key"), name: value("name"))
        case .framework: self = .framework(key: value("key"), query)
        case .crosswalk: self = .crosswalk(query)
        case .crosswalkConflicts: self = .crosswalkConflicts
        case .projection: self = .projection(key: value("key"), query)
        case .projectedItem: self = .projectedItem(key: value("key"), id)
        case .acceptProjection: self = .acceptProjection(id, key: value("key"))
        case .members: self = .members
        case .invite: self = .invite
        case .endAccess: self = .endAccess
        case .resetLink: self = .resetLink
        case .resetAnyLink: self = .resetAnyLink
        case .hosted: self = .hosted(query)
        case .jobs: self = .jobs(query)
        case .retryJob: self = .retryJob
        case .discardJob: self = .discardJob
        case .tokens: self = .tokens
        case .revokeToken: self = .revokeToken(id)
        case .account: self = .account
        case .apiReference: self = .apiReference
        case .ledger: self = .ledger(query)
        case .pack: self = .pack
        case .entry: self = .entry(index)
        case .entryProof: self = .entryProof(index)
        case .entryLeaf: self = .entryLeaf(index)
        case .reports: self = .reports(query)
        case .report: self = .report(query)
        case .erasurePreview: self = .erasurePreview(id)
        case .search: self = .search(query: query["q"] ?? "")
        case .views: self = .views(query)
        case .view: self = .view(id)
        case .undo: self = .undo
        case .file: self = .file(sha256: value("sha256"), query)
        case .asset: self = .asset(name: value("name"), query)
        case .imports: self = .imports
        case .newImport: self = .newImport(query)
        case .importJob: self = .importJob(id, query)
        case .importMapping: self = .importMapping(id)
        case .importApply: self = .importApply(id)
        case .importDiscard: self = .importDiscard(id)
        case .importReport: self = .importReport(id)
        case .libraries: self = .libraries
        case .newLibrary: self = .newLibrary
        case .applyLibrary: self = .applyLibrary
        case .library: self = .library(id)
        case .rollBackLibrary: self = .rollBackLibrary(id, query)
        case .importTemplate: self = .importTemplate(plural, query)
        case .path: self = .path(query)
        case .pathScope: self = .pathScope
        case .pathConfirm: self = .pathConfirm
        case .pathTasks: self = .pathTasks
        case .list: self = .list(plural, query)
        case .csv: self = .csv(plural, query)
        case .new: self = .new(plural, query)
        case .edit: self = .edit(plural, id)
        case .archive: self = .archive(plural, id)
        case .restore: self = .restore(plural, id)
        case .transition: self = .transition(plural, id, name: value("name"))
        case .restoreValues: self = .restoreValues(plural, id)
        case .bulk: self = .bulk(plural)
        case .record: self = .record(plural, id, query)
        }
    }
}

/// The parameters behind the question mark, in their order; several may have one name. What is empty is left out.
package struct LinkQuery: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    package struct Item: Sendable, Hashable {
        package let name: String
        package let value: String
    }
    package private(set) var items: [Item] = []

    package init(dictionaryLiteral elements: (String, String?)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// Reads what stands behind the question mark, as browsers send forms.
    /// - Returns: `nil` if it is not percent-encoded.
    package init?(_ text: String) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { $0.replacingOccurrences(of: "+", with: " ").removingPercentEncoding }
            guard let name = decoded[0], let value = decoded.count > 1 ? decoded[1] : "" else { return nil }
            add(name, value)
        }
    }

    /// The first value of a name.
    package subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }
    package func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    package mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { items.append(Item(name: name, value: value)) }
    }
    package func without(_ names: String...) -> LinkQuery {
        var query = self
        query.items.removeAll { names.contains($0.name) }
        return query
    }
    /// The same with one value for a name, at the end; `nil` takes it away.
    package func with(_ name: String, _ value: String?) -> LinkQuery {
        var query = without(name)
        query.add(name, value)
        return query
    }

    /// With its question mark; empty for nothing.
    package var string: String {
        guard !items.isEmpty else { return "" }
        return "?" + items.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
    /// RFC 3986, 2.3, in ASCII alone.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
