"""A plan's orders in words: who, where, within how long, as the table, the comparison and the dry run show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext as _

from undercity import clock
from undercity.org.models import Post
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.states import Role
from undercity.places.states import PlaceUse
from undercity.response.plans.rules import Draft, Holders, Named, Order, PlanContent
from undercity.response.plans.rules.content import At, Step, To
from undercity.response.plans.rules.expanding import targets
from undercity.response.plans.states import ROMAN


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order of a plan in words."""

    order: Order
    trigger: str
    verb: str
    text: str
    who: str
    where: str
    answer: int
    done: int
    evidence: str
    escalation: str
    places: int

    @property
    def after(self) -> str:
        """The orders it comes after."""
        return ", ".join(self.order.after)


def chinese() -> bool:
    """Does the reader read Chinese?"""
    return (get_language() or "zh").startswith("zh")


def order_lines(content: PlanContent, holders: Holders, orders: Iterable[Order] | None = None) -> list[OrderLine]:
    """The orders of a plan in words, in its own order; no statement."""
    return [_line(content, holders, order) for order in (content.orders if orders is None else orders)]


def _line(content: PlanContent, holders: Holders, order: Order) -> OrderLine:
    return OrderLine(
        order, trigger(order), str(order.verb.label), (order.zh if chinese() else order.en).replace(
            "{place}", _("each place")), who(order.to, holders), where(order.at, holders), content.answer_of(order),
        content.done_of(order), str(order.evidence.label) if order.evidence != "none" else "",
        escalation(content.escalation_of(order), holders), len(targets(order.at, holders)))


def trigger(order: Order) -> str:
    """When an order is given: from a level on, between two levels, or on a condition."""
    if order.when is not None:
        return str(order.when.label)
    if order.until is not None and order.until != 1:
        return _("%(from)s to %(to)s") % {"from": ROMAN[order.level or 4], "to": ROMAN[order.until]}
    return ROMAN[order.level or 4]


def who(to: To, holders: Holders) -> str:
    """Whom it goes to, in words."""
    if to.keeper:
        return _("the keeper of each place")
    if to.superior:
        return _("the superior")
    if to.team is not None:
        return _("the leader of team %(team)s") % {"team": to.team}
    if to.post is not None:
        card = holders.by_key.get(to.post)
        return post_titles([card.id])[card.id] if card else to.post
    body = to.body or to.under or ""
    role = str(Role(to.role).label) if to.role in Role.values else to.role or ""
    name = body_name(holders.bodies[body]) if body in holders.bodies else body
    return (_("each %(role)s of %(body)s") if to.each else _("%(role)s of %(body)s")) % {"role": role, "body": name}


def where(at: At | None, holders: Holders) -> str:
    """Which places, in words."""
    if at is None:
        return ""
    if at.all:
        return _("all places")
    if at.places:
        return _joined(_named(key, holders) for key in at.places)
    parts = [_joined(str(PlaceUse(use).label) if use in PlaceUse.values else use for use in at.uses)]
    parts += [_joined(body_name(holders.bodies[key]) if key in holders.bodies else key
                      for key in (*at.areas, *at.keepers))]
    if at.listed is not None:
        parts.append(_("listed") if at.listed else _("not listed"))
    return " · ".join(part for part in parts if part)


def _named(key: str, holders: Holders) -> str:
    card = holders.by_place.get(key)
    return (card.zh if chinese() else card.en) if card else key


def _joined(words: Iterable[str]) -> str:
    return ("、" if chinese() else ", ").join(words)


def escalation(steps: Sequence[Step], holders: Holders) -> str:
    """Who is told when nobody answers: "10 min the superior"."""
    return "; ".join(_("%(n)d min: %(who)s") % {"n": step.after, "who": who(step.to, holders)}
                     for step in sorted(steps, key=lambda one: one.after))


def named(body: int) -> Named:
    """A body's name in both languages, as it is called today."""
    book, today = directory(), clock.now().date()
    return Named(book.name(body, "zh", today), book.name(body, "en", today))


def addressees_of(drafts: Iterable[Draft]) -> list[Named]:
    """The bodies these orders go to, once each, in the order of the tree: what stands at the head of a command."""
    book, posts = directory(), {draft.post for draft in drafts if draft.post is not None}
    bodies = set(Post.objects.filter(pk__in=posts).values_list("body_id", flat=True))
    return [named(body) for body in sorted(bodies, key=lambda one: book.cards[one].path)]
