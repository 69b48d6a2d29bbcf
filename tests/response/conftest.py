"""A city whose civil-defence office has a small plan in force, and the evening on which the warnings come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from tests.city import City, city
from undercity import clock
from undercity.city.sample_files import SAMPLE
from undercity.org.powers import Actor

__all__ = ["city"]

PLAN = """
[plan]
code = "flood"
zh = "防汛应急预案（虚构）"
en = "Flood plan (invented)"
body = "jinan-cad"
area = "jinan"
version = "2026.1"
valid_from = 2026-01-01
invented = true
source = "虚构"

[[level]]
level = 4
zh = "四级响应"
en = "Level IV"

[[level]]
level = 3
zh = "三级响应"
en = "Level III"

[[level]]
level = 1
zh = "一级响应"
en = "Level I"

[[warning]]
hazard = "rain"
colour = "blue"
level = 4
source = "虚构"

[[warning]]
hazard = "rain"
colour = "yellow"
level = 3
source = "虚构"

[[warning]]
hazard = "rain"
colour = "red"
level = 1
source = "虚构"

[confirm]
persons = {persons}
{fallback}

[numbering]
pattern = "演防指〔{{year}}〕{{number}}号"
invented = true

[defaults]
answer = 10
done = 60
escalation = [{{ to = {{ superior = true }}, after = 10 }}, {{ to = {{ post = "city-leader-1" }}, after = 20 }}]

[[order]]
key = "watch"
level = 4
verb = "watch"
to = {{ post = "duty-officer-2" }}
zh = "加强值守"
en = "Keep watch"

[[order]]
key = "boards"
level = 4
verb = "set_boards"
to = {{ keeper = true }}
at = {{ listed = true }}
evidence = "photo"
zh = "{{place}}安装挡水板"
en = "Set the flood boards at {{place}}"

[[order]]
key = "shut"
level = 3
verb = "close"
to = {{ keeper = true }}
at = {{ listed = true }}
closes = true
evidence = "number"
zh = "{{place}}停止对外开放"
en = "Close {{place}} to the public"

[[order]]
key = "vacant"
level = 1
verb = "report"
to = {{ post = "secretary-1" }}
zh = "报告情况"
en = "Report"
"""


def small_plan(persons: int = 1, fallback: int | None = None) -> str:
    """The plan as a file."""
    return PLAN.format(persons=persons, fallback=f"fallback = {fallback}" if fallback else "")


class Flood:
    """The city, its plan, and shortcuts."""

    def __init__(self, city: City) -> None:
        from undercity.org.queries import directory

        self.city = city
        self.body = directory().by_key["jinan-cad"]
        self.officer = city.post("duty_officer", 0)
        self.second = city.post("duty_officer", 1)

    @property
    def at(self) -> Any:
        """Now."""
        return self.city.at

    def publish(self, text: str) -> Any:
        """A plan of the office in force from today."""
        from undercity.response.plans.actions import publish, save_draft

        planner = self.city.post("administrator")
        draft = save_draft(text, by=planner, at=self.at)
        return publish(draft.pk, by=planner, at=self.at)

    def propose(self, level: int, **more: Any) -> Any:
        """A level proposed by the officer, as received from the flood command."""
        from undercity.response.actions.levels import propose_level

        return propose_level(self.body, level, **{"by": self.officer, "at": self.at, "basis": "received",
                                                  "note": "市防指电话", **more})

    def confirmed(self, level: int) -> Any:
        """The same, confirmed by the officer; the orders are given."""
        from undercity.response.actions.levels import confirm

        return confirm(self.propose(level).pk, by=self.officer, at=self.at)

    def orders(self, response: Any, **narrowed: Any) -> list[Any]:
        """Its orders, by key."""
        from undercity.response.models import Order

        return list(Order.objects.filter(response=response, **narrowed).order_by("key"))

    def later(self, **span: float) -> Any:
        """Time passes, for the clock as well."""
        return self.city.later(**span)


@pytest.fixture
def flood(city: City) -> Iterator[Flood]:
    """The city with its plan in force; refusals are compared in English."""
    with translation.override("en"):
        made = Flood(city)
        made.publish(small_plan())
        yield made


@pytest.fixture
def plan_text() -> str:
    """The district plan the sample city ships."""
    return (SAMPLE / "plans" / "shizhong.toml").read_text(encoding="utf-8")


@pytest.fixture
def planner(city: City) -> Iterator[Actor]:
    """The administrator, at the city's moment; the clock stands still."""
    with clock.standing_at(city.at):
        yield city.post("administrator")


@pytest.fixture
def replayed() -> Callable[[], None]:
    """Folds every entry again and finds the rows as they are."""

    def check() -> None:
        from undercity.ledger.replay import replay

        assert [str(one) for one in replay().differences] == []

    return check
