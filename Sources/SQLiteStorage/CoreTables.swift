// The tables that do not come from a schema: records' identities, revisions, links, search, the ledger, accounts.

/// Statements of the fixed tables, in order of creation.
package enum CoreTables {
    package static let statements = base + views

    private static let base = [
        """
        CREATE TABLE "record" (
          "id" BLOB PRIMARY KEY NOT NULL,
          "organisation" BLOB,
          "type" TEXT NOT NULL,
          "version" INTEGER NOT NULL CHECK ("version" > 0),
          "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
          UNIQUE ("organisation", "id")
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE "revision" (
          "number" INTEGER PRIMARY KEY,
          "ledger" BLOB NOT NULL,
          "index" INTEGER NOT NULL,
          "record" BLOB NOT NULL REFERENCES "record" ("id"),
          "type" TEXT NOT NULL,
          "version" INTEGER NOT NULL,
          "action" TEXT NOT NULL,
          "at" INTEGER NOT NULL,
          "actor_kind" TEXT NOT NULL,
          "person" BLOB,
          "auth" TEXT NOT NULL,
          "reason" TEXT,
          "request" TEXT,
          "commitment" TEXT NOT NULL,
          "salt" BLOB,
          "body" TEXT,
          UNIQUE ("ledger", "index"),
          UNIQUE ("record", "version"),
          FOREIGN KEY ("ledger", "index") REFERENCES "leaf" ("ledger", "index") DEFERRABLE INITIALLY DEFERRED
        ) STRICT
        """,
        """
        CREATE TABLE "leaf" (
          "ledger" BLOB NOT NULL,
          "index" INTEGER NOT NULL CHECK ("index" >= 0),
          "at" INTEGER NOT NULL,
          "hash" BLOB NOT NULL CHECK (length("hash") = 32),
          "data" TEXT NOT NULL,
          PRIMARY KEY ("ledger", "index")
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"leaf__by_time\" ON \"leaf\" (\"ledger\", \"at\", \"index\")",
        """
        CREATE TABLE "tile" (
          "ledger" BLOB NOT NULL,
          "level" INTEGER NOT NULL,
          "index" INTEGER NOT NULL,
          "hashes" BLOB NOT NULL CHECK (length("hashes") = 8192),
          PRIMARY KEY ("ledger", "level", "index")
        ) STRICT
        """,
        """
        CREATE TABLE "checkpoint" (
          "ledger" BLOB NOT NULL,
          "size" INTEGER NOT NULL,
          "root" BLOB NOT NULL CHECK (length("root") = 32),
          "note" TEXT NOT NULL,
          "at" INTEGER NOT NULL,
          PRIMARY KEY ("ledger", "size")
        ) STRICT
        """,
        """
        CREATE TABLE "link" (
          "from_id" BLOB NOT NULL,
          "field" TEXT NOT NULL,
          "to_id" BLOB NOT NULL REFERENCES "record" ("id"),
          "since" INTEGER NOT NULL,
          "until" INTEGER CHECK ("until" > "since"),
          "from_type" TEXT NOT NULL,
          "organisation" BLOB,
          "to_organisation" BLOB,
          PRIMARY KEY ("from_id", "field", "to_id", "since"),
          FOREIGN KEY ("organisation", "from_id") REFERENCES "record" ("organisation", "id"),
          FOREIGN KEY ("to_organisation", "to_id") REFERENCES "record" ("organisation", "id"),
          CHECK ("to_organisation" IS NULL OR "to_organisation" = "organisation")
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"link__to\" ON \"link\" (\"to_id\", \"from_type\", \"field\", \"from_id\", \"since\", \"until\")",
        """
        CREATE VIRTUAL TABLE "search" USING fts5("words", content='', tokenize='ascii', \
        prefix='2 3')
        """,
        """
        CREATE TABLE "status" (
          "organisation" BLOB NOT NULL,
          "requirement" BLOB NOT NULL REFERENCES "record" ("id"),
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
          "id" BLOB PRIMARY KEY NOT NULL,
          "email" TEXT NOT NULL UNIQUE,
          "password_hash" TEXT,
          "is_disabled" INTEGER NOT NULL,
          "is_server_administrator" INTEGER NOT NULL,
          "created_at" INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE "membership" (
          "account" BLOB NOT NULL REFERENCES "account" ("id"),
          "organisation" BLOB NOT NULL,
          "person" BLOB NOT NULL,
          "from" INTEGER NOT NULL,
          "until" INTEGER,
          PRIMARY KEY ("account", "organisation"),
          FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
        ) STRICT
        """,
        "CREATE INDEX \"membership__of_organisation\" ON \"membership\" (\"organisation\")",
        """
        CREATE TABLE "session" (
          "secret_hash" BLOB PRIMARY KEY NOT NULL,
          "account" BLOB NOT NULL REFERENCES "account" ("id"),
          "organisation" BLOB,
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
          "id" BLOB PRIMARY KEY NOT NULL,
          "secret_hash" BLOB NOT NULL UNIQUE,
          "account" BLOB NOT NULL REFERENCES "account" ("id"),
          "organisation" BLOB NOT NULL,
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
          "secret_hash" BLOB PRIMARY KEY NOT NULL,
          "account" BLOB REFERENCES "account" ("id"),
          "expires_at" INTEGER NOT NULL,
          "used_at" INTEGER
        ) STRICT
        """,
        """
        CREATE TABLE "erasure" (
          "record" BLOB NOT NULL,
          "version" INTEGER NOT NULL,
          "ledger" BLOB NOT NULL,
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
          "organisation" BLOB NOT NULL,
          "kind" TEXT NOT NULL,
          "subject" TEXT NOT NULL,
          PRIMARY KEY ("organisation", "kind", "subject")
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE "kept_request" (
          "account" BLOB NOT NULL REFERENCES "account" ("id"),
          "organisation" BLOB NOT NULL,
          "key" TEXT NOT NULL,
          "fingerprint" BLOB NOT NULL CHECK (length("fingerprint") = 32),
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
          "id" BLOB PRIMARY KEY NOT NULL,
          "organisation" BLOB NOT NULL,
          "owner" BLOB,
          "type" TEXT NOT NULL,
          "name" TEXT NOT NULL,
          "query" TEXT NOT NULL,
          "created_by" BLOB,
          "created_at" INTEGER NOT NULL,
          UNIQUE ("organisation", "id"),
          FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
        ) STRICT
        """,
        "CREATE UNIQUE INDEX \"view__by_name\" ON \"view\" (\"organisation\", ifnull(\"owner\", x''), \"type\", \"name\")",
        """
        CREATE TABLE "default_view" (
          "organisation" BLOB NOT NULL,
          "person" BLOB NOT NULL,
          "type" TEXT NOT NULL,
          "view" BLOB NOT NULL,
          PRIMARY KEY ("organisation", "person", "type"),
          FOREIGN KEY ("organisation", "view") REFERENCES "view" ("organisation", "id") ON DELETE CASCADE,
          FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX \"default_view__of_view\" ON \"default_view\" (\"organisation\", \"view\")",
    ]
}
