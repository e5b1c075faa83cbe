// `concord detect`: rules held against the logs of the systems that hold the data. It needs files, and no server.
import Access
import ArgumentParser
import Detection
import Foundation
import RecordKit
import Synchronization
import Terminal

/// The rules that a run has now, which a signal may change.
private final class RulesInUse: Sendable {
    private let current: Mutex<RuleSet>
    init(_ rules: RuleSet) { current = Mutex(rules) }
    var rules: RuleSet {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Finds breaches and access outside the grants in logs, by Sigma rules.",
        subcommands: [Run.self, Check.self, Test.self, Explain.self, Convert.self, Networks.self])

    enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson, ocsf, table, html }

    /// The options of every subcommand that loads rules.
    struct RuleOptions: ParsableArguments {
        @Option(
            parsing: .upToNextOption,
            help: "Files and folders of Sigma rules; without it the rules that come with Concord.")
        var rules: [String] = []
        @Option(help: "A YAML file with values for placeholders: a name, and a value or a list of values.")
        var placeholders: String?

        func load() throws -> RuleSet {
            do {
                var values: [String: [String]] = [:]
                if let placeholders {
                    values = try RuleSet.placeholders(try DetectCommand.text(placeholders), file: placeholders)
                }
                return rules.isEmpty
                    ? try RuleSet.builtIn(placeholders: values) : try RuleSet(paths: rules, placeholders: values)
            } catch let error as UnreadableFile {
                throw CommandError.badInput(error.description)
            }
        }
    }

    static func text(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError.badInput("\(path) cannot be read.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    static func profiles() throws -> SourceProfiles {
        do { return try SourceProfiles.builtIn() } catch let error as UnreadableFile {
            throw CommandError.badInput(error.description)
        }
    }

    /// The files that are named, and those in the folders that are, in the order of their names.
    static func files(_ events: [String]) throws -> [String] {
        guard !events.isEmpty else { throw ValidationError("--events is missing.") }
        var paths: [String] = []
        for path in events {
            var isFolder: ObjCBool = false
            guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                isFolder.boolValue
            else {
                paths.append(path)
                continue
            }
            let found = FileManager.default.enumerator(atPath: path)
            var names: [String] = []
            for case let name as String in found ?? FileManager.DirectoryEnumerator() {
                let inner = path + "/" + name
                if FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder), !isFolder.boolValue {
                    names.append(inner)
                }
            }
            paths += names.sorted()
        }
        return paths
    }

    /// - Parameter source: The value of `--source`, which must name one of them.
    static func profiles(with source: String?) throws -> SourceProfiles {
        let profiles = try profiles()
        if let source, profiles[source] == nil {
            throw ValidationError(
                "--source: there is no profile \(source); there are "
                    + profiles.all.map(\.name).joined(separator: ", ") + ".")
        }
        return profiles
    }

    static func networks(_ path: String, learnsForEver: Bool = false) throws -> NetworkWatch {
        do {
            return try NetworkWatch(text: try text(path), file: path, learnsForEver: learnsForEver)
        } catch let error as UnreadableFile {
            throw CommandError.badInput(error.description)
        }
    }

    static func controls() throws -> ControlMapping {
        do { return try ControlMapping.builtIn() } catch let error as UnreadableFile {
            throw CommandError.badInput(error.description)
        }
    }

    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Holds rules against events.",
            discussion: """
                Events are lines of JSON, arrays or laid-out JSON, records of auditd or syslog, plain or gzip; “-” is \
                standard input. Lines that are no events are told on standard error and counted; the rest goes on.
                With standard input, SIGHUP reads the rules again: they hold from the next events on, and correlations that \
                stay as they are go on.
                Exit status: 0 no match, 1 matches, 2 bad input.
                """)
        @OptionGroup var ruleOptions: RuleOptions
        @Option(parsing: .upToNextOption, help: "Files and folders of events, or - for standard input.")
        var events: [String] = []
        @Option(help: "The profile of the events, such as aws-cloudtrail, instead of recognising it.")
        var source: String?
        @Option(name: .customLong("logsource"), help: "The log source of all events, as product/category/service.")
        var logSource: String?
        @Option(help: "Where the event stands in what a collector wrote around it.") var eventPath: String?
        @Option(name: .customLong("logsource-path"), help: "Where its log sources stand, as product/category/service.")
        var logSourcePath: String?
        @Option(help: "Where its time stands.") var timePath: String?
        @Option(help: "A YAML file: for fields of rules the paths in events.") var mapping: String?
        @Option(help: "A YAML file with the declared access; access outside of it is a violation.") var grants: String?
        @Option(help: "A YAML file that says whose networks are learned; an account from another one is a finding.")
        var networks: String?
        @Option(help: "A YAML file of findings not to be told, each with owner, reason and end.") var silences: String?
        @Option(name: .customLong("silent-after"), help: "A source without events for longer is a finding, such as 2h.")
        var silentAfter: String?
        @Flag(help: "Watches how much each actor takes from each object, hour by hour.") var volume = false
        @Option(help: "How long events may come late for correlations, such as 10m; without it all are put in order.")
        var lateness: String?
        @Option(
            help: """
                Which findings are one, by rule, actor and object: none, all, or those with no more than a time between \
                them, such as 1h. Without it all for table and html, none for ndjson and ocsf.
                """)
        var group: String?
        @Option(help: "How to print: ndjson, ocsf, table or html.") var format = Format.ndjson

        func run() throws {
            let options = try detectionOptions()
            let rules = try ruleOptions.load()
            let profiles = try DetectCommand.profiles(with: source)
            for rule in rules.refused {
                write("\(rule.location): \(rule.title ?? rule.id ?? "rule") not used: \(rule.problem)")
            }
            let output = Output()
            var printer = FindingPrinter(
                format: format, output: output, now: options.now ?? 0, grouping: try grouping())
            var declared: DeclaredAccess?
            if let grants {
                do { declared = try DeclaredAccess(text: try DetectCommand.text(grants), file: grants) } catch let error
                    as UnreadableFile
                { throw CommandError.badInput(error.description) }
            }
            var silenced = Silences()
            if let silences {
                do { silenced = try Silences(text: try DetectCommand.text(silences), file: silences) } catch let error
                    as UnreadableFile
                { throw CommandError.badInput(error.description) }
                for silence in silenced.ended(now: options.now ?? 0) {
                    write("\(silences):\(silence.line): the silence of \(silence.rule) by \(silence.owner) has ended")
                }
            }
            let run = DetectionRun(
                rules: rules, profiles: profiles, options: options, declared: declared, silences: silenced,
                controls: try DetectCommand.controls(), networks: try networks.map { try DetectCommand.networks($0) })
            run.told = { try output.flush() }
            let used = RulesInUse(rules)
            // Of files there is an end; there a terminal that goes away ends the command, as ever.
            let hangUp = events.contains("-") ? readingAgain(used, run.next) : nil
            defer { hangUp?.cancel() }
            do {
                try run.run(
                    paths: try DetectCommand.files(events), finding: { try printer.print($0) },
                    problem: { write($0.description) })
            } catch let error as UnreadableFile {
                try output.flush()
                throw CommandError.badInput(error.description)
            }
            try printer.finish(run.counts, rules: used.rules)
            try output.flush()
            tell(run.counts)
            if let left = run.networks?.givenUp, left > 0 {
                write("\(left) accounts whose networks are not watched: too many accounts, or too many networks.")
            }
            if run.counts.events == 0, run.counts.broken > 0 { throw ExitStatus.badInput }
            if printer.count > 0 { throw ExitStatus.no }
        }

        /// Reads the rules again at each hang-up signal, as services do. What cannot be read changes nothing.
        private func readingAgain(_ used: RulesInUse, _ next: NextRules) -> any DispatchSourceSignal {
            signal(SIGHUP, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
            source.setEventHandler { [ruleOptions] in
                do {
                    let rules = try ruleOptions.load()
                    for rule in rules.refused {
                        write("\(rule.location): \(rule.title ?? rule.id ?? "rule") not used: \(rule.problem)")
                    }
                    used.rules = rules
                    next.put(rules)
                    write("The rules were read again: \(rules.rules.count + rules.correlations.count) are used.")
                } catch { write("The rules stay as they are: \(error)") }
            }
            source.resume()
            return source
        }

        private func grouping() throws -> Grouping {
            switch group {
            case nil: return format == .table || format == .html ? .within(nil) : .none
            case "none": return .none
            case "all": return .within(nil)
            case let text?:
                guard let span = DetectionOptions.span(text), span > 0 else {
                    throw ValidationError("--group must be none, all, or a number and one of s, m, h, d.")
                }
                return .within(span)
            }
        }

        private func detectionOptions() throws -> DetectionOptions {
            var options = DetectionOptions()
            options.source = source
            if let logSource {
                guard let label = LogSource(label: logSource) else {
                    throw ValidationError("--logsource must be product/category/service, with - for what is absent.")
                }
                options.logSource = label
            }
            options.eventPath = eventPath
            options.logSourcePath = logSourcePath
            options.timePath = timePath
            options.keepsEvents = format == .html
            options.watchesVolume = volume
            options.now = Clock.system.now().millisecondsSince1970
            if let silentAfter {
                guard let span = DetectionOptions.span(silentAfter), span > 0 else {
                    throw ValidationError("--silent-after must be a number and one of s, m, h, d.")
                }
                options.silentAfter = span
            }
            if let mapping {
                do {
                    options.mapping = try RuleSet.placeholders(try DetectCommand.text(mapping), file: mapping)
                } catch let error as UnreadableFile {
                    throw CommandError.badInput(error.description)
                }
            }
            if let lateness {
                guard let span = DetectionOptions.span(lateness) else {
                    throw ValidationError("--lateness must be a number and one of s, m, h, d.")
                }
                options.lateness = span
            }
            return options
        }

        /// What was left out, so that nothing is left out silently.
        private func tell(_ counts: DetectionCounts) {
            let parts = [
                (counts.broken, "lines that are no events"), (counts.repaired, "events that were not UTF-8"),
                (counts.unrecognised, "events of an unknown source, which no rule saw"),
                (counts.withoutTime, "matches without a time"), (counts.inFuture, "matches in the future"),
                (counts.late, "signals too late for correlations"),
                (counts.passed, "checks of scanners that passed"),
                (counts.closed, "findings of scanners that are closed"),
                (counts.silenced, "findings silenced"),
                (counts.groupsGivenUp, "groups of correlations given up"),
                (counts.signalsGivenUp, "signals left out of windows that were too full"),
            ]
            let told = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            write("\(counts.events) events" + (told.isEmpty ? "." : "; " + told.joined(separator: "; ") + "."))
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says for each rule whether it can be used, and why not.",
            discussion: "Exit status: 0 all can be used or wait for placeholders, 1 some are refused, 2 bad input.")
        @OptionGroup var ruleOptions: RuleOptions

        func run() throws {
            let rules = try ruleOptions.load()
            let output = Output()
            var lines: [(SourceLocation, String)] = []
            for header in rules.rules.map(\.header) + rules.correlations.map(\.header) + rules.filters.map(\.header) {
                lines.append((header.source, "\(header.source): runnable: \(header.title)"))
            }
            var waiting = 0
            for rule in rules.refused {
                let title = rule.title ?? rule.id ?? "rule"
                if case .waitingForPlaceholders = rule.problem {
                    waiting += 1
                    lines.append(
                        (rule.location, "\(rule.location): waiting for a placeholder: \(title): \(rule.problem)"))
                } else {
                    lines.append((rule.location, "\(rule.location): refused: \(title): \(rule.problem)"))
                }
            }
            lines.sort { ($0.0.file, $0.0.line) < ($1.0.file, $1.0.line) }
            for (_, line) in lines { try output.line(line) }
            let refused = rules.refused.count - waiting
            try output.line("\(rules.count - rules.refused.count) runnable, \(waiting) waiting, \(refused) refused")
            try output.flush()
            if refused > 0 { throw ExitStatus.no }
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs the examples that stand with rules.",
            discussion: "Exit status: 0 every example came out as it says, 1 some did not, 2 bad input.")
        @Argument(help: "Files and folders of rules; without it those that come with Concord.") var rules: [String] = []

        func run() throws {
            do {
                let set =
                    rules.isEmpty
                    ? try RuleSet.builtIn(forExamples: true) : try RuleSet(paths: rules, forExamples: true)
                let results = try RuleExamples.run(set, profiles: try DetectCommand.profiles())
                let output = Output()
                for rule in set.refused { try output.line("\(rule.location): refused: \(rule.problem)") }
                for result in results where !result.isGood {
                    let what = result.problem ?? (result.matched ? "matches, and must not" : "does not match, and must")
                    try output.line(
                        "\(result.rule.source.file):\(result.example.line): \(result.rule.title): the example \(what)")
                }
                let bad = results.filter { !$0.isGood }.count
                try output.line("\(results.count) examples, \(results.count - bad) good, \(bad) not")
                try output.flush()
                if bad > 0 || !set.refused.isEmpty { throw ExitStatus.no }
            } catch let error as UnreadableFile {
                throw CommandError.badInput(error.description)
            }
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows which parts of a rule hold for an event and which do not.",
            discussion: "Exit status: 0 the rule does not match, 1 it matches, 2 bad input.")
        @Argument(help: "The file of the rule.") var rule: String
        @Argument(help: "A file with one event, or - for standard input.") var event: String

        func run() throws {
            do {
                let set = try RuleSet(paths: [rule])
                if let refused = set.refused.first {
                    throw CommandError.badInput("\(refused.location): \(refused.problem)")
                }
                let json =
                    event == "-"
                    ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
                    : try DetectCommand.text(event)
                let output = Output()
                var matched = false
                for rule in set.rules {
                    let lines = try Explanation.lines(
                        rule, event: json, profiles: try DetectCommand.profiles(),
                        now: Clock.system.now().millisecondsSince1970)
                    for line in lines { try output.line(line) }
                    matched = matched || lines.last == "the rule matches"
                }
                if set.rules.isEmpty { throw CommandError.badInput("\(rule) has no rule of one event.") }
                try output.flush()
                if matched { throw ExitStatus.no }
            } catch let error as UnreadableFile {
                throw CommandError.badInput(error.description)
            } catch let error as JSONProblem {
                throw CommandError.badInput("\(event): \(error)")
            }
        }
    }
}

