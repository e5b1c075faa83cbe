-- Requests that were carried out, by the key that their sender gave them.
CREATE TABLE "kept_request" (
  "account" BLOB NOT NULL REFERENCES "account" ("id"),
  "organisation" BLOB NOT NULL,
  "key" TEXT NOT NULL,
  "fingerprint" BLOB NOT NULL CHECK (length("fingerprint") = 32),
  "answer" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  PRIMARY KEY ("account", "organisation", "key")
) STRICT, WITHOUT ROWID;
CREATE INDEX "kept_request__by_account" ON "kept_request" ("account", "at", "key");
CREATE INDEX "kept_request__by_time" ON "kept_request" ("at");
