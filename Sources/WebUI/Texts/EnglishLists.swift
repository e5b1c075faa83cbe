// The English texts of ranges of days in lists, and of what leads to narrowed lists.
package import RecordKit

extension Text {
    package static let allOverdueTasks = Text("All overdue tasks")
    package static let allEndingEvidence = Text("All evidence that is running out")
    package static let notAnsweredYet = Text("Not answered yet")

    package static func fromDay(_ label: String) -> Text { Text("\(label), from") }
    package static func toDay(_ label: String) -> Text { Text("\(label), to") }
    package static func daysFromTo(_ first: Day?, _ last: Day?) -> Text {
        switch (first, last) {
        case (let first?, let last?): Text("\(dayOf(first).string) to \(dayOf(last).string)")
        case (let first?, nil): Text("from \(dayOf(first).string)")
        case (nil, let last?): Text("until \(dayOf(last).string)")
        case (nil, nil): Text("")
        }
    }
}
