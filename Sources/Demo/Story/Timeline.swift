// When things happen: events are collected by day, then spread over its working hours in the order in which they were
// added.
import RecordKit

/// The events of a story in the order of time.
struct Timeline: Sendable {
    typealias Act = @Sendable (StoryWriter) async throws -> Void
    private struct Event: Sendable {
        let day: Day
        let order: Int
        let act: Act
    }
    private static let workdayBeginsSeconds = 7 * 3600
    private static let workdaySeconds = 9 * 3600 + 1800
    private var events: [Event] = []
    private let today: Day

    init(today: Day) { self.today = today }

    /// The day an offset stands for; what would fall on a weekend happens on the Friday before.
    static func workday(_ offset: Int, before today: Day) -> Day {
        let day = today.adding(days: offset)
        // 1970-01-01 was a Thursday.
        let weekday = ((day.daysSince1970 + 3) % 7 + 7) % 7
        return weekday < 5 ? day : day.adding(days: 4 - weekday)
    }

    mutating func add(_ offset: Int, _ act: @escaping Act) {
        precondition(offset < 0, "the story ends the day before the demo")
        events.append(Event(day: Self.workday(offset, before: today), order: events.count, act: act))
    }

    /// Every event with its time, UTC.
    func scheduled(_ numbers: SeededNumbers) -> [(at: Instant, act: Act)] {
        let sorted = events.sorted { ($0.day, $0.order) < ($1.day, $1.order) }
        var result: [(at: Instant, act: Act)] = []
        var start = 0
        while start < sorted.count {
            let day = sorted[start].day
            let end = sorted[start...].firstIndex { $0.day != day } ?? sorted.count
            let seconds = sorted[start..<end].map { _ in numbers.below(Self.workdaySeconds) }.sorted()
            for (event, second) in zip(sorted[start..<end], seconds) {
                let midnight = Int64(day.daysSince1970) * 86_400_000
                let time = midnight + Int64(Self.workdayBeginsSeconds + second) * 1000
                result.append((Instant(millisecondsSince1970: time), event.act))
            }
            start = end
        }
        return result
    }
}
