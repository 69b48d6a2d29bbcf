"""Seasons, proposals and decisions on the sample clock: arising, decided, undone, each with its entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from tests.city import City
from undercity import clock
from undercity.errors import Conflict, InvalidMove, NotAllowed, RuleBroken
from undercity.org.powers import THE_CITIZEN, THE_SYSTEM, Actor

ZONE = clock.ZONE
AT = datetime(2026, 7, 18, 16, 30, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Desk:
    """A cool place, its officer, its keeper, and the verbs of its year."""

    def __init__(self, city: City) -> None:
        from undercity.org.queries import directory
        from undercity.places.models import Place
        from undercity.places.seasons.actions.opening import open_season

        self.place = Place.objects.get(key="cool-weishier")
        self.officer, self.keeper = city.post("duty_officer"), city.post("keeper")
        self.season = open_season(self.place.pk, by=self.officer, at=AT - timedelta(days=40),
                                  opens_on=date(2026, 6, 21), closes_on=date(2026, 8, 31), hours="09:30-20:00",
                                  keeper=directory().by_key["op-mall"])

    def verbs(self) -> list[str]:
        from undercity.ledger.queries import story

        return [entry.verb.partition("/")[0].partition(".")[2] for entry in story(self.season.pk)]

    def now(self, at: datetime) -> Any:
        from undercity.places.models import Place
        from undercity.places.queries import found

        return found(Place.objects.get(pk=self.place.pk), at).opening

    def rain(self, **changes: Any) -> Any:
        from undercity.places.actions import propose_closing

        return propose_closing(self.place.pk, **{
            "by": self.keeper, "at": AT, "reason": "rain", "source": "keeper", "note": "积水",
            "ends": AT + timedelta(hours=3), **changes})


@pytest.fixture
def desk(city: City) -> Iterator[Desk]:
    with clock.standing_at(AT):
        yield Desk(city)


def same_again() -> None:
    from undercity.ledger.replay import replay

    assert [str(one) for one in replay().differences] == []


def duty(season: Any) -> Any:
    from undercity.ledger.models import Duty

    return Duty.objects.filter(stream=season.pk).order_by("-assigned_at", "-id").first()


def test_a_closing_is_proposed_decided_told_and_undone_each_with_its_entry(desk: Desk) -> None:
    from undercity.places.seasons.actions import proposals
    from undercity.places.signals import place_closed

    told: list[dict[str, Any]] = []

    def hear(**said: Any) -> None:
        from django.db import connection

        told.append({**said, "inside": connection.in_atomic_block})

    place_closed.connect(hear)
    try:
        made = desk.rain()
        assert desk.now(AT).is_open
        waits = duty(made.season)
        assert (waits.kind, waits.done_at, waits.due_at) == ("season.decide", None, AT + timedelta(minutes=30))
        later = AT + timedelta(minutes=7)
        season = proposals.accept(made.season.pk, made.id, by=desk.officer, at=later, note="同意", seen=2)
        assert (told[0]["place"], told[0]["reason"], told[0]["until"], told[0]["at"], told[0]["inside"]) == (
            desk.place, "rain", AT + timedelta(hours=3), later, True)
    finally:
        place_closed.disconnect(hear)
    state = desk.now(later)
    assert (state.is_open, state.because, state.changes_at) == (
        False, "because of rain", AT + timedelta(hours=3))
    assert desk.now(AT).is_open, "nothing decided later holds for the time before it"
    assert (duty(season).outcome, season.waiting) == ("accepted", 0)
    season = proposals.undo(season.pk, made.id, by=desk.officer, at=later + timedelta(minutes=5), note="雨停")
    assert desk.now(later).is_open
    assert (duty(season).done_at, season.waiting, season.exceptions) == (None, 1, [])
    season = proposals.refuse(season.pk, made.id, by=desk.officer, at=later + timedelta(minutes=6), note="照常")
    assert desk.verbs() == ["season_opened", "change_proposed", "change_accepted", "decision_undone", "change_refused"]
    same_again()


def test_the_rule_proposes_an_extension_near_the_end_once_and_an_officer_decides_and_undoes(desk: Desk) -> None:
    from undercity.places.models import Season
    from undercity.places.seasons.actions import proposals
    from undercity.places.seasons.actions.heat import enter_maximum, propose_due

    with clock.standing_at(at := datetime(2026, 8, 28, 7, 0, tzinfo=ZONE)):
        for nth in range(1, 7):
            enter_maximum(at.date() - timedelta(days=nth), Decimal(36), by=desk.officer, at=at, source="station")
        Season.objects.update(closes_on=date(2026, 8, 31))
        propose_due(at)
        assert not [one for one in Season.objects.get().proposals if one["wish"] == "extension"], "six are not seven"
        enter_maximum(at.date() - timedelta(days=7), Decimal("35.0"), by=desk.officer, at=at, source="station")
        assert propose_due(at) == 1
        assert propose_due(at + timedelta(hours=1)) == 0
        season = Season.objects.get()
        one = next(row for row in season.proposals if row["wish"] == "extension")
        assert (one["source"], one["post"], one["closes_on"]) == ("rule", None, "2026-09-10")
        # One working day, and 28 August 2026 is a Friday: by Friday's end in eight working hours from before the shift.
        assert duty(season).due_at > at
        season = proposals.accept(season.pk, one["id"], by=desk.officer, at=at + timedelta(hours=2), note="高温持续")
        assert season.closes_on == date(2026, 9, 10)
        assert desk.now(datetime(2026, 9, 5, 12, tzinfo=ZONE)).is_open
        season = proposals.undo(season.pk, one["id"], by=desk.officer, at=at + timedelta(hours=3), note="预报降温")
        assert season.closes_on == date(2026, 8, 31)
        assert not desk.now(datetime(2026, 9, 5, 12, tzinfo=ZONE)).is_open
        proposals.refuse(season.pk, one["id"], by=desk.officer, at=at + timedelta(hours=4), note="预报降温")
        assert propose_due(at + timedelta(hours=5)) == 0, "whoever said no is not asked again"
        same_again()


def test_three_hot_days_propose_longer_hours_that_end_by_themselves(desk: Desk) -> None:
    from undercity.places.models import Season
    from undercity.places.seasons.actions import proposals
    from undercity.places.seasons.actions.heat import load_maxima, propose_due

    sheet = "日期,最高气温\n2026/7/15,35.5\n2026-07-16,３６\n2026年7月17日,36.2\n".encode("gb18030")
    assert load_maxima(sheet, by=desk.officer, at=AT, source="station") == 3
    assert propose_due(AT) == 1
    season = Season.objects.get()
    proposals.accept(season.pk, season.proposals[-1]["id"], by=desk.officer, at=AT, note="同意")
    assert desk.now(AT).changes_at == datetime.combine(AT.date(), time(22), ZONE)
    assert desk.now(AT + timedelta(days=5)).changes_at == datetime.combine(date(2026, 7, 23), time(20), ZONE)
    same_again()


def test_who_may_propose_and_who_decides(desk: Desk, city: City) -> None:
    from undercity.places.actions import propose_closing
    from undercity.places.models import Place
    from undercity.places.seasons.actions import proposals

    other = Place.objects.get(key="cool-jingsi")
    for by, place in ((THE_CITIZEN, desk.place), (city.post("inspector"), desk.place), (desk.keeper, other)):
        with pytest.raises(NotAllowed):
            propose_closing(place.pk, by=by, at=AT, reason="rain", source="officer", note="x")
    made = desk.rain(by=THE_SYSTEM, source="alert", note="")
    assert desk.rain(by=THE_SYSTEM, source="reading", note="").id == made.id, "a machine is not heard twice"
    with pytest.raises(InvalidMove):
        desk.rain()
    for by in (desk.keeper, THE_SYSTEM, city.post("leader")):
        with pytest.raises(NotAllowed):
            proposals.accept(made.season.pk, made.id, by=by, at=AT, note="x")
    with pytest.raises(NotAllowed):
        proposals.withdraw(made.season.pk, made.id, by=desk.officer, at=AT, note="x")


def test_a_retried_proposal_is_one_and_its_maker_may_take_it_back(desk: Desk) -> None:
    from undercity.places.seasons.actions import proposals

    first, again = desk.rain(key="k1"), desk.rain(key="k1")
    assert (first.id, len(again.season.proposals)) == (again.id, 1)
    season = proposals.withdraw(first.season.pk, first.id, by=desk.keeper, at=AT, note="雨停")
    assert (season.waiting, season.proposals[0]["answer"], duty(season).outcome) == (0, "withdrawn", "withdrawn")
    for move in (proposals.accept, proposals.refuse, proposals.undo):
        with pytest.raises(InvalidMove):
            move(season.pk, first.id, by=desk.officer, at=AT, note="x")


def test_nobody_decided_in_time_and_the_proposal_lapses_by_itself(desk: Desk) -> None:
    from undercity.places.models import Season
    from undercity.places.seasons.actions.proposals import lapse_due

    made = desk.rain()
    assert lapse_due(AT + timedelta(hours=2, minutes=59)) == 0
    assert lapse_due(AT + timedelta(hours=3)) == 1
    assert lapse_due(AT + timedelta(hours=3)) == 0
    season = Season.objects.get(pk=made.season.pk)
    assert (season.proposals[0]["answer"], season.waiting, duty(season).outcome) == ("lapsed", 0, "lapsed")
    same_again()


def test_what_is_over_or_was_changed_later_cannot_be_undone(desk: Desk) -> None:
    from undercity.places.seasons.actions import opening, proposals

    made = desk.rain()
    season = proposals.accept(made.season.pk, made.id, by=desk.officer, at=AT, note="同意")
    with pytest.raises(InvalidMove):
        proposals.undo(season.pk, made.id, by=desk.officer, at=AT + timedelta(hours=4), note="x")
    season = opening.withdraw_exception(season.pk, season.exceptions[0]["id"], by=desk.officer,
                                        at=AT + timedelta(hours=1), note="雨停")
    assert desk.now(AT + timedelta(minutes=30)).why == "rain", "what was, stays"
    assert desk.now(AT + timedelta(hours=1)).is_open
    with pytest.raises(InvalidMove):
        proposals.undo(season.pk, made.id, by=desk.officer, at=AT + timedelta(hours=2), note="x")
    longer = proposals.propose_extension(desk.place.pk, 2026, by=desk.officer, at=AT, closes_on=date(2026, 9, 5),
                                         source="officer", note="x")
    proposals.accept(season.pk, longer.id, by=desk.officer, at=AT, note="x")
    opening.extend_season(desk.place.pk, 2026, by=desk.officer, at=AT, closes_on=date(2026, 9, 20), note="x")
    with pytest.raises(InvalidMove):
        proposals.undo(season.pk, longer.id, by=desk.officer, at=AT, note="x")
    same_again()


def test_a_season_is_opened_ended_early_and_goes_on(desk: Desk) -> None:
    from undercity.places.seasons.actions import opening

    who = {"by": desk.officer, "at": AT, "note": "x"}
    with pytest.raises(InvalidMove):
        opening.open_season(desk.place.pk, opens_on=date(2026, 6, 1), closes_on=date(2026, 9, 1), hours="09:00-18:00",
                            **who)
    for wrong in (date(2026, 7, 17), date(2026, 8, 31), date(2026, 9, 1)):
        with pytest.raises(RuleBroken) as refusal:
            opening.close_season(desk.place.pk, 2026, closes_on=wrong, **who)
        assert refusal.value.field == "closes_on"
    opening.close_season(desk.place.pk, 2026, closes_on=date(2026, 7, 20), **who)
    assert desk.now(datetime(2026, 7, 21, 12, tzinfo=ZONE)).because == "the season is over"
    opening.extend_season(desk.place.pk, 2026, closes_on=date(2026, 9, 5), **who)
    assert desk.now(datetime(2026, 9, 5, 12, tzinfo=ZONE)).is_open
    assert desk.verbs() == ["season_opened", "season_closed", "season_extended"]
    same_again()


# Tables inside a test, not tests of a table: a city is loaded for each test.
NO_SEASON: tuple[tuple[dict[str, Any], str], ...] = (
    ({"opens_on": date(2026, 9, 1), "closes_on": date(2026, 8, 1)}, "closes_on"),
    ({"closes_on": date(2027, 1, 1)}, "closes_on"), ({"hours": "Jun 21-Aug 31 09:30-20:00"}, "hours"),
    ({"hours": "until late"}, "hours"))
NO_EXCEPTION: tuple[tuple[dict[str, Any], str], ...] = (
    ({"why": "mood"}, "why"), ({"why": "heat"}, "hours"), ({"hours": "09:00-22:00"}, "hours"),
    ({"ends": AT - timedelta(days=1)}, "ends"), ({"ends": AT + timedelta(days=500)}, "ends"),
    ({"why": "heat", "hours": "09:00-22:00", "ends": None}, "ends"), ({"note": "  "}, "note"),
    ({"note": "x" * 501}, "note"), ({"why": "heat", "hours": "late"}, "hours"))
NO_HEAT = ("2026-07-17,热\n", "2026-07-17,99\n", "2026-07-19,30\n", "2026-07-17,30\n2026-07-17,31\n",
           "2026-07-17,NaN\n")


def test_a_season_that_makes_no_sense_names_the_field(desk: Desk) -> None:
    from undercity.places.models import Place
    from undercity.places.seasons.actions.opening import open_season

    for changes, field in NO_SEASON:
        with pytest.raises(RuleBroken) as refusal:
            open_season(Place.objects.get(key="cool-jingsi").pk, **{
                "by": desk.officer, "at": AT, "opens_on": date(2026, 6, 21), "closes_on": date(2026, 8, 31),
                "hours": "09:30-20:00", **changes})
        assert refusal.value.field == field
        assert refusal.value.remedy


def test_an_exception_that_makes_no_sense_names_the_field_and_stores_nothing(desk: Desk) -> None:
    from undercity.places.seasons.actions.opening import add_exception

    for changes, field in NO_EXCEPTION:
        with pytest.raises(RuleBroken) as refusal:
            add_exception(desk.place.pk, **{"by": desk.officer, "at": AT, "why": "rain", "starts": AT,
                                            "ends": AT + timedelta(hours=2), "note": "x", **changes})
        assert refusal.value.field == field
    assert desk.verbs() == ["season_opened"]


def test_whoever_looked_at_an_old_version_is_told_what_changed(desk: Desk) -> None:
    from undercity.places.seasons.actions import opening, proposals

    made = desk.rain()
    opening.add_exception(desk.place.pk, by=desk.officer, at=AT, why="shop_hours", hours="10:00-18:00", starts=AT,
                          ends=AT + timedelta(days=1), note="x")
    with pytest.raises(Conflict) as refusal:
        proposals.accept(made.season.pk, made.id, by=desk.officer, at=AT, note="x", seen=2)
    assert [row["what"] for row in refusal.value.details["changes"]] == ["Exception added"]


def test_a_place_without_a_season_may_be_closed_for_rain_too(desk: Desk, city: City) -> None:
    from undercity.places.actions import propose_closing
    from undercity.places.models import Place
    from undercity.places.queries import found
    from undercity.places.seasons.actions import proposals

    foshui = Place.objects.get(key="cool-foshui")
    made = propose_closing(foshui.pk, by=THE_SYSTEM, at=AT, reason="rain", source="alert")
    proposals.accept(made.season.pk, made.id, by=desk.officer, at=AT, note="暴雨红色预警")
    assert (made.season.standing, found(foshui, AT).opening.why) == ("none", "rain")
    assert found(foshui, AT).opening.changes_at is None
    with pytest.raises(InvalidMove):
        proposals.propose_extension(foshui.pk, 2026, by=desk.officer, at=AT, closes_on=date(2026, 9, 9),
                                    source="officer", note="x")
    same_again()


def test_a_list_of_places_costs_the_same_statements_however_long(desk: Desk, django_assert_num_queries: Any) -> None:
    from undercity.places.models import Place, PlaceName
    from undercity.places.queries import found_of, shown_to
    from undercity.places.seasons.queries import years

    desk.rain()
    found_of(shown_to(), AT)
    with django_assert_num_queries(4):
        assert len(found_of(shown_to(), AT)) == 9
    # The newest measurements are the fifth.
    with django_assert_num_queries(5):
        years(2026, AT)
    for nth in range(20):
        row = Place.objects.get(key="cool-jingsi")
        row.pk, row.key = None, f"more-{nth}"
        row.save()
        PlaceName.objects.create(place=row, zh="更多", en="more")
    found_of(shown_to(), AT)
    with django_assert_num_queries(4):
        assert len(found_of(shown_to(), AT)) == 29
    # The newest measurements are the fifth.
    with django_assert_num_queries(5):
        years(2026, AT)


def test_announcements_are_shown_from_when_to_when_and_where(desk: Desk, city: City) -> None:
    from undercity.places.models import Place
    from undercity.places.seasons.actions.announcing import end_announcement, post_announcement
    from undercity.places.seasons.queries import announcements

    said = {"by": desk.officer, "at": AT, "starts": AT, "ends": AT + timedelta(days=2)}
    for_all = post_announcement(zh="全市", en="all of it", client_key="k", **said)
    assert post_announcement(zh="全市", en="all of it", client_key="k", **said).pk == for_all.pk
    post_announcement(zh="此处", place=desk.place.pk, **said)
    other = Place.objects.get(key="cool-jingsi")
    assert [one.text for one in announcements(AT)] == ["all of it"]
    assert sorted(one.text for one in announcements(AT, desk.place)) == ["all of it", "此处"]
    assert [one.text for one in announcements(AT, other)] == ["all of it"]
    assert announcements(AT - timedelta(minutes=1)) == announcements(AT + timedelta(days=2)) == []
    end_announcement(for_all.pk, by=desk.officer, at=AT + timedelta(hours=1))
    assert announcements(AT + timedelta(hours=1)) == []
    with pytest.raises(InvalidMove):
        end_announcement(for_all.pk, by=desk.officer, at=AT + timedelta(hours=2))
    with pytest.raises(NotAllowed):
        post_announcement(zh="x", **{**said, "by": desk.keeper})
    for wrong, field in (({"zh": " "}, "zh"), ({"zh": "x" * 1001}, "zh"), ({"zh": "x", "ends": AT}, "ends")):
        with pytest.raises(RuleBroken) as refusal:
            post_announcement(**{**said, **wrong})  # type: ignore[arg-type]
        assert refusal.value.field == field
    same_again()


def counts(by: Actor, rows: str) -> int:
    from undercity.places.seasons.actions.visitors import load_visitors

    return load_visitors(rows.encode(), by=by, at=AT)


def test_visitors_are_counted_by_the_keeper_and_a_correction_keeps_the_old_number_beside(desk: Desk) -> None:
    from undercity.places.models import VisitorCount
    from undercity.places.seasons.actions.visitors import count_visitors

    count_visitors(desk.place.pk, AT.date(), 120, by=desk.keeper, at=AT)
    count_visitors(desk.place.pk, AT.date(), 121, by=desk.keeper, at=AT)
    row = VisitorCount.objects.get()
    assert (row.visitors, row.was, row.entered_by) == (121, 120, desk.keeper.post)
    for day, number in ((AT.date() + timedelta(days=1), 5), (AT.date(), -1), (AT.date(), 999_999)):
        with pytest.raises(RuleBroken):
            count_visitors(desk.place.pk, day, number, by=desk.keeper, at=AT)
    assert counts(desk.keeper, "place,day,visitors\ncool-weishier,2026-07-17,98\ncool-weishier,2026-07-18,130\n") == 2
    assert sorted(VisitorCount.objects.values_list("visitors", flat=True)) == [98, 130]
    with pytest.raises(NotAllowed):
        counts(desk.keeper, "place,day,visitors\ncool-jingsi,2026-07-17,98\n")


def test_a_file_with_wrong_lines_stores_nothing_and_names_each(desk: Desk) -> None:
    from undercity.places.models import VisitorCount

    with pytest.raises(RuleBroken) as refusal:
        counts(desk.keeper, "场所,日期,人次\ncool-weishier,2026-07-17,98\nnowhere,2026-07-17,1\n"
                            "cool-weishier,soon,1\ncool-weishier,2026-07-16,1.5\ncool-weishier,2026-07-17,4\n"
                            "cool-weishier,2027-07-17,4\n")
    said = str(refusal.value)
    assert [f"Line {number}:" in said for number in (2, 3, 4, 5, 6, 7)] == [False, True, True, True, True, True]
    assert not VisitorCount.objects.exists()
    for wrong in ("a,b\n1,2\n", "", "\0\0\0"):
        with pytest.raises(RuleBroken) as refusal:
            counts(desk.keeper, wrong)
        assert refusal.value.field == "file"


def test_temperatures_nobody_could_measure_are_refused_by_line(desk: Desk) -> None:
    from undercity.places.seasons.actions.heat import load_maxima

    for wrong in NO_HEAT:
        sheet = f"日期,最高气温\n{wrong}".encode()
        with pytest.raises(RuleBroken) as refusal:
            load_maxima(sheet, by=desk.officer, at=AT, source="station")
        assert "Line" in str(refusal.value)
        with pytest.raises(NotAllowed):
            load_maxima(sheet, by=desk.keeper, at=AT, source="station")