extension DetectCommand {
    struct Convert: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints events of any source as OCSF events, one a line.",
            discussion: """
                Classes are Account Change, Authentication, API Activity and Datastore Activity of OCSF 1.5; times are in \
                milliseconds. The event itself stands whole under “unmapped”.
                Exit status: 0 all were converted, 1 some have no profile, 2 bad input.
                """)
        @Option(parsing: .upToNextOption, help: "Files and folders of events, or - for standard input.")
        var events: [String] = []
        @Option(help: "The profile of the events, such as aws-cloudtrail, instead of recognising it.")
        var source: String?
        @Option(help: "Where the event stands in what a collector wrote around it.") var eventPath: String?
        @Option(help: "Where its time stands.") var timePath: String?

        func run() throws {
            let profiles = try DetectCommand.profiles(with: source)
            var options = DetectionOptions()
            options.source = source
            options.eventPath = eventPath
            options.timePath = timePath
            options.now = Clock.system.now().millisecondsSince1970
            options.converts = true
            let output = Output()
            let run = DetectionRun(rules: RuleSet(), profiles: profiles, options: options)
            run.converted = { try output.line($0) }
            do {
                try run.run(
                    paths: try DetectCommand.files(events), finding: { _ in }, problem: { write($0.description) })
            } catch let error as UnreadableFile {
                try output.flush()
                throw CommandError.badInput(error.description)
            }
            try output.flush()
            let counts = run.counts
            write(
                "\(counts.events) events; \(counts.notConverted) without a profile; \(counts.broken) lines that are no events."
            )
            if counts.events == 0, counts.broken > 0 { throw ExitStatus.badInput }
            if counts.notConverted > 0 { throw ExitStatus.no }
        }
    }
}

