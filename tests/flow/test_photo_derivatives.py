"""Thumbnails and previews of real photos, made by a job with its computing processes.

`truth.csv` says what each file is; the reference of a derivative is the whole picture, decoded and
scaled in full by another filter. Self-made pictures stand in where the real ones are missing.
"""

import csv
import io

import numpy
import pytest
from PIL import Image, ImageCms, ImageOps

from core.photos import pixels
from core.photos.derivatives import Order
from core.photos.making import Maker
from core.photos.records import DERIVATIVES
from tests.photo_factories import Studio, picture

pytestmark = pytest.mark.slow

LEAST_SSIM = 0.95
LEFT_OUT = ("notes.txt", ".hidden.jpg")


@pytest.fixture(scope="module")
def real(data, tmp_path_factory):
    """(a studio whose project holds every real file, the truth by name)."""
    folder = data / "photos"
    rows = csv.DictReader(io.StringIO((folder / "truth.csv").read_text()))
    truth = {row["file"].removeprefix("files/"): row for row in rows}
    files = {name: (folder / "files" / name).read_bytes() for name in truth}
    studio = Studio(tmp_path_factory.mktemp("photos"), files)
    yield studio, truth
    studio.close()


def of_expectation(truth, *expected):
    return {n: row for n, row in truth.items() if row["expect"] in expected and n not in LEFT_OUT}


def derivative(studio, name, which) -> Image.Image:
    return Image.open(studio.photos.derivative("trip", name, which).path)


def test_every_sound_photo_has_both_in_the_right_size_and_upright(real):
    studio, truth = real
    photos = studio.listing()
    for name, row in of_expectation(truth, "ok").items():
        photo = photos[name]
        upright = (int(row["upright_width"]), int(row["upright_height"]))
        assert (photo["width"], photo["height"]) == upright, name
        assert photo["sha256"] == row["sha256"] and photo["format"] == row["format"], name
        for which, most in DERIVATIVES.items():
            made = derivative(studio, name, which)
            scale = min(1, most / max(upright))
            assert made.format == "JPEG" and made.mode == "RGB"
            wanted = [max(1, round(side * scale)) for side in upright]
            assert all(abs(a - b) <= 1 for a, b in zip(made.size, wanted, strict=True)), name
            assert not made.getexif().get(0x0112), "turned once, and nobody turns it again"


def test_they_show_what_the_photo_shows(real):
    """By the 16 by 16 grey values of the truth, which know nothing of our libraries."""
    studio, truth = real
    for name, row in of_expectation(truth, "ok").items():
        if not row["upright_gray16"]:
            continue
        wanted = numpy.frombuffer(bytes.fromhex(row["upright_gray16"]), numpy.uint8).astype(float)
        for which in DERIVATIVES:
            grey = (
                derivative(studio, name, which).convert("L").resize((16, 16), Image.Resampling.BOX)
            )
            found = numpy.asarray(grey, float).ravel()
            correlation = numpy.corrcoef(found, wanted)[0, 1] if wanted.std() > 2 else 1.0
            assert correlation > 0.97 or abs(found - wanted).mean() < 6, (name, which, correlation)


def test_what_the_camera_wrote_is_read(real):
    studio, truth = real
    photos = studio.listing()
    for name, row in of_expectation(truth, "ok").items():
        photo = photos[name]
        assert (photo["make"] or "", photo["model"] or "") == (row["make"], row["model"]), name
        if row["orientation"]:
            assert photo["orientation"] == int(row["orientation"]), name
        said = row["datetime_original"].replace(":", "-", 2).replace(" ", "T").removesuffix("Z")
        # One file's EXIF is of the wrong type, which the imaging library does not read.
        assert photo["taken_at"] == (said or None) or name == "tests_30-type_error.jpg"


def test_they_are_as_sharp_as_a_reference(real, data):
    studio, truth = real
    for name, row in of_expectation(truth, "ok").items():
        if row["format"] not in ("JPEG", "TIFF"):
            continue
        with Image.open(data / "photos" / "files" / name) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
        for which in DERIVATIVES:
            made = derivative(studio, name, which)
            reference = upright.resize(made.size, Image.Resampling.LANCZOS)
            if min(made.size) >= 64:
                assert ssim(made, reference) > LEAST_SSIM, (name, which, ssim(made, reference))


def test_what_cannot_be_decoded_has_a_reason_and_no_half_grey_picture(real):
    studio, truth = real
    photos = studio.listing()
    codes = {}
    for name in of_expectation(truth, "error", "error_or_limited"):
        assert photos[name]["thumbnail"] == photos[name]["preview"] == "failed", name
        codes[name] = photos[name]["problem"]["code"]
    assert codes == {
        "truncated_60.jpg": "truncated",
        "truncated_header.JPG": "truncated",
        "truncated.dng": "corrupt",
        "zero.jpg": "empty",
        "text_named.jpg": "not-an-image",
        "bomb.png": "too-large",
    }
    assert len(set(codes.values())) == 5, "distinct reasons"


