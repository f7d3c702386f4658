"""The web side put together: the app with all routes, and the site that serves it.

`make_app` makes the Bottle app of a service; `start_site` puts it behind the guard and onto a
port, with the event stream fed by the service. Called by `desktop.serve` and the tests.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from threading import Thread
from typing import Any

import bottle

from core.errors import LonghaulError
from core.model import Event
from core.service import Service
from webui import pages
from webui.api import NOUNS
from webui.auth import Scope
from webui.calls import Context, Doors
from webui.dispatch import Dispatcher, not_served
from webui.guard import Guard, is_loopback
from webui.index_page import index_page
from webui.metrics import Meter
from webui.routes import API
from webui.server import Server
from webui.session_file import SessionFile
from webui.sessions import Sessions
from webui.static_files import StaticFiles
from webui.stream import Broadcaster
from webui.uploads import Place, Uploads


def make_app(service: Service, stream: Broadcaster, doors: Doors, uploads: Uploads) -> Meter:
    """The WSGI app: every route of the API, the page and its files, each request counted.

    `stream` adopts the event streams, `doors` lead out of the app, `uploads` may be continued.
    Who may call is not checked in here: the app belongs behind a guard.
    """
    app = bottle.Bottle()
    app.default_error_handler = not_served
    meter = Meter(app)
    context = Context(service, stream, doors, meter, own_version(), uploads, _description)
    dispatcher = Dispatcher(context)
    for group in NOUNS:
        for route in group:
            dispatcher.mount(app, route)
    page_files().mount(app, pages.PAGES)
    return meter


@cache
def _router() -> bottle.Router:
    router = bottle.Router()
    for route in (route for group in NOUNS for route in group):
        router.add(route.rule, route.method, route)
    return router


def _served(method: str, path: str) -> bool:
    """Whether the API has a route for that."""
    try:
        _router().match({"REQUEST_METHOD": method, "PATH_INFO": path})
    except bottle.HTTPError:
        return False
    return True


@cache
def page_files() -> StaticFiles:
    """The page's files, with the first document made of them as they are now."""
    files = StaticFiles(pages.STATIC)
    if (pages.STATIC / pages.INDEX).exists():
        files.put(pages.INDEX, index_page(pages.STATIC, files))
    return files


@dataclass
class Site:
    """A service that can be reached over HTTP."""

    server: Server
    guard: Guard
    _watch: Any
    _uploads: Uploads

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return self.server.url

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def open_pages(self) -> int:
        """Pages that follow what happens now: streams of windows and browsers."""
        return self.server.stream.stats()["pages"]

    def mint_code(self, scope: Scope = Scope.FULL) -> str:
        """A code for `GET /enter?code=…`: opens a page once, a window's within a minute."""
        return self.guard.mint_code(scope)

    def stop(self, timeout: float = 2.0) -> None:
        """End all streams, finish the requests under way for `timeout` seconds, then close."""
        self._watch.close()
        self.server.stop(timeout)
        self._uploads.close()
        self.guard.sessions.keep()


def start_site(
    service: Service, host: str, port: int, token: str, stop: Callable[[], None] | None = None
) -> Site:
    """Serve `service` from threads of its own; returns when it answers.

    `port` 0 takes the one of the last time, for the sake of pages that are still open, or another
    free one. `stop` begins to end the service, for who asks for it over HTTP. Raises OSError when
    the address cannot be used.
    """
    stream = Broadcaster(Facts(service))
    file = SessionFile(service.data_dir)
    server = _bound(host, port, file, stream)
    sessions = Sessions(file=file, port=server.port)

    def end_screen(mark: str) -> bool:
        is_ended = sessions.end(mark, Scope.READ)
        if is_ended:
            stream.end_of(mark)
        return is_ended

    ways = {"stop": stop} if stop else {}
    doors = Doors(
        lambda scope: guard.mint_code(scope),
        lambda mark: guard.arrivals.state(mark),
        lambda: server.url,
        lambda: "network" if guard.is_exposed else "this machine",
        lambda: sessions.alive(Scope.READ),
        end_screen,
        **ways,
    )
    limit = lambda: service.settings.get()["uploads.max_mb"] << 20  # noqa: E731
    uploads = Uploads(service.data_dir / "uploads", dict(_upload_places(service)), limit)
    guard = Guard(
        make_app(service, stream, doors, uploads),
        port=server.port,
        token=token,
        page_paths=pages.PAGES,
        uploads=uploads,
        script_hashes=pages.script_hashes(page_files().content(pages.INDEX)),
    )
    guard.hide(pages.PRIVATE)
    guard.sessions, guard.serves = sessions, _served
    if not is_loopback(host):
        guard.expose(host)
    server.app = guard
    server.start()
    Thread(target=_clean, args=(service, uploads), name="longhaul-clean", daemon=True).start()
    return Site(server, guard, service.watch(stream.notify), uploads)


def _bound(host: str, port: int, file: SessionFile, stream: Broadcaster) -> Server:
    """A server on its address; where any port will do, on that of the last time if it is free."""
    last_port = 0 if port else file.read()[0]
    if last_port:
        with suppress(OSError):
            return Server(None, host, last_port, stream=stream)
    return Server(None, host, port, stream=stream)


class Facts:
    """The service's events as the stream reads them."""

    def __init__(self, service: Service):
        self._service, self._events = service, service.events

    def after(self, last_id: int, limit: int) -> list[Event]:
        """Up to `limit` events; none once the service has closed its database before the site."""
        try:
            return self._events.after(last_id, limit)
        except RuntimeError:
            if not self._service.is_stopping:
                raise
            return []  # nothing is lost: readers come back with the last number they saw

    def first_id(self) -> int:
        """The oldest number still kept; when none is, the one that comes next."""
        return self._events.first_id() or self._events.last_id() + 1

    def last_id(self) -> int:
        """The newest number ever given."""
        return self._events.last_id()


def own_version() -> str:
    """The version of the installed package; "0" when it runs from sources alone."""
    try:
        return version("longhaul")
    except PackageNotFoundError:
        return "0"


def _clean(service: Service, uploads: Uploads) -> None:
    """Remove what uploads of an earlier service left; a folder that hangs holds up nobody else."""
    with suppress(LonghaulError, RuntimeError):  # the service may be stopped already
        for project in service.photos.projects.all():
            with suppress(LonghaulError):
                uploads.clean(service.photos.spool(project["name"]))


def _upload_places(service: Service) -> Iterator[tuple[str, Place]]:
    """The addresses that take uploads."""
    for route in (route for group in NOUNS for route in group):
        if (upload := route.upload) is not None:
            into = partial(upload.into, service) if upload.into else None
            yield API + route.path, Place(upload.max_files, into)


@cache
def _description() -> dict[str, Any]:
    from webui.openapi import described  # 20 ms that only who asks for it waits for

    return described(NOUNS, own_version())
