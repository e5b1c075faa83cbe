-- Risks and obligations, and where an answer's result comes from.

DROP INDEX "answer__list";
DROP INDEX "answer__by_result";
DROP INDEX "answer__by_maturity";
DROP INDEX "answer__by_due_on";
DROP INDEX "answer__by_answered_on";
DROP INDEX "answer__list_of_owner";
DROP INDEX "answer__by_result_of_owner";
DROP INDEX "answer__by_maturity_of_owner";
DROP INDEX "answer__by_due_on_of_owner";
DROP INDEX "answer__by_answered_on_of_owner";

ALTER TABLE "answer" ADD COLUMN "origin" TEXT;
ALTER TABLE "answer" ADD COLUMN "origin_note" TEXT;

CREATE INDEX "answer__list" ON "answer" ("organisation", "archived", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "origin", "since") WHERE "until" IS NULL;

CREATE INDEX "answer__by_result" ON "answer" ("organisation", "archived", "result__key", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "origin", "since") WHERE "until" IS NULL;

CREATE INDEX "answer__by_maturity" ON "answer" ("organisation", "archived", "maturity", "id", "assessment", "requirement", "result", "is_separate", "owner", "answered_by", "origin", "since") WHERE "until" IS NULL;

CREATE INDEX "answer__by_due_on" ON "answer" ("organisation", "archived", "due_on", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "origin", "since") WHERE "until" IS NULL;

CREATE INDEX "answer__by_answered_on" ON "answer" ("organisation", "archived", "answered_on", "id", "assessment", "requirement", "result", "maturity", "is_separate", "owner", "answered_by", "origin", "since") WHERE "until" IS NULL;

