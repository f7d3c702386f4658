"""The HTTP client of the API: one kept connection, answers as documents, problems as exceptions.

Used by every command but `serve`. The event stream is read in `desktop.stream`; which service to
talk to is `desktop.places`'. Nothing here retries what might have been done, except requests that
carry an Idempotency-Key.
"""

import http.client
import json
import secrets
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from desktop.failures import NoService, Refused
from desktop.places import ServerFile

API = "/api/v1"
#: Seconds to wait for an answer; previews of large tables take a while.
PATIENCE_S = 60.0
MEDIA_JSON = "application/json"
AGENT = "longhaul-command"  #: by this the history of a task knows that the command asked for it


@dataclass(frozen=True)
class Answer:
    """A successful answer; `headers` have lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON, None when it is empty. Raises Refused when it is not JSON."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            raise Refused(
                {"status": 500, "title": "The answer of the service is no JSON"}
            ) from None


class Client:
    """Speaks to the service of one data directory.

    Raises NoService when nobody answers, Refused for problem documents.
    """

    def __init__(self, server: ServerFile, patience_s: float = PATIENCE_S):
        self.server, self._patience_s = server, patience_s
        self._kept: http.client.HTTPConnection | None = None

    @classmethod
    def of(cls, folder: Path, patience_s: float = PATIENCE_S) -> "Client":
        """A client of the service that `folder` names. Raises NoService."""
        return cls(ServerFile.read(folder), patience_s)

    # --- verbs --------------------------------------------------------------------------------

    def get(self, path: str, **query: Any) -> Any:
        """The document at `path` (below /api/v1); query values of None are left out."""
        return self.ask("GET", path, query=query).document

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """The answer's document; with `key` the request is safe to repeat, and is, once."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.ask("POST", path, body=body, headers=headers).document

    def patch(self, path: str, body: Any) -> Any:
        """The changed document."""
        return self.ask("PATCH", path, body=body).document

    def send_file(self, path: str, file: Path, *, is_dated: bool = True) -> Answer:
        """Upload a file to `path` as a form, without holding it in memory.

        `is_dated`: with the time of its last change, where the route takes it.
        """
        boundary = secrets.token_hex(16)
        # as browsers write it (WHATWG, multipart/form-data)
        name = file.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        dated = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="modified"\r\n\r\n'
            f"{int(file.stat().st_mtime * 1000)}\r\n"
        )
        head = (
            f"{dated if is_dated else ''}--{boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode(errors="surrogateescape")
        tail = f"\r\n--{boundary}--\r\n".encode()
        length = len(head) + file.stat().st_size + len(tail)
        headers = {
            "Accept": MEDIA_JSON,
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(length),
        }
        with file.open("rb") as opened:
            body = chain([head], iter(partial(opened.read, 1 << 16), b""), [tail])
            answer = Answer(*self._send("POST", target(path), body, headers, False))
        if answer.status >= 400:
            raise self._refusal(answer)
        return answer

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request and its answer, whatever its media type."""
        headers = {"Accept": MEDIA_JSON, **(headers or {})}
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["Content-Type"] = MEDIA_JSON
        elif method != "GET":
            payload = b""
        repeatable = method == "GET" or "Idempotency-Key" in headers
        response = self._send(method, target(path, query), payload, headers, repeatable)
        answer = Answer(*response)
        if answer.status >= 400:
            raise self._refusal(answer)
        return answer

    def open_stream(self, path: str, query: dict[str, Any], headers: dict[str, str]):
        """A connection of its own with its open answer: (connection, response), to be closed by
        the caller. No time limit but the server's own comments every 15 s."""
        connection = self._connection(timeout=40)
        try:
            headers = {"Accept": "text/event-stream", **self._authority, **headers}
            connection.request("GET", target(path, query), headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise self._refusal(_answer(response))
            return connection, response
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._silence(error) from None
        except Refused:
            connection.close()
            raise

    def close(self) -> None:
        """Give the kept connection back."""
        if self._kept:
            self._kept.close()
            self._kept = None

    # --- below --------------------------------------------------------------------------------

    @property
    def _authority(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.server.token}", "User-Agent": AGENT}

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        place = urlsplit(self.server.url)
        if place.scheme != "http" or not place.hostname:
            raise NoService(f"server.json names no address that can be used: {self.server.url!r}.")
        return http.client.HTTPConnection(place.hostname, place.port, timeout=timeout)

    def _send(self, method, path, payload, headers, repeatable):
        """(status, headers, body). A kept connection that the server closed meanwhile, and a
        repeatable request that found no answer, are tried once more."""
        headers = {**headers, **self._authority}
        if not repeatable:
            self.close()  # a kept connection may be closing under us, and we could not ask again
        for attempt in (1, 2):
            connection = self._kept or self._connection(self._patience_s)
            self._kept = connection
            try:
                connection.request(method, path, body=payload, headers=headers)
                return _parts(connection.getresponse())
            except (OSError, http.client.HTTPException) as error:
                self.close()
                refused = isinstance(error, ConnectionRefusedError | TimeoutError)
                if attempt == 2 or refused or not repeatable:
                    raise self._silence(error) from None
        raise AssertionError("the second attempt answers or raises")

    def _silence(self, error: Exception) -> NoService:
        url = self.server.url
        if isinstance(error, TimeoutError):
            return NoService(
                f"The service at {url} did not answer in time.", "Look at it: longhaul doctor"
            )
        if isinstance(error, ConnectionRefusedError):
            return NoService(
                f"Nobody answers at {url}: the service ended without cleaning up.",
                "Start it again, its work is kept: longhaul",
            )
        return NoService(
            f"The service at {url} closed the connection ({type(error).__name__}).",
            "See whether it still runs: longhaul status",
        )

    def _refusal(self, answer: Answer) -> Refused | NoService:
        if answer.status == 401:
            return NoService(
                f"The service at {self.server.url} does not know our token: it is another one.",
                "See which one runs: longhaul doctor",
            )
        try:
            problem = json.loads(answer.body)
        except ValueError:
            problem = None
        if not isinstance(problem, dict):
            problem = {"title": f"The service answered with status {answer.status}"}
        return Refused({"status": answer.status, **problem})


def target(path: str, query: dict[str, Any] | None = None) -> str:
    """The request target of `path` below /api/v1; lists become comma-separated values."""
    given = {
        name: ",".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in (query or {}).items()
        if value is not None
    }
    given = {n: str(v).lower() if isinstance(v, bool) else v for n, v in given.items()}
    return f"{API}{path}{'?' + urlencode(given) if given else ''}"


def _parts(response: http.client.HTTPResponse) -> tuple[int, dict[str, str], bytes]:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return response.status, headers, response.read()


def _answer(response: http.client.HTTPResponse) -> Answer:
    return Answer(*_parts(response))
