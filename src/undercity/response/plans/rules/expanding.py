"""From a plan and a level to the orders themselves 指令展开: who does what where, within how long, after what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from undercity.response.plans.rules.content import At, Order, PlanContent, Step, To
from undercity.response.plans.rules.holders import Holders, PlaceCard, PostCard
from undercity.response.plans.states import Condition, Evidence, OrderVerb

NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Draft:
    """An order to one post about one place (or none), not yet given.

    `key` is the order's key, the place's and the post's, so that the same order of the same plan has the same key at
    every level and in every run. `post` None: nobody is named for it, and `body` answers. `appointment` None: the post
    is vacant. `escalation`: (post id, minutes of silence). `after`: keys of drafts to be done before. `water_minutes`:
    when the water is at the place, None when nobody knows. Minutes count from the moment the order is given.
    """

    key: str
    order: str
    verb: OrderVerb
    post: int | None
    appointment: int | None
    body: int
    place: int | None
    territory: int | None
    answer_minutes: int
    done_minutes: int
    evidence: Evidence
    escalation: tuple[tuple[int, int], ...]
    after: tuple[str, ...]
    zh: str
    en: str
    stand_down_zh: str
    stand_down_en: str
    closes_place: bool
    water_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Which orders of a plan begin and which end when its level changes."""

    begins: tuple[Order, ...]
    ends: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The same, order by order: what is given, and what is stood down."""

    begins: tuple[Draft, ...]
    ends: tuple[Draft, ...]


def difference(content: PlanContent, was: int | None, now: int | None) -> Difference:
    """What a change of level brings and ends; None: no response. The way back is the same with both sides exchanged."""
    return Difference(tuple(one for one in content.orders if one.holds_at(now) and not one.holds_at(was)),
                      tuple(one for one in content.orders if one.holds_at(was) and not one.holds_at(now)))


def expand(content: PlanContent, level: int | None, holders: Holders) -> list[Draft]:
    """Every order that holds at a level, to whom it goes; in the order of the plan, no key twice."""
    return _drafts(content, [one for one in content.orders if one.holds_at(level)], holders)


def change(content: PlanContent, was: int | None, now: int | None, holders: Holders) -> Change:
    """What is given and what is stood down when the level goes from one to another."""
    which = difference(content, was, now)
    begins, ends = ({one.key for one in orders} for orders in (which.begins, which.ends))
    return Change(tuple(one for one in expand(content, now, holders) if one.order in begins),
                  tuple(one for one in expand(content, was, holders) if one.order in ends))


def triggered(content: PlanContent, condition: Condition, places: Iterable[int], holders: Holders) -> list[Draft]:
    """The orders a condition brings at these places, by their numbers. Each counts once for a place, however often
    told."""
    told = set(places)
    orders = [one for one in content.orders if one.when == condition]
    return _drafts(content, orders, holders, only=[place for place in holders.places if place.id in told])


def targets(at: At | None, holders: Holders) -> list[PlaceCard]:
    """The places an order is about, in the order of their keys; none when it is about no place."""
    if at is None:
        return []
    if at.places:
        return [holders.by_place[key] for key in sorted(set(at.places)) if key in holders.by_place]
    found = [place for place in holders.places
             if (not at.uses or place.use in at.uses) and (at.listed is None or place.listed == at.listed)
             and (not at.areas or holders.is_under(place.territory, at.areas))
             and (not at.keepers or holders.is_under(place.keeper_body, at.keepers))]
    return sorted(found, key=lambda place: place.key)


def reached(content: PlanContent, holders: Holders) -> dict[int, int]:
    """Place → after how many minutes the water is there, by the plan's experience; the soonest that fits."""
    found: dict[int, int] = {}
    for row in content.reached:
        for place in targets(row.at, holders):
            found[place.id] = min(row.minutes, found.get(place.id, row.minutes))
    return found


def addressees(to: To, holders: Holders, place: PlaceCard | None = None) -> list[PostCard | None]:
    """The posts an order goes to; `[None]` when it names somebody who is not there."""
    found: list[PostCard | None]
    if to.keeper:
        found = [holders.by_post.get(place.keeper) if place is not None and place.keeper is not None else None]
    elif to.post is not None:
        found = [holders.by_key.get(to.post)]
    elif to.team is not None:
        found = [holders.by_post.get(holders.teams.get(to.team, 0))]
    else:
        body, below = (to.body, False) if to.body is not None else (to.under or "", True)
        posts = holders.posts_of(body, to.role or "", below=below)
        found = list(posts if to.each else posts[:1])
    return found or [None]


