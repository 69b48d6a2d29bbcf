"""The register as a file."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity import clock
from undercity.errors import NotFound
from undercity.org.csv_files import DEMO_MARK, csv_response
from undercity.org.powers import require
from undercity.org.requests import actor_of, officers_only
from undercity.org.xlsx_files import xlsx_response
from undercity.places.states import PlaceUse
from undercity.register.actions.exporting import take_internal
from undercity.register.pages.imports import may_read
from undercity.register.queries.exports import FORMATS, Chosen, chosen, geojson, lines, parquet

TYPES = {"geojson": "application/geo+json", "parquet": "application/vnd.apache.parquet"}


@officers_only
def export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The public fields of the places I read, with the list's filters."""
    require(may_read(actor_of(request)))
    return _sent(_chosen(request, internal=False), _known(file_format))


@officers_only
@require_POST
def internal(request: HttpRequest) -> HttpResponseBase:
    """The same with internal fields, for a reason; noted before it leaves."""
    actor, wanted = actor_of(request), _known(request.POST.get("format", ""))
    given = _chosen(request, internal=True)
    take_internal(given, file_format=wanted, reason=request.POST.get("reason", ""), by=actor, at=clock.now())
    return _sent(given, wanted)


def _known(file_format: str) -> str:
    if file_format not in FORMATS:
        raise NotFound(_("There is no such kind of file."), remedy=_("Use one of: %(all)s.") % {
            "all": ", ".join(FORMATS)})
    return file_format


def _chosen(request: HttpRequest, *, internal: bool) -> Chosen:
    given = request.GET if request.method == "GET" else request.POST
    use = given.get("use", "")
    return chosen(actor_of(request), internal=internal, use=use if use in PlaceUse.values else "",
                  district=given.get("district", "").replace("\0", ""), words=given.get("words", "")[:60].strip())


def _sent(given: Chosen, file_format: str) -> HttpResponseBase:
    name = f"{_('Register of works')}-{clock.now():%Y%m%d-%H%M}"
    if file_format == "csv":
        return csv_response(name, lines(given))
    if file_format == "xlsx":
        return xlsx_response(name, lines(given))
    answer = StreamingHttpResponse(geojson(given) if file_format == "geojson" else parquet(given),
                                   content_type=TYPES[file_format])
    marked = f"{DEMO_MARK}-{name}" if settings.DEMO else name
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(marked)}.{file_format}"
    return answer