extension DetectCommand {
    struct Networks: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints from which networks accounts come, as what is known of them.",
            discussion: """
                What is printed is the file of --networks with all that the events show under “known”. Whoever keeps it has \
                looked at it, and says so.
                Exit status: 0, or 2 for bad input.
                """)
        @Option(help: "The YAML file that says whose networks are learned.") var networks: String
        @Option(parsing: .upToNextOption, help: "Files and folders of events, or - for standard input.")
        var events: [String] = []
        @Option(help: "The profile of the events, such as aws-cloudtrail, instead of recognising it.")
        var source: String?

        func run() throws {
            let profiles = try DetectCommand.profiles(with: source)
            var options = DetectionOptions()
            options.source = source
            let run = DetectionRun(
                rules: RuleSet(), profiles: profiles, options: options,
                networks: try DetectCommand.networks(networks, learnsForEver: true))
            let output = Output()
            do {
                try run.run(
                    paths: try DetectCommand.files(events), finding: { _ in }, problem: { write($0.description) })
            } catch let error as UnreadableFile {
                throw CommandError.badInput(error.description)
            }
            for line in run.networks?.file ?? [] { try output.line(line) }
            try output.flush()
            if run.counts.events == 0, run.counts.broken > 0 { throw ExitStatus.badInput }
        }
    }
}

