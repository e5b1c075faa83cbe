-- Findings of audits, and how many open nonconformities lower a requirement.

ALTER TABLE "status" ADD COLUMN "nonconformities" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "status" ADD COLUMN "nonconformities_major" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "finding" (
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
  "code" TEXT,
  "code__key" TEXT,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "kind" TEXT NOT NULL,
  "kind__key" INTEGER,
  "source" TEXT NOT NULL,
  "source__key" INTEGER,
  "description" TEXT,
  "requirements" BLOB NOT NULL,
  "controls" BLOB NOT NULL,
  "owner" BLOB,
  "raised_on" INTEGER NOT NULL,
  "due_on" INTEGER,
  "evidence" BLOB NOT NULL,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "finding__present" ON "finding" ("id") WHERE "until" IS NULL;

CREATE INDEX "finding__list" ON "finding" ("organisation", "archived", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__by_code" ON "finding" ("organisation", "archived", "code__key", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__by_title" ON "finding" ("organisation", "archived", "title__key", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__by_kind" ON "finding" ("organisation", "archived", "kind__key", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__by_source" ON "finding" ("organisation", "archived", "source__key", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__by_raised_on" ON "finding" ("organisation", "archived", "raised_on", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__by_due_on" ON "finding" ("organisation", "archived", "due_on", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__by_status" ON "finding" ("organisation", "archived", "status__key", "id", "kind", "source", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "finding__list_of_owner" ON "finding" ("owner", "archived", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_code_of_owner" ON "finding" ("owner", "archived", "code__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_title_of_owner" ON "finding" ("owner", "archived", "title__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_kind_of_owner" ON "finding" ("owner", "archived", "kind__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_source_of_owner" ON "finding" ("owner", "archived", "source__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_raised_on_of_owner" ON "finding" ("owner", "archived", "raised_on", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_due_on_of_owner" ON "finding" ("owner", "archived", "due_on", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__by_status_of_owner" ON "finding" ("owner", "archived", "status__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "finding__list_of_created_by" ON "finding" ("created_by", "archived", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_code_of_created_by" ON "finding" ("created_by", "archived", "code__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_title_of_created_by" ON "finding" ("created_by", "archived", "title__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_kind_of_created_by" ON "finding" ("created_by", "archived", "kind__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_source_of_created_by" ON "finding" ("created_by", "archived", "source__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_raised_on_of_created_by" ON "finding" ("created_by", "archived", "raised_on", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_due_on_of_created_by" ON "finding" ("created_by", "archived", "due_on", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__by_status_of_created_by" ON "finding" ("created_by", "archived", "status__key", "id", "kind", "source", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "finding__past_list" ON "finding" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "finding__past_by_title" ON "finding" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "finding__replaced" ON "finding" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "finding__of_kind" ON "finding" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__of_source" ON "finding" ("organisation", "source", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "finding__of_status" ON "finding" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "finding__unique_code" ON "finding" (ifnull("organisation", x''), "code") WHERE "until" IS NULL AND "archived" = 0;