def test_what_is_no_photo_lies_in_the_trash_and_what_is_hidden_is_left(real):
    studio, _ = real
    assert set(studio.in_trash()) == {"notes.txt"}
    assert (studio.folder / ".hidden.jpg").exists()


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Structural similarity of two grey pictures (Wang et al. 2004), over windows of 8 by 8."""
    a, b = (_windows(numpy.asarray(i.convert("L"), float)) for i in (one, other))
    mean_a, mean_b = a.mean(1), b.mean(1)
    both = ((a - mean_a[:, None]) * (b - mean_b[:, None])).mean(1)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return float((light * (2 * both + c2) / (a.var(1) + b.var(1) + c2)).mean())


def _windows(grey):
    height, width = (side // 8 * 8 for side in grey.shape)
    blocks = grey[:height, :width].reshape(height // 8, 8, width // 8, 8)
    return blocks.swapaxes(1, 2).reshape(-1, 64)


# --- self-made ones ------------------------------------------------------------------------------


def made(folder, content: bytes, name="a.jpg"):
    """(what a computing process says of this file, its preview)."""
    (folder / name).write_bytes(content)
    status = folder.stat()
    order = Order(str(folder), status.st_dev, status.st_ino, name, 1, str(folder / "out"))
    answer = Maker().compute(order)
    if answer.problem:
        return answer, None
    (path,) = (folder / "out").rglob("*-preview.jpg")
    return answer, Image.open(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_honoured_once(tmp_path, orientation):
    quarters = Image.new("RGB", (64, 32), "black")
    quarters.paste("white", (0, 0, 32, 16))  # the corner that tells
    exif = Image.Exif()
    exif[0x0112] = orientation
    target = io.BytesIO()
    quarters.save(target, "JPEG", exif=exif, quality=95)
    answer, preview = made(tmp_path, target.getvalue())
    wanted = ImageOps.exif_transpose(Image.open(target))
    assert (answer.facts.width, answer.facts.height) == preview.size == wanted.size
    difference = numpy.asarray(preview.convert("L"), float) - numpy.asarray(
        wanted.convert("L"), float
    )
    assert abs(difference).mean() < 3


MODES = {
    "a palette with transparency": lambda: Image.new("RGBA", (40, 30), (0, 0, 0, 0)).quantize(),
    "an alpha channel": lambda: Image.new("RGBA", (40, 30), (255, 0, 0, 128)),
    "grey with alpha": lambda: Image.new("LA", (40, 30), (10, 0)),
    "one bit": lambda: Image.new("1", (40, 30), 1),
    "16 bits": lambda: Image.fromarray(numpy.full((30, 40), 40_000, numpy.uint16)),
}


@pytest.mark.parametrize("mode", MODES)
def test_any_kind_of_pixels_becomes_a_plain_picture(tmp_path, mode):
    target = io.BytesIO()
    MODES[mode]().save(target, "PNG")
    answer, preview = made(tmp_path, target.getvalue(), "a.png")
    assert answer.problem == "" and (preview.mode, preview.size) == ("RGB", (40, 30))
    middle = preview.getpixel((20, 15))
    if "alpha" in mode or "transparency" in mode:
        assert min(middle[1:]) > 100, "what is transparent is white, not black"
    if mode == "16 bits":
        assert abs(middle[0] - 40_000 / 257) < 3


def test_ink_colours_become_light_ones(tmp_path):
    target = io.BytesIO()
    Image.new("CMYK", (40, 30), (0, 255, 255, 0)).save(target, "JPEG")
    _, preview = made(tmp_path, target.getvalue())
    red, green, blue = preview.getpixel((20, 15))
    assert red > 200 and green < 60 and blue < 60


def test_a_colour_profile_is_kept_or_followed(tmp_path, monkeypatch):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = picture((200, 30, 30), (40, 30), icc_profile=profile)
    _, preview = made(tmp_path, content)
    assert preview.info["icc_profile"] == profile
    monkeypatch.setattr(pixels, "MOST_PROFILE", 10)
    for file in (tmp_path / "out").rglob("*.jpg"):
        file.unlink()
    _, preview = made(tmp_path, content)
    assert "icc_profile" not in preview.info and abs(preview.getpixel((9, 9))[0] - 200) < 4


def test_a_profile_that_is_broken_harms_nothing(tmp_path):
    for n, profile in enumerate((b"junk", b"\0" * 16 + b"CMYK" + b"\0" * 200)):
        content = picture((200, 30, 30), icc_profile=profile)
        folder = tmp_path / str(n)
        folder.mkdir()
        assert made(folder, content)[0].problem == ""


def test_webp_and_pictures_of_several_frames_are_made_of_their_first(tmp_path):
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:])
    answer, preview = made(tmp_path, target.getvalue(), "a.webp")
    assert answer.facts.format == "WEBP" and preview.getpixel((9, 9))[0] > 200


def test_a_link_in_the_place_of_a_photo_is_not_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(picture())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").symlink_to(secret)
    status = (tmp_path / "in").stat()
    order = Order(str(tmp_path / "in"), status.st_dev, status.st_ino, "a.jpg", 1, str(tmp_path))
    assert Maker().compute(order).problem.startswith("unreadable: ")


def test_another_folder_in_the_place_of_the_project_s_is_not_read(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture())
    order = Order(str(tmp_path), 1, 1, "a.jpg", 1, str(tmp_path))
    assert "another folder" in Maker().compute(order).problem


def test_a_photo_that_needs_too_much_memory_or_time_fails_alone(tmp_path, monkeypatch):
    """Real computing processes with their limits, made smaller."""
    from core.tasks.photos import derive

    monkeypatch.setattr(derive, "MEMORY", 300 << 20)
    target = io.BytesIO()
    Image.new("RGB", (12_000, 10_000)).save(target, "PNG", compress_level=1)
    studio = Studio(tmp_path, {"huge.png": target.getvalue(), "small.jpg": picture()})
    photos = studio.listing()
    assert photos["small.jpg"]["thumbnail"] == "ready"
    assert photos["huge.png"]["problem"]["code"] in ("too-much-memory", "crashed")
    studio.close()