/// Which findings are told as one.
private enum Grouping: Equatable {
    case none
    /// Those with the same key and no more milliseconds between them; `nil` has no end.
    case within(Int64?)
}

/// Prints findings in one of the formats.
private struct FindingPrinter {
    let format: DetectCommand.Format
    let output: Output
    let now: Int64
    private(set) var count = 0
    private var groups: FindingGroups?
    /// Only what a report needs is kept, and only for one.
    private var table: TextTable
    private var report: HTMLReport

    init(format: DetectCommand.Format, output: Output, now: Int64, grouping: Grouping) {
        self.format = format
        self.now = now
        self.output = output
        switch grouping {
        case .none:
            table = TextTable(["time", "level", "rule", "actor", "object", "controls", "where"])
            report = HTMLReport(groups: nil)
        case .within(let span):
            // A report groups by itself.
            groups = format == .html ? nil : FindingGroups(span: span)
            table = TextTable(["first", "last", "count", "level", "rule", "actor", "object", "controls", "where"])
            report = HTMLReport(groups: FindingGroups(span: span))
        }
    }

    mutating func print(_ finding: Finding) throws {
        count += 1
        if groups != nil {
            for group in groups?.take(finding) ?? [] { try print(group) }
            return
        }
        switch format {
        case .ndjson: try output.line(finding.line)
        case .ocsf: try output.line(finding.ocsf(now: now))
        case .table: table.append([finding.timeText] + cells(finding))
        case .html: report.add(finding)
        }
    }

    private mutating func print(_ group: FindingGroup) throws {
        switch format {
        case .ndjson: try output.line(group.line)
        case .ocsf: try output.line(group.ocsf(now: now))
        case .table:
            table.append([group.firstText, group.lastText, String(group.count)] + cells(group.finding))
        case .html: return
        }
    }

    private func cells(_ finding: Finding) -> [String] {
        [
            finding.rule.level.rawValue, finding.message ?? finding.rule.title,
            finding.roles.actor ?? finding.group.compactMap(\.value).joined(separator: " "),
            finding.roles.object ?? "", finding.rule.controls.joined(separator: " "),
            "\(finding.event.file):\(finding.event.line)",
        ]
    }

    mutating func finish(_ counts: DetectionCounts, rules: RuleSet) throws {
        for group in groups?.finish() ?? [] { try print(group) }
        if let alone = groups?.alone, alone > 0 { write("\(alone) findings not grouped: too many different ones.") }
        switch format {
        case .ndjson, .ocsf: return
        case .table:
            if table.isEmpty { try output.line("No match.") } else { try output.table(table) }
        case .html: try output.line(report.page(counts: counts, rules: rules))
        }
    }
}
