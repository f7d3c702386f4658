-- Statements on photo projects. A write that was decided outside of its transaction names the
-- version of the row it was decided on, and leaves out a row that has changed since.

-- name: insert_project
INSERT INTO projects(name, folder, mark, created_at, updated_at)
VALUES (:called, :folder, :mark, :now, :now) RETURNING *;

-- name: projects
-- Every project with its figures; counted from the indices.
SELECT p.*, c.photos, c.available, c.rejected, c.pending, c.failed,
  (SELECT count(*) FROM trash t WHERE t.project_id = p.id AND t.status = 'kept') AS in_trash
FROM projects p LEFT JOIN (
  SELECT project_id, count(*) AS photos, sum(available) AS available,
    sum(keep = 0 AND available) AS rejected,
    sum(available AND (thumbnail = 'pending' OR preview = 'pending')) AS pending,
    sum(available AND thumbnail = 'failed') AS failed
  FROM photos WHERE :id IS NULL OR project_id = :id GROUP BY project_id) c ON c.project_id = p.id
WHERE :id IS NULL OR p.id = :id ORDER BY p.name;

-- name: project_named
SELECT * FROM projects WHERE name = :called;

-- name: project
SELECT * FROM projects WHERE id = :id;

-- name: mark_project
UPDATE projects SET folder = :folder, mark = :mark, emptied = :emptied, updated_at = :now
WHERE id = :id RETURNING *;

-- name: delete_project
DELETE FROM projects WHERE id = :id;

-- name: photo
SELECT * FROM photos WHERE project_id = :project AND name = :called;

-- name: photos_named
SELECT * FROM photos WHERE project_id = :project AND name IN (SELECT value FROM json_each(:names))
ORDER BY id;

-- name: keep_photos
UPDATE photos SET keep = :keep, updated_at = :now, version = version + 1
WHERE project_id = :project AND keep <> :keep AND name IN (SELECT value FROM json_each(:names));

-- name: rejected_photos
-- What a commit would remove.
SELECT id, name, size, updated_at FROM photos WHERE project_id = :project AND keep = 0 AND available = 1 ORDER BY id;

-- name: trash_of_project
SELECT * FROM trash WHERE project_id = :project AND status = 'kept' AND id < :before
ORDER BY id DESC LIMIT :limit;

-- name: take_photo
-- A file that is there, and perhaps was there before: one that is new or another than it was has its
-- derivatives made again, and one that comes back is kept.
INSERT INTO photos(project_id, name, kind, size, mtime_ns, added_at, updated_at)
VALUES (:project, :called, :kind, :size, :mtime_ns, :now, :now)
ON CONFLICT (project_id, name) DO UPDATE SET
  thumbnail = CASE WHEN available = 1 AND size IS excluded.size AND mtime_ns IS excluded.mtime_ns
    THEN thumbnail ELSE 'pending' END,
  preview = CASE WHEN available = 1 AND size IS excluded.size AND mtime_ns IS excluded.mtime_ns
    THEN preview ELSE 'pending' END,
  sha256 = CASE WHEN size IS excluded.size AND mtime_ns IS excluded.mtime_ns THEN sha256 END,
  keep = CASE WHEN available = 1 THEN keep ELSE 1 END,
  size = excluded.size, mtime_ns = excluded.mtime_ns, available = 1, updated_at = excluded.updated_at,
  version = version + 1;

-- name: photo_removed
-- Its file lies in the trash, its derivatives are deleted.
UPDATE photos SET available = 0, thumbnail = 'missing', preview = 'missing', derived = '', problem = '',
  updated_at = :now, version = version + 1
WHERE project_id = :project AND name = :called RETURNING *;

-- name: insert_trash
-- A move into the trash that is about to be made.
INSERT INTO trash(project_id, name, trash_name, reason, status, size, job_id)
VALUES (:project, :called, :trash_name, :reason, 'moving', :size, :job_id) RETURNING *;

-- name: trash_name_taken
SELECT 1 FROM trash WHERE project_id = :project AND trash_name = :trash_name;

-- name: rename_trash
UPDATE trash SET trash_name = :trash_name WHERE id = :id RETURNING *;

-- name: settle_trash
-- The file lies in the trash from now on.
INSERT INTO trash(project_id, name, trash_name, reason, status, size, job_id, moved_at)
VALUES (:project, :called, :trash_name, :reason, 'kept', :size, :job_id, :now)
ON CONFLICT (project_id, trash_name) DO UPDATE SET status = 'kept', target = NULL,
  moved_at = coalesce(moved_at, excluded.moved_at);

-- name: delete_trash
DELETE FROM trash WHERE id = :id;

-- name: trash_entry
SELECT * FROM trash WHERE project_id = :project AND id = :id;

-- name: unsettled_trash
-- Moves that were written down and are not known to have ended.
SELECT * FROM trash WHERE project_id = :project AND status IN ('moving','restoring') ORDER BY id;

-- name: moved_by_job
-- Whether this job has moved a file of this name into the trash.
SELECT 1 FROM trash WHERE project_id = :project AND name = :called AND job_id = :job_id AND status = 'kept';

-- name: restoring_trash
UPDATE trash SET status = 'restoring', target = :target WHERE id = :id AND status IN ('kept','restoring')
RETURNING *;

