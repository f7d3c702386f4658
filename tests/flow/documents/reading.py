"""A bench with the desk of documents, which adds and reads them, and what they say.

The real documents are in test_documents_of_the_set.py, workers that are killed while they read in
tests/crash/test_documents.py.
"""

from core.desk.lists import ListDesk
from core.desk.queue import QueueDesk
from core.desk.requests import SourceRequest, TaskFilter
from core.desk.settings import SettingsDesk
from core.desk.texts import TextDesk
from core.desk.types import TypeDesk
from core.errands import Errands
from core.paths import Roots
from tests.factories import Bench

LINES = [f"This is page {number} of the book" for number in range(1, 31)]


class Desk(Bench):
    """A bench with the desk of documents; the folder is its only root."""

    def __init__(self, folder):
        super().__init__(folder)
        types = TypeDesk(self.registry, Errands(), self.roots, folder)
        self._lists = ListDesk(
            self.ledger, QueueDesk(self.ledger, self.steering), SettingsDesk(self.ledger), types
        )
        self.texts = TextDesk(
            self.ledger, self.intake, self.steering, types, self.roots, folder / "documents"
        )

    def roots(self):
        return Roots([self.folder])

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def add(self, name, data=None):
        path = self.write(name, data) if data is not None else self.folder / name
        return self.texts.add(SourceRequest(path=str(path)))

    def read(self, name, data):
        """Add a document and see it read; (source, task)."""
        source, _ = self.add(name, data)
        self.work_all()
        source = self.texts.get(source["id"])
        return source, self.ledger.task(source["task_id"])

    def items(self, task):
        sql = "SELECT key, status FROM items WHERE task_id = :id ORDER BY id"
        return [tuple(row) for row in self.store.execute(sql, {"id": task.id})]

    def page_list(self, source):
        return self.texts.pages(source["id"]).items

    def text(self, source, number):
        return self.texts.page(self.page_list(source)[number - 1]["id"])["text"]

    def listed(self, **filter):
        """(status, title) of the tasks that a list shows, the newest first."""
        shown = self._lists.tasks(TaskFilter(**filter), sort="-id", limit=50).items
        return [(task["status"], task["title"]) for task in shown]

    def found(self, words):
        return [source["title"] for source in self.texts.sources(q=words).items]

    def check_index(self):
        with self.store.transaction() as store:
            store.execute(
                "INSERT INTO page_words(page_words, rank) VALUES ('integrity-check', 1)", {}
            )
