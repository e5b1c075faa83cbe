// Meridian Credit: evidence that is a file. The demo makes each file's text, so that downloads show something real.
import Records

extension Meridian {
    static let evidenceFiles: [EvidenceDraft] = [
        EvidenceDraft(
            "Access review, third quarter",
            .file(name: "access-review-q3.csv", mediaType: "text/csv", text: accessReview),
            by: "tomasz", covers: -146 ... -55, validUntil: 36, shows: ["IAM-03"], security: "A.5.18", day: -45,
            review: ("katarzyna", -41), "Every right to the loan platform and the warehouse with the owner's decision."),
        EvidenceDraft(
            "Fairness test of credit scoring 4.2",
            .file(name: "fairness-scoring-4.2.csv", mediaType: "text/csv", text: fairness), by: "aylin",
            covers: -75 ... -46, validUntil: 130, shows: ["AIG-04"], ai: "A.5.4", day: -44, review: ("rohan", -40),
            "Approvals and errors by sex and age band on the hold-out set. Age 18-25 is close to the limit."),
        EvidenceDraft(
            "Validation report of credit scoring 4.2",
            .file(name: "validation-scoring-4.2.txt", mediaType: "text/plain", text: validation), by: "rohan",
            covers: -80 ... -50, validUntil: 285, shows: ["AIG-05"], day: -43, review: ("hanna", -33),
            "Independent validation: pass with two conditions."),
        EvidenceDraft(
            "Restore test of the loan platform",
            .file(name: "restore-test.txt", mediaType: "text/plain", text: restore), by: "tomasz",
            covers: -38 ... -38, validUntil: 52, shows: ["BCM-01"], day: -36, review: ("katarzyna", -32),
            "Full restore into an empty account with time line and row counts."),
        EvidenceDraft(
            "Training attendance this year",
            .file(name: "training-attendance.csv", mediaType: "text/csv", text: attendance), by: "amara",
            covers: -320 ... -12, validUntil: 41, shows: ["HR-04"], security: "7.3", ai: "7.3", day: -11,
            review: ("ines", -9), "Yearly course by unit; the AI hour is counted apart."),
        EvidenceDraft(
            "Stability of scoring inputs, October",
            .file(name: "drift-october.csv", mediaType: "text/csv", text: drift), by: "aylin", covers: -54 ... -24,
            validUntil: 11, shows: ["AIG-06"], ai: "A.6.2.6", day: -22, review: ("rohan", -20),
            "Population stability index of the ten strongest inputs, week by week."),
        EvidenceDraft(
            "Minutes of the security and AI board, October",
            .file(name: "board-minutes-october.txt", mediaType: "text/plain", text: minutes), by: "ines",
            covers: -33 ... -33, validUntil: 332, shows: ["GOV-02", "GOV-04"], security: "5.1", ai: "5.1", day: -31,
            review: ("katarzyna", -30), "Approval of the AI policy and of the budget."),
        EvidenceDraft(
            "Incident exercise with the chatbot",
            .file(name: "incident-exercise.txt", mediaType: "text/plain", text: exercise), by: "katarzyna",
            covers: -19 ... -19, validUntil: 163, shows: ["INC-01"], ai: "A.8.4", day: -17, review: ("rohan", -15),
            "A wrong payment promise is repeated in 60 talks: what happened, when, and what was learnt."),
        EvidenceDraft(
            "Supplier ratings", .file(name: "supplier-ratings.csv", mediaType: "text/csv", text: suppliers),
            by: "elena", covers: -365 ... -28, validUntil: 88, shows: ["SUP-01", "SUP-02"], day: -27,
            "All suppliers that matter with class, rating and date of the last review."),
    ]

    private static let accessReview: String = {
        let systems = ["loan platform", "data warehouse"]
        let roles = ["clerk", "underwriter", "analyst", "support", "administrator"]
        let rows = (1...64).map { n in
            let isKept = n % 9 != 4
            return "u\(1000 + n * 7),\(systems[n % 2]),\(roles[n % 5]),\(isKept ? "confirmed" : "withdrawn"),"
                + (isKept ? "" : "changed team or no use for 60 days")
        }
        return (["account,system,right,decision,reason"] + rows).joined(separator: "\n") + "\n"
    }()