-- name: unrestored_trash
-- Left as it is where another restore of the same file has brought it back meanwhile.
UPDATE trash SET status = 'kept', target = NULL WHERE id = :id AND status = 'restoring';

-- name: spare_trash
-- What is no photo was brought back by a person, and stays.
UPDATE trash SET status = 'spared', name = :called, target = NULL WHERE id = :id;

-- name: spared_names
SELECT name FROM trash WHERE project_id = :project AND status = 'spared';

-- name: expired_trash
SELECT * FROM trash WHERE project_id = :project AND status = 'kept' AND moved_at < :before
ORDER BY moved_at, id LIMIT :limit;

-- name: trash_names
SELECT trash_name FROM trash WHERE project_id = :project AND status <> 'spared';

-- name: open_task_of_project
SELECT id FROM tasks WHERE project = :project AND status IN ('queued','running','paused') LIMIT 1;

-- name: item_counts
SELECT status, count(*) AS n FROM items WHERE job_id = :job_id GROUP BY status;

-- name: begin_items
-- Being worked on. A crash leaves them so, and they are taken up again as if they were queued.
UPDATE items SET status = 'running', updated_at = :now
WHERE job_id = :job_id AND status = 'queued' AND key IN (SELECT value FROM json_each(:names));

-- name: reopen_items
UPDATE items SET status = 'queued' WHERE job_id = :job_id AND status = 'failed';

-- name: unmade_photos
-- Photos that are there and lack a derivative that was not found impossible.
SELECT id, name FROM photos WHERE project_id = :project AND id > :after AND available = 1
  AND (thumbnail = 'pending' OR preview = 'pending') ORDER BY id LIMIT :limit;

-- name: photo_derived
-- What became of a photo's derivatives; size and time are those of the content that was read.
UPDATE photos SET thumbnail = :state, preview = :state, derived = :derived, problem = :problem,
  size = :size, mtime_ns = :mtime_ns, sha256 = :sha256, format = :format, width = :width,
  height = :height, orientation = :orientation, make = :make, model = :model, taken_at = :taken_at,
  updated_at = :now, version = version + 1
WHERE id = :id AND available = 1;

-- name: photo_unchanged
-- Its derivatives are of the content that it has now, whatever its file's times say.
UPDATE photos SET thumbnail = 'ready', preview = 'ready', problem = '', size = :size, mtime_ns = :mtime_ns,
  sha256 = :sha256, updated_at = :now, version = version + 1
WHERE id = :id AND available = 1 AND derived = :derived AND (thumbnail <> 'ready' OR preview <> 'ready'
  OR size IS NOT :size OR mtime_ns IS NOT :mtime_ns OR sha256 IS NOT :sha256);

-- name: all_photos
SELECT * FROM photos WHERE project_id = :project AND id > :after ORDER BY id LIMIT :limit;

-- name: photo_names
SELECT name FROM photos WHERE project_id = :project;

-- name: gone_photos
SELECT * FROM photos WHERE project_id = :project AND id > :after AND available = 0
ORDER BY id LIMIT :limit;

-- name: count_available
SELECT count(*) FROM photos WHERE project_id = :project AND available = 1;

-- name: photo_gone
-- Its file was looked for and is not there; left out where the row was written since that look.
UPDATE photos SET available = 0, updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND available = 1;

-- name: photo_unmade
-- Its derivatives are not there (any more), or made by an older recipe.
UPDATE photos SET thumbnail = 'pending', preview = 'pending', updated_at = :now, version = version + 1
WHERE id = :id AND version = :version AND available = 1;

-- name: photo_hashed
UPDATE photos SET sha256 = :sha256, version = version + 1
WHERE id = :id AND size IS :size AND mtime_ns IS :mtime_ns;

-- name: delete_photo
DELETE FROM photos WHERE id = :id AND version = :version AND available = 0;

-- name: believed_empty
UPDATE projects SET emptied = 0 WHERE id = :id AND emptied = 1;

-- name: derived_photos
SELECT id, derived FROM photos WHERE derived <> '';

-- name: find_trash
-- A file that lies in the trash and nobody has written down: its age counts from now.
INSERT INTO trash(project_id, name, trash_name, reason, status, size, moved_at)
VALUES (:project, :called, :called, 'found', 'kept', :size, :now)
ON CONFLICT (project_id, trash_name) DO NOTHING;

-- name: unread_photos
-- Photos that are there and whose content nobody has read yet.
SELECT * FROM photos WHERE project_id = :project AND id > :after AND available = 1 AND sha256 IS NULL
ORDER BY id LIMIT :limit;

-- name: upkeep
SELECT * FROM upkeep WHERE type = 'maintenance';

-- name: plan_upkeep
INSERT INTO upkeep(type, cron, next_at) VALUES ('maintenance', :cron, :next_at)
ON CONFLICT (type) DO UPDATE SET cron = excluded.cron, next_at = excluded.next_at;

-- name: upkeep_ran
-- Compare-and-set on next_at: of two schedulers only one starts the tasks.
UPDATE upkeep SET next_at = :next_at, last_at = :now WHERE type = 'maintenance' AND next_at IS :expected;

-- name: open_task_of_type
SELECT id FROM tasks WHERE project = :project AND type = :type
  AND status IN ('queued','running','paused') LIMIT 1;
