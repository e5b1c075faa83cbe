// Passwords at rest: scrypt (RFC 7914) in one text form that says how it was made.
import Crypto
import CryptoExtras
import Foundation

/// A password's scrypt hash with its salt and parameters: `scrypt$n=32768,r=8,p=3$<salt>$<hash>`, base64url.
package struct PasswordHash: Sendable, Hashable {
    package static let saltBytes = 16
    package static let hashBytes = 32
    /// Of a password as typed; the rule for new ones is ``PasswordRule``.
    package static let passwordBytesMax = 1_024

    /// What a guess costs (RFC 7914, section 2).
    package struct Parameters: Sendable, Hashable {
        package static let nMax = 1 << 17
        package static let rMax = 8
        package static let pMax = 4
        /// Memory and time: a power of two.
        package let n: Int
        /// Block size in 128 bytes.
        package let r: Int
        /// Repetitions.
        package let p: Int

        package init(n: Int, r: Int, p: Int) {
            precondition(Self.allows(n: n, r: r, p: p), "scrypt parameters out of bounds: n=\(n), r=\(r), p=\(p)")
            self.n = n
            self.r = r
            self.p = p
        }

        /// 32 MB and some 0.3 s of one core, one of the settings that OWASP's password storage sheet holds equal.
        package static let standard = Parameters(n: 1 << 15, r: 8, p: 3)

        /// A stored hash may cost no more than this, whoever wrote it: else one row could stop the server.
        package static func allows(n: Int, r: Int, p: Int) -> Bool {
            guard (2...nMax).contains(n), n & (n - 1) == 0, (1...rMax).contains(r), (1...pMax).contains(p) else {
                return false
            }
            return 16 * r >= 63 || n < 1 << (16 * r)
        }
    }

    package let parameters: Parameters
    package let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes a password. It takes the time that the parameters make it take: call it through ``PasswordHasher``.
    /// - Throws: ``AccessError/hashingFailed``.
    package init(
        _ password: String, salt: [UInt8], parameters: Parameters
    ) throws(AccessError) {
        self.parameters = parameters
        self.salt = salt
        hash = try Self.key(password, salt, parameters).withUnsafeBytes { Array($0) }
    }

    /// A hash that no password has: checking one against it takes the usual time.
    init(nobody parameters: Parameters) {
        self.parameters = parameters
        salt = [UInt8](repeating: 0, count: Self.saltBytes)
        hash = [UInt8](repeating: 0, count: Self.hashBytes)
    }

    /// Reads the text form, and nothing but what ``encoded`` writes.
    /// - Throws: ``AccessError/damagedPasswordHash``.
    package init(encoded text: String) throws(AccessError) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard text.utf8.count <= 256, parts.count == 4, parts[0] == "scrypt" else { throw .damagedPasswordHash }
        let numbers = parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0.dropFirst(2)) }
        guard numbers.count == 3, let n = numbers[0], let r = numbers[1], let p = numbers[2],
            Parameters.allows(n: n, r: r, p: p), let salt = Base64URL.decode(parts[2]),
            (8...64).contains(salt.count), let hash = Base64URL.decode(parts[3]), hash.count == Self.hashBytes
        else { throw .damagedPasswordHash }
        parameters = Parameters(n: n, r: r, p: p)
        self.salt = salt
        self.hash = hash
        guard encoded == text else { throw .damagedPasswordHash }
    }

    package var encoded: String {
        "scrypt$n=\(parameters.n),r=\(parameters.r),p=\(parameters.p)$\(Base64URL.encode(salt))"
            + "$\(Base64URL.encode(hash))"
    }

    /// Whether it is the hash of this password; the comparison takes the same time wherever they differ.
    /// - Throws: ``AccessError/hashingFailed``.
    package func matches(_ password: String) throws(AccessError) -> Bool {
        guard (1...Self.passwordBytesMax).contains(password.utf8.count) else { return false }
        return try Self.key(password, salt, parameters) == SymmetricKey(data: hash)
    }

    /// It was made with other parameters than new ones are.
    package func needsRehash(_ wanted: Parameters) -> Bool { parameters != wanted }

    private static func key(
        _ password: String, _ salt: [UInt8], _ parameters: Parameters
    ) throws(AccessError) -> SymmetricKey {
        // The same password typed on another keyboard may come composed in another way (NIST SP 800-63B, 5.1.1.2).
        let normal = Array(password.precomposedStringWithCompatibilityMapping.utf8)
        precondition(!normal.isEmpty, "an empty password is never hashed")
        do {
            return try KDF.Scrypt.deriveKey(
                from: normal, salt: salt, outputByteCount: hashBytes, rounds: parameters.n, blockSize: parameters.r,
                parallelism: parameters.p)
        } catch { throw .hashingFailed }
    }
}
