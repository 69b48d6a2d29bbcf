"""An inspector underground: what is recorded without signal arrives once and whole, whatever happens on the way."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.city import png
from tests.server import Server
from tests.walk.wire import Wire

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.once("postgresql")
ROOT = Path(__file__).resolve().parents[2]
INSPECTOR = "inspector1"
# Run inside the deployment: cases that this inspector is asked to verify, the last of them with a photo.
PREPARE = """
import json, sys
sys.path.insert(0, {root!r})
from tests.city import City, png
from undercity import clock
from undercity.ledger.pictures import read_picture
from undercity.org.models import Post
city, found = City(), []
city.at = clock.now()
mine = Post.objects.get(key="inspector-1").pk
for n in range({count}):
    photos = [read_picture(png((90, 90, 90), (120, 90)))] if n == {count} - 1 else []
    case = city.steps()["intake"](city.reported(photos=photos), city.post("intake_officer"), city.at)
    assert city.duty(case).post_id == mine
    found.append(str(case.uid))
print(json.dumps(found))
"""
# What the record and the rows say afterwards of cases and of the phones' actions.
ASK = """
import json
from undercity.cases.models import Case, Note, Photo
from undercity.field.models import Received
from undercity.ledger.models import Entry
from undercity.ledger.pictures import path_of
from PIL import Image
def sizes(case):
    return [list(Image.open(path_of(one.sha256)).size) + [one.width, one.height] for one in
            Photo.objects.filter(case=case).exclude(verb="report" if case.source == "citizen" else "")]
rows = list(Received.objects.order_by("key"))
cases = {one.uid: one for one in Case.objects.filter(uid__in=[row.subject for row in rows]).select_related("report")}
print(json.dumps([{
    "key": str(row.key), "doing": row.doing, "subject": str(row.subject), "text": cases[row.subject].report.text,
    "verbs": [entry.verb for entry in Entry.objects.filter(stream=row.subject).order_by("sequence")
              if not entry.verb.startswith("duty.")],
    "notes": [note.text for note in Note.objects.filter(case_id=row.subject)],
    "photos": sizes(cases[row.subject])} for row in rows]))
"""
# Fills in and sends a form of the page as a hurried hand does, twice; resolves when the page says that it is saved.
RECORD = """async ({subject, words, photo}) => {
  const until = async (found) => {
    for (let n = 0; n < 1500; n++) {
      const it = found();
      if (it) return it;
      await new Promise(done => setTimeout(done, 10));
    }
    throw new Error("never: " + found);
  };
  const give = (input) => {
    if (!photo) return;
    const bytes = Uint8Array.from(atob(photo), letter => letter.charCodeAt(0)), data = new DataTransfer();
    data.items.add(new File([bytes], "photo.png", {type: "image/png"}));
    input.files = data.files;
    input.dispatchEvent(new Event("change"));
  };
  document.getElementById("field-said").replaceChildren();
  if (subject) {
    location.hash = "#tasks";
    const box = await until(() => document.querySelector(`details[data-subject="${subject}"]`));
    box.open = true;
    const form = await until(() => box.querySelector("form[data-doing='case.verify']"));
    form.querySelector("input[value=exists]").click();
    form.querySelector("textarea").value = words;
    give(form.querySelector("input[type=file]"));
    if (photo) await until(() => form.querySelector(".thumbs figure"));
    form.querySelector("button.full").click();
    form.querySelector("button.full").click();
  } else {
    location.hash = "#report";
    const form = await until(() => document.querySelector("#field-report form"));
    give(form.querySelector("input[type=file]"));
    if (!photo) [...form.querySelectorAll("button.plain")].pop().click();
    (await until(() => form.querySelector(".kinds button"))).click();
    form.querySelector("#report-text").value = words;
    form.querySelector("#report-area").selectedIndex = 1;
    if (photo) await until(() => form.querySelector(".thumbs figure"));
    form.querySelector(".send-bar button").click();
    form.querySelector(".send-bar button").click();
  }
  const said = await until(() => document.querySelector("#field-said li"));
  if (!said.classList.contains("success")) throw new Error(said.textContent);
}"""


def told(server: Server, words: str) -> Any:
    """What a few lines inside the deployment print."""
    done = server.run("shell", "--no-imports", "-c", words)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def people(city_server: Server) -> dict[str, dict[str, Any]]:
    """The sample accounts by name."""
    rows: list[dict[str, Any]] = json.loads(city_server.run("city", "accounts", "--json").stdout)
    return {row["username"]: row for row in rows}


@pytest.fixture(scope="module")
def tasks(city_server: Server, rounds: Callable[[int, int], int]) -> list[str]:
    """Cases that wait for the inspector, enough for every test of this file: each takes its own from the end."""
    found: list[str] = told(city_server, PREPARE.format(root=str(ROOT), count=rounds(12, 100) + 3))
    return found


def until(page: Page, question: str, given: Any = None) -> None:
    """Until an expression of the page is true. (Waiting inside the page would need eval, which our policy forbids.)"""
    for _ in range(600):
        if page.evaluate(question, given):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {question}")


def sign_in(page: Page, base: str, who: dict[str, Any]) -> None:
    page.goto(f"{base}/signin/")
    page.locator("#id_username").fill(who["username"])
    page.locator("#id_password").fill(who["password"])
    with page.expect_navigation():
        page.locator("main button").click()


def ready(page: Page, base: str) -> None:
    """The page is open, from the network or from the phone."""
    page.goto(f"{base}/field/")
    page.wait_for_selector("html[data-field=ready]")


def installed(page: Page) -> None:
    """The worker has everything, and the photos of the tasks are kept."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "navigator.serviceWorker.controller !== null")
    page.wait_for_selector("html[data-photos-kept=yes]")