CREATE INDEX "answer__list_of_owner" ON "answer" ("owner", "archived", "id", "result", "maturity", "is_separate", "origin", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_result_of_owner" ON "answer" ("owner", "archived", "result__key", "id", "result", "maturity", "is_separate", "origin", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_maturity_of_owner" ON "answer" ("owner", "archived", "maturity", "id", "result", "is_separate", "origin", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_due_on_of_owner" ON "answer" ("owner", "archived", "due_on", "id", "result", "maturity", "is_separate", "origin", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__by_answered_on_of_owner" ON "answer" ("owner", "archived", "answered_on", "id", "result", "maturity", "is_separate", "origin", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "answer__of_origin" ON "answer" ("organisation", "origin", "archived", "id") WHERE "until" IS NULL;

CREATE TABLE "risk" (
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
  "code" TEXT NOT NULL,
  "code__key" TEXT,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "aspect" TEXT NOT NULL,
  "aspect__key" INTEGER,
  "description" TEXT,
  "source" TEXT,
  "consequence" TEXT,
  "owner" BLOB,
  "likelihood" INTEGER,
  "severity" INTEGER,
  "treatment" TEXT,
  "treatment__key" INTEGER,
  "controls" BLOB NOT NULL,
  "requirements" BLOB NOT NULL,
  "assets" BLOB NOT NULL,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "risk__present" ON "risk" ("id") WHERE "until" IS NULL;

CREATE INDEX "risk__list" ON "risk" ("organisation", "archived", "id", "aspect", "owner", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__by_code" ON "risk" ("organisation", "archived", "code__key", "id", "aspect", "owner", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__by_title" ON "risk" ("organisation", "archived", "title__key", "id", "aspect", "owner", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__by_aspect" ON "risk" ("organisation", "archived", "aspect__key", "id", "aspect", "owner", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__by_likelihood" ON "risk" ("organisation", "archived", "likelihood", "id", "aspect", "owner", "severity", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__by_severity" ON "risk" ("organisation", "archived", "severity", "id", "aspect", "owner", "likelihood", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__by_treatment" ON "risk" ("organisation", "archived", "treatment__key", "id", "aspect", "owner", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__by_status" ON "risk" ("organisation", "archived", "status__key", "id", "aspect", "owner", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "risk__list_of_owner" ON "risk" ("owner", "archived", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_code_of_owner" ON "risk" ("owner", "archived", "code__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_title_of_owner" ON "risk" ("owner", "archived", "title__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_aspect_of_owner" ON "risk" ("owner", "archived", "aspect__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_likelihood_of_owner" ON "risk" ("owner", "archived", "likelihood", "id", "aspect", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_severity_of_owner" ON "risk" ("owner", "archived", "severity", "id", "aspect", "likelihood", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_treatment_of_owner" ON "risk" ("owner", "archived", "treatment__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__by_status_of_owner" ON "risk" ("owner", "archived", "status__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "risk__list_of_created_by" ON "risk" ("created_by", "archived", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_code_of_created_by" ON "risk" ("created_by", "archived", "code__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_title_of_created_by" ON "risk" ("created_by", "archived", "title__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_aspect_of_created_by" ON "risk" ("created_by", "archived", "aspect__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_likelihood_of_created_by" ON "risk" ("created_by", "archived", "likelihood", "id", "aspect", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_severity_of_created_by" ON "risk" ("created_by", "archived", "severity", "id", "aspect", "likelihood", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_treatment_of_created_by" ON "risk" ("created_by", "archived", "treatment__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__by_status_of_created_by" ON "risk" ("created_by", "archived", "status__key", "id", "aspect", "likelihood", "severity", "treatment", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "risk__past_list" ON "risk" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk__past_by_title" ON "risk" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk__replaced" ON "risk" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "risk__of_aspect" ON "risk" ("organisation", "aspect", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_likelihood" ON "risk" ("organisation", "likelihood", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_severity" ON "risk" ("organisation", "severity", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_treatment" ON "risk" ("organisation", "treatment", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "risk__of_status" ON "risk" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "risk__unique_code" ON "risk" (ifnull("organisation", x''), "code") WHERE "until" IS NULL AND "archived" = 0;

CREATE TABLE "obligation" (
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
  "code" TEXT NOT NULL,
  "code__key" TEXT,
  "title" TEXT NOT NULL,
  "title__key" TEXT,
  "kind" TEXT NOT NULL,
  "kind__key" INTEGER,
  "counterparty" TEXT,
  "counterparty__key" TEXT,
  "description" TEXT,
  "source" TEXT,
  "owner" BLOB,
  "controls" BLOB NOT NULL,
  "requirements" BLOB NOT NULL,
  "assets" BLOB NOT NULL,
  "from" INTEGER,
  "to" INTEGER,
  "status" TEXT NOT NULL,
  "status__key" INTEGER,
  UNIQUE ("id", "version"),
  FOREIGN KEY ("organisation", "id") REFERENCES "record" ("organisation", "id"),
  FOREIGN KEY ("organisation", "owner") REFERENCES "record" ("organisation", "id")
) STRICT;

CREATE UNIQUE INDEX "obligation__present" ON "obligation" ("id") WHERE "until" IS NULL;

CREATE INDEX "obligation__list" ON "obligation" ("organisation", "archived", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_code" ON "obligation" ("organisation", "archived", "code__key", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_title" ON "obligation" ("organisation", "archived", "title__key", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_kind" ON "obligation" ("organisation", "archived", "kind__key", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_counterparty" ON "obligation" ("organisation", "archived", "counterparty__key", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_from" ON "obligation" ("organisation", "archived", "from", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_to" ON "obligation" ("organisation", "archived", "to", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__by_status" ON "obligation" ("organisation", "archived", "status__key", "id", "kind", "owner", "status", "since") WHERE "until" IS NULL;

CREATE INDEX "obligation__list_of_owner" ON "obligation" ("owner", "archived", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_code_of_owner" ON "obligation" ("owner", "archived", "code__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_title_of_owner" ON "obligation" ("owner", "archived", "title__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_kind_of_owner" ON "obligation" ("owner", "archived", "kind__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_counterparty_of_owner" ON "obligation" ("owner", "archived", "counterparty__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_from_of_owner" ON "obligation" ("owner", "archived", "from", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_to_of_owner" ON "obligation" ("owner", "archived", "to", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__by_status_of_owner" ON "obligation" ("owner", "archived", "status__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

CREATE INDEX "obligation__list_of_created_by" ON "obligation" ("created_by", "archived", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_code_of_created_by" ON "obligation" ("created_by", "archived", "code__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_title_of_created_by" ON "obligation" ("created_by", "archived", "title__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_kind_of_created_by" ON "obligation" ("created_by", "archived", "kind__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_counterparty_of_created_by" ON "obligation" ("created_by", "archived", "counterparty__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_from_of_created_by" ON "obligation" ("created_by", "archived", "from", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_to_of_created_by" ON "obligation" ("created_by", "archived", "to", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__by_status_of_created_by" ON "obligation" ("created_by", "archived", "status__key", "id", "kind", "status", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

CREATE INDEX "obligation__past_list" ON "obligation" ("organisation", "archived", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "obligation__past_by_title" ON "obligation" ("organisation", "archived", "title__key", "id", "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "obligation__replaced" ON "obligation" ("organisation", length(printf('%o', "until" - "since")), "since", "until") WHERE "until" IS NOT NULL;

CREATE INDEX "obligation__of_kind" ON "obligation" ("organisation", "kind", "archived", "id") WHERE "until" IS NULL;

CREATE INDEX "obligation__of_status" ON "obligation" ("organisation", "status", "archived", "id") WHERE "until" IS NULL;

CREATE UNIQUE INDEX "obligation__unique_code" ON "obligation" (ifnull("organisation", x''), "code") WHERE "until" IS NULL AND "archived" = 0;
