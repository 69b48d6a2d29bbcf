"""Two real days replayed: a warning is posted as CAP, the level it brings is proposed, confirmed, changed and ended.

The facts (which signal, when, which level answered it) are second hand, from the flood history of 2022 and 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.alerts.messages import REAL_DAYS, message, real_day
from tests.response.conftest import Flood, small_plan
from undercity import clock
from undercity.alerts.cap.message import MsgType, Status
from undercity.alerts.cap.writing import written

LEVELS = {"2022-10-01": 4, "2025-06-28": 3}


@pytest.fixture
def weather(flood: Flood) -> Callable[[Any], Any]:
    """Posts a message as the weather office does, with its key; the answer."""
    from undercity.org.models import ApiKey
    from undercity.org.queries import digest_of

    ApiKey.objects.create(post_id=flood.officer.post, digest=digest_of("weather-office-key"), label="气象台（虚构）")

    def post(alert: Any) -> Any:
        return Client().post("/cap/", written(alert), content_type="application/cap+xml",
                             headers={"authorization": "Bearer weather-office-key"})

    return post


@pytest.mark.parametrize("day", sorted(REAL_DAYS))
def test_a_real_day_from_its_warning_to_its_end(flood: Flood, weather: Callable[[Any], Any], day: str,
                                               replayed: Callable[[], None]) -> None:
    from undercity.response.actions.levels import confirm
    from undercity.response.models import Response
    from undercity.response.queries.standing import history_of

    alert = real_day(day)
    planner, at = flood.city.post("administrator"), alert.sent
    from undercity.response.plans.actions import publish, save_draft

    with clock.standing_at(at):
        publish(save_draft(small_plan().replace("2026.1", day).replace("2026-01-01", "2020-01-01"), by=planner,
                           at=at).pk, by=planner, at=at)
        assert weather(alert).status_code in (200, 201)
        row = Response.objects.get()
        assert (row.stage, row.wanted, row.basis, row.proposed_by) == ("proposed", LEVELS[day], "warning", None)
    later = at + timedelta(minutes=6)
    with clock.standing_at(later):
        row = confirm(row.pk, by=flood.officer, at=later)
        assert row.level == LEVELS[day]
        text = next(step.text for step in history_of(row) if step.level and step.text)
        assert f"演防指〔{at.year}〕1号" in text
        assert {4: "四级响应", 3: "三级响应"}[LEVELS[day]] in text
    over = alert.infos[0].expires + timedelta(minutes=1)
    with clock.standing_at(over):
        from undercity.alerts.actions.receiving import expire_due

        assert expire_due(over) == 1
        row.refresh_from_db()
        assert (row.wanted, row.basis) == (0, "over")
        row = confirm(row.pk, by=flood.officer, at=over)
        assert (row.stage, row.level) == ("ended", 0)
        with translation.override("en"):
            told = [step.what for step in history_of(row)]
        assert told == [
            "Response level proposed", "Response level in force", "Orders given", "Response level proposed",
            "Response stood down", "Orders given"]
    replayed()


def test_the_same_warning_again_proposes_nothing_again(flood: Flood, weather: Callable[[Any], Any]) -> None:
    from undercity.ledger.models import Entry

    alert = message(flood.at, colour="蓝")
    for _ in range(3):
        weather(alert)
    assert Entry.objects.filter(verb="response.proposed/1").count() == 1


def test_a_stronger_update_takes_the_place_of_what_waits(flood: Flood, weather: Callable[[Any], Any]) -> None:
    from undercity.response.models import Response

    first = message(flood.at, colour="蓝")
    weather(first)
    weather(message(flood.at, identifier="2", colour="黄", msg_type=MsgType.UPDATE, about=[first]))
    assert Response.objects.get().wanted == 3


def test_a_colour_the_plan_does_not_know_lowers_nothing(flood: Flood, weather: Callable[[Any], Any]) -> None:
    from undercity.response.actions.levels import confirm
    from undercity.response.models import Response

    first = message(flood.at, colour="蓝")
    weather(first)
    row = Response.objects.get()
    confirm(row.pk, by=flood.officer, at=flood.at)
    weather(message(flood.at, identifier="2", colour="橙", msg_type=MsgType.UPDATE, about=[first]))
    row.refresh_from_db()
    assert (row.level, row.wanted) == (4, None)


def test_what_is_not_in_earnest_raises_no_level(flood: Flood, weather: Callable[[Any], Any],
                                               settings: Any) -> None:
    from undercity.response.models import Response

    settings.DEMO = False
    for status in (Status.TEST, Status.EXERCISE, Status.SYSTEM, Status.DRAFT):
        weather(message(flood.at, identifier=status.value, status=status))
    assert not Response.objects.exists()
    weather(message(flood.at, identifier="real", status=Status.ACTUAL))
    assert Response.objects.get().wanted == 3


def test_a_cancelled_warning_asks_to_stand_down(flood: Flood, weather: Callable[[Any], Any]) -> None:
    from undercity.response.actions.levels import confirm
    from undercity.response.models import Response

    first = message(flood.at, colour="蓝")
    weather(first)
    row = Response.objects.get()
    confirm(row.pk, by=flood.officer, at=flood.at)
    weather(message(flood.at, identifier="2", msg_type=MsgType.CANCEL, about=[first]))
    row.refresh_from_db()
    assert (row.wanted, row.basis) == (0, "over")


def test_a_warning_of_another_city_concerns_no_plan(flood: Flood, weather: Callable[[Any], Any]) -> None:
    from tests.alerts.messages import said
    from undercity.alerts.cap.message import Area
    from undercity.response.models import Response

    far = said("红", area=[Area(desc="青岛市", geocodes=(("行政区划代码", "370200"),))], effective=flood.at,
               expires=flood.at + timedelta(hours=6))
    weather(message(flood.at, infos=[far]))
    assert not Response.objects.exists()