def waiting(page: Page) -> int:
    """How many actions the phone still keeps."""
    return int(page.evaluate("undercity.store.queue().then(rows => rows.length)"))


@dataclass
class Phone:
    """A browser with a profile that outlives it, so that it can be killed."""

    browser: Browser
    folder: Path
    base: str
    who: dict[str, Any]
    page: Any = field(init=False, default=None)
    process: Any = field(init=False, default=None)

    def start(self) -> Phone:
        """A new process on the same profile."""
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        assert program
        port = self.folder / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for _ in range(600):
            if port.exists() and port.read_text().strip():
                break
            time.sleep(0.05)
        over = self.browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{port.read_text().splitlines()[0]}")
        self.page = over.contexts[0].new_page()
        self.page.set_viewport_size({"width": 390, "height": 844})
        return self

    def kill(self) -> None:
        """kill -9 of the browser and all it started: the group is its own."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def signed_in_again(self) -> None:
        """The queue waits for its owner: a killed browser may have lost its cookies."""
        self.page.wait_for_selector("#field-net.green, #field-net.red", timeout=120_000)
        if self.page.locator("#field-net.red").count():
            sign_in(self.page, self.base, self.who)
            ready(self.page, self.base)


@contextmanager
def phone_on(browser: Browser, folder: Path, wire: Wire, who: dict[str, Any]) -> Iterator[Phone]:
    phone = Phone(browser, folder, wire.base, who).start()
    try:
        yield phone
    finally:
        phone.kill()


def plan(tasks: list[str], count: int, photos: int) -> list[dict[str, Any]]:
    """`count` actions, verifications and reports in turn; so many with a photo, each of a size of its own."""
    with_photo = set(random.Random(7).sample(range(count), photos))
    return [{"subject": tasks[n // 2] if n % 2 == 0 else None, "words": f"第{n:03d}项", "size": size,
             "photo": base64.b64encode(png((n, 99, 99), size)).decode() if n in with_photo else None}
            for n in range(count) for size in [(100 + n, 60 + n)]]


@pytest.mark.deep
@pytest.mark.timeout(900)
def test_a_queue_arrives_once_and_whole_across_broken_connections_and_killed_browsers(
        city_server: Server, people: dict[str, dict[str, Any]], tasks: list[str], browser: Browser, tmp_path: Path,
        rounds: Callable[[int, int], int], request: pytest.FixtureRequest) -> None:
    count, photos, cuts, kills = rounds(24, 200), rounds(6, 50), rounds(3, 20), rounds(1, 5)
    todo, dice = plan(tasks, count, photos), random.Random(20)
    killed_at = {(n + 1) * cuts // kills - 1 for n in range(kills)}
    killed = 0
    with Wire(city_server.port) as wire, phone_on(browser, tmp_path / "profile", wire, people[INSPECTOR]) as phone:
        sign_in(phone.page, wire.base, phone.who)
        ready(phone.page, wire.base)
        installed(phone.page)
        for n in range(cuts):
            wire.cut()
            for one in todo[n * count // cuts:(n + 1) * count // cuts]:
                phone.page.evaluate(RECORD, {name: one[name] for name in ("subject", "words", "photo")})
            if n in killed_at:
                # By turns: written and not yet sent, or in the middle of sending.
                if killed % 2:
                    wire.mend()
                    time.sleep(dice.uniform(0.05, 0.6))
                phone.kill()
                killed += 1
                phone.start()
                ready(phone.page, wire.base)
                assert killed % 2 == 0 or waiting(phone.page) >= count // cuts
            # Once in a while the request arrives and only its answer is lost; surely so at the end, which waits for it.
            wire.mend(deaf=n % 3 == 0 or n == cuts - 1)
            phone.page.evaluate("dispatchEvent(new Event('online'))")
            if n in killed_at:
                phone.signed_in_again()
            phone.page.wait_for_timeout(dice.uniform(100, 900))
        phone.signed_in_again()
        for _ in range(1500):
            if waiting(phone.page) == 0:
                break
            phone.page.wait_for_timeout(200)
        assert waiting(phone.page) == 0, phone.page.evaluate("undercity.store.queue()")
        sent = phone.page.evaluate("undercity.store.sent()")
        assert wire.cuts >= cuts
    assert killed == kills
    # Other tests of this deployment sent something too, in other words.
    rows = [row for row in told(city_server, ASK) if "第" in row["text"] + "".join(row["notes"])]
    assert_each_once(rows, todo, {one["key"] for one in sent})
    again = sum(not one["first"] for one in sent)
    assert again >= 1, "no answer was ever lost: the test does not test what it says"
    request.node.user_properties += [("actions", count), ("photos", photos), ("disconnections", cuts),
                                     ("kills", kills), ("answered again", again)]
    replayed = city_server.run("ledger", "replay")
    assert replayed.returncode == 0, replayed.stdout


def assert_each_once(rows: list[dict[str, Any]], todo: list[dict[str, Any]], keys: set[str]) -> None:
    """Every action is in the record once, under the phone's key, with its words and its photo."""
    assert Counter(row["key"] for row in rows) == Counter(keys)
    assert len(rows) == len(todo)
    by_words = {words: row for row in rows for words in [row["text"] if row["doing"] == "case.report"
                                                         else row["notes"][0].splitlines()[0]]}
    assert len(by_words) == len(todo), "one was doubled and another lost"
    for one in todo:
        row = by_words[one["words"]]
        if one["subject"]:
            assert row["subject"] == one["subject"]
            assert row["verbs"] == ["case.reported/1", "case.verification_sent/1", "case.verified/1"]
        else:
            assert row["verbs"] == ["case.reported/1"]
        assert row["photos"] == ([[*one["size"], *one["size"]]] if one["photo"] else [])


