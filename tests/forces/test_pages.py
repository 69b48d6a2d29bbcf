"""The pages of forces as officers and leaders of teams use them; nothing of them reaches the public."""

from __future__ import annotations

import io
import re
from typing import Any

from django.test import Client

from tests.city import City
from tests.forces.conftest import SPOT, holder, team
from tests.forces.test_deploying import needed
from undercity.org.powers import Actor

PAGES = ("/desk/forces/", "/desk/forces/needs/", "/desk/forces/points/", "/desk/forces/roster/",
         "/desk/forces/medical/", "/desk/forces/teams/new/")
NEED = {"what": "通道积水", "where": "2号口", "urgency": "serious", "lat": SPOT[0], "lon": SPOT[1], "m3h": "300",
        "minutes": "120", "skill_pumping": "4", "key": "one"}


def signed_in(post: str) -> Client:
    from undercity.org.models import Person

    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(pk=holder(post).person))
    return client


def body(answer: Any) -> str:
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(text).decode()


def test_every_page_opens_for_an_officer_and_for_nobody_outside(forces: City) -> None:
    officer, citizen, inspector = signed_in("duty-officer-1"), Client(), signed_in("inspector-1")
    for page in PAGES:
        assert officer.get(page).status_code == 200, page
        assert citizen.get(page).status_code == 302, page
        assert inspector.get(page).status_code == 403, page


def test_pages_say_what_to_do_while_nothing_is_entered(city: City) -> None:
    client = signed_in("administrator-1")
    for page in PAGES:
        assert client.get(page).status_code == 200, page
    assert "Register a team" in body(client.get("/desk/forces/"))


def test_a_leader_sees_his_own_team_and_no_other(forces: City) -> None:
    client = signed_in("sz-municipal-1")
    page = body(client.get("/desk/forces/"))
    assert "Municipal drainage team 1" in page
    assert "Water rescue" not in page
    assert client.get(f"/desk/forces/teams/{team('水务防汛').pk}/").status_code == 404


def test_needs_are_entered_proposed_and_accepted_on_pages(forces: City) -> None:
    from undercity.forces.models import Deployment, Need

    client = signed_in("duty-officer-1")
    wrong = client.post("/desk/forces/needs/", {**NEED, "what": "", "lat": "", "lon": ""})
    assert wrong.status_code == 422
    assert "2号口" in body(wrong), "what was typed stays"
    assert client.post("/desk/forces/needs/", NEED).status_code == 302
    assert client.post("/desk/forces/needs/", NEED).status_code == 302
    assert Need.objects.count() == 1, "a form sent twice enters it once"
    answer = client.post("/desk/forces/propose/")
    page = body(client.get(answer.headers["Location"]))
    assert "weighted minutes of lateness" in page
    assert "speed model" in page
    chosen = re.findall(r'name="need" value="([^"]+)"', page)
    assert len(chosen) == 1
    assert client.post(f"{answer.headers['Location']}accept/", {"need": chosen}).status_code == 302
    sent = Deployment.objects.get(need__isnull=False)
    assert "a team is on its way" in body(client.get("/desk/forces/needs/"))
    assert f"/desk/forces/deployments/{sent.pk}/" in body(client.get("/desk/forces/"))
    team_page = body(client.get(f"/desk/forces/teams/{sent.team_id}/"))
    assert f"/desk/forces/deployments/{sent.pk}/" in team_page
    assert "通道积水" in team_page


def test_what_an_order_asks_for_stands_in_the_form_and_is_entered_once(forces: City) -> None:
    from undercity.forces.models import Need
    from undercity.places.models import Place

    officer, place = signed_in("duty-officer-1"), Place.objects.filter(listed=True).order_by("key").first()
    assert place is not None
    asked = {"what": "调泵车强排\0", "place": place.key, "key": "order-7"}
    form = officer.get("/desk/forces/needs/", asked).context["form"]
    assert form.initial == {"what": "调泵车强排", "key": "order-7", "spot": f"{place.lat},{place.lon}"}
    sent = {**form.initial, "urgency": "serious", "minutes": "60"}
    for one in (officer, officer, signed_in("duty-officer-2")):
        assert one.post("/desk/forces/needs/", sent).status_code == 302
    assert Need.objects.count() == 1
    # A place that has no public profile gives no position away.
    Place.objects.filter(pk=place.pk).update(listed=False)
    assert officer.get("/desk/forces/needs/", asked).context["form"].initial["spot"] == ""


