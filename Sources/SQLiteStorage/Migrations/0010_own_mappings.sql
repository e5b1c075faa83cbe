-- Where a mapping is from, who says so, and whether somebody else agreed: an organisation may have mappings of its own.

DROP INDEX "mapping__list";
DROP INDEX "mapping__by_strength";
DROP INDEX "mapping__by_basis";

ALTER TABLE "mapping" ADD COLUMN "origin" TEXT;
ALTER TABLE "mapping" ADD COLUMN "author" TEXT;
ALTER TABLE "mapping" ADD COLUMN "review_state" TEXT;

CREATE INDEX "mapping__list" ON "mapping" ("organisation", "archived", "id", "source", "relationship", "target", "strength", "basis", "review_state", "since") WHERE "until" IS NULL;

CREATE INDEX "mapping__by_strength" ON "mapping" ("organisation", "archived", "strength", "id", "source", "relationship", "target", "basis", "review_state", "since") WHERE "until" IS NULL;

CREATE INDEX "mapping__by_basis" ON "mapping" ("organisation", "archived", "basis__key", "id", "source", "relationship", "target", "strength", "basis", "review_state", "since") WHERE "until" IS NULL;

CREATE INDEX "mapping__of_review_state" ON "mapping" ("organisation", "review_state", "archived", "id") WHERE "until" IS NULL;