VERIFIED_MEANWHILE = """
import json, sys
sys.path.insert(0, {root!r})
from tests.city import City
from undercity import clock
from undercity.cases.models import Case
city = City()
city.at = clock.now()
for case in Case.objects.filter(uid__in={subjects!r}):
    city.steps()["verifying"](case, city.whose(city.duty(case)), city.at)
print(json.dumps("done"))
"""
MIGRATE = """async () => {
  (await undercity.store.open()).onversionchange();
  undercity.store.STEPS.push((db, transaction) => transaction.objectStore("queue").createIndex("doing", "doing"));
  const db = await undercity.store.open();
  return [db.version, (await undercity.store.queue()).length];
}"""


def held(context_of: Callable[..., BrowserContext], wire: Wire, who: dict[str, Any], **wishes: Any) -> Page:
    """A phone in somebody's hand, with everything on it that it needs."""
    page = context_of(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, **wishes).new_page()
    sign_in(page, wire.base, who)
    ready(page, wire.base)
    page.wait_for_selector("#field-net.green")
    installed(page)
    return page


def sent_all(page: Page) -> None:
    """Nothing waits any more but what needs the user."""
    until(page, "undercity.store.queue().then(rows => rows.every(row => row.state === 'refused'))")


@pytest.mark.timeout(180)
def test_without_signal_tasks_photos_and_map_open_and_a_report_takes_three_taps(
        city_server: Server, people: dict[str, dict[str, Any]], tasks: list[str],
        context_of: Callable[..., BrowserContext], tmp_path: Path) -> None:
    first = tasks[-1]
    photo = tmp_path / "pit.png"
    photo.write_bytes(png((90, 60, 30), (640, 480)))
    with Wire(city_server.port) as wire:
        page = held(context_of, wire, people[INSPECTOR], permissions=["geolocation"],
                    geolocation={"latitude": 36.6551, "longitude": 117.0031})
        wire.cut()
        page.close()
        page = page.context.new_page()
        ready(page, wire.base)
        box = page.locator(f"details[data-subject='{first}']")
        box.locator("summary").tap()
        assert page.evaluate("async img => { await img.decode(); return img.naturalWidth; }",
                             box.locator(".photos img").first.element_handle()) == 120
        assert "井盖破损" in box.inner_text()
        page.locator(".dock a[href='#map']").tap()
        # It is drawn from what the phone kept, which takes the phone a moment.
        page.locator("#field-map svg path").nth(5).wait_for(state="attached")
        assert page.locator("#field-map .pin.case").count() >= 1
        started = time.perf_counter()
        page.locator(".dock-main").tap()
        with page.expect_file_chooser() as chooser:
            page.locator(".first-tap").tap()
        chooser.value.set_files(photo)
        page.locator(".kinds button").first.tap()
        page.wait_for_selector("#field-report [role=status] >> text=±")
        page.locator(".send-bar button").tap()
        page.wait_for_selector("#field-said .success")
        assert time.perf_counter() - started < 15
        assert waiting(page) == 1
        row = page.evaluate("undercity.store.queue()")[0]
        assert (round(row["values"]["lat"], 4), row["photos"]) == (36.6551, 1)
        wire.mend()
        page.evaluate("dispatchEvent(new Event('online'))")
        sent_all(page)
        report = next(one for one in told(city_server, ASK) if one["key"] == row["key"])
        assert report["photos"] == [[640, 480, 640, 480]]


