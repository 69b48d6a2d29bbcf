"""The pages of a response: what an officer, a holder and a stranger see, and what they can do there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.response.conftest import Flood
from undercity import clock


def signed_in(actor: Any) -> Client:
    """A browser of whoever holds the post."""
    from undercity.org.models import Person

    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(pk=actor.person))
    return client


@pytest.fixture
def officer(flood: Flood) -> Client:
    """The duty officer's browser."""
    return signed_in(flood.officer)


def test_the_whole_way_in_the_browser(flood: Flood, officer: Client) -> None:
    from undercity.response.models import Order, Response

    answer = officer.post("/desk/response/propose/", {"body": flood.body, "level": 4, "basis": "received",
                                                      "note": "市防指电话"})
    row = Response.objects.get()
    assert answer.headers["Location"] == f"/desk/response/{row.pk}/"
    page = officer.get(f"/desk/response/{row.pk}/")
    assert "演防指〔2026〕1号" in page.content.decode()
    text = page.context["confirming"].initial["text"]
    answer = officer.post(f"/desk/response/{row.pk}/confirm/", {"seen": row.version, "level": 4, "text": text})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.level == 4
    board = officer.get(f"/desk/response/{row.pk}/board/")
    assert board.context["numbers"].total == Order.objects.count()
    order = Order.objects.filter(plan_order="boards", post__isnull=False).first()
    holder = signed_in(flood.city.whose(order))
    assert str(order.pk) in holder.get("/desk/orders/").content.decode()
    assert holder.post("/desk/orders/acknowledge/").status_code == 302
    order.refresh_from_db()
    assert order.standing == "accepted"
    refused = holder.post(f"/desk/orders/{order.pk}/finish/", {"seen": order.version})
    assert refused.status_code == 422
    assert "Photos are missing" in refused.content.decode()


def test_the_first_of_two_confirms_what_is_proposed_and_the_second_may_change_it(flood: Flood,
                                                                                    officer: Client) -> None:
    from tests.response.conftest import small_plan

    with clock.standing_at(flood.later(days=1)):
        flood.publish(small_plan(persons=2, fallback=5).replace("2026.1", "2026.2"))
        row = flood.propose(4)
        page = officer.get(f"/desk/response/{row.pk}/")
        assert "Confirm as the first of two" in page.content.decode()
        assert page.context["confirming"].visible_fields() == []
        assert officer.post(f"/desk/response/{row.pk}/confirm/", {"seen": row.version}).status_code == 302
        row.refresh_from_db()
        assert (row.level, row.seconded_by) == (0, flood.officer.post)
        second = signed_in(flood.second)
        form = second.get(f"/desk/response/{row.pk}/").context["confirming"]
        sent = {"seen": row.version, "level": 3, "text": form.initial["text"], "note": "水位还在涨"}
        assert second.post(f"/desk/response/{row.pk}/confirm/", sent).status_code == 302
        row.refresh_from_db()
        assert row.level == 3


