# Short names for what contributors do often.
.PHONY: run test format check migration
run:
	./run
test:
	./test
format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests
check:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	swift build --build-tests --explicit-target-dependency-import-check error
# The statements of the next migration: from the tables that the frozen ones build to those that the record types ask for.
migration:
	@swift build --product concord >&2 && .build/debug/concord schema | Tools/next-migration.py
