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
# The tables that the record types ask for; compare with Sources/SQLiteStorage/Migrations and write the next file.
migration:
	swift run concord schema
