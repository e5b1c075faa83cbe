// What routes work with: the services of the installation, made once by the server's assembly.
package import Access
package import Governance
package import Storage

/// The services behind every route.
package struct Services: Sendable {
    package let environment: Access.Environment
    package let store: any Store
    package let accounts: any AccountStore & JobStore
    package let blobs: any BlobStore
    package let signIn: SignIn
    package let records: RecordService
    package let assessments: AssessmentService
    package let organisations: OrganisationService
    package let ledger: LedgerService
    package let library: LibraryHolder
    /// The list of erasures beside the database.
    package let erasureJournal: any ErasureJournal
    package let documents: any DocumentMaking
    package var erasure: ErasureService {
        ErasureService(records: records, blobs: blobs, journal: erasureJournal)
    }

    package var gaps: GapService { GapService(records: records, library: library) }
    package var controlLibrary: ControlLibraryService { ControlLibraryService(records: records, library: library) }
    package var libraries: LibraryService { LibraryService(records: records, blobs: blobs, library: library) }
    package var statements: StatementService {
        StatementService(store: store, blobs: blobs, environment: environment, library: library)
    }

    package init(
        environment: Access.Environment, store: any Store, accounts: any AccountStore & JobStore,
        blobs: any BlobStore,
        signIn: SignIn,
        records: RecordService, assessments: AssessmentService, organisations: OrganisationService,
        ledger: LedgerService, library: LibraryHolder, erasureJournal: any ErasureJournal = NoErasureJournal(),
        documents: any DocumentMaking = NoDocuments()
    ) {
        self.environment = environment
        self.store = store
        self.accounts = accounts
        self.blobs = blobs
        self.signIn = signIn
        self.records = records
        self.assessments = assessments
        self.organisations = organisations
        self.ledger = ledger
        self.library = library
        self.erasureJournal = erasureJournal
        self.documents = documents
    }
}

/// Limits of requests.
package enum HTTPLimit {
    package static let bodyBytesMax = 1_048_576
    /// A form with a file.
    package static let uploadBytesMax = 52_428_800
    package static let queryBytesMax = 8_192
}
