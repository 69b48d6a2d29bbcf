"""Facts follow the record: what is new is exported, what is untouched stays, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.city import City
from undercity import clock
from undercity.appraisal.columns import COLUMNS, DUTIES, REPORTS


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    """Facts of this test only; photos stay where they are."""
    settings.VAR = tmp_path
    return tmp_path / "facts"


def facts(month: str = "2026-07") -> dict[str, list[dict[str, Any]]]:
    """Table → rows as the engine sees them after a refresh."""
    from undercity.appraisal.actions import refresh
    from undercity.appraisal.queries.months import opened

    engine = opened(refresh(), month)
    return {table: [dict(zip(COLUMNS[table], row, strict=True)) for row in engine.rows(
        f"SELECT * FROM {table} ORDER BY ALL")] for table in (DUTIES, REPORTS)}


def test_an_empty_city_exports_nothing_and_asks_for_nothing(db: None) -> None:
    from undercity.appraisal.actions import refresh

    assert facts() == {DUTIES: [], REPORTS: []}
    assert refresh().months() == []


def test_a_case_on_its_way_is_told_as_it_is_now(city: City) -> None:
    case = city.walk(city.reported(), "disposal")
    rows = facts()
    assert [row["kind"] for row in sorted(rows[DUTIES], key=lambda row: row["id"])] == [
        "case.intake", "case.verify", "case.intake", "case.file", "case.dispatch", "case.dispose"]
    told = rows[REPORTS][0]
    assert (told["department"], told["verification"], told["outcome"], told["done"]) == (
        case.department_id, "exists", "", None)
    case = city.walk(case, "closed")
    told = facts()[REPORTS][0]
    assert (told["outcome"], told["done"] is not None, told["disposals"], told["void"]) == ("resolved", True, 1, 0)


def test_the_facts_of_a_duty_are_those_of_its_row(city: City) -> None:
    from undercity.appraisal.told import microseconds
    from undercity.ledger.models import Duty

    city.walk(city.reported(), "closed")
    for row in facts()[DUTIES]:
        duty = Duty.objects.get(pk=row["id"])
        assert (row["assigned"], row["due"], row["done"]) == tuple(
            microseconds(moment) for moment in (duty.assigned_at, duty.due_at, duty.done_at))
        assert (row["post"], row["body"], row["territory"], row["outcome"], row["subject"], row["stream"]) == (
            duty.post_id, duty.body_id, duty.territory_id, duty.outcome, duty.subject, duty.stream)


def test_carrying_on_gives_the_same_facts_as_beginning_anew(city: City) -> None:
    from undercity.appraisal.models import Export

    first = city.walk(city.reported(), "disposal")
    facts()
    city.walk(city.reported(), "check")
    facts()
    city.walk(first, "closed")
    carried_on = facts()
    Export.objects.all().delete()
    assert facts() == carried_on


def test_a_month_that_nothing_touched_keeps_its_file(city: City) -> None:
    from undercity.appraisal.actions import refresh

    city.walk(city.reported(), "closed")
    before = refresh()
    city.at = city.at.replace(month=8)
    with clock.standing_at(city.at):
        city.reported()
        after = refresh()
    assert after.version == before.version + 1
    assert after.months() == ["2026-08", "2026-07"]
    assert {table: months["2026-07"] for table, months in after.files.items()} == {
        table: months["2026-07"] for table, months in before.files.items()}


def test_a_case_reported_in_one_month_and_filed_in_the_next_stands_in_both(city: City) -> None:
    city.at = city.at.replace(month=7, day=31, hour=23, minute=50)
    case = city.walk(city.reported(), "filing")
    city.at = city.at.replace(month=8, day=1, hour=9)
    case = city.walk(case, "closed")
    assert [row["filed_month"] for row in facts("2026-07")[REPORTS]] == ["2026-08"]
    assert [row["reported_month"] for row in facts("2026-08")[REPORTS]] == ["2026-07"]


def test_fresh_facts_cost_one_statement_and_one_more_while_numbers_are_missing(
        city: City, django_assert_num_queries: Any) -> None:
    from undercity.appraisal.actions import refresh

    city.reported()
    with django_assert_num_queries(2 if refresh().gaps else 1):
        refresh()


def test_a_lost_file_makes_it_begin_anew(city: City, own_folder: Path) -> None:
    city.walk(city.reported(), "closed")
    before = facts()
    next(iter(own_folder.glob("duties-*.parquet"))).unlink()
    assert facts() == before


def test_an_entry_that_commits_after_a_later_one_is_not_lost(city: City) -> None:
    from undercity.appraisal.actions import refresh
    from undercity.appraisal.models import Export
    from undercity.appraisal.queries.export import is_stale, standing
    from undercity.ledger.models import Entry

    city.reported()
    refresh()
    late = city.reported()
    number = Entry.objects.get(stream=late.uid).number
    # As if the export had passed this number before its transaction committed.
    Export.objects.update(position=number, gaps=[[number, number, int(clock.real_now().timestamp())]])
    assert is_stale(standing())
    found = facts()
    assert late.uid in {row["stream"] for row in found[REPORTS]}
    assert (standing().gaps, is_stale(standing())) == ((), False)


def test_numbers_that_are_missing_are_remembered(city: City) -> None:
    from undercity.appraisal.actions import refresh
    from undercity.ledger.models import Entry

    city.reported()
    position = refresh().position
    later = city.reported()
    # A number that was taken and whose transaction has not ended: the next entry stands two further on.
    entry = Entry.objects.get(stream=later.uid)
    values = {field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields}
    Entry.objects.create(**{**values, "number": entry.number + 3, "stream": later.duty})
    standing = refresh()
    assert standing.position == position + 4
    assert [(gap.first, gap.last) for gap in standing.gaps if gap.first > position] == [(position + 2, position + 3)]


def test_whoever_was_slower_throws_his_files_away(city: City, own_folder: Path) -> None:
    from undercity.appraisal import actions
    from undercity.appraisal.models import Export

    city.reported()
    as_both_saw_it = actions.standing()
    assert actions.refresh().version == 1
    city.reported()
    assert not actions._carried_on(as_both_saw_it)
    named = {name for months in Export.objects.get().files.values() for name in months.values()}
    assert {path.name for path in own_folder.glob("*.parquet")} == named
    as_both_saw_it = actions.standing()
    assert actions.refresh().version == 2
    assert not actions._carried_on(as_both_saw_it)
    assert len(facts()[REPORTS]) == 2


def test_exports_at_once_lose_no_case_that_comes_meanwhile(committed_db: str, settings: Any, own_folder: Path) -> None:
    import threading

    from undercity.appraisal import actions
    from undercity.appraisal.engine import FactsGone
    from undercity.cases.queries import scheme
    from undercity.city.actions.loading import load_foundations
    from undercity.ledger.models import Duty
    from undercity.org import directory

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    directory.forget()
    scheme.forget()
    load_foundations(lambda words: None)
    over, failed, written = threading.Event(), [], []

    def guarded(work: Any) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a thread's failure must reach the test
            failed.append(error)
        finally:
            connection.close()

    def report() -> None:
        own = City()
        for _ in range(12):
            written.append(own.reported().uid)

    def export() -> None:
        # Past the queue of this process, as other processes come.
        while not over.is_set():
            try:
                actions._carried_on(actions.standing())
            except FactsGone:
                continue

    reporters = [threading.Thread(target=guarded, args=(report,)) for _ in range(2)]
    exporters = [threading.Thread(target=guarded, args=(export,)) for _ in range(3)]
    for thread in [*reporters, *exporters]:
        thread.start()
    for thread in reporters:
        thread.join()
    over.set()
    for thread in exporters:
        thread.join()
    assert failed == []
    found = facts()
    assert sorted(row["stream"] for row in found[REPORTS]) == sorted(written)
    assert {row["id"] for row in found[DUTIES]} == set(Duty.objects.values_list("pk", flat=True))
    named = {name for months in actions.standing().files.values() for name in months.values()}
    assert {path.name for path in own_folder.glob("*.parquet")} == named
    directory.forget()
    scheme.forget()


def test_what_was_replaced_is_deleted_and_what_is_named_stays(city: City, own_folder: Path,
                                                              django_capture_on_commit_callbacks: Any) -> None:
    import os

    from undercity.appraisal.actions import refresh

    city.reported()
    own_folder.mkdir()
    orphan, young = own_folder / "duties-2020-01-x.parquet", own_folder / "duties-2020-01-y.parquet"
    for path in (orphan, young):
        path.write_bytes(b"")
    os.utime(orphan, (0, 0))
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            found = refresh()
        city.reported()
    named = {name for months in found.files.values() for name in months.values()}
    assert {path.name for path in own_folder.iterdir()} == named | {young.name}


def test_a_rehearsal_leaves_no_trace_in_the_facts(city: City) -> None:
    with clock.standing_at(city.at, name="drill-1"):
        city.reported()
    assert facts() == {DUTIES: [], REPORTS: []}


def test_every_verb_of_a_case_is_read_or_left_aside_knowingly() -> None:
    from undercity.appraisal.told import LEFT_ASIDE, READ
    from undercity.ledger.facts import verbs

    assert {verb for verb in verbs() if verb.startswith("case.")} == set(READ) | LEFT_ASIDE


def test_every_kind_an_indicator_names_is_a_duty_of_a_case(db: None) -> None:
    import re

    from undercity.appraisal.indicators import INDICATORS
    from undercity.ledger.kinds import kinds

    named = {code for one in INDICATORS.values() for code in re.findall(r"kind = '(case\.\w+)'", one.within)}
    assert named <= {one.code for one in kinds()}
    assert len(named) == 7


def test_numbers_come_in_the_order_of_their_stream(city: City) -> None:
    city.walk(city.reported(), "closed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence FROM ledger_entry ORDER BY number")
        assert [row[0] for row in cursor.fetchall()] == list(range(1, 12))


def test_a_thread_brings_the_facts_in_step(committed_db: str, settings: Any, own_folder: Path) -> None:
    from undercity.appraisal import actions
    from undercity.cases.queries import scheme
    from undercity.city.actions.loading import load_foundations
    from undercity.org import directory

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    directory.forget()
    scheme.forget()
    load_foundations(lambda words: None)
    City().reported()
    thread = actions.refresh_beside()
    assert thread is not None
    thread.join()
    assert not actions.is_stale(actions.standing())
    with actions._turn:
        assert actions.refresh_beside() is None
