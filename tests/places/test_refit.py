"""The refit of a year: planned, under way, finished or given up, with its duty, its money and its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.city import City, png
from undercity import clock
from undercity.errors import Conflict, InvalidMove, NotAllowed, RuleBroken
from undercity.places.refit.states import MOVES, Stage, Verb

AT = datetime(2026, 7, 18, 16, 30, tzinfo=clock.ZONE)
PLACE = "cool-weishier"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"), clock.standing_at(AT):
        yield


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("verb", Verb)
def test_an_item_moves_as_the_table_says_and_nowhere_else(stage: Stage, verb: Verb) -> None:
    expected = {("planned", "progress"): "running", ("planned", "finish"): "done", ("planned", "drop"): "dropped",
                ("running", "progress"): "running", ("running", "finish"): "done", ("running", "drop"): "dropped",
                ("done", "reopen"): "running", ("dropped", "reopen"): "running"}.get((stage.value, verb.value))
    assert MOVES[stage].get(verb) == expected


def picture() -> Any:
    from undercity.ledger.pictures import read_picture

    return read_picture(png())


def planned(city: City, **changes: Any) -> Any:
    from undercity.places.models import Place
    from undercity.places.refit.actions import plan_item

    return plan_item(**{"by": city.post("duty_officer"), "at": AT, "place": Place.objects.get(key=PLACE).pk,
                        "year": 2026, "zh": "更换座椅", "en": "new seats", "budget": 1000,
                        "starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 31),
                        "post": city.post("keeper").post, **changes})


def test_an_item_goes_from_plan_to_finished_and_back_with_its_duty(city: City) -> None:
    from undercity.ledger.models import Duty
    from undercity.ledger.replay import replay
    from undercity.places.models import RefitItem
    from undercity.places.refit import actions
    from undercity.places.refit.queries import items, sums

    keeper, officer = city.post("keeper"), city.post("duty_officer")
    item = planned(city)
    duty = Duty.objects.get(pk=item.duty)
    assert (duty.kind, duty.post_id, duty.due_at) == (
        "refit.improve", keeper.post, datetime(2026, 7, 31, 23, 59, tzinfo=clock.ZONE))
    item = actions.report_progress(item.pk, by=keeper, at=AT, spent=400, note="拆除旧座椅", photos=[picture()])
    item = actions.finish_item(item.pk, by=keeper, at=AT + timedelta(days=20), spent=1100, photos=[picture()], seen=2)
    duty.refresh_from_db()
    assert (item.stage, item.spent, item.duty, duty.outcome) == ("done", 1100, None, "done")
    one = items(RefitItem.objects.all(), AT)[0]
    assert (one.late, one.share, one.budget_text, len(one.before), len(one.after)) == (True, 110, "1,000", 1, 1)
    item = actions.reopen_item(item.pk, by=officer, at=AT + timedelta(days=21), note="靠背松动",
                               ends_on=date(2026, 8, 31))
    assert (item.stage, Duty.objects.get(pk=item.duty).post_id) == ("running", keeper.post)
    with pytest.raises(Conflict):
        actions.drop_item(item.pk, by=officer, at=AT, note="x", seen=3)
    actions.drop_item(item.pk, by=officer, at=AT + timedelta(days=22), note="并入明年")
    whole = sums(items(RefitItem.objects.all(), AT))
    assert (whole.items, whole.budget, whole.share, whole.finished) == (0, 0, 0, 0)
    assert replay().differences == []


def test_who_may_and_what_is_asked_for(city: City) -> None:
    from undercity.places.refit import actions

    keeper, officer, other = city.post("keeper"), city.post("duty_officer"), city.post("keeper", 1)
    with pytest.raises(NotAllowed):
        planned(city, by=keeper)
    item = planned(city, client_key="k")
    assert planned(city, client_key="k").pk == item.pk
    for by in (other, city.post("leader")):
        with pytest.raises(NotAllowed):
            actions.report_progress(item.pk, by=by, at=AT, spent=1, note="x")
    with pytest.raises(NotAllowed):
        actions.drop_item(item.pk, by=keeper, at=AT, note="x")
    with pytest.raises(InvalidMove):
        actions.reopen_item(item.pk, by=officer, at=AT, note="x", ends_on=date(2026, 8, 31))
    for field, refused in (
            ("photos", lambda: actions.finish_item(item.pk, by=keeper, at=AT, spent=1, photos=[])),
            ("spent", lambda: actions.report_progress(item.pk, by=keeper, at=AT, spent=-1, note="x")),
            ("note", lambda: actions.report_progress(item.pk, by=keeper, at=AT, spent=1, note=" ")),
            ("zh", lambda: planned(city, zh=" ")), ("budget", lambda: planned(city, budget=-5)),
            ("ends_on", lambda: planned(city, ends_on=date(2026, 6, 1))), ("post", lambda: planned(city, post=0))):
        with pytest.raises(RuleBroken) as refusal:
            refused()
        assert refusal.value.field == field


def test_the_public_sees_what_was_improved_and_its_pictures_but_no_money(city: City) -> None:
    from undercity.places.models import RefitPhoto
    from undercity.places.refit import actions

    keeper = city.post("keeper")
    item = planned(city, budget=987_654)
    actions.report_progress(item.pk, by=keeper, at=AT, spent=55_555, note="内部说明", photos=[picture()])
    photo = RefitPhoto.objects.get()
    assert Client().get(f"/places/improved/{photo.id}.jpg").status_code == 404
    actions.finish_item(item.pk, by=keeper, at=AT, spent=345_678, photos=[picture()])
    page = Client(headers={"accept-language": "en"}).get("/places/improved/").content.decode()
    assert "new seats" in page
    assert page.count("<img") == 2
    for secret in ("987654", "987,654", "55,555", "345678", "345,678", "内部说明"):
        assert secret not in page
    shown = Client().get(f"/places/improved/{photo.id}.jpg")
    assert b"".join(shown.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[arg-type]
    shown.close()


def test_the_plan_is_read_and_written_on_its_pages(city: City) -> None:
    from undercity.org.models import Person
    from undercity.places.models import Place, RefitItem

    officer, keeper = Client(headers={"accept-language": "en"}), Client(headers={"accept-language": "en"})
    officer.force_login(Person.objects.get(pk=city.post("duty_officer").person))
    keeper.force_login(Person.objects.get(pk=city.post("keeper").person))
    told = {"place": Place.objects.get(key=PLACE).pk, "zh": "换灯", "budget": "2000", "starts_on": "2026-07-01",
            "ends_on": "2026-06-01", "post": city.post("keeper").post, "key": "a"}
    wrong = officer.post("/desk/seasons/refit/", told)
    assert (wrong.status_code, b"ends after it begins" in wrong.content) == (422, True)
    assert officer.post("/desk/seasons/refit/", {**told, "ends_on": "2026-08-01"}).status_code == 302
    item = RefitItem.objects.get()
    page = keeper.get("/desk/seasons/refit/?year=2026").content.decode()
    assert "2,000" in page
    assert "Plan an item" not in page
    here = f"/desk/seasons/refit/{item.pk}/"
    missing = keeper.post(f"{here}finish/", {"spent": "10", "seen": "1"})
    assert missing.status_code == 422
    import io

    file = io.BytesIO(png())
    file.name = "after.png"
    assert keeper.post(f"{here}finish/", {"spent": "1900", "seen": "1", "photos": file}).status_code == 302
    item.refresh_from_db()
    assert (item.stage, item.spent) == ("done", 1900)
    assert keeper.post(f"{here}nothing/", {}).status_code == 404
