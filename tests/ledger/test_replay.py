"""Replay finds what somebody changed behind the record's back, and nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.city import City
from undercity.ledger import triggers
from undercity.ledger.replay import replay


def found() -> list[tuple[str, str]]:
    return sorted({(one.what, one.field) for one in replay().differences})


@contextmanager
def sql() -> Any:
    with connection.cursor() as cursor:
        yield cursor


@pytest.fixture
def closed(city: City) -> Any:
    return city.walk(city.reported(), "closed")


def test_an_untouched_record_replays_without_a_difference(closed: Any) -> None:
    report = replay()
    assert report.differences == []
    assert (report.streams, report.entries, report.duties) == (1, 11, 10)


def test_a_deleted_projection_is_found(closed: Any) -> None:
    from undercity.ledger.models import Duty

    with sql() as cursor:
        cursor.execute("DELETE FROM ledger_duty WHERE kind = 'case.dispatch'")
    assert found() == [("duty missing", "row")]
    assert Duty.objects.count() == 9


def test_a_duty_edited_by_raw_sql_is_found(closed: Any) -> None:
    with sql() as cursor:
        cursor.execute("UPDATE ledger_duty SET rework = 3 WHERE kind = 'case.dispose'")
    assert found() == [("duty changed", "rework")]


def test_an_edited_text_is_found(closed: Any) -> None:
    with sql() as cursor:
        cursor.execute("UPDATE cases_report SET text = '一切正常'")
    assert found() == [("dossier changed", "sha256")]


def test_a_removed_note_is_found(closed: Any) -> None:
    with sql() as cursor:
        cursor.execute("DELETE FROM cases_note")
    assert found() == [("dossier missing", "sha256")]


def test_an_erased_dossier_is_no_difference(closed: Any) -> None:
    with sql() as cursor:
        cursor.execute("UPDATE cases_report SET text = '', salt = ''")
    assert found() == []


def test_a_case_changed_by_raw_sql_is_found(closed: Any) -> None:
    with sql() as cursor:
        cursor.execute("UPDATE cases_case SET rework = 2")
    assert found() == [("case changed", "rework")]


def test_a_row_no_entry_speaks_of_is_found(city: City) -> None:
    from undercity.cases.models import Case
    from undercity.clock import REAL

    Case.objects.create(timeline=REAL, stage="closed", version=1, source="citizen", category="x",
                        territory_id=city.reported().territory_id, reported_at=city.at)
    assert found() == [("case without entries", "row")]


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET verb = 'x'", "DELETE FROM ledger_entry",
                                       "UPDATE ledger_look SET reason = 'x'", "DELETE FROM ledger_look"])
def test_the_record_refuses_to_be_changed(statement: str, city: City) -> None:
    from undercity.ledger.actions import look

    case = city.reported()
    look(by=city.post("intake_officer"), subject_kind="case", subject=case.uid, fields=["contact"], reason="test")
    with pytest.raises(DatabaseError, match=triggers.REFUSAL), transaction.atomic(), sql() as cursor:
        cursor.execute(statement)


def test_the_system_check_finds_a_dropped_trigger_and_guard_puts_it_back(city: City) -> None:
    from django.core.management import call_command

    from undercity.ledger.checks import the_record_is_append_only

    name = sorted(triggers.expected(connection))[0]
    assert the_record_is_append_only(["default"]) == []
    with sql() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (" ON ledger_entry" if connection.vendor == "postgresql" else ""))
    assert [one.id for one in the_record_is_append_only(["default"])] == ["undercity.E001"]
    call_command("ledger", "guard", verbosity=0)
    assert the_record_is_append_only(["default"]) == []


def test_every_entry_waits_to_be_sealed(closed: Any) -> None:
    from undercity.ledger.models import Entry, Unsealed

    assert set(Unsealed.objects.values_list("entry_id", flat=True)) == set(
        Entry.objects.values_list("number", flat=True))


def test_no_words_and_no_person_stand_in_the_record(city: City) -> None:
    import json

    from undercity.cases.actions.reporting import Sender
    from undercity.ledger.models import Entry

    case = city.reported(sender=Sender(name="王小明", phone="13800001111", email="wang@example.org"))
    city.walk(case, "closed")
    said = json.dumps(list(Entry.objects.values_list("facts", flat=True)), ensure_ascii=False)
    assert [word for word in ("王小明", "13800001111", "wang@", "井盖破损", "已更换", "36.655") if word in said] == []


def test_a_silent_duty_is_escalated_once_and_again_a_day_later(city: City) -> None:
    from datetime import timedelta

    from undercity.ledger.actions import escalate
    from undercity.ledger.queries import to_escalate

    duty = city.duty(city.reported())
    assert to_escalate(duty.due_at - timedelta(minutes=1)) == []
    assert to_escalate(duty.due_at + timedelta(minutes=1)) == [duty.pk]
    assert escalate(duty.pk, at=duty.due_at + timedelta(minutes=1)) is True
    assert escalate(duty.pk, at=duty.due_at + timedelta(minutes=2)) is False
    assert to_escalate(duty.due_at + timedelta(hours=23)) == []
    assert to_escalate(duty.due_at + timedelta(hours=25)) == [duty.pk]
    assert replay().differences == []
