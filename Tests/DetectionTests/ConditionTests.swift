// One case for each form of search identifier and condition of Sigma 2.1.0, and the semantics in which implementations
// differ.
import Testing

@testable import Detection

private let identifiers = """
    sel_a:
        a: 1
    sel_b:
        b: 1
    other:
        c: 1
    _hidden:
        d: 1
    """

private let conditions: [(condition: String, yes: [String], no: [String])] = [
    ("sel_a", [#"{"a":1}"#], [#"{"b":1}"#]),
    ("sel_a and sel_b", [#"{"a":1,"b":1}"#], [#"{"a":1}"#]),
    ("sel_a or sel_b", [#"{"b":1}"#], [#"{"c":1}"#]),
    ("not sel_a", [#"{"b":1}"#, "{}"], [#"{"a":1}"#]),
    ("not not sel_a", [#"{"a":1}"#], ["{}"]),
    // `and` binds more than `or`, `not` more than both.
    ("sel_a or sel_b and other", [#"{"a":1}"#, #"{"b":1,"c":1}"#], [#"{"b":1}"#, #"{"c":1}"#]),
    ("(sel_a or sel_b) and other", [#"{"a":1,"c":1}"#], [#"{"a":1}"#]),
    ("not sel_a and sel_b", [#"{"b":1}"#], [#"{"a":1,"b":1}"#, "{}"]),
    ("not (sel_a and sel_b)", [#"{"a":1}"#], [#"{"a":1,"b":1}"#]),
    ("1 of sel_*", [#"{"a":1}"#, #"{"b":1}"#], [#"{"c":1}"#]),
    ("all of sel_*", [#"{"a":1,"b":1}"#], [#"{"a":1}"#]),
    ("any of sel_*", [#"{"b":1}"#], [#"{"c":1}"#]),
    ("not 1 of sel_*", [#"{"c":1}"#], [#"{"b":1}"#]),
    ("other and not 1 of sel_*", [#"{"c":1}"#], [#"{"c":1,"b":1}"#]),
    ("2 of them", [#"{"a":1,"c":1}"#], [#"{"a":1}"#, #"{"a":1,"d":1}"#]),
    ("1 of them", [#"{"c":1}"#], [#"{"d":1}"#]),
    ("all of them", [#"{"a":1,"b":1,"c":1}"#], [#"{"a":1,"b":1,"d":1}"#]),
    ("1 of *_a", [#"{"a":1}"#], [#"{"b":1}"#]),
    ("1 of _hid*", [#"{"d":1}"#], [#"{"a":1}"#]),
    ("SEL_A or sel_a", [], []),
    ("sel_a AND sel_b", [#"{"a":1,"b":1}"#], [#"{"a":1}"#]),
]

@Suite struct ConditionTests {
    @Test(arguments: conditions.indices) func aConditionMeansWhatTheGrammarSays(_ index: Int) throws {
        let item = conditions[index]
        let detection = "\(identifiers)\ncondition: \(item.condition)"
        if item.yes.isEmpty {
            #expect(refusal(ruleText(detection)) != nil)
            return
        }
        for event in item.yes { #expect(try matches(detection, event), "\(event)") }
        for event in item.no { #expect(try !matches(detection, event), "\(event)") }
    }

    @Test func aListOfConditionsIsJoinedByOr() throws {
        let detection = "\(identifiers)\ncondition:\n    - sel_a\n    - sel_b"
        #expect(try matches(detection, #"{"b":1}"#))
        #expect(try !matches(detection, #"{"c":1}"#))
    }

    @Test(arguments: [
        "sel_a and", "and sel_a", "(sel_a", "sel_a)", "sel_a sel_b", "1 of", "1 of nothing*", "0 of them", "5 of them",
        "unknown", "sel_a | count() > 5", "not",
    ])
    func aBrokenConditionIsRefused(_ condition: String) throws {
        let refused = try #require(refusal(ruleText("\(identifiers)\ncondition: \(condition)")))
        #expect(refused.location.line == 14, "\(refused.problem)")
    }

    @Test func listsMapsAndKeywords() throws {
        let maps = "selection:\n    - a: 1\n      b: 1\n    - c: 1\ncondition: selection"
        #expect(try matches(maps, #"{"a":1,"b":1}"#))
        #expect(try matches(maps, #"{"c":1}"#))
        #expect(try !matches(maps, #"{"a":1}"#))
        let words = "keywords:\n    - evil one\n    - 'w*d'\ncondition: keywords"
        #expect(try matches(words, #"{"x":{"y":["an EVIL ONE here"]}}"#))
        #expect(try matches(words, #"{"x":"a word"}"#))
        #expect(try !matches(words, #"{"evil one":"nothing"}"#))
        let all = "keywords:\n    '|all':\n        - one\n        - '*two'\ncondition: keywords"
        #expect(try matches(all, #"{"x":"one","y":"and two"}"#))
        #expect(try !matches(all, #"{"x":"one"}"#))
        let both = "keywords:\n    '|contains|all':\n        - one\n        - two\ncondition: keywords"
        #expect(try matches(both, #"{"x":"one and two"}"#))
        #expect(try !matches(both, #"{"x":"one"}"#))
    }
}

@Suite struct SemanticsTests {
    private func field(_ value: String, _ event: String) throws -> Bool {
        try matches("selection:\n    a: \(value)\ncondition: selection", event)
    }

    @Test func textsAreComparedWithoutCaseInAllScripts() throws {
        #expect(try field("ÄRGER", #"{"a":"ärger"}"#))
        #expect(try field("'*ÉTÉ*'", #"{"a":"en été."}"#))
        #expect(try field("привет", #"{"a":"ПРИВЕТ"}"#))
        #expect(try field("abc", "{\"a\":\"\\u0041b\\u0043\"}"))
    }

    @Test func wildcardsAndTheirEscapes() throws {
        #expect(try field(#"'a*c?e'"#, #"{"a":"abbbcde"}"#))
        #expect(try !field(#"'a*c?e'"#, #"{"a":"abbbce"}"#))
        #expect(try field("'a?'", #"{"a":"aé"}"#))
        #expect(try !field("'a?'", #"{"a":"a"}"#))
        #expect(try field(#"'a\*'"#, #"{"a":"a*"}"#))
        #expect(try !field(#"'a\*'"#, #"{"a":"ab"}"#))
        #expect(try field(#"'a\?'"#, #"{"a":"a?"}"#))
        #expect(try field(#"'C:\Win\x'"#, #"{"a":"c:\\win\\X"}"#))
        #expect(try field(#"'C:\\Win'"#, #"{"a":"c:\\win"}"#))
        #expect(try field(#"'a\\*'"#, #"{"a":"a\\anything"}"#))
        #expect(try !field(#"'a\\*'"#, #"{"a":"a*"}"#))
        #expect(try field(#"'a\\\*'"#, #"{"a":"a\\*"}"#))
        #expect(try field(#"'a\\\\b'"#, #"{"a":"a\\\\b"}"#))
        #expect(try field("'*'", #"{"a":""}"#))
        #expect(try !field("'*'", #"{"a":null}"#))
        #expect(try !field("'*'", "{}"))
    }

    @Test func nullEmptyAndMissingAreThreeThings() throws {
        #expect(try field("null", "{}"))
        #expect(try field("null", #"{"a":null}"#))
        #expect(try !field("null", #"{"a":""}"#))
        #expect(try !field("null", #"{"a":0}"#))
        #expect(try field("''", #"{"a":""}"#))
        #expect(try !field("''", "{}"))
        #expect(try !field("''", #"{"a":null}"#))
    }

    @Test func numbersAndTruthValuesMatchTheirTexts() throws {
        #expect(try field("5", #"{"a":"5"}"#))
        #expect(try field("'5'", #"{"a":5}"#))
        #expect(try field("5", #"{"a":5.0}"#))
        #expect(try field("5", #"{"a":5e0}"#))
        #expect(try !field("5", #"{"a":50}"#))
        #expect(try field("-1.5", #"{"a":-1.5}"#))
        #expect(try field("true", #"{"a":"True"}"#))
        #expect(try field("'true'", #"{"a":true}"#))
        #expect(try field("false", #"{"a":false}"#))
        #expect(try !field("true", #"{"a":1}"#))
        #expect(try field("'0x17'", #"{"a":"0X17"}"#))
    }

    @Test func arraysMatchByAnElementObjectsByTheirText() throws {
        #expect(try field("x", #"{"a":["y","X"]}"#))
        #expect(try field("x", #"{"a":[["x"]]}"#))
        #expect(try !field("x", #"{"a":["y"]}"#))
        #expect(try field(#"'*"k":1*'"#, #"{"a":{ "k" : 1 }}"#))
        #expect(try field(#"'{"k":"a b"}'"#, #"{"a":{"k" : "a b"}}"#))
        let nested = "selection:\n    a.b: 1\ncondition: selection"
        #expect(try matches(nested, #"{"a":{"b":1}}"#))
        #expect(try matches(nested, #"{"a.b":1}"#))
        #expect(try matches(nested, #"{"a":[{"b":2},{"b":1}]}"#))
        #expect(try !matches(nested, #"{"a":{"c":{"b":1}}}"#))
        #expect(try matches("selection:\n    a.b.c: 1\ncondition: selection", #"{"a.b":{"c":1}}"#))
        #expect(try matches("selection:\n    a.b.c: 1\ncondition: selection", #"{"a":{"b.c":1}}"#))
    }

    @Test func aFieldThatNoEventHasIsAbsentAndNotDropped() throws {
        let detection = "selection:\n    a: 1\nfilter:\n    nowhere: x\ncondition: selection and not filter"
        #expect(try matches(detection, #"{"a":1}"#))
        #expect(try !matches("selection:\n    nowhere: x\ncondition: selection", #"{"a":1}"#))
    }

    @Test func bothOfADuplicateKeyAreSeen() throws {
        #expect(try field("x", #"{"a":"x","a":"y"}"#))
        #expect(try field("y", #"{"a":"x","a":"y"}"#))
    }

    @Test func fieldNamesWithEscapesAreFound() throws {
        #expect(try field("x", "{\"\\u0061\":\"x\"}"))
    }
}