def test_a_leader_signs_in_by_the_code_and_a_wrong_code_leads_nowhere(forces: City, officer: Actor) -> None:
    from undercity.forces.actions import call_up
    from undercity.forces.queries.deployments import token_of

    need = needed(officer)
    sent = call_up(team("市政排水").pk, reason="x", by=officer, at=forces.at, need=need.pk)
    printed = body(signed_in("duty-officer-1").get(f"/desk/forces/code/n/{need.pk}/"))
    assert "<svg" in printed
    address = f"/checkin/{token_of('n', need.pk, 'real')}/"
    assert Client().get(address).status_code == 302
    assert "No team that you lead" in body(signed_in("sz-water-1").get(address))
    leader = signed_in("sz-municipal-1")
    assert "We are there" in body(leader.get(address))
    far = leader.post(address, {"deployment": sent.pk, "lat": SPOT[0] + 0.05, "lon": SPOT[1]})
    assert far.status_code == 422
    assert "m from the post" in body(far)
    assert leader.post(address, {"deployment": sent.pk}).status_code == 302
    sent.refresh_from_db()
    assert sent.stage == "there"
    own = f"/checkin/{token_of('d', sent.pk, 'real')}/"
    assert leader.get(own).status_code == 200
    assert leader.get(f"/desk/forces/deployments/{sent.pk}/").status_code == 200
    assert signed_in("sz-water-1").post(address, {"deployment": sent.pk}).status_code == 404
    assert leader.get("/checkin/n-0123.x/").status_code == 404
    assert leader.get(address[:-3] + "AA/").status_code == 404


def test_a_deployment_is_relieved_and_stood_down_on_its_page(forces: City, officer: Actor) -> None:
    from undercity.forces.models import Deployment

    client = signed_in("duty-officer-1")
    sent = Deployment.objects.get(team=team("下沉干部二队"))
    page = f"/desk/forces/deployments/{sent.pk}/"
    assert "Stand it down" in body(client.get(page))
    assert client.post(f"{page}relieve/", {"seen": "2"}).status_code == 422
    assert client.post(f"{page}nothing/").status_code == 404
    assert client.post(f"{page}stand_down/", {"seen": "1"}).status_code == 409
    assert client.post(f"{page}stand_down/", {"seen": "2", "note": "换班"}).status_code == 302
    sent.refresh_from_db()
    assert (sent.outcome, sent.days) == ("done", 3)


def test_a_team_is_kept_on_its_page(forces: City) -> None:
    from undercity.ledger.models import Look
    from undercity.ledger.replay import replay

    client, row = signed_in("administrator-1"), team("水务防汛")
    page = f"/desk/forces/teams/{row.pk}/"
    assert client.post(f"{page}gear/", {"kind": "pump", "count": "1", "m3h": "400"}).status_code == 302
    assert client.post(f"{page}gear/", {"kind": "pump", "count": "2", "m3h": "400"}).status_code == 422
    row.refresh_from_db()
    assert row.gear[-1]["m3h"] == 400
    assert client.post(f"{page}piece/", {"gear": row.gear[-1]["id"], "do": "repair"}).status_code == 302
    assert client.post(f"{page}member/", {"person": "张三（虚构）", "phone": "000"}).status_code == 302
    assert "张三" not in body(client.get(page))
    assert "张三" in body(client.get(f"{page}?members=1"))
    assert Look.objects.filter(subject=row.pk).count() == 1
    member = row.members.get()
    assert client.post(f"{page}piece/", {"member": member.pk}).status_code == 302
    assert row.members.count() == 0
    change = {"seen": row.version + 1, "zh": "水务防汛排涝二队", "kind": "drainage", "body": row.body_id,
              "post": row.post_id, "heads": "25", "home": "新库", "lat": SPOT[0], "lon": SPOT[1], "source": "test",
              "skill_pumping": "9"}
    assert client.post(f"{page}change/", change).status_code == 302
    assert client.post(f"{page}change/", change).status_code == 409, "somebody was quicker"
    row.refresh_from_db()
    assert (row.heads, [one["skill"] for one in row.skills]) == (25, ["pumping"])
    assert client.post(f"{page}piece/", {"do": "end"}).status_code == 302
    assert replay().differences == []


