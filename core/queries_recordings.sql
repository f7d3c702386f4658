-- The statements of recordings, as queries.sql has those of the queue.

-- name: recordings_known
-- What a scan compares the disk with.
SELECT id, folder, path, size, mtime_ns, device, inode, digest, missing_at, transcribed_at, task_id
FROM recordings;

-- name: next_recording
-- The number that a new recording gets; nothing when another scan was first.
SELECT 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'recordings'), 0) AS id
WHERE NOT EXISTS (SELECT 1 FROM recordings WHERE folder = :folder AND path = :path);

-- name: insert_recording
INSERT INTO recordings(id, folder, path, original_name, kind, recorded_at, size, mtime_ns, device,
  inode, digest, task_id, created_at, updated_at)
VALUES (:id, :folder, :path, :original_name, :kind, :recorded_at, :size, :mtime_ns, :device,
  :inode, :digest, :task_id, :now, :now);

-- name: recording_queued
UPDATE recordings SET task_id = :task_id, error = NULL, updated_at = :now WHERE id = :id;

-- name: recording_waits
-- Whether its newest task has still to begin, or will begin anew.
SELECT 1 FROM recordings r JOIN tasks t ON t.id = r.task_id
WHERE r.id = :id AND t.status IN ('queued','paused');

-- name: recording_moved
-- The same file under another name; nothing when another scan was first.
UPDATE recordings SET folder = :folder, path = :path, size = :size, mtime_ns = :mtime_ns,
  device = :device, inode = :inode, missing_at = NULL, updated_at = :now
WHERE id = :id AND folder = :old_folder AND path = :old_path
  AND NOT EXISTS (SELECT 1 FROM recordings WHERE folder = :folder AND path = :path AND id <> :id)
RETURNING id;

-- name: recording_changed
-- The file under this name is another one by now, or was written on: what was heard holds no more.
UPDATE recordings SET size = :size, mtime_ns = :mtime_ns, device = :device, inode = :inode,
  digest = NULL, missing_at = NULL, transcribed_at = NULL, updated_at = :now
WHERE id = :id AND (size <> :size OR mtime_ns <> :mtime_ns OR missing_at IS NOT NULL) RETURNING id;

-- name: recording_touched
-- The same content with another time, or on another disk.
UPDATE recordings SET mtime_ns = :mtime_ns, device = :device, inode = :inode, missing_at = NULL,
  updated_at = :now WHERE id = :id;

-- name: recording_missing
UPDATE recordings SET missing_at = :now, updated_at = :now WHERE id = :id AND missing_at IS NULL
RETURNING id;

-- name: recording_digest
UPDATE recordings SET digest = :digest WHERE id = :id;

-- name: recording
SELECT * FROM recordings WHERE id = :id;

-- name: recordings_of_size
SELECT * FROM recordings WHERE size = :size ORDER BY id;

-- name: delete_recording
DELETE FROM recordings WHERE id = :id;

-- name: recording_heard
-- The transcription, in the transaction that completes its job.
UPDATE recordings SET transcribed_at = :now, text = :text, original_text = :original_text,
  edited_at = :edited_at, take = :take, duration = :duration, language = :language,
  confidence = :confidence, engine = :engine, model = :model, error = NULL, updated_at = :now
WHERE id = :id;

-- name: recording_edited
UPDATE recordings SET text = :text, original_text = :original, edited_at = :edited_at,
  updated_at = :now
WHERE id = :id AND transcribed_at IS NOT NULL RETURNING *;

-- name: put_segment
INSERT INTO recording_segments(recording_id, take, number, start, stop, text, confidence, words)
VALUES (:recording_id, :take, :number, :start, :stop, :text, :confidence, :words)
ON CONFLICT (recording_id, take, number) DO UPDATE SET start = excluded.start, stop = excluded.stop,
  text = excluded.text, confidence = excluded.confidence, words = excluded.words;

-- name: segments
SELECT * FROM recording_segments WHERE recording_id = :id AND take = :take ORDER BY number;

-- name: delete_segments
DELETE FROM recording_segments WHERE recording_id = :id AND take = :take;

-- name: delete_other_segments
DELETE FROM recording_segments WHERE recording_id = :id AND take <> :take;

-- name: recordings_page
-- Newest first; the filters of a list are added by core.desk.recordings.
SELECT r.*, t.status AS task_status, t.control AS task_control, t.done AS task_done,
  t.total AS task_total FROM recordings r LEFT JOIN tasks t ON t.id = r.task_id;

-- name: recordings_counts
SELECT status, count(*) AS n FROM recordings GROUP BY status;

-- name: recordings_tasks
-- The small line about the queue: tasks that transcribe, by status, and how far those are that run.
SELECT status, count(*) AS n, sum(done) AS done, sum(total) AS total FROM tasks
WHERE type IN ('transcribe-orphan','transcribe-imported') AND related_type = 'recording'
  AND status IN ('queued','running','paused','failed') GROUP BY status;
