-- Every statement Longhaul runs on its own database, named and commented. Times and ids are bound
-- parameters; guarded updates carry the state they expect in their WHERE and answer with the row.

-- name: append_event
INSERT INTO events(kind, task_id, at, data) VALUES (:kind, :task_id, :at, :data);

-- name: events_after
SELECT id, kind, task_id, at, data FROM events WHERE id > :after ORDER BY id LIMIT :limit;

-- name: events_of_task
SELECT id, kind, at, data FROM events WHERE task_id = :task_id AND id > :after
  AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds))) ORDER BY id LIMIT :limit;

-- name: events_of_task_before
-- The same from its end backwards.
SELECT id, kind, at, data FROM events WHERE task_id = :task_id AND id < :before
  AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds))) ORDER BY id DESC LIMIT :limit;

-- name: pace_of_task
-- How far it was at which time: every event that is no progress, and of the progress as many as
-- asked for, evenly over all of it. Only what is kept is decoded.
WITH told AS (
  SELECT id, kind <> 'task_progress' AS must, row_number() OVER (ORDER BY id) AS n,
    count(*) OVER () AS all_told
  FROM events WHERE task_id = :task_id
    AND kind IN ('task_created','task_update','task_progress','task_finished'))
SELECT e.at, e.data ->> '$.run' AS run, e.data ->> '$.status' AS status,
  (e.data ->> '$.progress.done') + (e.data ->> '$.progress.failed')
    + (e.data ->> '$.progress.skipped') AS seen
FROM told CROSS JOIN events e ON e.id = told.id
WHERE told.must OR told.n = told.all_told OR told.n % max(1, told.all_told / :points) = 0
ORDER BY e.id LIMIT :limit;

-- name: first_event_id
SELECT id FROM events ORDER BY id LIMIT 1;

-- name: last_event_id
SELECT seq FROM sqlite_sequence WHERE name = 'events';

-- name: queue_state
SELECT * FROM queue_state WHERE id = 1;

-- name: installation
SELECT installation FROM queue_state WHERE id = 1;

-- name: columns
SELECT name, dflt_value FROM pragma_table_info(:table);

-- name: insert_task
-- The position is the number the task gets, so that equals run in the order they came.
INSERT INTO tasks(type, title, source, user_relevant, project, session_id, related_type, related_id,
  source_id, page_id, params, priority, position, direct, hold, not_before, steps, unit, note, asked_by,
  canary, created_at, updated_at)
VALUES (:type, :title, :source, :user_relevant, :project, :session_id, :related_type, :related_id,
  :source_id, :page_id, :params, :priority, 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tasks'), 0),
  :direct, :hold, :not_before, :steps, :unit, :note, :asked_by, :canary, :created_at, :updated_at);

-- name: insert_job
INSERT INTO jobs(task_id, run, step, chunk, type, status, blocked, lane, priority, position,
  not_before, stages, total, unit, max_attempts, only_failed, created_at, updated_at)
VALUES (:task_id, :run, :step, :chunk, :type, :status, :blocked, :lane, :priority, :position,
  :not_before, :stages, :total, :unit, :max_attempts, :only_failed, :created_at, :updated_at);

-- name: insert_dependency
INSERT OR IGNORE INTO dependencies(task_id, after_id) VALUES (:task_id, :after_id);

-- name: unmet_dependencies
-- Tasks that :task_id waits for and that are not completed (a removed one counts as met).
SELECT t.id, t.status, t.title FROM dependencies d JOIN tasks t ON t.id = d.after_id
WHERE d.task_id = :task_id AND t.status <> 'completed' ORDER BY t.id;

-- name: freed_by
-- Waiting jobs whose last unmet dependency was :task_id.
SELECT j.* FROM dependencies d JOIN jobs j ON j.task_id = d.task_id
WHERE d.after_id = :task_id AND j.blocked = 'after' AND NOT EXISTS (
  SELECT 1 FROM dependencies o JOIN tasks t ON t.id = o.after_id
  WHERE o.task_id = d.task_id AND t.status <> 'completed');

