-- How backfills go: their pace, and what became of the runs before.

-- name: put_pace
INSERT INTO job_paces(job_id, document) VALUES (:job_id, :document)
ON CONFLICT (job_id) DO UPDATE SET document = excluded.document;

-- name: pace_of_job
SELECT document FROM job_paces WHERE job_id = :job_id;

-- name: paces_of_run
SELECT p.job_id, j.step, p.document FROM job_paces p JOIN jobs j ON j.id = p.job_id
WHERE j.task_id = :task_id AND j.run = :run ORDER BY j.step, p.job_id;

-- name: set_throttle
-- What holds a task back that runs; null when it goes on. A new version, as it is told.
UPDATE tasks SET throttle = :throttle, updated_at = :now, version = version + 1
WHERE id = :id AND throttle IS NOT :throttle RETURNING *;

-- name: canary_passed
-- Who resumes a task that waits for a look at its first records has looked. The jobs are asked: the
-- task's own counters follow theirs a moment later.
UPDATE tasks SET canary_run = run WHERE id = :id AND canary IS NOT NULL
  AND canary <= (SELECT sum(j.done + j.failed + j.skipped) FROM jobs j WHERE j.task_id = tasks.id AND j.run = tasks.run);

-- name: put_past_run
-- A run that is retried from where it failed ends again: the last end counts.
INSERT INTO past_runs(task_id, run, type, params, status, records, failed, skipped, seconds, held_s, stages, finished_at)
VALUES (:task_id, :run, :type, :params, :status, :records, :failed, :skipped, :seconds, :held_s, :stages, :now)
ON CONFLICT (task_id, run) DO UPDATE SET status = excluded.status, records = excluded.records,
  failed = excluded.failed, skipped = excluded.skipped, seconds = excluded.seconds,
  held_s = excluded.held_s, stages = excluded.stages, finished_at = excluded.finished_at;

-- name: past_run
SELECT * FROM past_runs WHERE task_id = :task_id AND run = :run;

-- name: run_before
-- The last completed run of the same type and parameters that is not this one.
SELECT * FROM past_runs WHERE type = :type AND params = :params AND status = 'completed'
  AND NOT (task_id = :task_id AND run = :run) AND finished_at < :before
ORDER BY id DESC LIMIT 1;

-- name: prune_past_runs
DELETE FROM past_runs WHERE id IN (SELECT id FROM past_runs WHERE finished_at < :before ORDER BY id LIMIT :limit);
