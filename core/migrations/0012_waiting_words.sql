-- The words of a page are put into the index after its text is stored, many pages at once: as part of
-- each page's own transaction they took longer than all the rest of it. A page stands here from the
-- transaction that writes its text to the one that puts its words into the index.

CREATE TABLE waiting_pages (
  page_id INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE
) STRICT;

DROP TRIGGER page_words_insert;
DROP TRIGGER page_words_delete;
DROP TRIGGER page_words_update;
DROP VIEW worded_pages;

-- What the index has: it is told the old words when they go, for it has no text of its own.
CREATE VIEW worded_pages AS SELECT id, text FROM pages
  WHERE text <> '' AND id NOT IN (SELECT page_id FROM waiting_pages);

-- Before the row goes: behind it the mark is gone as well.
CREATE TRIGGER page_words_delete BEFORE DELETE ON pages
WHEN OLD.text <> '' AND OLD.id NOT IN (SELECT page_id FROM waiting_pages) BEGIN
  INSERT INTO page_words(page_words, rowid, text) VALUES ('delete', OLD.id, OLD.text);
END;
-- Before the text changes, and so before the page is marked as waiting.
CREATE TRIGGER page_words_leave BEFORE UPDATE OF text ON pages
WHEN OLD.text <> '' AND OLD.text <> NEW.text
  AND OLD.id NOT IN (SELECT page_id FROM waiting_pages) BEGIN
  INSERT INTO page_words(page_words, rowid, text) VALUES ('delete', OLD.id, OLD.text);
END;
CREATE TRIGGER page_words_wait AFTER UPDATE OF text ON pages
WHEN NEW.text <> '' AND OLD.text <> NEW.text BEGIN
  INSERT OR IGNORE INTO waiting_pages(page_id) VALUES (NEW.id);
END;
CREATE TRIGGER page_words_none AFTER UPDATE OF text ON pages
WHEN NEW.text = '' AND OLD.text <> '' BEGIN
  DELETE FROM waiting_pages WHERE page_id = NEW.id;
END;
CREATE TRIGGER page_words_insert AFTER INSERT ON pages WHEN NEW.text <> '' BEGIN
  INSERT INTO waiting_pages(page_id) VALUES (NEW.id);
END;
