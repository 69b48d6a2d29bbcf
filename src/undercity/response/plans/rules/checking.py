"""Is a plan sound 预案校验? What it names must exist, what it asks must be possible, what it triggers must be whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from undercity.org.states import Role
from undercity.places.states import PlaceUse
from undercity.response.plans.rules.content import At, Order, PlanContent, To
from undercity.response.plans.rules.expanding import addressees, targets
from undercity.response.plans.rules.holders import Holders, PlaceCard, PostCard
from undercity.response.plans.rules.lines import Lines
from undercity.response.plans.states import ROMAN

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a plan: an error keeps it from being published, a warning is to be known. Line 0: unknown."""

    severity: str
    line: int
    where: str
    message: str
    remedy: str

    @property
    def is_error(self) -> bool:
        """Does it keep the plan from being published?"""
        return self.severity == ERROR

    def as_body(self) -> dict[str, Any]:
        """As plain data for a machine."""
        return {"severity": self.severity, "line": self.line, "where": self.where, "message": self.message,
                "remedy": self.remedy}


Say = Callable[..., Finding]


def check(content: PlanContent, holders: Holders, lines: Lines | None = None) -> list[Finding]:
    """All findings, errors first, then by line."""
    found = [*_head(content, holders, lines), *_doubles(content, lines), *_levels(content, lines),
             *_names(content, holders, lines), *_dependencies(content, lines), *_minutes(content, lines),
             *_reach(content, holders, lines)]
    return sorted(found, key=lambda one: (not one.is_error, one.line))


def may_publish(findings: list[Finding]) -> bool:
    """Nothing found that keeps it from being published."""
    return not any(one.is_error for one in findings)


def _head(content: PlanContent, holders: Holders, lines: Lines | None) -> Iterator[Finding]:
    for word, key in (("body", content.plan.body), ("area", content.plan.area)):
        if key is not None and key not in holders.bodies:
            yield Finding(ERROR, lines.of(("plan", word)) if lines else 0, f"plan · {word}",
                          _("There is no body “%(key)s”.") % {"key": key},
                          _("Write the key of a body of the directory."))


def _doubles(content: PlanContent, lines: Lines | None) -> Iterator[Finding]:
    for table, values in (("order", [one.key for one in content.orders]),
                          ("level", [one.level for one in content.levels]),
                          ("gauge", [one.key for one in content.gauges]),
                          ("reached", [one.key for one in content.reached]),
                          ("warning", [(one.hazard, one.colour.value) for one in content.warnings])):
        many, seen = Counter(values), set()
        for nth, value in enumerate(values):
            if many[value] > 1 and value in seen:
                shown = " ".join(value) if isinstance(value, tuple) else value
                yield Finding(ERROR, lines.of((table, nth)) if lines else 0, f"{table} {nth + 1}",
                              _("“%(key)s” stands in the plan twice.") % {"key": shown},
                              _("Give each its own."))
            seen.add(value)


def _levels(content: PlanContent, lines: Lines | None) -> Iterator[Finding]:
    known = content.levels_known
    proposed = {one.level for one in content.warnings} | {one.level for one in content.gauges}
    for table, levels in (("order", [one.level for one in content.orders]),
                          ("warning", [one.level for one in content.warnings]),
                          ("gauge", [one.level for one in content.gauges])):
        for nth, level in enumerate(levels):
            if level is not None and level not in known:
                yield Finding(ERROR, lines.of((table, nth, "level")) if lines else 0, f"{table} {nth + 1} · level",
                              _("This plan has no level %(level)s: it is never reached.") % {"level": ROMAN[level]},
                              _("Name the level under [[level]], or give another."))
    for nth, row in enumerate(content.levels):
        if not any(one.level == row.level for one in content.orders):
            yield Finding(WARNING, lines.of(("level", nth)) if lines else 0, f"level {nth + 1}",
                          _("Reaching level %(level)s brings no order.") % {"level": ROMAN[row.level]},
                          _("Give it orders, or leave the level out."))
        if row.level not in proposed:
            yield Finding(WARNING, lines.of(("level", nth)) if lines else 0, f"level {nth + 1}",
                          _("No warning and no gauge proposes level %(level)s.") % {"level": ROMAN[row.level]},
                          _("Add a [[warning]] or a [[gauge]]; an officer can still set it by hand."))


