-- Backfills of several stages: where each stage of the job at hand stands, beside its task, as the
-- job's cursor has it ([] for all others).

ALTER TABLE tasks ADD COLUMN stage_progress TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(stage_progress));
