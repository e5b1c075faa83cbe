-- The wrk side of measure.py: sends one fixed request, or with BENCH_BODY a body that is unique per request, and prints
-- what it measured as one JSON line. Everything comes by environment variables, so that the token is in no argument
-- list. wrk counts an answer of 400 and above as an error; measure.py has checked the exact status beforehand.

local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(args)
    for line in (os.getenv("BENCH_HEADERS") or ""):gmatch("[^\n]+") do
        local name, value = line:match("^([^:]+): (.*)$")
        wrk.headers[name] = value
    end
    wrk.method = os.getenv("BENCH_METHOD") or "GET"
    local body = os.getenv("BENCH_BODY")
    if body then
        local run, sent = os.getenv("BENCH_RUN"), 0
        local before, after = body:match("^(.-){unique}(.*)$")
        request = function()
            sent = sent + 1
            return wrk.format(nil, nil, nil, before .. run .. "-" .. number .. "-" .. sent .. after)
        end
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    print(string.format(
        'BENCH {"requests":%d,"microseconds":%d,"bytes":%d,"p50_us":%d,"p90_us":%d,"p99_us":%d,"max_us":%d,'
        .. '"errors":{"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}}',
        summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(90),
        latency:percentile(99), latency.max, errors.status, errors.connect, errors.read, errors.write,
        errors.timeout))
end
