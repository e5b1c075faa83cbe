// The command that starts the server.
import Access
import ArgumentParser
import Foundation
import Governance
import HTTPServing
import Logging
import RecordKit
import Server
import Storage
import Telemetry

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Starts the server.",
        discussion:
            "SIGTERM or SIGINT stops it: what is under way is finished and the ledgers are signed. CONCORD_METRICS_TOKEN, at least 16 characters, opens /metrics to whoever sends it as a bearer token."
    )
    @OptionGroup var at: DataOption
    @OptionGroup var records: DatabaseOption
    @OptionGroup var files: FilesOption
    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port; 0 takes a free one.") var port = 8080
    @Option(help: "The name under which ledgers are signed; kept from the first start on.") var ledgerHost: String?
    @Option(help: "Requests to the API a minute for each token or account; 0 sets no limit.")
    var rateLimit = RateLimits.standard.caller?.requestsMax ?? 0
    @Option(help: "Requests to the API a minute for each network address that is not signed in; 0 sets no limit.")
    var addressRateLimit = RateLimits.standard.address?.requestsMax ?? 0
    @Option(
        help:
            "The address or network of a proxy that names its clients in X-Forwarded-For, as in 10.0.5.0/28, from which nobody else comes; may be given several times."
    )
    var trustedProxy: [String] = []
    @Option(help: "A port of its own for /metrics, /healthz and /readyz; 0 takes a free one.") var metricsPort: Int?
    @Option(help: "The address of that port. Everybody who reaches it can read the metrics.")
    var metricsHost = "127.0.0.1"
    @Option(help: "Seconds that the node goes on after it was told to stop and says that it is not ready.")
    var drainSeconds = 0
    @Option(help: "Seconds that requests may go on after the port was closed; then they are cut off.")
    var shutdownSeconds = 30
    @Option(help: "Log level: trace, debug, info, notice, warning, error.") var logLevel = "notice"
    @Option(help: "The form of the log, text or json; else CONCORD_LOG_FORMAT is taken.") var logFormat: LogFormat?

    mutating func validate() throws {
        guard (0...65_535).contains(port), (0...65_535).contains(metricsPort ?? 0) else {
            throw ValidationError("--port and --metrics-port must be 0 to 65535.")
        }
        let range = 0...1_000_000_000
        guard range.contains(rateLimit), range.contains(addressRateLimit) else {
            throw ValidationError("--rate-limit and --address-rate-limit must be 0 to 1000000000.")
        }
        _ = try proxies()
        guard (0...3_600).contains(drainSeconds), (0...3_600).contains(shutdownSeconds) else {
            throw ValidationError("--drain-seconds and --shutdown-seconds must be 0 to 3600.")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level must be trace, debug, info, notice, warning or error.")
        }
        logFormat = try logFormat ?? LogFormat.fromEnvironment()
        _ = try Self.metricsToken()
    }

    func run() async throws {
        // Before the store is opened: it counts from its first read on.
        let registry = MetricRegistry()
        registry.bootstrap()
        (logFormat ?? .text).bootstrap()
        var logger = Logger(label: "concord")
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .notice
        let installation = try await at.open(records, files, ledgerHost: ledgerHost)
        sayWhatWasLoaded(installation)
        let isEmpty = try await installation.store.accountCount() == 0
        let link =
            isEmpty ? try await installation.services.signIn.createLink(for: nil, by: .system(organisation: nil)) : nil
        let operating = Operating(
            store: installation.store, files: installation.rawBlobs, registry: registry, version: Concord.version,
            clock: installation.services.environment.clock, logger: logger)
        let options = try options()
        try await installation.serve(options, operating, logger: logger) { port in
            print("Concord answers on http://\(options.host):\(port)")
            if let link {
                print("Nobody can sign in yet. Set up the first administrator within 24 hours:")
                print("  http://\(options.host):\(port)/set-up/\(link)")
            }
            fflush(nil)
        }
        // Closing brings everything into the one file: a copy of it is then complete.
        try installation.store.close()
    }

    private func options() throws -> ServingOptions {
        var options = ServingOptions()
        options.host = host
        options.port = port
        options.limits = RateLimits(
            caller: rateLimit > 0 ? RateLimit(requestsMax: rateLimit) : nil,
            address: addressRateLimit > 0 ? RateLimit(requestsMax: addressRateLimit) : nil)
        options.proxies = try proxies()
        options.metricsHost = metricsHost
        options.metricsPort = metricsPort
        options.metricsToken = try Self.metricsToken()
        options.drainSeconds = drainSeconds
        options.shutdownSeconds = shutdownSeconds
        return options
    }

    /// - Throws: `ValidationError` for what is no address and no network.
    private func proxies() throws -> TrustedProxies {
        if let wrong = trustedProxy.first(where: { TrustedProxies([$0]) == nil }) {
            throw ValidationError("--trusted-proxy: \(wrong) is neither an IP address nor a network as in 10.0.5.0/28.")
        }
        return TrustedProxies(trustedProxy) ?? .none
    }

    private func sayWhatWasLoaded(_ installation: Installation) {
        let report = installation.load
        if report.changedAnything {
            print(
                "Catalogue: \(report.created) records created, \(report.changed) changed, \(report.archived) archived.")
        }
        if installation.erasedAgain > 0 {
            print("Erased again, as the list of erasures says: \(installation.erasedAgain) records.")
        }
    }

    /// - Throws: `ValidationError` for one that is too short; none is set by an empty variable.
    private static func metricsToken() throws -> MetricsToken? {
        let given = ProcessInfo.processInfo.environment["CONCORD_METRICS_TOKEN"] ?? ""
        guard !given.isEmpty else { return nil }
        guard let token = MetricsToken(given) else {
            throw ValidationError("CONCORD_METRICS_TOKEN must have at least \(MetricsToken.charactersMin) characters.")
        }
        return token
    }
}

/// The form of the log.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    /// - Throws: `ValidationError` for an unknown word.
    static func fromEnvironment() throws -> LogFormat? {
        let given = ProcessInfo.processInfo.environment["CONCORD_LOG_FORMAT"] ?? ""
        guard !given.isEmpty else { return nil }
        guard let format = LogFormat(rawValue: given) else {
            throw ValidationError("CONCORD_LOG_FORMAT must be text or json.")
        }
        return format
    }

    /// Lets every logger of the process write in this form, to standard error. Only once in a process.
    func bootstrap() {
        switch self {
        case .text:
            LoggingSystem.bootstrap(
                { label, provider in
                    var handler = OneLineLogHandler(StreamLogHandler.standardError(label: label))
                    handler.metadataProvider = provider
                    return handler
                }, metadataProvider: .request)
        case .json:
            LoggingSystem.bootstrap(
                { label, provider in
                    JSONLogHandler(
                        label: label, metadataProvider: provider, time: { Clock.system.now().description },
                        write: LogOutput.standardError.write)
                }, metadataProvider: .request)
        }
    }
}
