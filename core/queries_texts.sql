-- Documents: sources, their pages, and the words in them.

-- name: insert_source
INSERT INTO sources(kind, title, path, is_copy, size, modified_ns, digest, created_at, updated_at)
VALUES (:kind, :title, :path, :is_copy, :size, :modified_ns, :digest, :now, :now) RETURNING *;

-- name: source
SELECT * FROM sources WHERE id = :id;

-- name: source_of_content
SELECT * FROM sources WHERE digest = :digest AND kind = :kind;

-- name: source_of_path
SELECT * FROM sources WHERE path = :path AND kind = :kind ORDER BY id DESC LIMIT 1;

-- name: renew_source
-- Other content at the same place, or the same content elsewhere.
UPDATE sources SET title = :title, path = :path, is_copy = :is_copy, size = :size,
  modified_ns = :modified_ns, digest = :digest, updated_at = :now WHERE id = :id RETURNING *;

-- name: forget_outline
UPDATE sources SET page_count = NULL, problem = NULL WHERE id = :id;

-- name: give_source_to_task
UPDATE sources SET task_id = :task_id, problem = NULL, updated_at = :now WHERE id = :id;

-- name: give_task_its_source
UPDATE tasks SET source_id = :source_id, page_id = :page_id,
  related_type = coalesce(related_type, :related_type), related_id = coalesce(related_id, :related_id),
  version = version + 1
WHERE id = :id;

-- name: source_is_worked_on
-- The task that reads this source now, other than :task_id.
SELECT t.id FROM sources s JOIN tasks t ON t.id = s.task_id
WHERE s.id = :id AND t.id <> :task_id AND t.status IN ('queued','running','paused');

-- name: outline_source
UPDATE sources SET page_count = :pages, problem = NULL, updated_at = :now
WHERE id = :id AND digest = :digest;

-- name: fail_source
UPDATE sources SET problem = :problem, updated_at = :now WHERE id = :id AND digest = :digest;

-- name: clear_problem
UPDATE sources SET problem = NULL WHERE id = :id;

-- name: delete_source
DELETE FROM sources WHERE id = :id RETURNING path, is_copy;

-- name: delete_some_pages
-- A part of a large document: no transaction is long.
DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE source_id = :id LIMIT :most);

-- name: any_page
SELECT id FROM pages WHERE source_id = :id LIMIT 1;

-- name: insert_page
INSERT INTO pages(source_id, number, label, updated_at) VALUES (:source_id, :number, :label, :now)
ON CONFLICT (source_id, number) DO NOTHING;

-- name: pages_to_do
-- What no task has read yet; when there is none of it, what failed.
SELECT number, id FROM pages WHERE source_id = :id AND status = :status AND number > :after
ORDER BY number LIMIT :limit;

-- name: pages_of_numbers
SELECT number, id FROM pages WHERE source_id = :id
  AND number IN (SELECT value FROM json_each(:numbers)) ORDER BY number;

-- name: write_page
-- Guarded: a page that was deleted meanwhile, or whose document was replaced, stays as it is.
UPDATE pages SET status = :status, text = :text, characters = :characters, problem = :problem,
  label = CASE WHEN :label <> '' AND label = '' THEN :label ELSE label END, updated_at = :now
WHERE id = :id AND EXISTS (SELECT 1 FROM sources s WHERE s.id = source_id AND s.digest = :digest);

-- name: page
SELECT p.*, s.title, s.kind,
  (SELECT max(number) FROM pages b WHERE b.source_id = p.source_id AND b.number < p.number) AS before,
  (SELECT min(number) FROM pages a WHERE a.source_id = p.source_id AND a.number > p.number) AS behind
FROM pages p JOIN sources s ON s.id = p.source_id WHERE p.id = :id;

-- name: page_at
SELECT id FROM pages WHERE source_id = :id AND number = :number;

-- name: delete_page
DELETE FROM pages WHERE id = :id RETURNING source_id;

-- name: list_pages
SELECT id, source_id, number, label, status, characters, problem, updated_at FROM pages
WHERE source_id = :id AND number > :after AND (:status = '' OR status = :status)
ORDER BY number LIMIT :limit;

