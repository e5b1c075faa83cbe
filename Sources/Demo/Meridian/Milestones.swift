// Meridian Credit: the steps on the way to both certificates, and the effort that people named for their tasks.
import Foundation

/// A step of the plan. Tasks that are due before it, and after the one before it, belong to it.
struct MilestoneDraft: Sendable {
    let title: String
    let by: String
    let owner: String
    let day: Int
    let due: Int
    let text: String
}

extension Meridian {
    static let milestones = [
        MilestoneDraft(
            title: "Corrective actions of the last audit done", by: "ines", owner: "katarzyna", day: -44, due: -1,
            text: "What the last surveillance audit found is set right, and somebody else has confirmed it."),
        MilestoneDraft(
            title: "Ready for the internal audit", by: "ines", owner: "ines", day: -44, due: 18,
            text: "Clauses 4 to 8 of both standards have an answer and no gap that may block a certificate."),
        MilestoneDraft(
            title: "Ready for stage 1", by: "ines", owner: "charlotte", day: -44, due: 60,
            text: "Internal audit and management review are done for both standards; what they found has an owner."),
    ]

    /// Working days by title; what nobody named is not estimated.
    static let efforts: [String: Decimal] = [
        "Write the decision log of the chatbot": 6, "Assess effects on society for all four systems": 8,
        "Carry out impact assessments for chatbot and document reader": 9,
        "Explain refusals with reasons from the model": 12, "Complete the AI risk assessment for bought systems": 4,
        "Name treatments for nine AI risks": 3, "Run the scoring service in two zones": 15,
        "Write continuity plans for the last three processes": 5, "Label shared folders and mail": 2,
        "Send logs of the personnel system": 1.5, "Write alert rules for the partner gateway": 3,
        "Describe lineage of bureau data": 4, "Publish model cards": 2.5,
        "Prepare the first joint management review": 3,
    ]
}
