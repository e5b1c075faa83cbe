// How rows of a Statement of Applicability are put into words and signs, alike on pages and in documents.
import Governance
import RecordKit
import Records

extension StatementReport {
    /// "Version 2, approved by … on …", or that it is the present state.
    var state: String {
        guard let version else { return text(.notApprovedState) }
        let by = version.status == .submitted || version.status == .returned ? version.preparedBy : version.approvedBy
        let on = version.status == .submitted || version.status == .returned ? version.submittedOn : version.approvedOn
        let status = text(.statusOfVersion(version.status))
        return [text(.versionNumber(version.number)), status, by, on.map { text(.dayWords($0)) }]
            .compactMap(\.self).joined(separator: ", ")
    }
}

extension StatementRow {
    var name: String { "\(reference) \(title)" }
    var sourceWords: String {
        switch source {
        case .annexA: text(.annexSource(sourceName))
        case .otherFramework: sourceName
        case .own: text(.ownControlSource)
        }
    }
    var exceptWords: String { exceptFor.map(\.name).joined(separator: ", ") }
    /// What an exclusion, general or for named systems, rests on; nothing where nothing is excluded.
    var basisWords: String? {
        decision == .excluded || !exceptFor.isEmpty ? text(.basisWord(basis)) : nil
    }
}

extension StatementRow.Reason {
    var kindWords: String {
        switch kind {
        case "stated": WebUI.text(.stated)
        case Requirement.type.name: WebUI.text(.clauseOfStandard)
        default: Registry.schema(named: kind)?.label ?? kind.asLabel
        }
    }
    var words: String { "\(kindWords): \(text)" }
}

extension StatementRow.Decision {
    var tone: Tone {
        switch self {
        case .included: .conform
        case .excluded: .notApplicable
        case .undecided: .unknown
        }
    }
}

extension Optional<StatementRow.Implementation> {
    var tone: Tone {
        switch self {
        case .implemented: .conform
        case .partly: .partly
        case .planned: .nonconform
        case nil: .unknown
        }
    }
}

extension Optional<Measured> {
    var tone: Tone {
        switch self {
        case .supported: .conform
        case .weakened: .partly
        case .failing: .nonconform
        case nil: .unknown
        }
    }
}
