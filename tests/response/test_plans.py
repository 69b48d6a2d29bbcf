"""Versions of plans: saved, published, replaced, withdrawn; nothing published changes; the record tells it all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from tests.city import City
from undercity import clock
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.org.powers import Actor

TODAY = date(2026, 7, 17)


def saved(text: str, by: Actor, **more: Any) -> Any:
    from undercity.response.plans.actions import save_draft

    return save_draft(text, by=by, at=clock.now(), **more)


def published(text: str, by: Actor, **more: Any) -> Any:
    from undercity.response.plans.actions import publish

    return publish(saved(text, by).pk, by=by, at=clock.now(), **more)


def next_version(text: str, label: str, valid_from: str = "2026-05-15") -> str:
    return text.replace('version = "2026.1"', f'version = "{label}"').replace("valid_from = 2026-05-15",
                                                                            f"valid_from = {valid_from}")


def body_of(row: Any) -> int:
    return int(row.body_id)


def test_the_same_text_is_one_version_and_another_text_the_next(planner: Actor, plan_text: str) -> None:
    first = saved(plan_text, planner)
    assert saved(plan_text, planner).pk == first.pk
    assert (first.number, first.stage, first.orders, first.label) == (1, "draft", 49, "2026.1")
    assert saved(next_version(plan_text, "2026.2"), planner).number == 2
    assert first.file.text == plan_text


def test_a_planner_overtaken_by_another_is_told_so_and_loses_nothing(planner: Actor, plan_text: str) -> None:
    saved(plan_text, planner, seen=0)
    with pytest.raises(Conflict) as caught:
        saved(next_version(plan_text, "2026.2"), planner, seen=0)
    assert caught.value.details["newest"]
    # The answer to the first got lost, and it is sent once more.
    assert saved(plan_text, planner, seen=0).number == 1


def test_only_what_is_published_is_in_force_and_never_before_its_day(planner: Actor, plan_text: str) -> None:
    from undercity.response.plans.queries import in_force

    draft = saved(plan_text, planner)
    body = body_of(draft)
    assert in_force(body, TODAY) is None
    from undercity.response.plans.actions import publish

    row = publish(draft.pk, by=planner, at=clock.now())
    assert row.valid_from == TODAY
    assert in_force(body, TODAY - timedelta(days=1)) is None
    found = in_force(body, TODAY)
    assert found is not None
    assert found.pk == row.pk
    assert in_force(body, date(2027, 5, 15)) is None
    with clock.standing_at(clock.now(), "drill-1"):
        found = in_force(body, TODAY)
        assert found is not None
        assert found.pk == row.pk


def test_a_later_version_replaces_and_its_withdrawal_brings_the_former_back(planner: Actor, plan_text: str) -> None:
    from undercity.response.plans.actions import withdraw
    from undercity.response.plans.models import PlanVersion
    from undercity.response.plans.queries import in_force, standing_of

    first = published(plan_text, planner)
    second = published(next_version(plan_text, "2026.2", "2026-08-01"), planner, valid_from=date(2026, 8, 1))
    rows = list(PlanVersion.objects.order_by("number"))
    assert list(standing_of(rows, TODAY).values()) == ["in_force", "coming"]
    assert list(standing_of(rows, date(2026, 8, 1)).values()) == ["superseded", "in_force"]
    withdraw(second.pk, by=planner, at=clock.now(), note="有误")
    found = in_force(first.body_id, date(2026, 8, 1))
    assert found is not None
    assert found.pk == first.pk


def test_what_was_published_cannot_be_published_again_nor_its_label_used_twice(planner: Actor, plan_text: str) -> None:
    from undercity.response.plans.actions import publish, withdraw

    row = published(plan_text, planner)
    with pytest.raises(InvalidMove):
        publish(row.pk, by=planner, at=clock.now())
    with pytest.raises(RuleBroken, match=r"2026\.1"):
        published(plan_text + "\n# changed\n", planner)
    with pytest.raises(RuleBroken):
        withdraw(row.pk, by=planner, at=clock.now(), note=" ")
    with pytest.raises(Conflict):
        withdraw(row.pk, by=planner, at=clock.now(), note="有误", seen=row.version - 1)
    with pytest.raises(NotFound):
        withdraw(uuid4(), by=planner, at=clock.now(), note="有误")


def test_a_plan_with_errors_is_kept_as_a_draft_and_not_published(planner: Actor, plan_text: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        published(plan_text.replace('{ post = "leader-3" }', '{ post = "leader-99" }'), planner)
    assert {one["where"] for one in caught.value.details["findings"]} == {"order lead-on-call · to",
                                                                         "order first-report · to"}


def test_nobody_writes_plans_without_the_power(city: City, plan_text: str) -> None:
    with clock.standing_at(city.at):
        for role in ("duty_officer", "leader", "keeper"):
            with pytest.raises(NotAllowed):
                saved(plan_text, city.post(role))


def test_a_plan_of_a_body_that_is_not_there_is_refused(planner: Actor, plan_text: str) -> None:
    with pytest.raises(RuleBroken, match="atlantis"):
        saved(plan_text.replace('body = "shizhong"', 'body = "atlantis"'), planner)


def test_drafts_are_seen_by_planners_and_published_plans_by_whoever_reads_responses(city: City, planner: Actor,
                                                                                  plan_text: str) -> None:
    from undercity.response.plans.queries import visible_to

    draft = saved(plan_text, planner)
    officer, keeper = city.post("duty_officer"), city.post("keeper")
    assert [visible_to(one).count() for one in (planner, officer, keeper)] == [1, 0, 0]
    from undercity.response.plans.actions import publish

    publish(draft.pk, by=planner, at=clock.now())
    assert [visible_to(one).count() for one in (planner, officer, keeper)] == [1, 1, 0]


def test_the_record_tells_versions_and_vouches_for_their_text(planner: Actor, plan_text: str) -> None:
    from undercity.ledger.models import Entry
    from undercity.ledger.replay import replay
    from undercity.response.plans.actions import withdraw
    from undercity.response.plans.models import PlanText

    row = published(plan_text, planner, note="汛前修订")
    withdraw(row.pk, by=planner, at=clock.now(), note="有误")
    entries = list(Entry.objects.filter(stream=row.pk).order_by("sequence"))
    assert [one.verb for one in entries] == ["plan.drafted/1", "plan.published/1", "plan.withdrawn/1"]
    assert "汛前" not in json.dumps([one.facts for one in entries], ensure_ascii=False)
    assert list(replay().differences) == []
    PlanText.objects.update(text=plan_text + "\n# slipped in\n")
    assert list(replay().differences)


def test_a_thousand_places_take_no_more_statements_than_nine(city: City, planner: Actor, plan_text: str,
                                                            django_assert_max_num_queries: Any) -> None:
    from undercity.places.models import Place, PlaceName
    from undercity.response.plans.queries import content_of, holders_now
    from undercity.response.plans.rules import expand

    content = content_of(published(plan_text, planner))
    with django_assert_max_num_queries(9):
        few = expand(content, 1, holders_now())
    pattern = Place.objects.get(key="cool-yingxiongshan")
    for nth in range(60):
        pattern.pk, pattern.key, pattern.use = None, f"more-{nth}", "parking"
        pattern.save(force_insert=True)
        PlaceName.objects.create(place=pattern, zh=f"车库{nth}", en=f"Car park {nth}")
    with django_assert_max_num_queries(9):
        many = expand(content, 1, holders_now())
    assert len(many) > len(few) + 60


def test_who_holds_a_post_is_asked_for_the_day(city: City, planner: Actor) -> None:
    from undercity.org.models import Appointment
    from undercity.response.plans.queries import holders_now

    later = clock.now() + timedelta(days=5)
    Appointment.objects.filter(post__key="leader-3").update(ends=later)
    assert holders_now().by_key["leader-3"].appointment is not None
    assert holders_now(later + timedelta(days=1)).by_key["leader-3"].appointment is None


def run(*words: str) -> tuple[str, str]:
    out = StringIO()
    try:
        with translation.override("en"):
            call_command("plan", *words, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_the_command_line_checks_saves_and_publishes_once(planner: Actor, plan_text: str, tmp_path: Path) -> None:
    from undercity.response.plans.models import PlanVersion

    file = tmp_path / "plan.toml"
    file.write_text(plan_text, encoding="utf-8")
    told = json.loads(run(str(file), "--json")[0])
    assert (told["plan"], told["orders"], set(told["levels"])) == ("shizhong-flood", 49, {"I", "II", "III", "IV"})
    assert not PlanVersion.objects.exists()
    for _again in range(2):
        told = json.loads(run(str(file), "--post", "administrator-1", "--publish", "--json")[0])
        assert (told["stage"], told["number"]) == ("published", 1)
    assert "version 1: published" in run(str(file), "--post", "administrator-1")[0]


def test_the_command_line_says_what_is_wrong(planner: Actor, plan_text: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    assert "cannot be read" in run(str(file))[1]
    file.write_text(plan_text.replace('verb = "watch"', 'verb = "wach"', 1), encoding="utf-8")
    out, error = run(str(file))
    assert "line 1" in out
    assert "Did you mean “watch”?" in out
    assert "is no plan" in error
    file.write_text(plan_text, encoding="utf-8")
    assert "needs --post" in run(str(file), "--publish")[1]
    assert "names no post" in run(str(file), "--post", "nobody")[1]
