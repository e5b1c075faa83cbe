// St. Brigid Hospital: a regional hospital with 420 beds and an AI system for triage, at the beginning of its way.
import Governance
import RecordKit
import Records

extension Story {
    static let stBrigidHospital: Story = {
        var organisation = Organisation()
        organisation.name = "St. Brigid Hospital"
        organisation.legalName = "St. Brigid Hospital CLG"
        organisation.sector = "Health care"
        organisation.timeZone = "Europe/Dublin"
        organisation.roleTowardsAI = .deployer
        organisation.purpose = """
            Acute care for the region with 420 beds. An AI system proposes the order in which patients of the emergency \
            department are seen; a nurse decides.
            """
        var story = Story(
            key: "st-brigid-hospital", organisation: organisation, founded: -66, lead: "orla", head: "declan")
        story.people = StBrigid.people
        story.roles = StBrigid.roles
        story.adoptions = StBrigid.adoptions
        story.assets = StBrigid.assets
        story.controls = StBrigid.controls
        story.decisions = StBrigid.decisions
        story.risks = StBrigid.risks
        story.obligations = StBrigid.obligations
        story.assessments = [StBrigid.assessment]
        story.evidence = StBrigid.evidence
        story.tasks = StBrigid.tasks
        story.findings = StBrigid.findings
        return story
    }()
}

/// The content of the hospital's story.
enum StBrigid {
    static let people: [PersonDraft] = [
        PersonDraft(
            "orla", "Orla Fitzgerald", "orla.fitzgerald@stbrigid.example", "Quality and Compliance Manager", "Quality",
            day: -66),
        PersonDraft(
            "declan", "Declan Byrne", "declan.byrne@stbrigid.example", "Chief Executive", "Executive Office", day: -66),
        PersonDraft(
            "aoife", "Aoife Kavanagh", "aoife.kavanagh@stbrigid.example", "Chief Medical Information Officer",
            "Medical Directorate", day: -65),
        PersonDraft(
            "ciaran", "Ciarán Doyle", "ciaran.doyle@stbrigid.example", "IT Security Manager", "ICT", day: -65),
        PersonDraft(
            "priya", "Priya Raman", "priya.raman@stbrigid.example", "Clinical Informatics Lead", "ICT", day: -65),
        PersonDraft(
            "siobhan", "Siobhán Walsh", "siobhan.walsh@stbrigid.example", "Nurse Manager", "Emergency Department",
            day: -64),
        PersonDraft(
            "marek", "Marek Svoboda", "marek.svoboda@stbrigid.example", "Internal Auditor", "Audit Committee",
            day: -64),
        PersonDraft(
            "pieter", "Pieter van den Berg", "p.vandenberg@certa-audit.example", "Lead Auditor", "Certa Audit B.V.",
            day: -20),
    ]

    static let roles: [RoleDraft] = [
        RoleDraft(
            "aoife", .aiRiskOfficer, day: -63, activated: -62,
            "Consultant physician; diploma in clinical safety of software."),
        RoleDraft(
            "ciaran", .dataSecurityOfficer, day: -63, activated: -62,
            "Ten years in hospital ICT; led the recovery after the attack on the health service."),
        RoleDraft("ciaran", .controlOwner, day: -63, activated: -62, "See his role as data security officer."),
        RoleDraft(
            "priya", .aiSystemOwner, day: -49, scope: ["triage"], activated: -47,
            "Introduced the triage system; course on AI in medical devices."),
        RoleDraft(
            "siobhan", .humanOverseer, day: -49, scope: ["triage"], activated: -47,
            "Twenty years of emergency nursing; teaches the triage scale."),
        RoleDraft(
            "marek", .internalAuditor, day: -60, activated: -59,
            "Auditor of quality systems; reports to the audit committee."),
        RoleDraft(
            "pieter", .externalAuditor, day: -20, until: 160, activated: -18, "Appointed for a pre-audit in spring."),
    ]

    static let adoptions: [AdoptionDraft] = [
        AdoptionDraft(
            framework: FrameworkLibrary.security, day: -62, adopted: -58, target: 420,
            scope:
                "All clinical and administrative systems at the main site. Outside: the research institute's network."),
        AdoptionDraft(
            framework: FrameworkLibrary.ai, day: -62, adopted: -58, target: 420,
            scope: "Use of the triage system in the emergency department. Imaging aids follow in the second year."),
    ]

