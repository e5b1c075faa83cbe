// The signature, held against the values that AWS publishes, and the texts that go into it.
import Foundation
import RecordKit
import S3Storage
import Testing

@Suite struct SignatureTests {
    private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let host = "examplebucket.s3.amazonaws.com"
    /// The key of the examples in the API reference of S3, "Authenticating Requests: Using the Authorization Header".
    private static let credentials = S3Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    private let signature = SignatureV4(credentials, region: "us-east-1")

    private func signed(
        _ method: String, _ path: String, _ query: [(name: String, value: String)] = [],
        _ headers: [(name: String, value: String)] = [], payload: String = empty
    ) throws -> String {
        let time = try #require(Instant("2013-05-24T00:00:00.000Z"))
        let all =
            headers + [
                ("Host", Self.host), ("x-amz-content-sha256", payload), ("x-amz-date", SignatureV4.stamp(time)),
            ]
        return signature.authorization(
            method: method, path: path, query: query, headers: all, payload: payload, at: time)
    }

    @Test func aReadOfTheFirstBytesIsSignedAsPublished() throws {
        let expected =
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        #expect(try signed("GET", "/test.txt", [], [("Range", "bytes=0-9")]) == expected)
    }

    @Test func aWriteIsSignedAsPublished() throws {
        let payload = SignatureV4.hash(Data("Welcome to Amazon S3.".utf8))
        #expect(payload == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
        let found = try signed(
            "PUT", "/" + URIText.path("test$file.text"), [],
            [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            payload: payload)
        #expect(found.hasSuffix("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
    }

    @Test func aListAndASubresourceAreSignedAsPublished() throws {
        let list = try signed("GET", "/", [("prefix", "J"), ("max-keys", "2")])
        #expect(list.hasSuffix("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
        let lifecycle = try signed("GET", "/", [("lifecycle", "")])
        #expect(lifecycle.hasSuffix("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
    }

    /// `get-vanilla` and `get-vanilla-query-order-key-case` of the Signature Version 4 test suite.
    @Test(
        arguments: [
            ([], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (["Param2", "Param1"], "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ] as [([String], String)])
    func theTestSuiteOfAWSIsMet(_ names: [String], _ expected: String) throws {
        let suite = SignatureV4(
            S3Credentials(accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1", service: "service")
        let time = try #require(Instant("2015-08-30T12:36:00.000Z"))
        let found = suite.authorization(
            method: "GET", path: "/", query: names.map { ($0, $0 == "Param1" ? "value1" : "value2") },
            headers: [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")], payload: Self.empty,
            at: time)
        #expect(found.hasSuffix("Signature=\(expected)"))
    }

    @Test func textIsEncodedAsTheSignatureWantsIt() {
        #expect(URIText.value("a b/ü~*") == "a%20b%2F%C3%BC~%2A")
        #expect(URIText.path("a b/ü+=") == "a%20b/%C3%BC%2B%3D")
        #expect(SignatureV4.query([("b", "2"), ("a", "x y"), ("a", "1")]) == "a=1&a=x%20y&b=2")
    }

    @Test func keysDoNotShowTheirSecret() {
        let text = "\(Self.credentials) \(String(reflecting: Self.credentials))"
        #expect(text.contains("AKIAIOSFODNN7EXAMPLE") && !text.contains("wJalr"))
        var dumped = ""
        dump(Self.credentials, to: &dumped)
        #expect(!dumped.contains("wJalr"))
    }
}