-- name: insert_item
INSERT INTO items(job_id, task_id, key, updated_at) VALUES (:job_id, :task_id, :key, :now)
ON CONFLICT (job_id, key) DO NOTHING;

-- name: task
SELECT * FROM tasks WHERE id = :id;

-- name: job
SELECT * FROM jobs WHERE id = :id;

-- name: versions
-- Whether anybody changed a job or its task since they were read.
SELECT j.version AS job, t.version AS task FROM jobs j JOIN tasks t ON t.id = j.task_id WHERE j.id = :id;

-- name: jobs_of_task
SELECT * FROM jobs WHERE task_id = :task_id ORDER BY run, step, id;

-- name: jobs_of_run
SELECT * FROM jobs WHERE task_id = :task_id AND run = :run ORDER BY step, id;

-- name: jobs_of_step
SELECT * FROM jobs WHERE task_id = :task_id AND run = :run AND step = :step ORDER BY id;

-- name: jobs_of_tasks
SELECT * FROM jobs WHERE task_id IN (SELECT value FROM json_each(:ids)) ORDER BY task_id, run, step, id;

-- name: line_heads
-- What waits, in one read that takes no lock: the most urgent priority of the general line, which
-- named lanes have somebody waiting, whether a time has come, and the queue's one row.
SELECT q.*,
  (SELECT priority FROM jobs WHERE status = 'queued' AND blocked = '' AND lane = ''
     ORDER BY priority DESC LIMIT 1) AS general_head,
  EXISTS (SELECT 1 FROM jobs WHERE status = 'queued' AND blocked = '' AND lane = 'direct') AS direct,
  EXISTS (SELECT 1 FROM jobs WHERE status = 'queued' AND blocked = '' AND lane = 'recordings') AS recordings,
  EXISTS (SELECT 1 FROM jobs WHERE blocked = 'later' AND not_before <= :wall)
    OR EXISTS (SELECT 1 FROM jobs WHERE blocked = 'backoff' AND (wake_mono <= :mono OR wake_boot <> :boot)) AS due
FROM queue_state q WHERE q.id = 1;

-- name: busy_lanes
SELECT claimed_lane, lent, count(*) AS n FROM jobs WHERE status = 'running' GROUP BY claimed_lane, lent;

-- name: due_jobs
-- Jobs whose time has come: by the calendar, or by the monotonic clock of this boot.
SELECT id FROM jobs WHERE blocked = 'later' AND not_before <= :wall
UNION ALL
SELECT id FROM jobs WHERE blocked = 'backoff' AND (wake_mono <= :mono OR wake_boot <> :boot);

-- name: unblock_job
UPDATE jobs SET blocked = :blocked, wake_mono = NULL, wake_boot = NULL, updated_at = :now, version = version + 1
WHERE id = :id AND status = 'queued' RETURNING *;

-- name: claim_job
-- The claim: one guarded update. The inner select reads the head of the partial index.
UPDATE jobs SET status = 'running', fence = fence + 1, attempts = attempts + 1, worker_id = :worker,
  claimed_lane = :claimed_lane, lent = :lent, lease_mono = :lease, lease_boot = :boot, error = NULL,
  started_at = coalesce(started_at, :now), updated_at = :now, version = version + 1
WHERE status = 'queued' AND blocked = '' AND id = (
  SELECT id FROM jobs WHERE status = 'queued' AND blocked = '' AND lane = :lane
    AND priority >= :least AND priority < :below
  ORDER BY priority DESC, position, id LIMIT 1)
RETURNING *;

-- name: insert_attempt
INSERT INTO attempts(job_id, number, fence, pid, cursor_from, started_at)
VALUES (:job_id, :number, :fence, :pid, :cursor, :now);

-- name: end_attempt
UPDATE attempts SET outcome = :outcome, error = :error, cursor_to = :cursor, finished_at = :now
WHERE job_id = :job_id AND fence = :fence AND outcome = 'running';

