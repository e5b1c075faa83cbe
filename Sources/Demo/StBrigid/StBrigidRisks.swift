// St. Brigid Hospital: the first risks and obligations that were written down.
import Records

extension StBrigid {
    static let risks: [RiskDraft] = [
        RiskDraft(
            "R-01", "Malicious code stops the wards", .informationSecurity, "ciaran", 3, 5,
            controls: ["SEC-03", "SEC-04", "SEC-05", "SEC-06"], on: ["ehr", "backups"], treated: nil,
            "Records and devices are not available for days; care goes on from paper."),
        RiskDraft(
            "R-02", "The system ranks a patient too low and nobody notices", .ai, "aoife", 2, 5,
            controls: ["AI-01", "AI-02", "AI-03"], on: ["triage"],
            "A full waiting room, a quiet patient, and a nurse who relies on the list."),
    ]

    static let obligations: [ObligationDraft] = [
        ObligationDraft(
            "L-01", "Cybersecurity duties of essential entities", .law, to: "National cyber security centre", "ciaran",
            controls: ["SEC-03", "SEC-07"], "Measures against risks to networks, and early notice of incidents.")
    ]
}
