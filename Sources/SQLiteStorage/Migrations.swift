// The frozen migrations, in order. A migration that has shipped is never changed.
import Foundation
package import GRDB

/// The steps from an empty file to the present tables.
package enum Migrations {
    package static let names = [
        "0001_foundation", "0002_visibility", "0005_erasure", "0006_kept_requests", "0007_import", "0008_views",
        "0009_risks", "0010_own_mappings", "0011_libraries", "0012_assessments_over_time", "0013_statements",
        "0014_plan", "0015_logo", "0016_findings", "0017_jobs",
    ]

    /// - Throws: if a file is missing from the installation.
    package static func migrator() throws -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for name in names {
            guard let file = Bundle.module.url(forResource: name, withExtension: "sql", subdirectory: "Migrations")
            else {
                throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "Migrations/\(name).sql"])
            }
            let sql = try String(contentsOf: file, encoding: .utf8)
            migrator.registerMigration(name) { db in try db.execute(sql: sql) }
        }
        return migrator
    }
}
