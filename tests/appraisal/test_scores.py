"""Scores come out of what officers did: each count, and the list behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.city import City, png
from undercity import clock
from undercity.appraisal.rules import Count


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def ranked(code: str, month: str = "2026-07") -> Any:
    """The ranking of a kind of object as it is now."""
    from undercity.appraisal.actions import asked
    from undercity.appraisal.queries.scores import objects_of, ranking

    return asked(lambda facts: ranking(facts, month, objects_of(code)))


def counts(code: str, identity: int, month: str = "2026-07") -> dict[str, Count]:
    """Indicator → count of one object."""
    row = next(row for row in ranked(code, month).rows if row.scored.id == identity)
    return {node.measure.indicator: node.count for node in row.score.nodes}


def listed(code: str, identity: int, indicator: str) -> list[Any]:
    """What is behind one number."""
    from undercity.appraisal.actions import asked
    from undercity.appraisal.indicators import INDICATORS
    from undercity.appraisal.queries.behind import behind

    found = ranked(code)
    row = next(row for row in found.rows if row.scored.id == identity)
    return asked(lambda facts: behind(facts, found, row, INDICATORS[indicator]))


def dispatched_to(city: City, case: Any, department: int) -> Any:
    from undercity.cases.actions.dispatching import dispatch

    return dispatch(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=3), department=department)


def own_report(city: City) -> Any:
    """A case that an inspector reported, at filing."""
    from undercity.cases.states import Source

    case = city.reported(by=city.post("inspector"), source=Source.INSPECTOR)
    return city.steps()["verified"](case, city.whose(city.duty(case)), city.later(minutes=3))


def body(key: str) -> int:
    from undercity.org.queries import directory

    return directory().by_key[key]


def finished(city: City) -> Callable[..., Any]:
    from undercity.cases.actions.handling import report_done
    from undercity.ledger.pictures import read_picture

    return lambda case, **span: report_done(case.uid, by=city.whose(city.duty(case)), at=city.later(**span),
                                            photos=[read_picture(png())])


def test_a_case_closed_in_time_gives_its_department_full_rates(city: City) -> None:
    case = city.walk(city.reported(), "closed")
    with clock.standing_at(city.at):
        assert counts("department", case.department_id) == {
            "inst_num": Count(1, 1), "archive_rate": Count(1, 1), "intime_dispose_rate": Count(1, 1),
            "rework_rate": Count(0, 1)}
        assert listed("department", case.department_id, "inst_num")[0].subject == case.uid


def test_a_case_in_time_and_still_in_hand_is_filed_but_not_due_to_be_closed(city: City) -> None:
    case = city.walk(city.reported(), "disposal")
    with clock.standing_at(city.at):
        assert counts("department", case.department_id)["archive_rate"] == Count(0, 0)
        waiting = listed("department", case.department_id, "intime_dispose_rate")[0]
        assert (waiting.counted, waiting.lost, waiting.open) == (False, True, True)
    with clock.standing_at(case.due_at + timedelta(minutes=1)):
        # 应结案数 = 处置数 + 超期未处置数
        assert counts("department", case.department_id)["archive_rate"] == Count(0, 1)
        lost = listed("department", case.department_id, "archive_rate")[0]
        assert (lost.lost, lost.open, lost.subject) == (True, False, case.uid)


def test_late_handling_counts_against_the_department_and_says_by_how_much(city: City) -> None:
    from django.utils import translation

    case = city.walk(city.reported(), "disposal")
    city.at = case.due_at
    finished(city)(case, hours=2, minutes=5)
    with clock.standing_at(city.at), translation.override("en"):
        assert counts("department", case.department_id)["intime_dispose_rate"] == Count(0, 1)
        assert listed("department", case.department_id, "intime_dispose_rate")[0].reason == "late by 2 h 5 min"


def test_rework_counts_once_a_case_however_often_it_came_back(city: City) -> None:
    from django.utils import translation

    from undercity.cases.actions.dispatching import send_back

    case = city.walk(city.reported(), "review")
    for _ in range(2):
        case = send_back(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=2), reason="照片不清")
        case = finished(city)(case, minutes=5)
    case = city.walk(case, "closed")
    with clock.standing_at(city.at), translation.override("en"):
        assert counts("department", case.department_id)["rework_rate"] == Count(1, 1)
        lost = listed("department", case.department_id, "rework_rate")[0]
        assert (lost.lost, lost.reason) == (True, "sent back for rework 2 times")


def test_a_failed_check_that_reaches_the_same_department_again_is_rework(city: City) -> None:
    from undercity.cases.actions.checking import answer_check, confirm_check
    from undercity.cases.states import Check

    case = city.walk(city.reported(), "check")
    case = answer_check(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=3), answer=Check.FAILED)
    case = confirm_check(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=3), solved=False)
    case = city.walk(dispatched_to(city, case, case.department_id), "closed")
    with clock.standing_at(city.at):
        assert counts("department", case.department_id)["rework_rate"] == Count(1, 1)


def test_a_case_that_went_to_a_second_department_was_dispatched_wrongly_the_first_time_only(city: City) -> None:
    from django.utils import translation

    from undercity.cases.actions.handling import return_to_dispatch

    case = city.walk(city.reported(), "dispatch")
    first = city.duty(case).post_id
    case = dispatched_to(city, case, body("sz-municipal"))
    case = return_to_dispatch(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=5), reason="不属本单位")
    second = city.duty(case).post_id
    case = city.walk(dispatched_to(city, case, body("sz-greening")), "closed")
    with clock.standing_at(city.at), translation.override("en"):
        assert first == second
        found = counts("dispatcher", first)
        assert (found["dispatch_num"].bottom, found["accur_dispatch_rate"]) == (2, Count(1, 2))
        assert [one.reason for one in listed("dispatcher", first, "accur_dispatch_rate")] == [
            "went on to another department", ""]
        assert counts("department", body("sz-municipal"))["inst_num"].bottom == 0
        assert counts("department", body("sz-greening"))["inst_num"].bottom == 1


def test_a_public_report_verified_true_was_missed_by_the_inspector_of_the_street(city: City) -> None:
    from undercity.org.models import Post

    case = city.walk(city.reported(), "dispatch")
    whose = Post.objects.get(key="inspector-1").pk
    assert city.post("inspector").post == whose
    own = city.walk(own_report(city), "dispatch")
    with clock.standing_at(city.at):
        found = counts("inspector", whose)
        assert found == {"valid_patrol_report_rate": Count(1, 1), "miss_rate": Count(1, 2),
                         "intime_verify_rate": Count(1, 1), "intime_check_rate": Count(0, 0)}
        missed, seen = listed("inspector", whose, "miss_rate")
        assert (missed.subject, missed.lost, seen.subject, seen.lost) == (case.uid, True, own.uid, False)
        others = Post.objects.filter(role="inspector").exclude(pk=whose).values_list("pk", flat=True)
        assert {counts("inspector", one)["miss_rate"] for one in others} == {Count(0, 0)}


def test_a_report_refused_at_filing_was_not_valid(city: City) -> None:
    from undercity.cases.actions.filing import refuse_filing

    inspector, case = city.post("inspector"), own_report(city)
    refuse_filing(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=2), reason="重复")
    with clock.standing_at(city.at):
        assert counts("inspector", inspector.post)["valid_patrol_report_rate"] == Count(0, 1)
        assert listed("inspector", inspector.post, "valid_patrol_report_rate")[0].reason


def test_a_report_not_verified_in_time_and_one_taken_in_late(city: City) -> None:
    case = city.reported()
    intake = city.duty(case).post_id
    city.later(minutes=20)
    case = city.steps()["intake"](case, city.whose(city.duty(case)), city.at)
    verify = city.duty(case).post_id
    city.later(minutes=40)
    case = city.steps()["verifying"](case, city.whose(city.duty(case)), city.at)
    with clock.standing_at(city.at):
        assert counts("intake_officer", intake)["intime_send_verify_rate"] == Count(0, 1)
        assert counts("inspector", verify)["intime_verify_rate"] == Count(0, 1)


def test_a_case_refused_after_it_was_filed_was_not_filed_accurately(city: City) -> None:
    from undercity.cases.actions.dispatching import return_to_filing
    from undercity.cases.actions.filing import refuse_filing

    case = city.walk(city.reported(), "filing")
    lead = city.duty(case).post_id
    case = city.walk(case, "dispatch")
    case = return_to_filing(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=2), reason="不应立案")
    refuse_filing(case.uid, by=city.whose(city.duty(case)), at=city.later(minutes=2), reason="不应立案")
    with clock.standing_at(city.at):
        assert counts("shift_lead", lead)["accur_inst_rate"] == Count(0, 1)


def task_rows(city: City, rows: list[tuple[str, dict[str, Any]]], post: int, body_id: int) -> None:
    """Duties by template as their rows stand, each with the entry that tells of it."""
    from uuid import uuid4

    from undercity.ledger.models import Duty, Entry

    for stream, (_, changes) in enumerate(rows):
        identity = changes.pop("stream", None) or uuid4()
        Duty.objects.create(**{
            "timeline": clock.REAL, "kind": "task.monthly-visit", "subject_kind": "task", "subject": identity,
            "stream": identity, "body_id": body_id, "post_id": post, "assigned_at": city.at,
            "due_at": city.at + timedelta(days=2), "limit_unit": "", **changes})
        Entry.objects.create(timeline=clock.REAL, stream_kind="task", stream=identity, sequence=stream + 1, at=city.at,
                             recorded=city.at, actor="system", verb="task.given/1", facts={})


def test_duties_by_template_count_when_they_are_due_or_done(city: City) -> None:
    from uuid import uuid4

    post = city.post("leader")
    soon, late = city.at + timedelta(days=1), city.at + timedelta(days=3)
    agreed, handed = uuid4(), uuid4()
    task_rows(city, [
        ("done in time", {"done_at": soon, "outcome": "done"}),
        ("done late", {"done_at": late, "outcome": "done"}),
        ("overdue and open", {}),
        ("open and not due yet", {"due_at": city.at + timedelta(days=9)}),
        ("refused, which the superior agreed to", {"done_at": soon, "outcome": "refused", "stream": agreed}),
        ("the superior's own duty to decide", {"done_at": soon, "outcome": "agreed", "stream": agreed}),
        ("handed over", {"done_at": soon, "outcome": "handed_over", "stream": handed}),
        ("had it afterwards", {"done_at": soon, "outcome": "done", "stream": handed}),
        ("refused, and nobody above to agree", {"done_at": soon, "outcome": "refused"}),
    ], post.post, post.body)
    with clock.standing_at(late):
        # In time: done, decided, done after the hand-over. Against: late, overdue, refused without agreement.
        assert counts("duties", post.post) == {"intime_task_rate": Count(3, 6)}
        behind = listed("duties", post.post, "intime_task_rate")
        assert [one.lost for one in behind] == [True] * 3 + [False] * 3
        assert all(one.reason for one in behind if one.lost)


def test_a_number_and_the_list_behind_it_agree_everywhere(city: City) -> None:
    from undercity.appraisal.scheme import scheme

    for stage in ("closed", "disposal", "review", "check", "dispatch"):
        city.walk(city.reported(), stage)
    with clock.standing_at(city.at + timedelta(hours=9)):
        seen = 0
        for code in scheme().objects:
            for row in ranked(code).rows:
                for node in row.score.nodes:
                    found = listed(code, row.scored.id, node.measure.indicator)
                    assert (len(found), sum(one.counted for one in found)) == (node.count.bottom, node.count.top)
                    seen += len(found)
        assert seen > 30


def test_the_ranking_is_the_same_however_often_it_is_counted(city: City) -> None:
    from undercity.appraisal.queries import months

    city.walk(city.reported(), "closed")
    with clock.standing_at(city.at):
        first = ranked("department")
        months._kept.clear()
        assert ranked("department").rows == first.rows
