"""What happened to the register before the city begins: works renamed, a keeper changed, all invented."""

from __future__ import annotations

from datetime import date, datetime, time

from django.apps import apps

from undercity import clock
from undercity.org.models import Appointment
from undercity.org.queries import actor_for_person, directory
from undercity.org.states import Role
from undercity.places.models import Place
from undercity.register.actions.renaming import change_keeper, rename

MORNING = time(9, 30)
# Key of the place, the day, the name in Chinese and in English: shops change hands, venues are refurbished.
RENAMED = (
    ("xugou-shizhong-001", date(2025, 3, 1), "虚构·市中001号便民停车场", "Invented Shizhong 001, residents' car park"),
    ("xugou-lixia-002", date(2025, 6, 21), "虚构·历下002号纳凉书屋", "Invented Lixia 002, cool reading room"),
    ("xugou-huaiyin-003", date(2025, 10, 1), "虚构·槐荫003号地下商城", "Invented Huaiyin 003, underground mall"),
)
HANDED_ON = (("xugou-huaiyin-003", date(2026, 1, 5), "op-venues"), ("xugou-tianqiao-004", date(2026, 4, 1), "op-mall"))


def tell_the_register() -> int:
    """Rename some invented works and give two to another keeper, by hand of an officer; how many changes."""
    held = Appointment.objects.filter(post__role=Role.DUTY_OFFICER, ends__isnull=True).order_by("pk").first()
    officer = actor_for_person(held.person_id) if held and held.person_id else None
    if officer is None or not apps.is_installed("undercity.works"):
        return 0
    there = set(Place.objects.filter(key__in=[row[0] for row in (*RENAMED, *HANDED_ON)]).values_list("key", flat=True))
    for key, day, zh, en in RENAMED:
        if key in there:
            rename(key, zh=zh, en=en, day=day, by=officer, at=datetime.combine(day, MORNING, clock.ZONE))
    for key, day, keeper in HANDED_ON:
        if key in there:
            change_keeper(key, keeper=directory().by_key[keeper], by=officer,
                          at=datetime.combine(day, MORNING, clock.ZONE))
    return len(there)
