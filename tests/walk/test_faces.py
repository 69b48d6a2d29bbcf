"""Every page at both widths, in both languages, light and dark: no overflow, no fault of accessibility, by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.once, pytest.mark.faces]

ROOT = Path(__file__).resolve().parents[2]
Look = Callable[["Page"], list[str]]

PUBLIC = ("/", "/?lat=36.65&lon=117.0", "/?lat=x&lon=y", "/find/", "/find/?lat=36.65&lon=117.0&with=seats",
          "/find/?at=36.65,117.0", "/find/?at=经", "/find/map/", "/find/map/?lat=36.65&lon=117.0",
          "/places/cool-foshui/poster/", "/places/cool-foshui/flood-board/", "/places/", "/places/cool-foshui/",
          "/places/cool-anda/", "/places/cool-fengcheng/", "/places/improved/",
          "/map/", "/map/?layer=below&sheet=centre", "/map/?sheet=city", "/report/", "/about/", "/components/",
          "/signin/", "/receipt/no-such-code", "/tour/", "/numbers/", "/duties/", "/source/", "{receipt}",
          "/warnings/", "/api/", "/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/places",
          "/ogc/collections/places/items", "/ogc/collections/places/items?limit=2", "/ogc/collections/districts/items",
          "/ogc/collections/places/items/cool-foshui", "/ogc/collections/districts/items/lixia",
          "{supporter}", "{public}", "{code}", "{messages}", "{link}", "/flood/", "/tour/storm/", "{evening}",
          "{attend}")
# Asked for what is not there, or cannot be read.
REFUSED = ("/receipt/no-such-code", "/?lat=x&lon=y")
# Pages of officers by who looks at them. A new page is added here.
DESK = {
    "leader1": ("/desk/", "/desk/board/", "/desk/cases/", "{closed}", "{sheet}", "/desk/duties/",
                "/desk/duties/?state=done", "/desk/duties/give/", "{task}", "{visit}", "/desk/scores/",
                "/desk/scores/?object=inspector", "{score}",
                "{score}intime_dispose_rate/", "/desk/works/", "{work}", "/desk/upkeep/", "/map/", "/map/?layer=below",
                "/places/cool-foshui/", "/desk/looks/", "/desk/reach/"),
    "leader2": ("/desk/coverage/", "/desk/coverage/?area=shizhong&open=now", "/desk/coverage/cells/?far=1",
                "/desk/coverage/plans/", "{plan}", "{room}", "/desk/coverage/what-if/?place=cool-foshui",
                "/desk/coverage/people/", "{expired}", "{applied}", "/desk/upkeep/?by=district",
                "/desk/works/?permit=expired"),
    "lead1": ("/desk/", "{filing}", "/desk/grids/", "{grid}", "/desk/shift/", "/desk/cases/filters/",
              "/desk/cases/map/", "/desk/cases/hotspots/"),
    "sanitation1": ("/desk/today/",),
    "inspector1": ("/field/", "/field/?1#report", "/field/?2#map", "/field/?3#queue"),
    "intake1": ("/desk/hotline/",),
    "keeper2": ("/desk/readings/", "/desk/readings/places/cool-foshui/?span=week",
                "/desk/readings/places/xugou-shizhong-001/", "/desk/readings/devices/demo-xugou-shizhong-001/",
                "/desk/readings/enter/", "/desk/readings/enter/xugou-shizhong-001/", "/desk/readings/apart/",
                "/desk/readings/csv/", "/desk/readings/devices/new/"),
    "duty1": ("/desk/warnings/", "/desk/warnings/?hazard=heat#history", "{warning}", "/desk/warnings/enter/",
              "/desk/warnings/sources/", "/desk/warnings/gauges/?mm=42&hours=1", "/desk/warnings/messages/",
              "{bulletin}", "/desk/seasons/", "{season}", "/desk/seasons/cool-foshui/2027/", "/desk/seasons/heat/",
              "/desk/seasons/announcements/", "/desk/seasons/visitors/", "/desk/seasons/refit/", "{refit}",
              "/desk/register/", "{columns}", "{faulty}", "{faulty}?kind=changed", "{faulty}?kind=new", "{imported}",
              "{profile}"),
    "admin1": ("/desk/outbox/", "/desk/outbox/?state=delivered&level=0", "/desk/groups/", "/desk/groups/jinan-cad/",
               "/desk/warnings/sources/", "/desk/plans/", "/desk/plans/new/", "{emergency}", "{emergency}?view=time",
               "{emergency}history/", "{emergency}dry-run/?level=3&was=4&day=2026-07-18", "{draft}",
               "{draft}since/{former}/", "{emergency}command/?level=3&was=4&day=2026-07-18",
               "/desk/forces/teams/new/", "/desk/forces/roster/", "{team}", "/desk/readiness/checklists/"),
    "duty2": ("/desk/response/", "{response}", "{response}board/", "{response}board/?standing=silent",
              "{response}give/", "{response}reports/", "{response}reports/1/", "{waiting}", "/desk/exercises/",
              "{exercise}", "/desk/forces/", "/desk/forces/needs/", "/desk/forces/points/", "{proposal}", "{sent}",
              "{sign_in}", "/desk/forces/medical/?ask=1&g1-lat=36.65&g1-lon=117&g1-red=9"),
    "keeper5": ("/desk/orders/", "{order}"),
    "municipal1": ("{checkin}",),
    "leader3": ("/desk/readiness/", "/desk/readiness/?day=2026-06-01&standing=not&by=keeper",
                "/desk/readiness/?topic=street"),
    "keeper4": ("/desk/readiness/", "{ready}", "{looks}", "{looked}", "/desk/readiness/material/", "{stock}",
                "/desk/readiness/material/new/", "/desk/readiness/checklists/",
                "/desk/readiness/checklists/flood-before/", "/field/"),
    "keeper1": ("{check}", "{checked}", "{mall}", "{mall}lease/", "{mall}documents/"),
}
ASK = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
""" + """
from undercity.cases.models import Case
from undercity.ledger.models import Task
from undercity.org.models import Post
from undercity.org.queries import directory
from undercity.places.models import RefitItem, Season, UnitGrid
from undercity.works.models import Document, Permit, UpkeepCheck, Work
import json
def case(**more): return Case.objects.filter(**more).order_by("-id").select_related("report").first()
from undercity import clock
from undercity.cases.actions.following import follow
from undercity.cases.actions.voices import add, support
from undercity.ledger.actions import look
from undercity.org.models import Appointment
from undercity.org.queries import actor_for_person
now = clock.now()
mine = support(case(stage="disposal").number, at=now, text="我也看到了")
add(mine.token, at=now, text="又塌了一块")
there = follow(mine.case_id, at=now, address="zhang@example.com")
sees = actor_for_person(Appointment.objects.get(post__key="leader-1", ends__isnull=True).person_id)
look(by=sees, subject_kind="case", subject=mine.case_id, fields=["contact"], reason="核实地点")
leader = Post.objects.get(key="leader-1").pk
task = Task.objects.filter(held_by=leader, status="open").first()
work = Work.objects.filter(code__startswith="虚构-市中").first()
visit = Task.objects.filter(template="monthly-visit", status="done").first()
mall = UpkeepCheck.objects.filter(body__key="op-mall")
shop = Work.objects.get(uid=Document.objects.filter(body__key="op-mall").first().work_id)
def permit(state): return f"/desk/permits/{Permit.objects.filter(state=state).first().uid}/"
duty = actor_for_person(Appointment.objects.get(post__key="duty-officer-1", ends__isnull=True).person_id)
from tests.register.sheets import row_of, xlsx
from undercity.register.actions import applying, uploading
from undercity.science.coordinates import Datum
def sheet(*rows):
    made = uploading.take_in("台账.xlsx", xlsx(list(rows)), by=duty, at=clock.now())
    return made, lambda: uploading.settle(made.pk, made.columns, datum=Datum.GCJ02, day=clock.now().date(), by=duty)
imported, settle = sheet(row_of(901), row_of(902))
settle()
applying.apply(imported.pk, by=duty, at=clock.now())
columns, _ = sheet(row_of(903))
faulty, settle = sheet(row_of(901, 挡水板=9, 完好等级="较差"), row_of(902, 容积="很大"), row_of(904))
settle()
from undercity.coverage.actions.planning import ask_plan, solve
from undercity.coverage.rules import asked
director = actor_for_person(Appointment.objects.get(post__key="leader-2", ends__isnull=True).person_id)
def plan(kind):
    question = asked(kind=kind, k="5", minutes="15", uses=["idle", "cooling", "reading"], listing="all")
    made = ask_plan(question, scope=directory().by_key["jinan"], moment=None, by=director, at=now)
    return f"/desk/coverage/plans/{solve(made.pk, by=director, at=now).pk}/"
grid = UnitGrid.objects.order_by("code").first().responsibility
season = Season.objects.get(place__key="cool-weishier", timeline=clock.REAL)
from undercity.forces.actions import accept, need, propose
from undercity.forces.models import Deployment
from undercity.forces.queries.deployments import token_of as code_of
watch = actor_for_person(Appointment.objects.get(post__key="duty-officer-2", ends__isnull=True).person_id)
wet = need(by=watch, at=now, what="通道积水（演示）", where="2号口", lat=36.6436, lon=117.0071, m3h=1300,
           urgency="life", skills={"pumping": 6}, client_key="faces-1")
need(by=watch, at=now, what="路口疏导（演示）", lat=36.65, lon=117.01, skills={"traffic": 500},
     client_key="faces-2")
proposal = propose(by=watch, at=now)
drawn = accept(proposal.pk, by=watch, at=now)[0]
sent = Deployment.objects.filter(point__isnull=False).first()
refit = RefitItem.objects.filter(stage="done").first()
from datetime import timedelta
from undercity.notices.actions import put
from undercity.notices.links import token_of
from undercity.ledger.models import Duty
own = Duty.objects.get(pk=task.duty)
told = put(code=own.kind, post=leader, appointment=None, subject_kind=own.subject_kind, subject=own.subject, due_at=now)
holder = Appointment.objects.get(post=leader, ends__isnull=True).pk
from undercity.response.models import PlanVersion
from undercity.response.plans.actions import save_draft
emergency = PlanVersion.objects.get(code="cad-flood")
planner = actor_for_person(Appointment.objects.get(post__key="administrator-1", ends__isnull=True).person_id)
changed = emergency.file.text.replace("2026.1", "2026.2").replace("done = 20", "done = 25")
draft = save_draft(changed, by=planner, at=now)
from undercity.response.actions import exercises, levels, reports
from undercity.response.evening.actions import begin_evening, go_on
from undercity.response.models import Order, Response
flood = Response.objects.filter(body__key="shizhong", stage="proposed").first() or levels.propose_level(
    directory().by_key["shizhong"], 4, by=duty, at=now, basis="received", note="市防指电话")
flood = levels.confirm(flood.pk, by=duty, at=now)
reports.write_report(flood.pk, by=duty, at=now)
waits = Response.objects.filter(stage="proposed").first() or levels.propose_level(
    directory().by_key["jinan-cad"], 4, by=duty, at=now, basis="received", note="市防指电话")
drill = exercises.begin_exercise(directory().by_key["shizhong"], 3, by=duty, at=now, title="汛前演练")
evening = begin_evening(clock.real_now())
go_on(evening, clock.real_now())
order = Order.objects.filter(response=flood, post__key="keeper-5").first()
from undercity.alerts import actions as alerting
from undercity.alerts.models import ReceivedWarning
from undercity.alerts.states import Matter
from undercity.places.models import Place
duty = actor_for_person(Appointment.objects.get(post__key="duty-officer-1", ends__isnull=True).person_id)
closing = alerting.issue(by=duty, at=now, body=directory().by_key["jinan"], matter=Matter.CLOSING,
    zh=alerting.Said("安达地道今日关闭", "因暴雨关闭。"),
    en=alerting.Said("Anda tunnel closed today", "Closed for rain."),
    places=[Place.objects.get(key="cool-anda").pk], ends=now + timedelta(hours=6), client_key="faces")
rain = ReceivedWarning.objects.filter(hazard="rain").first()
from undercity.inspections.models import Inspection, Material
looks = Inspection.objects.filter(body__key="op-property-1")
stock = Material.objects.filter(body__key="op-property-1", duty__isnull=False).first()
looks_at = looks.filter(status="open").select_related("place").first()
print(json.dumps({
    "response": f"/desk/response/{flood.pk}/", "waiting": f"/desk/response/{waits.pk}/",
    "exercise": f"/desk/exercises/{drill.pk}/", "attend": f"/exercise/{drill.pk}/",
    "evening": f"/tour/storm/{evening.pk}/", "order": f"/desk/orders/{order.pk}/",
    "link": f"/n/{token_of(told.pk, holder, clock.real_now() + timedelta(days=1))}/",
    "warning": f"/desk/warnings/{rain.pk}/", "bulletin": f"/desk/warnings/messages/{closing.pk}/",
    "team": f"/desk/forces/teams/{drawn.team_id}/",
    "proposal": f"/desk/forces/proposals/{propose(by=watch, at=now).pk}/",
    "sent": f"/desk/forces/deployments/{sent.pk}/", "sign_in": f"/desk/forces/code/n/{wet.pk}/",
    "checkin": f"/checkin/{code_of('n', wet.pk, 'real')}/",
    "ready": f"/desk/readiness/places/{looks_at.place.key}/", "looks": f"/desk/readiness/checks/{looks_at.pk}/",
    "looked": f"/desk/readiness/checks/{looks.filter(status='done', again__gt=0).first().pk}/",
    "stock": f"/desk/readiness/material/{stock.pk}/",
    "season": f"/desk/seasons/{season.pk}/", "refit": f"/desk/seasons/refit/{refit.pk}/",
    "emergency": f"/desk/plans/{emergency.pk}/", "draft": f"/desk/plans/{draft.pk}/", "former": str(emergency.pk),
    "plan": plan("cover"), "room": plan("room"),
    "supporter": f"/receipt/{mine.token}", "public": f"/cases/{mine.case.number}/",
    "code": f"/cases/{mine.case.number}/follow/{there.pk}/", "messages": f"/following/{there.token}/",
    "grid": f"/desk/grids/{grid}/", "profile": "/desk/register/places/xugou-shizhong-001/",
    "columns": f"/desk/register/imports/{columns.pk}/columns/", "faulty": f"/desk/register/imports/{faulty.pk}/",
    "imported": f"/desk/register/imports/{imported.pk}/",
    "receipt": f"/receipt/{case(stage='closed').report.token}", "filing": f"/desk/cases/{case(stage='filing').number}/",
    "sheet": f"/desk/cases/{case(stage='closed', outcome='resolved').number}/sheets/check/",
    "closed": f"/desk/cases/{case(stage='closed').number}/", "task": f"/desk/duties/{task.pk}/",
    "check": f"/desk/checks/{mall.filter(status='open').first().pk}/", "mall": f"/desk/works/{shop.code}/",
    "checked": f"/desk/checks/{mall.filter(failed__gt=0).first().pk}/",
    "expired": permit("expired"), "applied": permit("applied"),
    "visit": f"/desk/duties/{visit.pk}/", "work": f"/desk/works/{work.code}/",
    "score": f"/desk/scores/2026-07/department/{directory().by_key['sz-sanitation']}/"}))
"""
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
       "resultTypes": ["violations"]}
