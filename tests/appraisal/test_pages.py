"""What an officer sees of scores: ranking, explanation, cases, export."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from tests.city import City
from undercity import clock


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def client_of(city: City, role: str, nth: int = 0, language: str = "zh-hans") -> Client:
    """A browser in which somebody of that role is signed in."""
    from undercity.org.models import Person

    client = Client(headers={"accept-language": language})
    client.force_login(Person.objects.get(pk=city.post(role, nth).person))
    return client


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    text = b"".join(answer).decode()
    assert answer.status_code == status, text[:2000]
    return text


def body(key: str) -> int:
    from undercity.org.queries import directory

    return directory().by_key[key]


def test_from_the_ranking_to_the_photo_in_three_clicks(city: City) -> None:
    case = city.walk(city.reported(), "closed")
    client = client_of(city, "evaluator")
    with clock.standing_at(city.at):
        address = "/desk/scores/"
        for link in (rf'href="(/desk/scores/2026-07/department/{case.department_id}/)"',
                     r'href="(/desk/scores/2026-07/department/\d+/intime_dispose_rate/)"',
                     rf'href="([^"]*{case.uid}[^"]*)"'):
            found = re.search(link, read(client, address))
            assert found, link
            address = found[1]
        page = client.get(address, follow=True).content.decode()
    assert case.number in page
    assert 'src="/photos/' in page or "<img" in page


def test_the_explanation_says_how_the_composite_came_about(city: City) -> None:
    case = city.walk(city.reported(), "closed")
    with clock.standing_at(city.at):
        page = read(client_of(city, "evaluator", language="en"),
                    f"/desk/scores/2026-07/department/{case.department_id}/")
    assert "10.00 % × 100.00 + 30.00 % × 100.00 + 30.00 % × 100.00 + 30.00 % × 100.00 = 100.00" in page
    assert 'class="grade a"' in page


def test_weights_rescaled_are_said_in_words(city: City) -> None:
    case = city.walk(city.reported(), "disposal")
    with clock.standing_at(city.at):
        page = read(client_of(city, "evaluator", language="en"),
                    f"/desk/scores/2026-07/department/{case.department_id}/")
        assert "No data: Closing rate, Rework rate. Left out; the other weights are rescaled" in page
        assert "10 % → 25.00 %" in page
        assert "权重按比例放大" in read(client_of(city, "evaluator"),
                                 f"/desk/scores/2026-07/department/{case.department_id}/")


def test_a_department_without_cases_says_no_data_and_stands_at_the_end_unranked(city: City) -> None:
    case = city.walk(city.reported(), "closed")
    with clock.standing_at(city.at):
        page = read(client_of(city, "evaluator"), "/desk/scores/")
        assert "无数据" in read(client_of(city, "evaluator"), f"/desk/scores/2026-07/department/{body('sz-water')}/")
    rows = re.findall(r"<tr>\s*<td>(.*?)</td>\s*<td><a href=\"/desk/scores/2026-07/department/(\d+)/", page)
    assert rows[0] == ("1", str(case.department_id))
    assert len(rows) > 5
    assert {rank for rank, _ in rows[1:]} == {"–"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_empty_city_has_pages_that_make_sense(city: City, language: str) -> None:
    client = client_of(city, "evaluator", language=language)
    for code in ("department", "inspector", "intake_officer", "shift_lead", "dispatcher", "duties"):
        page = read(client, f"/desk/scores/?object={code}&month=2026-01")
        assert "演示数据" in page
    assert ("本月没有考评对象" if language == "zh-hans" else "Nobody is scored here") in page


def test_a_city_of_one_body_and_one_post_has_pages_that_make_sense(db: None) -> None:
    from undercity.org import directory
    from undercity.org.actions import appoint, create_post, found_body, grant
    from undercity.org.models import Person
    from undercity.org.states import BodyKind, Power, Role

    directory.forget()
    only = found_body(key="only", kind=BodyKind.CITY, parent=None, names=[], code="", outline=None)
    post = create_post(key="lead", body=only, role=Role.SHIFT_LEAD, title_zh="值班长", title_en="Shift lead")
    grant(post, Power.SCORE_READ, only)
    person = Person.objects.create_user("somebody", name_zh="某人", is_sample=True)
    appoint(person, post, begins=clock.now().replace(year=2020))
    client = Client()
    client.force_login(person)
    assert "本月没有考评对象" in read(client, "/desk/scores/?object=department")
    month = f"{clock.now():%Y-%m}"
    assert "无数据" in read(client, "/desk/scores/?object=shift_lead")
    assert "无数据" in read(client, f"/desk/scores/{month}/shift_lead/{post.pk}/")
    assert "没有计入" in read(client, f"/desk/scores/{month}/shift_lead/{post.pk}/intime_inst_rate/")
    directory.forget()


def test_a_handler_sees_the_own_body_only_with_its_rank_among_all(city: City) -> None:
    from undercity.org.models import Post

    case = city.walk(city.reported(), "closed")
    own = Post.objects.filter(body=case.department_id).values_list("pk", flat=True)
    nth = next(nth for nth in range(12) if city.post("department_handler", nth).post in own)
    client, stranger = client_of(city, "department_handler", nth), client_of(city, "department_handler", nth - 1)
    with clock.standing_at(city.at):
        page = read(client, "/desk/scores/")
        assert re.findall(r"/department/(\d+)/", page) == [str(case.department_id)]
        read(client, f"/desk/scores/2026-07/department/{case.department_id}/")
        for tail in ("", "archive_rate/"):
            read(stranger, f"/desk/scores/2026-07/department/{case.department_id}/{tail}", 404)


def test_a_name_of_sixty_characters_and_one_that_looks_like_a_formula(city: City) -> None:
    from undercity.org import directory
    from undercity.org.models import BodyName

    case = city.walk(city.reported(), "closed")
    name = "=" + "市" * 59
    BodyName.objects.filter(body=case.department_id).update(zh=name)
    directory.forget()
    with clock.standing_at(city.at):
        client = client_of(city, "evaluator")
        assert name in read(client, "/desk/scores/")
        assert name in read(client, f"/desk/scores/2026-07/department/{case.department_id}/")
        rows = list(csv.reader(io.StringIO(read(client, "/desk/scores/2026-07/department.csv"))))
    assert rows[2][1] == "'" + name


def test_the_export_is_marked_in_its_name_and_first_line(city: City, settings: Any) -> None:
    city.walk(city.reported(), "closed")
    client = client_of(city, "evaluator")
    with clock.standing_at(city.at):
        answer = client.get("/desk/scores/2026-07/department.csv")
        content = b"".join(answer)
        assert content.startswith("\ufeff演示数据\r\n".encode())
        assert "演示数据-考评排名-2026-07-department.csv" in unquote(answer.headers["Content-Disposition"])
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[1][:6] == ["名次", "名称", "综合得分", "等级", "件数", "扣分"]
        assert rows[2][0] == "1"
        assert rows[-1][0] == "无数据"


def test_outside_a_demonstration_nothing_is_marked(city: City, settings: Any) -> None:
    from undercity.org.models import Person

    Person.objects.update(is_sample=False)
    settings.DEMO = False
    client = client_of(city, "evaluator")
    assert "演示数据" not in read(client, "/desk/scores/")
    answer = client.get("/desk/scores/2026-07/department.csv")
    assert "演示数据" not in b"".join(answer).decode() + unquote(answer.headers["Content-Disposition"])


@pytest.mark.parametrize("tail", ["?month=2026-13", "?month=07", "?month=2026-07'", "?object=nobody",
                                  "2026-07/department/999999/", "2026-07/nobody/1/", "2026-7/department/1/",
                                  "2026-07/department/999999/archive_rate/", "2026-07/nobody.csv",
                                  "2026-07/department/99999999999999999999999/", "0000-00/department.csv"])
def test_what_is_not_there_is_not_found(city: City, tail: str) -> None:
    read(client_of(city, "evaluator"), f"/desk/scores/{tail}", 404)


def test_an_indicator_of_another_object_is_not_found_and_a_wild_page_is_the_first(city: City) -> None:
    client = client_of(city, "evaluator")
    read(client, f"/desk/scores/2026-07/department/{body('sz-water')}/miss_rate/", 404)
    for page in ("0", "-1", "x", "٣", "9" * 30, "5"):
        read(client, f"/desk/scores/2026-07/department/{body('sz-water')}/archive_rate/?page={page}")


def test_a_hundred_rows_a_page(city: City) -> None:
    from undercity.org.models import Post

    inspector = Post.objects.get(key="inspector-1").pk
    for _ in range(101):
        city.reported(by=city.post("inspector"), source=_inspector())
    address = f"/desk/scores/2026-07/inspector/{inspector}/valid_patrol_report_rate/"
    client = client_of(city, "evaluator")
    assert read(client, address).count("<tr>") == 101
    assert read(client, f"{address}?page=2").count("<tr>") == 2


def _inspector() -> Any:
    from undercity.cases.states import Source

    return Source.INSPECTOR


def test_a_ranking_costs_the_same_however_much_is_behind_it(city: City, django_assert_max_num_queries: Any) -> None:
    client = client_of(city, "evaluator")
    case = city.walk(city.reported(), "closed")
    with clock.standing_at(city.at):
        address = f"/desk/scores/2026-07/department/{case.department_id}/"
        for page in ("/desk/scores/", address, f"{address}archive_rate/"):
            read(client, page)
            with django_assert_max_num_queries(9):
                read(client, page)


def test_the_verb_prints_what_the_page_shows(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    from undercity.site.verbs import run

    case = city.walk(city.reported(), "closed")
    with clock.standing_at(city.at):
        assert run(["appraise", "--month", "2026-07", "--object", "department", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        row = found["objects"][0]["rows"][0]
        assert (row["id"], row["composite"], row["exact"], row["grade"]) == (case.department_id, "100.00", "100", "A")
        assert run(["appraise", "--month", "2026-07"]) == 0
        assert "100.00  A" in capsys.readouterr().out
    for words in (["--month", "July"], ["--object", "nobody"]):
        assert run(["appraise", *words]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_long_record_is_read_beside_the_page(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.appraisal import actions

    city.walk(city.reported(), "closed")
    monkeypatch.setattr(actions, "AT_MOST", 3)
    # The thread that reads would not see what this test has not committed.
    monkeypatch.setattr(actions, "refresh_beside", actions.refresh)
    client = client_of(city, "evaluator", language="en")
    with clock.standing_at(city.at):
        waiting = client.get("/desk/scores/")
        assert waiting.status_code == 202
        assert waiting.headers["Refresh"]
        assert "entries must be read before the scores can be shown" in waiting.content.decode()
        assert "Ranking" in read(client, "/desk/scores/")