    static let assets: [AssetDraft] = [
        AssetDraft(
            "ehr", "Electronic health record", .software, "ciaran", .restricted, personal: true,
            at: "Data room, level 0",
            from: "Carewise Systems Ltd", day: -56, commissioned: -50, "Records, orders and results of all patients."),
        AssetDraft(
            "triage", "Triage assistant", .aiSystem, "priya", .restricted, personal: true, at: "EU, as a service",
            from: "Acuity Signals GmbH", needs: ["ehr"], day: -55, commissioned: -44,
            "Proposes one of five urgency levels from complaint, vital signs and history."),
        AssetDraft(
            "triagemodel", "Triage model 3.1", .model, "priya", .confidential, at: "EU, as a service",
            from: "Acuity Signals GmbH", day: -55, commissioned: -44,
            "Trained by the maker on data of nine hospitals, none of them Irish."),
        AssetDraft(
            "edlog", "Emergency department log", .dataset, "siobhan", .restricted, personal: true, at: "Health record",
            needs: ["ehr"], day: -55, commissioned: -44,
            "Arrivals with proposed and decided level, waiting time, outcome."),
        AssetDraft(
            "pacs", "Imaging archive", .software, "ciaran", .restricted, personal: true, at: "Data room, level 0",
            day: -54, commissioned: -50, "X-ray, CT and MRI images."),
        AssetDraft(
            "lab", "Laboratory system", .software, "ciaran", .restricted, personal: true, at: "Laboratory", day: -54,
            commissioned: -50, "Requests and results with interfaces to the record."),
        AssetDraft(
            "monitors", "Patient monitors", .hardware, "ciaran", .confidential, personal: true, at: "Wards", day: -54,
            commissioned: nil, "210 networked monitors; the inventory is being made."),
        AssetDraft(
            "dataroom", "Data room", .site, "ciaran", .restricted, at: "Main building, level 0", day: -53,
            commissioned: -50, "Own servers with emergency power."),
        AssetDraft(
            "network", "Hospital network", .hardware, "ciaran", .internal, at: "Main site", day: -53, commissioned: -50,
            "Wired and wireless, with a zone for medical devices."),
        AssetDraft(
            "workstations", "Ward workstations", .hardware, "ciaran", .internal, at: "Wards", day: -53,
            commissioned: -49, "640 shared work places with badge sign-in."),
        AssetDraft(
            "mail", "Mail and files", .service, "ciaran", .confidential, personal: true, at: "EU, as a service",
            from: "Bureau Suite Ltd", day: -52, commissioned: -49, "Office suite of all staff."),
        AssetDraft(
            "backups", "Backups", .information, "ciaran", .restricted, personal: true, at: "Second site",
            needs: ["ehr", "pacs"], day: -52, commissioned: -49, "Nightly, one copy offline since the attack."),
        AssetDraft(
            "policies", "Policies", .information, "orla", .internal, at: "Intranet", day: -52, commissioned: -49,
            "Old quality handbook and six new policies."),
        AssetDraft(
            "ednurses", "Triage nurses", .people, "siobhan", .internal, at: "Emergency department", day: -51,
            commissioned: -44, "Twenty-three nurses trained in the triage scale."),
        AssetDraft(
            "scribe", "Letter writing assistant", .aiSystem, "priya", .restricted, personal: true, at: "Not decided",
            day: -12, commissioned: nil, "Would draft discharge letters. Waits for intake."),
    ]

    static let decisions: [DecisionDraft] = [
        .ai("A.2.2", by: "aoife", day: -30, "A system that orders patients needs rules that the board has approved."),
        .ai("A.3.2", by: "aoife", day: -30, "Maker, owner and nurse must know who answers for what."),
        .ai(
            "A.5.2", by: "aoife", day: -30, reasons: "AI Act, Annex III 5 (d)",
            "Triage of emergency patients is high-risk."),
        .ai("A.5.4", by: "aoife", day: -30, "A wrong level may cost a life."),
        .ai(
            "A.6.1.3", by: "aoife", day: -29, applies: false,
            "Excluded: we develop no AI systems; bought ones fall under A.10.3."),
        .ai("A.9.2", by: "aoife", day: -29, "Nurses use the proposals on every shift."),
        .ai("A.10.3", by: "aoife", day: -29, "Model and data lie with the maker."),
        .security("A.5.9", by: "ciaran", day: -28, "Medical devices come and go between wards."),
        .security(
            "A.5.15", by: "ciaran", day: -28, "Records of patients are open to those who treat them, to nobody else."),
        .security(
            "A.5.29", by: "ciaran", day: -28, reasons: "Risk: attack with ransom",
            "The attack of 2021 stopped the wards for weeks."),
        .security("A.7.11", by: "ciaran", day: -28, "The data room needs power and cooling at all times."),
        .security("A.8.13", by: "ciaran", day: -28, "Records must survive an attack."),
        .security("A.8.30", by: "ciaran", day: -28, applies: false, "Excluded: no software is developed for us."),
    ]

