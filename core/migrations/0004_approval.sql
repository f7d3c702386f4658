-- Why a task waits for a start, in a person's words; who asked for it, and who let it start: JSON of
-- {by, user, session}, the latter with `at` (wall seconds).
ALTER TABLE tasks ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN asked_by TEXT CHECK (asked_by IS NULL OR json_valid(asked_by));
ALTER TABLE tasks ADD COLUMN approved TEXT CHECK (approved IS NULL OR json_valid(approved));
