-- Imports that are staged: what a file says, row by row, and which field a heading stood for last.

CREATE TABLE "import" (
  "id" BLOB PRIMARY KEY NOT NULL,
  "organisation" BLOB NOT NULL,
  "person" BLOB,
  "state" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL,
  "body" TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX "import__of_person" ON "import" ("organisation", "person", "id");

CREATE TABLE "import_row" (
  "import" BLOB NOT NULL REFERENCES "import" ("id") ON DELETE CASCADE,
  "position" INTEGER NOT NULL,
  "line" INTEGER NOT NULL,
  "cells" BLOB NOT NULL,
  "formulas" TEXT NOT NULL,
  "action" TEXT,
  "rank" INTEGER NOT NULL,
  "record" BLOB,
  "version" INTEGER,
  "plan" TEXT NOT NULL,
  PRIMARY KEY ("import", "position")
) STRICT, WITHOUT ROWID;

CREATE INDEX "import_row__by_action" ON "import_row" ("import", "action", "rank", "position");

CREATE TABLE "import_target" (
  "organisation" BLOB NOT NULL,
  "type" TEXT NOT NULL,
  "heading" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  PRIMARY KEY ("organisation", "type", "heading")
) STRICT, WITHOUT ROWID;
