-- How many of a task's records the statistics have counted: a retry goes on from there.
ALTER TABLE tasks ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET counted = done WHERE finished_at IS NOT NULL;
