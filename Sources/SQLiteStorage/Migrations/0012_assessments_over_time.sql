-- Assessments over time: reviewer, continuation and groups of an assessment, and sections in other people's hands.

CREATE TABLE "assessment__new" (
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
  "reviewer" BLOB,
  "previous" BLOB,
  "implementation_groups" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "lead") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "reviewer") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "previous") REFERENCES "record" ("organisation", "id")
) STRICT;
INSERT INTO "assessment__new" ("revision", "id", "organisation", "version", "archived", "since", "until", "created_at", "created_by", "updated_at", "updated_by", "title", "title__key", "lead", "scope", "status", "status__key", "started_on", "due_on", "notes") SELECT "revision", "id", "organisation", "version", "archived", "since", "until", "created_at", "created_by", "updated_at", "updated_by", "title", "title__key", "lead", "scope", "status", "status__key", "started_on", "due_on", "notes" FROM "assessment";
DROP TABLE "assessment";
ALTER TABLE "assessment__new" RENAME TO "assessment";

CREATE UNIQUE INDEX "assessment__present" ON "assessment" ("id") WHERE "until" IS NULL;

CREATE INDEX "assessment__list" ON "assessment" ("organisation", "archived", "id", "lead", "status", "reviewer", "previous", "since") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_title" ON "assessment" ("organisation", "archived", "title__key", "id", "lead", "status", "reviewer", "previous", "since") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_status" ON "assessment" ("organisation", "archived", "status__key", "id", "lead", "status", "reviewer", "previous", "since") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_started_on" ON "assessment" ("organisation", "archived", "started_on", "id", "lead", "status", "reviewer", "previous", "since") WHERE "until" IS NULL;

CREATE INDEX "assessment__by_due_on" ON "assessment" ("organisation", "archived", "due_on", "id", "lead", "status", "reviewer", "previous", "since") WHERE "until" IS NULL;

CREATE INDEX "assessment__list_of_lead" ON "assessment" ("lead", "archived", "id", "status", "since") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_title_of_lead" ON "assessment" ("lead", "archived", "title__key", "id", "status", "since") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_status_of_lead" ON "assessment" ("lead", "archived", "status__key", "id", "status", "since") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_started_on_of_lead" ON "assessment" ("lead", "archived", "started_on", "id", "status", "since") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__by_due_on_of_lead" ON "assessment" ("lead", "archived", "due_on", "id", "status", "since") WHERE "until" IS NULL AND "lead" IS NOT NULL;

CREATE INDEX "assessment__list_of_reviewer" ON "assessment" ("reviewer", "archived", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_title_of_reviewer" ON "assessment" ("reviewer", "archived", "title__key", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_status_of_reviewer" ON "assessment" ("reviewer", "archived", "status__key", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_started_on_of_reviewer" ON "assessment" ("reviewer", "archived", "started_on", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__by_due_on_of_reviewer" ON "assessment" ("reviewer", "archived", "due_on", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "assessment__past_list" ON "assessment" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "assessment__past_by_title" ON "assessment" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "assessment__replaced" ON "assessment" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "assessment__of_status" ON "assessment" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "assessment__of_previous" ON "assessment" ("organisation", "previous", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "section_assignment" (
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
  "assessment" BLOB NOT NULL,
  "section" TEXT NOT NULL,
  "assignee" BLOB NOT NULL,
  "reviewer" BLOB,
  "due_on" INTEGER,
  "note" TEXT,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  "submitted_on" INTEGER,
  "accepted_by" BLOB,
  "key" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assessment") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assignee") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "reviewer") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "accepted_by") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "section_assignment__present" ON "section_assignment" ("id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__list" ON "section_assignment" ("organisation", "archived", "id", "assessment", "assignee", "reviewer", "status", "accepted_by", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_name" ON "section_assignment" ("organisation", "archived", "name__key", "id", "assessment", "assignee", "reviewer", "status", "accepted_by", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_due_on" ON "section_assignment" ("organisation", "archived", "due_on", "id", "assessment", "assignee", "reviewer", "status", "accepted_by", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_status" ON "section_assignment" ("organisation", "archived", "status__key", "id", "assessment", "assignee", "reviewer", "status", "accepted_by", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__list_of_assignee" ON "section_assignment" ("assignee", "archived", "id", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_name_of_assignee" ON "section_assignment" ("assignee", "archived", "name__key", "id", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_due_on_of_assignee" ON "section_assignment" ("assignee", "archived", "due_on", "id", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__by_status_of_assignee" ON "section_assignment" ("assignee", "archived", "status__key", "id", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__list_of_reviewer" ON "section_assignment" ("reviewer", "archived", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__by_name_of_reviewer" ON "section_assignment" ("reviewer", "archived", "name__key", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__by_due_on_of_reviewer" ON "section_assignment" ("reviewer", "archived", "due_on", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__by_status_of_reviewer" ON "section_assignment" ("reviewer", "archived", "status__key", "id", "status", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

CREATE INDEX "section_assignment__past_list" ON "section_assignment" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "section_assignment__past_by_name" ON "section_assignment" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "section_assignment__replaced" ON "section_assignment" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "section_assignment__of_assessment" ON "section_assignment" ("organisation", "assessment", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__of_status" ON "section_assignment" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "section_assignment__of_accepted_by" ON "section_assignment" ("organisation", "accepted_by", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "section_assignment__unique_key" ON "section_assignment" (ifnull("organisation", x''), "key") WHERE "until" IS NULL AND "archived" = 0;
