"""Photos for the tests of the API and the page: made here, small, each another picture."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from tests.webui.http_client import Answer
from tests.webui.site import API, Live

COLOURS = ["#c8553d", "#588b8b", "#f28f3b", "#2d3047", "#93b7be", "#e0a458", "#419d78", "#6b2737"]


def jpeg(number: int = 1, size: tuple[int, int] = (640, 480), exif: bytes = b"") -> bytes:
    """A picture that can be told from the others."""
    image = Image.new("RGB", size, COLOURS[number % len(COLOURS)])
    drawing = ImageDraw.Draw(image)
    wide, high = size
    drawing.polygon([(0, high), (wide * 0.4, high * 0.35), (wide * 0.8, high)], fill="#2f3e46")
    drawing.ellipse([wide * 0.7, high * 0.1, wide * 0.85, high * 0.3], fill="#ffd166")
    drawing.text((20, 20), f"{number}", fill="white", font_size=high // 6)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()


def folder_of(path: Path, count: int) -> Path:
    """A folder with so many photos, `0001.jpg` and on."""
    path.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        (path / f"{number:04}.jpg").write_bytes(jpeg(number))
    return path


def form(*files: tuple[str, bytes]) -> bytes:
    """The body of an upload with these (file name, content); its boundary is `edge`."""
    out = b""
    for name, content in files:
        out += f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"'.encode()
        out += b"\r\nContent-Type: image/jpeg\r\n\r\n" + content + b"\r\n"
    return out + b"--edge--\r\n"


def upload(live: Live, project: str, *files: tuple[str, bytes], **headers: str) -> Answer:
    """Upload files to a project."""
    fields = {"Content-Type": "multipart/form-data; boundary=edge"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return live.request("POST", f"{API}/projects/{project}/uploads", fields, form(*files))
