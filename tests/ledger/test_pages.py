"""The pages of duties: my work today by its clock, any duty on one page, and what the public may follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.city import City, png
from tests.ledger.test_tasks import JULY, actor, visit
from undercity import clock
from undercity.ledger.actions.agenda import make_duties
from undercity.ledger.actions.tasks import give
from undercity.ledger.models import Task, TaskPhoto
from undercity.org.models import Person, Post


def client(post: str) -> Client:
    made = Client()
    made.force_login(Person.objects.get(pk=actor(post).person))
    return made


@pytest.fixture
def july(city: City) -> City:
    make_duties(*JULY, at=city.at)
    return city


def send(post: str, task: Task, step: str, **fields: Any) -> Any:
    return client(post).post(reverse("task_step", args=[task.pk, step]), fields)


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("visit.png", png(), "image/png")


def test_my_work_today_shows_the_visit_with_its_light(july: City) -> None:
    page = client("leader-1").get(reverse("desk")).content.decode()
    assert "大走访" in page
    assert reverse("task", args=[visit("leader-1").pk]) in page


def test_what_is_overdue_stands_before_what_is_due_today_and_says_what_silence_means(july: City) -> None:
    give("campaign-target", by=actor("leader-1"), at=july.at, to=actor("leader-1").post or 0, day=date(2026, 7, 17),
         text="违建一处（虚构）")
    due = visit("leader-1").due_at.astimezone(clock.ZONE)
    with clock.standing_at(due.replace(hour=17)):
        page = client("leader-1").get(reverse("desk")).content.decode()
        assert page.index("今日到期") < page.index("大走访")
        assert 'class="group late"' not in page
    with clock.standing_at(due + timedelta(days=40)):
        page = client("leader-1").get(reverse("desk")).content.decode()
        assert page.index('class="group late"') < page.index("大走访")
        assert "将提醒上级岗位" in page


def test_a_visit_is_done_on_its_page_with_a_photo_that_the_holder_can_see(july: City) -> None:
    task = visit("leader-1")
    answer = send("leader-1", task, "done", seen=task.version, note="走访七贤中队", photos=photo(), **{
        "count-days": "1", "count-problems": "0"})
    assert answer.status_code == 302
    page = client("leader-1").get(answer.headers["Location"]).content.decode()
    assert "走访七贤中队" in page
    address = reverse("task_photo", args=[TaskPhoto.objects.get(task=task).pk])
    assert address in page
    shown = client("leader-1").get(address)
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[arg-type]
    assert client("sz-lighting-1").get(address).status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("wrong", [
    {"count-days": "7"}, {"count-days": "eleven"}, {"count-days": ""}, {"photos": ""}, {"note": ""},
    {"photos": SimpleUploadedFile("x.txt", b"no picture")}, {"seen": "moon"}, {"note": "长" * 4001}])
def test_a_wrong_form_comes_back_with_what_was_typed(july: City, wrong: dict[str, Any]) -> None:
    task = visit("leader-1")
    sent = {"seen": task.version, "note": "走访七贤中队", "photos": photo(), "count-days": "1", "count-problems": "0",
            **wrong}
    answer = send("leader-1", task, "done", **sent)
    assert answer.status_code == 422
    assert "role=\"alert\"" in answer.content.decode()
    if "note" not in wrong:
        assert "走访七贤中队" in answer.content.decode()
    task.refresh_from_db()
    assert task.status == "open"


def test_whoever_may_look_but_not_act_gets_no_form_and_is_refused(july: City) -> None:
    task = visit("leader-3")
    page = client("district-leader-1").get(reverse("task", args=[task.pk])).content.decode()
    assert "该责任由其他岗位办理" in page
    answer = send("district-leader-1", task, "refuse", seen=task.version, note="x")
    assert answer.status_code == 403


def test_an_old_page_is_told_what_changed(july: City) -> None:
    task = visit("leader-3")
    assert send("leader-3", task, "refuse", seen=task.version, note="培训").status_code == 302
    answer = send("leader-3", task, "refuse", seen=task.version, note="培训")
    assert answer.status_code == 409
    assert "申请免办" in answer.content.decode()


def test_the_superior_decides_on_the_same_page(july: City) -> None:
    task = visit("leader-3")
    send("leader-3", task, "refuse", seen=task.version, note="培训")
    assert "免办审定" in client("leader-1").get(reverse("desk")).content.decode()
    task.refresh_from_db()
    assert send("leader-1", task, "decide", seen=task.version, agreed="yes", note="").status_code == 302
    assert "同意免办" in client("leader-3").get(reverse("task", args=[task.pk])).content.decode()


def test_seen_and_taken_on_is_said_once(july: City) -> None:
    task = visit("leader-1")
    for _ in range(2):
        assert client("leader-1").post(reverse("accept", args=[task.pk])).status_code == 302
    page = client("leader-1").get(reverse("task", args=[task.pk])).content.decode()
    assert "表示已知悉并承办" not in page


def test_a_given_duty_with_a_fault_keeps_what_was_typed(city: City) -> None:
    made = client("leader-1")
    sent = {"key": "abc", "template": "pledge-milestone", "to": str(Post.objects.get(key="sz-municipal-1").pk),
            "day": "2026-09-31", "text": "改造三处积水点（虚构）"}
    answer = made.post(reverse("give_duty"), sent)
    assert answer.status_code == 422
    assert "改造三处积水点（虚构）" in answer.content.decode()
    assert made.post(reverse("give_duty"), {**sent, "day": "2026-09-30"}).status_code == 302
    page = Client().get(reverse("public_duties")).content.decode()
    assert "改造三处积水点（虚构）" in page
    assert "市政工程处" in page


@pytest.mark.parametrize("query", [
    "", "?state=done", "?state=late&whose=mine", "?kind=task", "?kind=task.monthly-visit",
    "?state=moon&whose=moon&kind=moon&from=moon", "?from=99999999999999999999"])
def test_the_list_of_duties_answers_any_question(july: City, query: str) -> None:
    assert client("leader-1").get(reverse("duties") + query).status_code == 200


def test_an_empty_city_says_so_and_what_to_do(city: City) -> None:
    page = client("sz-lighting-1").get(reverse("desk")).content.decode()
    assert "全部责任" in page
    assert client("sz-lighting-1").get(reverse("duties")).status_code == 200
    assert "尚未录入承诺事项" in Client().get(reverse("public_duties")).content.decode()


def test_a_duty_whose_template_is_gone_can_still_be_read(july: City) -> None:
    from undercity.ledger.models import DutyTemplate
    from undercity.ledger.queries.agenda import forget

    task = visit("leader-1")
    DutyTemplate.objects.filter(code="monthly-visit").delete()
    forget()
    assert client("leader-1").get(reverse("desk")).status_code == 200
    assert client("leader-1").get(reverse("task", args=[task.pk])).status_code == 200
    assert send("leader-1", task, "done", seen=task.version, note="x").status_code == 404
    forget()
