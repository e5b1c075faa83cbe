import Logging
import ServiceContextModule
import Telemetry
import Testing

private let trace = "0af7651916cd43dd8448eb211c80319c"
private let span = "b7ad6b7169203331"
private let good = "00-\(trace)-\(span)-01"
private let newTrace = [UInt8](repeating: 0xAB, count: 16)
private let newSpan = [UInt8](repeating: 0x0C, count: 8)

private func context(_ traceparent: [String], _ tracestate: [String] = []) -> TraceContext {
    TraceContext(traceparent: traceparent, tracestate: tracestate, newTraceID: newTrace, newSpanID: newSpan)
}

/// W3C Trace Context, level 1: what is valid goes on, anything else begins anew.
@Suite struct TraceContextTests {
    @Test func aValidHeaderIsContinuedUnderANewStep() {
        let found = context([good], ["vendor=1"])
        #expect(found.traceID == trace)
        #expect(found.parentID == span)
        #expect(found.spanID == "0c0c0c0c0c0c0c0c")
        #expect(found.isSampled)
        #expect(found.traceparent == "00-\(trace)-0c0c0c0c0c0c0c0c-01")
        #expect(found.headers.map(\.name) == ["traceparent", "tracestate"])
    }

    @Test func withoutAHeaderATraceBegins() {
        let found = context([])
        #expect(found.traceID == String(repeating: "ab", count: 16))
        #expect(found.parentID == nil)
        #expect(!found.isSampled)
        #expect(found.headers.map(\.name) == ["traceparent"])
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-0", "00-\(trace)-\(span)-011",
        // Version 255 is forbidden; version 0 has nothing after the flags.
        "ff-\(trace)-\(span)-01", "00-\(trace)-\(span)-01-extra", "00-\(trace)-\(span)-01-",
        // A later version goes on only after a dash.
        "01-\(trace)-\(span)-01extra", "cc-\(trace)-\(span)-01.what",
        // Not hexadecimal in lower case.
        "0g-\(trace)-\(span)-01", "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-B7AD6B7169203331-01",
        "00-\(trace)-\(span)-0A", "00-0af7651916cd43dd8448eb211c80319z-\(span)-01", "00-\(trace)-b7ad6b716920333z-01",
        // All zero.
        "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
        // Dashes elsewhere, spaces, lengths.
        "00_\(trace)_\(span)_01", " \(good)", "\(good) ", "00-\(trace)0-\(span)-01", "00-\(trace)-\(span)0-01",
        "000-\(trace)-\(span)-01", "00-\(trace.dropLast())-\(span)-01", "00-\(trace)-\(span.dropLast())-01",
        // As many characters, but not as many bytes.
        "00-\(trace.dropLast())é-\(span)-01", "\(good),\(good)",
    ])
    func aMalformedHeaderBeginsANewTrace(_ header: String) {
        let found = context([header], ["vendor=1"])
        #expect(found.traceID == String(repeating: "ab", count: 16), "\(header)")
        #expect(found.parentID == nil)
        #expect(found.state.isEmpty, "what belongs to no trace is not handed on")
    }

    @Test func twoHeadersAreNone() { #expect(context([good, good]).parentID == nil) }

    @Test(arguments: ["01-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01-what-comes-later"])
    func laterVersionsAreReadAsFarAsTheyAreKnown(_ header: String) {
        let found = context([header])
        #expect(found.traceID == trace)
        #expect(found.traceparent.hasPrefix("00-"), "it is sent on as the version that is known")
    }

    @Test(arguments: [("00", false), ("01", true), ("02", false), ("03", true), ("fe", false), ("ff", true)])
    func onlyTheLastFlagIsKnown(_ flags: String, _ isSampled: Bool) {
        let found = context(["00-\(trace)-\(span)-\(flags)"])
        #expect(found.isSampled == isSampled)
        #expect(found.traceparent.hasSuffix(isSampled ? "-01" : "-00"))
    }

    @Test(arguments: [
        (["a=1"], "a=1"), (["a=1,b=2"], "a=1,b=2"), (["a=1", "b=2"], "a=1,b=2"), (["a=1, ,\tb=2 "], "a=1,b=2"),
        (["t0@sys=x y", "k_-*/9=!~"], "t0@sys=x y,k_-*/9=!~"), ([""], ""),
    ])
    func aValidStateIsHandedOn(_ values: [String], _ line: String) {
        #expect(context([good], values).state == line)
    }

    @Test(arguments: [
        "a", "=1", "a=", "A=1", "9a=1", "a b=1", "a=1,a=2", "a=x=y", "a=é", "a=\u{7F}", "a@=1", "@a=1", "a@b@c=1",
        "a@9=1", "a@toolongsystemid=1", "a=\(String(repeating: "x", count: 257))",
        "\(String(repeating: "k", count: 257))=1", (1...33).map { "k\($0)=1" }.joined(separator: ","),
        (1...20).map { "k\($0)=\(String(repeating: "x", count: 250))" }.joined(separator: ","),
    ])
    func aMalformedStateIsDroppedAndTheTraceGoesOn(_ value: String) {
        let found = context([good], [value])
        #expect(found.traceID == trace)
        #expect(found.state.isEmpty)
    }

    @Test func thirtyTwoMembersAreNotTooMany() {
        let value = (1...32).map { "k\($0)=1" }.joined(separator: ",")
        #expect(context([good], [value]).state == value)
    }

    @Test func itIsKnownWhereverTheRequestIsAnswered() async {
        #expect(TraceContext.current == nil)
        let found = context([good])
        await ServiceContext.withValue(.request(id: "r1", trace: found)) {
            #expect(TraceContext.current == found)
            async let other = TraceContext.current
            #expect(await other == found, "also in tasks that it starts")
            let metadata = Logger.MetadataProvider.request.get()
            #expect(metadata == ["requestId": "r1", "traceId": .string(trace), "spanId": "0c0c0c0c0c0c0c0c"])
        }
        #expect(TraceContext.current == nil)
        #expect(Logger.MetadataProvider.request.get().isEmpty)
    }
}
