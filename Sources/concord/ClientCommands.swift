// The commands that work for an organisation, over the API.
import ArgumentParser

extension Concord {
    static let clientCommands: [any ParsableCommand.Type] = [
        Login.self, Logout.self, WhoAmI.self, RecordCommand.self, Assess.self, Export.self, GapsCommand.self,
        LibraryCommand.self, APICommand.self, Completions.self, Manual.self, ReportCommand.self,
        StatementCommand.self,
    ]
}
