"""Orders: each given once, answered by its holder or by telephone, told on when silent, passed on when refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.response.conftest import Flood
from undercity.errors import InvalidMove, NotAllowed, RuleBroken


def boards(flood: Flood, row: Any) -> Any:
    """An order that has a holder and wants a photo."""
    return next(order for order in flood.orders(row, plan_order="boards") if order.post_id is not None)


def holder(flood: Flood, order: Any) -> Any:
    """Whoever has it."""
    return flood.city.whose(order)


def test_one_message_a_holder_tells_of_all_his_orders(flood: Flood) -> None:
    from undercity.notices.models import Notice

    row = flood.confirmed(3)
    told = Notice.objects.filter(code="response.orders")
    posts = {order.post_id for order in flood.orders(row) if order.post_id}
    assert sorted(told.values_list("post_id", flat=True)) == sorted(posts)


def test_a_message_names_no_place_without_a_public_profile(flood: Flood) -> None:
    from undercity.notices.letters import words_of as letter
    from undercity.notices.models import Notice
    from undercity.places.models import Place

    row = flood.confirmed(3)
    order = boards(flood, row)
    told = Notice.objects.get(code="response.orders", subject=row.pk, post=order.post_id)
    named = " ".join(letter([told]).lines)
    assert "one of your works" not in named
    Place.objects.update(listed=False)
    hidden = " ".join(letter([told]).lines)
    assert "one of your works" in hidden
    assert not any(place.key in hidden or name.zh in hidden or name.en in hidden
                   for place in Place.objects.all() for name in place.names.all())


def test_of_the_silent_ones_those_the_water_reaches_first_stand_first(flood: Flood) -> None:
    from tests.response.conftest import small_plan
    from undercity.response.actions.silence import tell_silence
    from undercity.response.models import Order
    from undercity.response.queries.board import most_pressing

    low = boards(flood, flood.confirmed(4)).place.key
    flood.confirmed(0)
    flood.publish(small_plan().replace('version = "2026.1"', 'version = "2026.2"') + f"""
