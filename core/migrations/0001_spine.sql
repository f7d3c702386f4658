-- The schema of Longhaul's own state. Strict tables; every status is checked; times are seconds
-- (wall: *_at, not_before; monotonic: *_mono, meaningful only for the boot named beside them).

CREATE TABLE tasks (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  type          TEXT NOT NULL,
  title         TEXT NOT NULL,
  status        TEXT NOT NULL DEFAULT 'queued'
                CHECK (status IN ('queued','running','paused','completed','failed','cancelled')),
  control       TEXT NOT NULL DEFAULT 'run' CHECK (control IN ('run','pause','cancel')),
  source        TEXT NOT NULL,
  user_relevant INTEGER NOT NULL DEFAULT 1,
  project       TEXT,
  session_id    TEXT,
  related_type  TEXT,
  related_id    TEXT,
  source_id     INTEGER,
  page_id       INTEGER,
  params        TEXT NOT NULL DEFAULT '{}',
  knobs         TEXT NOT NULL DEFAULT '{}',   -- live settings of this task: batch_size, rate, workers
  priority      INTEGER NOT NULL DEFAULT 0,
  position      REAL NOT NULL DEFAULT 0,      -- place among equals; lower runs first
  direct        INTEGER NOT NULL DEFAULT 0,   -- started at once, outside the waiting line
  hold          INTEGER NOT NULL DEFAULT 0,
  not_before    REAL,
  steps         TEXT NOT NULL,                -- the steps as they were when the task was created
  step_index    INTEGER NOT NULL DEFAULT 0,
  run           INTEGER NOT NULL DEFAULT 1,   -- a retry from the start begins a new run
  stage         TEXT NOT NULL DEFAULT '',
  message       TEXT NOT NULL DEFAULT '',
  done          INTEGER NOT NULL DEFAULT 0,
  total         INTEGER,
  failed        INTEGER NOT NULL DEFAULT 0,
  skipped       INTEGER NOT NULL DEFAULT 0,
  unit          TEXT NOT NULL DEFAULT '',
  rate          REAL,
  rate_low      REAL,
  rate_high     REAL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  error         TEXT,
  result        BLOB,
  result_type   TEXT,
  told_mono     REAL,                         -- when progress was last told, and in which boot
  created_at    REAL NOT NULL,
  started_at    REAL,
  finished_at   REAL,
  updated_at    REAL NOT NULL,
  version       INTEGER NOT NULL DEFAULT 1,
  CHECK ((status IN ('completed','failed','cancelled')) = (finished_at IS NOT NULL))
) STRICT;
CREATE INDEX tasks_by_status ON tasks(status, id);
CREATE INDEX tasks_finished ON tasks(finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX tasks_by_session ON tasks(session_id, id) WHERE session_id IS NOT NULL;
CREATE INDEX tasks_by_related ON tasks(related_type, related_id, id) WHERE related_id IS NOT NULL;
CREATE INDEX tasks_by_project ON tasks(project, id) WHERE project IS NOT NULL;
CREATE INDEX tasks_by_type ON tasks(type, id);

CREATE TABLE jobs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id       INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  run           INTEGER NOT NULL DEFAULT 1,
  step          INTEGER NOT NULL DEFAULT 0,
  chunk         TEXT,
  type          TEXT NOT NULL,
  status        TEXT NOT NULL DEFAULT 'queued'
                CHECK (status IN ('queued','running','paused','completed','failed','cancelled')),
  blocked       TEXT NOT NULL DEFAULT '' CHECK (blocked IN ('','held','after','later','backoff')),
  lane          TEXT NOT NULL DEFAULT '',     -- '' = the priority decides
  claimed_lane  TEXT NOT NULL DEFAULT '',     -- the lane whose slot it holds (last) held
  lent          INTEGER NOT NULL DEFAULT 0,   -- 1: runs on an idle slot of the priority lane
  priority      INTEGER NOT NULL DEFAULT 0,
  position      REAL NOT NULL DEFAULT 0,
  not_before    REAL,
  wake_mono     REAL,
  wake_boot     TEXT,
  stage         TEXT NOT NULL DEFAULT '',
  stages        TEXT NOT NULL DEFAULT '[]',
  cursor        TEXT,
  done          INTEGER NOT NULL DEFAULT 0,
  total         INTEGER,
  failed        INTEGER NOT NULL DEFAULT 0,
  skipped       INTEGER NOT NULL DEFAULT 0,
  unit          TEXT NOT NULL DEFAULT '',
  tally         TEXT NOT NULL DEFAULT '{}',
  rate          REAL,
  rate_low      REAL,
  rate_high     REAL,
  only_failed   INTEGER NOT NULL DEFAULT 0,
  attempts      INTEGER NOT NULL DEFAULT 0,
  tries         INTEGER NOT NULL DEFAULT 0,
  max_attempts  INTEGER NOT NULL DEFAULT 3,
  deaths        INTEGER NOT NULL DEFAULT 0,
  death_cursor  TEXT,
  fence         INTEGER NOT NULL DEFAULT 0,
  worker_id     INTEGER,
  lease_mono    REAL,
  lease_boot    TEXT,
  error         TEXT,
  created_at    REAL NOT NULL,
  started_at    REAL,
  finished_at   REAL,
  updated_at    REAL NOT NULL,
  version       INTEGER NOT NULL DEFAULT 1,
  CHECK (status = 'running' OR worker_id IS NULL),
  CHECK (status = 'queued' OR blocked = '')
) STRICT;
-- The claim reads exactly this: it costs the same with 0 and with 1,000,000 finished rows.
CREATE INDEX jobs_claimable ON jobs(lane, priority DESC, position, id)
  WHERE status = 'queued' AND blocked = '';