# What else of A and AA a change of colours or of type can break: the rest reads the markup, which stays the same.
COLOURS = ["color-contrast", "link-in-text-block"]
LOOKS = {"runOnly": {"type": "rule", "values": [*COLOURS, "target-size"]}, "resultTypes": ["violations"]}
# Colours are those of the page whatever its language: in short they are looked at in Chinese, in full in both.
UNCOLOURED = {**AXE, "rules": {rule: {"enabled": False} for rule in COLOURS}}
SIZES = {"runOnly": {"type": "rule", "values": ["target-size"]}, "resultTypes": ["violations"]}
# Rows, items and pins of the same bones, tags and classes all the way down, are looked at four times, not a hundred.
THIN = """() => {
    const bones = (one) => `${one.tagName}.${one.getAttribute("class") ?? ""}[${[...one.children].map(bones)}]`;
    const seen = new Map();
    for (const one of document.querySelectorAll("main tr, main li, main svg a, main svg g")) {
        if (!one.isConnected) continue;
        const key = bones(one), count = (seen.get(key) ?? 0) + 1;
        seen.set(key, count);
        if (count > 4) one.remove();
    }
}"""


@pytest.fixture(scope="module")
def places(city_server: Server) -> dict[str, str]:
    """Addresses that differ from city to city: a receipt carried to closed, cases, duties, a work, a score."""
    said = city_server.run("shell", "--no-imports", "-c", ASK)
    assert said.returncode == 0, said.stderr
    found: dict[str, str] = json.loads(said.stdout.strip().splitlines()[-1])
    return found


