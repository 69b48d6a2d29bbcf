"""Messages in, in whatever order they come: one warning each, no doubles, nothing lifted by a stranger."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest

from tests.alerts.messages import SHIZHONG, message, real_day, said, unknown, xml
from tests.city import City
from undercity import clock
from undercity.alerts import queries
from undercity.alerts.actions.receiving import Received, expire_due, receive
from undercity.alerts.cap.message import Alert, Area, MsgType, Scope, Status
from undercity.alerts.cap.writing import written
from undercity.alerts.models import ReceivedWarning, WarningMessage
from undercity.alerts.queries.warnings import places_within
from undercity.alerts.signals import warning_ended, warning_received
from undercity.alerts.states import Colour, Counting, Door, Ended, Hazard, Said, Stage
from undercity.clock import Timeline
from undercity.errors import NotAllowed
from undercity.ledger.models import Entry
from undercity.ledger.replay import replay
from undercity.org.powers import THE_CITIZEN, THE_SYSTEM
from undercity.org.queries import directory


def took(alert: Alert, city: City, **more: Any) -> Received:
    return receive(written(alert), door=Door.POST, by=THE_SYSTEM, at=city.at, **more)


@pytest.fixture
def told() -> Any:
    """What was announced, in order."""
    heard: list[tuple[str, Any]] = []

    def came(sender: Any, warning: Any, at: Any, first: bool, **_: Any) -> None:
        heard.append(("received" if first else "updated", warning.pk))

    def over(sender: Any, warning: Any, at: Any, why: str, **_: Any) -> None:
        heard.append((why, warning.pk))

    warning_received.connect(came)
    warning_ended.connect(over)
    yield heard
    warning_received.disconnect(came)
    warning_ended.disconnect(over)


def verbs() -> list[str]:
    return list(Entry.objects.filter(stream_kind="warning").order_by("number").values_list("verb", flat=True))


def test_a_warning_is_kept_in_our_words(city: City, told: Any) -> None:
    found = took(message(city.at), city)
    row = found.warning
    assert (row.hazard, row.colour, row.inferred, row.stage) == (Hazard.RAIN, Colour.YELLOW, False, Stage.IN_FORCE)
    assert row.bodies == [directory().by_key["jinan"]]
    assert row.counts
    assert row.counting == Counting.DEMONSTRATION
    assert [one.pk for one in queries.in_force(city.at)] == [row.pk]
    assert queries.in_force(city.at + timedelta(hours=6)) == []
    assert told == [("received", row.pk)]


def test_the_same_message_again_changes_nothing(city: City, told: Any) -> None:
    first = took(message(city.at), city)
    city.later(minutes=3)
    again = took(message(city.at - timedelta(minutes=3)), city)
    assert (again.fresh, again.warning.pk, again.message.pk) == (False, first.warning.pk, first.message.pk)
    assert verbs() == ["warning.received/1"]
    assert len(told) == 1


def test_the_same_moment_in_another_zone_is_the_same_message(city: City) -> None:
    took(message(city.at), city)
    assert not took(message(city.at.astimezone(UTC)), city).fresh


def test_an_update_takes_the_place_of_what_held_and_a_cancel_ends_it(city: City, told: Any) -> None:
    first = message(city.at)
    warning = took(first, city).warning
    second = message(city.later(hours=1), identifier="2", colour="橙", msg_type=MsgType.UPDATE, about=[first])
    assert took(second, city).how == "updated"
    warning.refresh_from_db()
    assert (warning.colour, warning.messages, warning.missing) == (Colour.ORANGE, 2, False)
    took(message(city.later(hours=1), identifier="3", msg_type=MsgType.CANCEL, about=[second]), city)
    warning.refresh_from_db()
    assert (warning.stage, warning.ended) == (Stage.CANCELLED, Ended.CANCELLED)
    assert [what for what, _ in told] == ["received", "updated", "cancelled"]
    assert ReceivedWarning.objects.count() == 1


def test_an_update_before_its_alert_holds_and_the_alert_joins_it(city: City, told: Any) -> None:
    first = message(city.at - timedelta(hours=1))
    second = message(city.at, identifier="2", colour="橙", msg_type=MsgType.UPDATE, about=[first])
    early = took(second, city)
    assert early.warning.missing
    assert early.warning.stage == Stage.IN_FORCE
    late = took(first, city)
    assert (late.how, late.warning.pk) == ("joined", early.warning.pk)
    assert (late.warning.colour, late.warning.missing, late.warning.messages) == (Colour.ORANGE, False, 2)
    assert [what for what, _ in told] == ["received"]


def test_a_cancel_before_its_alert_leaves_nothing_in_force(city: City, told: Any) -> None:
    first = message(city.at - timedelta(hours=1))
    took(message(city.at, identifier="2", msg_type=MsgType.CANCEL, about=[first]), city)
    late = took(first, city)
    assert late.warning.stage == Stage.CANCELLED
    assert queries.in_force(city.at) == []
    assert told == []


def test_two_updates_of_an_alert_that_never_came_are_one_warning(city: City) -> None:
    gone = unknown(city.at - timedelta(hours=2))
    one = took(message(city.at, identifier="2", msg_type=MsgType.UPDATE, about=[gone]), city)
    other = took(message(city.later(minutes=5), identifier="3", msg_type=MsgType.UPDATE, about=[gone]), city)
    assert one.warning.pk == other.warning.pk
    assert other.how == "updated"


def test_an_older_update_that_comes_late_changes_nothing(city: City) -> None:
    first = message(city.at)
    took(first, city)
    newer = message(city.later(hours=2), identifier="3", colour="红", msg_type=MsgType.UPDATE, about=[first])
    took(newer, city)
    late = took(message(city.at - timedelta(hours=1), identifier="2", msg_type=MsgType.UPDATE, about=[first]), city)
    assert (late.how, late.warning.colour) == ("joined", Colour.RED)


def test_two_warnings_go_on_in_one(city: City, told: Any) -> None:
    one, other = message(city.at), message(city.later(minutes=1), identifier="2")
    took(one, city)
    took(other, city)
    both = took(message(city.later(minutes=9), identifier="3", msg_type=MsgType.UPDATE, about=[one, other]), city)
    assert [row.pk for row in queries.in_force(city.at)] == [both.warning.pk]
    assert [what for what, _ in told] == ["received", "received", "merged", "updated"]


def test_nobody_lifts_the_warning_of_another_office(city: City) -> None:
    first = message(city.at)
    warning = took(first, city).warning
    took(message(city.later(minutes=1), identifier="2", sender="stranger@x.invalid", msg_type=MsgType.CANCEL,
                 about=[first]), city)
    assert [row.pk for row in queries.in_force(city.at)] == [warning.pk]


def test_an_exercise_never_lifts_a_real_warning(city: City) -> None:
    first = message(city.at, status=Status.ACTUAL)
    warning = took(first, city).warning
    took(message(city.later(minutes=1), identifier="2", status=Status.EXERCISE, msg_type=MsgType.CANCEL,
                 about=[first]), city)
    assert warning.pk in [row.pk for row in queries.in_force(city.at)]


def test_the_clock_ends_a_warning_once(city: City, told: Any) -> None:
    took(message(city.at), city)
    assert expire_due(city.later(hours=5)) == 0
    assert expire_due(city.later(hours=1)) == 1
    assert expire_due(city.later(hours=1)) == 0
    assert [what for what, _ in told] == ["received", "expired"]


def test_what_was_over_before_it_came_is_kept_and_moves_nothing(city: City, told: Any) -> None:
    found = took(message(city.at - timedelta(days=2)), city)
    assert (found.warning.stage, found.warning.counting) == (Stage.EXPIRED, Counting.OVER)
    assert told == []
    assert verbs() == ["warning.received/1", "warning.expired/1"]


def test_an_update_brings_back_what_had_run_out(city: City) -> None:
    first = message(city.at, hours=1)
    took(first, city)
    expire_due(city.later(hours=2))
    row = took(message(city.at, identifier="2", msg_type=MsgType.UPDATE, about=[first]), city).warning
    assert (row.stage, row.ended_at) == (Stage.IN_FORCE, None)


def test_without_an_end_it_holds_as_long_as_the_terms_say_and_that_is_said(city: City) -> None:
    row = took(message(city.at, hours=None), city).warning
    assert row.assumed
    assert row.ends == city.at + timedelta(hours=24)


@pytest.mark.parametrize("status", list(Status))
def test_only_what_belongs_to_a_timeline_counts_on_it(city: City, settings: Any, status: Status) -> None:
    for demo, line, wanted in ((False, "real", Status.ACTUAL), (True, "real", Status.TEST),
                               (False, "drill-1", Status.EXERCISE), (True, "drill-1", Status.EXERCISE)):
        settings.DEMO = demo
        with clock.on(Timeline(line, frozen=city.at)):
            row = took(message(city.at, status=status, identifier=f"{demo}-{line}"), city).warning
        assert row.counts is (status is wanted), (demo, line)


def test_a_drill_has_its_own_warnings(city: City) -> None:
    with clock.on(Timeline("drill-1", frozen=city.at)):
        there = took(message(city.at, status=Status.EXERCISE), city).warning
        assert [row.pk for row in queries.in_force(city.at)] == [there.pk]
    assert queries.in_force(city.at) == []
    assert took(message(city.at, status=Status.EXERCISE), city).warning.pk != there.pk


def test_acknowledgements_are_noted_and_warn_of_nothing(city: City, told: Any) -> None:
    row = took(message(city.at, msg_type=MsgType.ACK, about=[unknown(city.at)], infos=[]), city).warning
    assert (row.stage, row.counts) == (Stage.NOTED, False)
    assert told == []
    assert queries.in_force(city.at) == []


def test_an_acknowledgement_before_its_alert_does_not_keep_it_from_holding(city: City, told: Any) -> None:
    first = message(city.at - timedelta(minutes=5))
    took(message(city.at, identifier="ack", msg_type=MsgType.ACK, about=[first], infos=[]), city)
    late = took(first, city).warning
    assert (late.stage, late.missing, late.messages) == (Stage.IN_FORCE, False, 2)
    assert [what for what, _ in told] == ["updated"]


def test_a_warning_concerns_whom_it_touches_what_lies_below_and_what_lies_above(city: City) -> None:
    book = directory()
    took(message(city.at, infos=[said(area=[SHIZHONG])]), city)
    names = {key: len(queries.concerning(book.by_key[key], city.at)) for key in ("jinan", "shizhong", "lixia", "sd")
             if key in book.by_key}
    assert names["jinan"] == names["shizhong"] == 1
    assert names["lixia"] == 0


def test_codes_that_are_none_of_ours_and_words_alone_are_said(city: City) -> None:
    row = took(message(city.at, infos=[said(area=[Area(desc="青岛市", geocodes=(("code", "370200"),)),
                                                   Area(desc="全市")])]), city)
    assert row.message.said == [Said.UNKNOWN_CODE, Said.NOWHERE]
    assert row.warning.bodies == []


def test_several_languages_are_one_warning_of_the_strongest_colour(city: City) -> None:
    english = said("橙", "Rainstorm", language="en", headline="Orange rainstorm warning", area=[SHIZHONG])
    row = took(message(city.at, infos=[said("黄"), english]), city).warning
    assert (row.hazard, row.colour) == (Hazard.RAIN, Colour.ORANGE)
    assert row.bodies == [directory().by_key["jinan"]]


def test_a_colour_nobody_names_is_read_from_the_severity_and_that_is_said(city: City) -> None:
    row = took(message(city.at, infos=[said("红", headline="Warning that has expired")]), city).warning
    assert (row.colour, row.inferred) == (Colour.RED, True)


@pytest.mark.parametrize(("day", "colour"), [("2022-10-01", Colour.BLUE), ("2025-06-28", Colour.YELLOW)])
def test_the_two_real_days_are_read_as_they_were(city: City, day: str, colour: Colour) -> None:
    alert = real_day(day)
    with clock.standing_at(alert.sent):
        row = receive(written(alert), door=Door.POST, by=THE_SYSTEM, at=alert.sent).warning
        assert (row.hazard, row.colour, row.counts) == (Hazard.RAIN, colour, True)


def test_only_a_post_with_the_power_brings_one_in(city: City) -> None:
    for nobody in (THE_CITIZEN, city.post("keeper")):
        with pytest.raises(NotAllowed):
            receive(xml(city.at), door=Door.PAGE, by=nobody, at=city.at)
    assert receive(xml(city.at), door=Door.PAGE, by=city.post("duty_officer"), at=city.at).fresh


def test_what_is_not_for_the_public_is_seen_by_those_who_act_on_it(city: City) -> None:
    alert = Alert(**{**message(city.at).__dict__, "scope": Scope.RESTRICTED, "restriction": "防汛成员单位"})
    row = took(alert, city).warning
    assert not queries.visible_to(city.post("inspector")).filter(pk=row.pk).exists()
    assert queries.visible_to(city.post("duty_officer")).filter(pk=row.pk).exists()


def test_the_record_replays_to_the_same_rows_and_vouches_for_the_bytes(city: City) -> None:
    first = message(city.at)
    took(first, city)
    took(message(city.later(hours=1), identifier="2", msg_type=MsgType.UPDATE, about=[first]), city)
    took(message(city.later(hours=1), identifier="3", msg_type=MsgType.CANCEL, about=[first]), city)
    assert replay().differences == []
    WarningMessage.objects.filter(identifier="2").update(raw=b"<alert/>")
    assert replay().differences != []


def test_places_within_are_those_on_its_ground(city: City) -> None:
    warning = took(message(city.at, infos=[said(area=[SHIZHONG])]), city).warning
    found = queries.detail(warning.pk, city.post("duty_officer"))
    assert found is not None
    keys = {row.key for row in places_within(found.ground, officer=False)}
    assert "cool-yingxiongshan" in keys
    assert "cool-foshui" not in keys
