"""The desk pages of plans as planners and readers use them, without script."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.city import City
from tests.response.test_plans import next_version, published, saved
from undercity.org.powers import Actor

EDIT = {"act": "check"}


def signed_in(actor: Actor) -> Client:
    from undercity.org.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=actor.person))
    return client


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(content).decode("utf-8-sig")


def test_the_list_says_what_to_do_while_there_is_none_and_shows_each_plan_once(planner: Actor,
                                                                             plan_text: str) -> None:
    client = signed_in(planner)
    assert 'href="/desk/plans/new/"' in body(client.get("/desk/plans/"))
    published(plan_text, planner)
    saved(next_version(plan_text, "2026.2"), planner)
    page = body(client.get("/desk/plans/"))
    assert page.count("市中区防汛应急预案（虚构）") == 1
    assert "现行" in page


def test_a_version_is_a_table_and_a_time_line(planner: Actor, plan_text: str) -> None:
    row, client = published(plan_text, planner), signed_in(planner)
    page = body(client.get(f"/desk/plans/{row.pk}/"))
    for words in ("到区城管局指挥室带班值守。", "城管局副局长1", "推断", "虚构", "无回应时"):
        assert words in page
    picture = body(client.get(f"/desk/plans/{row.pk}/?view=time"))
    assert picture.count('<rect class="bar-all"') == 49 + 1 - 1
    assert "script" not in picture.split('<svg class="chart')[1].split("</svg>")[0]


def test_pages_take_few_statements_however_many_orders(planner: Actor, plan_text: str,
                                                       django_assert_max_num_queries: Any) -> None:
    row, client = published(plan_text, planner), signed_in(planner)
    for address in ("", "?view=time", "dry-run/?level=1&was=&day=2026-07-18", "command/?level=1&was=&day=2026-07-18",
                    "history/", "edit/"):
        client.get(f"/desk/plans/{row.pk}/{address}")
        with django_assert_max_num_queries(28):
            assert client.get(f"/desk/plans/{row.pk}/{address}").status_code == 200


def test_the_editor_checks_by_line_stores_nothing_and_keeps_what_was_typed(planner: Actor, plan_text: str) -> None:
    from undercity.response.plans.models import PlanVersion

    client = signed_in(planner)
    bad = plan_text.replace('verb = "patrol"', 'verb = "patroll"', 1)
    answer = client.post("/desk/plans/new/", {"text": bad, **EDIT})
    page = body(answer)
    line = bad[:bad.index("patroll")].count("\n") + 1
    assert answer.status_code == 422
    assert f'href="#l{line}"' in page
    assert f'<li id="l{line}" class="marked">' in page
    assert "patroll" in page.split("<textarea")[1]
    good = client.post("/desk/plans/new/", {"text": plan_text.replace("\n", "\r\n"), **EDIT})
    assert good.status_code == 200
    assert not PlanVersion.objects.exists()


def test_a_draft_is_saved_looked_at_compared_and_published(planner: Actor, plan_text: str) -> None:
    first, client = published(plan_text, planner), signed_in(planner)
    text = next_version(plan_text, "2026.2").replace("done = 20", "done = 25", 1)
    page = body(client.post(f"/desk/plans/{first.pk}/edit/", {"text": text, "seen": "1", **EDIT}))
    assert "<del>20</del>" in page
    assert "<ins>25</ins>" in page
    answer = client.post(f"/desk/plans/{first.pk}/edit/", {"text": text.replace("\n", "\r\n"), "seen": "1",
                                                         "act": "save"})
    assert answer.status_code == 302
    draft = answer.headers["Location"]
    page = body(client.get(draft))
    assert "草稿" in page
    overtaken = client.post(f"/desk/plans/{first.pk}/edit/", {"text": text + "# x", "seen": "1", "act": "save"})
    assert overtaken.status_code == 409
    assert "# x" in body(overtaken)
    refused = client.post(f"{draft}publish/", {"seen": "1", "valid_from": "never"})
    assert refused.status_code == 422
    assert client.post(f"{draft}publish/", {"seen": "1", "valid_from": "2026-07-20", "note": "修订"}).status_code == 302
    assert client.post(f"{draft}publish/", {"seen": "1", "valid_from": "2026-07-20"}).status_code == 409
    assert "2026-07-20" in body(client.get(draft))
    history = body(client.get(f"{draft}history/"))
    assert "修订" in history
    assert "/since/" in history
    assert body(client.get(f"{draft}file/")) == text
    assert client.post(f"{draft}withdraw/", {"seen": "2", "note": ""}).status_code == 422
    assert client.post(f"{draft}withdraw/", {"seen": "2", "note": "有误"}).status_code == 302


@pytest.mark.parametrize(("content", "status", "word"), [
    (b"\xff\xfe\x00", 302, ""), (b"", 302, ""), (b"[plan", 422, "TOML")])
def test_a_file_that_is_no_plan_is_refused_in_words(planner: Actor, content: bytes, status: int, word: str) -> None:
    answer = signed_in(planner).post("/desk/plans/upload/", {"file": SimpleUploadedFile("p.toml", content)})
    assert answer.status_code == status
    assert word in body(answer)


def test_a_file_sent_opens_in_the_editor(planner: Actor, plan_text: str) -> None:
    answer = signed_in(planner).post("/desk/plans/upload/", {
        "file": SimpleUploadedFile("p.toml", plan_text.encode("utf-8-sig"))})
    assert answer.status_code == 200
    assert "shizhong-flood" in body(answer).split("<textarea")[1]


def test_the_dry_run_tells_whom_it_calls_and_its_files_say_the_same(planner: Actor, plan_text: str) -> None:
    from undercity.org.models import Appointment

    row, client = published(plan_text, planner), signed_in(planner)
    Appointment.objects.filter(post__key="leader-3").update(ends=row.published_at)
    query = "?level=4&was=&day=2026-07-18"
    page = body(client.get(f"/desk/plans/{row.pk}/dry-run/{query}"))
    assert "岗位空缺" in page
    assert "无电话或通知渠道" in page
    lines = body(client.get(f"/desk/plans/{row.pk}/dry-run/csv/{query}")).strip().splitlines()
    sheet = load_workbook(io.BytesIO(b"".join(client.get(
        f"/desk/plans/{row.pk}/dry-run/xlsx/{query}").streaming_content))).active
    assert sheet is not None
    assert sheet.max_row == len(lines) > 15
    assert any("岗位空缺" in line for line in lines)
    assert client.get(f"/desk/plans/{row.pk}/dry-run/pdf/{query}").status_code == 404
    assert client.get(f"/desk/plans/{row.pk}/dry-run/?level=9&day=x").status_code == 422
    assert "没有新增指令" in body(client.get(f"/desk/plans/{row.pk}/dry-run/?level=4&was=4&day=2026-07-18"))


def test_the_dry_run_counts_the_way_of_who_is_sent_and_of_nobody_else(planner: Actor) -> None:
    from tests.response.conftest import small_plan
    from undercity.city.actions.forces_story import install_forces
    from undercity.forces.models import Team
    from undercity.places.models import Place

    install_forces(lambda words: None)
    leader = Team.objects.exclude(post=None).select_related("post").order_by("post__key").first()
    assert leader is not None
    assert leader.post is not None
    place = Place.objects.filter(listed=True).order_by("key").first()
    assert place is not None
    orders = "".join(f"""
