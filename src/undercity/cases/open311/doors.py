"""GeoReport v2, door by door."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.actions.reporting import Sender, report
from undercity.cases.models import Case, Category
from undercity.cases.open311 import attributes, parameters
from undercity.cases.open311.bodies import body, door, errors, fresh
from undercity.cases.open311.faults import Faults, gathered
from undercity.cases.open311.listing import Wanted, found, shown
from undercity.cases.queries.receipt import receipt
from undercity.cases.queries.scheme import scheme
from undercity.cases.sources import source_of
from undercity.cases.whereabouts import Whereabouts, locate
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.ledger.pictures import Picture
from undercity.org.powers import Actor
from undercity.org.queries import directory
from undercity.science.coordinates import Datum

# The standard's own limit of a list; with page numbers, as many as Chicago gives.
AT_ONCE, A_PAGE = 1000, 50
# Services and their definitions change with a file the office loads.
KEPT_SECONDS = 300
CHANGESET = "2026-07-18T00:00:00+08:00"


def base_of(request: HttpRequest) -> str:
    """This site's address, as the client wrote it."""
    return request.build_absolute_uri("/").rstrip("/")


@door("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def unknown(request: HttpRequest, *, format: str, rest: str) -> HttpResponse:
    """Whatever else is asked for here."""
    refusal = NotFound(_("There is nothing at this address."), remedy=_(
        "/open311/v2/discovery.xml says what there is; every address ends in .xml or .json."))
    return errors(refusal, "xml" if rest.endswith(".xml") else format)


@door("GET", "HEAD")
def discovery(request: HttpRequest, *, format: str) -> HttpResponse:
    """Where the doors are."""
    parameters.jurisdiction(request)
    return fresh(request, body({
        "changeset": CHANGESET, "contact": _("Ask the office that runs this site."),
        "key_service": _("Ask the office for an API key; the sample city prints one at its start."),
        "endpoints": [{"specification": "http://wiki.open311.org/GeoReport_v2",
                       "url": f"{base_of(request)}/open311/v2", "changeset": CHANGESET, "type": "production",
                       "formats": ["text/xml", "application/json"]}]}, format, root="discovery"), seconds=KEPT_SECONDS)


def _service(row: Category, extended: bool) -> dict[str, Any]:
    known = scheme()
    told = {"service_code": row.code, "service_name": known.name(row.code), "description": known.major(row.code),
            "metadata": bool(known.attributes_of(row.code, clock.now().date())), "type": "realtime",
            "keywords": f"{row.minor_zh},{row.minor_en.replace(',', ' ')}", "group": known.major(row.code)}
    if extended:
        told["extended_attributes"] = {"scheme": row.scheme, "kind": row.kind, "major": row.major, "minor": row.minor,
                                       "name_zh": row.minor_zh, "name_en": row.minor_en}
    return told


@door("GET", "HEAD")
def services(request: HttpRequest, *, format: str) -> HttpResponse:
    """服务清单: every subclass of the category scheme."""
    with gathered() as faults:
        extended = False
        with faults.noting():
            parameters.jurisdiction(request)
        with faults.noting():
            extended = parameters.flag(request.GET, "extensions")
    return fresh(request, body([_service(row, extended) for row in scheme().categories.values()], format,
                               root="services", item="service"), seconds=KEPT_SECONDS)


@door("GET", "HEAD")
def definition(request: HttpRequest, code: str, *, format: str) -> HttpResponse:
    """The definition of one service: what it asks beside the standard's own fields."""
    parameters.jurisdiction(request)
    return fresh(request, body({"service_code": _known_service(code), "attributes": attributes.shown(code)}, format,
                               root="service_definition"), seconds=KEPT_SECONDS)


def _known_service(code: str) -> str:
    if code not in scheme().categories:
        raise NotFound(_("There is no category “%(code)s”.") % {"code": code[:60]}, field="service_code",
                       remedy=_("Take a service_code from /open311/v2/services.xml."))
    return code


@door("GET", "HEAD", "POST")
def requests(request: HttpRequest, *, format: str) -> HttpResponse:
    """POST takes a report; GET lists cases."""
    return _take(request, format) if request.method == "POST" else _list(request, format)


def sender_of(request: HttpRequest) -> Actor:
    """Whoever posts something: a form, and a key that holds."""
    if request.content_type not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        raise RuleBroken(_("The body of the request cannot be read."),
                         remedy=_("Send it as a form in UTF-8, multipart if it carries photos."))
    actor = parameters.caller(request)
    if actor is None:
        raise NotAllowed(_("An API key is missing."), field="api_key",
                         remedy=_("Send api_key, or the header X-API-Key; without a key use the page /report/."))
    return actor


def _take(request: HttpRequest, format: str) -> HttpResponse:
    values, actor = request.POST, sender_of(request)
    with gathered() as faults:
        under = code = words = address = address_id = key = link = told = ""
        lat = lon = None
        datum, photos, names, phone, email = Datum.WGS84, list[Picture](), ["", ""], "", ""
        with faults.noting():
            under = parameters.jurisdiction(request)
        with faults.noting():
            code = _code(values)
        if code:
            told = attributes.answers(code, values, faults)
        with faults.noting():
            words = parameters.text(values, "description", parameters.TEXT_MAX)
        with faults.noting():
            link = parameters.link(values)
        with faults.noting():
            address = parameters.text(values, "address_string", 300)
        with faults.noting():
            address_id = parameters.text(values, "address_id", 60)
        with faults.noting():
            lat = parameters.number(values, "lat")
        with faults.noting():
            lon = parameters.number(values, "long")
        with faults.noting():
            datum = parameters.datum(values)
        for place, (name, longest) in enumerate((("first_name", 30), ("last_name", 29))):
            with faults.noting():
                names[place] = parameters.text(values, name, longest)
        with faults.noting():
            phone = parameters.text(values, "phone", 40)
        with faults.noting():
            email = parameters.email(values)
        with faults.noting():
            key = (request.headers.get("Idempotency-Key") or parameters.text(values, "client_key", 200))[:200]
        with faults.noting():
            photos = parameters.pictures(request)
        text = _joined(words, told, link, faults)
        if not text and not photos and not faults.found:
            faults.add(RuleBroken(_("Say what is wrong, or show it."), field="description",
                                  remedy=_("Write a few words or add a photo.")))
        at = _placed(values, faults, lambda: _where(address_id, lat, lon, address, datum, photos), under)
    assert at is not None
    case = report(by=actor, at=clock.now(), source=source_of(actor), category=code, text=text,
                  territory=at.territory, address=address, lat=at.lat, lon=at.lon, photos=photos,
                  sender=Sender(name=" ".join(filter(None, names)), phone=phone, email=email), client_key=key)
    return body([_taken(case, at, link)], format, root="service_requests", item="request", status=201)


def _code(values: Any) -> str:
    code = parameters.text(values, "service_code", 60)
    if not code:
        raise RuleBroken(_("A category is missing."), field="service_code",
                         remedy=_("Take a service_code from /open311/v2/services.xml."))
    return _known_service(code)


def _joined(words: str, told: str, link: str, faults: Faults) -> str:
    parts = [words, told, _("Picture elsewhere: %(link)s") % {"link": link} if link else ""]
    text = "\n".join(part for part in parts if part)
    if len(text) > parameters.TEXT_MAX:
        faults.add(RuleBroken(_("The text is longer than %(max)d characters.") % {"max": parameters.TEXT_MAX},
                              field="description", remedy=_("Together with the attributes: shorten it.")))
    return text


def _placed(values: Any, faults: Faults, where: Any, under: str) -> Whereabouts | None:
    if {fault.field for fault in faults.found} & {"lat", "long", "address_string", "address_id", "datum"}:
        # The place was not understood: what follows from it is no fault of its own.
        return None
    with faults.noting():
        at: Whereabouts = where()
        if not directory().cards[at.territory].path.startswith(under):
            raise RuleBroken(_("This place lies outside the jurisdiction."), field="lat",
                             remedy=_("Leave jurisdiction_id out, or name the right one."))
        return at
    return None


def _where(address_id: str, lat: float | None, lon: float | None, address: str, datum: Datum,
           photos: list[Picture]) -> Whereabouts:
    if not address_id or lat is not None or lon is not None:
        return locate(lat, lon, address, datum=datum, photos=photos)
    territory = directory().by_key.get(address_id)
    if territory is None or territory not in directory().outlines:
        raise RuleBroken(_("There is no such street or district."), field="address_id",
                         remedy=_("Give its key, or lat and long, or name it in address_string."))
    return Whereabouts(None, None, territory)


def _taken(case: Case, at: Whereabouts, link: str) -> dict[str, Any]:
    notice = [_("Taken. Follow it by its receipt."), *at.said]
    if link:
        notice.append(_("The picture's address is kept with the words; nothing is fetched from other sites."))
    return {"service_request_id": case.number, "service_notice": " ".join(notice), "account_id": None,
            "receipt": reverse("receipt", args=[case.report.token])}


def _list(request: HttpRequest, format: str) -> HttpResponse:
    values, actor = request.GET, parameters.caller(request)
    with gathered() as faults:
        under, numbers, codes, extended, state = "", list[str](), list[str](), False, None
        size, page, before = AT_ONCE, 1, 0
        with faults.noting():
            under = parameters.jurisdiction(request)
        with faults.noting():
            numbers = parameters.words(values, "service_request_id")
        with faults.noting():
            codes = parameters.words(values, "service_code")
        begins, ends = parameters.span(values, faults, "start_date", "end_date")
        after, until = parameters.span(values, faults, "updated_after", "updated_before")
        near = parameters.around(values, faults)
        with faults.noting():
            state = _state(values)
        with faults.noting():
            extended = parameters.flag(values, "extensions")
        with faults.noting():
            size = parameters.whole(values, "page_size", A_PAGE if values.get("page", "").strip() else AT_ONCE, AT_ONCE)
        with faults.noting():
            page = parameters.whole(values, "page", 1, 10_000)
        with faults.noting():
            before = parameters.whole(values, "before", 0, 10 ** 17)
    rows = found(Wanted(numbers=numbers, services=codes, begins=begins, ends=ends, updated_after=after,
                        updated_before=until, open=state, near=near, under=under, before=before or None),
                 offset=(page - 1) * size, limit=size)
    return fresh(request, body(shown(rows, actor, base_of(request), extended=extended), format,
                               root="service_requests", item="request"))


def _state(values: Any) -> bool | None:
    given = {one.lower() for one in parameters.words(values, "status")}
    if not given <= {"open", "closed"}:
        raise RuleBroken(_("There is no status “%(status)s”.") % {"status": ", ".join(sorted(given))[:60]},
                         field="status", remedy=_("Use open or closed."))
    return None if len(given) != 1 else given == {"open"}


@door("GET", "HEAD")
def one_request(request: HttpRequest, number: str, *, format: str) -> HttpResponse:
    """One case, as a list of one."""
    actor, under = parameters.caller(request), parameters.jurisdiction(request)
    extended = parameters.flag(request.GET, "extensions")
    rows = found(Wanted(numbers=[number], under=under))
    if not rows:
        raise NotFound(_("There is no such case."), field="service_request_id", remedy=_("Check the number."))
    return fresh(request, body(shown(rows, actor, base_of(request), extended=extended), format,
                               root="service_requests", item="request"))


@door("GET", "HEAD")
def token(request: HttpRequest, token: str, *, format: str) -> HttpResponse:
    """From a receipt's code to the case number."""
    parameters.jurisdiction(request)
    found_receipt = receipt(token)
    if found_receipt is None:
        raise NotFound(_("There is no receipt with this code."), field="token",
                       remedy=_("Check the code; capitals matter."))
    return body([{"token": token, "service_request_id": found_receipt.case.number}], format, root="service_requests",
                item="request")
