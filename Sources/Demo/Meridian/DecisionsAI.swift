// Meridian Credit: which controls of ISO/IEC 42001, Annex A, apply, and why.
import Governance
import Records

extension Meridian {
    static let aiDecisions: [DecisionDraft] = [
        .ai(
            "A.2.2", by: "rohan", day: -50,
            "Four AI systems touch people's access to credit; the board wants rules for them."),
        .ai("A.2.3", by: "rohan", day: -50, "AI rules have to fit those for security, privacy and lending."),
        .ai("A.2.4", by: "rohan", day: -50, "Techniques and law change faster than the yearly round of policies."),
        .ai(
            "A.3.2", by: "rohan", day: -50,
            "Owner, validator and overseer of a model must be different, named people."),
        .ai(
            "A.3.3", by: "rohan", day: -50,
            "Colleagues and customers should be able to say when an AI system does harm."),
        .ai("A.4.2", by: "rohan", day: -50, "What is not listed is neither assessed nor watched."),
        .ai("A.4.3", by: "rohan", day: -50, "Credit scoring stands or falls with its data."),
        .ai("A.4.4", by: "rohan", day: -50, "Libraries and tools decide whether a model can be built again."),
        .ai("A.4.5", by: "rohan", day: -50, "Training and scoring need computing that has to be there on time."),
        .ai("A.4.6", by: "rohan", day: -50, "Two people alone know the fraud rules; skills must be planned."),
        .ai(
            "A.5.2", by: "rohan", day: -50, reasons: "AI Act, Annex III 5 (b)",
            "Credit scoring of persons is high-risk under EU law."),
        .ai("A.5.3", by: "rohan", day: -50, "Authorities may ask to see assessments years later."),
        .ai(
            "A.5.4", by: "rohan", day: -50, reasons: "Risk: proxies bring back protected traits",
            "A refusal or a wrong suspicion hits people in a difficult moment."),
        .ai("A.5.5", by: "rohan", day: -49, "Credit decisions shape who can rent, move and work in a region."),
        .ai(
            "A.6.1.2", by: "rohan", day: -49,
            "Fairness, explanation and stability are goals of the lending strategy."),
        .ai("A.6.1.3", by: "rohan", day: -49, "Models are developed by us, in short cycles."),
        .ai("A.6.2.2", by: "rohan", day: -49, "Risk, Legal and business expect different things from one score."),
        .ai(
            "A.6.2.3", by: "rohan", day: -49, basis: .riskAssessment, exceptFor: ["reader", "chatbot"],
            """
            Successors have to understand why the model is as it is. The document reader and the chatbot are bought: \
            their design is their makers', and is asked for under A.10.3.
            """),
        .ai("A.6.2.4", by: "rohan", day: -49, "A model that was not validated must not decide on loans."),
        .ai("A.6.2.5", by: "rohan", day: -49, "A failed release of the scoring stops the whole business."),
        .ai(
            "A.6.2.6", by: "rohan", day: -49, reasons: "Risk: data drift degrades results",
            "Behaviour of applicants shifts with prices and partners."),
        .ai(
            "A.6.2.7", by: "rohan", day: -49,
            "Underwriters, auditors and authorities need to know the limits of a model."),
        .ai("A.6.2.8", by: "rohan", day: -49, reasons: "AI Act, Art. 12", "Disputes about decisions last years."),
        .ai("A.7.2", by: "rohan", day: -49, "Training data have to be chosen, described and renewed by rule."),
        .ai(
            "A.7.3", by: "rohan", day: -49, applies: false, basis: .riskAssessment,
            """
            Excluded: training data are our own application and payment records. Nothing is bought or \
            collected for training; bureau entries are an input in operation and fall under A.10.3.
            """),
        .ai("A.7.4", by: "rohan", day: -49, "Errors of partners' entries end up in scores."),
        .ai("A.7.5", by: "rohan", day: -48, "Bureau data and own data have different rules of use."),
        .ai("A.7.6", by: "rohan", day: -48, "Encoding and cleaning can wipe out small groups."),
        .ai(
            "A.8.2", by: "rohan", day: -48,
            "Underwriters and customer service work with scores and have to read them rightly."),
        .ai("A.8.3", by: "rohan", day: -48, "Applicants and consumer associations report unfair results."),
        .ai("A.8.4", by: "rohan", day: -48, "Wrong decisions have to be put right with those concerned."),
        .ai(
            "A.8.5", by: "rohan", day: -48, reasons: "GDPR, Art. 15 and 22",
            "Applicants have a right to the main reasons."),
        .ai(
            "A.9.2", by: "rohan", day: -48, reasons: "AI Act, Art. 26",
            "Scores, alerts and the chatbot are used by some 90 colleagues."),
        .ai("A.9.3", by: "rohan", day: -48, "The board set goals for oversight and for complaints."),
        .ai(
            "A.9.4", by: "rohan", day: -48,
            "The chatbot and the document reader could easily be used for more than they were tested for."),
        .ai(
            "A.10.2", by: "rohan", day: -48,
            "Two of the four systems come from others; who tests what has to be agreed."),
        .ai(
            "A.10.3", by: "rohan", day: -48, reasons: "Risk: supplier changes the model silently",
            "The maker of the language model changes versions every few months."),
        .ai(
            "A.10.4", by: "rohan", day: -48, applies: false, basis: .riskAssessment,
            """
            Excluded: no AI system is supplied to other organisations. Borrowers are covered as interested \
            parties by A.8.
            """),
    ]
}
