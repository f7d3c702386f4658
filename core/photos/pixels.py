"""Bytes → an upright RGB picture of a size, with Pillow, pillow-heif and LibRaw (rawpy).

The recipe, measured as the fastest that keeps quality: the JPEG decoder scales while it decodes
(`draft`, inside of `thumbnail` with `reducing_gap`), bicubic does the rest, and the picture is
turned upright last, when it is small. pillow-heif and LibRaw have turned theirs already.

Imported in computing processes only: it brings the imaging libraries with it.
"""

import io
import warnings
from typing import Any

from PIL import Image, ImageFile, UnidentifiedImageError

from core.photos import exif
from core.photos.derivatives import Facts, Problem

MOST_PROFILE = 16_384  #: bytes of a colour profile that is kept; printers have larger ones
MOST_PIXELS = 250_000_000  #: a bomb has more; the largest cameras have 150 million
#: how the formats that we accept begin, for telling what is cut off from what is something else
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"RIFF", b"FUJIFILM", b"IIU\0")
_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: LibRaw's `flip` → the orientation as EXIF has it
_FLIPS = {0: 1, 3: 3, 5: 8, 6: 6}


def prepare() -> None:
    """Once in a process: openers and limits."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # we look ourselves, before anything is decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")  # of EXIF that is not quite right: photos are full of it


def decoded(file: io.BytesIO, kind: str | None, most: int) -> tuple[Any, Facts]:
    """(an upright RGB picture whose longest side is at most `most` pixels, what the file says).

    Never enlarged. `kind` as its name promises; the content decides. Raises Problem.
    """
    if Image.MAX_IMAGE_PIXELS is not None:
        prepare()
    if kind == "raw":
        found = _raw(file, most)
        if found is not None:
            return found
        file.seek(0)
    try:
        return _opened(file, most)
    except (Problem, MemoryError):
        raise
    except Exception as error:  # whatever a decoder raises about its input
        raise _problem(error, file) from error


def fitted(picture: Any, most: int) -> Any:
    """The same picture, with its longest side at most `most` pixels by now."""
    if max(picture.size) > most:
        picture.thumbnail((most, most), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return picture


def jpeg(picture: Any, quality: int) -> bytes:
    """The picture as a JPEG file."""
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality, icc_profile=picture.info.get("icc_profile"))
    return target.getvalue()


def _opened(file: io.BytesIO, most: int) -> tuple[Any, Facts]:
    image: Any = Image.open(file)
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Problem("too-large", f"{width} × {height} pixels are more than is decoded")
    said = exif.of_image(image)
    profile = image.info.get("icc_profile")
    is_heif = image.format in ("HEIF", "AVIF")
    image = _plain(image)
    image.thumbnail((most, most), Image.Resampling.BICUBIC, reducing_gap=2.0)
    image.load()
    image = _coloured(image, profile)
    orientation = said.orientation
    if not is_heif and orientation in _TURNED:
        image = image.transpose(_TURNED[orientation])
        if orientation >= 5:
            width, height = height, width
    format_ = "HEIC" if is_heif else str(image_format(said.format))
    return image, Facts(format_, width, height, orientation, said.make, said.model, said.taken_at)


def image_format(name: str | None) -> str | None:
    """Pillow's name of a format; a JPEG with several pictures in it is a JPEG."""
    return "JPEG" if name == "MPO" else name


def _plain(image: Any) -> Any:
    """A picture that can be scaled smoothly: no palette, no bits, no 16-bit numbers."""
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "F":
        return image.convert("L")
    return image


def _coloured(image: Any, profile: bytes | None) -> Any:
    """RGB, on white where it is transparent, with the profile that its numbers are meant by.

    An RGB profile of the usual size is kept, which browsers follow; others are converted to sRGB.
    """
    if image.mode in ("RGBA", "LA", "La", "RGBa", "PA"):
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, (255, 255, 255))
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    kept = None
    if (
        profile
        and image.mode == "RGB"
        and profile[16:20] == b"RGB "
        and len(profile) <= MOST_PROFILE
    ):
        kept = profile
    elif profile:
        image = _converted(image, profile)
    if image.mode != "RGB":
        image = image.convert("RGB")
    image.info["icc_profile"] = kept
    return image


def _converted(image: Any, profile: bytes) -> Any:
    """In sRGB; as it was where the profile is broken, or of another colour space."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _raw(file: io.BytesIO, most: int) -> tuple[Any, Facts] | None:
    """A RAW picture by LibRaw; None when it knows no such file."""
    import rawpy

    try:
        with rawpy.imread(file) as raw:
            sizes = raw.sizes
            width, height = sizes.width, sizes.height
            if width * height > MOST_PIXELS:
                raise Problem("too-large", f"{width} × {height} pixels are more than is decoded")
            half = max(width, height) >= 2 * most
            pixels = raw.postprocess(use_camera_wb=True, half_size=half, output_bps=8)
    except (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError):
        return None
    except rawpy.LibRawError as error:
        raise Problem("corrupt", f"LibRaw cannot decode it ({_words(error)})") from error
    picture = Image.fromarray(pixels)
    picture.thumbnail((most, most), Image.Resampling.BICUBIC, reducing_gap=2.0)
    if sizes.flip in (5, 6):
        width, height = height, width
    file.seek(0)
    said = exif.of_raw(file)
    orientation = said.orientation or _FLIPS.get(sizes.flip)
    format_ = said.format or "RAW"
    return picture, Facts(format_, width, height, orientation, said.make, said.model, said.taken_at)


def _problem(error: Exception, file: io.BytesIO) -> Problem:
    """What a decoder's error says about the file."""
    head = file.getvalue()[:16]
    words = _words(error)
    known = head.startswith(_BEGINNINGS) or head[4:8] == b"ftyp"
    if isinstance(error, UnidentifiedImageError):
        if known:
            return Problem(
                "truncated", "It ends before its picture begins, or its header is broken"
            )
        return Problem("not-an-image", "Its content is no picture, whatever its name says")
    if "truncated" in words.lower() or isinstance(error, EOFError):
        return Problem("truncated", f"It ends too early ({words})")
    return Problem("corrupt", f"It cannot be decoded ({words})")


def _words(error: Exception) -> str:
    text = error.args[0] if error.args else type(error).__name__
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return str(text)[:200] or type(error).__name__
