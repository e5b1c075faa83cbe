// Every metric of the server. `docs/operating.md` lists the same; a test compares them.

extension Metric {
    /// From 1 ms to 10 s: most answers take less than the first, what hangs takes more than the last.
    private static let answerMilliseconds: [Int64] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]

    // MARK: HTTP

    package static let httpRequests = Metric(
        .counter, "concord_http_requests_total", "Requests that were answered, by method, route and status.",
        labels: ["method", "route", "status"])
    package static let httpDuration = durations(
        "concord_http_request_duration_seconds",
        "From the head of a request to the end of its answer; live updates are not timed.",
        labels: ["method", "route"], milliseconds: answerMilliseconds)
    package static let httpInFlight = Metric(
        .gauge, "concord_http_requests_in_flight", "Requests under way, live updates left out.")
    package static let httpRateLimited = Metric(
        .counter, "concord_http_rate_limited_total", "Requests that were refused because somebody asked too often.",
        labels: ["kind"])
    package static let liveStreams = Metric(
        .gauge, "concord_live_streams", "Open streams of live updates.")

    // MARK: Store

    package static let storeDuration = durations(
        "concord_store_duration_seconds",
        "What a read or a write took, with its wait for a connection and for the flush.",
        labels: ["operation"], milliseconds: answerMilliseconds)
    package static let storeFailures = Metric(
        .counter, "concord_store_failures_total",
        "Reads and writes that failed, by what failed: refused changes are not counted.",
        labels: ["operation", "kind"])
    package static let storeWaiting = Metric(
        .gauge, "concord_store_waiting_changes", "Changes that wait to be written.")

    // MARK: Files

    package static let filesDuration = durations(
        "concord_files_duration_seconds",
        "What keeping, looking for, opening or removing a file took, in the folder or the bucket.",
        labels: ["operation"], milliseconds: answerMilliseconds)
    package static let filesFailures = Metric(
        .counter, "concord_files_failures_total",
        "Files that could not be kept, looked for, read or removed, by whether their place was away or refused.",
        labels: ["operation", "kind"])
    package static let filesReachable = Metric(
        .gauge, "concord_files_reachable", "1 if the folder or the bucket of files answers within two seconds, else 0.")

    // MARK: Ledger

    package static let ledgerLeaves = Metric(
        .counter, "concord_ledger_leaves_total", "Leaves of ledgers that this node committed.")
    package static let ledgerCheckpoints = Metric(
        .counter, "concord_ledger_checkpoints_total", "Checkpoints of ledgers that this node signed.")
    package static let ledgerFailures = Metric(
        .counter, "concord_ledger_checkpoint_failures_total", "Rounds of signing that failed; the log says why.")

    // MARK: Jobs

    package static let jobs = Metric(
        .gauge, "concord_jobs", "Jobs in the queue, by state: waiting, running, dead.", labels: ["state"])
    package static let jobsLate = Metric(
        .gauge, "concord_jobs_late_seconds", "For how long the job is due that waits longest; 0 if none is due.")

    // MARK: People and nodes

    package static let signIns = Metric(
        .counter, "concord_sign_ins_total", "Passwords that were checked, by outcome: success, refused, throttled.",
        labels: ["outcome"])
    package static let liveNodes = Metric(
        .gauge, "concord_nodes", "Nodes that gave a sign of life within 30 seconds; only with PostgreSQL.")
    package static let draining = Metric(
        .gauge, "concord_draining", "1 once the node was told to stop, else 0.")

    // MARK: Process

    package static let processCPU = Metric(
        .counter, "concord_process_cpu_seconds_total", "Processor time of the process.")
    package static let processMemory = Metric(
        .gauge, "concord_process_resident_memory_bytes", "Resident memory of the process.")
    package static let processFiles = Metric(
        .gauge, "concord_process_open_files", "Open file descriptors of the process.")
    package static let processFilesMax = Metric(
        .gauge, "concord_process_max_open_files", "File descriptors that the process may open.")
    package static let processStart = Metric(
        .gauge, "concord_process_start_time_seconds", "When the process started, in seconds since 1970.")
    package static let build = Metric(
        .gauge, "concord_build_info", "Always 1; the label says which version runs.", labels: ["version"])

    /// All of them, in the order in which they are shown. A new one is added here, and to `docs/operating.md`.
    package static let all: [Metric] = [
        httpRequests, httpDuration, httpInFlight, httpRateLimited, liveStreams, storeDuration, storeFailures,
        storeWaiting, filesDuration, filesFailures, filesReachable, ledgerLeaves, ledgerCheckpoints, ledgerFailures,
        jobs, jobsLate, signIns, liveNodes, draining,
        processCPU, processMemory, processFiles, processFilesMax, processStart, build,
    ]
}
