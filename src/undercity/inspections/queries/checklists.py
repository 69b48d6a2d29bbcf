"""Topics and checklists in force, held in memory: every page of the room asks for them."""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter

from undercity import clock
from undercity.inspections.checklist_rules import CHECKLIST, TOPIC, Checklist, Topic, item_of, topic_of
from undercity.inspections.models import Sheet
from undercity.ledger.queries.agenda import template_of
from undercity.ledger.rules import chinese

KEPT_SECONDS = 60.0
FLOOD = "flood"
_kept: tuple[float, dict[str, list[Topic]], dict[str, list[Checklist]]] | None = None


def forget() -> None:
    """Read them anew at the next question."""
    global _kept
    _kept = None


def _all() -> tuple[float, dict[str, list[Topic]], dict[str, list[Checklist]]]:
    global _kept
    if _kept is None or perf_counter() - _kept[0] > KEPT_SECONDS:
        topics: dict[str, list[Topic]] = {}
        lists: dict[str, list[Checklist]] = {}
        for kind, content in Sheet.objects.order_by("valid_from", "pk").values_list("kind", "content"):
            if kind == TOPIC:
                topics.setdefault(content["code"], []).append(topic_of(content))
            elif kind == CHECKLIST:
                lists.setdefault(content["code"], []).append(checklist_of(content))
        _kept = (perf_counter(), topics, lists)
    return _kept


def checklist_of(content: dict[str, object]) -> Checklist:
    """A checklist from its stored content, which was checked when it was loaded."""
    said: dict = dict(content)  # type: ignore[type-arg]
    return Checklist(template=template_of(said), topic=said["topic"], uses=tuple(said["uses"]),
                     holds=timedelta(days=said["holds_days"]), items=tuple(item_of(one) for one in said["item"]))


def topics(day: date | None = None) -> dict[str, Topic]:
    """Code → the topic that holds on a day (today by default), in their order."""
    on = day or clock.now().date()
    found = [versions for versions in _all()[1].values() if versions[0].valid_from <= on]
    newest = [[one for one in versions if one.valid_from <= on][-1] for versions in found]
    return {one.code: one for one in sorted(newest, key=lambda one: (one.order, one.code))}


def checklists(day: date | None = None) -> dict[str, Checklist]:
    """Code → the version of each checklist that holds on a day (today by default), by topic and code."""
    on = day or clock.now().date()
    found = {}
    for code, versions in _all()[2].items():
        begun = [one for one in versions if one.template.valid_from <= on]
        if begun and begun[-1].template.in_force(on):
            found[code] = begun[-1]
    order = {code: nth for nth, code in enumerate(topics(on))}
    return dict(sorted(found.items(), key=lambda pair: (order.get(pair[1].topic, 99), pair[0])))


def version_of(code: str, since: date) -> Checklist | None:
    """The version of a checklist that holds from that very day."""
    return next((one for one in _all()[2].get(code, ()) if one.template.valid_from == since), None)


def versions_of(code: str) -> list[Checklist]:
    """Every version of a checklist, the newest first."""
    return list(reversed(_all()[2].get(code, ())))


def title_of(code: str) -> str:
    """What a checklist is called, in the reader's language; its code when it is gone."""
    versions = _all()[2].get(code)
    if not versions:
        return code
    return versions[-1].template.zh if chinese() else versions[-1].template.en


def uses_of(topic: str, day: date | None = None) -> set[str]:
    """The uses of places a topic is about."""
    return {use for one in checklists(day).values() if one.topic == topic for use in one.uses}
