-- Each revision writes less. Its row, its record and its leaf are written by one function in one transaction, and need not be
-- looked up and locked for each other; what points nowhere is in no index of pointers.

ALTER TABLE "revision" DROP CONSTRAINT "revision_record_fkey", DROP CONSTRAINT "revision_ledger_index_fkey";

ALTER TABLE "organisation" DROP CONSTRAINT "organisation_revision_fkey", DROP CONSTRAINT "organisation_id_fkey", DROP CONSTRAINT "organisation_organisation_id_fkey";

ALTER TABLE "person" DROP CONSTRAINT "person_revision_fkey", DROP CONSTRAINT "person_id_fkey", DROP CONSTRAINT "person_organisation_id_fkey";

ALTER TABLE "role_assignment" DROP CONSTRAINT "role_assignment_revision_fkey", DROP CONSTRAINT "role_assignment_id_fkey", DROP CONSTRAINT "role_assignment_organisation_id_fkey";

ALTER TABLE "framework" DROP CONSTRAINT "framework_revision_fkey", DROP CONSTRAINT "framework_id_fkey", DROP CONSTRAINT "framework_organisation_id_fkey";

ALTER TABLE "requirement" DROP CONSTRAINT "requirement_revision_fkey", DROP CONSTRAINT "requirement_id_fkey", DROP CONSTRAINT "requirement_organisation_id_fkey";

ALTER TABLE "mapping" DROP CONSTRAINT "mapping_revision_fkey", DROP CONSTRAINT "mapping_id_fkey", DROP CONSTRAINT "mapping_organisation_id_fkey";

ALTER TABLE "framework_adoption" DROP CONSTRAINT "framework_adoption_revision_fkey", DROP CONSTRAINT "framework_adoption_id_fkey", DROP CONSTRAINT "framework_adoption_organisation_id_fkey";

ALTER TABLE "imported_library" DROP CONSTRAINT "imported_library_revision_fkey", DROP CONSTRAINT "imported_library_id_fkey", DROP CONSTRAINT "imported_library_organisation_id_fkey";

ALTER TABLE "reference_control" DROP CONSTRAINT "reference_control_revision_fkey", DROP CONSTRAINT "reference_control_id_fkey", DROP CONSTRAINT "reference_control_organisation_id_fkey";

ALTER TABLE "threat" DROP CONSTRAINT "threat_revision_fkey", DROP CONSTRAINT "threat_id_fkey", DROP CONSTRAINT "threat_organisation_id_fkey";

ALTER TABLE "risk_matrix" DROP CONSTRAINT "risk_matrix_revision_fkey", DROP CONSTRAINT "risk_matrix_id_fkey", DROP CONSTRAINT "risk_matrix_organisation_id_fkey";

ALTER TABLE "asset" DROP CONSTRAINT "asset_revision_fkey", DROP CONSTRAINT "asset_id_fkey", DROP CONSTRAINT "asset_organisation_id_fkey";

ALTER TABLE "control" DROP CONSTRAINT "control_revision_fkey", DROP CONSTRAINT "control_id_fkey", DROP CONSTRAINT "control_organisation_id_fkey";

ALTER TABLE "applicability" DROP CONSTRAINT "applicability_revision_fkey", DROP CONSTRAINT "applicability_id_fkey", DROP CONSTRAINT "applicability_organisation_id_fkey";

ALTER TABLE "assessment" DROP CONSTRAINT "assessment_revision_fkey", DROP CONSTRAINT "assessment_id_fkey", DROP CONSTRAINT "assessment_organisation_id_fkey";

ALTER TABLE "answer" DROP CONSTRAINT "answer_revision_fkey", DROP CONSTRAINT "answer_id_fkey", DROP CONSTRAINT "answer_organisation_id_fkey";

ALTER TABLE "evidence" DROP CONSTRAINT "evidence_revision_fkey", DROP CONSTRAINT "evidence_id_fkey", DROP CONSTRAINT "evidence_organisation_id_fkey";

