-- The queue of jobs.

CREATE TABLE "job" (
  "id" uuid PRIMARY KEY NOT NULL,
  "organisation" uuid NOT NULL,
  "kind" text COLLATE "C" NOT NULL,
  "subject" text COLLATE "C" NOT NULL,
  "state" text COLLATE "C" NOT NULL CHECK ("state" IN ('waiting', 'running', 'dead')),
  "created_at" bigint NOT NULL,
  "due_at" bigint NOT NULL,
  "attempts" bigint NOT NULL,
  "wanted" bigint NOT NULL,
  "taken" bigint NOT NULL,
  "failed_at" bigint,
  "failure" text COLLATE "C",
  "lease" uuid,
  "node" uuid,
  UNIQUE ("organisation", "kind", "subject")
);

CREATE INDEX "job__due" ON "job" ("state", "due_at", "id");

ALTER TABLE "job" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "job" FORCE ROW LEVEL SECURITY;

CREATE POLICY "organisation" ON "job" USING ("organisation" = '00000000-0000-0000-0000-000000000000'::uuid OR "organisation" = (SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid) OR (SELECT current_setting('concord.server', true)) = 'on') WITH CHECK ("organisation" = coalesce((SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid), '00000000-0000-0000-0000-000000000000'::uuid) OR (SELECT current_setting('concord.server', true)) = 'on');
