"""The guard: the outermost WSGI layer. Nothing (page, static file, 404, stream) is around it.

A server on loopback can be reached by every page in the person's browser and by every user of the
machine, so each request must show that it came to us (Host), from us (Origin, Sec-Fetch-Site) and
with a secret (token or session), and bring nothing that a foreign form could send (media type).
The secrets are kept in `auth.py` and `sessions.py`; malformed requests never get here (`head.py`).
The composition root puts the app into a guard and the guard into the server.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from urllib.parse import parse_qs

from webui import access_log
from webui.auth import Arrivals, Codes, Failures, Scope, mark_of, same_secret
from webui.json_depth import JSON_DEPTH, is_deep
from webui.receiving import Admission
from webui.refusal import ASK_FIRST, FOREVER, Refused, security_headers
from webui.sessions import Session, Sessions

BODY_LIMIT = 1024 * 1024
API = "/api/"
HEALTH = "/api/v1/health"
ENTER = "/enter"
_SAFE = ("GET", "HEAD")
_METHODS = (*_SAFE, "POST", "PUT", "PATCH", "DELETE")
#: What the app may not set: banners and CORS never, the rest is ours to say.
_NOT_THE_APPS = re.compile(r"(?i)server|x-powered-by|access-control-.*")
_PLAIN_PATH = re.compile(r"(?!//)/[A-Za-z0-9/_.~-]*")
#: Where a session begins, unless its link says another page of ours.
_HOMES = {Scope.FULL: "/", Scope.READ: "/background-tasks"}
#: Seconds for which a second screen keeps its cookie, the most that browsers allow; how long the
#: session lives is the service's to say.
_SCREEN_COOKIE_AGE = 400 * 86400


class Guard:
    """WSGI middleware in front of `app`.

    `port` is the port we listen on, `token` the secret of this service. `page_paths` are the
    addresses that a person may type or bookmark; in them `*` stands for one path segment and `**`
    for any rest. `uploads` decides about uploads from who may ask for them. `script_hashes`
    ("sha256-…=") allow inline import maps. It begins without sessions; those that outlive the
    service are put into `sessions`; and what says of a method and a path whether the app has a
    route for them into `serves` (where it has none, its 404 or 405 says more than our 415).
    """

    def __init__(
        self,
        app: Callable,
        *,
        port: int,
        token: str,
        page_paths: Iterable[str],
        uploads: Admission | None = None,
        script_hashes: Iterable[str] = (),
    ):
        if not token:
            raise ValueError("a guard without a token would let everybody in")
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._port, self._is_exposed = port, False
        # Cookies are not separated by port, so their names are; and a window that opens the address
        # of a second screen, too, keeps its own.
        self.cookie = f"longhaul-{port}"
        self._cookies = {Scope.FULL: self.cookie, Scope.READ: f"{self.cookie}-read"}
        self._pages = _one_of(page_paths)
        self._uploads = uploads
        self._is_hidden = _one_of(())
        self._headers = security_headers(tuple(script_hashes))
        self._fixed = {name.lower() for name, _ in self._headers} - {"content-security-policy"}
        self.codes, self.failures = Codes(), Failures()
        self.sessions = Sessions()
        self.serves: Callable[[str, str], bool] = lambda method, path: True
        self.arrivals = Arrivals(lambda mark: self.sessions.knows(mark))

    def expose(self, host: str) -> None:
        """Answer other machines, too, by this one address; the person said so in so many words."""
        self._hosts.add(f"[{host}]:{self._port}" if ":" in host else f"{host}:{self._port}")
        self._is_exposed = True

    def hide(self, paths: Iterable[str]) -> None:
        """What second screens do not see, not even by typing its address."""
        self._is_hidden = _one_of(paths)

    def mint_code(self, scope: Scope = Scope.FULL) -> str:
        """A code for `GET /enter?code=…`: single use, for 60 seconds (a second screen's longer)."""
        code = self.codes.mint(scope)
        self.arrivals.expect(mark_of(code))
        return code

    @property
    def is_exposed(self) -> bool:
        """Other machines may call."""
        return self._is_exposed

    def __call__(self, environ: dict, start_response: Callable):
        began = time.perf_counter()
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO") or "/"
        caller = "-"

        def start(status, headers, exc_info=None):
            access_log.record(method, path, status, time.perf_counter() - began, caller)
            return start_response(status, self._ours(headers, path), exc_info)

        try:
            self._check_way(environ, method, path)
            if path == ENTER and method == "GET":
                return self._enter(environ, start)
            if path != HEALTH or method not in _SAFE:
                caller = self._caller(environ, path)
                self._check_mutation(environ, method, path, caller)
                if self._is_upload(environ, method, path) and "longhaul.upload" not in environ:
                    environ["longhaul.receive"](self._uploads.admit(environ))
                    return []  # no answer yet: the request comes again when its body has come
        except Refused as refused:
            status, headers, body = refused.answer(self._headers)
            access_log.record(method, path, status, time.perf_counter() - began, refused.code)
            start_response(status, headers)
            return [b"" if method == "HEAD" else body]
        return self._app(environ, start)

    # --- did it come to us, and from us -------------------------------------------------------

    def _check_way(self, environ: dict, method: str, path: str) -> None:
        """Host, peer, method, Origin, Sec-Fetch-Site (security.md, 1 to 5)."""
        host = environ.get("HTTP_HOST", "").lower()
        if host not in self._hosts:  # what DNS rebinding cannot forge
            raise Refused(421, "wrong-host", "Use the address that the service gave you.")
        if not (self._is_exposed or is_loopback(environ.get("REMOTE_ADDR", ""))):
            raise Refused(403, "foreign-peer", "Only programs of this machine may call.")
        if method not in _METHODS:
            allow = [("Allow", ", ".join(_METHODS))]
            raise Refused(405, "method-not-allowed", "There is no CORS here.", allow)
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin.lower() != f"http://{host}":
            raise Refused(403, "foreign-origin", "Pages of other origins may not call.")
        site = environ.get("HTTP_SEC_FETCH_SITE")
        if site not in (None, "same-origin") and not self._is_visit(environ, method, path):
            raise Refused(403, "foreign-site", "Pages of other sites may not call.")

    def _is_visit(self, environ: dict, method: str, path: str) -> bool:
        """A person typed the address or opened a bookmark: no page is behind it."""
        return (
            environ["HTTP_SEC_FETCH_SITE"] == "none"
            and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
            and environ.get("HTTP_SEC_FETCH_DEST") == "document"
            and method in _SAFE
            and (path in ("/", ENTER) or self._pages(path))
        )

    # --- who is it ----------------------------------------------------------------------------

    def _caller(self, environ: dict, path: str) -> str:
        """How the caller is known: "token", "session" (of a window) or "read" (of a second screen);
        raises 401, or 429 after many. The app is told the same, and whose session it is."""
        authorization = environ.get("HTTP_AUTHORIZATION")
        if authorization is not None:
            scheme, _, given = authorization.partition(" ")
            if scheme.lower() == "bearer" and same_secret(given.strip(), self._token):
                environ["longhaul.caller"] = "token"
                return "token"
        elif session := self._session(environ):
            if path.startswith(API):
                self.arrivals.ask(session.mark)
            environ["longhaul.session"] = session.mark
            caller = "read" if session.scope is Scope.READ else "session"
            is_look = environ["REQUEST_METHOD"] in _SAFE  # what it may not change is told below
            if caller == "read" and is_look and self._is_hidden(path):
                raise Refused(403, "not-for-screens", "This screen shows the tasks alone.")
            environ["longhaul.caller"] = caller
            return caller
        raise self._failed(
            Refused(
                401,
                "unauthenticated",
                "Send the token in the Authorization header, or open a window.",
                [("WWW-Authenticate", 'Bearer realm="longhaul"')],
            )
        )

    def _session(self, environ: dict) -> Session | None:
        """The session of the request's cookie; that of a window goes before a second screen's."""
        pairs = [pair.strip().partition("=") for pair in environ.get("HTTP_COOKIE", "").split(";")]
        peer = environ.get("REMOTE_ADDR", ""), int(environ.get("REMOTE_PORT") or 0)
        for scope, cookie in self._cookies.items():
            for name, _, secret in pairs:
                if name == cookie and (found := self.sessions.use(secret, scope, *peer)):
                    return found
        return None

    def _failed(self, refused: Refused) -> Refused:
        """Count a failed attempt; its answer."""
        if self.failures.add():
            wait = [("Retry-After", "60")]
            return Refused(429, "too-many-failures", "Too many attempts with bad secrets.", wait)
        return refused

    def _enter(self, environ: dict, start: Callable):
        """Exchange a one-time code for a session, and go to a page of ours."""
        query = parse_qs(environ.get("QUERY_STRING", ""))
        code = query.get("code", [""])[0]
        scope = self.codes.redeem(code)  # the code says it, and nothing in the address
        if scope is None:
            detail = "This link was used already, or is too old. Open the window again."
            raise self._failed(Refused(403, "bad-code", detail))
        target = query.get("next", [_HOMES[scope]])[0]
        if not (_PLAIN_PATH.fullmatch(target) and self._pages(target)):
            target = "/"
        if scope is Scope.READ and self._is_hidden(target):
            target = _HOMES[scope]
        mark = mark_of(code)
        session = self.sessions.mint(scope, mark)
        self.arrivals.enter(mark)
        cookie = f"{self._cookies[scope]}={session}; HttpOnly; SameSite=Strict; Path=/"
        if scope is Scope.READ:
            cookie += f"; Max-Age={_SCREEN_COOKIE_AGE}"
        headers = [("Location", target), ("Set-Cookie", cookie), ("Content-Length", "0")]
        start("303 See Other", [*headers, ("Cache-Control", "no-store")])
        return [b""]

    # --- what does it bring -------------------------------------------------------------------

    def _check_mutation(self, environ: dict, method: str, path: str, caller: str) -> None:
        """A session needs proof that our page sent it; bodies need type, size and depth."""
        size = int(environ.get("CONTENT_LENGTH") or 0)
        media_type = _media_type(environ)
        if method not in _SAFE:
            # Either header is absent only outside browsers, where a cookie has no business.
            if caller == "read":
                raise Refused(403, "read-only", "This screen may look, and change nothing.")
            proofs = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE")
            if caller == "session" and not any(name in environ for name in proofs):
                raise Refused(403, "unproven-origin", "A session works from our page only.")
            if self._is_upload(environ, method, path):
                return  # goes to the disk while it arrives, under a limit of its own
            if size and media_type != "application/json" and self.serves(method, path):
                raise Refused(415, "not-json", "Send the body as application/json.")
        if size > BODY_LIMIT:
            raise Refused(413, "body-too-large", f"At most {BODY_LIMIT} bytes.")
        if size and media_type == "application/json":
            body = environ["wsgi.input"].read(size)
            if is_deep(body):
                raise Refused(413, "body-too-deep", f"At most {JSON_DEPTH} levels.")
            environ["wsgi.input"] = BytesIO(body)

    def _is_upload(self, environ: dict, method: str, path: str) -> bool:
        is_form = _media_type(environ) == "multipart/form-data"
        return is_form and self._uploads is not None and self._uploads.takes(method, path)

    # --- what goes out ------------------------------------------------------------------------

    def _ours(self, headers: list[tuple[str, str]], path: str) -> list[tuple[str, str]]:
        """The app's headers under our rules.

        A policy that the app adds (`sandbox`, for what a person supplied) stands beside ours and
        can only make it stricter, as browsers enforce all. Documents of the API are never cached;
        files that it answers with are, by the person's own browser.
        """
        is_api = path.startswith(API)
        kept, cached = [], False
        for name, value in headers:
            lower = name.lower()
            if lower == "cache-control":
                cached = not is_api or value in (FOREVER, ASK_FIRST)
                kept += [(name, value)] if cached else []
            elif lower not in self._fixed and not _NOT_THE_APPS.fullmatch(name):
                kept.append((name, value))
        if not cached:
            kept.append(("Cache-Control", "no-store"))
        return kept + self._headers


def _media_type(environ: dict) -> str:
    return environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()


def _one_of(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path is one of `patterns`; `*` is one segment, `**` (at the end) any rest."""
    escaped = (re.escape(each).replace(r"\*\*", ".*") for each in patterns)
    alternatives = "|".join(each.replace(r"\*", "[^/]+") for each in escaped)
    compiled = re.compile(alternatives, re.DOTALL) if alternatives else None
    return lambda path: compiled is not None and compiled.fullmatch(path) is not None


def is_loopback(address: str) -> bool:
    """Whether an address, or `localhost`, is this machine's own."""
    if address == "localhost":
        return True
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback
