// Meridian Credit: which controls of ISO/IEC 27001, Annex A, apply, and why.
import Governance

extension Meridian {
    static let securityDecisions: [DecisionDraft] = [
        .security(
            "A.5.1", by: "katarzyna", day: -52,
            "Staff, customers and the bank partner rely on clear rules for their data."),
        .security(
            "A.5.2", by: "katarzyna", day: -52,
            "Duties are spread over two sites and many suppliers; without names nobody acts."),
        .security(
            "A.5.3", by: "katarzyna", day: -52,
            "One person must not be able to approve a loan and pay it out."),
        .security(
            "A.5.4", by: "katarzyna", day: -52,
            "Managers set the tone in teams that handle income and health details of customers."),
        .security(
            "A.5.5", by: "katarzyna", day: -52,
            "We report to the supervisory and data protection authorities within short times."),
        .security(
            "A.5.6", by: "katarzyna", day: -52,
            "Our banking group and the local round of security officers warn early."),
        .security(
            "A.5.7", by: "katarzyna", day: -52,
            "Lenders are targets of phishing and identity fraud that change from week to week."),
        .security("A.5.8", by: "katarzyna", day: -52, "Some twenty projects a year touch customer data or money."),
        .security(
            "A.5.9", by: "katarzyna", day: -52,
            "Cloud resources and data sets come and go daily; what is not listed is not protected."),
        .security(
            "A.5.10", by: "katarzyna", day: -52,
            "Staff use devices at home and may be tempted by public AI services."),
        .security(
            "A.5.11", by: "katarzyna", day: -52,
            "196 laptops and 84 phones have to come back when people leave."),
        .security(
            "A.5.12", by: "katarzyna", day: -52,
            "Application data, bureau data and marketing texts need different protection."),
        .security(
            "A.5.13", by: "katarzyna", day: -52,
            "Papers and files leave the units that know how sensitive they are."),
        .security(
            "A.5.14", by: "katarzyna", day: -52,
            "Applications, bureau requests and payment files are exchanged with partners daily."),
        .security("A.5.15", by: "katarzyna", day: -52, "Access to customer data has to follow the task."),
        .security(
            "A.5.16", by: "katarzyna", day: -52,
            "Accounts of staff, suppliers and services have to be traceable to somebody."),
        .security("A.5.17", by: "katarzyna", day: -52, "Stolen passwords are the likeliest way into our systems."),
        .security("A.5.18", by: "katarzyna", day: -52, "Teams change often; rights must follow."),
        .security(
            "A.5.19", by: "katarzyna", day: -52,
            "Platform, chatbot, document reading and monitoring are run by others."),
        .security(
            "A.5.20", by: "katarzyna", day: -52, reasons: "Outsourcing rules for credit institutions",
            "The outsourcing rules for credit institutions ask for written security duties."),
        .security(
            "A.5.21", by: "katarzyna", day: -52,
            "Libraries and services of our suppliers' suppliers end up in our products."),
        .security("A.5.22", by: "katarzyna", day: -52, "Suppliers change their services faster than contracts."),
        .security("A.5.23", by: "katarzyna", day: -52, "All production runs in the cloud."),
        .security(
            "A.5.24", by: "katarzyna", day: -52, reasons: "Reporting duties to authorities",
            "Reports to authorities are due within hours; that needs preparation."),
        .security("A.5.25", by: "katarzyna", day: -51, "The monitoring service passes some 40 events a week to us."),
        .security("A.5.26", by: "katarzyna", day: -51, "Customers' money and data depend on a fast response."),
        .security("A.5.27", by: "katarzyna", day: -51, "Two incidents of last year had the same cause."),
        .security(
            "A.5.28", by: "katarzyna", day: -51, reasons: "Risk: fraud cases fail in court",
            "Fraud cases go to court; traces must hold."),
        .security(
            "A.5.29", by: "katarzyna", day: -51,
            "Payouts and collections go on in a crisis and must stay protected."),
        .security(
            "A.5.30", by: "katarzyna", day: -51, reasons: "Contract with the payment bank",
            "The bank partner allows us four hours without a payment file."),
        .security("A.5.31", by: "katarzyna", day: -51, "Banking, consumer credit, data protection and AI law apply."),
        .security(
            "A.5.32", by: "katarzyna", day: -51,
            "We use licensed and open source software and bureau data under contract."),
        .security(
            "A.5.33", by: "katarzyna", day: -51, reasons: "Commercial and tax law: ten years",
            "Contracts and decisions have to be kept for ten years."),
        .security(
            "A.5.34", by: "katarzyna", day: -51, reasons: "GDPR; bank partner contract",
            "We process income, debts and payment behaviour of 240,000 people."),
        .security(
            "A.5.35", by: "katarzyna", day: -51,
            "Supervisory board and bank partner want an independent view."),
        .security(
            "A.5.36", by: "katarzyna", day: -51,
            "Rules are followed differently at the two sites; it has to be checked."),
        .security("A.5.37", by: "katarzyna", day: -51, "Night duty works by written procedures."),
        .security("A.6.1", by: "katarzyna", day: -51, "Staff see bank details and decide on loans."),
        .security("A.6.2", by: "katarzyna", day: -51, "Duties have to be agreed before access is given."),
        .security(
            "A.6.3", by: "katarzyna", day: -51, reasons: "Risk: phishing",
            "Most reported events begin with a mail to a colleague."),
        .security("A.6.4", by: "katarzyna", day: -51, "Rules without consequences are not followed."),
        .security("A.6.5", by: "katarzyna", day: -51, "Leavers know fraud rules and partners' terms."),
        .security("A.6.6", by: "katarzyna", day: -51, "Suppliers and advisers see customer data and models."),
        .security("A.6.7", by: "katarzyna", day: -51, "Two thirds of the staff work from home on most days."),
        .security("A.6.8", by: "katarzyna", day: -51, "Colleagues notice first when something is wrong."),
        .security(
            "A.7.1", by: "katarzyna", day: -51,
            "Both offices keep papers of customers and unlocked work places."),
        .security("A.7.2", by: "katarzyna", day: -51, "Lisbon shares its reception with other tenants."),
        .security("A.7.3", by: "katarzyna", day: -50, "Meeting rooms and archive hold confidential papers."),
        .security("A.7.4", by: "katarzyna", day: -50, "The offices are empty at night."),
        .security("A.7.5", by: "katarzyna", day: -50, "Water damage happened in Berlin in 2023."),
        .security(
            "A.7.6", by: "katarzyna", day: -50, applies: false,
            """
            Excluded: there are no secure areas. The last server room was closed in 2024, and no work needs a \
            special zone.
            """),
        .security("A.7.7", by: "katarzyna", day: -50, "Visitors pass desks where files are worked on."),
        .security(
            "A.7.8", by: "katarzyna", day: -50, applies: false,
            "Excluded: no equipment of ours stands at our sites but end devices, which A.8.1 and A.7.9 cover."),
        .security("A.7.9", by: "katarzyna", day: -50, "Laptops and phones are used on trains and at home."),
        .security("A.7.10", by: "katarzyna", day: -50, "A few partners still send data on devices."),
        .security(
            "A.7.11", by: "katarzyna", day: -50, applies: false,
            """
            Excluded: no service depends on power or cooling of our offices; the cloud provider covers it \
            under A.5.23.
            """),
        .security(
            "A.7.12", by: "katarzyna", day: -50, applies: false,
            """
            Excluded: office cabling carries only Internet access. All traffic is encrypted as on any public \
            network.
            """),
        .security(
            "A.7.13", by: "katarzyna", day: -50, applies: false,
            """
            Excluded: there is no equipment to maintain; laptops are swapped by the lessor, the landlords \
            keep the building.
            """),
        .security("A.7.14", by: "katarzyna", day: -50, "Leased laptops go back to the lessor."),
        .security("A.8.1", by: "katarzyna", day: -50, "All work is done on laptops and phones."),
        .security(
            "A.8.2", by: "katarzyna", day: -50,
            "Administrators of the cloud account could read or stop everything."),
        .security("A.8.3", by: "katarzyna", day: -50, "Analysts need patterns, not names."),
        .security("A.8.4", by: "katarzyna", day: -50, "Fraud rules and scoring code would help an attacker."),
        .security("A.8.5", by: "katarzyna", day: -50, "Applications are open to the Internet."),
        .security("A.8.6", by: "katarzyna", day: -50, "Campaigns of partners triple the load within minutes."),
        .security("A.8.7", by: "katarzyna", day: -50, "Malware in attachments of applicants is found every month."),
        .security("A.8.8", by: "katarzyna", day: -50, "Our products are built on some 900 open source packages."),
        .security(
            "A.8.9", by: "katarzyna", day: -50,
            "One wrong setting of a storage bucket would expose documents."),
        .security(
            "A.8.10", by: "katarzyna", day: -50, reasons: "GDPR, Art. 17",
            "The law limits how long refused applications may be kept."),
        .security("A.8.11", by: "katarzyna", day: -50, "Development and analysis do not need real identities."),
        .security(
            "A.8.12", by: "katarzyna", day: -49, reasons: "Risk: customer list sold by an insider",
            "Customer lists are worth money to others."),
        .security(
            "A.8.13", by: "katarzyna", day: -49, reasons: "Risk: loss of the loan platform",
            "Loss of contract data would end the business."),
        .security(
            "A.8.14", by: "katarzyna", day: -49, reasons: "Contract with retail partners: 99.9 %",
            "Partners expect decisions within seconds, at any hour."),
        .security("A.8.15", by: "katarzyna", day: -49, "Decisions and access to customer data have to be provable."),
        .security("A.8.16", by: "katarzyna", day: -49, "Attacks and misuse show in behaviour first."),
        .security(
            "A.8.17", by: "katarzyna", day: -49,
            "Payment files and logs of several providers must agree in time."),
        .security("A.8.18", by: "katarzyna", day: -49, "Database tools can go round the application's checks."),
        .security("A.8.19", by: "katarzyna", day: -49, "Only tested software may run where loans are decided."),
        .security("A.8.20", by: "katarzyna", day: -49, "Our services are reached over public networks."),
        .security("A.8.21", by: "katarzyna", day: -49, "Lines, DNS and the private network are bought as services."),
        .security("A.8.22", by: "katarzyna", day: -49, "A break-in at one place must not reach the warehouse."),
        .security("A.8.23", by: "katarzyna", day: -49, "Links in mails lead to forged sign-in pages."),
        .security(
            "A.8.24", by: "katarzyna", day: -49, reasons: "Contract with the payment bank",
            "Bank details and documents need protection at rest and on the way."),
        .security("A.8.25", by: "katarzyna", day: -49, "We build the platform, the app and the scoring ourselves."),
        .security("A.8.26", by: "katarzyna", day: -49, "Applications take in documents and bank data from anybody."),
        .security("A.8.27", by: "katarzyna", day: -49, "Several teams change one platform; principles keep it safe."),
        .security("A.8.28", by: "katarzyna", day: -49, "Web flaws are the commonest finding of our tests."),
        .security(
            "A.8.29", by: "katarzyna", day: -49,
            "Weekly releases need tests that find flaws before customers do."),
        .security(
            "A.8.30", by: "katarzyna", day: -49, applies: false,
            """
            Excluded: all development is our own. Work by outsiders on our code is against the engineering \
            policy.
            """),
        .security("A.8.31", by: "katarzyna", day: -49, "Tests must not reach customers or their money."),
        .security("A.8.32", by: "katarzyna", day: -49, "Most outages of the last two years followed a change."),
        .security("A.8.33", by: "katarzyna", day: -49, "Tests need data that look real but are nobody's."),
        .security("A.8.34", by: "katarzyna", day: -49, "Auditors and testers work on live systems of a lender."),
    ]
}
