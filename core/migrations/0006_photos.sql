-- Photo projects: a folder each, a row for each photo file in it, and what was moved into the trash.

CREATE TABLE projects (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL UNIQUE CHECK (name <> ''),
  folder        TEXT NOT NULL UNIQUE,     -- the whole path, links resolved
  mark          TEXT NOT NULL,            -- what the file in the folder says that it is this one
  emptied       INTEGER NOT NULL DEFAULT 0 CHECK (emptied IN (0,1)), -- a person says it may be empty
  created_at    REAL NOT NULL,
  updated_at    REAL NOT NULL
) STRICT;

CREATE TABLE photos (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  INTEGER NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  name        TEXT NOT NULL CHECK (name <> ''),
  kind        TEXT NOT NULL CHECK (kind IN ('jpeg','png','tiff','heic','webp','raw')), -- by its name
  size        INTEGER,                    -- bytes, and the time of change, when it was last looked at
  mtime_ns    INTEGER,
  sha256      TEXT,                       -- of the content that had this size and time
  format      TEXT,                       -- by its content: JPEG, PNG, DNG, …
  width       INTEGER,                    -- upright, in pixels
  height      INTEGER,
  orientation INTEGER,                    -- as EXIF has it
  make        TEXT,
  model       TEXT,
  taken_at    TEXT,                       -- ISO 8601 as the camera's clock said, without a zone
  keep        INTEGER NOT NULL DEFAULT 1 CHECK (keep IN (0,1)),
  available   INTEGER NOT NULL DEFAULT 1 CHECK (available IN (0,1)), -- its file is there
  thumbnail   TEXT NOT NULL DEFAULT 'pending' CHECK (thumbnail IN ('pending','ready','failed','missing')),
  preview     TEXT NOT NULL DEFAULT 'pending' CHECK (preview IN ('pending','ready','failed','missing')),
  derived     TEXT NOT NULL DEFAULT '',   -- which content and recipe the derivatives are made by
  problem     TEXT NOT NULL DEFAULT '',   -- why there are none: a code, then words
  added_at    REAL NOT NULL,
  updated_at  REAL NOT NULL,
  version     INTEGER NOT NULL DEFAULT 1, -- a write that was decided on an older one is left out
  UNIQUE (project_id, name),
  CHECK (thumbnail <> 'ready' OR derived <> '')
) STRICT;
CREATE INDEX photos_by_id ON photos(project_id, id);
CREATE INDEX photos_by_taking ON photos(project_id, coalesce(taken_at, ''), id);
CREATE INDEX photos_rejected ON photos(project_id, id) WHERE keep = 0;
CREATE INDEX photos_unmade ON photos(project_id, id) WHERE thumbnail = 'pending' OR preview = 'pending';
CREATE INDEX photos_gone ON photos(project_id, id) WHERE available = 0;

-- A move is written down before it is made, so that after a crash its row says which file is where.
CREATE TABLE trash (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  INTEGER NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  name        TEXT NOT NULL,              -- what it is called in the project
  trash_name  TEXT NOT NULL,              -- what it is called in the trash
  reason      TEXT NOT NULL CHECK (reason IN ('rejected','not-accepted','found')),
  status      TEXT NOT NULL               -- spared: a person brought back what is no photo
              CHECK (status IN ('moving','kept','restoring','spared')),
  target      TEXT,                       -- while it is restored: what it will be called
  size        INTEGER,
  job_id      INTEGER,                    -- the job that moves it, or moved it
  moved_at    REAL,                       -- the age counts from here, never from the file's own time
  UNIQUE (project_id, trash_name),
  CHECK ((status = 'restoring') = (target IS NOT NULL))
) STRICT;
CREATE INDEX trash_by_age ON trash(project_id, moved_at) WHERE status = 'kept';
CREATE INDEX trash_by_name ON trash(project_id, name);
CREATE INDEX trash_unsettled ON trash(project_id) WHERE status IN ('moving','restoring');

-- What the service starts by the clock of a setting: the expression it followed, and when next.
CREATE TABLE upkeep (
  type    TEXT PRIMARY KEY,
  cron    TEXT NOT NULL,
  next_at REAL,
  last_at REAL
) STRICT, WITHOUT ROWID;