[[order]]
key = "{key}"
level = 4
verb = "{verb}"
to = {{ post = "{leader.post.key}" }}
at = {{ places = ["{place.key}"] }}
done = 300
zh = "{zh}"
en = "{zh}"
""" for key, verb, zh in (("send", "send_team", "派队"), ("look", "patrol", "巡查")))
    row, client = published(small_plan() + orders, planner), signed_in(planner)
    rows = client.get(f"/desk/plans/{row.pk}/dry-run/?level=4&was=&day=2026-07-18").context["rows"]
    ways = {one.one.draft.order: one.one.travel for one in rows}
    assert ways["send"] > 0
    assert {way for key, way in ways.items() if key != "send"} == {0}


def test_the_command_is_a_letter_whose_number_says_it_is_invented(planner: Actor, plan_text: str) -> None:
    row, client = published(plan_text, planner), signed_in(planner)
    page = body(client.get(f"/desk/plans/{row.pk}/command/?level=3&was=4&day=2026-07-18"))
    assert "市中防指演〔2026〕第1号" in page
    assert "虚构编号" in page
    assert "关于将市中区防汛应急响应提升为三级响应的命令" in page
    assert "济南市市中区城管局" in page


def test_readers_see_published_plans_and_no_button(city: City, planner: Actor, plan_text: str) -> None:
    row = published(plan_text, planner)
    draft = saved(next_version(plan_text, "2026.2"), planner)
    officer = signed_in(city.post("duty_officer"))
    page = body(officer.get(f"/desk/plans/{row.pk}/"))
    assert "edit/" not in page
    assert 'class="greyed"' in page
    assert officer.get(f"/desk/plans/{draft.pk}/").status_code == 404
    assert officer.get(f"/desk/plans/{draft.pk}/since/{row.pk}/").status_code == 404
    assert officer.get(f"/desk/plans/{row.pk}/edit/").status_code == 403
    assert officer.post(f"/desk/plans/{row.pk}/withdraw/", {"seen": "2", "note": "x"}).status_code == 403
    assert signed_in(city.post("keeper")).get("/desk/plans/").status_code == 403