-- name: attempts_of_task
SELECT a.* FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE j.task_id = :task_id
ORDER BY a.job_id, a.number;

-- name: task_claimed
UPDATE tasks SET status = 'running', started_at = coalesce(started_at, :now), attempts = attempts + 1,
  stage = :stage, message = '', error = NULL, throttle = NULL, updated_at = :now, version = version + 1
WHERE id = :id RETURNING *;

-- name: touch_task
-- Why it waits has changed, which no column holds: a new version for what is told.
UPDATE tasks SET updated_at = :now, version = version + 1 WHERE id = :id RETURNING *;

-- name: renew_lease
-- A late renewal counts as long as nobody else claimed the job: the fence decides, not the time.
UPDATE jobs SET lease_mono = :lease, lease_boot = :boot
WHERE id = :id AND fence = :fence AND status = 'running'
RETURNING (SELECT control FROM tasks WHERE id = task_id) AS control;

-- name: checkpoint_job
-- Cursor and counters move together and only for the attempt that holds the claim; the answer
-- says what the person wants, so nobody polls a flag.
UPDATE jobs SET cursor = :cursor, done = :done, failed = :failed, skipped = :skipped, total = :total,
  tally = :tally, rate = :rate, rate_low = :rate_low, rate_high = :rate_high, stage = :stage,
  tries = CASE WHEN :cursor IS :old THEN tries ELSE 0 END,
  lease_mono = :lease, lease_boot = :boot, updated_at = :now, version = version + 1
WHERE id = :id AND fence = :fence AND status = 'running' AND cursor IS :old
RETURNING lent, (SELECT control FROM tasks WHERE id = task_id) AS control,
  (SELECT knobs FROM tasks WHERE id = task_id) AS knobs;

-- name: look
-- What a long computation looks at between checkpoints; a read.
SELECT j.status, j.fence, t.control, t.knobs FROM jobs j JOIN tasks t ON t.id = j.task_id
WHERE j.id = :id;

-- name: reconcile_job
-- The target's checkpoint row is the truth: our copy follows it before anything is read.
UPDATE jobs SET cursor = :cursor, done = :done, failed = :failed, skipped = :skipped, tally = :tally,
  tries = CASE WHEN :cursor IS cursor THEN tries ELSE 0 END, updated_at = :now, version = version + 1
WHERE id = :id AND fence = :fence AND status = 'running' RETURNING *;

-- name: settle_job
-- Ends an attempt; refused (no row) when the claim is lost, the job already ended, or it or its task
-- is no longer what the end was decided from.
UPDATE jobs SET status = :status, blocked = :blocked, worker_id = NULL, lease_mono = NULL, lease_boot = NULL,
  lent = 0, wake_mono = :wake_mono, wake_boot = :wake_boot, tries = :tries, deaths = :deaths,
  death_cursor = :death_cursor, fence = :fence, error = :error, rate = NULL, rate_low = NULL, rate_high = NULL,
  finished_at = :finished_at, updated_at = :updated_at, version = version + 1
WHERE id = :id AND fence = :held AND status = 'running' AND version = :version
  AND (SELECT t.version FROM tasks t WHERE t.id = jobs.task_id) = :task_version;

-- name: roll_up
-- A task's counters are the sums over the jobs of its current run. The total is known in the last
-- step (what later steps find would set the progress back), when every job's is; one that completed
-- without telling any had no more than it saw.
UPDATE tasks SET done = s.done, failed = s.failed, skipped = s.skipped, total = s.total,
  rate = s.rate, rate_low = s.rate_low, rate_high = s.rate_high, stage = coalesce(:stage, stage),
  message = coalesce(:message, message), told_mono = :mono, updated_at = :now, version = version + 1,
  stage_progress = coalesce((SELECT json_extract(j.cursor, '$.stages') FROM jobs j
    WHERE j.task_id = :id AND j.run = tasks.run AND j.cursor LIKE '{"stages":[%' ORDER BY j.id DESC LIMIT 1), '[]'),
  figures = (SELECT json_group_object(name, n) FROM (
    SELECT f.key AS name, sum(f.value) AS n FROM jobs j, json_each(j.tally) f
    WHERE j.task_id = :id AND j.run = tasks.run AND j.tally <> '{}' GROUP BY f.key))
