"""The year of template duties is told as entries: replay is clean, nothing is made twice, every kind has its share."""

from __future__ import annotations

from django.db.models import Count

from tests.city import City
from undercity.city.actions.agenda_story import tell_duties
from undercity.city.actions.loading import EVENING
from undercity.ledger.actions.agenda import make_due
from undercity.ledger.models import Duty, Entry, Task
from undercity.ledger.queries.agenda import templates
from undercity.ledger.replay import replay


def told(days: int = 365) -> int:
    return tell_duties(until=EVENING, days=days, say=lambda words: None)


def test_the_year_replays_clean_and_the_worker_makes_none_of_it_again(city: City) -> None:
    assert told() == Entry.objects.filter(stream_kind="task").count() > 500
    assert replay().differences == []
    assert make_due(EVENING) == 0


def test_every_template_has_its_duties_and_no_entry_lies_in_the_future(city: City) -> None:
    told()
    assert set(Task.objects.values_list("template", flat=True)) == set(templates())
    assert not Entry.objects.filter(at__gt=EVENING).exists()


def test_some_are_late_some_refused_and_two_visits_of_the_bureau_are_open_this_month(city: City) -> None:
    told()
    by_status = dict(Task.objects.values_list("status").annotate(Count("pk")))
    assert by_status["done"] > 200
    assert by_status["excused"] > 3
    assert Duty.objects.filter(escalations__gt=0).exists()
    visits = Task.objects.filter(template="monthly-visit", period="2026-07", status="open", body__key="sz-um")
    assert visits.count() >= 2


def test_the_entries_of_a_duty_come_one_after_another(city: City) -> None:
    told(60)
    moments: dict[object, object] = {}
    for stream, at in Entry.objects.filter(stream_kind="task").order_by("stream", "sequence").values_list(
            "stream", "at"):
        assert moments.get(stream) is None or at >= moments[stream]  # type: ignore[operator]
        moments[stream] = at
