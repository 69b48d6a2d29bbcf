"""How a refusal looks at each door. The only place where an error becomes an answer."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from undercity.errors import NotFound, NotSignedIn, Refused


def answer(request: HttpRequest, error: Refused) -> HttpResponse:
    """The refusal as the door's own kind of body, with its status."""
    if wants_data(request):
        return JsonResponse({"error": error.as_body()}, status=error.status, json_dumps_params={"ensure_ascii": False})
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return redirect_to_login(request.get_full_path())
    return render(request, "site/refused.html", {"error": error}, status=error.status)


def wants_data(request: HttpRequest) -> bool:
    """A machine asks: by its door, or by what it accepts."""
    return request.path.startswith("/api/") or (
        request.accepts("application/json") and not request.accepts("text/html"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that is not ours."""
    return answer(request, NotFound(_("There is no page at this address."),
                                    remedy=_("Check the address, or start from the first page.")))


def failed(request: HttpRequest) -> HttpResponse:
    """Our own mistake: said plainly, without anything from inside, in a page that needs no database."""
    return render(request, "site/failed.html", status=500)


def forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: most often the page was open too long, or cookies are off."""
    error = Refused(_("This form is too old, or cookies are switched off."),
                    remedy=_("Go back, load the page again, and send it once more."))
    error.status, error.code = 403, "stale_form"
    return answer(request, error)