-- name: list_sources
-- With what its task says and how many pages there are of each status; newest first.
SELECT s.*, t.status AS task_status, t.error AS task_error,
  (SELECT count(*) FROM pages p WHERE p.source_id = s.id) AS pages,
  (SELECT count(*) FROM pages p WHERE p.source_id = s.id AND p.status = 'completed') AS completed,
  (SELECT count(*) FROM pages p WHERE p.source_id = s.id AND p.status = 'failed') AS failed
FROM sources s LEFT JOIN tasks t ON t.id = s.task_id
WHERE (:ids IS NULL AND s.id < :before OR s.id IN (SELECT value FROM json_each(:ids)))
ORDER BY s.id DESC LIMIT :limit;

-- name: find_sources
-- Sources that have the words in their text or their title: by their best page, the better first.
WITH found AS MATERIALIZED (
  SELECT rowid AS page_id, bm25(page_words) AS score FROM page_words WHERE page_words MATCH :match),
best AS (
  SELECT p.source_id, min(f.score) AS score, count(*) AS matches FROM found f
  JOIN pages p ON p.id = f.page_id GROUP BY p.source_id
  UNION ALL
  SELECT id, -1000.0, 0 FROM sources WHERE title LIKE :like ESCAPE '\')
SELECT source_id AS id, min(score) AS score, sum(matches) AS matches FROM best
GROUP BY source_id ORDER BY score, source_id DESC LIMIT :limit OFFSET :skip;

-- name: find_pages
-- The best :each pages of each of these sources, the better first.
WITH found AS MATERIALIZED (
  SELECT rowid AS page_id, bm25(page_words) AS score FROM page_words WHERE page_words MATCH :match),
placed AS (
  SELECT p.id, f.score, row_number() OVER (PARTITION BY p.source_id ORDER BY f.score, p.number) AS place
  FROM found f JOIN pages p ON p.id = f.page_id
  WHERE p.source_id IN (SELECT value FROM json_each(:ids)))
SELECT p.id, p.source_id, p.number, p.label, p.status, p.characters, p.problem, p.updated_at
FROM placed JOIN pages p ON p.id = placed.id
WHERE placed.place > :skip AND placed.place <= :skip + :each
ORDER BY p.source_id, placed.place;

-- name: snippets
-- The place in each of these pages that has most of the words, between marks of ours.
SELECT rowid AS id, snippet(page_words, 0, :open, :close, '…', 24) AS snippet FROM page_words
WHERE page_words MATCH :match AND rowid IN (SELECT value FROM json_each(:ids));

-- name: figures_of_source
SELECT coalesce(sum(characters), 0) AS characters FROM pages WHERE source_id = :id;

-- name: problems_of_source
-- The different reasons why pages cannot be read.
SELECT DISTINCT problem ->> '$.message' AS message, problem ->> '$.hint' AS hint,
  problem ->> '$.code' AS code FROM pages WHERE source_id = :id AND status = 'failed' LIMIT 2;

-- name: last_source
SELECT seq FROM sqlite_sequence WHERE name = 'sources';

-- name: open_tasks_of_source
SELECT id FROM tasks WHERE source_id = :id AND status IN ('queued','running','paused');

-- name: waiting_pages
-- Some of the pages whose words are not in the index yet, the lower numbers first: the index cuts a
-- piece off wherever the numbers fall.
SELECT w.page_id AS id, p.characters FROM waiting_pages w JOIN pages p ON p.id = w.page_id
ORDER BY w.page_id LIMIT :limit;

-- name: more_pages_wait
-- Whether more than so many do.
SELECT page_id FROM waiting_pages LIMIT 1 OFFSET :than;

-- name: index_pages
-- All those that wait up to a number; their marks are taken away by `pages_are_indexed`.
INSERT INTO page_words(rowid, text) SELECT p.id, p.text FROM waiting_pages w
JOIN pages p ON p.id = w.page_id WHERE w.page_id <= :last ORDER BY w.page_id;

-- name: pages_are_indexed
DELETE FROM waiting_pages WHERE page_id <= :last;

-- name: pieces_of_words
-- Of the index of the pages' words: each transaction that puts some in leaves one.
SELECT count(DISTINCT segid) FROM page_words_idx;

-- name: total_changes
-- Rows that this connection has changed, those of an index among them.
SELECT total_changes();

-- name: merge_words
-- 500 of its leaves at most (2 MB).
INSERT INTO page_words(page_words, rank) VALUES ('merge', 500);
