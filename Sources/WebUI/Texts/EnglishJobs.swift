// The English texts of the server's queue of jobs.
package import Storage

extension Text {
    package static let settingsJobs = Text("Jobs")
    package static let jobsLead = Text(
        "What the server does after changes and by the clock. A job that fails is tried again, later each time, and gives up after twelve attempts."
    )
    package static let jobsWaiting = Text("Waiting")
    package static let jobsRunning = Text("Running")
    package static let jobsDead = Text("Given up")
    package static let jobKind = Text("Job")
    package static let jobOfServer = Text("The server")
    package static let jobDue = Text("Due")
    package static let jobAttempts = Text("Attempts")
    package static let jobFailure = Text("Last failure")
    package static let jobNoFailure = Text("None")
    package static let jobRetry = Text("Try again now")
    package static let jobDiscard = Text("Take out")
    package static let jobRetried = Text("The job is tried again")
    package static let jobRetriedWords = Text("It runs within seconds, if a worker is free.")
    package static let jobDiscarded = Text("The job is out of the queue")
    package static let jobDiscardedWords = Text("The server’s ledger tells that you took it out.")
    package static let noJobs = Text("No jobs here")
    package static func noJobsWords(_ state: Job.State) -> Text {
        switch state {
        case .waiting: Text("Nothing waits to be done.")
        case .running: Text("Nothing is being done at this moment.")
        case .dead: Text("No job has given up.")
        }
    }
    package static func jobState(_ state: Job.State, _ count: Int) -> Text {
        let word =
            switch state {
            case .waiting: jobsWaiting
            case .running: jobsRunning
            case .dead: jobsDead
            }
        return Text("\(text(word)) (\(count))")
    }
    package static func jobName(_ kind: JobKind) -> Text {
        switch kind.rawValue {
        case "erasure": Text("Finish erasures")
        case "clock": Text("Statuses by the clock")
        default: Text(kind.rawValue)
        }
    }
}
