// The English texts of audit packs and of the page that explains a proof.

// MARK: Audit packs

extension Text {
    package static let auditPack = Text("Audit pack")
    package static let auditPackLead = Text(
        "One file with records, evidence and proofs. An auditor checks it without this server and without a network.")
    package static let packAsOf = Text("As of")
    package static let packAsOfHelp = Text(
        "An entry of the ledger, a day as 2026-12-31 or a time as 2026-12-31T12:00:00Z. Leave empty for now.")
    package static let packSince = Text("Checkpoint that the auditor kept")
    package static let packSinceHelp = Text(
        "Paste the signed note of an earlier pack. The new one then proves that nothing was rewritten since.")
    package static let exportPack = Text("Export the pack")
    package static let packNote = Text(
        "It holds what you may see. The export becomes an entry of the ledger. Hand over the verifier key on another "
            + "way than the pack.")
}

// MARK: The proof of an entry

extension Text {
    package static let proofRecorded = Text("What was recorded")
    package static let proofWho = Text("Who")
    package static let proofWhen = Text("When")
    package static let proofSignedIn = Text("Signed in by")
    package static let proofContent = Text("The content")
    package static let proofFits = Text("Content fits")
    package static let proofFitsWhy = Text(
        "This server still has the version, and its content with its secret salt gives exactly the fingerprint that the "
            + "entry carries. It was computed just now.")
    package static let proofDiffers = Text("Content differs")
    package static let proofDiffersWhy = Text(
        "What this server has now does not give the fingerprint that the entry carries. Somebody changed the database. "
            + "Tell whoever runs the server.")
    package static let proofErased = Text("Content erased")
    package static let proofErasedWhy = Text(
        "The content was erased, with its salt. The entry still shows that something stood here; nobody can tell what.")
    package static let proofNoContent = Text(
        "The entry records an event, such as an export. It carries no content of a record.")
    package static let proofPath = Text("The path to the signature")
    package static let proofTrue = Text("In the signed tree")
    package static let proofFalse = Text("Not in the signed tree")
    package static let proofNotSigned = Text("Not signed yet")
    package static let proofNotSignedWhy = Text(
        "No checkpoint covers this entry yet. One is signed within seconds; reload the page then.")
    package static let proofLeafStep = Text("The entry has a fingerprint.")
    package static let proofRootStep = Text("Together they give the root of the whole ledger.")
    package static let proofSignStep = Text("This server signed that root.")
    package static let proofHashes = Text("Fingerprints on the path")
    package static let proofEntryBytes = Text("The entry as it is hashed")
    package static let proofDownload = Text("Download the proof")
    package static let proofDownloadLeaf = Text("Download the entry")
    package static let proofDownloadNote = Text(
        "The proof is a file in the format C2SP tlog-proof. With it, the entry and the verifier key, any program for "
            + "that format can check what stands here.")
    package static let proofPack = Text("Audit pack with this record")
    package static let proofSeeThen = Text("See the record as it stood then")
    package static let proofShowsOf = Text("What this proves")
    package static let proofShowsNotOf = Text("What this does not prove")
    package static let proofShows = [
        Text("That this entry stood at this place in the ledger when the checkpoint was signed."),
        Text("That the version of the record is the one that was saved then, if its content fits."),
        Text("That nobody can change the entry or the content without a different root."),
    ]
    package static let proofShowsNot = [
        Text("That what was written is true."),
        Text("The exact time: it is what this server's clock said. The order of entries is proved."),
        Text(
            "That this server did not sign two different histories. For that, compare with a checkpoint that somebody "
                + "else kept."),
    ]

    package static func entryNumber(_ index: Int) -> Text { Text("Entry \(count(index))") }
    package static func proofSentence(_ actor: String, _ action: String, _ object: String, _ time: String) -> Text {
        Text("\(actor): \(action), \(object), \(time).")
    }
    package static func proofPathStep(_ hashes: Int) -> Text {
        Text(
            hashes == 0
                ? "It is the only entry, so the fingerprint is the root."
                : "\(hashes == 1 ? "One fingerprint of others stands" : "\(count(hashes)) fingerprints of others stand") "
                    + "beside it on the way up.")
    }
    package static func proofCheckpoint(_ size: Int, _ time: String) -> Text {
        Text("The checkpoint covers \(count(size)) entries and was signed \(time).")
    }
}
