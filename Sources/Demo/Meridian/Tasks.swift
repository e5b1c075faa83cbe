// Meridian Credit: work that somebody has to do, in all states.
import Records

extension Meridian {
    static let tasks: [TaskDraft] = [
        TaskDraft(
            "Remove the standing right found in the cloud account", .correctiveAction, .high, by: "katarzyna",
            to: "tomasz", day: -41, due: -6,
            security: "A.8.2",
            [
                .start("tomasz", -38)
            ],
            text: """
                Cause: an old deployment key that nobody owned. Move the job to the pipeline, then remove the \
                key and its right.
                """),
        TaskDraft(
            "Delete refused applications in notebooks, too", .correctiveAction, .high, by: "ines", to: "yuki", day: -20,
            due: 24,
            security: "A.8.10", controls: ["DAT-05"],
            [
                .start("yuki", -16)
            ],
            text: "The deletion job left exports alone. Add the workbench to the job and show one clean run."),
        TaskDraft(
            "Write the decision log of the chatbot", .gap, .high, by: "rohan", to: "luca", day: -35, due: 21,
            ai: "A.6.2.8", controls: ["AIG-07"],
            [
                .start("luca", -30)
            ],
            text: "Message, model version, guardrail result and hand-over for each talk, kept for five years."),
        TaskDraft(
            "Assess effects on society for all four systems", .gap, .high, by: "ines", to: "rohan", day: -33, due: -2,
            ai: "A.5.5",
            [
                .start("rohan", -28)
            ],
            text: "One paragraph is not enough: access to credit by region, effects on debt, environment."),
        TaskDraft(
            "Carry out impact assessments for chatbot and document reader", .gap, .high, by: "ines", to: "rohan",
            day: -33, due: 30,
            ai: "8.4",
            text: "Only credit scoring has one. Chatbot first: its users are in distress."),
        TaskDraft(
            "Explain refusals with reasons from the model", .gap, .high, by: "rohan", to: "sophie", day: -32, due: 17,
            ai: "A.8.5", controls: ["AIG-11"],
            [
                .start("sophie", -25)
            ],
            text: "Texts for 38 reason codes, approved by Legal, shown in app and letter."),
        TaskDraft(
            "Complete the AI risk assessment for bought systems", .gap, .high, by: "ines", to: "rohan", day: -31,
            due: 12,
            ai: "8.2",
            [
                .start("rohan", -26)
            ],
            text: "Document reader and chatbot were rated by their makers only."),
        TaskDraft(
            "Name treatments for nine AI risks", .gap, .high, by: "ines", to: "rohan", day: -31, due: 9,
            ai: "6.1.3",
            text: "Nine risks above the limit have an owner but no treatment."),
        TaskDraft(
            "Choose the rules for outgoing data with the works council", .gap, .high, by: "katarzyna", to: "amara",
            day: -30, due: 34,
            security: "A.8.12", controls: ["DAT-08"],
            [
                .start("amara", -24)
            ],
            text: "Agreement before the tool is switched on."),
        TaskDraft(
            "Run the scoring service in two zones", .gap, .high, by: "katarzyna", to: "tomasz", day: -30, due: 58,
            security: "A.8.14", controls: ["BCM-03"],
            [
                .start("tomasz", -21)
            ],
            text: "Budget is granted. Shadow traffic first, then switch."),
        TaskDraft(
            "Write continuity plans for the last three processes", .gap, .medium, by: "katarzyna", to: "tomasz",
            day: -30, due: -3,
            security: "A.5.29 A.5.30",
            [
                .start("tomasz", -22)
            ],
            text: "Impact analysis for payouts, complaints and partner onboarding is missing."),
        TaskDraft(
            "Label shared folders and mail", .gap, .medium, by: "katarzyna", to: "ines", day: -29, due: 27,
            security: "A.5.13",
            text: "Switch mandatory labels on, unit by unit, Legal first."),
        TaskDraft(
            "Try the restore of the warehouse", .review, .medium, by: "katarzyna", to: "tomasz", day: -43, due: -5,
            security: "A.8.13",
            text: "The last lot fell on the loan platform twice. The warehouse was not restored since spring."),
        TaskDraft(
            "Close nine high weaknesses older than 30 days", .gap, .high, by: "katarzyna", to: "tomasz", day: -18,
            due: 5,
            security: "A.8.8",
            [
                .start("tomasz", -15)
            ],
            text: "Six wait for one library; plan the update of the gateway."),
        TaskDraft(
            "Withdraw rights of movers within two days", .gap, .medium, by: "katarzyna", to: "tomasz", day: -39,
            due: -17,
            security: "A.5.18",
            [
                .start("tomasz", -36),
                .complete("tomasz", -22),
                .verify("katarzyna", -19),
            ],
            text: "Movers kept old rights until the quarterly review."),
        TaskDraft(
            "Send logs of the personnel system", .gap, .medium, by: "katarzyna", to: "tomasz", day: -28, due: 16,
            security: "A.8.15", controls: ["OPS-04"],
            [
                .start("tomasz", -13)
            ],
            text: "The service offers an export; connect it and test the silence alert."),
        TaskDraft(
            "Write alert rules for the partner gateway", .gap, .low, by: "katarzyna", to: "mateus", day: -28, due: 40,
            security: "A.8.16",
            text: "Unusual numbers of applications by one partner, and failures of signatures."),
        TaskDraft(
            "Close the shared bucket between test and production", .gap, .high, by: "katarzyna", to: "mateus", day: -36,
            due: -24,
            security: "A.8.31",
            [
                .start("mateus", -35),
                .complete("mateus", -29),
                .verify("katarzyna", -27),
            ],
            text: "Found by the path report. Move files, then remove both policies."),
        TaskDraft(
            "Collect proofs of competence for five AI roles", .gap, .medium, by: "ines", to: "amara", day: -34, due: -1,
            ai: "7.2",
            [
                .start("amara", -29)
            ],
            text: "Certificates or observed work for owners and overseers; matrix has the list."),
        TaskDraft(
            "Give the AI hour in Collections and Customer Service", .gap, .medium, by: "rohan", to: "amara", day: -27,
            due: 33,
            ai: "7.3",
            [
                .start("amara", -17)
            ],
            text: "24 of 60 have had it."),
        TaskDraft(
            "Review the document reader's maker", .review, .medium, by: "rohan", to: "elena", day: -26, due: 11,
            security: "A.5.22",
            text: "Rating C from last year; ask for test results on payslips from Portugal."),
        TaskDraft(
            "Add security clauses to three old contracts", .gap, .medium, by: "katarzyna", to: "elena", day: -38,
            due: 19,
            security: "A.5.21",
            [
                .start("elena", -20)
            ],
            text: "Deskline, Forgeline, Scriptus: notice of incidents and of sub-suppliers."),
        TaskDraft(
            "Rate the threat notices of the banking group", .gap, .low, by: "katarzyna", to: "daniel", day: -25, due: 7,
            security: "A.5.7",
            [
                .start("daniel", -12)
            ],
            text: "They arrive by mail to one person; put them into the weekly list."),
        TaskDraft(
            "Describe lineage of bureau data", .gap, .medium, by: "rohan", to: "yuki", day: -24, due: 38,
            ai: "A.7.5", controls: ["DAT-03"],
            text: "From the feed to the 31 features that use it."),
        TaskDraft(
            "Publish model cards", .gap, .low, by: "rohan", to: "aylin", day: -24, due: 44,
            ai: "A.6.2.7", controls: ["AIG-15"],
            text: "Template is agreed; scoring first."),
        TaskDraft(
            "Recalibrate band 6 of credit scoring", .other, .medium, by: "rohan", to: "aylin", day: -40, due: -21,
            ai: "A.6.2.3",
            [
                .start("aylin", -37),
                .complete("aylin", -28),
                .reopen("aylin", -26, "The gap is smaller but not gone in the newest vintage."),
                .start("aylin", -25),
                .complete("aylin", -18),
                .verify("rohan", -10),
            ],
            text: "First condition of the validation report."),
        TaskDraft(
            "Describe missing employment data in the data sheet", .other, .low, by: "rohan", to: "yuki", day: -40,
            due: -14,
            ai: "A.4.3",
            [
                .start("yuki", -33),
                .complete("yuki", -15),
            ],
            text: "Second condition of the validation report."),
        TaskDraft(
            "Add the monitoring of the fraud model's alerts", .gap, .medium, by: "rohan", to: "aylin", day: -23,
            due: 26,
            ai: "A.6.2.6",
            [
                .start("aylin", -8)
            ],
            text: "Drift is measured, hits and false alarms are not."),
        TaskDraft(
            "Plan the internal audit before stage 1", .gap, .high, by: "ines", to: "hanna", day: -22, due: 15,
            security: "9.2.1 9.2.2", ai: "9.2.1 9.2.2",
            [
                .start("hanna", -14)
            ],
            text: "Programme over three years, first audit in January, auditors without a part in the matter."),
        TaskDraft(
            "Prepare the first joint management review", .gap, .high, by: "ines", to: "ines", day: -15, due: 31,
            security: "9.3.1 9.3.2 9.3.3", ai: "9.3.1 9.3.2 9.3.3",
            text: "Inputs of both standards in one paper; meeting on the board's December date."),
        TaskDraft(
            "Train an independent overseer for the chatbot", .other, .medium, by: "rohan", to: "sophie", day: -23,
            due: 8,
            ai: "A.9.2",
            [
                .start("sophie", -11)
            ],
            text: "Somebody from Underwriting, after Luca's interim term."),
        TaskDraft(
            "Ask the landlord of Lisbon for maintenance records", .other, .low, by: "amara", to: "amara", day: -33,
            due: 22,
            security: "A.7.5",
            [
                .start("amara", -31)
            ],
            text: "Fire doors and sprinklers, two years back."),
        TaskDraft(
            "Buy a second badge reader for Lisbon", .other, .low, by: "amara", to: "amara", day: -32, due: 10,
            controls: ["PHY-02"],
            [
                .cancel("katarzyna", -19, "The door was repaired; a reader is not needed.")
            ],
            text: "One door does not close by itself."),
        TaskDraft(
            "Renew secrecy agreements of supplier staff", .review, .medium, by: "katarzyna", to: "elena", day: -21,
            due: 18,
            [
                .start("elena", -10)
            ],
            text: "Signatures of last year end with the contracts."),
        TaskDraft(
            "Measure how long withdrawals of rights take", .review, .low, by: "ines", to: "katarzyna", day: -24,
            due: -8,
            security: "A.5.18",
            [
                .start("katarzyna", -21),
                .complete("katarzyna", -9),
            ],
            text: "Is two days kept since October?"),
        TaskDraft(
            "Decide on targets for two late objectives", .other, .medium, by: "ines", to: "charlotte", day: -14,
            due: 13,
            ai: "9.1",
            text: "Override quality and supplier reviews will miss the year's target."),
    ]
}
