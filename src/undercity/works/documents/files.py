"""Files of documents on disk, named by their content, beside the pictures of evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from undercity.errors import TooLarge
from undercity.ledger import pictures
from undercity.ledger.files import write_once
from undercity.works.documents.rules import checked_pdf, media_of
from undercity.works.documents.states import Media


@dataclass(frozen=True, slots=True)
class File:
    """A file ready to be kept: what it is, its bytes, their SHA-256. A picture was decoded and written anew."""

    media: Media
    content: bytes
    sha256: str


def read_file(raw: bytes) -> File:
    """Check an upload: its size, its kind by content. RuleBroken when it is neither PDF nor picture."""
    if len(raw) > settings.PHOTO_MAX_BYTES:
        raise TooLarge(_("The file is larger than %(mb)d MB.") % {"mb": settings.PHOTO_MAX_BYTES // 1024 // 1024},
                       field="file", remedy=_("Scan it at a lower resolution."))
    if media_of(raw) is Media.PDF:
        checked_pdf(raw)
        return File(Media.PDF, raw, hashlib.sha256(raw).hexdigest())
    picture = pictures.read_picture(raw)
    return File(Media.PICTURE, picture.jpeg, picture.sha256)


def path_of(sha256: str, media: str) -> Path:
    """Where a file lies."""
    if media == Media.PICTURE:
        return pictures.path_of(sha256)
    return Path(settings.MEDIA_ROOT) / "documents" / sha256[:2] / f"{sha256}.pdf"


def keep(file: File) -> None:
    """Write the file to disk, so that it is there before anybody is told it is. Twice changes nothing."""
    write_once(path_of(file.sha256, file.media), file.content)