def test_the_board_answers_304_until_something_changes(flood: Flood, officer: Client) -> None:
    from undercity.response.actions.answering import acknowledge_all

    row = flood.confirmed(4)
    part = f"/desk/response/{row.pk}/board/part/"
    first = officer.get(part)
    again = officer.get(part, headers={"if-none-match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    order = next(one for one in flood.orders(row) if one.post_id)
    acknowledge_all(by=flood.city.whose(order), at=flood.at)
    assert officer.get(part, headers={"if-none-match": first.headers["ETag"]}).status_code == 200


def test_one_tap_dials_whoever_does_not_answer_and_that_is_noted(flood: Flood, officer: Client) -> None:
    from undercity.ledger.models import Look
    from undercity.notices.models import Address

    row = flood.confirmed(4)
    order = next(one for one in flood.orders(row) if one.plan_order == "boards" and one.post_id)
    holder = flood.city.whose(order)
    Address.objects.create(person_id=holder.person, channel="sms", address="+8613800000077", rank=0, made_at=flood.at)
    page = officer.get(f"/desk/orders/{order.pk}/").content.decode()
    assert 'href="tel:+8613800000077"' in page
    look = Look.objects.get(subject=order.pk)
    assert (look.post, look.fields) == (flood.officer.post, "phone")
    assert f'href="tel:{order.place.flood_board.phone_24h.replace(" ", "")}"' in officer.get(
        f"/desk/response/{row.pk}/board/").content.decode()
    # Its holder is not shown his own number, and nobody is once he has answered.
    assert "13800000077" not in signed_in(holder).get(f"/desk/orders/{order.pk}/").content.decode()
    officer.post(f"/desk/orders/{order.pk}/acknowledge/", {"seen": order.version})
    assert "13800000077" not in officer.get(f"/desk/orders/{order.pk}/").content.decode()
    assert Look.objects.count() == 1


def test_an_order_to_send_a_team_leads_to_the_need_it_is_sent_to(flood: Flood, officer: Client) -> None:
    from undercity.response.actions.answering import give_by_hand

    row = flood.confirmed(4)
    order = give_by_hand(row.pk, by=flood.officer, at=flood.at, post=flood.city.post("keeper").post, zh="派队排水",
                         en="Send a team", done_minutes=30, answer_minutes=5, verb="send_team")
    page = officer.get(f"/desk/orders/{order.pk}/").content.decode()
    assert f"/desk/forces/needs/?what=Send+a+team&amp;place=&amp;key=order-{order.pk}" in page
    keeper = signed_in(flood.city.whose(order)).get(f"/desk/orders/{order.pk}/").content.decode()
    assert "/desk/forces/needs/" not in keeper


def test_the_board_is_narrowed_and_what_is_unknown_narrows_nothing(flood: Flood, officer: Client) -> None:
    row = flood.confirmed(3)
    board = f"/desk/response/{row.pk}/board/"
    assert {line.row.verb for line in officer.get(board + "?verb=close").context["lines"]} == {"close"}
    everything = officer.get(board).context["found"]
    for odd in ("standing=x", "verb=%00", "area=999999999999", "page=0", "page=x", "words=%00", "area=-1"):
        assert officer.get(f"{board}?{odd}").context["found"] == everything, odd


def test_an_order_by_hand_is_given_on_a_page(flood: Flood, officer: Client) -> None:
    row = flood.confirmed(4)
    page = officer.get(f"/desk/response/{row.pk}/give/")
    sent = {"zh": "查看东门", "en": "Look at the east gate", "post": flood.city.post("keeper").post,
            "answer_minutes": 5, "done_minutes": 30, "key": page.context["form"].initial["key"]}
    first, again = (officer.post(f"/desk/response/{row.pk}/give/", sent) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    wrong = officer.post(f"/desk/response/{row.pk}/give/", {**sent, "answer_minutes": 60, "key": "k"})
    assert wrong.status_code == 422


def test_reports_are_written_read_and_taken_along(flood: Flood, officer: Client) -> None:
    row = flood.confirmed(4)
    reports = f"/desk/response/{row.pk}/reports/"
    assert officer.post(reports).status_code == 302
    page = officer.get(f"{reports}1/").content.decode()
    assert "Situation report 1" in page
    paper = officer.get(f"{reports}1.docx")
    assert paper.content[:2] == b"PK"
    assert officer.get(f"{reports}2/").status_code == 404


def test_an_exercise_runs_beside_the_city_and_says_so(flood: Flood, officer: Client) -> None:
    from undercity.response.models import Drill, Response

    begun = officer.post("/desk/exercises/", {"body": flood.body, "level": 4, "title": "汛前演练", "ahead_minutes": 0})
    drill = Drill.objects.get()
    assert begun.headers["Location"] == f"/desk/exercises/{drill.pk}/"
    row = Response.objects.get()
    assert row.timeline == drill.pk
    page = officer.get(f"/desk/response/{row.pk}/").content.decode()
    assert "EXERCISE" in page
    officer.post(f"/desk/response/{row.pk}/confirm/", {"seen": row.version, "level": 4, "text": "演练命令"})
    row.refresh_from_db()
    assert row.level == 4
    stranger = signed_in(flood.second)
    assert stranger.get(f"/desk/response/{row.pk}/").status_code == 404
    from undercity.places.models import Place
    from undercity.places.queries import found

    assert any(found(place, flood.at).opening.is_open for place in Place.objects.filter(listed=True))
    phone = Client(headers={"accept-language": "en"})
    sign = phone.get(f"/exercise/{drill.pk}/")
    key = sign.context["form"].initial["key"]
    for heads in (3, 4):
        phone.post(f"/exercise/{drill.pk}/", {"takes": "tenant", "heads": heads, "key": key})
    table = officer.get(f"/desk/exercises/{drill.pk}/")
    assert dict(table.context["attendance"]) == {"tenants of the mall": 4}
    assert table.context["compared"]
    officer.post(f"/desk/exercises/{drill.pk}/end/")
    assert "EXERCISE" not in officer.get("/desk/response/").content.decode()
    assert phone.get(f"/exercise/{drill.pk}/").status_code == 404


def test_a_keeper_takes_part_and_finds_his_orders_of_the_exercise(flood: Flood, officer: Client) -> None:
    from undercity.response.models import Drill, Order, Response

    officer.post("/desk/exercises/", {"body": flood.body, "level": 4, "title": "汛前演练", "ahead_minutes": 0})
    drill, row = Drill.objects.get(), Response.objects.get()
    officer.post(f"/desk/response/{row.pk}/confirm/", {"seen": row.version, "level": 4, "text": "演练命令"})
    order = Order.objects.filter(plan_order="boards", post__isnull=False).first()
    assert order is not None
    keeper = signed_in(flood.city.whose(order))
    assert str(order.pk) not in keeper.get("/desk/orders/").content.decode()
    assert "Take part" in keeper.get(f"/exercise/{drill.pk}/").content.decode()
    assert keeper.post(f"/desk/exercises/{drill.pk}/enter/").headers["Location"] == "/desk/orders/"
    page = keeper.get("/desk/orders/").content.decode()
    assert str(order.pk) in page
    assert "EXERCISE" in page
    assert keeper.post(f"/desk/exercises/{drill.pk}/end/").status_code == 403
    keeper.post(f"/desk/exercises/{drill.pk}/leave/")
    assert str(order.pk) not in keeper.get("/desk/orders/").content.decode()


def test_whoever_has_nothing_to_do_with_it_sees_nothing(flood: Flood) -> None:
    row = flood.confirmed(4)
    inspector = signed_in(flood.city.post("inspector"))
    assert inspector.get("/desk/response/").status_code == 403
    assert inspector.get(f"/desk/response/{row.pk}/board/").status_code == 403
    order = flood.orders(row)[0]
    assert inspector.get(f"/desk/orders/{order.pk}/").status_code == 404
    assert Client().get("/desk/orders/").status_code in (302, 401)


def test_the_public_is_told_what_is_closed_and_what_is_open_instead(flood: Flood) -> None:
    citizen = Client(headers={"accept-language": "en"})
    assert "No flood response is in force" in citizen.get("/flood/").content.decode()
    flood.confirmed(3)
    home = citizen.get("/").content.decode()
    assert "Level III" in home
    page = citizen.get("/flood/")
    assert page.context["closed"]
    place = page.context["closed"][0].place.place
    assert "because of rain" in citizen.get(f"/places/{place.key}/").content.decode()
