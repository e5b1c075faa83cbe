-- The organisation's logo, which reports carry.

ALTER TABLE "organisation" ADD COLUMN "logo" TEXT;
