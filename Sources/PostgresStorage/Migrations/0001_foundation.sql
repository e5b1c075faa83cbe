-- The first tables. Frozen: a change of the record types is a new file beside this one.

CREATE TABLE "record" (
  "id" uuid PRIMARY KEY NOT NULL,
  "organisation" uuid,
  "type" text COLLATE "C" NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  UNIQUE ("organisation", "id")
);

CREATE TABLE "leaf" (
  "ledger" uuid NOT NULL,
  "index" bigint NOT NULL CHECK ("index" >= 0),
  "at" bigint NOT NULL,
  "hash" bytea NOT NULL CHECK (length("hash") = 32),
  "data" text COLLATE "C" NOT NULL,
  PRIMARY KEY ("ledger", "index")
);

CREATE TABLE "revision" (
  "number" bigint PRIMARY KEY,
  "ledger" uuid NOT NULL,
  "index" bigint NOT NULL,
  "record" uuid NOT NULL REFERENCES "record" ("id"),
  "type" text COLLATE "C" NOT NULL,
  "version" bigint NOT NULL,
  "action" text COLLATE "C" NOT NULL,
  "at" bigint NOT NULL,
  "actor_kind" text COLLATE "C" NOT NULL,
  "person" uuid,
  "auth" text COLLATE "C" NOT NULL,
  "reason" text COLLATE "C",
  "request" text COLLATE "C",
  "commitment" text COLLATE "C" NOT NULL,
  "salt" bytea,
  "body" text COLLATE "C",
  UNIQUE ("ledger", "index"),
  UNIQUE ("record", "version"),
  FOREIGN KEY ("ledger", "index") REFERENCES "leaf" ("ledger", "index") DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX "leaf__by_time" ON "leaf" ("ledger", "at", "index");

CREATE TABLE "tile" (
  "ledger" uuid NOT NULL,
  "level" bigint NOT NULL,
  "index" bigint NOT NULL,
  "hashes" bytea NOT NULL CHECK (length("hashes") = 8192),
  PRIMARY KEY ("ledger", "level", "index")
);

CREATE TABLE "checkpoint" (
  "ledger" uuid NOT NULL,
  "size" bigint NOT NULL,
  "root" bytea NOT NULL CHECK (length("root") = 32),
  "note" text COLLATE "C" NOT NULL,
  "at" bigint NOT NULL,
  PRIMARY KEY ("ledger", "size")
);

CREATE TABLE "link" (
  "from_id" uuid NOT NULL,
  "field" text COLLATE "C" NOT NULL,
  "to_id" uuid NOT NULL REFERENCES "record" ("id"),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "from_type" text COLLATE "C" NOT NULL,
  "organisation" uuid,
  "to_organisation" uuid,
  PRIMARY KEY ("from_id", "field", "to_id", "since"),
  FOREIGN KEY ("organisation", "from_id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("to_organisation", "to_id") REFERENCES "record" ("organisation", "id"),
  CHECK ("to_organisation" IS NULL OR "to_organisation" = "organisation")
);

CREATE INDEX "link__to" ON "link" ("to_id", "from_type", "field", "from_id", "since", "until");

CREATE TABLE "search_word" (
  "ledger" uuid NOT NULL,
  "word" text COLLATE "C" NOT NULL,
  "revision" bigint NOT NULL,
  PRIMARY KEY ("ledger", "word", "revision")
);

CREATE TABLE "status" (
  "organisation" uuid NOT NULL,
  "requirement" uuid NOT NULL REFERENCES "record" ("id"),
  "controls" bigint NOT NULL,
  "evidence" bigint NOT NULL,
  "evidence_stale" bigint NOT NULL,
  "tasks_open" bigint NOT NULL,
  "tasks_overdue" bigint NOT NULL,
  "measured" text COLLATE "C",
  "changes_on" bigint,
  "nonconformities" bigint NOT NULL DEFAULT 0,
  "nonconformities_major" bigint NOT NULL DEFAULT 0,
  PRIMARY KEY ("organisation", "requirement")
);

CREATE TABLE "source" (
  "name" text COLLATE "C" PRIMARY KEY NOT NULL,
  "sha256" text COLLATE "C" NOT NULL
);

CREATE TABLE "account" (
  "id" uuid PRIMARY KEY NOT NULL,
  "email" text COLLATE "C" NOT NULL UNIQUE,
  "password_hash" text COLLATE "C",
  "is_disabled" bigint NOT NULL,
  "is_server_administrator" bigint NOT NULL,
  "created_at" bigint NOT NULL
);

CREATE TABLE "membership" (
  "account" uuid NOT NULL REFERENCES "account" ("id"),
  "organisation" uuid NOT NULL,
  "person" uuid NOT NULL,
  "from" bigint NOT NULL,
  "until" bigint,
  PRIMARY KEY ("account", "organisation"),
  FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
);

CREATE INDEX "membership__of_organisation" ON "membership" ("organisation");

CREATE TABLE "session" (
  "secret_hash" bytea PRIMARY KEY NOT NULL,
  "account" uuid NOT NULL REFERENCES "account" ("id"),
  "organisation" uuid,
  "form_secret" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "seen_at" bigint NOT NULL,
  "expires_at" bigint NOT NULL
);

CREATE INDEX "session__of_account" ON "session" ("account");

CREATE INDEX "session__by_expiry" ON "session" ("expires_at");

CREATE TABLE "token" (
  "id" uuid PRIMARY KEY NOT NULL,
  "secret_hash" bytea NOT NULL UNIQUE,
  "account" uuid NOT NULL REFERENCES "account" ("id"),
  "organisation" uuid NOT NULL,
  "name" text COLLATE "C" NOT NULL,
  "may_write" bigint NOT NULL,
  "created_at" bigint NOT NULL,
  "expires_at" bigint NOT NULL,
  "revoked_at" bigint
);

CREATE INDEX "token__of_account" ON "token" ("account", "organisation");

CREATE TABLE "failure" (
  "key" text COLLATE "C" NOT NULL,
  "minute" bigint NOT NULL,
  "count" bigint NOT NULL,
  PRIMARY KEY ("key", "minute")
);

CREATE TABLE "invitation" (
  "secret_hash" bytea PRIMARY KEY NOT NULL,
  "account" uuid REFERENCES "account" ("id"),
  "expires_at" bigint NOT NULL,
  "used_at" bigint
);

CREATE TABLE "erasure" (
  "record" uuid NOT NULL,
  "version" bigint NOT NULL,
  "ledger" uuid NOT NULL,
  "index" bigint NOT NULL,
  "at" bigint NOT NULL,
  "fields" text COLLATE "C",
  PRIMARY KEY ("record", "version"),
  UNIQUE ("ledger", "index"),
  FOREIGN KEY ("record", "version") REFERENCES "revision" ("record", "version"),
  FOREIGN KEY ("ledger", "index") REFERENCES "leaf" ("ledger", "index") DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE "erasure_work" (
  "organisation" uuid NOT NULL,
  "kind" text COLLATE "C" NOT NULL,
  "subject" text COLLATE "C" NOT NULL,
  PRIMARY KEY ("organisation", "kind", "subject")
);

CREATE TABLE "kept_request" (
  "account" uuid NOT NULL REFERENCES "account" ("id"),
  "organisation" uuid NOT NULL,
  "key" text COLLATE "C" NOT NULL,
  "fingerprint" bytea NOT NULL CHECK (length("fingerprint") = 32),
  "answer" text COLLATE "C" NOT NULL,
  "at" bigint NOT NULL,
  PRIMARY KEY ("account", "organisation", "key")
);

CREATE INDEX "kept_request__by_account" ON "kept_request" ("account", "at", "key");

CREATE INDEX "kept_request__by_time" ON "kept_request" ("at");

CREATE TABLE "view" (
  "id" uuid PRIMARY KEY NOT NULL,
  "organisation" uuid NOT NULL,
  "owner" uuid,
  "type" text COLLATE "C" NOT NULL,
  "name" text COLLATE "C" NOT NULL,
  "query" text COLLATE "C" NOT NULL,
  "created_by" uuid,
  "created_at" bigint NOT NULL,
  UNIQUE ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "view__by_name" ON "view" ("organisation", coalesce("owner", '00000000-0000-0000-0000-000000000000'::uuid), "type", "name");

CREATE TABLE "default_view" (
  "organisation" uuid NOT NULL,
  "person" uuid NOT NULL,
  "type" text COLLATE "C" NOT NULL,
  "view" uuid NOT NULL,
  PRIMARY KEY ("organisation", "person", "type"),
  FOREIGN KEY ("organisation", "view") REFERENCES "view" ("organisation", "id") ON DELETE CASCADE,
  FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
);

CREATE INDEX "default_view__of_view" ON "default_view" ("organisation", "view");

CREATE TABLE "import" (
  "id" uuid PRIMARY KEY NOT NULL,
  "organisation" uuid NOT NULL,
  "person" uuid,
  "state" text COLLATE "C" NOT NULL,
  "created_at" bigint NOT NULL,
  "body" text COLLATE "C" NOT NULL
);

CREATE INDEX "import__of_person" ON "import" ("organisation", "person", "id");

CREATE TABLE "import_row" (
  "import" uuid NOT NULL REFERENCES "import" ("id") ON DELETE CASCADE,
  "position" bigint NOT NULL,
  "line" bigint NOT NULL,
  "cells" bytea NOT NULL,
  "formulas" text COLLATE "C" NOT NULL,
  "action" text COLLATE "C",
  "rank" bigint NOT NULL,
  "record" uuid,
  "version" bigint,
  "plan" text COLLATE "C" NOT NULL,
  PRIMARY KEY ("import", "position")
);

CREATE INDEX "import_row__by_action" ON "import_row" ("import", "action", "rank", "position");

CREATE TABLE "import_target" (
  "organisation" uuid NOT NULL,
  "type" text COLLATE "C" NOT NULL,
  "heading" text COLLATE "C" NOT NULL,
  "target" text COLLATE "C" NOT NULL,
  PRIMARY KEY ("organisation", "type", "heading")
);

CREATE SEQUENCE "revision_number" AS bigint;

CREATE TABLE "node" (
  "id" uuid PRIMARY KEY NOT NULL,
  "seen_at" timestamp with time zone NOT NULL
);

CREATE TABLE "import_node" (
  "import" uuid PRIMARY KEY NOT NULL REFERENCES "import" ("id") ON DELETE CASCADE,
  "node" uuid NOT NULL
);

CREATE TABLE "organisation" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "legal_name" text COLLATE "C",
  "sector" text COLLATE "C",
  "time_zone" text COLLATE "C" NOT NULL,
  "role_towards_ai" text COLLATE "C",
  "purpose" text COLLATE "C",
  "logo" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "organisation__present" ON "organisation" ("id") WHERE "until" IS NULL;

CREATE INDEX "organisation__list" ON "organisation" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "organisation__by_name" ON "organisation" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "organisation__past_list" ON "organisation" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "organisation__past_by_name" ON "organisation" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "organisation__replaced" ON "organisation" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "organisation__of_role_towards_ai" ON "organisation" ("organisation", "role_towards_ai", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "person" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "email" text COLLATE "C" NOT NULL,
  "email__key" text COLLATE "C",
  "job_title" text COLLATE "C",
  "unit" text COLLATE "C",
  "unit__key" text COLLATE "C",
  "phone" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "person__present" ON "person" ("id") WHERE "until" IS NULL;

CREATE INDEX "person__list" ON "person" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "person__by_name" ON "person" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "person__by_email" ON "person" ("organisation", "archived", "email__key", "id") WHERE "until" IS NULL;

CREATE INDEX "person__by_unit" ON "person" ("organisation", "archived", "unit__key", "id") WHERE "until" IS NULL;

CREATE INDEX "person__past_list" ON "person" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "person__past_by_name" ON "person" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "person__replaced" ON "person" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE UNIQUE INDEX "person__unique_email" ON "person" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "email") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "role_assignment" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "person" uuid NOT NULL,
  "role" text COLLATE "C" NOT NULL,
  "role__key" bigint,
  "from" bigint NOT NULL,
  "to" bigint,
  "scope" bytea NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "competence" text COLLATE "C",
  "competence_evidence" bytea NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "role_assignment__present" ON "role_assignment" ("id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__list" ON "role_assignment" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_role" ON "role_assignment" ("organisation", "archived", "role__key", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_from" ON "role_assignment" ("organisation", "archived", "from", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_to" ON "role_assignment" ("organisation", "archived", "to", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__by_status" ON "role_assignment" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__past_list" ON "role_assignment" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "role_assignment__replaced" ON "role_assignment" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "role_assignment__of_person" ON "role_assignment" ("organisation", "person", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__of_role" ON "role_assignment" ("organisation", "role", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "role_assignment__of_status" ON "role_assignment" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "framework" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "key" text COLLATE "C" NOT NULL,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "full_name" text COLLATE "C" NOT NULL,
  "edition" text COLLATE "C" NOT NULL,
  "publisher" text COLLATE "C" NOT NULL,
  "publisher__key" text COLLATE "C",
  "licence" text COLLATE "C" NOT NULL,
  "text_origin" text COLLATE "C" NOT NULL,
  "source" text COLLATE "C",
  "content_sha256" text COLLATE "C" NOT NULL,
  "urn" text COLLATE "C",
  "library" text COLLATE "C",
  "groups" text COLLATE "C",
  "scale" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "framework__present" ON "framework" ("id") WHERE "until" IS NULL;

CREATE INDEX "framework__list" ON "framework" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "framework__by_name" ON "framework" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "framework__by_publisher" ON "framework" ("organisation", "archived", "publisher__key", "id") WHERE "until" IS NULL;

CREATE INDEX "framework__past_list" ON "framework" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "framework__past_by_name" ON "framework" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "framework__replaced" ON "framework" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE UNIQUE INDEX "framework__unique_key" ON "framework" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "requirement" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "framework" uuid NOT NULL,
  "reference" text COLLATE "C" NOT NULL,
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "text" text COLLATE "C" NOT NULL,
  "parent" uuid,
  "kind" text COLLATE "C" NOT NULL,
  "is_assessable" bigint NOT NULL,
  "theme" text COLLATE "C" NOT NULL,
  "harmonised_with" text COLLATE "C",
  "guidance" text COLLATE "C",
  "questions" text COLLATE "C",
  "typical_evidence" text COLLATE "C",
  "key" text COLLATE "C" NOT NULL,
  "position" bigint NOT NULL,
  "urn" text COLLATE "C",
  "library" text COLLATE "C",
  "groups" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("framework") REFERENCES "record" ("id"),
  FOREIGN KEY ("parent") REFERENCES "record" ("id")
);

CREATE UNIQUE INDEX "requirement__present" ON "requirement" ("id") WHERE "until" IS NULL;

CREATE INDEX "requirement__list" ON "requirement" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__by_title" ON "requirement" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__by_position" ON "requirement" ("organisation", "archived", "position", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__past_list" ON "requirement" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "requirement__replaced" ON "requirement" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "requirement__of_framework" ON "requirement" ("organisation", "framework", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__of_parent" ON "requirement" ("organisation", "parent", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__of_kind" ON "requirement" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "requirement__of_is_assessable" ON "requirement" ("organisation", "is_assessable", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "requirement__unique_key" ON "requirement" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "mapping" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "source" uuid NOT NULL,
  "relationship" text COLLATE "C" NOT NULL,
  "target" uuid NOT NULL,
  "strength" bigint NOT NULL,
  "rationale" text COLLATE "C" NOT NULL,
  "basis" text COLLATE "C" NOT NULL,
  "basis__key" bigint,
  "set" text COLLATE "C" NOT NULL,
  "key" text COLLATE "C" NOT NULL,
  "origin" text COLLATE "C",
  "author" text COLLATE "C",
  "review_state" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("source") REFERENCES "record" ("id"),
  FOREIGN KEY ("target") REFERENCES "record" ("id")
);

CREATE UNIQUE INDEX "mapping__present" ON "mapping" ("id") WHERE "until" IS NULL;

CREATE INDEX "mapping__list" ON "mapping" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__by_strength" ON "mapping" ("organisation", "archived", "strength", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__by_basis" ON "mapping" ("organisation", "archived", "basis__key", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__past_list" ON "mapping" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "mapping__replaced" ON "mapping" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "mapping__of_source" ON "mapping" ("organisation", "source", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_relationship" ON "mapping" ("organisation", "relationship", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_target" ON "mapping" ("organisation", "target", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_strength" ON "mapping" ("organisation", "strength", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_basis" ON "mapping" ("organisation", "basis", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_review_state" ON "mapping" ("organisation", "review_state", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "mapping__unique_key" ON "mapping" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "framework_adoption" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "framework" uuid NOT NULL,
  "scope" text COLLATE "C",
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "certification_target" bigint,
  "adopted_on" bigint,
  "content_sha256" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("framework") REFERENCES "record" ("id")
);

CREATE UNIQUE INDEX "framework_adoption__present" ON "framework_adoption" ("id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__list" ON "framework_adoption" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_name" ON "framework_adoption" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_status" ON "framework_adoption" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_certification_target" ON "framework_adoption" ("organisation", "archived", "certification_target", "id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__by_adopted_on" ON "framework_adoption" ("organisation", "archived", "adopted_on", "id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__past_list" ON "framework_adoption" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "framework_adoption__past_by_name" ON "framework_adoption" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "framework_adoption__replaced" ON "framework_adoption" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "framework_adoption__of_framework" ON "framework_adoption" ("organisation", "framework", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "framework_adoption__of_status" ON "framework_adoption" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "framework_adoption__unique_framework" ON "framework_adoption" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "framework") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "imported_library" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "reference" text COLLATE "C" NOT NULL,
  "urn" text COLLATE "C" NOT NULL,
  "library_version" bigint NOT NULL,
  "provider" text COLLATE "C",
  "status" text COLLATE "C" NOT NULL,
  "licence" text COLLATE "C",
  "published_on" text COLLATE "C",
  "summary" text COLLATE "C",
  "format" text COLLATE "C" NOT NULL,
  "file" text COLLATE "C",
  "content_sha256" text COLLATE "C" NOT NULL,
  "items" bigint NOT NULL,
  "kept_out" bigint NOT NULL,
  "counts" text COLLATE "C" NOT NULL,
  "remarks" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "imported_library__present" ON "imported_library" ("id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__list" ON "imported_library" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_name" ON "imported_library" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_library_version" ON "imported_library" ("organisation", "archived", "library_version", "id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_items" ON "imported_library" ("organisation", "archived", "items", "id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_kept_out" ON "imported_library" ("organisation", "archived", "kept_out", "id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__past_list" ON "imported_library" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "imported_library__past_by_name" ON "imported_library" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "imported_library__replaced" ON "imported_library" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "imported_library__of_status" ON "imported_library" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__of_format" ON "imported_library" ("organisation", "format", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "imported_library__unique_urn" ON "imported_library" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "urn") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "reference_control" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "reference" text COLLATE "C" NOT NULL,
  "category" text COLLATE "C",
  "function" text COLLATE "C",
  "description" text COLLATE "C",
  "annotation" text COLLATE "C",
  "urn" text COLLATE "C" NOT NULL,
  "library" text COLLATE "C" NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "reference_control__present" ON "reference_control" ("id") WHERE "until" IS NULL;

CREATE INDEX "reference_control__list" ON "reference_control" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "reference_control__by_name" ON "reference_control" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "reference_control__past_list" ON "reference_control" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "reference_control__past_by_name" ON "reference_control" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "reference_control__replaced" ON "reference_control" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "reference_control__of_category" ON "reference_control" ("organisation", "category", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "reference_control__of_function" ON "reference_control" ("organisation", "function", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "reference_control__unique_urn" ON "reference_control" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "urn") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "threat" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "reference" text COLLATE "C" NOT NULL,
  "provider" text COLLATE "C",
  "description" text COLLATE "C",
  "annotation" text COLLATE "C",
  "urn" text COLLATE "C" NOT NULL,
  "library" text COLLATE "C" NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "threat__present" ON "threat" ("id") WHERE "until" IS NULL;

CREATE INDEX "threat__list" ON "threat" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "threat__by_name" ON "threat" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "threat__past_list" ON "threat" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "threat__past_by_name" ON "threat" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "threat__replaced" ON "threat" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE UNIQUE INDEX "threat__unique_urn" ON "threat" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "urn") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "risk_matrix" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "reference" text COLLATE "C" NOT NULL,
  "provider" text COLLATE "C",
  "description" text COLLATE "C",
  "definition" text COLLATE "C" NOT NULL,
  "urn" text COLLATE "C" NOT NULL,
  "library" text COLLATE "C" NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "risk_matrix__present" ON "risk_matrix" ("id") WHERE "until" IS NULL;

CREATE INDEX "risk_matrix__list" ON "risk_matrix" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk_matrix__by_name" ON "risk_matrix" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "risk_matrix__past_list" ON "risk_matrix" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk_matrix__past_by_name" ON "risk_matrix" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk_matrix__replaced" ON "risk_matrix" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE UNIQUE INDEX "risk_matrix__unique_urn" ON "risk_matrix" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "urn") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "asset" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "kind" text COLLATE "C" NOT NULL,
  "kind__key" bigint,
  "description" text COLLATE "C",
  "owner" uuid,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "classification" text COLLATE "C",
  "classification__key" bigint,
  "personal_data" bigint NOT NULL,
  "location" text COLLATE "C",
  "supplier" text COLLATE "C",
  "supplier__key" text COLLATE "C",
  "depends_on" bytea NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "asset__present" ON "asset" ("id") WHERE "until" IS NULL;

CREATE INDEX "asset__list" ON "asset" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__by_name" ON "asset" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__by_kind" ON "asset" ("organisation", "archived", "kind__key", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__by_status" ON "asset" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__by_classification" ON "asset" ("organisation", "archived", "classification__key", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__by_supplier" ON "asset" ("organisation", "archived", "supplier__key", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__past_list" ON "asset" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "asset__past_by_name" ON "asset" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "asset__replaced" ON "asset" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "asset__of_kind" ON "asset" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_owner" ON "asset" ("organisation", "owner", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_status" ON "asset" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_classification" ON "asset" ("organisation", "classification", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "asset__of_personal_data" ON "asset" ("organisation", "personal_data", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "control" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "code" text COLLATE "C" NOT NULL,
  "code__key" text COLLATE "C",
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "description" text COLLATE "C",
  "type" text COLLATE "C" NOT NULL,
  "type__key" bigint,
  "owner" uuid,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "frequency" text COLLATE "C",
  "frequency__key" bigint,
  "procedure" text COLLATE "C",
  "test_method" text COLLATE "C",
  "cost_per_year" text COLLATE "C",
  "cost_per_year__key" double precision,
  "requirements" bytea NOT NULL,
  "assets" bytea NOT NULL,
  "template" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "control__present" ON "control" ("id") WHERE "until" IS NULL;

CREATE INDEX "control__list" ON "control" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "control__by_code" ON "control" ("organisation", "archived", "code__key", "id") WHERE "until" IS NULL;

CREATE INDEX "control__by_title" ON "control" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "control__by_type" ON "control" ("organisation", "archived", "type__key", "id") WHERE "until" IS NULL;

CREATE INDEX "control__by_status" ON "control" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "control__by_frequency" ON "control" ("organisation", "archived", "frequency__key", "id") WHERE "until" IS NULL;

CREATE INDEX "control__by_cost_per_year" ON "control" ("organisation", "archived", "cost_per_year__key", "id") WHERE "until" IS NULL;

CREATE INDEX "control__list_of_owner" ON "control" ("owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "control__by_code_of_owner" ON "control" ("owner", "archived", "code__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "control__by_title_of_owner" ON "control" ("owner", "archived", "title__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "control__by_type_of_owner" ON "control" ("owner", "archived", "type__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "control__by_status_of_owner" ON "control" ("owner", "archived", "status__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "control__by_frequency_of_owner" ON "control" ("owner", "archived", "frequency__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "control__by_cost_per_year_of_owner" ON "control" ("owner", "archived", "cost_per_year__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "control__list_of_created_by" ON "control" ("created_by", "archived", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "control__by_code_of_created_by" ON "control" ("created_by", "archived", "code__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "control__by_title_of_created_by" ON "control" ("created_by", "archived", "title__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "control__by_type_of_created_by" ON "control" ("created_by", "archived", "type__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "control__by_status_of_created_by" ON "control" ("created_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "control__by_frequency_of_created_by" ON "control" ("created_by", "archived", "frequency__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "control__by_cost_per_year_of_created_by" ON "control" ("created_by", "archived", "cost_per_year__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "control__past_list" ON "control" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "control__past_by_title" ON "control" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "control__replaced" ON "control" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "control__of_type" ON "control" ("organisation", "type", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "control__of_status" ON "control" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "control__of_frequency" ON "control" ("organisation", "frequency", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "control__unique_code" ON "control" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "code") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "applicability" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C",
  "name__key" text COLLATE "C",
  "requirement" uuid NOT NULL,
  "is_applicable" bigint NOT NULL,
  "justification" text COLLATE "C" NOT NULL,
  "reasons" text COLLATE "C",
  "exclusion_basis" text COLLATE "C",
  "systems" bytea NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("requirement") REFERENCES "record" ("id")
);

CREATE UNIQUE INDEX "applicability__present" ON "applicability" ("id") WHERE "until" IS NULL;

CREATE INDEX "applicability__list" ON "applicability" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__by_name" ON "applicability" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__by_is_applicable" ON "applicability" ("organisation", "archived", "is_applicable", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__past_list" ON "applicability" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "applicability__past_by_name" ON "applicability" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "applicability__replaced" ON "applicability" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "applicability__of_requirement" ON "applicability" ("organisation", "requirement", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__of_is_applicable" ON "applicability" ("organisation", "is_applicable", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__of_exclusion_basis" ON "applicability" ("organisation", "exclusion_basis", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "applicability__unique_requirement" ON "applicability" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "requirement") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "assessment" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "lead" uuid,
  "scope" bytea NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "started_on" bigint,
  "due_on" bigint,
  "notes" text COLLATE "C",
  "reviewer" uuid,
  "previous" uuid,
  "implementation_groups" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "lead") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "reviewer") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "previous") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "assessment__present" ON "assessment" ("id") WHERE "until" IS NULL;

CREATE INDEX "assessment__list" ON "assessment" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_title" ON "assessment" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_status" ON "assessment" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_started_on" ON "assessment" ("organisation", "archived", "started_on", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_due_on" ON "assessment" ("organisation", "archived", "due_on", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__list_of_lead" ON "assessment" ("lead", "archived", "id") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_title_of_lead" ON "assessment" ("lead", "archived", "title__key", "id") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_status_of_lead" ON "assessment" ("lead", "archived", "status__key", "id") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_started_on_of_lead" ON "assessment" ("lead", "archived", "started_on", "id") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_due_on_of_lead" ON "assessment" ("lead", "archived", "due_on", "id") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__list_of_reviewer" ON "assessment" ("reviewer", "archived", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_title_of_reviewer" ON "assessment" ("reviewer", "archived", "title__key", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_status_of_reviewer" ON "assessment" ("reviewer", "archived", "status__key", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_started_on_of_reviewer" ON "assessment" ("reviewer", "archived", "started_on", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_due_on_of_reviewer" ON "assessment" ("reviewer", "archived", "due_on", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__past_list" ON "assessment" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "assessment__past_by_title" ON "assessment" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "assessment__replaced" ON "assessment" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "assessment__of_status" ON "assessment" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__of_previous" ON "assessment" ("organisation", "previous", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "answer" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C",
  "assessment" uuid NOT NULL,
  "requirement" uuid NOT NULL,
  "result" text COLLATE "C",
  "result__key" bigint,
  "maturity" bigint,
  "note" text COLLATE "C",
  "is_separate" bigint NOT NULL,
  "owner" uuid,
  "due_on" bigint,
  "answered_on" bigint,
  "answered_by" uuid,
  "key" text COLLATE "C" NOT NULL,
  "origin" text COLLATE "C",
  "origin_note" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assessment") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("requirement") REFERENCES "record" ("id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "answered_by") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "answer__present" ON "answer" ("id") WHERE "until" IS NULL;

CREATE INDEX "answer__list" ON "answer" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__by_result" ON "answer" ("organisation", "archived", "result__key", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__by_maturity" ON "answer" ("organisation", "archived", "maturity", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__by_due_on" ON "answer" ("organisation", "archived", "due_on", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__by_answered_on" ON "answer" ("organisation", "archived", "answered_on", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__list_of_owner" ON "answer" ("owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_result_of_owner" ON "answer" ("owner", "archived", "result__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_maturity_of_owner" ON "answer" ("owner", "archived", "maturity", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_due_on_of_owner" ON "answer" ("owner", "archived", "due_on", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_answered_on_of_owner" ON "answer" ("owner", "archived", "answered_on", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__past_list" ON "answer" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "answer__replaced" ON "answer" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "answer__of_assessment" ON "answer" ("organisation", "assessment", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_requirement" ON "answer" ("organisation", "requirement", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_result" ON "answer" ("organisation", "result", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_maturity" ON "answer" ("organisation", "maturity", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_is_separate" ON "answer" ("organisation", "is_separate", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_answered_by" ON "answer" ("organisation", "answered_by", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "answer__of_origin" ON "answer" ("organisation", "origin", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "answer__unique_key" ON "answer" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "evidence" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "kind" text COLLATE "C" NOT NULL,
  "file" text COLLATE "C",
  "link" text COLLATE "C",
  "description" text COLLATE "C",
  "owner" uuid,
  "period_from" bigint NOT NULL,
  "period_to" bigint NOT NULL,
  "valid_until" bigint,
  "requirements" bytea NOT NULL,
  "controls" bytea NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "reviewed_by" uuid,
  "reviewed_on" bigint,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "reviewed_by") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "evidence__present" ON "evidence" ("id") WHERE "until" IS NULL;

CREATE INDEX "evidence__list" ON "evidence" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_title" ON "evidence" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_period_from" ON "evidence" ("organisation", "archived", "period_from", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_period_to" ON "evidence" ("organisation", "archived", "period_to", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_valid_until" ON "evidence" ("organisation", "archived", "valid_until", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_status" ON "evidence" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__by_reviewed_on" ON "evidence" ("organisation", "archived", "reviewed_on", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__list_of_owner" ON "evidence" ("owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "evidence__by_title_of_owner" ON "evidence" ("owner", "archived", "title__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "evidence__by_period_from_of_owner" ON "evidence" ("owner", "archived", "period_from", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "evidence__by_period_to_of_owner" ON "evidence" ("owner", "archived", "period_to", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "evidence__by_valid_until_of_owner" ON "evidence" ("owner", "archived", "valid_until", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "evidence__by_status_of_owner" ON "evidence" ("owner", "archived", "status__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "evidence__by_reviewed_on_of_owner" ON "evidence" ("owner", "archived", "reviewed_on", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "evidence__list_of_created_by" ON "evidence" ("created_by", "archived", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "evidence__by_title_of_created_by" ON "evidence" ("created_by", "archived", "title__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "evidence__by_period_from_of_created_by" ON "evidence" ("created_by", "archived", "period_from", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "evidence__by_period_to_of_created_by" ON "evidence" ("created_by", "archived", "period_to", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "evidence__by_valid_until_of_created_by" ON "evidence" ("created_by", "archived", "valid_until", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "evidence__by_status_of_created_by" ON "evidence" ("created_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "evidence__by_reviewed_on_of_created_by" ON "evidence" ("created_by", "archived", "reviewed_on", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "evidence__past_list" ON "evidence" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "evidence__past_by_title" ON "evidence" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "evidence__replaced" ON "evidence" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "evidence__of_kind" ON "evidence" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__of_status" ON "evidence" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "evidence__of_reviewed_by" ON "evidence" ("organisation", "reviewed_by", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "milestone" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "due_on" bigint NOT NULL,
  "owner" uuid,
  "description" text COLLATE "C",
  "reached_on" bigint,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "milestone__present" ON "milestone" ("id") WHERE "until" IS NULL;

CREATE INDEX "milestone__list" ON "milestone" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_title" ON "milestone" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_due_on" ON "milestone" ("organisation", "archived", "due_on", "id") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_reached_on" ON "milestone" ("organisation", "archived", "reached_on", "id") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_status" ON "milestone" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "milestone__list_of_owner" ON "milestone" ("owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_title_of_owner" ON "milestone" ("owner", "archived", "title__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_due_on_of_owner" ON "milestone" ("owner", "archived", "due_on", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_reached_on_of_owner" ON "milestone" ("owner", "archived", "reached_on", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_status_of_owner" ON "milestone" ("owner", "archived", "status__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__past_list" ON "milestone" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "milestone__past_by_title" ON "milestone" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "milestone__replaced" ON "milestone" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "milestone__of_status" ON "milestone" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "task" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "description" text COLLATE "C",
  "kind" text COLLATE "C" NOT NULL,
  "kind__key" bigint,
  "priority" text COLLATE "C" NOT NULL,
  "priority__key" bigint,
  "assignee" uuid,
  "due_on" bigint,
  "requirements" bytea NOT NULL,
  "controls" bytea NOT NULL,
  "evidence" bytea NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "completed_on" bigint,
  "verified_by" uuid,
  "effort_days" text COLLATE "C",
  "effort_days__key" double precision,
  "milestone" uuid,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assignee") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "verified_by") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "milestone") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "task__present" ON "task" ("id") WHERE "until" IS NULL;

CREATE INDEX "task__list" ON "task" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__by_title" ON "task" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "task__by_kind" ON "task" ("organisation", "archived", "kind__key", "id") WHERE "until" IS NULL;

CREATE INDEX "task__by_priority" ON "task" ("organisation", "archived", "priority__key", "id") WHERE "until" IS NULL;

CREATE INDEX "task__by_due_on" ON "task" ("organisation", "archived", "due_on", "id") WHERE "until" IS NULL;

CREATE INDEX "task__by_status" ON "task" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "task__by_completed_on" ON "task" ("organisation", "archived", "completed_on", "id") WHERE "until" IS NULL;

CREATE INDEX "task__by_effort_days" ON "task" ("organisation", "archived", "effort_days__key", "id") WHERE "until" IS NULL;

CREATE INDEX "task__list_of_assignee" ON "task" ("assignee", "archived", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_title_of_assignee" ON "task" ("assignee", "archived", "title__key", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_kind_of_assignee" ON "task" ("assignee", "archived", "kind__key", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_priority_of_assignee" ON "task" ("assignee", "archived", "priority__key", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_due_on_of_assignee" ON "task" ("assignee", "archived", "due_on", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_status_of_assignee" ON "task" ("assignee", "archived", "status__key", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_completed_on_of_assignee" ON "task" ("assignee", "archived", "completed_on", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_effort_days_of_assignee" ON "task" ("assignee", "archived", "effort_days__key", "id") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__list_of_created_by" ON "task" ("created_by", "archived", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_title_of_created_by" ON "task" ("created_by", "archived", "title__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_kind_of_created_by" ON "task" ("created_by", "archived", "kind__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_priority_of_created_by" ON "task" ("created_by", "archived", "priority__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_due_on_of_created_by" ON "task" ("created_by", "archived", "due_on", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_status_of_created_by" ON "task" ("created_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_completed_on_of_created_by" ON "task" ("created_by", "archived", "completed_on", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_effort_days_of_created_by" ON "task" ("created_by", "archived", "effort_days__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__past_list" ON "task" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "task__past_by_title" ON "task" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "task__replaced" ON "task" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "task__of_kind" ON "task" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_priority" ON "task" ("organisation", "priority", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_status" ON "task" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_verified_by" ON "task" ("organisation", "verified_by", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_milestone" ON "task" ("organisation", "milestone", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "risk" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "code" text COLLATE "C" NOT NULL,
  "code__key" text COLLATE "C",
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "aspect" text COLLATE "C" NOT NULL,
  "aspect__key" bigint,
  "description" text COLLATE "C",
  "source" text COLLATE "C",
  "consequence" text COLLATE "C",
  "owner" uuid,
  "likelihood" bigint,
  "severity" bigint,
  "treatment" text COLLATE "C",
  "treatment__key" bigint,
  "controls" bytea NOT NULL,
  "requirements" bytea NOT NULL,
  "assets" bytea NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "risk__present" ON "risk" ("id") WHERE "until" IS NULL;

CREATE INDEX "risk__list" ON "risk" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__by_code" ON "risk" ("organisation", "archived", "code__key", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__by_title" ON "risk" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__by_aspect" ON "risk" ("organisation", "archived", "aspect__key", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__by_likelihood" ON "risk" ("organisation", "archived", "likelihood", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__by_severity" ON "risk" ("organisation", "archived", "severity", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__by_treatment" ON "risk" ("organisation", "archived", "treatment__key", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__by_status" ON "risk" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__list_of_owner" ON "risk" ("owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_code_of_owner" ON "risk" ("owner", "archived", "code__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_title_of_owner" ON "risk" ("owner", "archived", "title__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_aspect_of_owner" ON "risk" ("owner", "archived", "aspect__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_likelihood_of_owner" ON "risk" ("owner", "archived", "likelihood", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_severity_of_owner" ON "risk" ("owner", "archived", "severity", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_treatment_of_owner" ON "risk" ("owner", "archived", "treatment__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_status_of_owner" ON "risk" ("owner", "archived", "status__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__list_of_created_by" ON "risk" ("created_by", "archived", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_code_of_created_by" ON "risk" ("created_by", "archived", "code__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_title_of_created_by" ON "risk" ("created_by", "archived", "title__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_aspect_of_created_by" ON "risk" ("created_by", "archived", "aspect__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_likelihood_of_created_by" ON "risk" ("created_by", "archived", "likelihood", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_severity_of_created_by" ON "risk" ("created_by", "archived", "severity", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_treatment_of_created_by" ON "risk" ("created_by", "archived", "treatment__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_status_of_created_by" ON "risk" ("created_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__past_list" ON "risk" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk__past_by_title" ON "risk" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk__replaced" ON "risk" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk__of_aspect" ON "risk" ("organisation", "aspect", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_likelihood" ON "risk" ("organisation", "likelihood", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_severity" ON "risk" ("organisation", "severity", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_treatment" ON "risk" ("organisation", "treatment", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_status" ON "risk" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "risk__unique_code" ON "risk" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "code") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "obligation" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "code" text COLLATE "C" NOT NULL,
  "code__key" text COLLATE "C",
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "kind" text COLLATE "C" NOT NULL,
  "kind__key" bigint,
  "counterparty" text COLLATE "C",
  "counterparty__key" text COLLATE "C",
  "description" text COLLATE "C",
  "source" text COLLATE "C",
  "owner" uuid,
  "controls" bytea NOT NULL,
  "requirements" bytea NOT NULL,
  "assets" bytea NOT NULL,
  "from" bigint,
  "to" bigint,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "obligation__present" ON "obligation" ("id") WHERE "until" IS NULL;

CREATE INDEX "obligation__list" ON "obligation" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_code" ON "obligation" ("organisation", "archived", "code__key", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_title" ON "obligation" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_kind" ON "obligation" ("organisation", "archived", "kind__key", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_counterparty" ON "obligation" ("organisation", "archived", "counterparty__key", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_from" ON "obligation" ("organisation", "archived", "from", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_to" ON "obligation" ("organisation", "archived", "to", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_status" ON "obligation" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__list_of_owner" ON "obligation" ("owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_code_of_owner" ON "obligation" ("owner", "archived", "code__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_title_of_owner" ON "obligation" ("owner", "archived", "title__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_kind_of_owner" ON "obligation" ("owner", "archived", "kind__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_counterparty_of_owner" ON "obligation" ("owner", "archived", "counterparty__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_from_of_owner" ON "obligation" ("owner", "archived", "from", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_to_of_owner" ON "obligation" ("owner", "archived", "to", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_status_of_owner" ON "obligation" ("owner", "archived", "status__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__list_of_created_by" ON "obligation" ("created_by", "archived", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_code_of_created_by" ON "obligation" ("created_by", "archived", "code__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_title_of_created_by" ON "obligation" ("created_by", "archived", "title__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_kind_of_created_by" ON "obligation" ("created_by", "archived", "kind__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_counterparty_of_created_by" ON "obligation" ("created_by", "archived", "counterparty__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_from_of_created_by" ON "obligation" ("created_by", "archived", "from", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_to_of_created_by" ON "obligation" ("created_by", "archived", "to", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_status_of_created_by" ON "obligation" ("created_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__past_list" ON "obligation" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "obligation__past_by_title" ON "obligation" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "obligation__replaced" ON "obligation" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "obligation__of_kind" ON "obligation" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__of_status" ON "obligation" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "obligation__unique_code" ON "obligation" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "code") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "statement_of_applicability" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "framework" uuid NOT NULL,
  "number" bigint NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "content" text COLLATE "C",
  "made_from" bigint NOT NULL,
  "prepared_by" uuid,
  "submitted_on" bigint,
  "blocking" text COLLATE "C",
  "approved_by" uuid,
  "approved_on" bigint,
  "note" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("framework") REFERENCES "record" ("id"),
  FOREIGN KEY ("organisation", "prepared_by") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "approved_by") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "statement_of_applicability__present" ON "statement_of_applicability" ("id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__list" ON "statement_of_applicability" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_name" ON "statement_of_applicability" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_number" ON "statement_of_applicability" ("organisation", "archived", "number", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_status" ON "statement_of_applicability" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_submitted_on" ON "statement_of_applicability" ("organisation", "archived", "submitted_on", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_approved_on" ON "statement_of_applicability" ("organisation", "archived", "approved_on", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__list_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "id") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_name_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "name__key", "id") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_number_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "number", "id") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_status_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_submitted_on_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "submitted_on", "id") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_approved_on_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "approved_on", "id") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__past_list" ON "statement_of_applicability" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "statement_of_applicability__past_by_name" ON "statement_of_applicability" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "statement_of_applicability__replaced" ON "statement_of_applicability" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "statement_of_applicability__of_framework" ON "statement_of_applicability" ("organisation", "framework", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__of_status" ON "statement_of_applicability" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__of_approved_by" ON "statement_of_applicability" ("organisation", "approved_by", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "section_assignment" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C",
  "name__key" text COLLATE "C",
  "assessment" uuid NOT NULL,
  "section" text COLLATE "C" NOT NULL,
  "assignee" uuid NOT NULL,
  "reviewer" uuid,
  "due_on" bigint,
  "note" text COLLATE "C",
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "submitted_on" bigint,
  "accepted_by" uuid,
  "key" text COLLATE "C",
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assessment") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assignee") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "reviewer") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "accepted_by") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "section_assignment__present" ON "section_assignment" ("id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__list" ON "section_assignment" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_name" ON "section_assignment" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_due_on" ON "section_assignment" ("organisation", "archived", "due_on", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_status" ON "section_assignment" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__list_of_assignee" ON "section_assignment" ("assignee", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_name_of_assignee" ON "section_assignment" ("assignee", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_due_on_of_assignee" ON "section_assignment" ("assignee", "archived", "due_on", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_status_of_assignee" ON "section_assignment" ("assignee", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__list_of_reviewer" ON "section_assignment" ("reviewer", "archived", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__by_name_of_reviewer" ON "section_assignment" ("reviewer", "archived", "name__key", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__by_due_on_of_reviewer" ON "section_assignment" ("reviewer", "archived", "due_on", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__by_status_of_reviewer" ON "section_assignment" ("reviewer", "archived", "status__key", "id") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__past_list" ON "section_assignment" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "section_assignment__past_by_name" ON "section_assignment" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "section_assignment__replaced" ON "section_assignment" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "section_assignment__of_assessment" ON "section_assignment" ("organisation", "assessment", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__of_status" ON "section_assignment" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__of_accepted_by" ON "section_assignment" ("organisation", "accepted_by", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "section_assignment__unique_key" ON "section_assignment" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "key") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "finding" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "code" text COLLATE "C",
  "code__key" text COLLATE "C",
  "title" text COLLATE "C" NOT NULL,
  "title__key" text COLLATE "C",
  "kind" text COLLATE "C" NOT NULL,
  "kind__key" bigint,
  "source" text COLLATE "C" NOT NULL,
  "source__key" bigint,
  "description" text COLLATE "C",
  "requirements" bytea NOT NULL,
  "controls" bytea NOT NULL,
  "owner" uuid,
  "raised_on" bigint NOT NULL,
  "due_on" bigint,
  "evidence" bytea NOT NULL,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "finding__present" ON "finding" ("id") WHERE "until" IS NULL;

CREATE INDEX "finding__list" ON "finding" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__by_code" ON "finding" ("organisation", "archived", "code__key", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__by_title" ON "finding" ("organisation", "archived", "title__key", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__by_kind" ON "finding" ("organisation", "archived", "kind__key", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__by_source" ON "finding" ("organisation", "archived", "source__key", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__by_raised_on" ON "finding" ("organisation", "archived", "raised_on", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__by_due_on" ON "finding" ("organisation", "archived", "due_on", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__by_status" ON "finding" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__list_of_owner" ON "finding" ("owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_code_of_owner" ON "finding" ("owner", "archived", "code__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_title_of_owner" ON "finding" ("owner", "archived", "title__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_kind_of_owner" ON "finding" ("owner", "archived", "kind__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_source_of_owner" ON "finding" ("owner", "archived", "source__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_raised_on_of_owner" ON "finding" ("owner", "archived", "raised_on", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_due_on_of_owner" ON "finding" ("owner", "archived", "due_on", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_status_of_owner" ON "finding" ("owner", "archived", "status__key", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__list_of_created_by" ON "finding" ("created_by", "archived", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_code_of_created_by" ON "finding" ("created_by", "archived", "code__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_title_of_created_by" ON "finding" ("created_by", "archived", "title__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_kind_of_created_by" ON "finding" ("created_by", "archived", "kind__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_source_of_created_by" ON "finding" ("created_by", "archived", "source__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_raised_on_of_created_by" ON "finding" ("created_by", "archived", "raised_on", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_due_on_of_created_by" ON "finding" ("created_by", "archived", "due_on", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_status_of_created_by" ON "finding" ("created_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__past_list" ON "finding" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "finding__past_by_title" ON "finding" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "finding__replaced" ON "finding" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "finding__of_kind" ON "finding" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__of_source" ON "finding" ("organisation", "source", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__of_status" ON "finding" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "finding__unique_code" ON "finding" (coalesce("organisation", '00000000-0000-0000-0000-000000000000'::uuid), "code") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "erasure_request" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "subject_type" text COLLATE "C" NOT NULL,
  "subject_id" text COLLATE "C" NOT NULL,
  "scope" text COLLATE "C" NOT NULL,
  "field_names" text COLLATE "C",
  "legal_basis" text COLLATE "C" NOT NULL,
  "reason" text COLLATE "C" NOT NULL,
  "requested_by" uuid,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  "carried_out_by" uuid,
  "carried_out_on" bigint,
  "erased_revisions" bigint,
  "erased_files" bigint,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "requested_by") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "carried_out_by") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "erasure_request__present" ON "erasure_request" ("id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__list" ON "erasure_request" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__by_status" ON "erasure_request" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__by_carried_out_on" ON "erasure_request" ("organisation", "archived", "carried_out_on", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__list_of_requested_by" ON "erasure_request" ("requested_by", "archived", "id") WHERE "until" IS NULL AND "requested_by" IS NOT NULL;

CREATE INDEX "erasure_request__by_status_of_requested_by" ON "erasure_request" ("requested_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "requested_by" IS NOT NULL;

CREATE INDEX "erasure_request__by_carried_out_on_of_requested_by" ON "erasure_request" ("requested_by", "archived", "carried_out_on", "id") WHERE "until" IS NULL AND "requested_by" IS NOT NULL;

CREATE INDEX "erasure_request__past_list" ON "erasure_request" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "erasure_request__replaced" ON "erasure_request" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "erasure_request__of_scope" ON "erasure_request" ("organisation", "scope", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__of_legal_basis" ON "erasure_request" ("organisation", "legal_basis", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__of_status" ON "erasure_request" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "erasure_request__of_carried_out_by" ON "erasure_request" ("organisation", "carried_out_by", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "hold" (
  "revision" bigint PRIMARY KEY REFERENCES "revision" ("number"),
  "id" uuid NOT NULL REFERENCES "record" ("id"),
  "organisation" uuid NOT NULL,
  "version" bigint NOT NULL CHECK ("version" > 0),
  "archived" bigint NOT NULL CHECK ("archived" IN (0, 1)),
  "since" bigint NOT NULL,
  "until" bigint CHECK ("until" > "since"),
  "created_at" bigint NOT NULL,
  "created_by" uuid,
  "updated_at" bigint NOT NULL,
  "updated_by" uuid,
  "name" text COLLATE "C" NOT NULL,
  "name__key" text COLLATE "C",
  "kind" text COLLATE "C" NOT NULL,
  "reason" text COLLATE "C" NOT NULL,
  "scope" text COLLATE "C" NOT NULL,
  "subject_type" text COLLATE "C",
  "subject_id" text COLLATE "C",
  "from" bigint NOT NULL,
  "to" bigint,
  "status" text COLLATE "C" NOT NULL,
  "status__key" bigint,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
);

CREATE UNIQUE INDEX "hold__present" ON "hold" ("id") WHERE "until" IS NULL;

CREATE INDEX "hold__list" ON "hold" ("organisation", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__by_name" ON "hold" ("organisation", "archived", "name__key", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__by_from" ON "hold" ("organisation", "archived", "from", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__by_to" ON "hold" ("organisation", "archived", "to", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__by_status" ON "hold" ("organisation", "archived", "status__key", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__list_of_created_by" ON "hold" ("created_by", "archived", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_name_of_created_by" ON "hold" ("created_by", "archived", "name__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_from_of_created_by" ON "hold" ("created_by", "archived", "from", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_to_of_created_by" ON "hold" ("created_by", "archived", "to", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__by_status_of_created_by" ON "hold" ("created_by", "archived", "status__key", "id") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "hold__past_list" ON "hold" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "hold__past_by_name" ON "hold" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "hold__replaced" ON "hold" ("organisation", width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[]), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "hold__of_kind" ON "hold" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__of_scope" ON "hold" ("organisation", "scope", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "hold__of_status" ON "hold" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

ALTER TABLE "revision" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "revision" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "revision" USING ("ledger" = '00000000-0000-0000-0000-000000000000'::uuid OR "ledger" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("ledger" = coalesce((SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid), '00000000-0000-0000-0000-000000000000'::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "leaf" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "leaf" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "leaf" USING ("ledger" = '00000000-0000-0000-0000-000000000000'::uuid OR "ledger" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("ledger" = coalesce((SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid), '00000000-0000-0000-0000-000000000000'::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "tile" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "tile" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "tile" USING ("ledger" = '00000000-0000-0000-0000-000000000000'::uuid OR "ledger" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("ledger" = coalesce((SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid), '00000000-0000-0000-0000-000000000000'::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "checkpoint" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "checkpoint" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "checkpoint" USING ("ledger" = '00000000-0000-0000-0000-000000000000'::uuid OR "ledger" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("ledger" = coalesce((SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid), '00000000-0000-0000-0000-000000000000'::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "search_word" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "search_word" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "search_word" USING ("ledger" = '00000000-0000-0000-0000-000000000000'::uuid OR "ledger" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("ledger" = coalesce((SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid), '00000000-0000-0000-0000-000000000000'::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "erasure" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "erasure" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "erasure" USING ("ledger" = '00000000-0000-0000-0000-000000000000'::uuid OR "ledger" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("ledger" = coalesce((SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid), '00000000-0000-0000-0000-000000000000'::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "record" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "record" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "record" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "link" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "link" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "link" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "status" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "status" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "status" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "erasure_work" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "erasure_work" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "erasure_work" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "kept_request" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "kept_request" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "kept_request" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "view" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "view" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "view" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "default_view" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "default_view" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "default_view" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "import" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "import" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "import" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "import_target" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "import_target" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "import_target" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "organisation" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "organisation" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "organisation" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "person" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "person" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "person" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "role_assignment" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "role_assignment" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "role_assignment" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "framework" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "framework" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "framework" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "requirement" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "requirement" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "requirement" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "mapping" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "mapping" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "mapping" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "framework_adoption" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "framework_adoption" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "framework_adoption" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "imported_library" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "imported_library" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "imported_library" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "reference_control" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "reference_control" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "reference_control" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "threat" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "threat" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "threat" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "risk_matrix" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "risk_matrix" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "risk_matrix" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "asset" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "asset" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "asset" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "control" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "control" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "control" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "applicability" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "applicability" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "applicability" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "assessment" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "assessment" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "assessment" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "answer" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "answer" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "answer" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "evidence" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "evidence" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "evidence" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "milestone" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "milestone" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "milestone" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "task" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "task" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "task" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "risk" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "risk" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "risk" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "obligation" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "obligation" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "obligation" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "statement_of_applicability" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "statement_of_applicability" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "statement_of_applicability" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "section_assignment" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "section_assignment" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "section_assignment" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "finding" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "finding" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "finding" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "erasure_request" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "erasure_request" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "erasure_request" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "hold" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "hold" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "hold" USING ("organisation" IS NULL OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" IS NOT DISTINCT FROM (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');

ALTER TABLE "import_row" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "import_row" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "import_row" USING (EXISTS (SELECT 1 FROM "import" i WHERE i."id" = "import_row"."import") OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK (EXISTS (SELECT 1 FROM "import" i WHERE i."id" = "import_row"."import") OR (SELECT current_setting('concord.server', true)) = 'on');

