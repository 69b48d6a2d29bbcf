"""What the log of deliveries says, in the reader's language. The log itself keeps short English words."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _, gettext_lazy

_WHOLE = {
    "demonstration: not sent": gettext_lazy("demonstration: not sent"),
    "demonstration: written to a file": gettext_lazy("demonstration: written to a file"),
    "nobody to tell any more": gettext_lazy("nobody to tell any more"),
    "this door is shut": gettext_lazy("this way is shut here"),
    "this channel does not answer at present": gettext_lazy("this channel does not answer at present"),
    "no answer in time": gettext_lazy("no answer in time"),
    "the receiver did not take it": gettext_lazy("the receiver did not take it"),
    "this host is not allowed here": gettext_lazy("this host is not allowed here"),
    "this is no robot of a service that is allowed here": gettext_lazy("this host is not allowed here"),
    "the group's robot answered what nobody understands": gettext_lazy("an answer nobody understands"),
    "ConnectError": gettext_lazy("not to be reached"), "ConnectionRefusedError": gettext_lazy("not to be reached"),
    "ConnectTimeout": gettext_lazy("no answer in time"), "ReadTimeout": gettext_lazy("no answer in time"),
    "TimeoutError": gettext_lazy("no answer in time"),
}
_NUMBERED = re.compile(r"(?:answered|recipient:) (\d+)$")


def said(detail: str) -> str:
    """A line of the log for a reader; what is not known here is shown as it stands."""
    if detail in _WHOLE:
        return str(_WHOLE[detail])
    if found := _NUMBERED.search(detail):
        return _("answered with %(code)s") % {"code": found[1]}
    return detail
