-- The canary: after how many records a task pauses by itself for a look, and the run that has done so.
ALTER TABLE tasks ADD COLUMN canary INTEGER CHECK (canary IS NULL OR canary > 0);
ALTER TABLE tasks ADD COLUMN canary_run INTEGER;
-- What holds a running task back: JSON of {name, message, since}, the last in wall seconds.
ALTER TABLE tasks ADD COLUMN throttle TEXT CHECK (throttle IS NULL OR json_valid(throttle));
-- The last change of a live knob: JSON of a Who with at and changes, a list of {name, from, to}.
ALTER TABLE tasks ADD COLUMN steered TEXT CHECK (steered IS NULL OR json_valid(steered));

-- How a job of a backfill went, beside its counters: batch size with its reason, ranges, slow records,
-- what held it back and for how long, seconds of each stage. One JSON document, written with checkpoints.
CREATE TABLE job_paces (
  job_id   INTEGER PRIMARY KEY REFERENCES jobs(id) ON DELETE CASCADE,
  document TEXT NOT NULL CHECK (json_valid(document))
) STRICT;

-- What became of each run of a task, so that a later one of the same type and parameters (a digest of
-- them) can be compared with it. Outlives the task.
CREATE TABLE past_runs (
  id          INTEGER PRIMARY KEY,
  task_id     INTEGER NOT NULL,
  run         INTEGER NOT NULL,
  type        TEXT NOT NULL,
  params      TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('completed','failed','cancelled')),
  records     INTEGER NOT NULL,
  failed      INTEGER NOT NULL,
  skipped     INTEGER NOT NULL,
  seconds     REAL NOT NULL,
  held_s      REAL NOT NULL,
  stages      TEXT NOT NULL CHECK (json_valid(stages)),
  finished_at REAL NOT NULL
) STRICT;
CREATE INDEX past_runs_alike ON past_runs(type, params, id);
CREATE UNIQUE INDEX past_runs_once ON past_runs(task_id, run);
