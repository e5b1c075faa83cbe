// Services that hold nothing of their own: made from the others where they are asked for.
import Access
package import Governance
import RecordKit
import Storage

extension Services {
    /// Search over all that a caller may see.
    package var search: SearchService { SearchService(store: store, records: records, library: library) }
    /// Saved views.
    package var views: ViewService { ViewService(store: store, environment: environment, schemas: records.schemas) }
    /// The crosswalk, and what it projects.
    package var crosswalk: CrosswalkService {
        CrosswalkService(store: store, library: library, assessments: assessments)
    }
    /// What others changed.
    package var feed: ChangeFeed { ChangeFeed(store: store, schemas: records.schemas) }
    /// The queue of what is done after changes.
    package var jobs: JobService { JobService(queue: accounts, store: store, environment: environment) }
}
