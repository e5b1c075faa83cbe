import Client
import MerkleLog
import Testing

@Suite struct JSONLayoutTests {
    private func indented(_ text: String) -> String {
        String(decoding: JSONLayout.indented(Array(text.utf8)), as: UTF8.self)
    }

    @Test func membersKeepTheirOrder() {
        #expect(
            indented(#"{"b":[1,{"x":"y"}],"a":{}, "c" : [ ],"d":-1.5e3}"#) == """
                {
                  "b": [
                    1,
                    {
                      "x": "y"
                    }
                  ],
                  "a": {},
                  "c": [],
                  "d": -1.5e3
                }
                """)
        #expect(indented(#""a: {b}, [c] \" d""#) == #""a: {b}, [c] \" d""#)
        #expect(indented("null") == "null")
    }

    @Test func aTerminalIsGivenNoCommands() {
        #expect(indented("\"a\u{9B}2J\u{7F}ü\"") == #""a\u009b2J\u007fü""#)
    }

    @Test func elementsAreThoseOfTheOuterObject() throws {
        let text = #" { "first" : {"items":[0]}, "items" : [ {"a":"]}"}, [1,[2]], "x,\"y" , 3 , null ] , "last":[] } "#
        let object = try JSONObject(Array(text.utf8), from: "test")
        let slices = try object.slices("items").map { String(decoding: $0, as: UTF8.self) }
        #expect(slices == [#"{"a":"]}"}"#, "[1,[2]]", #""x,\"y""#, "3", "null"])
        #expect(try object.slices("last").isEmpty)
        #expect(throws: ClientError.self) { try object.slices("missing") }
    }

    @Test func layoutChangesNoValue() throws {
        let text = #"{"s":"a\\\"b\u001b","n":[1,2.5,-3],"o":{"e":{},"t":true,"f":false,"z":null},"u":"ü日"}"#
        let value = try JSONValue.parse(Array(text.utf8))
        #expect(try JSONValue.parse(JSONLayout.indented(Array(text.utf8))) == value)
    }
}
