"""A process that puts the words that wait into the index, as the service does."""

from pathlib import Path

from core.clock import SystemClock
from core.queue import Ledger
from core.store import Store
from core.texts.words import Words
from core.wake import Waker


def main(data: Path) -> None:
    store = Store(data / "longhaul.sqlite")
    Words(Ledger(store, SystemClock(), Waker(data))).catch_up()
    store.close()
