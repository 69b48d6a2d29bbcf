"""Checks by checklist: made once, done with results, failed items become one case each, looked at again when closed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city import City, png
from tests.inspections.conftest import GOOD, a_place, at, by_key, check_of, done, replayed
from undercity.errors import Conflict, InvalidMove, NotAllowed, NotFound, RuleBroken
from undercity.inspections.actions.checking import begin_check, look_again, make_checks, make_due
from undercity.inspections.models import Inspection, InspectionNote, InspectionPhoto
from undercity.ledger.models import Duty, Entry
from undercity.ledger.pictures import read_picture

PICTURE = read_picture(png())


# --- when they arise ------------------------------------------------------------------------------------------------

def test_a_check_made_twice_is_there_once_with_keeper_and_deadline(place: Any) -> None:
    check = check_of(place)
    assert make_due(at(7, 8)) == make_due(at(7, 9)) == 0
    assert Inspection.objects.filter(period="2026-07").count() == 1
    duty = Duty.objects.get(pk=check.duty)
    assert (duty.kind, duty.post_id, duty.territory_id) == ("inspection.check", by_key("keeper-1").post,
                                                            place.district_id)
    # The 5th is a Sunday: it begins on Monday the 6th at eight, and its seventh working day ends on the 14th.
    assert (check.given_at, check.due_at) == (at(7, 6, 8), at(7, 14, 18))
    assert replayed() == []


def test_the_check_before_the_season_is_due_before_the_first_of_june(place: Any) -> None:
    check = check_of(place, "flood-before", "2026-05", at(5, 7))
    assert (check.given_at, check.due_at) == (at(5, 6, 8), at(5, 31, 23, 59))


def test_each_list_is_for_its_kind_of_place_and_its_rhythm(lists: City) -> None:
    from datetime import date

    a_place("home", use="workers_home", body="sz-sanitation", post="sz-sanitation-1")
    a_place("wc", use="toilet", body="sz-sanitation", post="sz-sanitation-1")
    a_place("bins", use="sorting", body="squad-qixian", post="squad-qixian-1")
    make_checks(date(2026, 6, 29), date(2026, 7, 17), at=at(7, 17))
    made = sorted(Inspection.objects.values_list("place__key", "checklist", "period"))
    assert made == [("bins", "sorting", "2026-07"), ("home", "workers-home", "2026-07"), ("wc", "toilet", "2026-W27"),
                    ("wc", "toilet", "2026-W28"), ("wc", "toilet", "2026-W29")]
    assert set(Duty.objects.values_list("post__key", flat=True)) == {"sz-sanitation-1", "squad-qixian-1"}


def test_a_place_nobody_keeps_gets_no_check(lists: City) -> None:
    from undercity.inspections.models import Keeping

    place = a_place("orphan")
    Keeping.objects.filter(place=place).delete()
    assert make_due(at(7, 8)) == 0


def test_a_body_without_a_keeper_answers_itself(lists: City) -> None:
    check = check_of(a_place("lonely", body="op-water"))
    duty = Duty.objects.get(pk=check.duty)
    assert (duty.post_id, duty.body.key) == (None, "op-water")


@pytest.mark.works
def test_a_work_is_kept_as_its_profile_says(lists: City) -> None:
    from tests.works.conftest import a_work
    from undercity.inspections.queries.keepers import keepers

    work = a_work("garage", keeper="op-parking", use="parking")
    assert keepers()[work.place_id].body == work.keeper_id
    assert Duty.objects.get(pk=check_of(work.place).duty).post_id == by_key("keeper-3").post


def test_two_workers_at_once_make_each_check_once(committed_db: str) -> None:
    from django.db import connection

    from tests.city import EVENING, forgotten
    from undercity import clock
    from undercity.city.actions.loading import load_foundations
    from undercity.inspections.actions.checklists import load_files

    with forgotten(), clock.standing_at(EVENING):
        load_foundations(lambda words: None)
        load_files()
        places = [a_place(f"twin-{nth}") for nth in range(6)]
        made: list[int] = []

        def work() -> None:
            with clock.standing_at(EVENING):
                made.append(make_due(at(7, 8)))
            connection.close()

        both = [threading.Thread(target=work) for _nth in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        of_july = Inspection.objects.filter(place__in=places, period="2026-07")
        assert of_july.count() == 6
        assert sum(made) == Inspection.objects.count() == Entry.objects.filter(verb="inspection.given/1").count()
        connection.close()


# --- doing them -----------------------------------------------------------------------------------------------------

def test_a_clean_check_ends_the_duty_and_makes_no_case(place: Any) -> None:
    from undercity.cases.models import Case

    check = done(check_of(place))
    assert (check.status, check.failing, check.cases, check.clean_at) == ("done", [], {}, check.done_at)
    assert check.results == GOOD
    assert Duty.objects.get(stream=check.pk).outcome == "done"
    assert not Case.objects.exists()
    assert replayed() == []


def test_every_failed_item_becomes_one_case_with_its_photo(place: Any) -> None:
    from undercity.cases.models import Case, Photo

    check = done(check_of(place), {"pumps": "no", "sandbags": 12}, notes={"pumps": "2号泵不出水"},
                 photos=[("pumps", PICTURE), ("sandbags", read_picture(png((1, 2, 3))))])
    assert set(check.cases) == set(check.failing) == {"pumps", "sandbags"}
    cases = {case.number: case for case in Case.objects.select_related("report")}
    assert set(cases) == set(check.cases.values())
    pump = cases[check.cases["pumps"]]
    assert (pump.source, pump.category) == ("checklist", "gbt47678-matter-01-067")
    assert "2号泵不出水" in pump.report.text
    assert [photo.sha256 for photo in Photo.objects.filter(case=pump)] == [PICTURE.sha256]
    assert not Photo.objects.filter(is_public=True).exists()
    # The public does not know this place: its case says the district and nothing nearer.
    assert (pump.report.lat, pump.territory_id) == (None, place.district_id)
    assert place.address_zh not in pump.report.address
    assert "12" in cases[check.cases["sandbags"]].report.text
    assert replayed() == []


def test_a_public_toilet_says_where_it_is(lists: City) -> None:
    from undercity.cases.models import Case

    place = a_place("wc", use="toilet", body="sz-sanitation", post="sz-sanitation-1")
    check = check_of(place, "toilet", "2026-W28", at(7, 8))
    from undercity.inspections.actions.checking import finish_check

    finish_check(check.pk, by=by_key("sz-sanitation-1"), at=at(7, 9), notes={}, photos=[("water", PICTURE)],
                 answers={"clean": "good", "water": "no", "light": "yes", "step-free": "yes"})
    case = Case.objects.select_related("report").get()
    assert (case.report.lat, case.report.lon) == (place.lat, place.lon)
    assert "示例路1号" in case.report.address


def test_an_item_whose_case_still_runs_is_not_reported_again(place: Any) -> None:
    from undercity.cases.models import Case

    first = done(check_of(place, "flood-season", "2026-06", at(6, 8)), {"pumps": "no"}, at=at(6, 9),
                 photos=[("pumps", PICTURE)])
    second = done(check_of(place), {"pumps": "no"}, photos=[("pumps", PICTURE)])
    assert first.cases == second.cases
    assert Case.objects.count() == 1


def test_when_the_case_is_closed_somebody_looks_again_and_then_it_is_clean(place: Any, city: City) -> None:
    from undercity.cases.models import Case

    check = done(check_of(place), {"pumps": "no"}, photos=[("pumps", PICTURE)])
    assert look_again(at(7, 10)) == 0
    assert city.walk(Case.objects.get(), "closed").number == check.cases["pumps"]
    assert (look_again(at(7, 20)), look_again(at(7, 20))) == (1, 0)
    check.refresh_from_db()
    duty = Duty.objects.get(pk=check.duty)
    assert (duty.kind, duty.post_id, duty.limit_value) == ("inspection.again", by_key("keeper-1").post, 2)
    # Only what failed is asked again.
    from undercity.inspections.actions.checking import finish_check

    looked = finish_check(check.pk, by=by_key("keeper-1"), at=at(7, 21), answers={"pumps": "yes"}, notes={})
    assert (looked.failing, looked.clean_at, looked.done_at, looked.failed) == ([], at(7, 21), check.done_at, ["pumps"])
    assert replayed() == []
    with pytest.raises(InvalidMove):
        finish_check(check.pk, by=by_key("keeper-1"), at=at(7, 21), answers={"pumps": "yes"}, notes={})


def closed(number: str) -> None:
    from undercity.cases.models import Case
    from undercity.cases.numbers import row_of

    # What closing a case takes is the business of cases; here it is over.
    Case.objects.filter(pk=row_of(number)).update(closed_at=at(7, 10), stage="closed", outcome="resolved")


def test_what_fails_the_second_time_becomes_a_new_case(place: Any) -> None:
    from undercity.cases.models import Case
    from undercity.inspections.actions.checking import finish_check

    check = done(check_of(place), {"pumps": "no"}, photos=[("pumps", PICTURE)])
    closed(check.cases["pumps"])
    look_again(at(7, 11))
    again = finish_check(check.pk, by=by_key("keeper-1"), at=at(7, 12), answers={"pumps": "no"}, notes={},
                         photos=[("pumps", PICTURE)])
    assert again.failing == ["pumps"]
    assert again.cases["pumps"] != check.cases["pumps"]
    assert Case.objects.count() == 2


def test_a_newer_check_takes_the_place_of_an_old_failure(place: Any) -> None:
    first = done(check_of(place, "flood-season", "2026-06", at(6, 8)), {"pumps": "no"}, at=at(6, 9),
                 photos=[("pumps", PICTURE)])
    done(check_of(place))
    closed(first.cases["pumps"])
    assert look_again(at(7, 11)) == 0


def test_a_newer_check_answers_the_second_look_that_still_waits(place: Any) -> None:
    first = done(check_of(place, "flood-season", "2026-06", at(6, 8)), {"pumps": "no"}, at=at(6, 9),
                 photos=[("pumps", PICTURE)])
    closed(first.cases["pumps"])
    assert look_again(at(7, 7)) == 1
    done(check_of(place))
    first.refresh_from_db()
    assert (first.duty, first.failing, first.clean_at) == (None, [], at(7, 9))
    assert not Duty.objects.filter(subject_kind="inspection", done_at__isnull=True).exists()


def test_the_tap_and_the_arrival_are_both_kept_each_for_what_it_means(place: Any) -> None:
    check = check_of(place)
    late = done(check, at=at(7, 15, 9), tapped=at(7, 14, 17))
    entry = Entry.objects.get(stream=check.pk, verb="inspection.done/1")
    assert (entry.at, late.done_at) == (at(7, 14, 17), at(7, 14, 17))
    assert entry.recorded == late.arrived_at > entry.at
    # In time by the tap, and nobody can have checked before he was asked.
    assert late.done_at <= late.due_at
    other = done(check_of(a_place("other")), at=at(7, 15), tapped=at(7, 1))
    assert other.done_at == other.given_at


def test_no_word_of_a_check_stands_in_the_record(place: Any) -> None:
    done(check_of(place), {"drains": "no"}, notes={"drains": "雨水口堆物三箱"}, photos=[("drains", PICTURE)])
    facts = json.dumps(list(Entry.objects.filter(stream_kind="inspection").values_list("facts", flat=True)),
                       ensure_ascii=False)
    assert "堆物" not in facts
    assert InspectionNote.objects.get().text == "雨水口堆物三箱"
    assert InspectionPhoto.objects.get().item == "drains"


# --- who may --------------------------------------------------------------------------------------------------------

def test_others_neither_see_nor_do_it(place: Any) -> None:
    check = check_of(place)
    for post, refusal in (("keeper-3", NotFound), ("inspector-1", NotFound), ("leader-1", NotAllowed)):
        with pytest.raises(refusal):
            done(check, by=by_key(post))


def test_a_check_done_meanwhile_is_told(place: Any) -> None:
    check = check_of(place)
    done(check)
    with pytest.raises(Conflict) as refusal:
        done(check, seen=check.version)
    assert [one["what"] for one in refusal.value.details["changes"]]


def test_begun_by_hand_it_waits_and_is_begun_once(place: Any) -> None:
    first = begin_check(place.pk, "flood-season", by=by_key("keeper-1"), at=at(8, 2))
    assert begin_check(place.pk, "flood-season", by=by_key("keeper-1"), at=at(8, 2)).pk == first.pk
    with pytest.raises(NotFound):
        begin_check(place.pk, "toilet", by=by_key("keeper-1"), at=at(8, 2))


def test_a_form_without_an_answer_leaves_nothing_behind(place: Any) -> None:
    check = check_of(place)
    with pytest.raises(RuleBroken):
        done(check, {"pumps": ""}, photos=[("drains", PICTURE)])
    assert not InspectionPhoto.objects.exists()


# --- pages ----------------------------------------------------------------------------------------------------------

def test_the_page_takes_a_check_and_keeps_what_was_typed(place: Any, signed_in: Callable[[Any], Client]) -> None:
    check, client = check_of(place), signed_in(by_key("keeper-1"))
    address = f"/desk/readiness/checks/{check.pk}/"
    page = client.get(address)
    assert page.status_code == 200
    assert page.content.decode().count('class="card field') == 5
    form = {"seen": check.version, "pumps": "no", "boards": "fit", "sandbags": "60", "drains": "yes", "roster": "yes",
            "pumps-note": "不出水"}
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "不出水" in refused.content.decode()
    sent = client.post(address, {**form, "pumps-photo": SimpleUploadedFile("p.png", png(), "image/png")}, follow=True)
    assert sent.status_code == 200
    check.refresh_from_db()
    assert check.failing == ["pumps"]
    assert check.cases["pumps"] in sent.content.decode()
    photo = InspectionPhoto.objects.get()
    picture: Any = client.get(f"/desk/readiness/photos/{photo.pk}/")
    assert (picture.headers["Content-Type"], b"".join(picture.streaming_content)[:2]) == ("image/jpeg", b"\xff\xd8")
    assert signed_in(by_key("keeper-3")).get(f"/desk/readiness/photos/{photo.pk}/").status_code == 404


def test_the_phone_gets_the_form_and_its_answer_by_item(place: Any, signed_in: Callable[[Any], Client]) -> None:
    from uuid_utils.compat import uuid7

    check, client = check_of(place), signed_in(by_key("keeper-1"))
    day = client.get("/field/today.json").json()
    task = next(one for one in day["tasks"] if one["subject"] == str(check.pk))
    fields = {one["name"]: one for one in task["forms"][0]["fields"]}
    assert fields["pumps-photo"]["shown_with"] == ["pumps", ["no"]]
    assert fields["sandbags-photo"]["shown_beyond"] == ["sandbags", 30, None]
    said = {"key": str(uuid7()), "who": day["who"], "doing": "inspection.done", "subject": str(check.pk),
            "seen": task["version"], "done_at": "2026-07-17T00:00:00+08:00", "sent_at": "2026-07-17T00:20:00+08:00",
            "values": {**GOOD, "pumps": "no", "drains": "no", "pumps-photo": 1, "drains-photo": 2}}
    pictures = [SimpleUploadedFile(f"{nth}.png", png((nth, 9, 9)), "image/png") for nth in range(3)]
    answer = client.post("/field/actions", {"action": json.dumps(said), "photo": pictures})
    assert answer.status_code == 200, answer.content
    assert sorted(InspectionPhoto.objects.values_list("item", flat=True)) == ["drains", "drains", "pumps"]
    entry = Entry.objects.get(stream=check.pk, verb="inspection.done/1")
    assert entry.recorded - entry.at == timedelta(minutes=20)
    wrong = {**said, "key": str(uuid7()), "values": {**said["values"], "pumps-photo": 9}}  # type: ignore[dict-item]
    assert client.post("/field/actions", {"action": json.dumps(wrong)}).status_code == 422
