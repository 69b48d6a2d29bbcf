"""Pictures of the product for the documents: docs/screenshots/, from a sample city served for the purpose.

Every page at 390 and 1440 pixels, in Chinese and English, light and dark. `make screenshots ONLY=portal` takes one.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from tests.server import Server

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = {390: 844, 1440: 900}
LANGUAGES = {"zh": "zh-CN", "en": "en"}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TALLEST = 1800
COLOURS = 96
# Which account looks at a page; empty: a citizen.
PAGES = {"portal": "", "place": "", "report": "", "receipt": "", "desk": "leader1", "case": "lead1", "map": "leader1",
         "score": "leader1", "components": "", "tour": "", "board": "lead1", "duty": "leader1",
         "field": "inspector1", "field-report": "inspector1", "field-queue": "inspector1",
         "report-what": "", "report-send": "", "shift": "intake1", "cases": "lead1", "today": "sanitation1",
         "hotspots": "lead1", "grids": "lead1", "find": "", "poster": "", "flood": "", "seasons": "duty1",
         "readings": "keeper2", "coverage": "duty1", "readiness": "duty1", "warnings": "duty1", "plan": "duty1",
         "response": "duty1", "response-board": "duty1", "orders": "keeper1", "needs": "duty1"}
ASK = """
from undercity.cases.models import Case
from undercity.org.queries import directory
from undercity.ledger.models import Task
from undercity.org.models import Post
import json
from undercity import clock
from undercity.forces.actions import needing
from undercity.org.models import Appointment
from undercity.org.queries import actor_for_person
from undercity.response.actions import levels
from undercity.response.models import Response
officer, second = (actor_for_person(Appointment.objects.get(post__key=key, ends=None).person_id)
                   for key in ("duty-officer-1", "duty-officer-2"))
body = directory().by_key["jinan-cad"]
flood = Response.objects.filter(body=body, timeline="real", level__gt=0).first()
if flood is None:
    # The evening of the pictures: the flood command has called a level.
    flood = levels.propose_level(body, 3, by=officer, at=clock.now(), basis="received", note="市防指电话通知（虚构）")
    for one in (officer, second):
        flood = levels.confirm(flood.pk, by=one, at=clock.now(), level=3)
    for what, lat, lon, urgency, m3h in (("地道口积水，需排水", 36.6452, 116.9957, "serious", 300),
                                         ("车库入口进水", 36.6583, 117.0121, "life", 600)):
        needing.need(by=officer, at=clock.now(), what=what, lat=lat, lon=lon, urgency=urgency, m3h=m3h)
case = Case.objects.filter(stage="closed", rework__gt=0).order_by("-id").select_related("report").first()
leader = Post.objects.get(key="leader-1").pk
task = Task.objects.filter(held_by=leader, status="open").order_by("due_at").first()
print(json.dumps({"case": case.number, "token": case.report.token, "task": str(task.pk) if task else "",
                  "department": directory().by_key["sz-municipal"], "flood": str(flood.pk), "plan": flood.plan}))
"""


@contextmanager
def served() -> Iterator[Server]:
    """A sample city in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="undercity-screenshots-"))
    server = Server(folder, f"sqlite:///{folder / 'undercity.sqlite3'}", with_worker=True,
                    extra={"UNDERCITY_DEMO": "true", "UNDERCITY_LOG_LEVEL": "WARNING"})
    try:
        for words in (("setup",), ("city", "load")):
            done = server.run(*words)
            if done.returncode:
                raise SystemExit(f"undercity {' '.join(words)}: {done.stderr}")
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def addresses(server: Server) -> dict[str, str]:
    """Where each page is in this city."""
    said = json.loads(server.run("shell", "--no-imports", "-c", ASK).stdout.strip().splitlines()[-1])
    return {"portal": "/", "place": "/places/cool-foshui/", "report": "/report/",
            "receipt": f"/receipt/{said['token']}",
            "desk": "/desk/", "case": f"/desk/cases/{said['case']}/", "map": "/map/?layer=below", "tour": "/tour/",
            "score": f"/desk/scores/2026-07/department/{said['department']}/", "components": "/components/",
            "board": "/desk/board/", "duty": f"/desk/duties/{said['task']}/", "field": "/field/",
            "field-report": "/field/#report", "field-queue": "/field/#queue", "report-what": "/report/",
            "report-send": "/report/", "shift": "/desk/shift/", "cases": "/desk/cases/?stage=disposal",
            "today": "/desk/today/", "hotspots": "/desk/cases/hotspots/", "grids": "/desk/grids/",
            "find": "/find/?lat=36.651&lon=116.998", "poster": "/places/cool-foshui/poster/",
            "flood": "/flood/", "seasons": "/desk/seasons/",
            "readings": "/desk/readings/places/cool-foshui/?span=week", "coverage": "/desk/coverage/",
            "readiness": "/desk/readiness/", "warnings": "/desk/warnings/", "plan": f"/desk/plans/{said['plan']}/",
            "response": f"/desk/response/{said['flood']}/", "response-board": f"/desk/response/{said['flood']}/board/",
            "orders": "/desk/orders/", "needs": "/desk/forces/needs/"}