ALTER TABLE "milestone" DROP CONSTRAINT "milestone_revision_fkey", DROP CONSTRAINT "milestone_id_fkey", DROP CONSTRAINT "milestone_organisation_id_fkey";

ALTER TABLE "task" DROP CONSTRAINT "task_revision_fkey", DROP CONSTRAINT "task_id_fkey", DROP CONSTRAINT "task_organisation_id_fkey";

ALTER TABLE "risk" DROP CONSTRAINT "risk_revision_fkey", DROP CONSTRAINT "risk_id_fkey", DROP CONSTRAINT "risk_organisation_id_fkey";

ALTER TABLE "obligation" DROP CONSTRAINT "obligation_revision_fkey", DROP CONSTRAINT "obligation_id_fkey", DROP CONSTRAINT "obligation_organisation_id_fkey";

ALTER TABLE "statement_of_applicability" DROP CONSTRAINT "statement_of_applicability_revision_fkey", DROP CONSTRAINT "statement_of_applicability_id_fkey", DROP CONSTRAINT "statement_of_applicability_organisation_id_fkey";

ALTER TABLE "section_assignment" DROP CONSTRAINT "section_assignment_revision_fkey", DROP CONSTRAINT "section_assignment_id_fkey", DROP CONSTRAINT "section_assignment_organisation_id_fkey";

ALTER TABLE "finding" DROP CONSTRAINT "finding_revision_fkey", DROP CONSTRAINT "finding_id_fkey", DROP CONSTRAINT "finding_organisation_id_fkey";

ALTER TABLE "erasure_request" DROP CONSTRAINT "erasure_request_revision_fkey", DROP CONSTRAINT "erasure_request_id_fkey", DROP CONSTRAINT "erasure_request_organisation_id_fkey";

ALTER TABLE "hold" DROP CONSTRAINT "hold_revision_fkey", DROP CONSTRAINT "hold_id_fkey", DROP CONSTRAINT "hold_organisation_id_fkey";

-- With row-level security an index is searched by no expression that might tell what is hidden, and lists of the past walked
-- past all replaced revisions. It is searched by a column.

DROP INDEX "organisation__replaced";

ALTER TABLE "organisation" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "organisation__replaced" ON "organisation" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "person__replaced";

ALTER TABLE "person" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "person__replaced" ON "person" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "role_assignment__replaced";

ALTER TABLE "role_assignment" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "role_assignment__replaced" ON "role_assignment" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "framework__replaced";

ALTER TABLE "framework" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "framework__replaced" ON "framework" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "requirement__replaced";

ALTER TABLE "requirement" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "requirement__replaced" ON "requirement" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "mapping__replaced";

ALTER TABLE "mapping" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "mapping__replaced" ON "mapping" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "framework_adoption__replaced";

ALTER TABLE "framework_adoption" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "framework_adoption__replaced" ON "framework_adoption" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "imported_library__replaced";

ALTER TABLE "imported_library" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "imported_library__replaced" ON "imported_library" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "reference_control__replaced";

ALTER TABLE "reference_control" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "reference_control__replaced" ON "reference_control" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "threat__replaced";

ALTER TABLE "threat" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "threat__replaced" ON "threat" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "risk_matrix__replaced";

ALTER TABLE "risk_matrix" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "risk_matrix__replaced" ON "risk_matrix" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "asset__replaced";

ALTER TABLE "asset" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "asset__replaced" ON "asset" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "control__replaced";

ALTER TABLE "control" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "control__replaced" ON "control" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "applicability__replaced";

ALTER TABLE "applicability" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "applicability__replaced" ON "applicability" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "assessment__replaced";

ALTER TABLE "assessment" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "assessment__replaced" ON "assessment" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "answer__replaced";

ALTER TABLE "answer" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "answer__replaced" ON "answer" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "evidence__replaced";

