// `concord completions`: what a shell needs to complete commands, options and types.
import ArgumentParser

struct Completions: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var shell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        abstract: "Prints completions for a shell.",
        discussion: "For example: concord completions bash > ~/.local/share/bash-completion/completions/concord")
    @Argument(help: "The shell.") var shell: Shell

    func run() throws {
        let output = Output()
        try output.line(Concord.completionScript(for: shell.shell))
        try output.flush()
    }
}
