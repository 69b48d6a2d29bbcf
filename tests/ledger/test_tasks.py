"""A duty made from a template: made once, done with its evidence, refused with a reason, handed over, escalated."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.city import City, png
from undercity import clock
from undercity.errors import Conflict, InvalidMove, NotAllowed, RuleBroken
from undercity.ledger.actions import escalate
from undercity.ledger.actions.agenda import make_due, make_duties
from undercity.ledger.actions.tasks import decide_refusal, give, hand_over, refuse, report_done
from undercity.ledger.models import Duty, Entry, Task
from undercity.ledger.pictures import read_picture
from undercity.ledger.queries import mine, to_escalate
from undercity.ledger.queries.tasks import may_receive, public_tasks, task_for, time_line
from undercity.ledger.replay import replay
from undercity.notices.models import Notice
from undercity.org.models import Post
from undercity.org.powers import Actor
from undercity.org.queries import actor_for_person

JULY = (date(2026, 7, 1), date(2026, 7, 31))


def actor(post: str) -> Actor:
    person = Post.objects.get(key=post).appointments.get(ends__isnull=True).person_id
    found = actor_for_person(person)
    assert found is not None
    return found


@pytest.fixture
def july(city: City) -> City:
    make_duties(*JULY, at=city.at)
    return city


def visit(post: str) -> Task:
    return Task.objects.get(template="monthly-visit", held_by=Post.objects.get(key=post).pk)


def done(task: Task, by: Actor, at: datetime, **more: Any) -> Task:
    return report_done(task.pk, **{"by": by, "at": at, "note": "走访大观园环卫所，听取防暑意见",
                                   "photos": [read_picture(png())], "counts": {"days": 2, "problems": 1}, **more})


def test_a_months_duties_made_twice_are_there_once(july: City) -> None:
    there = Task.objects.count()
    assert there > 10
    assert make_duties(*JULY, at=july.at) == 0
    assert make_due(july.at) == 0
    assert Task.objects.count() == there == Entry.objects.filter(verb="task.given/1").count()


def test_a_duty_is_not_made_before_its_day(city: City) -> None:
    make_duties(*JULY, at=clock.now().replace(day=1, hour=7))
    assert not Task.objects.filter(template="monthly-visit").exists()
    make_duties(*JULY, at=clock.now().replace(day=1, hour=8))
    assert Task.objects.filter(template="monthly-visit").exists()


def test_leaders_of_offices_and_secretaries_have_the_monthly_visit_and_nobody_else(july: City) -> None:
    holders = Post.objects.filter(pk__in=Task.objects.filter(template="monthly-visit").values("held_by"))
    assert sorted(holders.values_list("key", flat=True)) == [
        "leader-1", "leader-2", "leader-3", "leader-4", "leader-5", "secretary-1", "secretary-2"]


def test_a_visit_is_mine_today_and_done_with_words_photo_and_days(july: City) -> None:
    leader = actor("leader-1")
    task = visit("leader-1")
    assert task.duty in mine(leader).values_list("pk", flat=True)
    assert Notice.objects.filter(code="task.monthly-visit", post_id=leader.post).exists()
    ended = done(task, leader, july.later(hours=2))
    assert (ended.status, ended.duty, ended.ended_at) == ("done", None, july.at)
    assert task.duty not in mine(leader).values_list("pk", flat=True)
    last = time_line(ended)[-1]
    assert (last.note, len(last.photos)) == ("走访大观园环卫所，听取防暑意见", 1)
    assert last.numbers == [("走访天数", 2), ("发现问题数", 1)]
    assert replay().differences == []


@pytest.mark.parametrize("missing", [
    {"note": ""}, {"photos": []}, {"counts": {"days": 5, "problems": 0}}, {"counts": {}}])
def test_without_its_evidence_a_visit_is_not_done(july: City, missing: dict[str, Any]) -> None:
    task = visit("leader-1")
    with pytest.raises(RuleBroken):
        done(task, actor("leader-1"), july.at, **missing)
    task.refresh_from_db()
    assert task.status == "open"


def test_nobody_does_anothers_duty(july: City) -> None:
    with pytest.raises(NotAllowed):
        done(visit("leader-1"), actor("leader-2"), july.at)


def test_of_two_who_answer_one_is_told_what_changed(july: City) -> None:
    task, leader = visit("leader-1"), actor("leader-1")
    done(task, leader, july.at, seen=1)
    with pytest.raises(Conflict) as conflict:
        done(task, leader, july.at, seen=1)
    assert conflict.value.details["changes"]
    with pytest.raises(InvalidMove):
        done(task, leader, july.at)


def test_a_refusal_goes_to_the_superior_who_agrees(july: City) -> None:
    task = visit("leader-3")
    with pytest.raises(RuleBroken):
        refuse(task.pk, by=actor("leader-3"), at=july.at, reason=" ")
    refuse(task.pk, by=actor("leader-3"), at=july.later(hours=1), reason="本月脱产培训")
    task.refresh_from_db()
    assert task.status == "refused"
    assert Duty.objects.get(pk=task.duty).post.key == "leader-1"
    with pytest.raises(NotAllowed):
        decide_refusal(task.pk, by=actor("leader-3"), at=july.at, agreed=True)
    decide_refusal(task.pk, by=actor("leader-1"), at=july.later(hours=1), agreed=True)
    task.refresh_from_db()
    assert (task.status, task.duty) == ("excused", None)
    assert replay().differences == []


def test_a_refusal_given_back_keeps_the_old_deadline(july: City) -> None:
    task = visit("leader-3")
    due = task.due_at
    refuse(task.pk, by=actor("leader-3"), at=july.at, reason="忙")
    with pytest.raises(RuleBroken):
        decide_refusal(task.pk, by=actor("leader-1"), at=july.at, agreed=False)
    decide_refusal(task.pk, by=actor("leader-1"), at=july.at, agreed=False, note="月底前仍可安排")
    task.refresh_from_db()
    duty = Duty.objects.get(pk=task.duty)
    assert (task.status, duty.post.key, duty.due_at) == ("open", "leader-3", due)
    done(task, actor("leader-3"), july.later(hours=1))
    assert replay().differences == []


def test_a_duty_is_handed_over_inside_the_unit_with_its_deadline(july: City) -> None:
    task = visit("leader-1")
    receivers = {Post.objects.get(pk=post).key for post in may_receive(actor("leader-1"), actor("leader-1").post)}
    assert {"leader-3", "leader-4"} <= receivers
    assert "leader-2" not in receivers
    deputy = Post.objects.get(key="leader-4")
    with pytest.raises(RuleBroken):
        hand_over(task.pk, by=actor("leader-1"), at=july.at, to=Post.objects.get(key="leader-2").pk, note="x")
    hand_over(task.pk, by=actor("leader-1"), at=july.at, to=deputy.pk, note="外出开会")
    task.refresh_from_db()
    duty = Duty.objects.get(pk=task.duty)
    assert (duty.post_id, duty.due_at, task.held_by) == (deputy.pk, task.due_at, deputy.pk)
    done(task, actor("leader-4"), july.later(hours=1))
    assert replay().differences == []


def test_a_silent_leaders_superior_is_told_and_then_the_one_above(july: City) -> None:
    task = visit("leader-3")
    late = task.due_at + timedelta(minutes=1)
    assert task.duty in to_escalate(late)
    told = []
    for wait in (0, 48):
        now = late + timedelta(hours=wait)
        assert escalate(task.duty, at=now)
        told.append(Entry.objects.filter(stream=task.pk).latest("sequence").facts["post"])
    assert [Post.objects.get(pk=post).key for post in told] == ["leader-1", "district-leader-1"]
    assert not escalate(task.duty, at=late)
    assert Notice.objects.filter(code="duty.escalated", post__key="leader-1", subject=task.pk).exists()
    assert replay().differences == []


def test_a_retirement_brings_talk_and_ceremony_with_their_deadlines(city: City) -> None:
    leader = actor("leader-1")
    to = Post.objects.get(key="secretary-1").pk
    ends = {}
    for template in ("retirement-talk", "retirement-ceremony"):
        made = give(template, by=leader, at=city.at, to=to, day=date(2026, 8, 20), text="环卫管护中心一名职工退休")
        ends[template] = made.due_at.astimezone(clock.ZONE).date()
    assert ends == {"retirement-talk": date(2026, 8, 19), "retirement-ceremony": date(2026, 9, 30)}


def test_a_duty_given_twice_with_one_key_is_given_once(city: City) -> None:
    words = {"by": actor("leader-1"), "at": city.at, "to": Post.objects.get(key="sz-sanitation-1").pk,
             "day": date(2026, 9, 30), "text": "完成3处公厕改造（虚构）", "client_key": "once"}
    first, second = give("pledge-milestone", **words), give("pledge-milestone", **words)
    assert first.pk == second.pk
    assert [task.brief.text for task in public_tasks(city.at)] == ["完成3处公厕改造（虚构）"]


@pytest.mark.parametrize(("change", "field"), [
    ({"text": " "}, "text"), ({"to": 0}, "to"), ({"template": "monthly-visit"}, "template")])
def test_a_duty_given_wrongly_is_refused(city: City, change: dict[str, Any], field: str) -> None:
    words = {"template": "campaign-target", "by": actor("leader-1"), "at": city.at, "day": date(2026, 9, 30),
             "to": Post.objects.get(key="squad-qixian-1").pk, "text": "违建一处", **change}
    with pytest.raises(RuleBroken) as broken:
        give(words.pop("template"), **words)
    assert broken.value.field == field


def test_a_duty_is_seen_by_its_holder_and_those_who_watch_the_body_only(july: City) -> None:
    task = visit("leader-3")
    assert task_for(actor("leader-3"), task.pk) is not None
    assert task_for(actor("leader-1"), task.pk) is not None
    assert task_for(actor("sz-lighting-1"), task.pk) is None


def test_a_changed_note_is_found(july: City) -> None:
    task = visit("leader-1")
    done(task, actor("leader-1"), july.at)
    assert replay().differences == []
    task.notes.update(text="别的话")
    assert [difference.what for difference in replay().differences] == ["dossier changed"]
