// The tables that do not come from a schema: records' identities, revisions, links, search, the ledger, accounts.

/// Statements of the fixed tables, in order of creation.
package enum CoreTables {
    package static func statements(_ dialect: Dialect) -> [String] {
        let words = dialect == .sqlite ? [wordsOfSQLite] : wordsOfPostgres
        let nodes = dialect == .sqlite ? [] : nodes
        return
            (ledger(isChecked: TableLayout.isCheckedWhole(dialect)) + words + server + views + imports + jobs + nodes)
            .map(dialect.definition)
    }

    /// The search index of SQLite.
    package static let wordsOfSQLite = """
        CREATE VIRTUAL TABLE "search" USING fts5("words", content='', tokenize='ascii', \
        prefix='2 3')
        """

    /// The search index of PostgreSQL: each word of a revision once, in the order in which words begin with others.
    private static let wordsOfPostgres = [
        """
        CREATE TABLE "search_word" (
          "ledger" IDENTIFIER NOT NULL,
          "word" TEXT NOT NULL,
          "revision" INTEGER NOT NULL,
          PRIMARY KEY ("ledger", "word", "revision")
        ) STRICT
        """
    ]

    /// Numbers of revisions, and the nodes that share the database. An import belongs to the node that works on it. How many
    /// requests a caller has left is written several times a second and worth no flush.
    private static let nodes = [
        "CREATE SEQUENCE \"revision_number\" AS INTEGER",
        """
        CREATE TABLE "node" (
          "id" IDENTIFIER PRIMARY KEY NOT NULL,
          "seen_at" timestamp with time zone NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE "import_node" (
          "import" IDENTIFIER PRIMARY KEY NOT NULL REFERENCES "import" ("id") ON DELETE CASCADE,
          "node" IDENTIFIER NOT NULL
        ) STRICT
        """,
        """
        CREATE UNLOGGED TABLE "request_budget" (
          "key" TEXT PRIMARY KEY NOT NULL,
          "thousandths" INTEGER NOT NULL,
          "at" INTEGER NOT NULL
        ) STRICT
        """,
    ]

    /// A revision's leaf comes after it, in the same transaction.
    private static let ofLeaf =
        ",\n  FOREIGN KEY (\"ledger\", \"index\") REFERENCES \"leaf\" (\"ledger\", \"index\") DEFERRABLE INITIALLY DEFERRED"

    /// Records' identities, revisions, leaves and links.
    /// - Parameter isChecked: The database checks that a revision has its record and its leaf. PostgreSQL need not: see
    ///   ``TableLayout/isCheckedWhole(_:)``.
    private static func ledger(isChecked: Bool) -> [String] {
        [
            """
            CREATE TABLE "record" (
              "id" IDENTIFIER PRIMARY KEY NOT NULL,
              "organisation" IDENTIFIER,
              "type" TEXT NOT NULL,
              "version" INTEGER NOT NULL CHECK ("version" > 0),
              "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
              UNIQUE ("organisation", "id")
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE "leaf" (
              "ledger" IDENTIFIER NOT NULL,
              "index" INTEGER NOT NULL CHECK ("index" >= 0),
              "at" INTEGER NOT NULL,
              "hash" BYTES NOT NULL CHECK (length("hash") = 32),
              "data" TEXT NOT NULL,
              PRIMARY KEY ("ledger", "index")
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE "revision" (
              "number" INTEGER PRIMARY KEY,
              "ledger" IDENTIFIER NOT NULL,
              "index" INTEGER NOT NULL,
              "record" IDENTIFIER NOT NULL\(isChecked ? " REFERENCES \"record\" (\"id\")" : ""),
              "type" TEXT NOT NULL,
              "version" INTEGER NOT NULL,
              "action" TEXT NOT NULL,
              "at" INTEGER NOT NULL,
              "actor_kind" TEXT NOT NULL,
              "person" IDENTIFIER,
              "auth" TEXT NOT NULL,
              "reason" TEXT,
              "request" TEXT,
              "commitment" TEXT NOT NULL,
              "salt" BYTES,
              "body" TEXT,
              UNIQUE ("ledger", "index"),
              UNIQUE ("record", "version")\(isChecked ? ofLeaf : "")
            ) STRICT
            """,
            "CREATE INDEX \"leaf__by_time\" ON \"leaf\" (\"ledger\", \"at\", \"index\")",
            """
            CREATE TABLE "tile" (
              "ledger" IDENTIFIER NOT NULL,
              "level" INTEGER NOT NULL,
              "index" INTEGER NOT NULL,
              "hashes" BYTES NOT NULL CHECK (length("hashes") = 8192),
              PRIMARY KEY ("ledger", "level", "index")
            ) STRICT
            """,
            """
            CREATE TABLE "checkpoint" (
              "ledger" IDENTIFIER NOT NULL,
              "size" INTEGER NOT NULL,
              "root" BYTES NOT NULL CHECK (length("root") = 32),
              "note" TEXT NOT NULL,
              "at" INTEGER NOT NULL,
              PRIMARY KEY ("ledger", "size")
            ) STRICT
            """,
            """
            CREATE TABLE "link" (
              "from_id" IDENTIFIER NOT NULL,
              "field" TEXT NOT NULL,
              "to_id" IDENTIFIER NOT NULL REFERENCES "record" ("id"),
              "since" INTEGER NOT NULL,
              "until" INTEGER CHECK ("until" > "since"),
              "from_type" TEXT NOT NULL,
              "organisation" IDENTIFIER,
              "to_organisation" IDENTIFIER,
              PRIMARY KEY ("from_id", "field", "to_id", "since"),
              FOREIGN KEY ("organisation", "from_id") REFERENCES "record" ("organisation", "id"),
              FOREIGN KEY ("to_organisation", "to_id") REFERENCES "record" ("organisation", "id"),
              CHECK ("to_organisation" IS NULL OR "to_organisation" = "organisation")
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX \"link__to\" ON \"link\" (\"to_id\", \"from_type\", \"field\", \"from_id\", \"since\", \"until\")",
        ]
    }

    /// What the server keeps beside the records.
    private static let server = [
        """
        CREATE TABLE "status" (
          "organisation" IDENTIFIER NOT NULL,
          "requirement" IDENTIFIER NOT NULL REFERENCES "record" ("id"),
          "controls" INTEGER NOT NULL,
          "evidence" INTEGER NOT NULL,
          "evidence_stale" INTEGER NOT NULL,
          "tasks_open" INTEGER NOT NULL,
          "tasks_overdue" INTEGER NOT NULL,
          "measured" TEXT,
          "changes_on" INTEGER,
          "nonconformities" INTEGER NOT NULL DEFAULT 0,
          "nonconformities_major" INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY ("organisation", "requirement")
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE "source" (
          "name" TEXT PRIMARY KEY NOT NULL,
          "sha256" TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE "account" (
          "id" IDENTIFIER PRIMARY KEY NOT NULL,
          "email" TEXT NOT NULL UNIQUE,
          "password_hash" TEXT,
          "is_disabled" INTEGER NOT NULL,
          "is_server_administrator" INTEGER NOT NULL,
          "created_at" INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE "membership" (
          "account" IDENTIFIER NOT NULL REFERENCES "account" ("id"),
          "organisation" IDENTIFIER NOT NULL,
          "person" IDENTIFIER NOT NULL,
          "from" INTEGER NOT NULL,
          "until" INTEGER,
          PRIMARY KEY ("account", "organisation"),
          FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
        ) STRICT
        """,
        "CREATE INDEX \"membership__of_organisation\" ON \"membership\" (\"organisation\")",
        """
        CREATE TABLE "session" (
          "secret_hash" BYTES PRIMARY KEY NOT NULL,
          "account" IDENTIFIER NOT NULL REFERENCES "account" ("id"),
          "organisation" IDENTIFIER,
          "form_secret" TEXT NOT NULL,
          "created_at" INTEGER NOT NULL,
          "seen_at" INTEGER NOT NULL,
          "expires_at" INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX \"session__of_account\" ON \"session\" (\"account\")",
        "CREATE INDEX \"session__by_expiry\" ON \"session\" (\"expires_at\")",
        """
        CREATE TABLE "token" (
          "id" IDENTIFIER PRIMARY KEY NOT NULL,
          "secret_hash" BYTES NOT NULL UNIQUE,
          "account" IDENTIFIER NOT NULL REFERENCES "account" ("id"),
          "organisation" IDENTIFIER NOT NULL,
          "name" TEXT NOT NULL,
          "may_write" INTEGER NOT NULL,
          "created_at" INTEGER NOT NULL,
          "expires_at" INTEGER NOT NULL,
          "revoked_at" INTEGER
        ) STRICT
        """,
        "CREATE INDEX \"token__of_account\" ON \"token\" (\"account\", \"organisation\")",
        """
        CREATE TABLE "failure" (
          "key" TEXT NOT NULL,
          "minute" INTEGER NOT NULL,
          "count" INTEGER NOT NULL,
          PRIMARY KEY ("key", "minute")
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE "invitation" (
          "secret_hash" BYTES PRIMARY KEY NOT NULL,
          "account" IDENTIFIER REFERENCES "account" ("id"),
          "expires_at" INTEGER NOT NULL,
          "used_at" INTEGER
        ) STRICT
        """,
        """
        CREATE TABLE "erasure" (
          "record" IDENTIFIER NOT NULL,
          "version" INTEGER NOT NULL,
          "ledger" IDENTIFIER NOT NULL,
          "index" INTEGER NOT NULL,
          "at" INTEGER NOT NULL,
          "fields" TEXT,
          PRIMARY KEY ("record", "version"),
          UNIQUE ("ledger", "index"),
          FOREIGN KEY ("record", "version") REFERENCES "revision" ("record", "version"),
          FOREIGN KEY ("ledger", "index") REFERENCES "leaf" ("ledger", "index") DEFERRABLE INITIALLY DEFERRED
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE "erasure_work" (
          "organisation" IDENTIFIER NOT NULL,
          "kind" TEXT NOT NULL,
          "subject" TEXT NOT NULL,
          PRIMARY KEY ("organisation", "kind", "subject")
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE "kept_request" (
          "account" IDENTIFIER NOT NULL REFERENCES "account" ("id"),
          "organisation" IDENTIFIER NOT NULL,
          "key" TEXT NOT NULL,
          "fingerprint" BYTES NOT NULL CHECK (length("fingerprint") = 32),
          "answer" TEXT NOT NULL,
          "at" INTEGER NOT NULL,
          PRIMARY KEY ("account", "organisation", "key")
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"kept_request__by_account\" ON \"kept_request\" (\"account\", \"at\", \"key\")",
        "CREATE INDEX \"kept_request__by_time\" ON \"kept_request\" (\"at\")",
    ]

    /// Lists under a name, and the one that each person begins with.
    private static let views = [
        """
        CREATE TABLE "view" (
          "id" IDENTIFIER PRIMARY KEY NOT NULL,
          "organisation" IDENTIFIER NOT NULL,
          "owner" IDENTIFIER,
          "type" TEXT NOT NULL,
          "name" TEXT NOT NULL,
          "query" TEXT NOT NULL,
          "created_by" IDENTIFIER,
          "created_at" INTEGER NOT NULL,
          UNIQUE ("organisation", "id"),
          FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
        ) STRICT
        """,
        "CREATE UNIQUE INDEX \"view__by_name\" ON \"view\" (\"organisation\", ifnull(\"owner\", x''), \"type\", \"name\")",
        """
        CREATE TABLE "default_view" (
          "organisation" IDENTIFIER NOT NULL,
          "person" IDENTIFIER NOT NULL,
          "type" TEXT NOT NULL,
          "view" IDENTIFIER NOT NULL,
          PRIMARY KEY ("organisation", "person", "type"),
          FOREIGN KEY ("organisation", "view") REFERENCES "view" ("organisation", "id") ON DELETE CASCADE,
          FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"default_view__of_view\" ON \"default_view\" (\"organisation\", \"view\")",
    ]

    /// Work that is done after a commit. A job is the only one of its kind and subject; the server's own have an
    /// organisation of zeros. It was wanted so often, and the holder has taken it when it had been wanted so often.
    private static let jobs = [
        """
        CREATE TABLE "job" (
          "id" IDENTIFIER PRIMARY KEY NOT NULL,
          "organisation" IDENTIFIER NOT NULL,
          "kind" TEXT NOT NULL,
          "subject" TEXT NOT NULL,
          "state" TEXT NOT NULL CHECK ("state" IN ('waiting', 'running', 'dead')),
          "created_at" INTEGER NOT NULL,
          "due_at" INTEGER NOT NULL,
          "attempts" INTEGER NOT NULL,
          "wanted" INTEGER NOT NULL,
          "taken" INTEGER NOT NULL,
          "failed_at" INTEGER,
          "failure" TEXT,
          "lease" IDENTIFIER,
          "node" IDENTIFIER,
          UNIQUE ("organisation", "kind", "subject")
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"job__due\" ON \"job\" (\"state\", \"due_at\", \"id\")",
    ]

    /// Files that are being imported.
    private static let imports = [
        """
        CREATE TABLE "import" (
          "id" IDENTIFIER PRIMARY KEY NOT NULL,
          "organisation" IDENTIFIER NOT NULL,
          "person" IDENTIFIER,
          "state" TEXT NOT NULL,
          "created_at" INTEGER NOT NULL,
          "body" TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"import__of_person\" ON \"import\" (\"organisation\", \"person\", \"id\")",
        """
        CREATE TABLE "import_row" (
          "import" IDENTIFIER NOT NULL REFERENCES "import" ("id") ON DELETE CASCADE,
          "position" INTEGER NOT NULL,
          "line" INTEGER NOT NULL,
          "cells" BYTES NOT NULL,
          "formulas" TEXT NOT NULL,
          "action" TEXT,
          "rank" INTEGER NOT NULL,
          "record" IDENTIFIER,
          "version" INTEGER,
          "plan" TEXT NOT NULL,
          PRIMARY KEY ("import", "position")
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"import_row__by_action\" ON \"import_row\" (\"import\", \"action\", \"rank\", \"position\")",
        """
        CREATE TABLE "import_target" (
          "organisation" IDENTIFIER NOT NULL,
          "type" TEXT NOT NULL,
          "heading" TEXT NOT NULL,
          "target" TEXT NOT NULL,
          PRIMARY KEY ("organisation", "type", "heading")
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