FROM (SELECT sum(j.done) AS done, sum(j.failed) AS failed, sum(j.skipped) AS skipped,
        CASE WHEN max(t.step_index + 1 >= json_array_length(t.steps)) AND count(j.total) > 0
            AND sum(j.total IS NULL AND j.status <> 'completed') = 0
          THEN sum(coalesce(j.total, j.done + j.failed + j.skipped)) END AS total,
        sum(j.rate) AS rate, sum(j.rate_low) AS rate_low, sum(j.rate_high) AS rate_high
      FROM jobs j JOIN tasks t ON t.id = j.task_id AND t.run = j.run WHERE j.task_id = :id) AS s
WHERE tasks.id = :id RETURNING *;

-- name: told_mono
SELECT told_mono FROM tasks WHERE id = :id;

-- name: set_task_status
-- For unfinished tasks only: nothing here brings a finished one back.
UPDATE tasks SET status = :status, step_index = :step_index, stage = coalesce(:stage, stage),
  message = coalesce(:message, message), updated_at = :now, version = version + 1
WHERE id = :id AND status NOT IN ('completed','failed','cancelled') RETURNING *;

-- name: last_counters
-- What comes with a task's end: the sums over the jobs of its run (the total as in roll_up), and as
-- figures what they tallied and the plain values of a result that is a JSON object.
-- `fresh` are the records that no earlier end of the same run has counted.
SELECT sum(j.done) AS done, sum(j.failed) AS failed, sum(j.skipped) AS skipped,
  max(0, sum(j.done) - (SELECT counted FROM tasks WHERE id = :id)) AS fresh,
  CASE WHEN :is_last_step AND count(j.total) > 0 AND sum(j.total IS NULL AND j.status <> 'completed') = 0
    THEN sum(coalesce(j.total, j.done + j.failed + j.skipped)) END AS total,
  CASE WHEN :result_type IS NOT 'application/json' AND sum(j.tally <> '{}') = 0 THEN '{}'
    ELSE (SELECT json_group_object(name, value) FROM (
      SELECT name, value, min(place) FROM (
        SELECT 1 AS place, f.key AS name, f.value FROM
          json_each(CASE WHEN :result_type = 'application/json' AND json_valid(CAST(:result AS TEXT))
            THEN CAST(:result AS TEXT) ELSE '{}' END) f
        WHERE typeof(f.key) = 'text' AND f.type IN ('integer','real','text')
          AND length(f.key) <= 60 AND length(f.value) <= 100
        UNION ALL
        SELECT 2, f.key, sum(f.value) FROM jobs t, json_each(t.tally) f
        WHERE t.task_id = :id AND t.run = :run AND t.tally <> '{}' GROUP BY f.key)
      GROUP BY name LIMIT 40)) END AS figures,
  coalesce((SELECT json_extract(c.cursor, '$.stages') FROM jobs c WHERE c.task_id = :id AND c.run = :run
    AND c.cursor LIKE '{"stages":[%' ORDER BY c.id DESC LIMIT 1), '[]') AS stage_progress
FROM jobs j WHERE j.task_id = :id AND j.run = :run;

-- name: finish_task
UPDATE tasks SET status = :status, error = :error, message = :message, hold = 0,
  result = coalesce(:result, result), result_type = :result_type,
  done = :done, failed = :failed, skipped = :skipped, total = :total, counted = :done,
  figures = :figures, stage_progress = :stage_progress,
  rate = NULL, rate_low = NULL, rate_high = NULL, finished_at = :finished_at,
  updated_at = :updated_at, version = version + 1
WHERE id = :id AND status NOT IN ('completed','failed','cancelled');

-- name: result
SELECT result, result_type FROM tasks WHERE id = :id;

