// The commands that work for an organisation, over the API.
import ArgumentParser

extension Concord {
    static let clientCommands: [any ParsableCommand.Type] = [
        Login.self, Logout.self, WhoAmI.self, RecordCommand.self, Assess.self, StatementCommand.self, Export.self,
        APICommand.self,
        Completions.self, Manual.self,
    ]
}
