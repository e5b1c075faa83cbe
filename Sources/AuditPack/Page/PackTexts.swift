// Every word of the page and of the text in a pack.

/// A text that is not content of a record.
struct PackText {
    let string: String
    init(_ english: String) { string = english }

    static let language = "en"
    static let lead = PackText(
        "An extract of the management system with the proofs that it was recorded so. It opens without a network.")
    static let about = PackText("What this pack covers")
    static let ledgerName = PackText("Ledger")
    static let asOf = PackText("As of entry")
    static let exportedAt = PackText("Exported")
    static let revisions = PackText("Revisions")
    static let evidence = PackText("Files of evidence")
    static let erased = PackText("Erased revisions")
    static let notIncluded = PackText("Left out")
    static let extent = PackText("Extent")
    static let whole = PackText("All entries of the ledger, with its whole tree")
    static let chosen = PackText("Chosen records, each entry with its proof")
    static let posture = PackText("How both standards stood")
    static let postureLead = PackText(
        "Counted over the items of each standard. Unknown is not conform: nobody has answered yet.")
    static let noPosture = PackText("There was no assessment at this time, so nothing is known.")
    static let standard = PackText("Standard")
    static let conform = PackText("Conform")
    static let partly = PackText("Partly")
    static let nonconform = PackText("Nonconform")
    static let notApplicable = PackText("Not applicable")
    static let unknown = PackText("Unknown")
    static let verify = PackText("How to verify")
    static let verifySteps = [
        PackText(
            "Get the verifier key from the organisation itself, on another way than this pack. A pack that brings its "
                + "own key proves nothing. The key below is for comparing."),
        PackText("Run the command below with that key. It needs neither a network nor the server."),
        PackText(
            "Keep the file “checkpoint”. With the next pack, give it as --checkpoint: then it shows that nothing was "
                + "rewritten in between."),
    ]
    static let key = PackText("Key that this server signs with")
    static let command = PackText("concord verify pack FILE --key KEY")
    static let proves = PackText(
        "A good verdict means: these records, approvals and files stood in this form in the ledger when it was "
            + "signed. It does not mean that what was recorded is true.")
    static let records = PackText("Records")
    static let recordsLead = PackText(
        "The content of every version stands in the folder “records”, one line each. Files stand in “evidence”.")
    static let title = PackText("Title")
    static let record = PackText("Record")
    static let version = PackText("Version")
    static let noRecords = PackText("No records.")

    static func heading(_ organisation: String) -> PackText { PackText("Audit pack of \(organisation)") }
    static func entryAt(_ index: Int, _ time: String?) -> PackText {
        PackText(time.map { "\(index), recorded \($0)" } ?? "none")
    }
    static func groupHeading(_ name: String, _ count: Int) -> PackText { PackText("\(name) (\(count))") }
    static func more(_ count: Int) -> PackText { PackText("And \(count) more; see the folder “records”.") }

    /// The text file for people who open the pack.
    static func readme(_ organisation: String, _ origin: String) -> String {
        """
        Audit pack of \(organisation)
        Ledger: \(origin)

        Open index.html in a browser for a summary. To verify the pack:

            concord verify pack FILE --key KEY [--checkpoint FILE-THAT-YOU-KEPT]

        Take KEY from the organisation itself, not from this pack. Verify the file as you received it: a pack that was
        unpacked and packed again counts as altered.

        checkpoint             size and root of the ledger, signed (C2SP tlog-checkpoint)
        previous-checkpoint    the checkpoint that you gave, if any
        consistency-proof      that the ledger continues it (C2SP tlog-witness, add-checkpoint)
        tile/                  the whole ledger: hashes and entries (C2SP tlog-tiles), or
        entries/               chosen entries, each with its proof (C2SP tlog-proof)
        records/               versions of records, one a line: body, commitment, index of the entry, salt.
                               SHA-256(salt, body) is the commitment that the entry carries.
        evidence/              files, each under its SHA-256
        manifest.json          all files with their SHA-256, and the statement of what is covered and what is left out.
                               The entry of the export carries the SHA-256 of that statement.

        What it proves: these records and files stood in this form in the ledger when it was signed.
        What it does not prove: that what was recorded is true. Without a witness or a checkpoint kept elsewhere, whoever
        holds key and database could have written the whole history anew before they signed.

        """
    }
}