ALTER TABLE "evidence" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "evidence__replaced" ON "evidence" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "milestone__replaced";

ALTER TABLE "milestone" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "milestone__replaced" ON "milestone" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "task__replaced";

ALTER TABLE "task" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "task__replaced" ON "task" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "risk__replaced";

ALTER TABLE "risk" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "risk__replaced" ON "risk" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "obligation__replaced";

ALTER TABLE "obligation" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "obligation__replaced" ON "obligation" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "statement_of_applicability__replaced";

ALTER TABLE "statement_of_applicability" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "statement_of_applicability__replaced" ON "statement_of_applicability" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "section_assignment__replaced";

ALTER TABLE "section_assignment" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "section_assignment__replaced" ON "section_assignment" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "finding__replaced";

ALTER TABLE "finding" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "finding__replaced" ON "finding" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "erasure_request__replaced";

ALTER TABLE "erasure_request" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "erasure_request__replaced" ON "erasure_request" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "hold__replaced";

ALTER TABLE "hold" ADD COLUMN "lifetime" integer GENERATED ALWAYS AS (width_bucket("until" - "since", '{1,8,64,512,4096,32768,262144,2097152,16777216,134217728,1073741824,8589934592,68719476736,549755813888,4398046511104,35184372088832,281474976710656,2251799813685248,18014398509481984,144115188075855872,1152921504606846976}'::bigint[])) STORED;

CREATE INDEX "hold__replaced" ON "hold" ("organisation", "lifetime", "since", "until") WHERE "until" IS NOT NULL;

DROP INDEX "requirement__of_parent";

CREATE INDEX "requirement__of_parent" ON "requirement" ("organisation", "parent", "archived", "id") WHERE "until" IS NULL AND "parent" IS NOT NULL;

DROP INDEX "asset__of_owner";

CREATE INDEX "asset__of_owner" ON "asset" ("organisation", "owner", "archived", "id") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "assessment__of_previous";

CREATE INDEX "assessment__of_previous" ON "assessment" ("organisation", "previous", "archived", "id") WHERE "until" IS NULL AND "previous" IS NOT NULL;

DROP INDEX "answer__of_answered_by";

CREATE INDEX "answer__of_answered_by" ON "answer" ("organisation", "answered_by", "archived", "id") WHERE "until" IS NULL AND "answered_by" IS NOT NULL;

DROP INDEX "evidence__of_reviewed_by";

CREATE INDEX "evidence__of_reviewed_by" ON "evidence" ("organisation", "reviewed_by", "archived", "id") WHERE "until" IS NULL AND "reviewed_by" IS NOT NULL;

DROP INDEX "task__of_verified_by";

CREATE INDEX "task__of_verified_by" ON "task" ("organisation", "verified_by", "archived", "id") WHERE "until" IS NULL AND "verified_by" IS NOT NULL;

DROP INDEX "task__of_milestone";

CREATE INDEX "task__of_milestone" ON "task" ("organisation", "milestone", "archived", "id") WHERE "until" IS NULL AND "milestone" IS NOT NULL;

DROP INDEX "statement_of_applicability__of_approved_by";

CREATE INDEX "statement_of_applicability__of_approved_by" ON "statement_of_applicability" ("organisation", "approved_by", "archived", "id") WHERE "until" IS NULL AND "approved_by" IS NOT NULL;

DROP INDEX "section_assignment__of_accepted_by";

CREATE INDEX "section_assignment__of_accepted_by" ON "section_assignment" ("organisation", "accepted_by", "archived", "id") WHERE "until" IS NULL AND "accepted_by" IS NOT NULL;

DROP INDEX "erasure_request__of_carried_out_by";

CREATE INDEX "erasure_request__of_carried_out_by" ON "erasure_request" ("organisation", "carried_out_by", "archived", "id") WHERE "until" IS NULL AND "carried_out_by" IS NOT NULL;
