// Options of a model that is asked over HTTP.
import ArgumentParser
import Foundation
import Monitoring

extension MeasureCommand {
    /// `ScoringEndpoint.Format` as an argument.
    enum EndpointFormat: String, ExpressibleByArgument, CaseIterable {
        case concord, kserve, mlflow

        var format: ScoringEndpoint.Format {
            switch self {
            case .concord: .concord
            case .kserve: .kserve
            case .mlflow: .mlflow
            }
        }
    }

    /// Where a model is asked, and how patiently.
    struct EndpointOptions: ParsableArguments {
        /// The variable that holds the token: a command line is seen by every user of a machine.
        static let tokenVariable = "CONCORD_ENDPOINT_TOKEN"

        @Option(
            help: ArgumentHelp(
                "The http or https address of a model, asked in place of --model.",
                discussion: "A token in \(tokenVariable) is sent as a bearer token."))
        var endpoint: String?
        @Option(
            name: .customLong("endpoint-format"),
            help: "concord, kserve (instances, predictions) or mlflow (dataframe_split, predictions).")
        var format = EndpointFormat.concord
        @Option(help: "The features sent to the endpoint, with commas between them; all of --background without it.")
        var features: String?
        @Option(name: .customLong("batch-rows"), help: "Rows of one request.") var batchRows = 1_000
        @Option(name: .customLong("timeout-seconds"), help: "How long an answer is waited for.")
        var timeoutSeconds = 30.0
        @Option(help: "Attempts after the first, with growing pauses.") var retries = 3
        @Option(name: .customLong("time-limit-seconds"), help: "How long the whole may take.")
        var timeLimitSeconds = 3_600.0
        @Option(
            name: .customLong("sample-rows"),
            help: "Importance, robustness and flips are measured on so many rows, evenly taken.")
        var sampleRows = 1_000

        func validate() throws {
            guard (1...1_000_000).contains(batchRows), (1...10_000_000).contains(sampleRows) else {
                throw ValidationError("--batch-rows and --sample-rows must be at least 1.")
            }
            guard timeoutSeconds > 0, timeoutSeconds.isFinite, timeLimitSeconds > 0, timeLimitSeconds.isFinite else {
                throw ValidationError("--timeout-seconds and --time-limit-seconds must be above 0.")
            }
            guard (0...100).contains(retries) else { throw ValidationError("--retries must be 0 to 100.") }
        }

        func model(_ space: FeatureSpace) throws -> ScoringEndpoint {
            var limits = ScoringEndpoint.Limits()
            limits.batchRowsMax = batchRows
            limits.timeoutSeconds = timeoutSeconds
            limits.totalSeconds = timeLimitSeconds
            limits.retriesMax = retries
            return try ScoringEndpoint(
                address: endpoint ?? "", token: ProcessInfo.processInfo.environment[Self.tokenVariable], space: space,
                format: format.format, limits: limits, scored: { MeasureCommand.meter.score(rows: $0) })
        }
    }
}
