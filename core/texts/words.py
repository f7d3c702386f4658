"""The index of the pages' words: what is read is put into it in large steps, and tidied.

A page's text is stored at once; its words wait, marked, until a step takes them, in one transaction
with the mark. So whatever is killed, a page waits or is in the index, never neither and never both.
The service alone makes steps: when nothing happens, when very many wait, and before each search.
"""

from core import seams
from core.queue import Ledger

MOST_PAGES, MOST_CHARACTERS = 500, 500_000  #: of one step: some 15 ms
MOST_WAITING = 1000  #: pages; more are not left for quieter times
MERGED_PIECES = 4  #: fewer pieces are not worth putting together


class Words:
    """The index."""

    def __init__(self, ledger: Ledger):
        self._ledger, self._store = ledger, ledger.store

    def catch_up(self) -> None:
        """Every page that was written before this is called is in the index when it returns.

        Costs one read when none waits. Raises DatabaseBusy or DiskFull where it cannot be written:
        a search that would leave pages out says so instead.
        """
        while self._step():
            continue

    def keep_up(self) -> None:
        """The same, when so many wait that a search would notice."""
        if self._store.one("more_pages_wait", than=MOST_WAITING) is not None:
            self.catch_up()

    def merge(self) -> bool:
        """Put some pieces of the index together; whether there may be more to do.

        A search looks into each piece. One short transaction, that nobody is told of.
        """
        if self._store.value("pieces_of_words") < MERGED_PIECES:
            return False
        with self._ledger.transaction(quiet=True) as store:
            before = store.value("total_changes")
            store.changed("merge_words")
            return store.value("total_changes") - before > 1  # the asking is one

    def _step(self) -> bool:
        """Put the words of some waiting pages into the index; False when none waits."""
        if self._store.one("more_pages_wait", than=0) is None:
            return False
        with self._ledger.transaction(quiet=True) as store:
            last, characters = 0, 0
            for row in store.rows("waiting_pages", limit=MOST_PAGES):
                characters += row["characters"]
                if last and characters > MOST_CHARACTERS:
                    break
                last = row["id"]
            store.changed("index_pages", last=last)
            store.changed("pages_are_indexed", last=last)
            seams.reach("words-written")
        return True
