"""The whole service, killed while it answers: its clients repeat a request and follow the stream.

The client is the one of the command; the stream is read across the deaths with `Last-Event-ID`.
"""

import http.client
import signal
import threading

import pytest

from desktop.client import Client
from desktop.failures import Failure
from tests.crash.site import until
from tests.crash.verdict import assert_as_if_uninterrupted, assert_events_tell

pytestmark = [pytest.mark.crash, pytest.mark.slow]

RECORDS = 400


class Follower:
    """Reads the stream and comes back after each death, asking for what it has not seen."""

    def __init__(self, site):
        self._site, self._stopping = site, threading.Event()
        self.seen: list[tuple[int, str]] = []
        self.connections = 0
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self):
        while not self._stopping.wait(0.02):
            try:
                self._read()
            except (Failure, OSError, http.client.HTTPException, ValueError):
                continue  # the service is gone; there will be another

    def _read(self):
        last = str(self.seen[-1][0] if self.seen else 0)
        client = Client.of(self._site.data)
        connection, response = client.open_stream("/events", {}, {"Last-Event-ID": last})
        self.connections += 1
        try:
            number = kind = ""
            while line := response.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "id":
                    number = value
                elif name == "event":
                    kind = value
                elif not name and number:
                    self.seen.append((int(number), kind))
                    number = ""
        finally:
            connection.close()

    def stop(self):
        newest = self._site.ledger.events.last_id()
        until(lambda: self.seen and self.seen[-1][0] >= newest)
        self._stopping.set()
        return self.seen


def serve(site, seam=""):
    """`longhaul serve` for the site, once it answers."""
    (site.data / "server.json").unlink(missing_ok=True)
    process = site.serve(seam)
    until((site.data / "server.json").exists)
    return process


def ask(site, key):
    """The request for a task, as it is repeated until it is answered."""
    params = {"database": str(site.target), "records": RECORDS, "batch_size": 5}
    body = {"type": "effects", "params": params | {"seconds_per_batch": 0.01}}
    return Client.of(site.data).post("/tasks", body, key=key)


@pytest.mark.parametrize("place", ["enqueue-written", "enqueue-committed"])
def test_a_request_repeated_after_a_kill_makes_one_task(site, place):
    service = serve(site, f"{place}:1")
    with pytest.raises(Failure):
        ask(site, "one")
    assert service.wait(30) == -signal.SIGKILL
    serve(site)
    first = ask(site, "one")
    assert ask(site, "one") == first
    assert [r["id"] for r in site.store.execute("SELECT id FROM tasks", {})] == [first["id"]]
    (task,) = site.until_finished(site.ledger.task(first["id"]))
    assert_as_if_uninterrupted(site, task)


def test_a_client_sees_every_event_once_and_in_order_across_kills(site):
    service, follower = serve(site), Follower(site)
    tasks = [site.ledger.task(ask(site, str(n))["id"]) for n in range(3)]
    for done in (50, 150, 300):
        until(lambda d=done: any(site.task(t).done >= d for t in tasks))
        service.kill()
        service.wait()
        service = serve(site)
    site.until_finished(*tasks)
    seen, stored = follower.stop(), site.ledger.events.after(0, 100_000)
    ids = [number for number, _ in seen]
    assert ids == sorted(set(ids)), "once, and in order"
    merged = {"task_progress", "log", "item_update"}  # may be left out: newer ones follow
    told = [(e.id, e.kind) for e in stored]
    assert [t for t in seen if t[1] not in merged] == [t for t in told if t[1] not in merged]
    assert set(seen) <= set(told)
    assert follower.connections >= 4
    for task in tasks:
        assert_as_if_uninterrupted(site, task)
    assert_events_tell(site, stored)
