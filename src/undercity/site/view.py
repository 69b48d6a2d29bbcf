"""How somebody wants to see the pages 显示方式: light or dark, normal or large type, or for weak eyes.

Kept in two cookies, no script.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from undercity.errors import RuleBroken

CHOICES: dict[str, tuple[str, ...]] = {"theme": ("auto", "light", "dark"), "type": ("normal", "large", "sight")}
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class View:
    """The chosen view; what a cookie says that is no choice counts as the first one."""

    theme: str
    type: str


def chosen(request: HttpRequest) -> View:
    """What the asker's cookies say."""
    said = {name: request.COOKIES.get(name, "") for name in CHOICES}
    return View(**{name: said[name] if said[name] in words else words[0] for name, words in CHOICES.items()})


@require_POST
def set_view(request: HttpRequest) -> HttpResponseRedirect:
    """Remember the choice and go back to the page it was made on."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    for name, words in CHOICES.items():
        if name in request.POST:
            if request.POST[name] not in words:
                raise RuleBroken(_("There is no such view."), field=name,
                                 remedy=_("Choose one of: %(words)s.") % {"words": ", ".join(words)})
            response.set_cookie(name, request.POST[name], max_age=A_YEAR, samesite="Lax", httponly=True,
                                secure=settings.SESSION_COOKIE_SECURE)
    return response