def updated(server: Server, folder: Path) -> Server:
    """The same city after an update: another stylesheet, served beside the first from a state folder of its own."""
    var = folder / "updated"
    shutil.copytree(server.var, var, ignore=shutil.ignore_patterns("media"))
    # It is one city: its photos lie where they lay.
    (server.var / "media").mkdir(exist_ok=True)
    (var / "media").symlink_to(server.var / "media")
    known = var / "static" / "staticfiles.json"
    listing = json.loads(known.read_text())
    old = var / "static" / listing["paths"]["undercity/site.css"]
    new = old.with_name("site.0123456789ab.css")
    new.write_text(old.read_text() + "\n.update{color:red}\n")
    listing["paths"]["undercity/site.css"] = f"undercity/{new.name}"
    known.write_text(json.dumps(listing))
    return Server(var, server.database_url, extra=server.extra).start()


@pytest.mark.timeout(180)
def test_an_update_a_sign_out_and_another_user_leave_the_queue_alone(
        city_server: Server, people: dict[str, dict[str, Any]], context_of: Callable[..., BrowserContext],
        tmp_path: Path) -> None:
    photo = base64.b64encode(png((9, 9, 9), (77, 55))).decode()
    with Wire(city_server.port) as wire:
        page = held(context_of, wire, people[INSPECTOR])
        wire.cut()
        for n in range(3):
            page.evaluate(RECORD, {"subject": None, "words": f"更新前{n}", "photo": photo if n == 0 else None})
        page.context.clear_cookies(name="sessionid")
        caches = page.evaluate("caches.keys()")
        served = updated(city_server, tmp_path)
        try:
            wire.to = served.port
            wire.mend()
            ready(page, wire.base)
            until(page, """old => caches.keys().then(now => {
                const shells = now.filter(one => one.startsWith("undercity-field-"));
                return shells.length === 1 && !old.includes(shells[0]);
            })""", caches)
            ready(page, wire.base)
            assert page.evaluate("[...document.styleSheets].some(one => one.href.includes('0123456789ab'))")
            page.wait_for_selector("#field-net.red")
            page.locator(".dock a[href='#queue']").click()
            assert page.locator("#field-queue .notice a").get_attribute("href") == "/signin/?next=/field/"
            assert (waiting(page), page.locator("#field-queue .waiting").count()) == (3, 3)
            sign_in(page, wire.base, people["leader1"])
            ready(page, wire.base)
            page.wait_for_selector("#field-net.green")
            page.locator(".dock a[href='#queue']").click()
            page.wait_for_selector("#field-queue .notice")
            assert "3" in page.inner_text("#field-queue .notice")
            assert (waiting(page), page.locator("#field-queue .waiting").count()) == (3, 0)
            page.context.clear_cookies(name="sessionid")
            sign_in(page, wire.base, people[INSPECTOR])
            ready(page, wire.base)
            until(page, "undercity.store.queue().then(rows => rows.length === 0)")
            rows = [row for row in told(city_server, ASK) if row["text"].startswith("更新前")]
            assert sorted((row["text"], row["photos"]) for row in rows) == [
                ("更新前0", [[77, 55, 77, 55]]), ("更新前1", []), ("更新前2", [])]
            wire.cut()
            page.evaluate(RECORD, {"subject": None, "words": "迁移前", "photo": photo})
            assert page.evaluate(MIGRATE) == [2, 1]
            assert page.evaluate("undercity.store.queue().then(rows => undercity.store.photos(rows[0].key))"
                                 ".then(photos => photos[0].size)") == len(base64.b64decode(photo))
        finally:
            served.stop()


