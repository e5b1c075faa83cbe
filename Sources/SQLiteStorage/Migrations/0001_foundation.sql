-- The first tables. Frozen: a change of the record types is a new file beside this one.

CREATE TABLE "record" (
  "id" BLOB PRIMARY KEY NOT NULL,
  "organisation" BLOB,
  "type" TEXT NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  UNIQUE ("organisation", "id")
) STRICT, WITHOUT ROWID;

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
) STRICT;

CREATE TABLE "leaf" (
  "ledger" BLOB NOT NULL,
  "index" INTEGER NOT NULL CHECK ("index" >= 0),
  "at" INTEGER NOT NULL,
  "hash" BLOB NOT NULL CHECK (length("hash") = 32),
  "data" TEXT NOT NULL,
  PRIMARY KEY ("ledger", "index")
) STRICT, WITHOUT ROWID;

CREATE INDEX "leaf__by_time" ON "leaf" ("ledger", "at", "index");

CREATE TABLE "tile" (
  "ledger" BLOB NOT NULL,
  "level" INTEGER NOT NULL,
  "index" INTEGER NOT NULL,
  "hashes" BLOB NOT NULL CHECK (length("hashes") = 8192),
  PRIMARY KEY ("ledger", "level", "index")
) STRICT;

CREATE TABLE "checkpoint" (
  "ledger" BLOB NOT NULL,
  "size" INTEGER NOT NULL,
  "root" BLOB NOT NULL CHECK (length("root") = 32),
  "note" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  PRIMARY KEY ("ledger", "size")
) STRICT;

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
) STRICT, WITHOUT ROWID;

CREATE INDEX "link__to" ON "link" ("to_id", "from_type", "field", "from_id", "since", "until");

CREATE VIRTUAL TABLE "search" USING fts5("words", content='', tokenize='ascii', prefix='2 3');

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
  PRIMARY KEY ("organisation", "requirement")
) STRICT, WITHOUT ROWID;