def _names(content: PlanContent, holders: Holders, lines: Lines | None) -> Iterator[Finding]:
    for nth, order in enumerate(content.orders):
        def say(word: str, message: str, remedy: str, nth: int = nth, order: Order = order) -> Finding:
            return Finding(ERROR, lines.of_order(nth, word) if lines else 0, f"order {order.key} · {word}", message,
                           remedy)

        yield from _known(order.to, "to", holders, say)
        for step in order.escalation or ():
            yield from _known(step.to, "escalation", holders, say)
        yield from _known_places(order.at, holders, say)
    for nth, row in enumerate(content.reached):
        def tell(word: str, message: str, remedy: str, nth: int = nth, key: str = row.key) -> Finding:
            return Finding(ERROR, lines.of(("reached", nth, word)) if lines else 0, f"reached {key} · {word}", message,
                           remedy)

        yield from _known_places(row.at, holders, tell)
    for step in content.defaults.escalation:
        yield from _known(step.to, "escalation", holders, lambda word, message, remedy: Finding(
            ERROR, lines.of(("defaults", word)) if lines else 0, f"defaults · {word}", message, remedy))


def _known(to: To, word: str, holders: Holders, say: Say) -> Iterator[Finding]:
    if to.post is not None and to.post not in holders.by_key:
        yield say(word, _("There is no post “%(key)s”.") % {"key": to.post},
                  _("Write the key of a post of the directory."))
    for key in (to.body, to.under):
        if key is not None and key not in holders.bodies:
            yield say(word, _("There is no body “%(key)s”.") % {"key": key},
                      _("Write the key of a body of the directory."))
    if to.role is not None and to.role not in Role.values:
        yield say(word, _("There is no role “%(key)s”.") % {"key": to.role},
                  _("One of: %(words)s.") % {"words": ", ".join(Role.values)})
    if to.team is not None and holders.teams and to.team not in holders.teams:
        yield say(word, _("There is no team “%(key)s”.") % {"key": to.team},
                  _("Write the key of a team of the register of forces."))


def _known_places(at: At | None, holders: Holders, say: Say) -> Iterator[Finding]:
    if at is None:
        return
    for key in at.places:
        if key not in holders.by_place:
            yield say("at", _("There is no place “%(key)s”.") % {"key": key},
                      _("Write the key that stands in the place's address."))
    for key in (*at.areas, *at.keepers):
        if key not in holders.bodies:
            yield say("at", _("There is no body “%(key)s”.") % {"key": key},
                      _("Write the key of a body of the directory."))
    for key in at.uses:
        if key not in PlaceUse.values:
            yield say("at", _("There is no use “%(key)s”.") % {"key": key},
                      _("One of: %(words)s.") % {"words": ", ".join(PlaceUse.values)})


def _minutes(content: PlanContent, lines: Lines | None) -> Iterator[Finding]:
    for nth, order in enumerate(content.orders):
        answer, done = content.answer_of(order), content.done_of(order)
        if answer > done:
            yield Finding(WARNING, lines.of_order(nth, "answer") if lines else 0, f"order {order.key} · answer",
                          _("It may be answered after %(answer)d minutes, and is due after %(done)d.") % {
                              "answer": answer, "done": done}, _("Shorten `answer`."))
        if any(step.after >= done for step in content.escalation_of(order)):
            yield Finding(WARNING, lines.of_order(nth, "escalation") if lines else 0,
                          f"order {order.key} · escalation",
                          _("Somebody above is told only when it is already late."),
                          _("Tell him before the %(done)d minutes are over.") % {"done": done})


