-- Lists under a name, and the one that each person begins with.

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
) STRICT;

CREATE UNIQUE INDEX "view__by_name" ON "view" ("organisation", ifnull("owner", x''), "type", "name");

CREATE TABLE "default_view" (
  "organisation" BLOB NOT NULL,
  "person" BLOB NOT NULL,
  "type" TEXT NOT NULL,
  "view" BLOB NOT NULL,
  PRIMARY KEY ("organisation", "person", "type"),
  FOREIGN KEY ("organisation", "view") REFERENCES "view" ("organisation", "id") ON DELETE CASCADE,
  FOREIGN KEY ("organisation", "person") REFERENCES "record" ("organisation", "id")
) STRICT, WITHOUT ROWID;

CREATE INDEX "default_view__of_view" ON "default_view" ("organisation", "view");