-- name: count_day
INSERT INTO daily_stats(day, type, completed, failed, cancelled, records, seconds)
VALUES (:day, :type, :completed, :failed, :cancelled, :records, :seconds)
ON CONFLICT (day, type) DO UPDATE SET completed = completed + excluded.completed,
  failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled,
  records = records + excluded.records, seconds = seconds + excluded.seconds;

-- name: set_control
UPDATE tasks SET control = :control, updated_at = :now, version = version + 1
WHERE id = :id AND status NOT IN ('completed','failed','cancelled') RETURNING *;

-- name: stop_waiting_jobs
-- Jobs that no worker holds follow the person at once.
UPDATE jobs SET status = :status, blocked = '', wake_mono = NULL, wake_boot = NULL,
  finished_at = CASE WHEN :status = 'cancelled' THEN :now END, updated_at = :now, version = version + 1
WHERE task_id = :id AND run = :run AND status IN ('queued','paused') AND status <> :status RETURNING *;

-- name: resume_paused_jobs
UPDATE jobs SET status = 'queued', blocked = :blocked, updated_at = :now, version = version + 1
WHERE task_id = :id AND run = :run AND status = 'paused' RETURNING *;

-- name: hold_task
UPDATE tasks SET hold = 1, approved = NULL, updated_at = :now, version = version + 1 WHERE id = :id RETURNING *;

-- name: hold_jobs
UPDATE jobs SET blocked = 'held', updated_at = :now, version = version + 1
WHERE task_id = :id AND run = :run AND status = 'queued' RETURNING *;

-- name: free_jobs
-- Whatever they waited for, they may now be claimed.
UPDATE jobs SET blocked = '', not_before = NULL, wake_mono = NULL, wake_boot = NULL, updated_at = :now,
  version = version + 1
WHERE task_id = :id AND run = :run AND status = 'queued' AND blocked <> '' RETURNING *;

-- name: start_task
-- A person started it: it waits for no start, no time and no other task any more. Who starts what was
-- held has approved it.
UPDATE tasks SET approved = CASE WHEN hold THEN :approved ELSE approved END, hold = 0, not_before = NULL, updated_at = :now, version = version + 1
WHERE id = :id RETURNING *;

-- name: forget_dependencies
DELETE FROM dependencies WHERE task_id = :id;

-- name: retry_task
UPDATE tasks SET status = 'queued', control = 'run', error = NULL, result = NULL, result_type = NULL,
  run = :run, step_index = :step_index, stage = '', message = '', hold = 0, started_at = NULL,
  finished_at = NULL, figures = '{}', counted = CASE WHEN run = :run THEN counted ELSE 0 END,
  updated_at = :now, version = version + 1
WHERE id = :id AND status IN ('completed','failed','cancelled') RETURNING *;

-- name: retry_jobs
-- A retry from the failed step: those that did not complete go on at their cursors.
UPDATE jobs SET status = 'queued', blocked = '', tries = 0, deaths = 0, death_cursor = NULL, error = NULL,
  finished_at = NULL, updated_at = :now, version = version + 1
WHERE task_id = :id AND run = :run AND step = :step AND status IN ('failed','cancelled') RETURNING *;

-- name: failed_items
-- The failed items of the latest run that had any, with the step they belong to.
SELECT i.key, i.attempts, j.step FROM items i JOIN jobs j ON j.id = i.job_id
WHERE i.task_id = :task_id AND i.status = 'failed'
  AND j.run = (SELECT max(j2.run) FROM items i2 JOIN jobs j2 ON j2.id = i2.job_id
               WHERE i2.task_id = :task_id AND i2.status = 'failed')
ORDER BY j.step, i.id;

-- name: first_in_line
SELECT priority, position FROM jobs WHERE status IN ('queued','paused') AND lane = :lane
  AND priority >= :least AND priority < :below AND task_id <> :id
ORDER BY priority DESC, position, id LIMIT 1;

-- name: last_in_line
SELECT priority, position FROM jobs WHERE status IN ('queued','paused') AND lane = :lane
  AND priority >= :least AND priority < :below AND task_id <> :id
