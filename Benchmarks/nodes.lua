-- The wrk side of nodes.py: each thread has one connection and a token of its own, as a client of one organisation has.
-- Bodies are unique per request. wrk counts an answer of 400 and above as an error.

local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(args)
    local tokens = {}
    for token in (os.getenv("BENCH_TOKENS") or ""):gmatch("%S+") do table.insert(tokens, token) end
    wrk.headers["Authorization"] = "Bearer " .. tokens[(number - 1) % #tokens + 1]
    wrk.headers["Content-Type"] = "application/json"
    wrk.method = "POST"
    local run, sent = os.getenv("BENCH_RUN"), 0
    request = function()
        sent = sent + 1
        return wrk.format(nil, nil, nil, '{"title":"Benchmark ' .. run .. "-" .. number .. "-" .. sent
            .. '","kind":"other","priority":"low","description":"Made by the benchmark of several nodes."}')
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    print(string.format(
        'BENCH {"requests":%d,"microseconds":%d,"p50_us":%d,"p99_us":%d,"max_us":%d,"errors":%d}',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
