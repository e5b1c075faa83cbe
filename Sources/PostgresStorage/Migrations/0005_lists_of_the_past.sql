-- A list of the past looks up no record that came later: the indexes that lists are read from say since when a revision stands.

DROP INDEX "organisation__list";

CREATE INDEX "organisation__list" ON "organisation" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "organisation__by_name";

CREATE INDEX "organisation__by_name" ON "organisation" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "person__list";

CREATE INDEX "person__list" ON "person" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "person__by_name";

CREATE INDEX "person__by_name" ON "person" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "person__by_email";

CREATE INDEX "person__by_email" ON "person" ("organisation", "archived", "email__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "person__by_unit";

CREATE INDEX "person__by_unit" ON "person" ("organisation", "archived", "unit__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "role_assignment__list";

CREATE INDEX "role_assignment__list" ON "role_assignment" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "role_assignment__by_role";

CREATE INDEX "role_assignment__by_role" ON "role_assignment" ("organisation", "archived", "role__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "role_assignment__by_from";

CREATE INDEX "role_assignment__by_from" ON "role_assignment" ("organisation", "archived", "from", "id", "since") WHERE "until" IS NULL;

DROP INDEX "role_assignment__by_to";

CREATE INDEX "role_assignment__by_to" ON "role_assignment" ("organisation", "archived", "to", "id", "since") WHERE "until" IS NULL;

DROP INDEX "role_assignment__by_status";

CREATE INDEX "role_assignment__by_status" ON "role_assignment" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework__list";

CREATE INDEX "framework__list" ON "framework" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework__by_name";

CREATE INDEX "framework__by_name" ON "framework" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework__by_publisher";

CREATE INDEX "framework__by_publisher" ON "framework" ("organisation", "archived", "publisher__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "requirement__list";

CREATE INDEX "requirement__list" ON "requirement" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "requirement__by_title";

CREATE INDEX "requirement__by_title" ON "requirement" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "requirement__by_position";

CREATE INDEX "requirement__by_position" ON "requirement" ("organisation", "archived", "position", "id", "since") WHERE "until" IS NULL;

DROP INDEX "mapping__list";

CREATE INDEX "mapping__list" ON "mapping" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "mapping__by_strength";

CREATE INDEX "mapping__by_strength" ON "mapping" ("organisation", "archived", "strength", "id", "since") WHERE "until" IS NULL;

DROP INDEX "mapping__by_basis";

CREATE INDEX "mapping__by_basis" ON "mapping" ("organisation", "archived", "basis__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework_adoption__list";

CREATE INDEX "framework_adoption__list" ON "framework_adoption" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework_adoption__by_name";

CREATE INDEX "framework_adoption__by_name" ON "framework_adoption" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework_adoption__by_status";

CREATE INDEX "framework_adoption__by_status" ON "framework_adoption" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework_adoption__by_certification_target";

CREATE INDEX "framework_adoption__by_certification_target" ON "framework_adoption" ("organisation", "archived", "certification_target", "id", "since") WHERE "until" IS NULL;

DROP INDEX "framework_adoption__by_adopted_on";

CREATE INDEX "framework_adoption__by_adopted_on" ON "framework_adoption" ("organisation", "archived", "adopted_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "imported_library__list";

CREATE INDEX "imported_library__list" ON "imported_library" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "imported_library__by_name";

CREATE INDEX "imported_library__by_name" ON "imported_library" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "imported_library__by_library_version";

CREATE INDEX "imported_library__by_library_version" ON "imported_library" ("organisation", "archived", "library_version", "id", "since") WHERE "until" IS NULL;

DROP INDEX "imported_library__by_items";

CREATE INDEX "imported_library__by_items" ON "imported_library" ("organisation", "archived", "items", "id", "since") WHERE "until" IS NULL;

DROP INDEX "imported_library__by_kept_out";

CREATE INDEX "imported_library__by_kept_out" ON "imported_library" ("organisation", "archived", "kept_out", "id", "since") WHERE "until" IS NULL;

DROP INDEX "reference_control__list";

CREATE INDEX "reference_control__list" ON "reference_control" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "reference_control__by_name";

CREATE INDEX "reference_control__by_name" ON "reference_control" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "threat__list";

CREATE INDEX "threat__list" ON "threat" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "threat__by_name";

CREATE INDEX "threat__by_name" ON "threat" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk_matrix__list";

CREATE INDEX "risk_matrix__list" ON "risk_matrix" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk_matrix__by_name";

CREATE INDEX "risk_matrix__by_name" ON "risk_matrix" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "asset__list";

CREATE INDEX "asset__list" ON "asset" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "asset__by_name";

CREATE INDEX "asset__by_name" ON "asset" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "asset__by_kind";

CREATE INDEX "asset__by_kind" ON "asset" ("organisation", "archived", "kind__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "asset__by_status";

CREATE INDEX "asset__by_status" ON "asset" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "asset__by_classification";

CREATE INDEX "asset__by_classification" ON "asset" ("organisation", "archived", "classification__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "asset__by_supplier";

CREATE INDEX "asset__by_supplier" ON "asset" ("organisation", "archived", "supplier__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__list";

CREATE INDEX "control__list" ON "control" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__by_code";

CREATE INDEX "control__by_code" ON "control" ("organisation", "archived", "code__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__by_title";

CREATE INDEX "control__by_title" ON "control" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__by_type";

CREATE INDEX "control__by_type" ON "control" ("organisation", "archived", "type__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__by_status";

CREATE INDEX "control__by_status" ON "control" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__by_frequency";

CREATE INDEX "control__by_frequency" ON "control" ("organisation", "archived", "frequency__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__by_cost_per_year";

CREATE INDEX "control__by_cost_per_year" ON "control" ("organisation", "archived", "cost_per_year__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "control__list_of_owner";

CREATE INDEX "control__list_of_owner" ON "control" ("owner", "archived", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "control__by_title_of_owner";

CREATE INDEX "control__by_title_of_owner" ON "control" ("owner", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "control__list_of_created_by";

CREATE INDEX "control__list_of_created_by" ON "control" ("created_by", "archived", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "control__by_title_of_created_by";

CREATE INDEX "control__by_title_of_created_by" ON "control" ("created_by", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "applicability__list";

CREATE INDEX "applicability__list" ON "applicability" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "applicability__by_name";

CREATE INDEX "applicability__by_name" ON "applicability" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "applicability__by_is_applicable";

CREATE INDEX "applicability__by_is_applicable" ON "applicability" ("organisation", "archived", "is_applicable", "id", "since") WHERE "until" IS NULL;

DROP INDEX "assessment__list";

CREATE INDEX "assessment__list" ON "assessment" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "assessment__by_title";

CREATE INDEX "assessment__by_title" ON "assessment" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "assessment__by_status";

CREATE INDEX "assessment__by_status" ON "assessment" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "assessment__by_started_on";

CREATE INDEX "assessment__by_started_on" ON "assessment" ("organisation", "archived", "started_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "assessment__by_due_on";

CREATE INDEX "assessment__by_due_on" ON "assessment" ("organisation", "archived", "due_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "assessment__list_of_lead";

CREATE INDEX "assessment__list_of_lead" ON "assessment" ("lead", "archived", "id", "since") WHERE "until" IS NULL AND "lead" IS NOT NULL;

DROP INDEX "assessment__by_title_of_lead";

CREATE INDEX "assessment__by_title_of_lead" ON "assessment" ("lead", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "lead" IS NOT NULL;

DROP INDEX "assessment__list_of_reviewer";

CREATE INDEX "assessment__list_of_reviewer" ON "assessment" ("reviewer", "archived", "id", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

DROP INDEX "assessment__by_title_of_reviewer";

CREATE INDEX "assessment__by_title_of_reviewer" ON "assessment" ("reviewer", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

DROP INDEX "answer__list";

CREATE INDEX "answer__list" ON "answer" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "answer__by_result";

CREATE INDEX "answer__by_result" ON "answer" ("organisation", "archived", "result__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "answer__by_maturity";

CREATE INDEX "answer__by_maturity" ON "answer" ("organisation", "archived", "maturity", "id", "since") WHERE "until" IS NULL;

DROP INDEX "answer__by_due_on";

CREATE INDEX "answer__by_due_on" ON "answer" ("organisation", "archived", "due_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "answer__by_answered_on";

CREATE INDEX "answer__by_answered_on" ON "answer" ("organisation", "archived", "answered_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "answer__list_of_owner";

CREATE INDEX "answer__list_of_owner" ON "answer" ("owner", "archived", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "evidence__list";

CREATE INDEX "evidence__list" ON "evidence" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "evidence__by_title";

CREATE INDEX "evidence__by_title" ON "evidence" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "evidence__by_period_from";

CREATE INDEX "evidence__by_period_from" ON "evidence" ("organisation", "archived", "period_from", "id", "since") WHERE "until" IS NULL;

DROP INDEX "evidence__by_period_to";

CREATE INDEX "evidence__by_period_to" ON "evidence" ("organisation", "archived", "period_to", "id", "since") WHERE "until" IS NULL;

DROP INDEX "evidence__by_valid_until";

CREATE INDEX "evidence__by_valid_until" ON "evidence" ("organisation", "archived", "valid_until", "id", "since") WHERE "until" IS NULL;

DROP INDEX "evidence__by_status";

CREATE INDEX "evidence__by_status" ON "evidence" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "evidence__by_reviewed_on";

CREATE INDEX "evidence__by_reviewed_on" ON "evidence" ("organisation", "archived", "reviewed_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "evidence__list_of_owner";

CREATE INDEX "evidence__list_of_owner" ON "evidence" ("owner", "archived", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "evidence__by_title_of_owner";

CREATE INDEX "evidence__by_title_of_owner" ON "evidence" ("owner", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "evidence__list_of_created_by";

CREATE INDEX "evidence__list_of_created_by" ON "evidence" ("created_by", "archived", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "evidence__by_title_of_created_by";

CREATE INDEX "evidence__by_title_of_created_by" ON "evidence" ("created_by", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "milestone__list";

CREATE INDEX "milestone__list" ON "milestone" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "milestone__by_title";

CREATE INDEX "milestone__by_title" ON "milestone" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "milestone__by_due_on";

CREATE INDEX "milestone__by_due_on" ON "milestone" ("organisation", "archived", "due_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "milestone__by_reached_on";

CREATE INDEX "milestone__by_reached_on" ON "milestone" ("organisation", "archived", "reached_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "milestone__by_status";

CREATE INDEX "milestone__by_status" ON "milestone" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "milestone__list_of_owner";

CREATE INDEX "milestone__list_of_owner" ON "milestone" ("owner", "archived", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "milestone__by_title_of_owner";

CREATE INDEX "milestone__by_title_of_owner" ON "milestone" ("owner", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "task__list";

CREATE INDEX "task__list" ON "task" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__by_title";

CREATE INDEX "task__by_title" ON "task" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__by_kind";

CREATE INDEX "task__by_kind" ON "task" ("organisation", "archived", "kind__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__by_priority";

CREATE INDEX "task__by_priority" ON "task" ("organisation", "archived", "priority__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__by_due_on";

CREATE INDEX "task__by_due_on" ON "task" ("organisation", "archived", "due_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__by_status";

CREATE INDEX "task__by_status" ON "task" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__by_completed_on";

CREATE INDEX "task__by_completed_on" ON "task" ("organisation", "archived", "completed_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__by_effort_days";

CREATE INDEX "task__by_effort_days" ON "task" ("organisation", "archived", "effort_days__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "task__list_of_assignee";

CREATE INDEX "task__list_of_assignee" ON "task" ("assignee", "archived", "id", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

DROP INDEX "task__by_title_of_assignee";

CREATE INDEX "task__by_title_of_assignee" ON "task" ("assignee", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "assignee" IS NOT NULL;

DROP INDEX "task__list_of_created_by";

CREATE INDEX "task__list_of_created_by" ON "task" ("created_by", "archived", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "task__by_title_of_created_by";

CREATE INDEX "task__by_title_of_created_by" ON "task" ("created_by", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "risk__list";

CREATE INDEX "risk__list" ON "risk" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__by_code";

CREATE INDEX "risk__by_code" ON "risk" ("organisation", "archived", "code__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__by_title";

CREATE INDEX "risk__by_title" ON "risk" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__by_aspect";

CREATE INDEX "risk__by_aspect" ON "risk" ("organisation", "archived", "aspect__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__by_likelihood";

CREATE INDEX "risk__by_likelihood" ON "risk" ("organisation", "archived", "likelihood", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__by_severity";

CREATE INDEX "risk__by_severity" ON "risk" ("organisation", "archived", "severity", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__by_treatment";

CREATE INDEX "risk__by_treatment" ON "risk" ("organisation", "archived", "treatment__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__by_status";

CREATE INDEX "risk__by_status" ON "risk" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "risk__list_of_owner";

CREATE INDEX "risk__list_of_owner" ON "risk" ("owner", "archived", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "risk__by_title_of_owner";

CREATE INDEX "risk__by_title_of_owner" ON "risk" ("owner", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "risk__list_of_created_by";

CREATE INDEX "risk__list_of_created_by" ON "risk" ("created_by", "archived", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "risk__by_title_of_created_by";

CREATE INDEX "risk__by_title_of_created_by" ON "risk" ("created_by", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "obligation__list";

CREATE INDEX "obligation__list" ON "obligation" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__by_code";

CREATE INDEX "obligation__by_code" ON "obligation" ("organisation", "archived", "code__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__by_title";

CREATE INDEX "obligation__by_title" ON "obligation" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__by_kind";

CREATE INDEX "obligation__by_kind" ON "obligation" ("organisation", "archived", "kind__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__by_counterparty";

CREATE INDEX "obligation__by_counterparty" ON "obligation" ("organisation", "archived", "counterparty__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__by_from";

CREATE INDEX "obligation__by_from" ON "obligation" ("organisation", "archived", "from", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__by_to";

CREATE INDEX "obligation__by_to" ON "obligation" ("organisation", "archived", "to", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__by_status";

CREATE INDEX "obligation__by_status" ON "obligation" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "obligation__list_of_owner";

CREATE INDEX "obligation__list_of_owner" ON "obligation" ("owner", "archived", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "obligation__by_title_of_owner";

CREATE INDEX "obligation__by_title_of_owner" ON "obligation" ("owner", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "obligation__list_of_created_by";

CREATE INDEX "obligation__list_of_created_by" ON "obligation" ("created_by", "archived", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "obligation__by_title_of_created_by";

CREATE INDEX "obligation__by_title_of_created_by" ON "obligation" ("created_by", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "statement_of_applicability__list";

CREATE INDEX "statement_of_applicability__list" ON "statement_of_applicability" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "statement_of_applicability__by_name";

CREATE INDEX "statement_of_applicability__by_name" ON "statement_of_applicability" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "statement_of_applicability__by_number";

CREATE INDEX "statement_of_applicability__by_number" ON "statement_of_applicability" ("organisation", "archived", "number", "id", "since") WHERE "until" IS NULL;

DROP INDEX "statement_of_applicability__by_status";

CREATE INDEX "statement_of_applicability__by_status" ON "statement_of_applicability" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "statement_of_applicability__by_submitted_on";

CREATE INDEX "statement_of_applicability__by_submitted_on" ON "statement_of_applicability" ("organisation", "archived", "submitted_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "statement_of_applicability__by_approved_on";

CREATE INDEX "statement_of_applicability__by_approved_on" ON "statement_of_applicability" ("organisation", "archived", "approved_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "statement_of_applicability__list_of_prepared_by";

CREATE INDEX "statement_of_applicability__list_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "id", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

DROP INDEX "statement_of_applicability__by_name_of_prepared_by";

CREATE INDEX "statement_of_applicability__by_name_of_prepared_by" ON "statement_of_applicability" ("prepared_by", "archived", "name__key", "id", "since") WHERE "until" IS NULL AND "prepared_by" IS NOT NULL;

DROP INDEX "section_assignment__list";

CREATE INDEX "section_assignment__list" ON "section_assignment" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "section_assignment__by_name";

CREATE INDEX "section_assignment__by_name" ON "section_assignment" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "section_assignment__by_due_on";

CREATE INDEX "section_assignment__by_due_on" ON "section_assignment" ("organisation", "archived", "due_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "section_assignment__by_status";

CREATE INDEX "section_assignment__by_status" ON "section_assignment" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "section_assignment__list_of_assignee";

CREATE INDEX "section_assignment__list_of_assignee" ON "section_assignment" ("assignee", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "section_assignment__by_name_of_assignee";

CREATE INDEX "section_assignment__by_name_of_assignee" ON "section_assignment" ("assignee", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "section_assignment__list_of_reviewer";

CREATE INDEX "section_assignment__list_of_reviewer" ON "section_assignment" ("reviewer", "archived", "id", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

DROP INDEX "section_assignment__by_name_of_reviewer";

CREATE INDEX "section_assignment__by_name_of_reviewer" ON "section_assignment" ("reviewer", "archived", "name__key", "id", "since") WHERE "until" IS NULL AND "reviewer" IS NOT NULL;

DROP INDEX "finding__list";

CREATE INDEX "finding__list" ON "finding" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__by_code";

CREATE INDEX "finding__by_code" ON "finding" ("organisation", "archived", "code__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__by_title";

CREATE INDEX "finding__by_title" ON "finding" ("organisation", "archived", "title__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__by_kind";

CREATE INDEX "finding__by_kind" ON "finding" ("organisation", "archived", "kind__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__by_source";

CREATE INDEX "finding__by_source" ON "finding" ("organisation", "archived", "source__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__by_raised_on";

CREATE INDEX "finding__by_raised_on" ON "finding" ("organisation", "archived", "raised_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__by_due_on";

CREATE INDEX "finding__by_due_on" ON "finding" ("organisation", "archived", "due_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__by_status";

CREATE INDEX "finding__by_status" ON "finding" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "finding__list_of_owner";

CREATE INDEX "finding__list_of_owner" ON "finding" ("owner", "archived", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "finding__by_title_of_owner";

CREATE INDEX "finding__by_title_of_owner" ON "finding" ("owner", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "owner" IS NOT NULL;

DROP INDEX "finding__list_of_created_by";

CREATE INDEX "finding__list_of_created_by" ON "finding" ("created_by", "archived", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "finding__by_title_of_created_by";

CREATE INDEX "finding__by_title_of_created_by" ON "finding" ("created_by", "archived", "title__key", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "erasure_request__list";

CREATE INDEX "erasure_request__list" ON "erasure_request" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "erasure_request__by_status";

CREATE INDEX "erasure_request__by_status" ON "erasure_request" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "erasure_request__by_carried_out_on";

CREATE INDEX "erasure_request__by_carried_out_on" ON "erasure_request" ("organisation", "archived", "carried_out_on", "id", "since") WHERE "until" IS NULL;

DROP INDEX "erasure_request__list_of_requested_by";

CREATE INDEX "erasure_request__list_of_requested_by" ON "erasure_request" ("requested_by", "archived", "id", "since") WHERE "until" IS NULL AND "requested_by" IS NOT NULL;

DROP INDEX "hold__list";

CREATE INDEX "hold__list" ON "hold" ("organisation", "archived", "id", "since") WHERE "until" IS NULL;

DROP INDEX "hold__by_name";

CREATE INDEX "hold__by_name" ON "hold" ("organisation", "archived", "name__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "hold__by_from";

CREATE INDEX "hold__by_from" ON "hold" ("organisation", "archived", "from", "id", "since") WHERE "until" IS NULL;

DROP INDEX "hold__by_to";

CREATE INDEX "hold__by_to" ON "hold" ("organisation", "archived", "to", "id", "since") WHERE "until" IS NULL;

DROP INDEX "hold__by_status";

CREATE INDEX "hold__by_status" ON "hold" ("organisation", "archived", "status__key", "id", "since") WHERE "until" IS NULL;

DROP INDEX "hold__list_of_created_by";

CREATE INDEX "hold__list_of_created_by" ON "hold" ("created_by", "archived", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;

DROP INDEX "hold__by_name_of_created_by";

CREATE INDEX "hold__by_name_of_created_by" ON "hold" ("created_by", "archived", "name__key", "id", "since") WHERE "until" IS NULL AND "created_by" IS NOT NULL;
