// What a run is told: where events stand in what a collector wrote, for which log source they are, and limits.

/// How events are read and what is made of them.
public struct DetectionOptions: Sendable {
    /// The profile to use instead of recognising one.
    public var source: String?
    /// The log source of every event, instead of what the event or its profile says.
    public var logSource: LogSource?
    /// Where the event stands in a wrapped one.
    public var eventPath: String?
    /// Where the log sources stand in a wrapped event, as `product/category/service`.
    public var logSourcePath: String?
    /// Where the time stands; in a wrapped event beside it.
    public var timePath: String?
    /// Where the id stands in a wrapped event.
    public var idPath = "id"
    /// For a field of rules the paths in events.
    public var mapping: [String: [String]] = [:]
    /// Milliseconds that events may come late for correlations; `nil` puts all in order, up to 200,000 that wait.
    public var lateness: Int64?
    /// The moment of the run, in milliseconds since 1970: times more than a day later are counted, and not believed
    /// where events may only be late for a time. `nil` believes all.
    public var now: Int64?
    /// Milliseconds without an event after which a source is silent; `nil` does not watch.
    public var silentAfter: Int64?
    /// Whether the hourly volume of each actor and object is watched.
    public var watchesVolume = false
    /// Whether findings carry their event.
    public var keepsEvents = false
    /// Whether events are handed on in OCSF.
    public var converts = false
    /// How many workers read events.
    public var workers = 2

    /// Everything as it comes.
    public init() {}
}

/// What a run has seen, so that nothing is left out silently.
public struct DetectionCounts: Sendable, Equatable {
    /// Events read.
    public var events = 0
    /// Events for which no log source is known: no rule was held against them.
    public var unrecognised = 0
    /// Events whose time is missing or cannot be read; correlations take the newest time before them.
    public var withoutTime = 0
    /// Events whose time lies more than a day in the future.
    public var inFuture = 0
    /// Lines that are no events.
    public var broken = 0
    /// Events whose text was not UTF-8; what was wrong in it was replaced.
    public var repaired = 0
    /// Signals that came too late for correlations.
    public var late = 0
    /// Groups of correlations that were given up because there were too many.
    public var groupsGivenUp = 0
    /// Signals left out of sums, averages and percentiles because a window had too many.
    public var signalsGivenUp = 0
    /// Events that no profile can bring into OCSF.
    public var notConverted = 0
    /// Checks of scanners that passed.
    public var passed = 0
    /// Findings of scanners that are suppressed, resolved or closed.
    public var closed = 0
    /// Findings that a silence holds back.
    public var silenced = 0

    /// Nothing seen.
    public init() {}

    static func += (left: inout DetectionCounts, right: DetectionCounts) {
        left.events += right.events
        left.unrecognised += right.unrecognised
        left.withoutTime += right.withoutTime
        left.inFuture += right.inFuture
        left.broken += right.broken
        left.repaired += right.repaired
        left.late += right.late
        left.groupsGivenUp += right.groupsGivenUp
        left.signalsGivenUp += right.signalsGivenUp
        left.notConverted += right.notConverted
        left.passed += right.passed
        left.closed += right.closed
        left.silenced += right.silenced
    }
}
