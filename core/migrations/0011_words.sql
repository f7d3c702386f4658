-- How the index of the pages' words grows: what is written while documents are read is kept as it
-- comes, in larger pieces, and put together when nothing is read (`merge_words`). Merging as it is
-- written takes a third of the index's time.
INSERT INTO page_words(page_words, rank) VALUES ('automerge', 0);
INSERT INTO page_words(page_words, rank) VALUES ('crisismerge', 64);
INSERT INTO page_words(page_words, rank) VALUES ('hashsize', 4194304);