ORDER BY priority, position DESC, id DESC LIMIT 1;

-- name: place_before
SELECT max(position) AS position FROM tasks
WHERE priority = :priority AND position < :position AND id <> :id AND status IN ('queued','paused');

-- name: place_after
SELECT min(position) AS position FROM tasks
WHERE priority = :priority AND position > :position AND id <> :id AND status IN ('queued','paused');

-- name: last_place
SELECT max(position) FROM tasks WHERE priority = :priority AND id <> :id AND status IN ('queued','paused');

-- name: shift_places
-- Makes room beside a place: everybody beyond it moves away by :by.
UPDATE tasks SET position = position + :by, updated_at = :now, version = version + 1
WHERE priority = :priority AND id <> :id AND status IN ('queued','paused')
  AND CASE WHEN :by > 0 THEN position > :position ELSE position < :position END RETURNING *;

-- name: follow_places
UPDATE jobs SET position = (SELECT position FROM tasks t WHERE t.id = jobs.task_id),
  updated_at = :now, version = version + 1
WHERE task_id IN (SELECT value FROM json_each(:ids)) AND status IN ('queued','paused') RETURNING *;

-- name: place_task
UPDATE tasks SET priority = :priority, position = :position, updated_at = :now, version = version + 1
WHERE id = :id RETURNING *;

-- name: place_jobs
UPDATE jobs SET priority = priority + :shift, position = :position, updated_at = :now, version = version + 1
WHERE task_id = :id AND status IN ('queued','paused') RETURNING *;

-- name: patch_task
UPDATE tasks SET title = :title, note = :note, knobs = :knobs, steered = :steered, updated_at = :now, version = version + 1
WHERE id = :id RETURNING *;

-- name: delete_task
DELETE FROM tasks WHERE id = :id AND status IN ('completed','failed','cancelled') RETURNING *;

-- name: insert_worker
INSERT INTO workers(pid, started, boot, started_at) VALUES (:pid, :started, :boot, :now) RETURNING id;

-- name: workers
SELECT * FROM workers ORDER BY id;

-- name: delete_worker
DELETE FROM workers WHERE id = :id;

-- name: running_jobs
SELECT * FROM jobs WHERE status = 'running' ORDER BY id;

-- name: cancelling_jobs
-- Running jobs that a person wants cancelled.
SELECT j.* FROM jobs j JOIN tasks t ON t.id = j.task_id
WHERE j.status = 'running' AND t.control = 'cancel';

-- name: running_jobs_of_worker
SELECT * FROM jobs WHERE status = 'running' AND worker_id = :worker;

-- name: insert_log
INSERT INTO logs(task_id, job_id, attempt, at, level, stage, message)
VALUES (:task_id, :job_id, :attempt, :at, :level, :stage, :message) RETURNING id;

