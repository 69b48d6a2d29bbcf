"""Pictures as evidence: checked, re-encoded, their EXIF position read and then stripped 照片."""

from __future__ import annotations

import hashlib
import io
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from undercity.errors import RuleBroken, TooLarge
from undercity.ledger.files import write_once

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
# 48-megapixel phones are common; a picture that claims more than this is a bomb, not evidence.
MAX_PIXELS = 64_000_000
LONGEST_SIDE = 1920
QUALITY = 82
log = logging.getLogger("undercity.pictures")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be kept: JPEG bytes, their SHA-256, size in pixels, position from EXIF (WGS 84) if any."""

    jpeg: bytes
    sha256: str
    width: int
    height: int
    lat: float | None
    lon: float | None


def read_picture(raw: bytes) -> Picture:
    """Decode and re-encode an upload. RuleBroken when it is no picture or a bomb, TooLarge when it is too big."""
    if len(raw) > settings.PHOTO_MAX_BYTES:
        raise TooLarge(_("The picture is larger than %(mb)d MB.") % {"mb": settings.PHOTO_MAX_BYTES // 1024 // 1024},
                       field="photo", remedy=_("Take it at a lower resolution, or send another one."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _encode(raw)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Warning) as error:
        raise RuleBroken(_("This file is no picture that can be read."), field="photo",
                         remedy=_("Send a JPEG, PNG or WebP photo.")) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error


def _too_many_pixels() -> RuleBroken:
    return RuleBroken(_("The picture has more pixels than any camera makes."), field="photo",
                      remedy=_("Send a photo of at most 64 megapixels."))


def _encode(raw: bytes) -> Picture:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_pixels()
        lat, lon = _position(image)
        # A JPEG can be decoded at a fraction of its size, which is most of the work of a large photo.
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = blurred(upright)
    # A new image carries pixels only: no EXIF, no profile, no comment.
    clean = Image.frombytes("RGB", upright.size, upright.tobytes())
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY)
    jpeg = out.getvalue()
    return Picture(jpeg, hashlib.sha256(jpeg).hexdigest(), clean.width, clean.height, lat, lon)


def blurred(image: Image.Image) -> Image.Image:
    """The picture as the deployment's own callable gives it back, faces and number plates blurred; as it is without.

    Whatever goes wrong in it refuses the picture: one that should have been blurred is never kept as it was.
    """
    if not settings.BLUR:
        return image
    try:
        found = import_string(settings.BLUR.replace(":", "."))(image)
        if not isinstance(found, Image.Image):
            raise TypeError("no picture came back")
        return found.convert("RGB")
    except Exception as error:
        log.exception("the callable of UNDERCITY_BLUR failed")
        raise RuleBroken(_("The picture could not be made ready."), field="photo",
                         remedy=_("Send the report without it; the operator is told.")) from error


def _position(image: Image.Image) -> tuple[float | None, float | None]:
    """EXIF GPS tags 1–4: hemisphere letters and degrees, minutes, seconds."""
    tags = image.getexif().get_ifd(0x8825)
    try:
        lat = _degrees(tags[2]) * (-1 if tags[1] in ("S", b"S") else 1)
        lon = _degrees(tags[4]) * (-1 if tags[3] in ("W", b"W") else 1)
    except (KeyError, TypeError, ZeroDivisionError, ValueError, IndexError):
        return None, None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None, None
    return round(lat, 6), round(lon, 6)


def _degrees(parts: tuple[float, float, float]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def path_of(sha256: str) -> Path:
    """Where a picture lies, by its content."""
    return Path(settings.MEDIA_ROOT) / "photos" / sha256[:2] / f"{sha256}.jpg"


def keep(picture: Picture) -> None:
    """Write the picture to disk, so that it is there before anybody is told it is. Writing it twice changes nothing."""
    write_once(path_of(picture.sha256), picture.jpeg)
