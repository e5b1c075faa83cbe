-- The queue of jobs.

CREATE TABLE "job" (
  "id" BLOB PRIMARY KEY NOT NULL,
  "organisation" BLOB NOT NULL,
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
  "lease" BLOB,
  "node" BLOB,
  UNIQUE ("organisation", "kind", "subject")
) STRICT, WITHOUT ROWID;

CREATE INDEX "job__due" ON "job" ("state", "due_at", "id");