    private static let fairness = """
        group,applications,approved,approval_rate,ratio_to_best,false_refusal_rate
        female,41210,26869,0.652,0.982,0.114
        male,52344,34757,0.664,1.000,0.109
        age 18-25,14988,8393,0.560,0.826,0.141
        age 26-40,38702,26241,0.678,1.000,0.106
        age 41-60,30877,20873,0.676,0.997,0.108
        age over 60,8987,5932,0.660,0.973,0.119

        """

    private static let validation = """
        Validation of credit scoring 4.2
        Validated by: Risk Management, without part in the development
        Data: snapshot 2021-2025, 412,906 contracts, hold-out 93,554 applications
        Discrimination: Gini 0.612 (4.1: 0.597). Calibration: largest gap 0.8 points in band 6.
        Stability: index 0.07 over twelve months.
        Reasons: the three strongest reasons agree with a recalculation in 99.2 % of 2,000 cases.
        Result: pass with two conditions
          1. Recalibrate band 6 before the next vintage report.
          2. Explain the missing employment data of self-employed applicants in the data sheet.

        """

    private static let restore = """
        Restore test, loan platform, drawn by lot
        08:02  request opened, backup of 01:00 chosen
        08:10  empty account prepared from code
        08:41  database restored, 214 GB
        09:37  documents restored, 1.1 TB of index and 200 samples
        10:05  checks: 2,118,402 contracts expected, 2,118,402 found; balances agree to the cent
        10:20  sign-in of two clerks, one payment plan opened
        Target 4 h, needed 2 h 18 min. Remark: the key release took 20 min because one holder was travelling.

        """

    private static let attendance = """
        unit,staff,yearly_course,ai_hour
        Compliance,9,9,9
        IT Operations,17,17,12
        Engineering Lisbon,48,44,31
        Decision Science,9,9,9
        Underwriting,14,14,13
        Collections,31,27,18
        Customer Service,29,28,6
        Others,24,22,8

        """

    private static let drift: String = {
        let inputs = [
            "income", "employment_months", "bureau_score", "loan_amount", "term", "age_of_account", "utilisation",
            "recent_enquiries", "channel", "housing",
        ]
        var lines = ["input,week_1,week_2,week_3,week_4"]
        for (n, input) in inputs.enumerated() {
            // Enquiries rise after a partner's campaign; the others stand still.
            let rise = input == "recent_enquiries" ? 45 : 3
            let values = (0..<4).map { week in
                let thousandths = 12 + n * 4 + week * rise
                return "0." + String(1000 + thousandths).dropFirst()
            }
            lines.append(([input] + values).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    private static let minutes = """
        Security and AI board
        Present: C. Brandt (chair), I. Hartmann, K. Nowak, R. Mehta, T. Zieliński, J. Keller
        1. The AI policy, version 2, is approved. It is told to all staff by Friday (I. Hartmann).
        2. Budget for both management systems: 412,000 euros for next year; the second zone is paid from it.
        3. The override rate of underwriting rose to 7.1 %. R. Mehta reads a sample and reports in November.
        4. Stage 1 audit: date confirmed with Certa Audit. Internal audit must come before it.

        """

    private static let exercise = """
        Exercise: the chatbot promises to waive fees
        09:00  first message to the service desk
        09:22  duty officer: level 2, AI risk officer called in
        09:31  chatbot answers with hand-over only (took 9 minutes, target 15)
        10:40  60 talks found by search in transcripts, since there is no decision log yet
        11:30  text to customers agreed with Legal
        Learnt: a decision log for the chatbot is needed; the on-call list lacked the supplier's night number.

        """

    private static let suppliers = """
        supplier,class,ai,rating,last_review
        Nordwolke Cloud AG,critical,no,A,this year
        Keystone ID B.V.,critical,no,A,this year
        Parlo Language Services Ltd,critical,yes,B,this year
        Scriptus OCR SAS,high,yes,C,last year
        Credaxis Auskunft GmbH,high,no,B,this year
        Isarbank AG,critical,no,A,this year
        Wachdienst Digital GmbH,high,no,A,this year
        Forgeline Inc.,high,no,B,last year
        Deskline GmbH,medium,no,B,last year
        Peoplely SE,high,no,A,this year

        """
}
