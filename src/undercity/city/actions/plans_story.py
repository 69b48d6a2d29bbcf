"""The emergency plans of the sample city: drafted and published in May by the administrator, all of it invented."""

from __future__ import annotations

from datetime import datetime

from undercity import clock
from undercity.city.sample_files import SAMPLE
from undercity.org.models import Appointment
from undercity.org.queries import actor_for_person
from undercity.response.plans.actions import publish, save_draft

FOLDER = SAMPLE / "plans"
DRAFTED = datetime(2026, 5, 12, 10, 20, tzinfo=clock.ZONE)
PUBLISHED = datetime(2026, 5, 15, 9, 0, tzinfo=clock.ZONE)


def publish_plans() -> int:
    """Every plan of the folder; how many."""
    person = Appointment.objects.get(post__key="administrator-1", ends__isnull=True).person_id
    by = actor_for_person(person) if person else None
    assert by is not None
    files = sorted(FOLDER.glob("*.toml"))
    for file in files:
        with clock.standing_at(DRAFTED):
            plan = save_draft(file.read_text(encoding="utf-8"), by=by, at=DRAFTED)
        with clock.standing_at(PUBLISHED):
            publish(plan.pk, by=by, at=PUBLISHED, note="汛前修订，经区、市两级会商后发布（虚构）。")
    return len(files)
