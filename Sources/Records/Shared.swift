// What several record types share: groups of roles.
import RecordKit

extension Role {
    /// Those who run the management system from day to day.
    static let leads: [Role] = [.complianceLead, .aiRiskOfficer, .dataSecurityOfficer]
    /// Those who run one control, one AI system, or watch over one.
    static let owners: [Role] = [.controlOwner, .aiSystemOwner, .humanOverseer]
    /// Everyone whose work needs the whole picture: an employee sees only what is their own.
    static let allButEmployee: [Role] = allCases.filter { $0 != .employee }
}
