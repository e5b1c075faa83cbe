import Access
import Foundation
import RecordKit
import Synchronization
import Testing

@Suite struct PasswordHashTests {
    private static let small = World.parameters
    private static let salt = [UInt8](0..<16)

    /// RFC 7914, section 12, third vector, cut to 32 bytes: the first block of PBKDF2-HMAC-SHA-256's output.
    private static let vector =
        "scrypt$n=16384,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI"

    @Test func theVectorOfTheRFCMatches() throws {
        let hash = try PasswordHash(encoded: Self.vector)
        #expect(try hash.matches("pleaseletmein"))
        #expect(try !hash.matches("pleaseletmeiN"))
        let made = try PasswordHash(
            "pleaseletmein", salt: Array("SodiumChloride".utf8), parameters: .init(n: 16_384, r: 8, p: 1))
        #expect(made.encoded == Self.vector)
    }

    @Test func aHashReadsBackAndMatchesOnlyItsPassword() throws {
        let hash = try PasswordHash("correct horse", salt: Self.salt, parameters: Self.small)
        let read = try PasswordHash(encoded: hash.encoded)
        #expect(read == hash)
        #expect(try read.matches("correct horse"))
        for other in ["correct horse ", "Correct horse", "", String(repeating: "x", count: 2_000)] {
            #expect(try !read.matches(other))
        }
    }

    @Test func theSamePasswordTypedDecomposedMatches() throws {
        let hash = try PasswordHash("Schlüsselgewölbe", salt: Self.salt, parameters: Self.small)
        #expect(try hash.matches("Schlu\u{308}sselgewo\u{308}lbe"))
    }

    @Test(arguments: [
        "", "scrypt", "bcrypt$n=16,r=1,p=1$AAECAwQFBgcICQoLDA0ODw$", "scrypt$n=16,r=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAAA",
        "scrypt$n=262144,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=16384,r=9,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=16384,r=8,p=5$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=16383,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=0,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=65536,r=1,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=+16384,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=016384,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$r=8,n=16384,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=16384,r=8,p=1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=16384,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI",
        "scrypt$n=16384,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofJ",
        "scrypt$n=16384,r=8,p=1$AAAA$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI",
        "scrypt$n=16384,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI$",
    ])
    func anyOtherTextIsRefusedAsDamaged(_ text: String) {
        #expect(throws: AccessError.damagedPasswordHash) { try PasswordHash(encoded: text) }
    }

    @Test func everyAllowedParameterIsOneTheLibraryComputes() throws {
        for (n, r, p) in [(2, 1, 1), (32_768, 1, 4), (16, 8, 4), (1 << 17, 8, 1), (16, 7, 3)] {
            #expect(PasswordHash.Parameters.allows(n: n, r: r, p: p))
            let hash = try PasswordHash("some password", salt: Self.salt, parameters: .init(n: n, r: r, p: p))
            #expect(try PasswordHash(encoded: hash.encoded).matches("some password"))
        }
    }

    @Test func otherParametersNeedARehash() throws {
        let hash = try PasswordHash("some password", salt: Self.salt, parameters: Self.small)
        #expect(!hash.needsRehash(Self.small))
        #expect(hash.needsRehash(.init(n: 32, r: 1, p: 1)))
    }

    @Test func withoutAStoredHashTheAnswerIsNoEvenForTheStandInsPassword() async throws {
        let hasher = PasswordHasher(parameters: Self.small)
        #expect(try await !hasher.verify("nobody", against: nil))
    }

    @Test func anUnknownAccountCostsAsMuchAsAWrongPassword() throws {
        let hasher = PasswordHasher(parameters: Self.small)
        let stored = try PasswordHash("some password", salt: Self.salt, parameters: hasher.parameters)
        // The same work: scrypt's cost follows from its parameters alone, and neither comparison ends early.
        #expect(hasher.nobody.parameters == stored.parameters)
        #expect(hasher.nobody.salt.count == stored.salt.count)
        #expect(hasher.nobody.encoded.utf8.count == stored.encoded.utf8.count)
    }
}

@Suite struct PasswordHasherTests {
    /// How many run at once.
    private final class Running: Sendable {
        private let counts = Mutex((now: 0, most: 0))
        var most: Int { counts.withLock(\.most) }
        func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { counts.withLock { $0.now -= 1 } }
    }

    @Test func noMoreRunAtOnceThanAllowedAndWhoWaitsTooLongIsTurnedAway() async throws {
        let hasher = PasswordHasher(parameters: World.parameters, runningMax: 2, waitingMax: 3)
        let gate = DispatchSemaphore(value: 0)
        let running = Running()
        let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<9 {
                group.addTask {
                    do {
                        try await hasher.run {
                            running.enter()
                            gate.wait()
                            running.leave()
                        }
                        return true
                    } catch AccessError.tryLater { return false }
                }
            }
            // Nothing can end before the gate opens: the first four answers are refusals.
            var outcomes: [Bool] = []
            for _ in 0..<4 { outcomes.append(try await group.next() == true) }
            #expect(outcomes == [false, false, false, false])
            for _ in 0..<5 { gate.signal() }
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.count { $0 } == 5)
        #expect(running.most == 2)
        #expect(try await hasher.hash("a new password", from: .system).matches("a new password"))
    }
}

@Suite struct PasswordRuleTests {
    @Test(arguments: [
        ("elevenchars", false), ("twelve chars", true), (String(repeating: "abcdef", count: 21) + "gh", true),
        (String(repeating: "abcdef", count: 21) + "ghi", false), ("ADA.BYRON@example.org", false),
        ("password1234", false), ("PassWord1234", false), ("qwertyuiop123", false), ("aaaaaaaaaaaaaaaa", false),
        ("abababababab", false), ("Tür zum Hof offen", true), (String(repeating: "a\u{301}bcde", count: 25), true),
        ("", false), (String(repeating: "e\u{301}\u{302}\u{303}", count: 12 * 40), false),
    ])
    func passwordsAreLongAndNotCommon(_ password: String, _ isGood: Bool) {
        #expect(PasswordRule.problems(of: password, email: "ada.byron@example.org").isEmpty == isGood)
    }

    @Test func theProblemStandsBesideThePassword() {
        #expect(throws: Invalid("password", "must have 12 to 128 characters")) {
            try PasswordRule.check("short", email: "ada@example.org")
        }
    }
}

@Suite struct SecretTests {
    @Test func aSecretHas256BitsAndOnlyItsHashIsKept() {
        let a = Secret(from: .system)
        let b = Secret(from: .system)
        #expect(a != b)
        #expect(a.text.utf8.count == 43)
        #expect(a.hash.count == 32)
        #expect(Secret(text: a.text).hash == a.hash)
        // SHA-256 of "abc" (FIPS 180-4).
        #expect(
            Secret(text: "abc").hash.map { String(format: "%02x", $0) }.joined()
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func textsAreEqualOnlyIfAllIsEqual() {
        #expect(Secret.areEqual("abc", "abc"))
        for other in ["abd", "ab", "abcd", ""] { #expect(!Secret.areEqual("abc", other)) }
    }

    @Test func idsFollowTheClockAndTheRandomSource() throws {
        let instant = try #require(Instant("2026-03-10T12:00:00.000Z"))
        let environment = Environment(
            clock: Clock { instant }, random: RandomSource { [UInt8](repeating: 0xAB, count: $0) })
        #expect(environment.id() == environment.id())
        #expect(environment.id().lowercased == "019cd79e-4600-7bab-abab-abababababab")
        #expect(environment.salt().count == 32)
    }
}
