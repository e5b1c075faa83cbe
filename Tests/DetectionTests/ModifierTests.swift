// One case for each modifier of Sigma 2.1.0, matching and not.
import Testing

@testable import Detection

private struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let item: String
    let yes: [String]
    let no: [String]
    var testDescription: String { name }

    init(_ name: String, _ item: String, yes: [String], no: [String]) {
        self.name = name
        self.item = item
        self.yes = yes
        self.no = no
    }
}

private let cases: [Case] = [
    Case(
        "contains", "a|contains: bc", yes: [#"{"a":"abcd"}"#, #"{"a":"BC"}"#], no: [#"{"a":"bxc"}"#, #"{"b":"bc"}"#]),
    Case("startswith", "a|startswith: ab", yes: [#"{"a":"ABc"}"#], no: [#"{"a":"cab"}"#]),
    Case("endswith", "a|endswith: bc", yes: [#"{"a":"aBC"}"#], no: [#"{"a":"bca"}"#]),
    Case("all", "a|contains|all: [x, y]", yes: [#"{"a":"yx"}"#], no: [#"{"a":"x"}"#, #"{"a":"y"}"#]),
    Case("without all", "a|contains: [x, y]", yes: [#"{"a":"x"}"#, #"{"a":"y"}"#], no: [#"{"a":"z"}"#]),
    Case("cased", "a|cased: Ab", yes: [#"{"a":"Ab"}"#], no: [#"{"a":"ab"}"#]),
    Case("cased contains", "a|contains|cased: Ab", yes: [#"{"a":"xAbx"}"#], no: [#"{"a":"xabx"}"#]),
    Case("exact", "a|exact: Ab", yes: [#"{"a":"Ab"}"#], no: [#"{"a":"AB"}"#]),
    Case(
        "windash", "a|contains|windash: ' -f '",
        yes: [
            #"{"a":"x -f y"}"#, #"{"a":"x /f y"}"#, "{\"a\":\"x \u{2013}f y\"}", "{\"a\":\"x \u{2014}F y\"}",
            "{\"a\":\"x \u{2015}f y\"}",
        ], no: [#"{"a":"x +f y"}"#]),
    Case(
        "windash leaves dashes inside words", "a|windash: /pre-shared", yes: [#"{"a":"-pre-shared"}"#],
        no: [#"{"a":"-pre/shared"}"#]),
    Case("windash from a slash", "a|windash: '/f'", yes: [#"{"a":"-f"}"#], no: [#"{"a":"f"}"#]),
    Case("base64", "a|base64: hello", yes: [#"{"a":"aGVsbG8="}"#], no: [#"{"a":"hello"}"#]),
    Case(
        "base64offset", "a|base64offset|contains: hello",
        // echo -n hello, xhello, xxhello | base64
        yes: [#"{"a":"aGVsbG8="}"#, #"{"a":"eGhlbGxv"}"#, #"{"a":"eHhoZWxsbyE="}"#], no: [#"{"a":"aGVsbA=="}"#]),
    Case("wide base64", "a|wide|base64: ab", yes: [#"{"a":"YQBiAA=="}"#], no: [#"{"a":"YWI="}"#]),
    Case("utf16le", "a|utf16le|base64: ab", yes: [#"{"a":"YQBiAA=="}"#], no: [#"{"a":"AGEAYg=="}"#]),
    Case("utf16be", "a|utf16be|base64: ab", yes: [#"{"a":"AGEAYg=="}"#], no: [#"{"a":"YQBiAA=="}"#]),
    Case("utf16", "a|utf16|base64: ab", yes: [#"{"a":"//5hAGIA"}"#], no: [#"{"a":"YQBiAA=="}"#]),
    Case("wide", "a|wide|contains: ab", yes: ["{\"a\":\"xa\\u0000b\\u0000\"}"], no: [#"{"a":"ab"}"#]),
    Case("re", "a|re: '^a\\d+b$'", yes: [#"{"a":"a12b"}"#], no: [#"{"a":"A12b"}"#, #"{"a":"ab"}"#]),
    Case("re finds", "a|re: 'ab+'", yes: [#"{"a":"xxabbx"}"#], no: [#"{"a":"xa"}"#]),
    Case("re i", "a|re|i: '^ab$'", yes: [#"{"a":"AB"}"#], no: [#"{"a":"abc"}"#]),
    Case("re m", "a|re|m: '^b$'", yes: [#"{"a":"a\nb\nc"}"#], no: [#"{"a":"a b c"}"#]),
    Case("re without m", "a|re: '^b$'", yes: [#"{"a":"b"}"#], no: [#"{"a":"a\nb\nc"}"#]),
    Case("re s", "a|re|s: 'a.b'", yes: [#"{"a":"a\nb"}"#], no: [#"{"a":"ab"}"#]),
    Case("re without s", "a|re: 'a.b'", yes: [#"{"a":"axb"}"#], no: [#"{"a":"a\nb"}"#]),
    Case("re i m s", "a|re|i|m|s: '^A.b$'", yes: [#"{"a":"x\na\nB\ny"}"#], no: [#"{"a":"ab"}"#]),
    Case(
        "cidr 4", "a|cidr: 10.1.0.0/16", yes: [#"{"a":"10.1.255.3"}"#],
        no: [#"{"a":"10.2.0.1"}"#, #"{"a":"10.1"}"#, #"{"a":"text"}"#, #"{"a":"::a01:1"}"#]),
    Case(
        "cidr 6", "a|cidr: 2001:db8::/32", yes: [#"{"a":"2001:DB8:1::5"}"#, #"{"a":"2001:db8::"}"#],
        no: [#"{"a":"2001:db9::1"}"#, #"{"a":"10.0.0.1"}"#]),
    Case("cidr list", "a|cidr: [10.0.0.0/8, '::1/128']", yes: [#"{"a":"::1"}"#], no: [#"{"a":"::2"}"#]),
    Case("lt", "a|lt: 5", yes: [#"{"a":4.9}"#, #"{"a":"4"}"#], no: [#"{"a":5}"#, #"{"a":"x"}"#, "{}"]),
    Case("lte", "a|lte: 5", yes: [#"{"a":5}"#], no: [#"{"a":5.1}"#]),
    Case("gt", "a|gt: 5", yes: [#"{"a":6}"#], no: [#"{"a":5}"#]),
    Case("gte", "a|gte: 5", yes: [#"{"a":5}"#], no: [#"{"a":4}"#]),
    Case("neq", "a|neq: 5", yes: [#"{"a":4}"#], no: [#"{"a":5}"#]),
    Case("neq of several", "a|neq: [x, y]", yes: [#"{"a":"z"}"#], no: [#"{"a":"X"}"#, #"{"a":"y"}"#]),
    Case("exists", "a|exists: true", yes: [#"{"a":null}"#, #"{"a":""}"#], no: [#"{"b":1}"#]),
    Case("exists not", "a|exists: false", yes: [#"{"b":1}"#], no: [#"{"a":null}"#]),
    Case("fieldref", "a|fieldref: b", yes: [#"{"a":"X","b":"x"}"#], no: [#"{"a":"x","b":"y"}"#, #"{"a":"x"}"#]),
    Case("fieldref neq", "a|fieldref|neq: b", yes: [#"{"a":"x","b":"y"}"#], no: [#"{"a":"x","b":"x"}"#]),
    Case(
        "fieldref startswith", "a|fieldref|startswith: b", yes: [#"{"a":"xyz","b":"xy"}"#],
        no: [#"{"a":"xyz","b":"yz"}"#]),
    Case("fieldref endswith", "a|fieldref|endswith: b", yes: [#"{"a":"xyz","b":"yz"}"#], no: [#"{"a":"xyz","b":"x"}"#]),
    Case("fieldref contains", "a|fieldref|contains: b", yes: [#"{"a":"xyz","b":"Y"}"#], no: [#"{"a":"xyz","b":"q"}"#]),
    Case("minute", "a|minute: 7", yes: [#"{"a":"2026-11-02T08:07:00Z"}"#], no: [#"{"a":"2026-11-02T07:08:00Z"}"#]),
    Case("hour", "a|hour: 8", yes: [#"{"a":"2026-11-02T08:07:00Z"}"#], no: [#"{"a":"2026-11-02T09:00:00Z"}"#]),
    Case(
        "hour compared", "a|hour|gte: 22", yes: [#"{"a":"2026-11-02 23:07:00 UTC"}"#],
        no: [#"{"a":"2026-11-02 21:59:00"}"#]),
    Case("day", "a|day: 2", yes: [#"{"a":"2026-11-02T08:07:00Z"}"#], no: [#"{"a":"2026-11-03"}"#]),
    // 2026-11-02 is the Monday of ISO week 45; 2027-01-01 is in week 53.
    Case("week", "a|week: 45", yes: [#"{"a":"2026-11-02"}"#, #"{"a":"2026-11-08"}"#], no: [#"{"a":"2026-11-01"}"#]),
    Case("week at the turn", "a|week: 53", yes: [#"{"a":"2027-01-01"}"#], no: [#"{"a":"2027-01-04"}"#]),
    Case("month", "a|month: 11", yes: [#"{"a":"2026-11-02"}"#], no: [#"{"a":"2026-12-02"}"#]),
    Case("year", "a|year: 2026", yes: [#"{"a":1793606400}"#], no: [#"{"a":"2025-12-31"}"#, #"{"a":"x"}"#]),
]

@Suite struct ModifierTests {
    @Test(arguments: cases) private func aModifierMatchesWhatItSaysAndNothingElse(_ item: Case) throws {
        let detection = "selection:\n    \(item.item)\ncondition: selection"
        for event in item.yes { #expect(try matches(detection, event), "\(event)") }
        for event in item.no { #expect(try !matches(detection, event), "\(event)") }
    }

    @Test func everyModifierOfTheSpecificationHasACase() {
        let all: Set<String> = [
            "all", "startswith", "endswith", "contains", "exists", "cased", "neq", "windash", "re", "i", "m", "s",
            "base64", "base64offset", "utf16le", "utf16be", "utf16", "wide", "lt", "lte", "gt", "gte", "minute", "hour",
            "day", "week", "month", "year", "cidr", "fieldref",
        ]
        let used = Set(
            cases.flatMap { $0.item.prefix { $0 != ":" }.split(separator: "|").dropFirst().map(String.init) })
        // `expand` has its own test below, because it needs values.
        #expect(all.subtracting(used).isEmpty)
    }

    @Test func placeholdersAreFilledInOrRefused() throws {
        let detection = "selection:\n    a|expand: '%admins%-x'\ncondition: selection"
        let values = ["admins": ["root", "adm*"]]
        #expect(try matches(detection, #"{"a":"ROOT-x"}"#, placeholders: values))
        #expect(try matches(detection, #"{"a":"adm17-x"}"#, placeholders: values))
        #expect(try !matches(detection, #"{"a":"%admins%-x"}"#, placeholders: values))
        let refused = try #require(refusal(ruleText(detection)))
        #expect(refused.problem == .waitingForPlaceholders(["admins"]))
        #expect(refused.location.line == 7)
        // Without `expand` a percent character is plain, with it an escaped one is.
        #expect(try matches("selection:\n    a: '%admins%'\ncondition: selection", #"{"a":"%admins%"}"#))
        #expect(
            try matches(
                "selection:\n    a|expand: '\\%plain%admins%'\ncondition: selection", #"{"a":"%plainroot"}"#,
                placeholders: values))
        #expect(
            try matches(
                "selection:\n    a|contains|expand: '%admins%'\ncondition: selection", #"{"a":"x root y"}"#,
                placeholders: values))
    }

    @Test(arguments: [
        ("a|foo: x", "there is no modifier foo"), ("a|lt: x", "the value must be a number"),
        ("a|re: '(?=x)y'", "look-ahead"), ("a|re: '(a)\\1'", "back references"), ("a|re: '(a'", "does not end"),
        ("a|re: 'a{3000}'", "repetitions"),
        ("a|cidr: 10.0.0.0/40", "not a network"), ("a|exists: maybe", "true or false"),
        ("a|re|contains|cidr: x", "cannot stand together"), ("a|i: x", "belongs behind re"),
        ("a|base64: 'x*'", "wildcards"), ("a|lt|contains: 5", "no other modifier"), ("a: []", "empty"),
        ("a: {b: c}", "must be a text"), ("a|windash: '-a -b -c -d -e -f -g'", "more than"),
    ])
    func whatCannotBeEvaluatedIsRefusedWithTheReasonAndTheLine(_ item: String, _ reason: String) throws {
        let refused = try #require(refusal(ruleText("selection:\n    \(item)\ncondition: selection")))
        #expect("\(refused.problem)".contains(reason), "\(refused.problem)")
        #expect(refused.location.line == 7)
        #expect(refused.id == "r")
        #expect(refused.title == "A rule")
    }
}
