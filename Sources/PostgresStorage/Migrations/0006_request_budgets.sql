-- Requests that all nodes count together.

CREATE UNLOGGED TABLE "request_budget" (
  "key" text COLLATE "C" PRIMARY KEY NOT NULL,
  "thousandths" bigint NOT NULL,
  "at" bigint NOT NULL
);
