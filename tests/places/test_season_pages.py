"""The pages of seasons: what the portal says truthfully, forms that name what is wrong, numbers that come back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.city import City
from tests.places.test_seasons import AT, Desk
from undercity import clock
from undercity.org.powers import Actor

HOME = "/?lat=36.656&lon=116.966"


@pytest.fixture
def desk(city: City) -> Iterator[Desk]:
    with clock.standing_at(AT):
        yield Desk(city)


def english(actor: Actor | None = None) -> Client:
    from undercity.org.models import Person

    client = Client(headers={"accept-language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(pk=actor.person))
    return client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def file(text: str) -> io.BytesIO:
    made = io.BytesIO(text.encode())
    made.name = "file.csv"
    return made


def test_portal_list_and_place_say_closed_because_of_rain_and_open_again_when_undone(desk: Desk) -> None:
    from undercity.places.seasons.actions import proposals

    assert "Weishi" in page(english(), HOME).split('class="answer"')[1].split("</article>")[0]
    made = desk.rain(note="front steps under water")
    assert "because of rain" not in page(english(), HOME), "a proposal closes nothing"
    proposals.accept(made.season.pk, made.id, by=desk.officer, at=AT, note="steps are under water")
    said = page(english(), HOME)
    assert "Weishi" not in said.split('class="answer"')[1].split("</article>")[0]
    assert "Closed because of rain" in said
    assert "because of rain" in page(english(), "/places/")
    alone = page(english(), "/places/cool-weishier/")
    assert "steps are under water" in alone
    assert "front steps" not in alone, "what the keeper wrote is not what was decided"
    assert 'data-kind="shut"' in alone
    proposals.undo(made.season.pk, made.id, by=desk.officer, at=AT, note="over")
    for address in (HOME, "/places/", "/places/cool-weishier/"):
        assert "because of rain" not in page(english(), address)


def test_when_every_near_place_is_shut_the_portal_says_why_and_when_they_open(desk: Desk) -> None:
    from undercity.places.models import Place
    from undercity.places.seasons.actions.opening import add_exception

    for row in Place.objects.all():
        add_exception(row.pk, by=desk.officer, at=AT, why="rain", starts=AT, ends=AT + timedelta(hours=1), note="rain")
    said = page(english(), HOME)
    assert "No cool place is open at this hour" in said
    assert "because of rain" in said


def test_heat_is_told_on_the_portal_with_how_many_places_are_open_longer(desk: Desk) -> None:
    from decimal import Decimal

    from undercity.places.seasons.actions.heat import enter_maximum
    from undercity.places.seasons.actions.opening import add_exception

    enter_maximum(AT.date(), Decimal("34.9"), by=desk.officer, at=AT, source="station")
    assert "High temperature" not in page(english(), "/")
    enter_maximum(AT.date(), Decimal("36.5"), by=desk.officer, at=AT, source="station")
    add_exception(desk.place.pk, by=desk.officer, at=AT, why="heat", hours="09:30-22:00", starts=AT,
                  ends=AT + timedelta(days=2), note="heat")
    said = page(english(), "/")
    assert "High temperature: 36.5 °C" in said
    assert "1 place is open longer" in said


def test_a_keeper_proposes_and_an_officer_decides_on_the_pages(desk: Desk) -> None:
    keeper, officer = english(desk.keeper), english(desk.officer)
    act = "/desk/seasons/cool-weishier/2026/"
    assert keeper.post(f"{act}accept/", {"proposal": desk.season.pk, "note": "x"}).status_code == 404
    missing = keeper.post(f"{act}propose/", {"why": "rain", "seen": "1"})
    assert (missing.status_code, b"This field is required" in missing.content) == (422, True)
    assert keeper.post(f"{act}propose/", {"why": "rain", "seen": "1", "note": "water", "key": "k"}).status_code == 302
    again = keeper.post(f"{act}propose/", {"why": "rain", "seen": "1", "note": "water", "key": "k"})
    assert again.status_code == 302
    desk.season.refresh_from_db()
    one = desk.season.proposals[0]
    assert (one["source"], len(desk.season.proposals)) == ("keeper", 1)
    assert "close for a time" in page(officer, "/desk/")
    assert "water" in page(officer, "/desk/seasons/")
    empty = officer.post(f"{act}accept/", {"proposal": one["id"], "seen": "2", "note": " "})
    assert empty.status_code == 422
    stale = officer.post(f"{act}accept/", {"proposal": one["id"], "seen": "1", "note": "yes"})
    assert (stale.status_code, b"Change proposed" in stale.content) == (409, True)
    assert officer.post(f"{act}accept/", {"proposal": one["id"], "seen": "2", "note": "yes"}).status_code == 302
    assert officer.post(f"{act}accept/", {"proposal": one["id"], "note": "yes"}).status_code == 409
    assert keeper.post(f"{act}extend/", {"closes_on": "2026-09-09", "note": "x"}).status_code == 403
    assert officer.post(f"{act}dance/", {}).status_code == 404


WRONG = (
    ("extend", {"closes_on": "2026-08-01", "note": "x"}, "lies after the old one"),
    ("extend", {"closes_on": "soon", "note": "x"}, "Enter a valid date"),
    ("close", {"closes_on": "2026-07-01", "note": "x"}, "not in the past"),
    ("except", {"why": "heat", "starts": "2026-07-18T16:30", "ends": "2026-07-19T16:30", "note": "x"},
     "Other hours are needed"),
    ("except", {"why": "rain", "starts": "", "note": "x"}, "This field is required"),
    ("open", {"opens_on": "2026-06-01", "closes_on": "2026-05-01", "hours": "x", "note": ""}, "ends after it begins"))


def test_forms_name_what_is_wrong_and_keep_what_was_typed(desk: Desk) -> None:
    officer = english(desk.officer)
    for act, given, said in WRONG:
        key = "cool-jingsi" if act == "open" else "cool-weishier"
        answer = officer.post(f"/desk/seasons/{key}/2026/{act}/", given)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert desk.verbs() == ["season_opened"]


def test_a_year_nothing_was_said_of_can_be_opened_from_its_page(desk: Desk) -> None:
    officer = english(desk.officer)
    said = page(officer, "/desk/seasons/cool-jingsi/2026/")
    assert "Nothing was said of this year yet" in said
    assert 'value="09:30-20:00"' in said
    made = officer.post("/desk/seasons/cool-jingsi/2026/open/", {
        "seen": "0", "opens_on": "2026-06-21", "closes_on": "2026-08-31", "hours": "09:30-20:00", "note": ""})
    assert made.status_code == 302
    assert officer.get("/desk/seasons/cool-jingsi/2026/").headers["Location"] == made.headers["Location"]
    assert "2026-08-31" in page(officer, made.headers["Location"])


def test_visitors_are_entered_on_the_page_and_go_out_and_in_as_a_file(desk: Desk) -> None:
    from undercity.places.models import VisitorCount

    keeper, here = english(desk.keeper), "/desk/seasons/visitors/"
    assert "Weishi" in page(keeper, here)
    assert "Jingsi" not in page(keeper, here)
    told = {"place": desk.place.pk, "day": "2026-07-18"}
    assert keeper.post(here, {**told, "visitors": "many"}).status_code == 422
    assert keeper.post(here, {**told, "visitors": "345"}).status_code == 302
    assert 'value="345"' in page(keeper, here)
    sheet = keeper.get("/desk/seasons/visitors.csv?year=2026")
    text = b"".join(sheet.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "cool-weishier,2026-07-18,345" in text
    VisitorCount.objects.all().delete()
    assert keeper.post(here, {"sheet": "1", "file": file(text)}).status_code == 302
    assert VisitorCount.objects.get().visitors == 345
    assert keeper.post(here, {"sheet": "1"}).status_code == 422
    wrong: Any = keeper.post(here, {"sheet": "1", "file": file("场所,日期,人次\nnowhere,x,y\n")})
    assert (wrong.status_code, b"Line 2" in wrong.content) == (422, True)


def test_temperatures_and_announcements_have_their_pages(desk: Desk) -> None:
    officer, keeper = english(desk.officer), english(desk.keeper)
    assert "7 days at 35 °C or more" in page(officer, "/desk/seasons/heat/")
    assert officer.post("/desk/seasons/heat/", {"day": "2026-07-17", "celsius": "99", "source": "s"}).status_code == 422
    assert officer.post("/desk/seasons/heat/", {"day": "2026-07-17", "celsius": "36.5", "source": "s"}
                        ).status_code == 302
    assert "36.5" in page(officer, "/desk/seasons/heat/")
    assert "entered by its duty officers" in page(keeper, "/desk/seasons/heat/")
    here = "/desk/seasons/announcements/"
    told = {"zh": "饮用水免费", "en": "Water is free", "starts": "2026-07-18T16:00", "ends": "", "key": "k"}
    assert officer.post(here, {**told, "zh": ""}).status_code == 422
    assert officer.post(here, told).status_code == 302
    assert keeper.post(here, {**told, "key": "other"}).status_code == 403
    assert "Water is free" in page(english(), "/")
    assert "Water is free" in page(english(), "/places/cool-weishier/")
    from undercity.places.models import Announcement

    assert officer.post(f"{here}{Announcement.objects.get().pk}/end/").status_code == 302
    assert "Water is free" not in page(english(), "/")


def test_the_commands_load_terms_and_temperatures_and_propose(desk: Desk, tmp_path: Any) -> None:
    from django.core.management import CommandError, call_command

    from undercity.places.models import DailyMaximum
    from undercity.places.seasons.heat import SHIPPED, heat_rule

    terms, heat = tmp_path / "terms.toml", tmp_path / "heat.csv"
    terms.write_text(SHIPPED.read_text(encoding="utf-8").replace("days = 7", "days = 5", 1), encoding="utf-8")
    heat.write_text("日期,最高气温\n2026-07-15,36\n2026-07-16,36\n2026-07-17,36\n", encoding="utf-8")
    out = io.StringIO()
    call_command("season", "terms", str(terms), stdout=out)
    assert heat_rule(AT.date()).days == 5
    call_command("season", "temperatures", str(heat), source="station", invented=True, stdout=out)
    assert DailyMaximum.objects.filter(invented=True).count() == 3
    call_command("season", "propose", stdout=out)
    assert out.getvalue() == "1 rules of heat loaded\n3 days stored\n1 proposals made, 0 lapsed\n"
    terms.write_text("[[terms]]\nvalid_from = 1\n", encoding="utf-8")
    for what, more in (("terms", [str(terms)]), ("terms", [str(tmp_path / "none")]),
                       ("temperatures", [str(tmp_path / "none"), "--source=x"])):
        with pytest.raises(CommandError):
            call_command("season", what, *more)
