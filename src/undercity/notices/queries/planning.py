"""What becomes of claimed notices: which message, by which channel, to whom, or when. Sends nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from undercity import clock
from undercity.notices import links
from undercity.notices.doors import CARDS, Button
from undercity.notices.letters import Letter, Words, letter_of, open_to_posts, words_of
from undercity.notices.masking import masked
from undercity.notices.models import Address, Notice, Preference
from undercity.notices.rules import Terms, When, Wishes, channel_at, when
from undercity.notices.states import Channel, Level
from undercity.notices.terms import terms
from undercity.org.models import Appointment, Post

# A notice with this kind of subject tries one address, its subject.
ONE_ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Notices that travel as one message. `letter` is None when nobody is to be told any more.

    `length`: how many channels there are to try; `until`: it waits for the end of quiet hours.
    """

    notices: list[Notice]
    letter: Letter | None
    length: int = 1
    until: datetime | None = None

    @property
    def first(self) -> Notice:
        """The notice that stands for all."""
        return self.notices[0]

    @property
    def stays(self) -> bool:
        """On the page only."""
        return self.letter is not None and self.letter.channel is Channel.OUTBOX


@dataclass(slots=True)
class Reader:
    """Who holds a post: the person and the appointment; neither when it is vacant."""

    person: int | None = None
    appointment: int | None = None


@dataclass(slots=True)
class Known:
    """What is looked up once for many notices."""

    readers: dict[int, Reader]
    wishes: dict[int, Wishes]
    of_person: dict[int, list[Address]]
    of_body: dict[int, list[Address]]
    bodies: dict[int, int]
    titles: dict[int, tuple[str, str]]
    single: dict[Any, Address] = field(default_factory=dict)


def parcels(notices: Sequence[Notice], at: datetime) -> list[Parcel]:
    """Claimed notices as parcels, the most pressing first. `at`: the city's moment, which quiet hours go by."""
    outside = [Parcel([notice], _keyed(letter_of(notice), notice)) for notice in notices if notice.recipient]
    inside = [notice for notice in notices if not notice.recipient]
    if not inside:
        return outside
    known, rule, open_now = _look_up(inside), terms(at.date()), open_to_posts()
    made = [*outside, *(_to_post(group, known, rule, open_now, at) for group in _together(inside, known))]
    return sorted(made, key=lambda parcel: (-parcel.first.level, parcel.first.pk))


def _keyed(letter: Letter | None, notice: Notice) -> Letter | None:
    if letter is None:
        return None
    return Letter(letter.channel, letter.to, letter.subject, letter.text, key_of(notice))


def key_of(notice: Notice) -> str:
    """What a receiver knows a message by: the same for every try."""
    return f"notice-{notice.pk}"


def _together(notices: Iterable[Notice], known: Known) -> list[list[Notice]]:
    """Notices of one batch and one holder, and at the same place of the way, are one message."""
    groups: dict[Any, list[Notice]] = defaultdict(list)
    for notice in notices:
        reader = known.readers[notice.pk]
        alone = notice.batch is None or reader.person is None
        groups[notice.pk if alone else (notice.batch, reader.person, notice.position, notice.code)].append(notice)
    return list(groups.values())


def _to_post(group: list[Notice], known: Known, rule: Terms, open_now: set[Channel], at: datetime) -> Parcel:
    first = group[0]
    reader = known.readers[first.pk]
    wishes = known.wishes.get(reader.person or 0, Wishes())
    level, kind = Level(max(notice.level for notice in group)), rule.kind(first.code)
    chain = [one for one in _chain(first, reader, known) if one.channel in open_now]
    leave = when(level, kind, wishes, at, rule.overrides_quiet) if chain else When(now=False, on_page=True)
    if leave.until is not None:
        return Parcel(group, None, len(chain), until=leave.until)
    with translation.override(wishes.language or settings.LANGUAGE_CODE):
        words = words_of(group)
        if words is None:
            return Parcel(group, None)
        if leave.on_page or not chain:
            subject, text, _button = _text(words, first, reader, rule, None, known)
            return Parcel(group, Letter(Channel.OUTBOX, "", subject, text))
        there = chain[channel_at(first.position, len(chain), rule.retry[level].tries)]
        subject, text, button = _text(words, first, reader, rule, there, known)
        return Parcel(group, Letter(Channel(there.channel), there.address, subject, text, key_of(first), button),
                      len(chain))


