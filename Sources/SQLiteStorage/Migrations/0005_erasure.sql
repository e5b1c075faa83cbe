-- Erasure: requests, holds, what was erased and what is left to do.

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
) STRICT, WITHOUT ROWID;

CREATE TABLE "erasure_work" (
  "organisation" BLOB NOT NULL,
  "kind" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  PRIMARY KEY ("organisation", "kind", "subject")
) STRICT, WITHOUT ROWID;

CREATE TABLE "erasure_request" (
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
  "subject_type" TEXT NOT NULL,
  "subject_id" TEXT NOT NULL,
  "scope" TEXT NOT NULL,
  "field_names" TEXT,
  "legal_basis" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "requested_by" BLOB,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "carried_out_by" BLOB,
  "carried_out_on" INTEGER,
  "erased_revisions" INTEGER,
  "erased_files" INTEGER,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "requested_by") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "carried_out_by") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "erasure_request__present" ON "erasure_request" ("id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__list" ON "erasure_request" ("organisation", "archived", "id", "scope", "legal_basis", "requested_by", "status", "carried_out_by", "since") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__by_status" ON "erasure_request" ("organisation", "archived", "status__key", "id", "scope", "legal_basis", "requested_by", "status", "carried_out_by", "since") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__by_carried_out_on" ON "erasure_request" ("organisation", "archived", "carried_out_on", "id", "scope", "legal_basis", "requested_by", "status", "carried_out_by", "since") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__list_of_requested_by" ON "erasure_request" ("requested_by", "archived", "id", "scope", "legal_basis", "status", "since") WHERE "until" IS NULL AND "requested_by" IS NOT NULL;

CREATE INDEX "erasure_request__by_status_of_requested_by" ON "erasure_request" ("requested_by", "archived", "status__key", "id", "scope", "legal_basis", "status", "since") WHERE "until" IS NULL AND "requested_by" IS NOT NULL;

CREATE INDEX "erasure_request__by_carried_out_on_of_requested_by" ON "erasure_request" ("requested_by", "archived", "carried_out_on", "id", "scope", "legal_basis", "status", "since") WHERE "until" IS NULL AND "requested_by" IS NOT NULL;

CREATE INDEX "erasure_request__past_list" ON "erasure_request" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "erasure_request__replaced" ON "erasure_request" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "erasure_request__of_scope" ON "erasure_request" ("organisation", "scope", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__of_legal_basis" ON "erasure_request" ("organisation", "legal_basis", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__of_status" ON "erasure_request" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__of_carried_out_by" ON "erasure_request" ("organisation", "carried_out_by", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "hold" (
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
  "reason" TEXT NOT NULL,
  "scope" TEXT NOT NULL,
  "subject_type" TEXT,
  "subject_id" TEXT,
  "from" INTEGER NOT NULL,
  "to" INTEGER,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "hold__present" ON "hold" ("id") WHERE "until" IS NULL;

CREATE INDEX "hold__list" ON "hold" ("organisation", "archived", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "hold__by_name" ON "hold" ("organisation", "archived", "name__key", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "hold__by_from" ON "hold" ("organisation", "archived", "from", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "hold__by_to" ON "hold" ("organisation", "archived", "to", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "hold__by_status" ON "hold" ("organisation", "archived", "status__key", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "hold__list_of_created_by" ON "hold" ("created_by", "archived", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_name_of_created_by" ON "hold" ("created_by", "archived", "name__key", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_from_of_created_by" ON "hold" ("created_by", "archived", "from", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_to_of_created_by" ON "hold" ("created_by", "archived", "to", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_status_of_created_by" ON "hold" ("created_by", "archived", "status__key", "id", "kind", "scope", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__past_list" ON "hold" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "hold__past_by_name" ON "hold" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "hold__replaced" ON "hold" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "hold__of_kind" ON "hold" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__of_scope" ON "hold" ("organisation", "scope", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__of_status" ON "hold" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;
