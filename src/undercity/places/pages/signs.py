"""What is printed for the door of a place: a poster with its QR code, the flood-season board. Each one page of A4."""

from __future__ import annotations

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext as _

from undercity import clock
from undercity.errors import NotFound
from undercity.org.queries import body_name, directory
from undercity.places.asking import address
from undercity.places.models import FloodBoard
from undercity.places.pages.places import SOURCES, row_by_key
from undercity.places.present import published_of
from undercity.places.queries import found

LOOPBACK = ("http://127.0.0.1", "http://localhost")


def poster(request: HttpRequest, key: str) -> HttpResponse:
    """A poster for the door: name, hours, way, and a QR code to the place's page."""
    row = row_by_key(request, key)
    target = printed(request, reverse("place", args=[key]))
    # Paper hangs for a season: it bears the published figure, never the measurement of the minute it was printed.
    return render(request, "places/poster.html", {
        "one": found(row, clock.now(), present=published_of(row)), "qr": drawn_code(target), "target": target,
        "district": body_name(row.district_id)})


def flood_board(request: HttpRequest, key: str) -> HttpResponse:
    """防汛责任公示牌: who answers for the place in the flood season, whom to call day and night, the way out."""
    row = row_by_key(request, key)
    board = FloodBoard.objects.filter(place=row).select_related("post__superior").first()
    if board is None:
        raise NotFound(_("This place has no flood-season board yet."), remedy=_("The keeper enters it."))
    language = get_language() or "zh-hans"
    target = printed(request, address(reverse("report"), [("lat", f"{row.lat:.5f}"), ("lon", f"{row.lon:.5f}")]))
    chinese = language.startswith("zh")
    return render(request, "places/board.html", {
        "one": found(row, clock.now()), "board": board, "qr": drawn_code(target), "target": target,
        "source": SOURCES.get(board.source, board.source), "keeper": body_name(board.keeper_id),
        "post": directory().title(board.post_id, language),
        "superior": directory().title(board.post.superior_id, language) if board.post.superior_id else "",
        "superior_body": body_name(board.post.superior.body_id) if board.post.superior else "",
        "way_out": board.way_out_zh if chinese or not board.way_out_en else board.way_out_en})


def printed(request: HttpRequest, path: str) -> str:
    """A whole address that holds on paper: that of the site where it is set, otherwise the one it was asked by."""
    known = settings.SITE_ADDRESS
    return request.build_absolute_uri(path) if known.startswith(LOOPBACK) else known + path


def drawn_code(text: str) -> SafeString:
    """The QR code of a text as SVG: quarter of it may be scratched or wet and it is still read."""
    code = segno.make(text, error="q", micro=False)
    return SafeString(code.svg_inline(scale=1, border=4, dark="#000", light="#fff", omitsize=True, svgclass=None,
                                      lineclass=None))
