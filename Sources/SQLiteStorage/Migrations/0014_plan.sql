-- Milestones; the effort of tasks and the milestone that they belong to; where a control comes from.

ALTER TABLE "control" ADD COLUMN "template" TEXT;

CREATE TABLE "task__new" (
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
  "effort_days" TEXT,
  "effort_days__key" REAL,
  "milestone" BLOB,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "assignee") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "verified_by") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "milestone") REFERENCES "record" ("organisation", "id")
) STRICT;
INSERT INTO "task__new" ("revision", "id", "organisation", "version", "archived", "since", "until", "created_at", "created_by", "updated_at", "updated_by", "title", "title__key", "description", "kind", "kind__key", "priority", "priority__key", "assignee", "due_on", "requirements", "controls", "evidence", "status", "status__key", "completed_on", "verified_by") SELECT "revision", "id", "organisation", "version", "archived", "since", "until", "created_at", "created_by", "updated_at", "updated_by", "title", "title__key", "description", "kind", "kind__key", "priority", "priority__key", "assignee", "due_on", "requirements", "controls", "evidence", "status", "status__key", "completed_on", "verified_by" FROM "task";
DROP TABLE "task";
ALTER TABLE "task__new" RENAME TO "task";

CREATE TABLE "milestone" (
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
  "due_on" INTEGER NOT NULL,
  "owner" BLOB,
  "description" TEXT,
  "reached_on" INTEGER,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "milestone__present" ON "milestone" ("id") WHERE "until" IS NULL;

CREATE INDEX "milestone__list" ON "milestone" ("organisation", "archived", "id", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_title" ON "milestone" ("organisation", "archived", "title__key", "id", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_due_on" ON "milestone" ("organisation", "archived", "due_on", "id", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_reached_on" ON "milestone" ("organisation", "archived", "reached_on", "id", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "milestone__by_status" ON "milestone" ("organisation", "archived", "status__key", "id", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "milestone__list_of_owner" ON "milestone" ("owner", "archived", "id", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_title_of_owner" ON "milestone" ("owner", "archived", "title__key", "id", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_due_on_of_owner" ON "milestone" ("owner", "archived", "due_on", "id", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_reached_on_of_owner" ON "milestone" ("owner", "archived", "reached_on", "id", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__by_status_of_owner" ON "milestone" ("owner", "archived", "status__key", "id", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "milestone__past_list" ON "milestone" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "milestone__past_by_title" ON "milestone" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "milestone__replaced" ON "milestone" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "milestone__of_status" ON "milestone" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "task__present" ON "task" ("id") WHERE "until" IS NULL;

CREATE INDEX "task__list" ON "task" ("organisation", "archived", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__by_title" ON "task" ("organisation", "archived", "title__key", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__by_kind" ON "task" ("organisation", "archived", "kind__key", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__by_priority" ON "task" ("organisation", "archived", "priority__key", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__by_due_on" ON "task" ("organisation", "archived", "due_on", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__by_status" ON "task" ("organisation", "archived", "status__key", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__by_completed_on" ON "task" ("organisation", "archived", "completed_on", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__by_effort_days" ON "task" ("organisation", "archived", "effort_days__key", "id", "kind", "priority", "assignee", "status", "verified_by", "milestone", "since") WHERE "until" IS NULL;

CREATE INDEX "task__list_of_assignee" ON "task" ("assignee", "archived", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_title_of_assignee" ON "task" ("assignee", "archived", "title__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_kind_of_assignee" ON "task" ("assignee", "archived", "kind__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_priority_of_assignee" ON "task" ("assignee", "archived", "priority__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_due_on_of_assignee" ON "task" ("assignee", "archived", "due_on", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_status_of_assignee" ON "task" ("assignee", "archived", "status__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_completed_on_of_assignee" ON "task" ("assignee", "archived", "completed_on", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__by_effort_days_of_assignee" ON "task" ("assignee", "archived", "effort_days__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

CREATE INDEX "task__list_of_created_by" ON "task" ("created_by", "archived", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_title_of_created_by" ON "task" ("created_by", "archived", "title__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_kind_of_created_by" ON "task" ("created_by", "archived", "kind__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_priority_of_created_by" ON "task" ("created_by", "archived", "priority__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_due_on_of_created_by" ON "task" ("created_by", "archived", "due_on", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_status_of_created_by" ON "task" ("created_by", "archived", "status__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_completed_on_of_created_by" ON "task" ("created_by", "archived", "completed_on", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__by_effort_days_of_created_by" ON "task" ("created_by", "archived", "effort_days__key", "id", "kind", "priority", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "task__past_list" ON "task" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "task__past_by_title" ON "task" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "task__replaced" ON "task" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "task__of_kind" ON "task" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_priority" ON "task" ("organisation", "priority", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_status" ON "task" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_verified_by" ON "task" ("organisation", "verified_by", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "task__of_milestone" ON "task" ("organisation", "milestone", "archived", "id") WHERE "until" IS NULL;
