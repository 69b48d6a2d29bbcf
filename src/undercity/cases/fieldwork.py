"""Cases on the spot 现场: verifying, checking, handling, a remark, a report, as the field offers them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _, gettext_lazy

from undercity import clock
from undercity.cases import kinds, rules
from undercity.cases.actions.checking import answer_check
from undercity.cases.actions.handling import report_done
from undercity.cases.actions.intake import answer_verification
from undercity.cases.actions.moving import paths
from undercity.cases.actions.remarking import remark
from undercity.cases.actions.reporting import report
from undercity.cases.models import Case, Photo
from undercity.cases.projection import state_of
from undercity.cases.queries.choices import COMMON, areas
from undercity.cases.queries.lists import by_uid
from undercity.cases.queries.scheme import scheme
from undercity.cases.queries.visible import newest
from undercity.cases.sources import source_of
from undercity.cases.states import Check, Stage, Verb, Verification
from undercity.cases.whereabouts import Whereabouts, locate
from undercity.errors import RuleBroken
from undercity.field.kinds import (
    TEXT_MAX,
    Doing,
    Field,
    FieldKind,
    FieldTask,
    Given,
    Outcome,
    Room,
    note,
    photos,
    register,
    register_room,
)
from undercity.ledger import facts as vocabulary
from undercity.ledger.lights import limit_text, seen
from undercity.ledger.models import Duty
from undercity.ledger.queries import since
from undercity.org.addresses import address_of
from undercity.org.powers import Actor
from undercity.org.queries import directory, post_titles
from undercity.org.states import Power
from undercity.science.coordinates import Datum

VERIFY, CHECK, HANDLE, REMARK, REPORT = "case.verify", "case.check", "case.done", "case.remark", "case.report"
# Which duty is done by what.
DONE_BY = {kinds.VERIFY: VERIFY, kinds.CHECK: CHECK, kinds.DISPOSE: HANDLE}
VERBS = {VERIFY: Verb.ANSWER_VERIFICATION, CHECK: Verb.ANSWER_CHECK, HANDLE: Verb.DONE}
AT_MOST = 150
OFTEN = 12
# So many of a post's own reports say what it reports most, among so many newest cases: who never reported must not
# cost a look at a million.
LOOKED_AT = 60
LOOKED_THROUGH = 20_000


def _outcome(case: Case) -> Outcome:
    return Outcome(case.uid, case.number, address_of("case")(case.number), case.version)


def _subject(given: Given) -> UUID:
    if given.subject is None:
        raise RuleBroken(_("Which case?"), field="subject", remedy=_("Send its id, as /field/today.json gave it."))
    return given.subject


def _who(given: Given) -> dict[str, Any]:
    return {"by": given.by, "at": given.at, "photos": given.photos, "note": given.values["note"]}


def _verify(given: Given) -> Outcome:
    return _outcome(answer_verification(_subject(given), answer=Verification(given.values["answer"]), seen=given.seen,
                                        **_who(given)))


def _check(given: Given) -> Outcome:
    return _outcome(answer_check(_subject(given), answer=Check(given.values["answer"]), seen=given.seen,
                                 **_who(given)))


def _handle(given: Given) -> Outcome:
    return _outcome(report_done(_subject(given), seen=given.seen, **_who(given)))


def _remark(given: Given) -> Outcome:
    return _outcome(remark(_subject(given), **_who(given)))


def _report(given: Given) -> Outcome:
    values = given.values
    if values["category"] not in scheme().categories:
        raise RuleBroken(_("There is no category “%(code)s”.") % {"code": values["category"]}, field="category",
                         remedy=_("Choose one of those that /field/today.json gave."))
    if not values["text"] and not given.photos:
        raise RuleBroken(_("Say what is wrong, or show it."), field="text",
                         remedy=_("Write a few words or add a photo."))
    at = _where(values, given)
    return _outcome(report(
        by=given.by, at=given.at, source=source_of(given.by), category=values["category"], text=values["text"],
        territory=at.territory, address=values["address"], lat=at.lat, lon=at.lon, photos=given.photos,
        client_key=str(given.key)))


def _where(values: Any, given: Given) -> Whereabouts:
    """The position, else the street chosen, else what a photo or the words say."""
    area = directory().by_key.get(values["area"])
    if values["lat"] is None and values["lon"] is None and area is not None and area in directory().outlines:
        return Whereabouts(None, None, area)
    return locate(values["lat"], values["lon"], values["address"], datum=Datum(values["datum"] or Datum.WGS84),
                  photos=given.photos)


def _now(actor: Actor, subject: UUID, seen_version: int | None) -> dict[str, Any] | None:
    row = by_uid(actor, subject)
    if row is None:
        return None
    news = since(row.uid, seen_version or 0)
    titles = post_titles(entry.post for entry in news if entry.post)
    territory, department = paths(row)
    options = rules.options(state_of(row), actor, scheme().now(clock.now()), territory=territory, department=department)
    codes = {verb: code for code, verb in VERBS.items()}
    return {"number": row.number, "state": row.stage, "state_label": str(Stage(row.stage).label),
            "version": row.version, "href": address_of("case")(row.number),
            "changes": [{"what": vocabulary.label(entry.verb), "at": entry.at.isoformat(),
                         "who": titles.get(entry.post, "") if entry.post else ""} for entry in news],
            "allowed": [{"code": codes.get(option.verb, option.verb.value), "label": str(option.verb.label)}
                        for option in options if option.decision] + [{"code": REMARK, "label": _("Add a remark")}]}


def _tasks(actor: Actor, at: datetime) -> Iterator[FieldTask]:
    """What waits for this post, and what its departments have in hand, the most urgent first."""
    theirs = [body for path in actor.scopes(Power.CASE_DISPOSE) for body in directory().under(path)]
    duties = Duty.objects.filter(
        Q(post=actor.post, kind__in=DONE_BY) | Q(body__in=theirs, kind=kinds.DISPOSE), timeline=clock.timeline(),
        done_at__isnull=True).order_by(F("due_at").asc(nulls_last=True), "id")[:AT_MOST]
    lines = seen(duties, at)
    rows = {row.uid: row for row in
            Case.objects.filter(uid__in=[one.duty.stream for one in lines]).select_related("report")}
    shown: dict[UUID, list[str]] = {}
    address = address_of("photo")
    for photo in Photo.objects.filter(case__in=list(rows), erased_at__isnull=True).only("pk", "case_id").order_by("pk"):
        shown.setdefault(photo.case_id, []).append(address(photo.pk))
    for one in lines:
        if (row := rows.get(one.duty.stream)) is not None:
            yield _task(one, row, tuple(shown.get(row.uid, ())))


def _task(one: Any, row: Case, pictures: tuple[str, ...]) -> FieldTask:
    known, standard = scheme(), scheme().standards.get(row.standard)
    told = [(_("Filing standard"), standard.condition_text) if standard else None,
            (_("Limit"), limit_text(row.limit_value, row.limit_unit)) if row.limit_value else None,
            (_("Rework"), str(row.rework)) if row.rework else None]
    return FieldTask(
        id=one.duty.pk, subject=row.uid, kind=str(one.kind.label), number=row.number, title=known.name(row.category),
        where=one.line.where if one.line else "", version=row.version, due=one.duty.due_at, light=one.light,
        href=address_of("case")(row.number), doings=(DONE_BY[one.duty.kind], REMARK), words=row.report.text,
        facts=tuple(pair for pair in told if pair), photos=pictures, lat=row.report.lat, lon=row.report.lon)


def often(actor: Actor) -> list[str]:
    """What this post reported most of late, then what is reported most at all: twelve subclasses."""
    known = scheme().categories
    last = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    mine = newest(actor, Q(reporter_post=actor.post, pk__gt=last - LOOKED_THROUGH), LOOKED_AT)
    counted = Counter(Case.objects.filter(pk__in=mine).values_list("category", flat=True))
    ordered = [*(code for code, _count in counted.most_common()), *COMMON]
    return [code for code in dict.fromkeys(ordered) if code in known][:OFTEN]


def _more(actor: Actor) -> dict[str, Any]:
    """What a report needs beside its form: subclasses, which come first, and the streets and districts of the post."""
    if not actor.holds(Power.CASE_REPORT):
        return {}
    known, book = scheme(), directory()
    scopes = actor.scopes(Power.CASE_REPORT)
    own = [[key, name.removeprefix("· ")] for key, name in areas()
           if any(book.cards[book.by_key[key]].path.startswith(scope) for scope in scopes)]
    return {"report": {"categories": [[code, known.name(code), known.major(code)] for code in known.categories],
                       "often": often(actor), "areas": own, "doing": REPORT}}


def _form(*fields: Field) -> Callable[[UUID | None], tuple[Field, ...]]:
    return lambda subject: fields


def register_fieldwork() -> None:
    """Tell the field what can be done to cases there."""
    found, words, picture = gettext_lazy("What did you find?"), gettext_lazy("Note"), gettext_lazy("Photo")
    answers = {kind: Field("answer", FieldKind.CHOICE, found, True, tuple(kind.choices))
               for kind in (Verification, Check)}
    forms = (
        (VERIFY, Verb.ANSWER_VERIFICATION.label, (answers[Verification], photos(picture), note(words)), _verify),
        (CHECK, Verb.ANSWER_CHECK.label, (answers[Check], photos(picture), note(words)), _check),
        (HANDLE, Verb.DONE.label, (photos(gettext_lazy("Photos taken afterwards"), least=1), note(words)), _handle),
        (REMARK, gettext_lazy("Add a remark"), (note(words), photos(picture)), _remark),
        (REPORT, gettext_lazy("Report a problem"), (
            Field("category", FieldKind.TEXT, gettext_lazy("What is it?"), True, most=48),
            Field("text", FieldKind.TEXT, gettext_lazy("What is wrong"), most=TEXT_MAX),
            Field("address", FieldKind.TEXT, gettext_lazy("Place in words"), most=300),
            Field("area", FieldKind.TEXT, gettext_lazy("Street or district"), most=60),
            Field("lat", FieldKind.NUMBER, gettext_lazy("Latitude")),
            Field("lon", FieldKind.NUMBER, gettext_lazy("Longitude")),
            Field("datum", FieldKind.CHOICE, gettext_lazy("The position comes from"),
                  choices=tuple((one.value, one.value) for one in Datum)),
            photos(picture)), _report))
    for code, label, fields, apply in forms:
        register(Doing(code=code, label=label, fields=_form(*fields), apply=apply, now=_now))
    register_room("cases", Room(tasks=_tasks, more=_more))