def _dependencies(content: PlanContent, lines: Lines | None) -> Iterator[Finding]:
    by_key = {order.key: order for order in content.orders}
    for nth, order in enumerate(content.orders):
        line = lines.of_order(nth, "after") if lines else 0
        where = f"order {order.key} · after"
        for key in order.after:
            before = by_key.get(key)
            if before is None:
                yield Finding(ERROR, line, where, _("There is no order “%(key)s”.") % {"key": key},
                              _("Write the key of an order of this plan."))
                continue
            if before is not order and content.done_of(before) > content.done_of(order):
                yield Finding(ERROR, line, where,
                              _("It is due after %(own)d minutes, and “%(key)s”, which comes first, only after "
                                "%(other)d.") % {"own": content.done_of(order), "key": key,
                                                 "other": content.done_of(before)},
                              _("Give it more time, or the other less."))
            if order.when is None and order.level is not None and not before.holds_at(order.level):
                yield Finding(WARNING, line, where,
                              _("“%(key)s” does not hold yet when this is ordered: nothing is waited for.") % {
                                  "key": key}, _("Order it at the same level, or leave it out of `after`."))
        if circle := circle_of(order.key, by_key):
            yield Finding(ERROR, line, where, _("These wait for one another: %(orders)s.") % {
                "orders": " → ".join(circle)}, _("Take one of them out of `after`."))


def circle_of(key: str, by_key: dict[str, Order]) -> list[str]:
    """The shortest way from an order back to itself along `after`, told once, by its smallest key; [] when there is
    none."""
    came: dict[str, str] = {}
    front = [key]
    while front:
        ahead: list[str] = []
        for at in front:
            for before in by_key[at].after if at in by_key else ():
                if before == key:
                    way = [at]
                    while way[-1] != key:
                        way.append(came[way[-1]])
                    return [*reversed(way), key] if key == min(way) else []
                if before not in came:
                    came[before] = at
                    ahead.append(before)
        front = ahead
    return []


def _reach(content: PlanContent, holders: Holders, lines: Lines | None) -> Iterator[Finding]:
    """What is named exists, but is empty or vacant today."""
    for nth, row in enumerate(content.reached):
        if not targets(row.at, holders):
            yield Finding(WARNING, lines.of(("reached", nth, "at")) if lines else 0, f"reached {row.key} · at",
                          _("No place fits: it puts nothing first."), _("Widen the choice of places."))
    for nth, order in enumerate(content.orders):
        places = targets(order.at, holders)
        if order.at is not None and not places:
            yield Finding(WARNING, lines.of_order(nth, "at") if lines else 0, f"order {order.key} · at",
                          _("No place fits: the order is given to nobody."), _("Widen the choice of places."))
        posts = _called(order, places, holders)
        if order.to.keeper and None in posts:
            yield Finding(WARNING, lines.of_order(nth, "at") if lines else 0, f"order {order.key} · at",
                          _("The keeper of some of these places is not known: the plan's own body gets the order."),
                          _("Name keepers in the register of places."))
        elif order.to.role is not None and order.to.role in Role.values and None in posts:
            yield Finding(ERROR, lines.of_order(nth, "to") if lines else 0, f"order {order.key} · to",
                          _("That body has no post of this role."), _("Name another body, role or post."))
        elif None in posts and order.to.team is not None:
            yield Finding(WARNING, lines.of_order(nth, "to") if lines else 0, f"order {order.key} · to",
                          _("The team has no leader yet: the plan's own body gets the order."),
                          _("Name its leader in the register of forces."))
        if any(post is not None and post.appointment is None for post in posts):
            yield Finding(WARNING, lines.of_order(nth, "to") if lines else 0, f"order {order.key} · to",
                          _("A post it goes to is vacant."), _("Appoint somebody; until then its superior is told."))


def _called(order: Order, places: list[PlaceCard], holders: Holders) -> set[PostCard | None]:
    if order.to.keeper:
        return {post for place in places for post in addressees(order.to, holders, place)}
    return set(addressees(order.to, holders))
