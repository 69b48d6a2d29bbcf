"""The register's pages: who may, what they say, and what they note."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.city import City
from tests.register.sheets import HEADERS, row_of, xlsx
from undercity.org.powers import Actor


def signed_in(actor: Actor) -> Client:
    from undercity.org.models import Person

    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(Person.objects.get(pk=actor.person))
    return client


@pytest.fixture
def officer(city: City) -> Actor:
    return city.post("duty_officer")


def send(client: Client, content: bytes, name: str = "台账.xlsx") -> Any:
    return client.post(reverse("register_send"), {"file": SimpleUploadedFile(name, content)})


def key_of(answer: Any) -> str:
    return str(answer.headers["Location"]).split("/")[4]


def settled(client: Client, key: str, **changes: Any) -> Any:
    """Send the columns as they were guessed."""
    from undercity.register.models import Upload

    upload = Upload.objects.get(pk=key)
    given = {name.replace(".", "-"): str(column) for name, column in upload.columns.items()}
    return client.post(reverse("register_columns", args=[key]), {**given, "datum": "gcj02", "day": "2026-07-17",
                                                                **changes})


def applied(client: Client, content: bytes) -> str:
    key = key_of(send(client, content))
    settled(client, key)
    page = client.get(reverse("register_import", args=[key]))
    assert client.post(reverse("register_apply", args=[key]), {
        "seen": page.context["preview"].mark, "good": "1"}).status_code == 302
    return key


@pytest.mark.works
def test_a_spreadsheet_goes_all_the_way_on_pages_alone(officer: Actor) -> None:
    from undercity.places.models import Place

    client = signed_in(officer)
    before = Place.objects.count()
    answer = send(client, xlsx([row_of(1), row_of(2, 容积="很大")]))
    key = key_of(answer)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "工程编号" in page
    assert "备注" in page.partition("未读取")[2]
    assert settled(client, key, datum="").status_code == 422
    assert settled(client, key).status_code == 302
    page = client.get(reverse("register_import", args=[key]))
    assert "I 容积" in page.content.decode()
    new = client.get(reverse("register_import", args=[key]), {"kind": "new"}).content.decode()
    assert "虚构·第1号工程" in new
    faulty = client.get(reverse("register_faults", args=[key]))
    assert faulty.status_code == 200
    assert b"".join(faulty)[:2] == b"PK"
    # All or nothing first: refused, and nothing happened.
    assert client.post(reverse("register_apply", args=[key]), {"seen": page.context["preview"].mark}).status_code == 302
    assert Place.objects.count() == before
    client.post(reverse("register_apply", args=[key]), {"seen": page.context["preview"].mark, "good": "1"})
    assert Place.objects.count() == before + 1
    assert "1" in client.get(reverse("register_import", args=[key])).content.decode()
    client.post(reverse("register_undo", args=[key]))
    assert Place.objects.count() == before
    assert client.post(reverse("register_undo", args=[key])).status_code == 409


def test_a_file_with_a_secret_column_is_refused_and_nothing_of_it_kept(officer: Actor) -> None:
    from undercity.register.models import Upload

    client = signed_in(officer)
    for header in ("防护等级", "抗力 等级", "战时用途", "防化级别", "竣工图编号"):
        answer = send(client, xlsx([{**row_of(1), header: "甲"}]))
        assert answer.status_code == 422, header
        assert "涉密" in answer.content.decode()
    assert send(client, xlsx([row_of(1, 备注="抗力等级 6 级")])).status_code == 422
    assert not Upload.objects.exists()


def test_those_without_the_power_bring_nothing_in_and_others_files_are_not_there(city: City, officer: Actor) -> None:
    key = key_of(send(signed_in(officer), xlsx([row_of(1)])))
    assert signed_in(city.post("inspector")).get(reverse("register")).status_code == 403
    assert send(signed_in(city.post("leader")), xlsx([row_of(1)])).status_code == 403
    keeper = signed_in(city.post("keeper"))
    for name in ("register_import", "register_columns", "register_faults"):
        assert keeper.get(reverse(name, args=[key])).status_code == 404
    for name in ("register_apply", "register_undo", "register_drop"):
        assert keeper.post(reverse(name, args=[key])).status_code == 404


@pytest.mark.works
def test_columns_are_remembered_by_the_set_of_headers(officer: Actor) -> None:
    from undercity.register.models import Upload

    client = signed_in(officer)
    first = key_of(send(client, xlsx([row_of(1)])))
    remark = list(HEADERS).index("备注")
    settled(client, first, **{"work-condition_words": str(remark)})
    turned = {header: row_of(2)[header] for header in reversed(HEADERS)}
    again = Upload.objects.get(pk=key_of(send(client, xlsx([turned]))))
    assert again.columns["work.condition_words"] == 0
    assert again.datum == "gcj02"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.works
def test_what_is_exported_changes_nothing_when_it_comes_back(language: str, city: City, officer: Actor) -> None:
    from undercity.register.actions.uploading import settle, take_in
    from undercity.register.queries.previews import preview
    from undercity.science.coordinates import Datum

    client = signed_in(officer)
    applied(client, xlsx([row_of(number) for number in range(1, 8)]))
    for file_format in ("xlsx", "csv"):
        answer = client.post(reverse("register_internal"), headers={"accept-language": language}, data={
            "format": file_format, "reason": "年度核对", "words": "虚构-测"})
        made = take_in(f"x.{file_format}", b"".join(answer.streaming_content), by=officer, at=city.at)
        settle(made.pk, made.columns, datum=Datum(made.datum), day=city.at.date(), by=officer)
        made.refresh_from_db()
        assert preview(made, officer).counts == {"same": 7}, file_format
        assert len(made.columns) >= 33


@pytest.mark.works
def test_an_internal_export_needs_a_reason_and_is_noted_for_every_work(city: City, officer: Actor) -> None:
    from undercity.ledger.models import Look
    from undercity.register.queries.history import exports_with
    from undercity.works.models import Work

    client = signed_in(officer)
    applied(client, xlsx([row_of(1), row_of(2)]))
    looks = Look.objects.count()
    assert client.post(reverse("register_internal"), {"format": "csv"}).status_code == 422
    assert Look.objects.count() == looks
    assert client.post(reverse("register_internal"), {"format": "csv", "reason": "汛前核对"}).status_code == 200
    noted = Look.objects.order_by("-pk")[0]
    assert (noted.subject_kind, noted.reason) == ("register.export", "汛前核对")
    assert "capacity" in noted.fields
    for work in Work.objects.filter(code__startswith="虚构-测"):
        assert [one.reason for one in exports_with(work.place_id)] == ["汛前核对"]
    looks = Look.objects.count()
    page = signed_in(city.post("leader")).get(reverse("work", args=["虚构-测-00001"])).content.decode()
    assert "汛前核对" in page
    assert Look.objects.count() == looks + 1


@pytest.mark.works
def test_a_public_export_holds_no_internal_field_in_any_kind_of_file(officer: Actor, tmp_path: Path) -> None:
    client = signed_in(officer)
    applied(client, xlsx([row_of(1, 容积=13579, 出入口底标高=77.77, 应急容纳人数=2468, 状况说明="金丝雀渗水")]))
    told = {}
    for file_format in ("csv", "geojson", "parquet", "xlsx"):
        answer = client.get(reverse("register_export", args=[file_format]))
        assert answer.status_code == 200
        told[file_format] = b"".join(answer.streaming_content)
    text = told["csv"].decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert "虚构-测-00001" in text
    features = json.loads(told["geojson"])["features"]
    work = next(one for one in features if one["properties"]["code"] == "虚构-测-00001")
    assert work["properties"]["district"] == "shizhong"
    file = tmp_path / "x.parquet"
    file.write_bytes(told["parquet"])
    names = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()]
    assert duckdb.sql(f"SELECT name_zh, listed FROM '{file}' WHERE code = '虚构-测-00001'").fetchall() == [
        ("虚构·第1号工程", False)]
    for secret in ("13579", "77.77", "2468", "金丝雀"):
        assert secret not in text
        assert secret not in told["geojson"].decode()
    assert {"volume_m3", "capacity", "way_sill_m", "condition_words"} & {*names, *work["properties"]} == set()
    assert len(rows[1]) == len(names)


@pytest.mark.works
def test_a_renamed_work_shows_its_former_name_and_who_changed_it(city: City, officer: Actor) -> None:
    from undercity.places.models import Place

    client = signed_in(officer)
    applied(client, xlsx([row_of(1, 容积=13579)]))
    place = Place.objects.get(names__zh="虚构·第1号工程")
    page = client.get(reverse("register_profile", args=[place.key]))
    given = {"zh": "虚构·新名", "en": "", "day": "2026-07-17", "seen": page.context["rename_form"]["seen"].value()}
    assert client.post(reverse("register_rename", args=[place.key]), given).status_code == 302
    # The page looked at is not that of now any more.
    assert client.post(reverse("register_rename", args=[place.key]), {**given, "zh": "x"}).status_code == 409
    page = client.get(reverse("work", args=["虚构-测-00001"])).content.decode()
    assert "虚构·第1号工程" in page.partition("曾用名")[2]
    assert "13579" in page.partition("变更记录")[2]
    assert str(officer.title_zh) in page.partition("变更记录")[2]
    # The page of those who change names shows that internal fields changed, not how.
    assert "13579" not in client.get(reverse("register_profile", args=[place.key])).content.decode()
    Place.objects.filter(pk=place.pk).update(listed=True)
    assert "曾用名" in Client(headers={"accept-language": "zh-hans"}).get(
        reverse("place", args=[place.key])).content.decode()


@pytest.mark.works
def test_a_keeper_changes_and_the_one_before_sees_the_work_no_more(city: City, officer: Actor) -> None:
    from undercity.org.queries import directory
    from undercity.places.models import Place
    from undercity.works.models import Work
    from undercity.works.queries import visible_to

    client = signed_in(officer)
    applied(client, xlsx([row_of(1)]))
    work = Work.objects.get(code="虚构-测-00001")
    before, after = city.post("keeper", 1), directory().by_key["op-mall"]
    assert visible_to(before).filter(pk=work.pk).exists()
    page = client.get(reverse("register_profile", args=[work.place.key]))
    assert client.post(reverse("register_keeper", args=[work.place.key]), {
        "keeper": after, "seen": page.context["keeper_form"]["seen"].value()}).status_code == 302
    assert not visible_to(before).filter(pk=work.pk).exists()
    assert visible_to(city.post("keeper")).filter(pk=work.pk).exists()
    assert Place.objects.get(pk=work.place_id).names.count() == 1


@pytest.mark.works
def test_no_value_stands_in_the_record_and_no_internal_one_reaches_the_public(city: City, officer: Actor) -> None:
    from undercity.ledger.models import Entry
    from undercity.places.models import Place

    client, citizen = signed_in(officer), Client()
    secrets = ("13579", "77.77", "2468", "金丝雀")
    applied(client, xlsx([row_of(1, 容积=13579, 出入口底标高=77.77, 应急容纳人数=2468, 工程名称="虚构·金丝雀",
                                 是否公开="是")]))
    told = json.dumps(list(Entry.objects.values_list("facts", flat=True)), ensure_ascii=False)
    assert "work.volume_m3" in told
    # Bare digits may stand in a hash by chance; as a value they would follow a sign.
    assert [word for word in ("77.77", "金丝雀", "示例路", " 13579", "[13579", " 2468") if word in told] == []
    key = Place.objects.get(names__zh="虚构·金丝雀").key
    for where in (reverse("place", args=[key]), reverse("places"), reverse("map"), reverse("home")):
        page = citizen.get(where).content.decode()
        assert [word for word in secrets[:3] if word in page] == []
    assert "金丝雀" in citizen.get(reverse("place", args=[key])).content.decode()
    for name, words in (("register", []), ("register_export", ["csv"]), ("register_profile", [key])):
        assert citizen.get(reverse(name, args=words)).status_code == 302


@pytest.mark.works
def test_the_difference_of_internal_fields_is_noted_once_for_each_work_shown(officer: Actor) -> None:
    from undercity.ledger.models import Look
    from undercity.works.models import Work

    client = signed_in(officer)
    applied(client, xlsx([row_of(1), row_of(2)]))
    key = key_of(send(client, xlsx([row_of(1, 容积=15000), row_of(2)])))
    settled(client, key)
    looks = Look.objects.count()
    page = client.get(reverse("register_import", args=[key])).content.decode()
    assert "14000" in page
    assert "15000" in page
    assert Look.objects.count() == looks + 1
    noted = Look.objects.order_by("-pk")[0]
    assert (noted.subject, noted.fields) == (Work.objects.get(code="虚构-测-00001").uid, "volume_m3")
