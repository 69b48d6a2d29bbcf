"""GeoReport v2, door by door."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from undercity import clock
from undercity.cases.actions.reporting import Sender, report
from undercity.cases.models import Case, Category
from undercity.cases.open311 import parameters
from undercity.cases.open311.bodies import body, door
from undercity.cases.open311.listing import found, shown
from undercity.cases.queries.receipt import receipt
from undercity.cases.queries.scheme import scheme
from undercity.cases.sources import source_of
from undercity.cases.whereabouts import Whereabouts, locate
from undercity.errors import NotAllowed, NotFound, RuleBroken
from undercity.org.queries import directory
from undercity.science.coordinates import Datum

AT_ONCE = 100


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@door("GET", "HEAD")
def discovery(request: HttpRequest, *, format: str) -> HttpResponse:
    """Where the doors are."""
    base = f"{_base(request)}/open311/v2"
    return body({
        "changeset": "2026-07-18T00:00:00+08:00", "contact": _("Ask the office that runs this site."),
        "key_service": _("Ask the office for an API key; the sample city prints one at its start."),
        "endpoints": [{"specification": "http://wiki.open311.org/GeoReport_v2", "url": base,
                       "changeset": "2026-07-18T00:00:00+08:00", "type": "production",
                       "formats": ["text/xml", "application/json"]}]}, format, root="discovery")


def _service(row: Category) -> dict[str, Any]:
    known = scheme()
    return {"service_code": row.code, "service_name": known.name(row.code), "description": known.major(row.code),
            "metadata": False, "type": "realtime", "keywords": f"{row.minor_zh},{row.minor_en.replace(',', ' ')}",
            "group": known.major(row.code)}


@door("GET", "HEAD")
def services(request: HttpRequest, *, format: str) -> HttpResponse:
    """服务清单: every subclass of the category scheme."""
    return body([_service(row) for row in scheme().categories.values()], format, root="services", item="service")


@door("GET", "HEAD")
def definition(request: HttpRequest, code: str, *, format: str) -> HttpResponse:
    """The definition of one service. No service asks for more attributes than the standard's own."""
    if code not in scheme().categories:
        raise NotFound(_("There is no category “%(code)s”.") % {"code": code[:60]}, field="service_code",
                       remedy=_("Take a service_code from /open311/v2/services.xml."))
    return body({"service_code": code, "attributes": []}, format, root="service_definition")


@door("GET", "HEAD", "POST")
def requests(request: HttpRequest, *, format: str) -> HttpResponse:
    """POST takes a report; GET lists cases."""
    return _take(request, format) if request.method == "POST" else _list(request, format)


def _take(request: HttpRequest, format: str) -> HttpResponse:
    if request.content_type not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        raise RuleBroken(_("The body of the request cannot be read."),
                         remedy=_("Send it as a form in UTF-8, multipart if it carries photos."))
    values, actor = request.POST, parameters.caller(request)
    if actor is None:
        raise NotAllowed(_("An API key is missing."), field="api_key",
                         remedy=_("Send api_key, or the header X-API-Key; without a key use the page /report/."))
    code = parameters.text(values, "service_code", 60)
    if not code:
        raise RuleBroken(_("A category is missing."), field="service_code",
                         remedy=_("Take a service_code from /open311/v2/services.xml."))
    scheme().category(code)
    words = parameters.text(values, "description", parameters.TEXT_MAX)
    address = parameters.text(values, "address_string", 300)
    sender = Sender(name=" ".join(filter(None, (parameters.text(values, "first_name", 30),
                                                parameters.text(values, "last_name", 29)))),
                    phone=parameters.text(values, "phone", 40), email=parameters.text(values, "email", 120))
    lat, lon, datum = (parameters.number(values, "lat"), parameters.number(values, "long"), parameters.datum(values))
    key = request.headers.get("Idempotency-Key") or parameters.text(values, "client_key", 200)
    photos = parameters.pictures(request)
    at = _where(parameters.text(values, "address_id", 60), lat, lon, address, datum, photos)
    case = report(by=actor, at=clock.now(), source=source_of(actor), category=code, text=words,
                  territory=at.territory, address=address, lat=at.lat, lon=at.lon, photos=photos, sender=sender,
                  client_key=key[:200])
    return body([_taken(case, at)], format, root="service_requests", item="request", status=201)


def _where(address_id: str, lat: float | None, lon: float | None, address: str, datum: Datum,
           photos: list[Any]) -> Whereabouts:
    if not address_id or lat is not None:
        return locate(lat, lon, address, datum=datum, photos=photos)
    territory = directory().by_key.get(address_id)
    if territory is None or territory not in directory().outlines:
        raise RuleBroken(_("There is no such street or district."), field="address_id",
                         remedy=_("Give its key, or lat and long, or name it in address_string."))
    return Whereabouts(None, None, territory)


def _taken(case: Case, at: Whereabouts) -> dict[str, Any]:
    notice = [_("Taken. Follow it by its receipt."), *at.said]
    return {"service_request_id": case.number, "service_notice": " ".join(notice), "account_id": None,
            "receipt": reverse("receipt", args=[case.report.token])}


def _list(request: HttpRequest, format: str) -> HttpResponse:
    values, actor = request.GET, parameters.caller(request)
    status = parameters.text(values, "status", 20)
    if not {one.strip() for one in status.split(",") if one.strip()} <= {"open", "closed"}:
        raise RuleBroken(_("There is no status “%(status)s”.") % {"status": status}, field="status",
                         remedy=_("Use open or closed."))
    size = parameters.whole(values, "page_size", 50, AT_ONCE)
    page = parameters.whole(values, "page", 1, 200)
    before = parameters.whole(values, "before", 0, 10 ** 17)
    rows = found(numbers=parameters.words(values, "service_request_id"),
                 services=parameters.words(values, "service_code"), begins=parameters.moment(values, "start_date"),
                 ends=parameters.moment(values, "end_date"), status="" if "," in status else status,
                 before=before or None, offset=(page - 1) * size, limit=size)
    return body(shown(rows, actor, _base(request)), format, root="service_requests", item="request")


@door("GET", "HEAD")
def one_request(request: HttpRequest, number: str, *, format: str) -> HttpResponse:
    """One case."""
    rows = found(numbers=[number])
    if not rows:
        raise NotFound(_("There is no such case."), field="service_request_id", remedy=_("Check the number."))
    return body(shown(rows, parameters.caller(request), _base(request)), format, root="service_requests",
                item="request")


@door("GET", "HEAD")
def token(request: HttpRequest, token: str, *, format: str) -> HttpResponse:
    """From a receipt's code to the case number."""
    found_receipt = receipt(token)
    if found_receipt is None:
        raise NotFound(_("There is no receipt with this code."), remedy=_("Check the code; capitals matter."))
    return body([{"token": token, "service_request_id": found_receipt.case.number}], format, root="service_requests",
                item="request")
