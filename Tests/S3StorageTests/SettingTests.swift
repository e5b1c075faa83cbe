// Where files lie and the keys to them, as operators write it.
import Foundation
import RecordKit
import S3Storage
import Testing

@Suite struct SettingTests {
    @Test func aLocationNamesBucketPrefixAndRegion() throws {
        let plain = try S3Location("s3://evidence-7")
        #expect(plain.bucket == "evidence-7" && plain.prefix.isEmpty && plain.region == "us-east-1")
        #expect(!plain.isPathStyle)
        let full = try S3Location("s3://evidence/a/b%20c/?region=eu-central-1&endpoint=https://s3.example.org:9000")
        #expect(full.prefix == "a/b c" && full.region == "eu-central-1" && full.isPathStyle)
        #expect(try S3Location("s3://evidence", region: "eu-west-1").region == "eu-west-1")
        #expect(try S3Location("s3://with.dots").isPathStyle, "no certificate covers two labels")
        #expect(try !S3Location("s3://evidence?endpoint=https://s3.example.org&style=host").isPathStyle)
        #expect(S3Location.isLocation("S3://x") && !S3Location.isLocation("/srv/files"))
    }

    @Test(arguments: [
        "s3://", "s3://ab", "s3://Evidence", "s3://evidence?regoin=eu", "s3://evidence?region=",
        "s3://evidence?region=a&region=b", "s3://evidence?endpoint=ftp://x", "s3://evidence?endpoint=https://x/path",
        "s3://evidence?endpoint=https://user:secret@x", "s3://key:secret@evidence", "s3://evidence:9000/a",
        "s3://evidence?style=both", "/srv/files",
    ])
    func aLocationThatIsNoneIsRefused(_ text: String) {
        do {
            _ = try S3Location(text)
            Issue.record("\(text) was taken")
        } catch { #expect(!error.description.contains("secret"), "\(error)") }
    }

    @Test func keysComeFromTheEnvironmentOrAFile() throws {
        let own = try S3Credentials.found(in: ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"])
        #expect(own.accessKey == "A")
        #expect(throws: S3SettingError.noCredentials) { try S3Credentials.found(in: [:]) }
        #expect(throws: S3SettingError.noCredentials) {
            try S3Credentials.found(in: ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nowhere"])
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(
            "[other]\naws_access_key_id=X\n[default]\n# ours\naws_access_key_id = B\naws_secret_access_key = t\n".utf8
        )
        .write(to: file)
        let named = ["AWS_SHARED_CREDENTIALS_FILE": file.path]
        #expect(try S3Credentials.found(in: named).accessKey == "B")
        #expect(throws: S3SettingError.self) {
            try S3Credentials.found(in: named.merging(["AWS_PROFILE": "other"]) { $1 })
        }
    }
}