    static let assessment = AssessmentDraft(
        key: "first", title: "First integrated gap assessment", lead: "orla",
        frameworks: [FrameworkLibrary.ai, FrameworkLibrary.security], day: -21, due: 75,
        notes: "Just begun: clauses 4 and 5, and what the triage system depends on.", answers: answers)

    private static let answers: [AnswerDraft] = [
        .both(
            "4.2", .partlyConform, 2, by: "orla", day: -20, owner: "orla", due: 40,
            "Patients are in, their families are not."),
        .ai("4.1", .conform, 3, by: "orla", day: -20),
        .security("4.1", .conform, 3, by: "orla", day: -20),
        .ai("4.3", .conform, 3, by: "orla", day: -20, "One system, one department."),
        .security(
            "4.3", .partlyConform, 2, by: "orla", day: -19, owner: "ciaran", due: 30,
            "Border to the research network is not drawn."),
        .both("5.1", .conform, 3, by: "orla", day: -19, "The chief executive opened both projects himself."),
        .ai("5.2", .nonconform, 0, by: "orla", day: -19, owner: "aoife", due: 35, "There is no AI policy."),
        .security("5.2", .conform, 3, by: "orla", day: -19),
        .both(
            "5.3", .partlyConform, 2, by: "orla", day: -18, owner: "orla", due: 25,
            "Roles are given, deputies are missing."),
        .both("7.1", .partlyConform, 2, by: "orla", day: -18, owner: "declan", due: 60, "One post for both systems."),
        .both("7.5.2", .conform, 3, by: "orla", day: -17, "The quality handbook has good rules."),
        .both("7.5.3", .conform, 3, by: "orla", day: -17),
        .ai(
            "6.1.4", .nonconform, 1, by: "aoife", day: -16, owner: "aoife", due: 45,
            "The maker's file exists, nothing about our patients."),
        .ai("A.2.2", .nonconform, 0, by: "aoife", day: -16, owner: "aoife", due: 35),
        .ai("A.3.2", .conform, 3, by: "aoife", day: -15),
        .ai("A.5.2", .nonconform, 1, by: "aoife", day: -15, owner: "aoife", due: 45),
        .ai(
            "A.5.4", .nonconform, 1, by: "aoife", day: -15, owner: "aoife", due: 45,
            "Children and people with poor English are not looked at."),
        .ai(
            "A.6.2.6", .partlyConform, 2, by: "aoife", day: -14, owner: "priya", due: 50,
            "Agreement with nurses is counted, by hand, each month."),
        .ai("A.9.2", .conform, 4, by: "aoife", day: -14, "A nurse decides each level; the proposal is shown second."),
        .ai("A.9.4", .conform, 3, by: "aoife", day: -14),
        .ai(
            "A.10.3", .partlyConform, 2, by: "aoife", day: -13, owner: "priya", due: 55,
            "Contract is silent on changes of the model."),
        .security("A.5.1", .conform, 3, by: "ciaran", day: -13),
        .security(
            "A.5.9", .partlyConform, 2, by: "ciaran", day: -12, owner: "ciaran", due: 60,
            "Computers yes, medical devices no."),
        .security(
            "A.5.15", .partlyConform, 2, by: "ciaran", day: -12, owner: "ciaran", due: 70,
            "Emergency access is used without a check afterwards."),
        .security("A.5.24", .conform, 4, by: "ciaran", day: -11, "Plan rewritten and exercised after 2021."),
        .security("A.5.29", .conform, 4, by: "ciaran", day: -11, "Paper process practised by every ward."),
        .security(
            "A.8.5", .partlyConform, 2, by: "ciaran", day: -10, owner: "ciaran", due: 80, "Badge alone on the wards."),
        .security("A.8.7", .conform, 3, by: "ciaran", day: -10),
        .security(
            "A.8.8", .nonconform, 1, by: "ciaran", day: -9, owner: "ciaran", due: 50,
            "Sixty devices run software without support."),
        .security("A.8.13", .conform, 4, by: "ciaran", day: -9, "Offline copy seen, restore of the record in October."),
        .security(
            "A.8.22", .partlyConform, 3, by: "ciaran", day: -8, owner: "ciaran", due: 65,
            "Devices have a zone; the laboratory stands outside it."),
    ]
}
