// What a new password must be: long, and not among the first that anybody tries (NIST SP 800-63B, 5.1.1.2).
package import RecordKit

/// The rule for new passwords. It asks for length, not for a mixture of characters.
package enum PasswordRule {
    package static let charactersAllowed = 12...128
    package static let distinctCharactersMin = 5

    /// - Parameter email: The account's address, in lower case.
    /// - Returns: What is wrong, beside the field `password`.
    package static func problems(of password: String, email: String) -> [Problem] {
        guard password.utf8.count <= PasswordHash.passwordBytesMax, charactersAllowed.contains(password.count) else {
            return [
                Problem(
                    "password",
                    "must have \(charactersAllowed.lowerBound) to \(charactersAllowed.upperBound) characters")
            ]
        }
        let folded = password.lowercased()
        if folded == email.lowercased() { return [Problem("password", "must not be the email address")] }
        if Set(folded).count < distinctCharactersMin {
            return [Problem("password", "must have at least \(distinctCharactersMin) different characters")]
        }
        if common.contains(folded) {
            return [Problem("password", "is one of the commonest passwords; choose one that is only yours")]
        }
        return []
    }

    /// - Throws: `Invalid` with what is wrong.
    package static func check(_ password: String, email: String) throws(Invalid) {
        let problems = problems(of: password, email: email)
        guard problems.isEmpty else { throw Invalid(problems) }
    }

    /// The commonest of 12 and more characters, in lower case.
    static let common: Set<String> = [
        "1234567890ab", "1234567890abc", "1234567890qwerty", "123456789012", "1234567890123", "12345678901234",
        "123456789abc", "123456789qwerty", "123456qwerty", "123qweasdzxc", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u",
        "1q2w3e4r5t6y7u8i", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "abc123456789", "abcd12345678", "abcdefghijkl",
        "abcdefghijklm", "administrator", "administrator1", "adminadmin123", "asdfghjkl123", "asdfghjklasdfghjkl",
        "changeme1234", "changemenow!", "changemeplease", "complicated1", "correcthorsebatterystaple",
        "correct horse battery staple", "defaultpassword", "football1234", "iloveyou1234", "iloveyouforever",
        "letmein12345", "letmein123456", "liverpool123", "manchester123", "monkey123456", "mypassword12",
        "mypassword123", "mypassword1234", "p@ssw0rd1234", "p@ssword1234", "passw0rd1234", "password0000",
        "password1234", "password12345", "password123456", "password1234567", "password12345678", "password123!",
        "password2024", "password2025", "password2026", "passwordpassword", "princess1234", "q1w2e3r4t5y6",
        "qazwsxedcrfv", "qwer1234tyui", "qwerty123456", "qwerty1234567", "qwerty12345678", "qwertyqwerty",
        "qwertyuiop12", "qwertyuiop123", "qwertyuiop1234", "qwertyuiop[]", "qwertyuiopasdfghjkl", "secretsecret",
        "spiderman123", "sunshine1234", "superman1234", "thequickbrownfox", "trustno1trustno1", "unbelievable",
        "welcome12345", "welcome123456", "welcomewelcome", "zaq12wsxcde3", "zxcvbnm12345", "zxcvbnm123456",
    ]
}