def test_the_roster_is_changed_cell_by_cell_and_leaves_as_a_file(forces: City) -> None:
    from openpyxl import load_workbook

    client, row = signed_in("administrator-1"), team("水务防汛")
    cell = f"{row.pk.hex}-20260718-day"
    assert f'name="{cell}"' in body(client.get("/desk/forces/roster/?from=2026-07-13"))
    assert client.post("/desk/forces/roster/?from=2026-07-13", {cell: "3"}).status_code == 302
    assert row.shifts.get(day="2026-07-18", part="day").heads == 3
    assert client.post("/desk/forces/roster/?from=2026-07-13", {cell: "999"}).status_code == 422
    assert client.post("/desk/forces/roster/?from=2026-07-13", {cell: "x"}).status_code == 422
    csv = body(client.get("/desk/forces/roster.csv?from=2026-07-13"))
    assert "Water bureau drainage team" in csv
    answer = client.get("/desk/forces/teams.xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    assert len(list(sheet.rows)) == 17
    assert client.get("/desk/forces/teams.pdf").status_code == 404
    assert signed_in("duty-officer-1").post("/desk/forces/roster/", {cell: "2"}).status_code == 403


def test_points_are_added_and_given_up(forces: City) -> None:
    from undercity.forces.models import Point

    client = signed_in("administrator-1")
    given = {"zh": "新点位", "kind": "site", "lat": SPOT[0], "lon": SPOT[1], "heads_day": "3", "heads_night": "2",
             "skills": ["watch"], "source": "test"}
    assert client.post("/desk/forces/points/", {**given, "lat": "31"}).status_code == 422
    assert client.post("/desk/forces/points/", given).status_code == 302
    made = Point.objects.get(zh="新点位")
    assert "3 heads missing" in body(client.get("/desk/forces/points/"))
    assert client.post(f"/desk/forces/points/{made.pk}/end/").status_code == 302
    made.refresh_from_db()
    assert str(made.valid_to) == "2026-07-18"


def test_casualties_are_taken_where_beds_are(forces: City) -> None:
    from undercity.forces.models import Hospital

    client = signed_in("duty-officer-1")
    first = Hospital.objects.get(zh__startswith="甲")
    assert client.post(f"/desk/forces/medical/{first.pk}/beds/", {"red": "1", "yellow": "0", "green": "0"}
                       ).status_code == 302
    asked = {"ask": "1", "g1-lat": SPOT[0], "g1-lon": SPOT[1], "g1-red": "9", "g1-green": "2"}
    page = body(client.get("/desk/forces/medical/", asked))
    assert "Hospital B (invented)" in page
    assert "5 without a bed" in page
    assert client.get("/desk/forces/medical/", {"ask": "1", "g1-red": "1"}).status_code == 422


def test_a_code_of_a_drill_signs_in_on_the_drill_and_says_so(forces: City, officer: Actor) -> None:
    from undercity import clock
    from undercity.forces.actions import call_up
    from undercity.forces.queries.deployments import token_of
    from undercity.ledger.models import Entry

    with clock.on(clock.Timeline("drill-1", frozen=clock.now())):
        need = needed(officer)
        sent = call_up(team("市政排水").pk, reason="演练", by=officer, at=clock.now(), need=need.pk)
    leader = signed_in("sz-municipal-1")
    address = f"/checkin/{token_of('n', need.pk, 'drill-1')}/"
    assert "This is a drill." in body(leader.get(address))
    assert leader.post(address, {"deployment": sent.pk}).status_code == 302
    sent.refresh_from_db()
    assert sent.stage == "there"
    assert Entry.objects.get(stream=sent.pk, sequence=2).timeline == "drill-1"
    assert "Municipal" in body(leader.get("/desk/forces/?state=free"))