-- name: logs_of_task
SELECT * FROM logs WHERE task_id = :task_id AND id > :after
  AND level IN (SELECT value FROM json_each(:levels))
  AND (:like = '' OR message LIKE :like ESCAPE '\') ORDER BY id LIMIT :limit;

-- name: logs_of_task_before
-- The same from its end backwards.
SELECT * FROM logs WHERE task_id = :task_id AND id < :before
  AND level IN (SELECT value FROM json_each(:levels))
  AND (:like = '' OR message LIKE :like ESCAPE '\') ORDER BY id DESC LIMIT :limit;

-- name: put_item
-- One unit of a job's work as it now is; written again when it changes.
INSERT INTO items(job_id, task_id, key, status, attempts, message, trace, data, updated_at)
VALUES (:job_id, :task_id, :key, :status, 1, :message, :trace, :data, :now)
ON CONFLICT (job_id, key) DO UPDATE SET status = excluded.status, attempts = attempts + 1,
  message = excluded.message, trace = excluded.trace, data = coalesce(excluded.data, data),
  updated_at = excluded.updated_at RETURNING *;

-- name: put_items
-- Several units at once: JSON of [[key, status, message, trace], …].
INSERT INTO items(job_id, task_id, key, status, attempts, message, trace, updated_at)
SELECT :job_id, :task_id, value ->> 0, value ->> 1, 1, value ->> 2, value ->> 3, :now
FROM json_each(:items) WHERE true
ON CONFLICT (job_id, key) DO UPDATE SET status = excluded.status, attempts = attempts + 1,
  message = excluded.message, trace = excluded.trace,
  updated_at = excluded.updated_at RETURNING *;

-- name: add_item_tries
UPDATE items SET attempts = attempts + :more WHERE job_id = :job_id AND key = :key RETURNING *;

-- name: open_items
SELECT * FROM items WHERE job_id = :job_id AND status IN ('queued','running') ORDER BY id LIMIT :limit;

-- name: item_keys
SELECT key FROM items WHERE job_id = :job_id ORDER BY id;

-- name: failed_item_keys
SELECT key FROM items WHERE job_id = :job_id AND status = 'failed' ORDER BY id;

-- name: items_of_task
SELECT * FROM items WHERE task_id = :task_id AND id > :after
  AND (:status = '' OR status = :status) ORDER BY id LIMIT :limit;

-- name: items_of_run
SELECT i.* FROM items i JOIN jobs j ON j.id = i.job_id
WHERE i.task_id = :task_id AND j.run = :run AND i.id > :after ORDER BY i.id LIMIT :limit;

-- name: settings
SELECT key, value FROM settings;

-- name: put_setting
INSERT INTO settings(key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: settings_changed
UPDATE queue_state SET settings_version = settings_version + 1 WHERE id = 1;

-- name: pause_queue
UPDATE queue_state SET is_paused = :is_paused WHERE id = 1;

-- name: put_activity
UPDATE queue_state SET activity = :activity, activity_mono = :until, activity_boot = :boot WHERE id = 1;

-- name: task_counts
SELECT status, n FROM task_counts;

-- name: open_totals
-- What is still to do, over all unfinished tasks (for the queue's estimate).
SELECT sum(CASE WHEN total IS NOT NULL THEN max(0, total - done - failed - skipped) END) AS to_go,
  sum(total IS NULL) AS unknown, sum(rate_low) AS rate_low, sum(rate_high) AS rate_high
FROM tasks WHERE status IN ('queued','running') AND hold = 0;

-- name: waiting_jobs_of_tasks
-- The jobs that say why these tasks wait.
SELECT * FROM jobs WHERE status = 'queued' AND task_id IN (SELECT value FROM json_each(:ids))
ORDER BY blocked = '', id;

-- name: idempotent_answer
SELECT * FROM idempotency WHERE key = :key;

-- name: keep_answer
INSERT INTO idempotency(key, request, status, headers, body, at)
VALUES (:key, :request, :status, :headers, :body, :at);

-- name: forget_answers
DELETE FROM idempotency WHERE at < :before;

-- name: insert_schedule
INSERT INTO schedules(name, cron, type, params, priority, enabled, next_at, created_at)
VALUES (:name, :cron, :type, :params, :priority, :enabled, :next_at, :now) RETURNING *;

-- name: schedules
SELECT * FROM schedules ORDER BY id;

-- name: schedule
SELECT * FROM schedules WHERE id = :id;

-- name: update_schedule
UPDATE schedules SET name = :name, cron = :cron, params = :params, priority = :priority,
  enabled = :enabled, next_at = :next_at, problem = '' WHERE id = :id RETURNING *;

-- name: schedule_ran
-- Compare-and-set on next_at: of two schedulers only one starts the task.
UPDATE schedules SET next_at = :next_at, last_at = :now, last_task_id = :task_id, problem = :problem
WHERE id = :id AND next_at IS :expected RETURNING *;

-- name: due_schedules
SELECT * FROM schedules WHERE enabled = 1 AND next_at <= :now ORDER BY next_at;

-- name: next_schedule
SELECT min(next_at) FROM schedules WHERE enabled = 1;

-- name: delete_schedule
DELETE FROM schedules WHERE id = :id RETURNING id;

-- name: stats_by_day
SELECT day, type, completed, failed, cancelled, records, seconds FROM daily_stats
WHERE day >= :since ORDER BY day, type;

-- name: stats_by_type
SELECT type, sum(completed) AS completed, sum(failed) AS failed, sum(cancelled) AS cancelled,
  sum(records) AS records, sum(seconds) AS seconds FROM daily_stats
WHERE day >= :since GROUP BY type ORDER BY type;

-- name: prune_tasks
-- A bounded number at a time, so that nobody waits behind the broom. What another task still waits
-- for is kept, since that one says so.
DELETE FROM tasks WHERE id IN (
  SELECT id FROM tasks WHERE status IN ('completed','failed','cancelled') AND user_relevant IN (0, 1)
    AND finished_at < :before AND NOT EXISTS (
      SELECT 1 FROM dependencies d JOIN jobs j ON j.task_id = d.task_id
      WHERE d.after_id = tasks.id AND j.status IN ('queued','paused'))
  LIMIT :limit);

-- name: prune_events
DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id <= :upto ORDER BY id LIMIT :limit);


-- name: head_of_line
-- The most urgent job that may be claimed: the head of each stored lane, each by one seek.
SELECT lane, priority, position, id FROM (
  SELECT * FROM (SELECT lane, priority, position, id FROM jobs
    WHERE status = 'queued' AND blocked = '' AND lane = '' ORDER BY priority DESC, position, id LIMIT 1)
  UNION ALL
  SELECT * FROM (SELECT lane, priority, position, id FROM jobs
    WHERE status = 'queued' AND blocked = '' AND lane = 'recordings' ORDER BY priority DESC, position, id LIMIT 1)
  UNION ALL
  SELECT * FROM (SELECT lane, priority, position, id FROM jobs
    WHERE status = 'queued' AND blocked = '' AND lane = 'direct' ORDER BY priority DESC, position, id LIMIT 1)
) ORDER BY priority DESC, position, id LIMIT 1;

-- name: jobs_ahead
-- How many claimable jobs of its lane come before each of these, counted up to :most.
SELECT j.id,
  (SELECT count(*) FROM (SELECT 1 FROM jobs a WHERE a.status = 'queued' AND a.blocked = ''
     AND a.lane = j.lane AND a.priority > j.priority LIMIT :most)) AS higher,
  (SELECT count(*) FROM (SELECT 1 FROM jobs a WHERE a.status = 'queued' AND a.blocked = ''
     AND a.lane = j.lane AND a.priority = j.priority AND (a.position, a.id) < (j.position, j.id)
     LIMIT :most)) AS earlier
FROM jobs j WHERE j.id IN (SELECT value FROM json_each(:ids));

-- name: unmet_of_tasks
-- What these tasks wait for and is not completed.
SELECT d.task_id, t.id, t.status FROM dependencies d JOIN tasks t ON t.id = d.after_id
WHERE d.task_id IN (SELECT value FROM json_each(:ids)) AND t.status <> 'completed'
ORDER BY d.task_id, t.id;

-- name: delete_setting
DELETE FROM settings WHERE key = :key;

-- name: attempts_of_jobs
SELECT * FROM attempts WHERE job_id IN (SELECT value FROM json_each(:ids)) ORDER BY job_id, number;

-- name: forget_answer
DELETE FROM idempotency WHERE key = :key;

-- name: ids_of_status
-- Some of the tasks of a status, by number, however relevant.
SELECT id FROM (
  SELECT * FROM (SELECT id FROM tasks WHERE status = :status AND user_relevant = 1 AND id > :after
    ORDER BY id LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT id FROM tasks WHERE status = :status AND user_relevant = 0 AND id > :after
    ORDER BY id LIMIT :limit)
) ORDER BY id LIMIT :limit;

-- name: jobs_not_needed
-- Which of these jobs nobody will go on with: completed, or removed.
SELECT value AS id FROM json_each(:ids)
WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE id = value AND status <> 'completed');
