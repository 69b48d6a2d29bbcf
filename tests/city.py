"""The sample city inside a test: its foundations in the test's own database, its posts as actors, a case on its way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from PIL import Image

from tests.databases import standing_in
from undercity import clock
from undercity.org.powers import THE_CITIZEN, Actor
from undercity.science.coordinates import METRES_A_DEGREE

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

EVENING = datetime(2026, 7, 17, 9, 0, tzinfo=clock.ZONE)
MANHOLE = "gbt47678-component-01-001"
SPOT = (36.655, 117.003)
METRE = 1 / METRES_A_DEGREE  # of latitude


def png(colour: tuple[int, int, int] = (200, 40, 40), size: tuple[int, int] = (64, 48)) -> bytes:
    """A small picture file."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


class City:
    """The loaded foundations, and shortcuts through them."""

    def __init__(self) -> None:
        self.at = EVENING

    def post(self, role: str, nth: int = 0) -> Actor:
        """An actor of that role, the nth by account name."""
        from undercity.org.models import Appointment
        from undercity.org.queries import actor_for_person

        people = Appointment.objects.filter(post__role=role, ends__isnull=True).order_by("person__username")
        found = actor_for_person(people.values_list("person_id", flat=True)[nth])
        assert found is not None
        return found

    def whose(self, duty: Any) -> Actor:
        """The actor whose duty this is."""
        from undercity.org.models import Appointment
        from undercity.org.queries import actor_for_person

        found = actor_for_person(Appointment.objects.get(post_id=duty.post_id, ends__isnull=True).person_id)
        assert found is not None
        return found

    def later(self, **span: float) -> datetime:
        """Let time pass; the moment it is then."""
        self.at += timedelta(**span)
        return self.at

    def reported(self, **changes: Any) -> Any:
        """A case a citizen reported."""
        from undercity.cases.actions.reporting import report
        from undercity.cases.states import Source
        from undercity.org.queries import directory

        given = {"by": THE_CITIZEN, "at": self.at, "source": Source.CITIZEN, "category": MANHOLE,
                 "text": "井盖破损，有人险些摔倒", "territory": directory().at(*SPOT), "lat": SPOT[0], "lon": SPOT[1]}
        return report(**{**given, **changes})

    def duty(self, case: Any) -> Any:
        """The open duty of a case."""
        from undercity.ledger.models import Duty

        return Duty.objects.get(pk=case.duty)

    def walk(self, case: Any, until: str) -> Any:
        """Bring a case to a stage by the posts whose duty each step is."""
        steps = self.steps()
        while case.stage != until:
            key = case.stage
            if case.stage == "intake":
                key = "verifying" if case.verifying else "verified" if case.verification else "intake"
            if case.stage == "check" and case.check_answer:
                key = "answered"
            case = steps[key](case, self.whose(self.duty(case)), self.later(minutes=3))
        return case

    def steps(self) -> dict[str, Any]:
        """From each place on the main line to the next."""
        from undercity.cases.actions import checking, dispatching, filing, handling, intake
        from undercity.cases.queries.departments import departments_for
        from undercity.cases.queries.scheme import scheme
        from undercity.cases.states import Check, Verification
        from undercity.ledger.pictures import read_picture

        return {
            "intake": lambda case, by, at: intake.send_verification(case.uid, by=by, at=at),
            "verifying": lambda case, by, at: intake.answer_verification(case.uid, by=by, at=at,
                                                                        answer=Verification.EXISTS),
            "verified": lambda case, by, at: intake.pass_on(case.uid, by=by, at=at),
            "filing": lambda case, by, at: filing.file_case(
                case.uid, by=by, at=at, standard=scheme().standards_of(case.category, at.date())[0].code),
            "dispatch": lambda case, by, at: dispatching.dispatch(case.uid, by=by, at=at,
                                                                 department=departments_for(case)[1][0][0]),
            "disposal": lambda case, by, at: handling.report_done(case.uid, by=by, at=at, photos=[read_picture(png())],
                                                                 note="已更换井盖"),
            "review": lambda case, by, at: dispatching.pass_review(case.uid, by=by, at=at),
            "check": lambda case, by, at: checking.answer_check(case.uid, by=by, at=at, answer=Check.PASSED),
            "answered": lambda case, by, at: checking.confirm_check(case.uid, by=by, at=at, solved=True),
            "closing": lambda case, by, at: filing.close_case(case.uid, by=by, at=at),
        }


@contextmanager
def forgotten() -> Iterator[None]:
    """Whatever the process remembers of a city is forgotten before and after."""
    from undercity.cases.queries import numbers, scheme
    from undercity.inspections.queries import checklists
    from undercity.ledger.queries import agenda
    from undercity.org import directory
    from undercity.places import grids, nearby
    from undercity.places.seasons import standing
    from undercity.readings.queries import terms
    from undercity.response.queries import public

    held: list[Any] = [directory, scheme, numbers, agenda, grids, nearby, standing, terms, public,
                       checklists]
    if apps.is_installed("undercity.works"):
        from undercity.works.terms import queries as permit_terms

        held.append(permit_terms)
    for one in held:
        one.forget()
    try:
        yield
    finally:
        for one in held:
            one.forget()


@pytest.fixture
def city(db: None, city_connection: BaseDatabaseWrapper, settings: Any) -> Iterator[City]:
    """The sample city's bodies, posts, accounts, places and scheme, without its cases; the clock stands still."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with standing_in(city_connection), forgotten(), clock.standing_at(EVENING):
        yield City()
