"""What a client of uploads sends, and what of it has arrived."""

import os

from tests.webui.http_client import TOKEN

PATH = "/api/v1/projects/roof/uploads"
FORM = "multipart/form-data; boundary=edge"
LIMIT = 64 * 1024 * 1024


def left(site) -> list[str]:
    """What lies in the spool folder."""
    return sorted(os.listdir(site.spool)) if site.spool.exists() else []


def form(*files: tuple[str, bytes], field: str = "file") -> bytes:
    """A body with these (file name, content)."""
    out = b""
    for name, content in files:
        out += (
            f'--edge\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'.encode()
        )
        out += b"\r\nContent-Type: image/jpeg\r\n\r\n" + content + b"\r\n"
    return out + b"--edge--\r\n"


def head(site, size: int, more: str = "", path: str = PATH, content_type: str = FORM) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {size}\r\n{more}\r\n"
    ).encode()


def post(site, body: bytes, **headers: str):
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.request("POST", PATH, {"Content-Type": FORM} | fields, body)


def assert_is_problem(answer, status: int, code: str) -> None:
    assert answer is not None and answer.status == status, answer
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.json["type"] == f"urn:longhaul:{code}"
