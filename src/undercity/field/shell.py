"""What makes the page an application that opens without signal: its worker, its manifest, its icons."""

from __future__ import annotations

import hashlib
import io
import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext as _, override
from django.views.decorators.cache import cache_control
from PIL import Image, ImageDraw

from undercity.errors import NotFound

SOURCE = Path(__file__).resolve().parent / "worker.js"
# Kept by every phone. Each name carries the hash of its content, so a changed file is another file.
ASSETS = ("undercity/site.css", "undercity/icon.svg", "undercity/field-store.js", "undercity/field-send.js",
          "undercity/field.js")
TEMPLATES = ("field/field.html", "site/base.html")
ICONS = {"192": (192, False), "512": (512, False), "maskable-512": (512, True), "180": (180, True)}


@cache
def _files() -> tuple[str, ...]:
    return tuple(staticfiles_storage.url(name) for name in ASSETS)


@cache
def version() -> str:
    """Follows from the content of everything the worker keeps: another file, another version."""
    found = hashlib.sha256(SOURCE.read_bytes())
    for url in _files():
        found.update(url.encode())
    for name in TEMPLATES:
        origin = getattr(get_template(name), "origin", None)
        found.update(Path(str(origin)).read_bytes())
    return found.hexdigest()[:16]


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it may serve every address of ours."""
    said = {"version": version(), "page": reverse("field"), "files": [
        *_files(), reverse("manifest"), reverse("icon", args=["192"])],
        "scripts": [url for url in _files() if "field-s" in url]}
    text = f"self.SHELL = {json.dumps(said)};\n{SOURCE.read_text(encoding='utf-8')}"
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


def manifest(request: HttpRequest) -> JsonResponse:
    """What the phone calls the application and shows on its first screen."""
    with override("zh-hans"):
        name, short, why = _("Undercity: field"), _("Field"), _("Tasks, reports and photos on the spot, without signal")
    response = JsonResponse({
        "id": reverse("field"), "name": name, "short_name": short, "description": why, "lang": "zh-CN",
        "start_url": reverse("field"), "scope": "/", "display": "standalone", "orientation": "portrait",
        "background_color": "#0a3f4b", "theme_color": "#0a3f4b",
        "icons": [{"src": reverse("icon", args=[name]), "sizes": f"{size}x{size}", "type": "image/png",
                   "purpose": "maskable" if full else "any"} for name, (size, full) in ICONS.items()],
    }, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache_control(public=True, max_age=86_400)
def icon(request: HttpRequest, name: str) -> HttpResponse:
    """Our own mark as PNG, for phones that read no SVG."""
    if name not in ICONS:
        raise NotFound(_("There is no page at this address."))
    return HttpResponse(_drawn(*ICONS[name]), content_type="image/png")


@cache
def _drawn(size: int, full: bool) -> bytes:
    """The drawing of `icon.svg`, 32 units wide. `full`: without round corners and smaller, for a mask of any form."""
    scale = size * 4 / 32
    image = Image.new("RGBA", (size * 4, size * 4))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, size * 4 - 1, size * 4 - 1), 0 if full else 7 * scale, fill="#0f5c6e")

    def line(points: list[tuple[float, float]], width: float, colour: str) -> None:
        shrunk = [((16 + (x - 16) * (0.72 if full else 1)) * scale, (16 + (y - 16) * (0.72 if full else 1)) * scale)
                  for x, y in points]
        thick = width * scale * (0.72 if full else 1)
        draw.line(shrunk, fill=colour, width=round(thick), joint="curve")
        for x, y in (shrunk[0], shrunk[-1]):
            draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=colour)

    line([(9, 13), (9, 8), (13, 8), (13, 13)], 2.2, "#cfe9ee")
    line([(17, 13), (17, 6), (21, 6), (21, 13)], 2.2, "#cfe9ee")
    line([(5, 13), (27, 13)], 2.4, "#ffffff")
    line([(9, 18), (16, 26), (23, 18), (9, 18)], 2.2, "#ffffff")
    line([(16, 18), (16, 26)], 2.2, "#ffffff")
    out = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
