-- Framework libraries: what was imported, the reference controls, threats and risk matrices that came with it, and where
-- frameworks and requirements of an organisation are from.

CREATE TABLE "imported_library" (
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
  "reference" TEXT NOT NULL,
  "urn" TEXT NOT NULL,
  "library_version" INTEGER NOT NULL,
  "provider" TEXT,
  "status" TEXT NOT NULL,
  "licence" TEXT,
  "published_on" TEXT,
  "summary" TEXT,
  "format" TEXT NOT NULL,
  "file" TEXT,
  "content_sha256" TEXT NOT NULL,
  "items" INTEGER NOT NULL,
  "kept_out" INTEGER NOT NULL,
  "counts" TEXT NOT NULL,
  "remarks" TEXT,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "imported_library__present" ON "imported_library" ("id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__list" ON "imported_library" ("organisation", "archived", "id", "status", "format", "since") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_name" ON "imported_library" ("organisation", "archived", "name__key", "id", "status", "format", "since") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_library_version" ON "imported_library" ("organisation", "archived", "library_version", "id", "status", "format", "since") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_items" ON "imported_library" ("organisation", "archived", "items", "id", "status", "format", "since") WHERE "until" IS NULL;

CREATE INDEX "imported_library__by_kept_out" ON "imported_library" ("organisation", "archived", "kept_out", "id", "status", "format", "since") WHERE "until" IS NULL;

CREATE INDEX "imported_library__past_list" ON "imported_library" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "imported_library__past_by_name" ON "imported_library" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "imported_library__replaced" ON "imported_library" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "imported_library__of_status" ON "imported_library" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "imported_library__of_format" ON "imported_library" ("organisation", "format", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "imported_library__unique_urn" ON "imported_library" (ifnull("organisation", x''), "urn") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "reference_control" (
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
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "reference" TEXT NOT NULL,
  "category" TEXT,
  "function" TEXT,
  "description" TEXT,
  "annotation" TEXT,
  "urn" TEXT NOT NULL,
  "library" TEXT NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "reference_control__present" ON "reference_control" ("id") WHERE "until" IS NULL;

CREATE INDEX "reference_control__list" ON "reference_control" ("organisation", "archived", "id", "category", "function", "since") WHERE "until" IS NULL;

CREATE INDEX "reference_control__by_name" ON "reference_control" ("organisation", "archived", "name__key", "id", "category", "function", "since") WHERE "until" IS NULL;

CREATE INDEX "reference_control__past_list" ON "reference_control" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "reference_control__past_by_name" ON "reference_control" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "reference_control__replaced" ON "reference_control" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "reference_control__of_category" ON "reference_control" ("organisation", "category", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "reference_control__of_function" ON "reference_control" ("organisation", "function", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "reference_control__unique_urn" ON "reference_control" (ifnull("organisation", x''), "urn") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "threat" (
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
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "reference" TEXT NOT NULL,
  "provider" TEXT,
  "description" TEXT,
  "annotation" TEXT,
  "urn" TEXT NOT NULL,
  "library" TEXT NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "threat__present" ON "threat" ("id") WHERE "until" IS NULL;

CREATE INDEX "threat__list" ON "threat" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

CREATE INDEX "threat__by_name" ON "threat" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

CREATE INDEX "threat__past_list" ON "threat" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "threat__past_by_name" ON "threat" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "threat__replaced" ON "threat" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE UNIQUE INDEX "threat__unique_urn" ON "threat" (ifnull("organisation", x''), "urn") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "risk_matrix" (
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
  "name" TEXT NOT NULL,
  "name__key" TEXT,
  "reference" TEXT NOT NULL,
  "provider" TEXT,
  "description" TEXT,
  "definition" TEXT NOT NULL,
  "urn" TEXT NOT NULL,
  "library" TEXT NOT NULL,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "risk_matrix__present" ON "risk_matrix" ("id") WHERE "until" IS NULL;

CREATE INDEX "risk_matrix__list" ON "risk_matrix" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

CREATE INDEX "risk_matrix__by_name" ON "risk_matrix" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

CREATE INDEX "risk_matrix__past_list" ON "risk_matrix" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk_matrix__past_by_name" ON "risk_matrix" ("organisation", "archived", "name__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk_matrix__replaced" ON "risk_matrix" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE UNIQUE INDEX "risk_matrix__unique_urn" ON "risk_matrix" (ifnull("organisation", x''), "urn") WHERE "until" IS NULL AND "archived" = 0;

ALTER TABLE "framework" ADD COLUMN "urn" TEXT;
ALTER TABLE "framework" ADD COLUMN "library" TEXT;
ALTER TABLE "framework" ADD COLUMN "groups" TEXT;
ALTER TABLE "framework" ADD COLUMN "scale" TEXT;

ALTER TABLE "requirement" ADD COLUMN "urn" TEXT;
ALTER TABLE "requirement" ADD COLUMN "library" TEXT;
ALTER TABLE "requirement" ADD COLUMN "groups" TEXT;
