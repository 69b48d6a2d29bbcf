"""Who may do what, where, and why not; and what the directory knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.city import SPOT, City
from undercity.org.powers import THE_CITIZEN, Actor, can
from undercity.org.queries import actor_for_key, actor_for_person, directory, holder
from undercity.org.states import Power, Role


def post(**grants: tuple[str, ...]) -> Actor:
    return Actor(kind="post", post=1, grants={name.replace("_", "."): paths for name, paths in grants.items()})


def test_a_power_over_a_body_holds_for_everything_below_it_and_nothing_beside() -> None:
    actor = post(case_read=("sd/jinan/shizhong/",))
    assert can(actor, Power.CASE_READ, "sd/jinan/shizhong/qilishan/")
    assert not can(actor, Power.CASE_READ, "sd/jinan/shizhongxin/")
    assert not can(actor, Power.CASE_READ, "sd/jinan/")


def test_every_refusal_has_its_reason() -> None:
    here = can(post(case_read=("a/",)), Power.CASE_READ, "b/")
    without = can(post(), Power.CASE_FILE, "b/")
    citizen = can(THE_CITIZEN, Power.CASE_FILE, "b/")
    assert len({here.reason, without.reason, citizen.reason, ""}) == 4


def test_sample_accounts_and_keys_work_in_demonstration_mode_only(city: City, settings: Any) -> None:
    from undercity.city.accounts import accounts, derived
    from undercity.errors import NotAllowed
    from undercity.org.models import Person, Post
    from undercity.org.signin import may_sign_in

    key = derived(f"key:{Post.objects.filter(role='open311_client').order_by('pk')[0].key}")
    person = Person.objects.order_by("pk")[0]
    assert may_sign_in(person)
    assert actor_for_key(key) is not None
    settings.DEMO = False
    assert not may_sign_in(person)
    assert actor_for_key(key) is None
    with pytest.raises(NotAllowed):
        accounts()


def test_a_key_that_is_switched_off_opens_nothing_and_is_kept_as_a_digest_only(city: City) -> None:
    from undercity.org.actions import issue_key
    from undercity.org.models import ApiKey, Post

    key = issue_key(Post.objects.order_by("pk")[0], label="a system")
    assert actor_for_key(key) is not None
    row = ApiKey.objects.get(label="a system")
    assert key not in row.digest
    ApiKey.objects.filter(pk=row.pk).update(is_active=False)
    assert actor_for_key(key) is None


def test_whoever_follows_on_a_post_takes_its_powers_over(city: City) -> None:
    from undercity.org.actions import appoint
    from undercity.org.models import Person, Post

    before = city.post("shift_lead")
    successor = Person.objects.create(username="new", name_zh="新人")
    appoint(successor, Post.objects.get(pk=before.post), begins=city.at)
    after = actor_for_person(successor.pk)
    assert after is not None
    assert (after.post, after.grants) == (before.post, before.grants)
    assert actor_for_person(before.person or 0) is None


def test_two_accounts_stand_ready_for_each_role_of_the_walk(city: City) -> None:
    from undercity.city.accounts import accounts

    roles = [row["role"] for row in accounts()]
    assert {role for role in roles if roles.count(role) < 2} == set()


def test_a_duty_falls_to_the_nearest_post_and_several_take_turns(city: City) -> None:
    street = directory().at(*SPOT)
    assert street is not None
    turns = {holder(Power.CASE_INTAKE, street, role=Role.INTAKE_OFFICER, turn=turn).post for turn in range(4)}  # type: ignore[union-attr]
    assert len(turns) == 2
    inspector = holder(Power.CASE_VERIFY, street, role=Role.INSPECTOR)
    assert inspector is not None
    assert "1" in directory().title(inspector.post, "en")


def test_a_point_answers_with_its_street_then_its_district_then_nothing(city: City) -> None:
    book = directory()
    inside = book.at(*SPOT)
    assert inside is not None
    assert book.cards[inside].kind == "street"
    assert book.at(31.2, 121.5) is None


def test_a_body_is_called_what_it_was_called_that_day() -> None:
    from undercity.org.directory import BodyCard, Directory

    names = ((None, date(2019, 3, 1), "旧名", "Old"), (date(2019, 3, 1), None, "新名", "New"))
    book = Directory({1: BodyCard(1, "x", "office", "", None, "x/", names)}, {}, {})
    assert [book.name(1, "zh-hans", day) for day in (date(2019, 2, 28), date(2019, 3, 1))] == ["旧名", "新名"]


def test_too_many_wrong_passwords_make_one_account_wait() -> None:
    from undercity.org.signin import Attempts

    tries = Attempts("somebody", "192.0.2.1")
    for _ in range(Attempts.MOST):
        assert tries.wait_minutes() == 0
        tries.failed()
    assert 1 <= tries.wait_minutes() <= 11
    assert Attempts("somebody else", "192.0.2.1").wait_minutes() == 0
    tries.forget()
    assert tries.wait_minutes() == 0