def faults(page: Page, rules: dict[str, Any] = AXE) -> list[str]:
    """What is wrong with the page as it stands, a line each."""
    found = [f"wider than the screen by {over}" for over in [
        int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))] if over > 0]
    page.evaluate(THIN)
    for violation in Axe().run(page, options=rules).response["violations"]:
        found += [f"{violation['id']}: {node['html'][:140]} {node.get('failureSummary', '')[:200]}"
                  for node in violation["nodes"][:3]]
    return found


def settled(page: Page) -> None:
    """The script's map, where there is one, is in place."""
    if page.locator("#field-words").count():
        # A task and a report as they look while they are filled in.
        page.wait_for_selector("html[data-field=ready] #field-net:not(.yellow)")
        page.evaluate("""document.querySelectorAll("details.task").forEach((one, nth) => { one.open = nth === 0; });
            document.querySelectorAll("#field-report form > .plain").forEach(one => one.click());""")
        page.wait_for_timeout(100)
    if page.locator("[data-map]").count():
        page.wait_for_selector(".stage-map path", state="attached")


def in_light_and_dark(page: Page) -> list[str]:
    """What is wrong with the page in either scheme of colours."""
    found = [f"light: {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in faults(page, LOOKS)]
    page.emulate_media(color_scheme="light")
    return found


def but_for_colours(page: Page) -> list[str]:
    """What is wrong with the page, its colours left aside."""
    return faults(page, UNCOLOURED)


def as_it_looks(page: Page) -> list[str]:
    """What is wrong with how the page looks."""
    return faults(page, LOOKS)


def in_its_size(page: Page) -> list[str]:
    """What larger type can break: it makes contrast no worse, and the markup stays."""
    return faults(page, SIZES)


def in_turn(paths: tuple[str, ...], turn: int | None) -> list[str]:
    """Every page, or in the short form every other one: the rest have their turn at the other width or language."""
    return [path for nth, path in enumerate(paths) if turn is None or (nth + turn) % 2 == 0]


def walk(page: Page, base: str, paths: tuple[str, ...], places: dict[str, str], look: Look,
         turn: int | None) -> list[str]:
    wrong = []
    for path in in_turn(paths, turn):
        answer = page.goto(f"{base}{path.format(**places)}")
        assert answer is not None
        if answer.status >= 400 and path not in REFUSED:
            wrong.append(f"{path}: {answer.status}")
        settled(page)
        wrong += [f"{path}: {fault}" for fault in look(page)]
    return wrong


def walk_the_desk(page: Page, server: Server, places: dict[str, str], look: Look, turn: int | None) -> list[str]:
    """Every page of officers, as each of them sees it."""
    wrong = []
    for username, paths in DESK.items():
        if not in_turn(paths, turn):
            continue
        page.context.clear_cookies(name="sessionid")
        sign_in(page, server, username)
        wrong += walk(page, server.base, paths, places, look, turn)
    return wrong


def sign_in(page: Page, server: Server, username: str = "admin1") -> None:
    account = next(row for row in json.loads(server.run("city", "accounts", "--json").stdout)
                   if row["username"] == username)
    page.goto(f"{server.base}/signin/")
    page.locator("#id_username").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("main button").click()
    page.wait_for_url("**/desk/")


def test_faults_are_found_where_there_are_some(city_server: Server, desk_page: Page) -> None:
    desk_page.goto(f"{city_server.base}/about/")
    assert faults(desk_page) == []
    desk_page.evaluate("""() => { const p = document.querySelector('main p'); p.style.color = '#cfd8da';
        document.querySelector('footer p').style.width = '4000px';
        document.querySelector('footer button').textContent = ''; }""")
    found = "\n".join(faults(desk_page))
    for rule in ("wider than", "color-contrast", "button-name"):
        assert rule in found


def test_what_stands_on_a_page_a_hundred_times_is_looked_at_four_times(city_server: Server, desk_page: Page) -> None:
    desk_page.goto(f"{city_server.base}/about/")
    desk_page.evaluate("""() => { document.querySelector('main').insertAdjacentHTML('beforeend',
        '<ul>' + '<li><b>one</b></li>'.repeat(9) + '<li><i>other</i></li><li class="x"><b>other</b></li></ul>'); }""")
    desk_page.evaluate(THIN)
    assert desk_page.locator("main ul").last.locator("li").all_inner_texts() == ["one"] * 4 + ["other"] * 2


def test_a_fault_of_the_dark_scheme_alone_is_found(city_server: Server, desk_page: Page) -> None:
    desk_page.goto(f"{city_server.base}/about/")
    desk_page.evaluate("""() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync("@media (prefers-color-scheme: dark) { main p { color: #2b3336 !important } }");
        document.adoptedStyleSheets = [sheet]; }""")
    found = in_light_and_dark(desk_page)
    assert found
    assert all(fault.startswith("dark: color-contrast") for fault in found)


@pytest.mark.deep
@pytest.mark.timeout(400)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_at_fault_in_light_or_dark(width: int, locale: str, city_server: Server, places: dict[str, str],
                                              context_of: Callable[..., BrowserContext],
                                              rounds: Callable[[int, int], int]) -> None:
    page = context_of(locale=locale, color_scheme="light", viewport={"width": width, "height": 844}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error"
            and not re.search(r"\b4\d\d\b", message.text) else None)
    look = in_light_and_dark if rounds(0, 1) or locale == "zh-CN" else but_for_colours
    # In short each page is seen at both widths and in both languages, not in all four pairs of them.
    turn = None if rounds(0, 1) else (width == 1440) + (locale == "en")
    wrong = walk(page, city_server.base, PUBLIC, places, look, turn)
    wrong += walk_the_desk(page, city_server, places, look, turn)
    assert "\n".join(wrong) == ""
    assert complaints == []


@pytest.mark.deep
@pytest.mark.timeout(400)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_large_type_fits_a_phone(locale: str, city_server: Server, places: dict[str, str],
                                 context_of: Callable[..., BrowserContext], rounds: Callable[[int, int], int]) -> None:
    page = context_of(locale=locale, viewport={"width": 390, "height": 844}).new_page()
    page.goto(city_server.base)
    page.locator("button[name=type]").first.click()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    look = as_it_looks if rounds(0, 1) else in_its_size
    turn = None if rounds(0, 1) else int(locale == "en")
    wrong = walk(page, city_server.base, PUBLIC, places, look, turn)
    wrong += walk_the_desk(page, city_server, places, look, turn)
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_portals_two_answers_stand_on_a_phones_first_screen(locale: str, city_server: Server,
                                                                context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, viewport={"width": 390, "height": 844}, java_script_enabled=True).new_page()
    page.goto(city_server.base)
    for part in (".answer .figures, .answer .light", ".call .button"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844, part


def test_a_chosen_dark_page_is_dark_on_a_light_device(city_server: Server,
                                                      context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(color_scheme="light").new_page()
    page.goto(f"{city_server.base}/about/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("button[name=theme][value=dark]").click()
    assert page.url.endswith("/about/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    assert page.locator("button[name=theme][value=dark]").get_attribute("aria-pressed") == "true"
    page.locator("button[name=theme][value=auto]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_the_lists_of_the_map_are_walked_by_keyboard_and_light_their_pins(city_server: Server,
                                                                          desk_page: Page) -> None:
    page = desk_page
    page.goto(f"{city_server.base}/map/?layer=below")
    page.wait_for_selector(".stage-map .pin")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        if page.evaluate("!!document.activeElement.closest('[data-lat]')"):
            reached.append(page.evaluate("document.activeElement.textContent"))
            assert page.locator(".pin.on").count() == 1
            assert page.locator(".lit").count() == 1
        elif reached:
            break
    assert len(reached) == page.locator("[data-lat]").count() == 9


def test_the_map_is_there_without_script(city_server: Server, context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(java_script_enabled=False).new_page()
    page.goto(f"{city_server.base}/map/?sheet=centre")
    assert page.locator(".frame svg").is_visible()
    assert page.locator(".frame svg .pin").count() == 7
    page.get_by_role("link", name="地下一张网").last.click()
    assert page.locator(".frame.below svg .link").count() > 5


def test_a_position_from_the_device_answers_with_what_is_near(city_server: Server,
                                                              context_of: Callable[..., BrowserContext]) -> None:
    context = context_of(geolocation={"latitude": 36.6285, "longitude": 117.039}, permissions=["geolocation"])
    page = context.new_page()
    page.goto(city_server.base)
    page.get_by_role("button", name="使用我的位置").click()
    page.wait_for_url("**/?lat=36.6*")
    assert page.locator("#at").input_value() == ""
    assert "佛慧山" in page.inner_text("main")
    assert page.locator(".errors").count() == 0


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_each_step_of_a_report_is_without_fault_on_a_phone(locale: str, city_server: Server,
                                                           context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(locale=locale, viewport={"width": 390, "height": 844}, is_mobile=True).new_page()
    page.goto(f"{city_server.base}/report/")
    wrong = []
    for fill in (lambda: None, lambda: page.locator("#id_area").select_option(index=2),
                 lambda: None, lambda: (page.locator("#id_category").select_option(index=1),
                                        page.locator("#id_text").fill("路面塌陷"))):
        fill()
        with page.expect_navigation():
            page.locator("main button.big").click()
        wrong += [f"step {page.locator('[aria-current=step]').inner_text()}: {fault}" for fault in faults(page)]
    assert page.locator(".steps [aria-current]").inner_text().strip() in {"提交", "Send"}
    assert "\n".join(wrong) == ""


def test_a_printed_receipt_keeps_what_counts_and_drops_the_controls(city_server: Server, places: dict[str, str],
                                                                    context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(color_scheme="dark").new_page()
    page.goto(f"{city_server.base}{places['receipt']}")
    page.emulate_media(media="print")
    for kept in (".demo", ".chain", ".pairs", ".timeline", ".code"):
        assert page.locator(kept).first.is_visible(), kept
    for gone in ("nav", ".tools", "footer form", ".horizon"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