def _chain(notice: Notice, reader: Reader, known: Known) -> list[Address]:
    """The addresses in the order they are tried: the person's own, then the group of the post's body."""
    if notice.subject_kind == ONE_ADDRESS:
        one = known.single.get(notice.subject)
        return [one] if one else []
    own = known.of_person.get(reader.person, []) if reader.person else []
    return [*own, *known.of_body.get(known.bodies.get(notice.post_id or 0, 0), [])]


def _text(words: Words, notice: Notice, reader: Reader, rule: Terms, there: Address | None,
          known: Known) -> tuple[str, str, Button | None]:
    """Subject, text, and the button that answers it where there are cards; elsewhere its address stands in the text.

    In a group stands whose it is, and no link by which somebody else could answer for him.
    """
    subject, lines, button = words.subject, list(words.lines), None
    drill = _("[DRILL]") + " " if notice.timeline != clock.REAL else ""
    if there is not None and there.body_id is not None:
        zh, en = known.titles[notice.post_id or 0]
        subject = f"{zh if translation.get_language() == 'zh-hans' else en} · {subject}"
    if words.receivable and reader.appointment is not None and (there is None or there.body_id is None):
        until = clock.real_now() + timedelta(days=rule.link_days)
        link = links.address_of(links.token_of(notice.pk, reader.appointment, until))
        if there is not None and there.channel in CARDS:
            button = Button(_("Received: one tap"), link)
        else:
            lines.append(_("Received? One tap: %(address)s") % {"address": link})
    else:
        lines.append(_("Page: %(address)s") % {"address": f"{settings.SITE_ADDRESS}{words.page}"})
    title = f"{drill}{_('Undercity')} · {subject}"
    # A text message has no subject of its own.
    text = "\n".join([title, *lines] if there is not None and there.channel == Channel.SMS else lines)
    return title, text, button


def readers_of(notices: Sequence[Notice]) -> dict[int, Reader]:
    """Notice → who reads it: the appointment it names while that lasts, else whoever holds the post now."""
    now, wanted = clock.now(), {notice.appointment for notice in notices if notice.appointment}
    named = {row.pk: row for row in Appointment.objects.filter(pk__in=wanted)
             if row.ends is None or row.ends > now}
    rest = {notice.post_id for notice in notices if notice.appointment not in named}
    current = {row.post_id: row for row in Appointment.objects.filter(post__in=rest, ends__isnull=True)} if rest else {}
    found = {}
    for notice in notices:
        row = named.get(notice.appointment or 0) or current.get(notice.post_id or 0)
        found[notice.pk] = Reader(row.person_id, row.pk) if row else Reader()
    return found


def _look_up(notices: Sequence[Notice]) -> Known:
    readers = readers_of(notices)
    people = {reader.person for reader in readers.values() if reader.person}
    posts = {notice.post_id for notice in notices if notice.post_id}
    rows = list(Post.objects.filter(pk__in=posts).values_list("pk", "body_id", "title_zh", "title_en"))
    known = Known(readers=readers, wishes=wishes_of(people), of_person=defaultdict(list), of_body=defaultdict(list),
                  bodies={post: body for post, body, _zh, _en in rows},
                  titles={post: (zh, en) for post, _body, zh, en in rows})
    for one in Address.objects.filter(person__in=people):
        known.of_person[one.person_id].append(one)  # type: ignore[index]
    for one in Address.objects.filter(body__in=set(known.bodies.values())):
        known.of_body[one.body_id].append(one)  # type: ignore[index]
    tests = [notice.subject for notice in notices if notice.subject_kind == ONE_ADDRESS]
    known.single = {one.uid: one for one in Address.objects.filter(uid__in=tests)} if tests else {}
    return known


def wishes_of(people: Iterable[int]) -> dict[int, Wishes]:
    """Person → what he wishes; whoever said nothing is missing."""
    return {row.person_id: Wishes(
        quiet=(row.quiet_from, row.quiet_until) if row.quiet_from is not None and row.quiet_until is not None else None,
        on_page=frozenset(row.on_page), language=row.language)
        for row in Preference.objects.filter(person__in=people)}


def shown_address(letter: Letter) -> str:
    """An address with its middle left out, for the page of a demonstration."""
    return masked(letter.channel, letter.to)