@pytest.mark.timeout(180)
def test_what_moved_on_stands_beside_what_was_recorded_and_a_bad_photo_has_its_remedy(
        city_server: Server, people: dict[str, dict[str, Any]], tasks: list[str],
        context_of: Callable[..., BrowserContext]) -> None:
    taken, lost = tasks[-3:-1]
    with Wire(city_server.port) as wire:
        page = held(context_of, wire, people[INSPECTOR], locale="en")
        wire.cut()
        for subject, words in ((taken, "还在"), (lost, "也在")):
            page.evaluate(RECORD, {"subject": subject, "words": words, "photo": base64.b64encode(png()).decode()})
        page.evaluate(RECORD, {"subject": None, "words": "坏照片", "photo": base64.b64encode(b"no picture").decode()})
        told(city_server, VERIFIED_MEANWHILE.format(root=str(ROOT), subjects=[taken, lost]))
        wire.mend()
        page.locator(".dock a[href='#queue']").click()
        page.locator("#send-now").click()
        until(page, "document.querySelectorAll('#field-queue .refused').length === 3")
        card = page.locator(".refused", has_text="还在")
        sides = card.locator(".beside > div")
        assert "还在" in sides.nth(0).inner_text()
        assert "Verified on site" in sides.nth(1).inner_text()
        assert "Inspector 1" in sides.nth(1).inner_text()
        assert card.locator("[data-choice=again]").count() == 0
        card.locator("[data-choice=remark]").click()
        bad = page.locator(".refused", has_text="坏照片")
        assert "Photo 1" in bad.locator(".errors").inner_text()
        bad.get_by_role("button", name="Leave that photo out").click()
        sent_all(page)
        thrown = page.locator(".refused", has_text="也在")
        thrown.locator("summary").click()
        thrown.locator("[data-discard]").click()
        until(page, "undercity.store.queue().then(rows => rows.length === 0)")
        rows = told(city_server, ASK)
        remark = next(row for row in rows if row["subject"] == taken)
        assert remark["doing"] == "case.remark"
        assert (remark["verbs"][-2:], remark["photos"]) == (["case.verified/1", "case.remarked/1"], [[64, 48, 64, 48]])
        assert any("还在" in note for note in remark["notes"])
        assert [row["photos"] for row in rows if row["text"] == "坏照片"] == [[]]
        assert not any(row["subject"] == lost for row in rows)
