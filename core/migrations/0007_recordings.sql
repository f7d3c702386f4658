-- Voice notes and other audio, what was heard in them, and a search over it.

CREATE TABLE recordings (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  folder         TEXT NOT NULL,              -- the notes folder, whole path
  path           TEXT NOT NULL,              -- from there, with "/"
  original_name  TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('note','import')),
  recorded_at    REAL NOT NULL,
  size           INTEGER NOT NULL,           -- these four tell cheaply whether it is the same file
  mtime_ns       INTEGER NOT NULL,
  device         INTEGER NOT NULL,
  inode          INTEGER NOT NULL,
  digest         TEXT,                       -- SHA-256 of its content, where it was ever read
  task_id        INTEGER,                    -- the newest task that transcribes it
  missing_at     REAL,
  error          TEXT,                       -- of that task, since it failed
  transcribed_at REAL,
  text           TEXT NOT NULL DEFAULT '',   -- a line for each segment
  original_text  TEXT,                       -- as it was heard, since a person edited it
  edited_at      REAL,
  take           INTEGER,                    -- the job whose segments are the transcription
  duration       REAL,                       -- seconds
  language       TEXT NOT NULL DEFAULT '',
  confidence     REAL,                       -- 0 to 1, where the engine says it
  engine         TEXT NOT NULL DEFAULT '',
  model          TEXT NOT NULL DEFAULT '',
  created_at     REAL NOT NULL,
  updated_at     REAL NOT NULL,
  status TEXT GENERATED ALWAYS AS (CASE
    WHEN missing_at IS NOT NULL THEN 'missing'
    WHEN transcribed_at IS NOT NULL THEN 'transcribed'
    WHEN error IS NOT NULL THEN 'failed'
    ELSE 'orphaned' END) STORED,
  UNIQUE (folder, path)                      -- two scans that race find one file once
) STRICT;
CREATE INDEX recordings_by_time ON recordings(recorded_at DESC, id DESC);
CREATE INDEX recordings_by_status ON recordings(status, recorded_at DESC, id DESC);
CREATE INDEX recordings_by_digest ON recordings(digest) WHERE digest IS NOT NULL;

-- What a job has heard so far: each segment is committed with the cursor behind it.
CREATE TABLE recording_segments (
  recording_id INTEGER NOT NULL REFERENCES recordings(id) ON DELETE CASCADE,
  take         INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  start        REAL NOT NULL,                -- seconds
  stop         REAL NOT NULL,
  text         TEXT NOT NULL,
  confidence   REAL,
  words        TEXT NOT NULL DEFAULT '[]',   -- [[text, start, stop, confidence], ...]
  PRIMARY KEY (recording_id, take, number)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE recordings_search USING fts5(
  text, original_name, content='recordings', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2");
-- A note without text has nothing that could be found: its name is its time.
CREATE TRIGGER recordings_search_insert AFTER INSERT ON recordings
WHEN NEW.text <> '' OR NEW.kind = 'import' BEGIN
  INSERT INTO recordings_search(rowid, text, original_name)
  VALUES (NEW.id, NEW.text, NEW.original_name);
END;
CREATE TRIGGER recordings_search_delete AFTER DELETE ON recordings
WHEN OLD.text <> '' OR OLD.kind = 'import' BEGIN
  INSERT INTO recordings_search(recordings_search, rowid, text, original_name)
  VALUES ('delete', OLD.id, OLD.text, OLD.original_name);
END;
CREATE TRIGGER recordings_search_update AFTER UPDATE OF text ON recordings BEGIN
  INSERT INTO recordings_search(recordings_search, rowid, text, original_name)
  SELECT 'delete', OLD.id, OLD.text, OLD.original_name WHERE OLD.text <> '' OR OLD.kind = 'import';
  INSERT INTO recordings_search(rowid, text, original_name)
  SELECT NEW.id, NEW.text, NEW.original_name WHERE NEW.text <> '' OR NEW.kind = 'import';
END;

-- A recording has failed exactly as long as its newest task has: one fact, told in one transaction.
CREATE TRIGGER recording_task_failed AFTER UPDATE OF status ON tasks
WHEN NEW.status <> OLD.status AND NEW.type IN ('transcribe-orphan','transcribe-imported')
  AND (NEW.status = 'failed' OR OLD.status = 'failed') BEGIN
  UPDATE recordings SET error = CASE NEW.status WHEN 'failed' THEN coalesce(NEW.error, '{}') END,
    updated_at = NEW.updated_at WHERE id = CAST(NEW.related_id AS INTEGER) AND task_id = NEW.id;
END;