CREATE INDEX jobs_running ON jobs(claimed_lane, lent) WHERE status = 'running';
CREATE INDEX jobs_later ON jobs(not_before) WHERE blocked = 'later';
CREATE INDEX jobs_backoff ON jobs(wake_mono) WHERE blocked = 'backoff';
CREATE INDEX jobs_by_task ON jobs(task_id, run, step);

CREATE TABLE attempts (
  job_id      INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
  number      INTEGER NOT NULL,
  fence       INTEGER NOT NULL,
  pid         INTEGER NOT NULL,
  cursor_from TEXT,
  cursor_to   TEXT,
  outcome     TEXT NOT NULL DEFAULT 'running',
  error       TEXT,
  started_at  REAL NOT NULL,
  finished_at REAL,
  PRIMARY KEY (job_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE items (
  id         INTEGER PRIMARY KEY,
  job_id     INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
  task_id    INTEGER NOT NULL,
  key        TEXT NOT NULL,
  status     TEXT NOT NULL DEFAULT 'queued'
             CHECK (status IN ('queued','running','completed','failed','skipped')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  message    TEXT NOT NULL DEFAULT '',
  trace      TEXT NOT NULL DEFAULT '',
  data       TEXT,
  updated_at REAL NOT NULL,
  UNIQUE (job_id, key)
) STRICT;
CREATE INDEX items_by_task ON items(task_id, id);
CREATE INDEX items_open ON items(job_id, id) WHERE status IN ('queued','running');

CREATE TABLE dependencies (
  task_id  INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  after_id INTEGER NOT NULL,
  PRIMARY KEY (task_id, after_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_by_after ON dependencies(after_id, task_id);

CREATE TABLE events (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  kind    TEXT NOT NULL,
  task_id INTEGER,
  at      REAL NOT NULL,
  data    TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_task ON events(task_id, id) WHERE task_id IS NOT NULL;

CREATE TABLE logs (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
  job_id  INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at      REAL NOT NULL,
  level   TEXT NOT NULL CHECK (level IN ('debug','info','warning','error')),
  stage   TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL
) STRICT;
CREATE INDEX logs_by_task ON logs(task_id, id);

CREATE TABLE workers (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  pid        INTEGER NOT NULL,
  started    TEXT NOT NULL,   -- start time as the kernel counts it
  boot       TEXT NOT NULL,
  started_at REAL NOT NULL
) STRICT;

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: what every claim looks at, in one read.
CREATE TABLE queue_state (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  is_paused        INTEGER NOT NULL DEFAULT 0,
  settings_version INTEGER NOT NULL DEFAULT 1,
  activity         TEXT NOT NULL DEFAULT 'idle' CHECK (activity IN ('idle','recording','processing')),
  activity_mono    REAL,      -- until when, of this boot
  activity_boot    TEXT,
  installation     TEXT NOT NULL DEFAULT (lower(hex(randomblob(8))))
) STRICT;
INSERT INTO queue_state(id) VALUES (1);

-- How many tasks there are of each status, kept by triggers: counting a million rows takes 50 ms.
CREATE TABLE task_counts (
  status TEXT PRIMARY KEY,
  n      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO task_counts VALUES
  ('queued',0),('running',0),('paused',0),('completed',0),('failed',0),('cancelled',0);
CREATE TRIGGER task_counts_insert AFTER INSERT ON tasks BEGIN
  UPDATE task_counts SET n = n + 1 WHERE status = NEW.status;
END;
CREATE TRIGGER task_counts_delete AFTER DELETE ON tasks BEGIN
  UPDATE task_counts SET n = n - 1 WHERE status = OLD.status;
END;
CREATE TRIGGER task_counts_update AFTER UPDATE OF status ON tasks WHEN OLD.status <> NEW.status BEGIN
  UPDATE task_counts SET n = n - 1 WHERE status = OLD.status;
  UPDATE task_counts SET n = n + 1 WHERE status = NEW.status;
END;

CREATE TABLE idempotency (
  key       TEXT PRIMARY KEY,
  request   TEXT NOT NULL,    -- method, path and a hash of the body
  status    INTEGER NOT NULL,
  headers   TEXT NOT NULL,
  body      TEXT NOT NULL,
  at        REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency(at);

CREATE TABLE schedules (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL,
  cron         TEXT NOT NULL,
  type         TEXT NOT NULL,
  params       TEXT NOT NULL DEFAULT '{}',
  priority     INTEGER NOT NULL DEFAULT 0,
  enabled      INTEGER NOT NULL DEFAULT 1,
  next_at      REAL,
  last_at      REAL,
  last_task_id INTEGER,
  problem      TEXT NOT NULL DEFAULT '',
  created_at   REAL NOT NULL
) STRICT;

-- Finished tasks per day and type, so that statistics outlive retention.
CREATE TABLE daily_stats (
  day       TEXT NOT NULL,    -- YYYY-MM-DD, UTC
  type      TEXT NOT NULL,
  completed INTEGER NOT NULL DEFAULT 0,
  failed    INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  records   INTEGER NOT NULL DEFAULT 0,
  seconds   REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (day, type)
) STRICT, WITHOUT ROWID;