CREATE TABLE "source" (
  "name" TEXT PRIMARY KEY NOT NULL,
  "sha256" TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE "account" (
  "id" BLOB PRIMARY KEY NOT NULL,
  "email" TEXT NOT NULL UNIQUE,
  "password_hash" TEXT,
  "is_disabled" INTEGER NOT NULL,
  "is_server_administrator" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL
) STRICT;

CREATE TABLE "membership" (
  "account" BLOB NOT NULL REFERENCES "account" ("id"),
  "organisation" BLOB NOT NULL,
  "person" BLOB NOT NULL,
  "from" INTEGER NOT NULL,
  "until" INTEGER,
  PRIMARY KEY ("account", "organisation"),
  FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE INDEX "membership__of_organisation" ON "membership" ("organisation");

CREATE TABLE "session" (
  "secret_hash" BLOB PRIMARY KEY NOT NULL,
  "account" BLOB NOT NULL REFERENCES "account" ("id"),
  "organisation" BLOB,
  "form_secret" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "seen_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL
) STRICT;

CREATE INDEX "session__of_account" ON "session" ("account");

CREATE INDEX "session__by_expiry" ON "session" ("expires_at");

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
) STRICT;

CREATE INDEX "token__of_account" ON "token" ("account", "organisation");

CREATE TABLE "failure" (
  "key" TEXT NOT NULL,
  "minute" INTEGER NOT NULL,
  "count" INTEGER NOT NULL,
  PRIMARY KEY ("key", "minute")
) STRICT, WITHOUT ROWID;

CREATE TABLE "invitation" (
  "secret_hash" BLOB PRIMARY KEY NOT NULL,
  "account" BLOB REFERENCES "account" ("id"),
  "expires_at" INTEGER NOT NULL,
  "used_at" INTEGER
) STRICT;

CREATE TABLE "organisation" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "legal_name" TEXT,
  "sector" TEXT,
  "time_zone" TEXT NOT NULL,
  "role_towards_ai" TEXT,
  "purpose" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "organisation__present" ON "organisation" ("id") WHERE "until" IS NULL;

CREATE INDEX "organisation__list" ON "organisation" ("organisation", "archived", "id", "role_towards_ai", "created_by") WHERE "until" IS NULL;

CREATE INDEX "organisation__by_name" ON "organisation" ("organisation", "archived", "name__key", "id", "role_towards_ai", "created_by") WHERE "until" IS NULL;

CREATE INDEX "organisation__of_role_towards_ai" ON "organisation" ("organisation", "role_towards_ai", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "person" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "email" TEXT NOT NULL,
  "email__key" TEXT,
  "job_title" TEXT,
  "unit" TEXT,
  "unit__key" TEXT,
  "phone" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "person__present" ON "person" ("id") WHERE "until" IS NULL;

CREATE INDEX "person__list" ON "person" ("organisation", "archived", "id", "created_by") WHERE "until" IS NULL;

CREATE INDEX "person__by_name" ON "person" ("organisation", "archived", "name__key", "id", "created_by") WHERE "until" IS NULL;

CREATE INDEX "person__by_email" ON "person" ("organisation", "archived", "email__key", "id", "created_by") WHERE "until" IS NULL;

CREATE INDEX "person__by_unit" ON "person" ("organisation", "archived", "unit__key", "id", "created_by") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "person__unique_email" ON "person" (ifnull("organisation", x''), "email") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "role_assignment" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "person" BLOB NOT NULL,
  "role" TEXT NOT NULL,
  "role__key" INTEGER,
  "from" INTEGER NOT NULL,
  "to" INTEGER,
  "scope" BLOB NOT NULL,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "competence" TEXT,
  "competence_evidence" BLOB NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "role_assignment__present" ON "role_assignment" ("id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__list" ON "role_assignment" ("organisation", "archived", "id", "person", "role", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_role" ON "role_assignment" ("organisation", "archived", "role__key", "id", "person", "role", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_from" ON "role_assignment" ("organisation", "archived", "from", "id", "person", "role", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_to" ON "role_assignment" ("organisation", "archived", "to", "id", "person", "role", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_status" ON "role_assignment" ("organisation", "archived", "status__key", "id", "person", "role", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__of_person" ON "role_assignment" ("organisation", "person", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__of_role" ON "role_assignment" ("organisation", "role", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__of_status" ON "role_assignment" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "framework" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "key" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "full_name" TEXT NOT NULL,
  "edition" TEXT NOT NULL,
  "publisher" TEXT NOT NULL,
  "publisher__key" TEXT,
  "licence" TEXT NOT NULL,
  "text_origin" TEXT NOT NULL,
  "source" TEXT,
  "content_sha256" TEXT NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "framework__present" ON "framework" ("id") WHERE "until" IS NULL;

CREATE INDEX "framework__list" ON "framework" ("organisation", "archived", "id", "created_by") WHERE "until" IS NULL;

CREATE INDEX "framework__by_name" ON "framework" ("organisation", "archived", "name__key", "id", "created_by") WHERE "until" IS NULL;

CREATE INDEX "framework__by_publisher" ON "framework" ("organisation", "archived", "publisher__key", "id", "created_by") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "framework__unique_key" ON "framework" (ifnull("organisation", x''), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "requirement" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "framework" BLOB NOT NULL,
  "reference" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "text" TEXT NOT NULL,
  "parent" BLOB,
  "kind" TEXT NOT NULL,
  "is_assessable" INTEGER NOT NULL,
  "theme" TEXT NOT NULL,
  "harmonised_with" TEXT,
  "guidance" TEXT,
  "questions" TEXT,
  "typical_evidence" TEXT,
  "key" TEXT NOT NULL,
  "position" INTEGER NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("framework") REFERENCES "record" ("id"),
  FOREIGN KEY ("parent") REFERENCES "record" ("id")
) STRICT;

CREATE UNIQUE INDEX "requirement__present" ON "requirement" ("id") WHERE "until" IS NULL;

CREATE INDEX "requirement__list" ON "requirement" ("organisation", "archived", "id", "framework", "parent", "kind", "is_assessable", "created_by") WHERE "until" IS NULL;

CREATE INDEX "requirement__by_title" ON "requirement" ("organisation", "archived", "title__key", "id", "framework", "parent", "kind", "is_assessable", "created_by") WHERE "until" IS NULL;

CREATE INDEX "requirement__by_position" ON "requirement" ("organisation", "archived", "position", "id", "framework", "parent", "kind", "is_assessable", "created_by") WHERE "until" IS NULL;

CREATE INDEX "requirement__of_framework" ON "requirement" ("organisation", "framework", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__of_parent" ON "requirement" ("organisation", "parent", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__of_kind" ON "requirement" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__of_is_assessable" ON "requirement" ("organisation", "is_assessable", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "requirement__unique_key" ON "requirement" (ifnull("organisation", x''), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "mapping" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "source" BLOB NOT NULL,
  "relationship" TEXT NOT NULL,
  "target" BLOB NOT NULL,
  "strength" INTEGER NOT NULL,
  "rationale" TEXT NOT NULL,
  "basis" TEXT NOT NULL,
  "basis__key" INTEGER,
  "set" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("source") REFERENCES "record" ("id"),
  FOREIGN KEY ("target") REFERENCES "record" ("id")
) STRICT;

CREATE UNIQUE INDEX "mapping__present" ON "mapping" ("id") WHERE "until" IS NULL;

CREATE INDEX "mapping__list" ON "mapping" ("organisation", "archived", "id", "source", "relationship", "target", "strength", "basis", "created_by") WHERE "until" IS NULL;

CREATE INDEX "mapping__by_strength" ON "mapping" ("organisation", "archived", "strength", "id", "source", "relationship", "target", "basis", "created_by") WHERE "until" IS NULL;

CREATE INDEX "mapping__by_basis" ON "mapping" ("organisation", "archived", "basis__key", "id", "source", "relationship", "target", "strength", "basis", "created_by") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_source" ON "mapping" ("organisation", "source", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_relationship" ON "mapping" ("organisation", "relationship", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_target" ON "mapping" ("organisation", "target", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_strength" ON "mapping" ("organisation", "strength", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_basis" ON "mapping" ("organisation", "basis", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "mapping__unique_key" ON "mapping" (ifnull("organisation", x''), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "framework_adoption" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "framework" BLOB NOT NULL,
  "scope" TEXT,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "certification_target" INTEGER,
  "adopted_on" INTEGER,
  "content_sha256" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("framework") REFERENCES "record" ("id")
) STRICT;

CREATE UNIQUE INDEX "framework_adoption__present" ON "framework_adoption" ("id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__list" ON "framework_adoption" ("organisation", "archived", "id", "framework", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_name" ON "framework_adoption" ("organisation", "archived", "name__key", "id", "framework", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_status" ON "framework_adoption" ("organisation", "archived", "status__key", "id", "framework", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_certification_target" ON "framework_adoption" ("organisation", "archived", "certification_target", "id", "framework", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_adopted_on" ON "framework_adoption" ("organisation", "archived", "adopted_on", "id", "framework", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__of_framework" ON "framework_adoption" ("organisation", "framework", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__of_status" ON "framework_adoption" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "framework_adoption__unique_framework" ON "framework_adoption" (ifnull("organisation", x''), "framework") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "asset" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "kind" TEXT NOT NULL,
  "kind__key" INTEGER,
  "description" TEXT,
  "owner" BLOB,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "classification" TEXT,
  "classification__key" INTEGER,
  "personal_data" INTEGER NOT NULL,
  "location" TEXT,
  "supplier" TEXT,
  "supplier__key" TEXT,
  "depends_on" BLOB NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "asset__present" ON "asset" ("id") WHERE "until" IS NULL;

CREATE INDEX "asset__list" ON "asset" ("organisation", "archived", "id", "kind", "owner", "status", "classification", "personal_data", "created_by") WHERE "until" IS NULL;

CREATE INDEX "asset__by_name" ON "asset" ("organisation", "archived", "name__key", "id", "kind", "owner", "status", "classification", "personal_data", "created_by") WHERE "until" IS NULL;

CREATE INDEX "asset__by_kind" ON "asset" ("organisation", "archived", "kind__key", "id", "kind", "owner", "status", "classification", "personal_data", "created_by") WHERE "until" IS NULL;

CREATE INDEX "asset__by_status" ON "asset" ("organisation", "archived", "status__key", "id", "kind", "owner", "status", "classification", "personal_data", "created_by") WHERE "until" IS NULL;

CREATE INDEX "asset__by_classification" ON "asset" ("organisation", "archived", "classification__key", "id", "kind", "owner", "status", "classification", "personal_data", "created_by") WHERE "until" IS NULL;

CREATE INDEX "asset__by_supplier" ON "asset" ("organisation", "archived", "supplier__key", "id", "kind", "owner", "status", "classification", "personal_data", "created_by") WHERE "until" IS NULL;

CREATE INDEX "asset__of_kind" ON "asset" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_owner" ON "asset" ("organisation", "owner", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_status" ON "asset" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_classification" ON "asset" ("organisation", "classification", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_personal_data" ON "asset" ("organisation", "personal_data", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "control" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "code" TEXT NOT NULL,
  "code__key" TEXT,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "description" TEXT,
  "type" TEXT NOT NULL,
  "type__key" INTEGER,
  "owner" BLOB,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "frequency" TEXT,
  "frequency__key" INTEGER,
  "procedure" TEXT,
  "test_method" TEXT,
  "cost_per_year" TEXT,
  "cost_per_year__key" REAL,
  "requirements" BLOB NOT NULL,
  "assets" BLOB NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "control__present" ON "control" ("id") WHERE "until" IS NULL;

CREATE INDEX "control__list" ON "control" ("organisation", "archived", "id", "type", "owner", "status", "frequency", "created_by") WHERE "until" IS NULL;

CREATE INDEX "control__by_code" ON "control" ("organisation", "archived", "code__key", "id", "type", "owner", "status", "frequency", "created_by") WHERE "until" IS NULL;

CREATE INDEX "control__by_title" ON "control" ("organisation", "archived", "title__key", "id", "type", "owner", "status", "frequency", "created_by") WHERE "until" IS NULL;

CREATE INDEX "control__by_type" ON "control" ("organisation", "archived", "type__key", "id", "type", "owner", "status", "frequency", "created_by") WHERE "until" IS NULL;

CREATE INDEX "control__by_status" ON "control" ("organisation", "archived", "status__key", "id", "type", "owner", "status", "frequency", "created_by") WHERE "until" IS NULL;

CREATE INDEX "control__by_frequency" ON "control" ("organisation", "archived", "frequency__key", "id", "type", "owner", "status", "frequency", "created_by") WHERE "until" IS NULL;

CREATE INDEX "control__by_cost_per_year" ON "control" ("organisation", "archived", "cost_per_year__key", "id", "type", "owner", "status", "frequency", "created_by") WHERE "until" IS NULL;

CREATE INDEX "control__of_type" ON "control" ("organisation", "type", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "control__of_owner" ON "control" ("organisation", "owner", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "control__of_status" ON "control" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "control__of_frequency" ON "control" ("organisation", "frequency", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "control__unique_code" ON "control" (ifnull("organisation", x''), "code") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "applicability" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "name" TEXT,
  "name__key" TEXT,
  "requirement" BLOB NOT NULL,
  "is_applicable" INTEGER NOT NULL,
  "justification" TEXT NOT NULL,
  "reasons" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("requirement") REFERENCES "record" ("id")
) STRICT;

CREATE UNIQUE INDEX "applicability__present" ON "applicability" ("id") WHERE "until" IS NULL;

CREATE INDEX "applicability__list" ON "applicability" ("organisation", "archived", "id", "requirement", "is_applicable", "created_by") WHERE "until" IS NULL;

CREATE INDEX "applicability__by_name" ON "applicability" ("organisation", "archived", "name__key", "id", "requirement", "is_applicable", "created_by") WHERE "until" IS NULL;

CREATE INDEX "applicability__by_is_applicable" ON "applicability" ("organisation", "archived", "is_applicable", "id", "requirement", "created_by") WHERE "until" IS NULL;

CREATE INDEX "applicability__of_requirement" ON "applicability" ("organisation", "requirement", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__of_is_applicable" ON "applicability" ("organisation", "is_applicable", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "applicability__unique_requirement" ON "applicability" (ifnull("organisation", x''), "requirement") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "assessment" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "lead" BLOB,
  "scope" BLOB NOT NULL,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "started_on" INTEGER,
  "due_on" INTEGER,
  "notes" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "lead") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "assessment__present" ON "assessment" ("id") WHERE "until" IS NULL;

CREATE INDEX "assessment__list" ON "assessment" ("organisation", "archived", "id", "lead", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_title" ON "assessment" ("organisation", "archived", "title__key", "id", "lead", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_status" ON "assessment" ("organisation", "archived", "status__key", "id", "lead", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_started_on" ON "assessment" ("organisation", "archived", "started_on", "id", "lead", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_due_on" ON "assessment" ("organisation", "archived", "due_on", "id", "lead", "status", "created_by") WHERE "until" IS NULL;

CREATE INDEX "assessment__of_lead" ON "assessment" ("organisation", "lead", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__of_status" ON "assessment" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "answer" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "name" TEXT,
  "assessment" BLOB NOT NULL,
  "requirement" BLOB NOT NULL,
  "result" TEXT,
  "result__key" INTEGER,
  "maturity" INTEGER,
  "note" TEXT,
  "is_separate" INTEGER NOT NULL,
  "owner" BLOB,
  "due_on" INTEGER,
  "answered_on" INTEGER,
  "answered_by" BLOB,
  "key" TEXT NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assessment") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("requirement") REFERENCES "record" ("id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "answered_by") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "answer__present" ON "answer" ("id") WHERE "until" IS NULL;

CREATE INDEX "answer__list" ON "answer" ("organisation", "archived", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "answer__by_result" ON "answer" ("organisation", "archived", "result__key", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "answer__by_maturity" ON "answer" ("organisation", "archived", "maturity", "id", "assessment", "requirement", "result", "is_separate", "owner", "answered_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "answer__by_due_on" ON "answer" ("organisation", "archived", "due_on", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "answer__by_answered_on" ON "answer" ("organisation", "archived", "answered_on", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "answer__of_assessment" ON "answer" ("organisation", "assessment", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_requirement" ON "answer" ("organisation", "requirement", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_result" ON "answer" ("organisation", "result", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_maturity" ON "answer" ("organisation", "maturity", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_is_separate" ON "answer" ("organisation", "is_separate", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_owner" ON "answer" ("organisation", "owner", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_answered_by" ON "answer" ("organisation", "answered_by", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "answer__unique_key" ON "answer" (ifnull("organisation", x''), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "evidence" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "kind" TEXT NOT NULL,
  "file" TEXT,
  "link" TEXT,
  "description" TEXT,
  "owner" BLOB,
  "period_from" INTEGER NOT NULL,
  "period_to" INTEGER NOT NULL,
  "valid_until" INTEGER,
  "requirements" BLOB NOT NULL,
  "controls" BLOB NOT NULL,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "reviewed_by" BLOB,
  "reviewed_on" INTEGER,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "reviewed_by") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "evidence__present" ON "evidence" ("id") WHERE "until" IS NULL;

CREATE INDEX "evidence__list" ON "evidence" ("organisation", "archived", "id", "kind", "owner", "status", "reviewed_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_title" ON "evidence" ("organisation", "archived", "title__key", "id", "kind", "owner", "status", "reviewed_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_period_from" ON "evidence" ("organisation", "archived", "period_from", "id", "kind", "owner", "status", "reviewed_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_period_to" ON "evidence" ("organisation", "archived", "period_to", "id", "kind", "owner", "status", "reviewed_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_valid_until" ON "evidence" ("organisation", "archived", "valid_until", "id", "kind", "owner", "status", "reviewed_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_status" ON "evidence" ("organisation", "archived", "status__key", "id", "kind", "owner", "status", "reviewed_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_reviewed_on" ON "evidence" ("organisation", "archived", "reviewed_on", "id", "kind", "owner", "status", "reviewed_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "evidence__of_kind" ON "evidence" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__of_owner" ON "evidence" ("organisation", "owner", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__of_status" ON "evidence" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__of_reviewed_by" ON "evidence" ("organisation", "reviewed_by", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "task" (
  "revision" INTEGER PRIMARY KEY REFERENCES "revision" ("number"),
  "id" BLOB NOT NULL REFERENCES "record" ("id"),
  "organisation" BLOB NOT NULL,
  "version" INTEGER NOT NULL CHECK ("version" > 0),
  "archived" INTEGER NOT NULL CHECK ("archived" IN (0, 1)),
  "since" INTEGER NOT NULL,
  "until" INTEGER CHECK ("until" > "since"),
  "created_at" INTEGER NOT NULL,
  "created_by" BLOB,
  "updated_at" INTEGER NOT NULL,
  "updated_by" BLOB,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "description" TEXT,
  "kind" TEXT NOT NULL,
  "kind__key" INTEGER,
  "priority" TEXT NOT NULL,
  "priority__key" INTEGER,
  "assignee" BLOB,
  "due_on" INTEGER,
  "requirements" BLOB NOT NULL,
  "controls" BLOB NOT NULL,
  "evidence" BLOB NOT NULL,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "completed_on" INTEGER,
  "verified_by" BLOB,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assignee") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "verified_by") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "task__present" ON "task" ("id") WHERE "until" IS NULL;

CREATE INDEX "task__list" ON "task" ("organisation", "archived", "id", "kind", "priority", "assignee", "status", "verified_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "task__by_title" ON "task" ("organisation", "archived", "title__key", "id", "kind", "priority", "assignee", "status", "verified_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "task__by_kind" ON "task" ("organisation", "archived", "kind__key", "id", "kind", "priority", "assignee", "status", "verified_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "task__by_priority" ON "task" ("organisation", "archived", "priority__key", "id", "kind", "priority", "assignee", "status", "verified_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "task__by_due_on" ON "task" ("organisation", "archived", "due_on", "id", "kind", "priority", "assignee", "status", "verified_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "task__by_status" ON "task" ("organisation", "archived", "status__key", "id", "kind", "priority", "assignee", "status", "verified_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "task__by_completed_on" ON "task" ("organisation", "archived", "completed_on", "id", "kind", "priority", "assignee", "status", "verified_by", "created_by") WHERE "until" IS NULL;

CREATE INDEX "task__of_kind" ON "task" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_priority" ON "task" ("organisation", "priority", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_assignee" ON "task" ("organisation", "assignee", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_status" ON "task" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_verified_by" ON "task" ("organisation", "verified_by", "archived", "id") WHERE "until" IS NULL;