[[reached]]
key = "low"
at = {{ places = ["{low}"] }}
minutes = 25
source = "虚构"
""")
    row = flood.confirmed(4)
    assert tell_silence(flood.later(minutes=11)) > 1
    first, *rest = most_pressing(Order.objects.filter(response=row, told__gt=0))
    assert (first.place.key, first.water_at, first.due_at) == (
        low, first.issued_at + timedelta(minutes=25), rest[0].due_at)
    assert {one.water_at for one in rest} == {None}


def test_giving_again_gives_nothing_twice(flood: Flood, replayed: Callable[[], None]) -> None:
    from undercity.notices.models import Notice
    from undercity.response.actions.issuing import issue
    from undercity.response.models import Order, Response

    row = flood.confirmed(3)
    orders, notices = Order.objects.count(), Notice.objects.count()
    # As if the process had died before it could say that the wave is complete.
    Response.objects.filter(pk=row.pk).update(issued=0)
    from undercity.response.actions import issuing

    steps = list(issuing._steps([]))
    assert steps == []
    assert issue(row.pk, at=flood.later(minutes=1)) is True
    assert (Order.objects.count(), Notice.objects.count()) == (orders, notices)
    assert issue(row.pk, at=flood.at) is False


def test_a_level_that_changed_meanwhile_is_given_no_further(flood: Flood) -> None:
    from undercity.response.actions.issuing import _give
    from undercity.response.actions.levels import confirm
    from undercity.response.models import Order, Response
    from undercity.response.queries.planning import drafts, plan_by_id

    row = flood.confirmed(4)
    late = Response.objects.get(pk=row.pk)
    confirm(flood.propose(0).pk, by=flood.officer, at=flood.at)
    before = Order.objects.count()
    plan = plan_by_id(late.plan)
    assert plan is not None
    assert _give(late, drafts(plan, 3), flood.officer, flood.at) is False
    assert Order.objects.count() == before


def test_a_holder_acknowledges_begins_and_finishes_with_a_photo(flood: Flood, replayed: Callable[[], None]) -> None:
    from tests.city import png
    from undercity.ledger.models import Duty
    from undercity.ledger.pictures import read_picture
    from undercity.response.actions.answering import acknowledge, begin, finish

    order = boards(flood, flood.confirmed(4))
    by, duty = holder(flood, order), order.duty
    order = acknowledge(order.pk, by=by, at=flood.later(minutes=2))
    assert (order.standing, order.how, order.silent_at) == ("accepted", "page", None)
    order = begin(order.pk, by=by, at=flood.later(minutes=1))
    with pytest.raises(RuleBroken, match="Photos"):
        finish(order.pk, by=by, at=flood.at)
    order = finish(order.pk, by=by, at=flood.later(minutes=5), photos=[read_picture(png())])
    assert (order.standing, order.duty) == ("done", None)
    closed = Duty.objects.get(pk=duty)
    assert (closed.outcome, closed.accepted_at is not None, closed.done_at) == ("done", True, flood.at)
    replayed()


def test_acknowledging_twice_changes_nothing(flood: Flood) -> None:
    from undercity.ledger.models import Entry
    from undercity.response.actions.answering import acknowledge

    order = boards(flood, flood.confirmed(4))
    by = holder(flood, order)
    acknowledge(order.pk, by=by, at=flood.at)
    acknowledge(order.pk, by=by, at=flood.at)
    assert Entry.objects.filter(stream=order.pk).count() == 2


def test_all_orders_of_a_post_are_acknowledged_in_one_tap(flood: Flood, replayed: Callable[[], None]) -> None:
    from undercity.response.actions.answering import acknowledge_all

    row = flood.confirmed(3)
    by = holder(flood, boards(flood, row))
    mine = [order for order in flood.orders(row) if order.post_id == by.post]
    assert len(mine) > 1
    assert len(acknowledge_all(by=by, at=flood.at)) == len(mine)
    assert acknowledge_all(by=by, at=flood.at) == []
    replayed()


def test_the_officer_answers_by_telephone_and_says_what_he_heard(flood: Flood) -> None:
    from undercity.response.actions.answering import acknowledge, finish

    order = boards(flood, flood.confirmed(4))
    order = acknowledge(order.pk, by=flood.officer, at=flood.at)
    assert order.how == "telephone"
    with pytest.raises(RuleBroken, match="reason"):
        finish(order.pk, by=flood.officer, at=flood.at)
    assert finish(order.pk, by=flood.officer, at=flood.at, note="电话确认已装好").standing == "done"


def test_somebody_elses_order_is_not_answered(flood: Flood) -> None:
    from undercity.response.actions.answering import acknowledge

    order = boards(flood, flood.confirmed(4))
    with pytest.raises(NotAllowed):
        acknowledge(order.pk, by=flood.city.post("inspector"), at=flood.at)


def test_a_refused_order_goes_to_the_next_of_the_chain_and_then_to_nobody(flood: Flood,
                                                                         replayed: Callable[[], None]) -> None:
    from undercity.response.actions.answering import refuse

    order = boards(flood, flood.confirmed(4))
    chain = [post for post, _minutes in order.chain]
    first = order.post_id
    for nth, post in enumerate(chain, 1):
        order = refuse(order.pk, by=holder(flood, order), at=flood.later(minutes=1), note="人手不足")
        assert (order.post_id, order.standing, order.told) == (post, "issued", nth)
    order = refuse(order.pk, by=holder(flood, order), at=flood.at, note="人手不足")
    assert (order.standing, order.duty) == ("refused", None)
    from undercity.response.actions.answering import pass_on

    order = pass_on(order.pk, by=flood.officer, at=flood.at, post=first)
    assert (order.standing, order.post_id) == ("issued", first)
    replayed()


def test_what_is_over_is_moved_no_more(flood: Flood) -> None:
    from undercity.response.actions.answering import acknowledge, withdraw

    order = boards(flood, flood.confirmed(4))
    withdraw(order.pk, by=flood.officer, at=flood.at, note="误发")
    with pytest.raises(InvalidMove, match="Possible now: nothing"):
        acknowledge(order.pk, by=holder(flood, order), at=flood.at)


def test_silence_is_told_at_its_minute_never_before_and_once_each(flood: Flood,
                                                                 replayed: Callable[[], None]) -> None:
    from undercity.notices.models import Notice
    from undercity.response.actions.answering import acknowledge_all
    from undercity.response.actions.silence import tell_silence
    from undercity.response.models import Order

    row = flood.confirmed(4)
    given, order = flood.at, boards(flood, row)
    for other in {one.post_id for one in flood.orders(row) if one.post_id} - {order.post_id}:
        acknowledge_all(by=flood.city.whose(Order.objects.filter(post=other).first()), at=given)
    silent = len([one for one in flood.orders(row) if one.post_id == order.post_id])
    vacant = len([one for one in flood.orders(row) if one.post_id is None and one.chain])
    assert tell_silence(given + timedelta(minutes=9, seconds=59)) == vacant
    assert tell_silence(given + timedelta(minutes=10)) == silent
    assert tell_silence(given + timedelta(minutes=10, seconds=1)) == 0
    order.refresh_from_db()
    assert (order.told, order.told_post, order.silent_at) == (1, order.chain[0][0], given + timedelta(minutes=20))
    assert Notice.objects.filter(code="order.silent", subject=order.pk, post=order.chain[0][0]).count() == 1
    replayed()


def test_after_a_long_sleep_the_last_of_the_chain_is_told_once(flood: Flood) -> None:
    from undercity.notices.models import Notice
    from undercity.response.actions.silence import tell_silence

    order = boards(flood, flood.confirmed(4))
    tell_silence(flood.at + timedelta(hours=5))
    order.refresh_from_db()
    assert (order.told, order.told_post, order.silent_at) == (len(order.chain), order.chain[-1][0], None)
    assert Notice.objects.filter(code="order.silent", subject=order.pk).count() == 1
    assert tell_silence(flood.at + timedelta(hours=6)) == 0


def test_an_order_to_a_vacant_post_is_told_on_at_once(flood: Flood) -> None:
    from undercity.org.models import Appointment
    from undercity.response.actions.silence import tell_silence

    Appointment.objects.filter(post__key="secretary-1").update(ends=flood.at)
    row = flood.confirmed(1)
    order = flood.orders(row, plan_order="vacant")[0]
    assert (order.appointment, order.silent_at) == (None, flood.at)
    tell_silence(flood.at)
    order.refresh_from_db()
    assert order.told == 1


def test_an_order_by_hand_is_given_once_for_the_same_key(flood: Flood, replayed: Callable[[], None]) -> None:
    from undercity.response.actions.answering import give_by_hand

    row = flood.confirmed(4)
    keeper = flood.city.post("keeper")
    given = {"by": flood.officer, "at": flood.at, "post": keeper.post, "zh": "查看东门积水", "done_minutes": 30,
             "answer_minutes": 5, "key": "k1"}
    order = give_by_hand(row.pk, **given)
    assert give_by_hand(row.pk, **given).pk == order.pk
    assert order.silent_at == flood.at + timedelta(minutes=5)
    replayed()


def test_a_closing_order_closes_the_place_and_standing_down_opens_it(flood: Flood) -> None:
    from undercity.places.models import Place
    from undercity.places.queries import found
    from undercity.response.actions.levels import confirm

    row = flood.confirmed(4)
    place = next(Place.objects.get(pk=order.place_id) for order in flood.orders(row, plan_order="boards")
                 if found(Place.objects.get(pk=order.place_id), flood.at).opening.is_open)
    confirm(flood.propose(3).pk, by=flood.officer, at=flood.at)
    assert not found(place, flood.at + timedelta(minutes=1)).opening.is_open
    flood.later(minutes=30)
    confirm(flood.propose(0).pk, by=flood.officer, at=flood.at)
    assert found(place, flood.at + timedelta(minutes=1)).opening.is_open


def test_the_public_is_told_of_closed_places_in_cap_once(flood: Flood) -> None:
    from undercity.alerts.models import Bulletin
    from undercity.response.actions.issuing import issue
    from undercity.response.models import Response

    row = flood.confirmed(3)
    assert list(Bulletin.objects.values_list("matter", flat=True)) == ["closing"]
    Response.objects.filter(pk=row.pk).update(issued=0)
    issue(row.pk, at=flood.at)
    assert Bulletin.objects.count() == 1
