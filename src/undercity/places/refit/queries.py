"""What pages ask of the refit. The public sees what is improved; money and notes are for those concerned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from undercity import clock
from undercity.ledger import facts as vocabulary
from undercity.ledger.models import Duty
from undercity.ledger.queries import story
from undercity.org.models import Post
from undercity.org.powers import Actor
from undercity.org.queries import body_name, directory, post_titles
from undercity.org.states import Power
from undercity.places.models import Place
from undercity.places.queries import name_of, with_names
from undercity.places.refit.models import RefitItem, RefitNote, RefitPhoto
from undercity.places.refit.states import Stage


@dataclass(frozen=True, slots=True)
class Item:
    """An item as a page shows it."""

    row: RefitItem
    name: str
    text: str
    body: str
    before: list[RefitPhoto]
    after: list[RefitPhoto]
    late: bool

    @property
    def stage(self) -> str:
        """Where it stands, in words."""
        return str(Stage(self.row.stage).label)

    @property
    def share(self) -> int:
        """What was spent of the budget, in whole per cent, at most 999."""
        return min(999, round(self.row.spent * 100 / self.row.budget)) if self.row.budget else 0

    @property
    def budget_text(self) -> str:
        """The budget in yuan, in groups of three."""
        return f"{self.row.budget:,}"

    @property
    def spent_text(self) -> str:
        """What was spent in yuan, in groups of three."""
        return f"{self.row.spent:,}"


@dataclass(frozen=True, slots=True)
class Sums:
    """A year's refit in numbers. Money in whole yuan, of items that were not given up."""

    items: int
    done: int
    late: int
    budget: int
    spent: int

    @property
    def share(self) -> int:
        """What was spent of the budget, in whole per cent."""
        return round(self.spent * 100 / self.budget) if self.budget else 0

    @property
    def finished(self) -> int:
        """The share of items done, in whole per cent."""
        return round(self.done * 100 / self.items) if self.items else 0

    @property
    def budget_text(self) -> str:
        """The budget in yuan, in groups of three."""
        return f"{self.budget:,}"

    @property
    def spent_text(self) -> str:
        """What was spent in yuan, in groups of three."""
        return f"{self.spent:,}"


def visible_to(actor: Actor) -> QuerySet[RefitItem]:
    """The items of districts whose duties or places are the actor's business, and those his body carries out."""
    book = directory()
    over = {body for power in (Power.PLACE_EDIT, Power.DUTY_READ) for path in actor.scopes(power)
            for body in book.under(path)}
    return RefitItem.objects.filter(Q(place__district__in=over) | Q(body__in=over), timeline=clock.timeline())


def items(rows: QuerySet[RefitItem], at: datetime) -> list[Item]:
    """Items as pages show them, by their last day; four statements however many there are."""
    found = list(rows.select_related("place", "words").prefetch_related(with_names("place__"), "photos").order_by(
        "ends_on", "uid"))
    return [_item(row, at) for row in found]


def _item(row: RefitItem, at: datetime) -> Item:
    chinese = (get_language() or "zh").startswith("zh")
    photos: Sequence[RefitPhoto] = [one for one in row.photos.all() if one.erased_at is None]
    today = (row.ended_at or at).astimezone(clock.ZONE).date()
    return Item(row, name_of(row.place, at), row.words.zh if chinese or not row.words.en else row.words.en,
                body_name(row.body_id), [one for one in photos if one.moment == "before"],
                [one for one in photos if one.moment == "after"],
                row.stage != Stage.DROPPED and today > row.ends_on)


def sums(rows: Iterable[Item]) -> Sums:
    """The numbers of a list of items."""
    kept = [one for one in rows if one.row.stage != Stage.DROPPED]
    return Sums(len(kept), sum(one.row.stage == Stage.DONE for one in kept), sum(one.late for one in kept),
                sum(one.row.budget for one in kept), sum(one.row.spent for one in kept))


def item_for(actor: Actor, uid: UUID) -> RefitItem | None:
    """An item the actor may see."""
    return visible_to(actor).select_related("place", "words").filter(pk=uid).first()


def improved(at: datetime) -> dict[int, list[Item]]:
    """What the public sees: year → items done, under way or planned at listed places, the newest year first."""
    rows = items(RefitItem.objects.filter(timeline=clock.timeline(), place__listed=True).exclude(stage=Stage.DROPPED),
                 at)
    order = {Stage.DONE.value: 0, Stage.RUNNING.value: 1, Stage.PLANNED.value: 2}
    years: dict[int, list[Item]] = {}
    for one in sorted(rows, key=lambda row: (-row.row.year, order[row.row.stage], row.row.ends_on)):
        years.setdefault(one.row.year, []).append(one)
    return years


def photo_for(actor: Actor, uid: UUID) -> RefitPhoto | None:
    """A picture the asker may see: of an item done at a listed place, anybody; else whoever may see the item."""
    row = RefitPhoto.objects.select_related("item__place").filter(pk=uid, erased_at__isnull=True).first()
    if row is None:
        return None
    public = row.item.stage == Stage.DONE and row.item.place.listed
    return row if public or visible_to(actor).filter(pk=row.item_id).exists() else None


@dataclass(frozen=True, slots=True)
class Step:
    """An entry on the time-line."""

    what: str
    who: str
    at: datetime
    note: str
    late: bool


def time_line(row: RefitItem) -> list[Step]:
    """Everything that happened to an item."""
    entries = list(story(row.pk))
    notes = {str(note.id): note.text for note in RefitNote.objects.filter(item=row)}
    due = {duty.pk: duty.due_at for duty in Duty.objects.filter(stream=row.pk)}
    titles = post_titles(entry.post for entry in entries if entry.post)
    steps = []
    for entry in entries:
        limit = due.get(UUID(entry.facts["closes"])) if entry.facts.get("closes") else None
        steps.append(Step(vocabulary.label(entry.verb), titles.get(entry.post, "") if entry.post else "", entry.at,
                          notes.get((entry.facts.get("note") or {}).get("id", ""), ""),
                          limit is not None and entry.at > limit))
    return steps


def places() -> list[tuple[int, str]]:
    """Places an item may be about, for a choice."""
    now = clock.now()
    return [(row.pk, name_of(row, now)) for row in Place.objects.filter(listed=True).prefetch_related(
        with_names()).order_by("key")]


def posts() -> list[tuple[int, str]]:
    """Posts that may carry an item out: those that change places somewhere."""
    rows = list(Post.objects.filter(grants__power=Power.PLACE_EDIT).distinct().order_by("body__path", "pk"))
    titles = post_titles(row.pk for row in rows)
    return [(row.pk, f"{body_name(row.body_id)} · {titles[row.pk]}") for row in rows]


def year_of(given: str, today: date) -> int:
    """The year asked for; this one when none is, or it is none."""
    return int(given) if given.isdecimal() and len(given) == 4 and 2000 <= int(given) <= today.year + 1 else today.year
