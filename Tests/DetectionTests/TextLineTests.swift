// Lines of auditd and syslog are read as they are written to disk. The syslog lines are those of the two specifications.
import Foundation
import Testing

@testable import Detection

@Suite struct TextLineTests {
    /// 2026-11-29T12:00:00Z.
    private static let now: Int64 = 1_795_953_600_000

    private func fields(_ line: String, now: Int64? = now) throws -> [String: String]? {
        let bytes = Array(line.utf8)
        guard let json = bytes.withUnsafeBufferPointer(TextLine(now: now).json) else { return nil }
        return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: String])
    }

    @Test func aRecordOfTheKernelIsReadFieldByField() throws {
        let found = try #require(
            try fields(
                #"type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2 success=no exit=-13 a0=7fffd1 "#
                    + #"comm="cat" exe="/bin/cat" key=(null)"#))
        #expect(
            found == [
                "format": "auditd", "type": "SYSCALL", "time": "1364481363.243", "serial": "24287", "arch": "c000003e",
                "syscall": "2", "success": "no", "exit": "-13", "a0": "7fffd1", "comm": "cat", "exe": "/bin/cat",
                "key": "(null)",
            ])
    }

    @Test func whatIsWrittenInHexadecimalIsDecoded() throws {
        let found = try #require(
            try fields("type=EXECVE msg=audit(1.5:7): argc=3 a0=\"sh\" a1=2D63 a2=6563686F2068C3A4 a3=zz"))
        #expect(found["a1"] == "-c")
        #expect(found["a2"] == "echo hä")
        #expect(found["a3"] == "zz")
        let title = try #require(try fields("type=PROCTITLE msg=audit(1.5:7): proctitle=6361740061"))
        #expect(title["proctitle"] == "cat a", "zeros divide arguments")
        let path = try #require(try fields("type=PATH msg=audit(1.5:7): item=0 name=2F746D702F6120 inode=1234"))
        #expect(path["name"] == "/tmp/a ")
        #expect(path["inode"] == "1234", "a number is no hexadecimal text")
    }

    @Test func aRecordOfAProgramHasPairsInPairs() throws {
        let found = try #require(
            try fields(
                "node=web type=USER_AUTH msg=audit(1.5:7): pid=1 uid=0 msg='op=PAM:authentication acct=\"root\" "
                    + "exe=\"/usr/bin/su\" addr=192.0.2.1 res=failed'\u{1D}UID=\"root\""))
        #expect(found["node"] == "web")
        #expect(found["op"] == "PAM:authentication")
        #expect(found["acct"] == "root")
        #expect(found["res"] == "failed")
        #expect(found["UID"] == "root")
        #expect(found["msg"] == nil)
    }

    /// In JSON, where the profile takes the pairs out of `msg`.
    @Test(.timeLimit(.minutes(1))) func aSignWithoutANameEndsNoPair() throws {
        let rules = loaded(
            "title: T\nid: t\nlogsource: {product: linux, service: auditd}\n"
                + "detection: {s: {a: b, c: d}, condition: s}")
        let run = DetectionRun(rules: rules, profiles: try SourceProfiles.builtIn())
        var found = 0
        try run.run(
            text: #"{"type":"X","msg":"audit(1.5:7): = =x a=b == c=d ="}"#, file: "f", finding: { _ in found += 1 },
            problem: { Issue.record("\($0)") })
        #expect(found == 1)
    }

    @Test(.timeLimit(.minutes(1))) func controlCharactersBetweenPairsEndNoPair() throws {
        let found = try #require(try fields("type=A msg=audit(1.5:7): a=b\u{0}\u{1}c=d\te=f =g h"))
        #expect(found["a"] == "b")
        #expect(found["c"] == "d")
        #expect(found["e"] == "f")
    }

    @Test func theExamplesOfRFC5424AreRead() throws {
        let first = try #require(
            try fields(
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{FEFF}'su root' failed on /dev/pts/8"
            ))
        #expect(
            first == [
                "format": "syslog", "facility": "auth", "severity": "crit", "timestamp": "2003-10-11T22:14:15.003Z",
                "host": "mymachine.example.com", "appname": "su", "msgid": "ID47",
                "message": "'su root' failed on /dev/pts/8",
            ])
        let third = try #require(
            try fields(
                #"<165>1 2003-10-11T22:14:15.003Z m evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Appli]"#
                    .replacingOccurrences(of: "Appli]", with: #"A \"b\" \]"]"#)
                    + #"[examplePriority@32473 class="high"] An application event log entry"#))
        #expect(third["facility"] == "local4")
        #expect(third["severity"] == "notice")
        #expect(third["structured.exampleSDID@32473.iut"] == "3")
        #expect(third["structured.exampleSDID@32473.eventSource"] == #"A "b" ]"#)
        #expect(third["structured.examplePriority@32473.class"] == "high")
        #expect(third["message"] == "An application event log entry")
        let nothing = try #require(try fields("<165>1 - - - - - -"))
        #expect(nothing == ["format": "syslog", "facility": "local4", "severity": "notice", "message": ""])
    }

    @Test func theExampleOfRFC3164IsRead() throws {
        let line = "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8"
        let found = try #require(try fields(line))
        #expect(
            found == [
                "format": "syslog", "facility": "auth", "severity": "crit", "timestamp": "2026-10-11T22:14:15.000Z",
                "host": "mymachine", "appname": "su", "message": "'su root' failed for lonvick on /dev/pts/8",
            ])
        #expect(try fields(line, now: nil)?["timestamp"] == nil, "no year can be told")
    }

    @Test(arguments: [
        // 29 November 12:00 is the present.
        ("Nov 30 11:59:59", "2026-11-30T11:59:59.000Z"), ("Nov 30 12:00:01", "2025-11-30T12:00:01.000Z"),
        ("Jan  1 00:00:00", "2026-01-01T00:00:00.000Z"), ("Dec 31 23:59:59", "2025-12-31T23:59:59.000Z"),
        ("Feb 29 10:00:00", "2024-02-29T10:00:00.000Z"),
    ])
    func theYearIsTheLatestThatIsNotInTheFuture(_ written: String, _ time: String) throws {
        let found = try #require(try fields("\(written) web sshd[123]: Accepted publickey for anna"))
        #expect(found["timestamp"] == time)
        #expect(found["appname"] == "sshd")
        #expect(found["procid"] == "123")
        #expect(found["message"] == "Accepted publickey for anna")
    }

    @Test func filesWithOtherTimesAndWithoutTagsAreRead() throws {
        let iso = try #require(try fields("2026-11-29T10:00:00.123456+01:00 web kernel: [ 1.0] x"))
        #expect(iso["timestamp"] == "2026-11-29T10:00:00.123456+01:00")
        #expect(iso["message"] == "[ 1.0] x")
        let bare = try #require(try fields("Nov 29 10:00:00 web last message repeated 2 times"))
        #expect(bare["appname"] == nil)
        #expect(bare["message"] == "last message repeated 2 times")
    }

    @Test(arguments: [
        "", "x", "5", "\"text\"", "<200>1 - - - - - -", "<34>1 - - - -", "<34>1 - - - - - [a b=\"c\"", "<34>hello",
        "Oct 11 22:14", "Oct 11 25:00:00 h x", "type=SYSCALL msg=audit(x:1): a=b", "type=SYSCALL", "node=a",
        "2026-11-29 x",
        #"{"type":"x"}"#, "[1]", "type=A msg=audit(1.5:", "<>", "<34>1", "Jan", "type=A msg=audit(1.5:7)",
    ])
    func whatIsInNoneOfTheFormsIsLeft(_ line: String) throws { #expect(try fields(line) == nil) }

    @Test func rulesSeeRawLines() throws {
        let rules = loaded(
            """
            title: sshd
            id: s
            logsource: {product: linux, service: sshd}
            detection: {keywords: ['Failed password'], condition: keywords}
            ---
            title: auditd
            id: a
            logsource: {product: linux, service: auditd}
            detection: {s: {type: EXECVE, a0: sh, a2|contains: curl}, condition: s}
            """)
        var options = DetectionOptions()
        options.workers = 1
        options.now = Self.now
        let run = DetectionRun(rules: rules, profiles: try SourceProfiles.builtIn(), options: options)
        var found: [Finding] = []
        var problems: [InputProblem] = []
        let text = """
            <38>Nov 29 10:00:00 web sshd[7]: Failed password for root from 192.0.2.1
            type=EXECVE msg=audit(1795946400.5:9): argc=3 a0="sh" a1="-c" a2=6375726C2078
            no event
            2026-11-29T10:00:00Z web sshd-session: Failed password
            """
        try run.run(text: text, file: "f", finding: { found.append($0) }, problem: { problems.append($0) })
        #expect(found.map(\.rule.id) == ["s", "a", "s"])
        #expect(found[0].timeText == "2026-11-29T10:00:00.000Z")
        #expect(found[1].timeText == "2026-11-29T10:00:00.500Z")
        #expect(found[1].event.id == "9")
        #expect(problems.map(\.line) == [3])
    }
}