def _drafts(content: PlanContent, orders: list[Order], holders: Holders,
            only: list[PlaceCard] | None = None) -> list[Draft]:
    met = [(order, place, post) for order in orders for place, post in _meetings(order, holders, only)]
    # order key → place key ("" without one) → its drafts' keys
    keys: dict[str, dict[str, list[str]]] = {}
    for order, place, post in met:
        keys.setdefault(order.key, {}).setdefault(place.key if place else "", []).append(_key(order, place, post))
    known: dict[tuple[tuple[Step, ...], int | None], tuple[tuple[int, int], ...]] = {}
    jurisdiction = holders.bodies.get(content.plan.body, 0)
    area = holders.bodies.get(content.area, jurisdiction)
    water = reached(content, holders)
    found = []
    for order, place, post in met:
        steps, of = content.escalation_of(order), post.id if post else None
        if (steps, of) not in known:
            known[steps, of] = tuple(_escalation(steps, of, holders))
        found.append(_draft(content, order, place, post, body=jurisdiction, area=area, escalation=known[steps, of],
                            after=_after(order, place, keys), water=water.get(place.id) if place else None))
    return found


def _meetings(order: Order, holders: Holders,
              only: list[PlaceCard] | None) -> Iterator[tuple[PlaceCard | None, PostCard | None]]:
    places: list[PlaceCard | None]
    if only is not None:
        # A condition is met at a place; `at` keeps an order to some places, else it is about any.
        allowed = None if order.at is None else {place.id for place in targets(order.at, holders)}
        places = [place for place in only if allowed is None or place.id in allowed]
    else:
        places = list(targets(order.at, holders)) if order.at is not None else [None]
    # Whoever is named once for all places is looked up once.
    shared = None if order.to.keeper else addressees(order.to, holders)
    for place in places:
        for post in addressees(order.to, holders, place) if shared is None else shared:
            yield place, post


def _key(order: Order, place: PlaceCard | None, post: PostCard | None) -> str:
    return f"{order.key}/{place.key if place else NOBODY}/{post.key if post else NOBODY}"


def _after(order: Order, place: PlaceCard | None, keys: Mapping[str, Mapping[str, list[str]]]) -> tuple[str, ...]:
    found: list[str] = []
    for before in order.after:
        by_place = keys.get(before, {})
        if place is None:
            found += [key for group in by_place.values() for key in group]
        else:
            # About a place: what is done there before, and what is done for all.
            found += [*by_place.get(place.key, ()), *by_place.get("", ())]
    return tuple(found)


def _escalation(steps: tuple[Step, ...], post: int | None, holders: Holders) -> Iterator[tuple[int, int]]:
    told = post
    for step in sorted(steps, key=lambda one: one.after):
        if step.to.superior:
            higher = holders.superior(told) if told is not None else None
        else:
            higher = next((one.id for one in addressees(step.to, holders) if one is not None), None)
        if higher is not None and higher != post:
            yield higher, step.after
            told = higher


def _draft(content: PlanContent, order: Order, place: PlaceCard | None, post: PostCard | None, *, body: int,
           area: int, escalation: tuple[tuple[int, int], ...], after: tuple[str, ...], water: int | None) -> Draft:
    down = content.stand_down
    zh, en = (place.zh, place.en) if place else ("", "")
    return Draft(
        key=_key(order, place, post), order=order.key, verb=order.verb, post=post.id if post else None,
        appointment=post.appointment if post else None, body=post.body if post else body,
        place=place.id if place else None, territory=place.territory if place else area,
        answer_minutes=content.answer_of(order), done_minutes=content.done_of(order), evidence=order.evidence,
        escalation=escalation, after=after, zh=order.zh.replace("{place}", zh), en=order.en.replace("{place}", en),
        stand_down_zh=(order.stand_down_zh or down.zh).replace("{place}", zh),
        stand_down_en=(order.stand_down_en or down.en).replace("{place}", en),
        closes_place=order.closes and place is not None, water_minutes=water)