def choose_a_street(page: Page) -> None:
    """The first step of a report, done."""
    page.locator("#id_area").select_option("daguanyuan")
    page.locator("#id_address").fill("泉城路第三中学东门以西 20 米")
    page.locator("main button.big").click()


def say_what(page: Page) -> None:
    """The first two steps of a report, done."""
    choose_a_street(page)
    page.locator("#id_text").fill("井盖破损，车过时响")
    page.locator("#id_category").select_option(index=1)
    page.locator("main button.big").click()


def take_a_photo(page: Page) -> None:
    """An inspector's report after its first tap."""
    page.goto(page.url.split("#")[0] + "?shot#report")
    page.locator(".first-tap input").set_input_files({
        "name": "photo.png", "mimeType": "image/png", "buffer": drawn_photo()})
    page.locator(".kinds button").first.click()


def keep_a_report(page: Page) -> None:
    """An inspector's report that waits for a signal."""
    page.context.set_offline(True)
    take_a_photo(page)
    page.locator(".send-bar button").click()
    page.locator(".dock a[href='#queue']").click()


def drawn_photo() -> bytes:
    """A street with a hole, drawn: no photograph is ours to show."""
    image = Image.new("RGB", (800, 600), "#9aa3a6")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 800, 180), fill="#c9d4d8")
    pen.polygon(((0, 600), (250, 180), (550, 180), (800, 600)), fill="#6d7477")
    pen.ellipse((330, 380, 500, 470), fill="#20262a", outline="#c96f1a", width=8)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# What somebody does before the picture is taken.
ACTS: dict[str, Callable[[Page], None]] = {
    "field": lambda page: page.locator("details.task summary").first.click(), "report-what": choose_a_street,
    "report-send": say_what, "field-report": take_a_photo, "field-queue": keep_a_report}


def sign_in(page: Page, base: str, account: dict[str, Any]) -> None:
    """As an officer."""
    page.goto(f"{base}/signin/")
    page.locator("#id_username").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("main button").first.click()
    page.wait_for_load_state()


def save(shot: bytes, target: Path) -> int:
    """With few colours, cut at a height: pictures of pages, not of photographs."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, TALLEST)))
    image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, optimize=True)
    return target.stat().st_size


def take(browser: Browser, server: Server, wanted: list[str]) -> int:
    """All pictures of these pages; how many bytes."""
    accounts = {row["username"]: row for row in json.loads(server.run("city", "accounts", "--json").stdout)}
    where, total = addresses(server), 0
    for width, height in WIDTHS.items():
        for short, locale in LANGUAGES.items():
            for theme in THEMES:
                for user in sorted({PAGES[name] for name in wanted}):
                    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale,
                                                  color_scheme=theme, timezone_id="Asia/Shanghai")
                    page = context.new_page()
                    if user:
                        sign_in(page, server.base, accounts[user])
                    for name in (name for name in wanted if PAGES[name] == user):
                        page.goto(server.base + where[name])
                        if name in ACTS:
                            ACTS[name](page)
                        page.wait_for_timeout(400)
                        total += save(page.screenshot(full_page=True), FOLDER / f"{name}-{width}-{short}-{theme}.png")
                    context.close()
    return total


def main() -> int:
    """Take them; 2 when a page is unknown, 1 when the browser is missing."""
    wanted = os.environ.get("ONLY", "").split() or list(PAGES)
    if unknown := [name for name in wanted if name not in PAGES]:
        print(f"no page is called {unknown[0]}; known: {', '.join(PAGES)}", file=sys.stderr)
        return 2
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        print("Chromium is missing. Cure: apt-get install -y chromium fonts-noto-cjk", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[
            "--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"])
        size = take(browser, server, wanted)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}, {size // 1024} KB new")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
