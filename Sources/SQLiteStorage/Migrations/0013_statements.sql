-- Versions of the Statements of Applicability; what an exclusion rests on, and the AI systems that are excepted.
CREATE TABLE "applicability__new" (
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
  "exclusion_basis" TEXT,
  "systems" BLOB NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("requirement") REFERENCES "record" ("id")
) STRICT;
INSERT INTO "applicability__new" ("revision", "id", "organisation", "version", "archived", "since", "until", "created_at", "created_by", "updated_at", "updated_by", "name", "name__key", "requirement", "is_applicable", "justification", "reasons", "systems") SELECT "revision", "id", "organisation", "version", "archived", "since", "until", "created_at", "created_by", "updated_at", "updated_by", "name", "name__key", "requirement", "is_applicable", "justification", "reasons", x'' FROM "applicability";
DROP TABLE "applicability";
ALTER TABLE "applicability__new" RENAME TO "applicability";

CREATE UNIQUE INDEX "applicability__present" ON "applicability" ("id") WHERE "until" IS NULL;

CREATE INDEX "applicability__list" ON "applicability" ("organisation", "archived", "id", "requirement", "is_applicable", "exclusion_basis", "since") WHERE "until" IS NULL;

CREATE INDEX "applicability__by_name" ON "applicability" ("organisation", "archived", "name__key", "id", "requirement", "is_applicable", "exclusion_basis", "since") WHERE "until" IS NULL;

CREATE INDEX "applicability__by_is_applicable" ON "applicability" ("organisation", "archived", "is_applicable", "id", "requirement", "exclusion_basis", "since") WHERE "until" IS NULL;

CREATE INDEX "applicability__past_list" ON "applicability" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "applicability__past_by_name" ON "applicability" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "applicability__replaced" ON "applicability" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "applicability__of_requirement" ON "applicability" ("organisation", "requirement", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__of_is_applicable" ON "applicability" ("organisation", "is_applicable", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "applicability__of_exclusion_basis" ON "applicability" ("organisation", "exclusion_basis", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "applicability__unique_requirement" ON "applicability" (ifnull("organisation", x''), "requirement") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "statement_of_applicability" (
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
  "number" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "content" TEXT,
  "made_from" INTEGER NOT NULL,
  "prepared_by" BLOB,
  "submitted_on" INTEGER,
  "blocking" TEXT,
  "approved_by" BLOB,
  "approved_on" INTEGER,
  "note" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("framework") REFERENCES "record" ("id"),
  FOREIGN KEY ("organisation", "prepared_by") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "approved_by") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "statement_of_applicability__present" ON "statement_of_applicability" ("id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__list" ON "statement_of_applicability" ("organisation", "archived", "id", "framework", "status", "prepared_by", "approved_by", "since") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_name" ON "statement_of_applicability" ("organisation", "archived", "name__key", "id", "framework", "status", "prepared_by", "approved_by", "since") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_number" ON "statement_of_applicability" ("organisation", "archived", "number", "id", "framework", "status", "prepared_by", "approved_by", "since") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_status" ON "statement_of_applicability" ("organisation", "archived", "status__key", "id", "framework", "status", "prepared_by", "approved_by", "since") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_submitted_on" ON "statement_of_applicability" ("organisation", "archived", "submitted_on", "id", "framework", "status", "prepared_by", "approved_by", "since") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__by_approved_on" ON "statement_of_applicability" ("organisation", "archived", "approved_on", "id", "framework", "status", "prepared_by", "approved_by", "since") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__list_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "id", "status", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_name_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "name__key", "id", "status", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_number_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "number", "id", "status", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_status_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "status__key", "id", "status", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_submitted_on_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "submitted_on", "id", "status", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__by_approved_on_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "approved_on", "id", "status", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

CREATE INDEX "statement_of_applicability__past_list" ON "statement_of_applicability" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "statement_of_applicability__past_by_name" ON "statement_of_applicability" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "statement_of_applicability__replaced" ON "statement_of_applicability" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "statement_of_applicability__of_framework" ON "statement_of_applicability" ("organisation", "framework", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__of_status" ON "statement_of_applicability" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "statement_of_applicability__of_approved_by" ON "statement_of_applicability" ("organisation", "approved_by", "archived", "id") WHERE "until" IS NULL;
