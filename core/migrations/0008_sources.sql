-- Documents: a source is a file, its pages hold its text. What has text can be searched.

CREATE TABLE sources (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('pdf','docx','epub','html','txt')),
  title       TEXT NOT NULL,
  path        TEXT NOT NULL,
  is_copy     INTEGER NOT NULL DEFAULT 0 CHECK (is_copy IN (0,1)),  -- ours, of an upload
  size        INTEGER NOT NULL CHECK (size >= 0),
  modified_ns INTEGER NOT NULL,     -- with the size: is the file still the one that was added?
  digest      TEXT NOT NULL,        -- of its content: the same file added twice is one source
  task_id     INTEGER,              -- the latest task that read all of it; it may be cleared
  page_count  INTEGER,              -- as the document says; NULL until it was opened
  problem     TEXT CHECK (problem IS NULL OR json_valid(problem)),  -- why it cannot be opened
  created_at  REAL NOT NULL,
  updated_at  REAL NOT NULL,
  UNIQUE (digest, kind)
) STRICT;
CREATE INDEX sources_by_path ON sources(path);

CREATE TABLE pages (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id  INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  number     INTEGER NOT NULL CHECK (number >= 1),
  label      TEXT NOT NULL DEFAULT '',
  status     TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued','completed','failed')),
  characters INTEGER NOT NULL DEFAULT 0,
  problem    TEXT CHECK (problem IS NULL OR json_valid(problem)),
  updated_at REAL NOT NULL,
  text       TEXT NOT NULL DEFAULT '',   -- last: the columns before it are read without it
  UNIQUE (source_id, number)
) STRICT;
CREATE INDEX pages_by_status ON pages(source_id, status);

-- The words of the pages. The text itself stands in `pages` alone; triggers keep the two together in
-- one transaction. A page without text is not in here.
CREATE VIEW worded_pages AS SELECT id, text FROM pages WHERE text <> '';
CREATE VIRTUAL TABLE page_words USING fts5(
  text, content = 'worded_pages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER page_words_insert AFTER INSERT ON pages WHEN NEW.text <> '' BEGIN
  INSERT INTO page_words(rowid, text) VALUES (NEW.id, NEW.text);
END;
CREATE TRIGGER page_words_delete AFTER DELETE ON pages WHEN OLD.text <> '' BEGIN
  INSERT INTO page_words(page_words, rowid, text) VALUES ('delete', OLD.id, OLD.text);
END;
-- Both in one trigger: of two the order would be SQLite's to choose, and the old words go first.
CREATE TRIGGER page_words_update AFTER UPDATE OF text ON pages WHEN OLD.text <> NEW.text BEGIN
  INSERT INTO page_words(page_words, rowid, text) SELECT 'delete', OLD.id, OLD.text
    WHERE OLD.text <> '';
  INSERT INTO page_words(rowid, text) SELECT NEW.id, NEW.text WHERE NEW.text <> '';
END;

CREATE INDEX tasks_by_source ON tasks(source_id, id) WHERE source_id IS NOT NULL;
