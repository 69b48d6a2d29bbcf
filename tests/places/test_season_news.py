"""The feed tells what was decided about a season, and nothing that was only proposed or only refused."""

from __future__ import annotations

from datetime import date, timedelta

from tests.places.test_feed import entries
from tests.places.test_linked import described
from tests.places.test_seasons import AT, Desk, desk
from undercity import clock

assert desk


def of_season(language: str = "zh-hans") -> list[tuple[str, str]]:
    return [one for one in entries(language) if one[0] not in {"opened", "renamed"}]


def test_a_closing_is_told_once_it_is_decided_and_again_when_it_is_taken_back(desk: Desk) -> None:
    from undercity.places.seasons.actions import proposals

    [(kind, opened)] = of_season()
    assert (kind, "6月21日" in opened, "8月31日" in opened) == ("season_opened", True, True)
    made = desk.rain()
    assert len(of_season()) == 1
    season, one = made.season, made.id
    proposals.accept(season.pk, one, by=desk.officer, at=AT + timedelta(minutes=1), note="积水")
    with clock.standing_at(AT + timedelta(minutes=2)):
        kind, said = of_season("en")[0]
        assert kind == "changed"
        assert "is closed for a time" in said
        assert "07-" in said
        proposals.undo(season.pk, one, by=desk.officer, at=AT + timedelta(minutes=2), note="雨停了")
        assert [kind for kind, _said in of_season()] == ["taken_back", "changed", "season_opened"]


def test_a_refusal_is_no_news_nor_is_its_undoing(desk: Desk) -> None:
    from undercity.places.seasons.actions import proposals

    made = desk.rain()
    season, one = made.season, made.id
    proposals.refuse(season.pk, one, by=desk.officer, at=AT + timedelta(minutes=1), note="无积水")
    proposals.undo(season.pk, one, by=desk.officer, at=AT + timedelta(minutes=2), note="又下了")
    with clock.standing_at(AT + timedelta(minutes=3)):
        assert [kind for kind, _said in of_season()] == ["season_opened"]


def test_a_longer_season_is_told_with_its_last_day_and_of_no_place_that_is_not_listed(desk: Desk) -> None:
    from undercity.places.models import Place
    from undercity.places.seasons.actions.opening import extend_season

    extend_season(desk.place.pk, 2026, by=desk.officer, at=AT, closes_on=date(2026, 9, 10), note="高温")
    kind, said = of_season()[0]
    assert (kind, "2026-09-10" in said) == ("season_extended", True)
    Place.objects.filter(pk=desk.place.pk).update(listed=False)
    assert of_season() == []


def test_the_hours_told_to_search_engines_follow_an_exception(desk: Desk) -> None:
    from undercity.places.seasons.actions import proposals

    def today() -> list[tuple[str, str]]:
        return [(one["opens"], one["closes"]) for one in described(desk.place.key)["openingHoursSpecification"]
                if one["validFrom"] == AT.date().isoformat() == one["validThrough"]]

    assert today() == []
    made = desk.rain()
    proposals.accept(made.season.pk, made.id, by=desk.officer, at=AT, note="积水")
    with clock.standing_at(AT + timedelta(minutes=1)):
        assert today() == [("09:30", f"{AT:%H:%M}"), (f"{AT + timedelta(hours=3):%H:%M}", "20:00")]
