"""预警来源: feeds that are fetched and offices whose signature is trusted. Rows changed by administrators."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from undercity.alerts.cap.signature import certificate_of, fingerprint
from undercity.alerts.models import Feed, Signer
from undercity.db import write
from undercity.errors import NotFound, RuleBroken
from undercity.org.powers import Actor, Decision, require
from undercity.org.states import Power
from undercity.science.coordinates import Datum


def may_configure(by: Actor) -> Decision:
    """May this actor say where warnings come from?"""
    return Decision(by.holds(Power.ORG_ADMIN),
                    _("Your post has no power to %(power)s.") % {"power": Power.ORG_ADMIN.label})


def keep_feed(*, by: Actor, at: datetime, label: str, url: str, datum: Datum = Datum.WGS84, signed_only: bool = False,
              hosts: str = "", number: int | None = None) -> Feed:
    """Add a feed, or change the one of this number. What was remembered of its address goes when that changes."""
    require(may_configure(by))
    label, url = label.strip(), url.strip()
    if not label:
        raise RuleBroken(_("What is the feed called?"), field="label", remedy=_("Name the office it comes from."))
    try:
        URLValidator(schemes=["http", "https"])(url)
        if urlsplit(url).username or not urlsplit(url).hostname:
            raise ValueError(url)
    except (ValidationError, ValueError) as error:
        raise RuleBroken(_("This is no address of a feed."), field="url",
                         remedy=_("Write it like https://example.org/cap.atom, without a password.")) from error
    with write():
        others = Feed.objects.filter(url=url)
        if (others if number is None else others.exclude(pk=number)).exists():
            raise RuleBroken(_("There is a feed at this address already."), field="url",
                             remedy=_("Change that one instead."))
        row = _feed(number) if number is not None else Feed(made_at=at)
        if row.url != url:
            row.etag, row.modified, row.failures, row.next_at, row.why = "", "", 0, None, ""
        row.label, row.url, row.datum, row.signed_only, row.hosts = label[:80], url, datum.value, signed_only, " ".join(
            hosts.split())[:300]
        row.save()
    return row


def switch_feed(number: int, *, by: Actor, on: bool) -> Feed:
    """Stop fetching a feed, or begin again at once."""
    require(may_configure(by))
    with write():
        row = _feed(number)
        row.is_on, row.next_at, row.failures = on, None, 0
        row.save(update_fields=["is_on", "next_at", "failures"])
    return row


def _feed(number: int) -> Feed:
    row = Feed.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise NotFound(_("There is no such feed."))
    return row


def trust(pem: str, *, by: Actor | None, at: datetime, label: str) -> Signer:
    """Trust an office's signature; the same certificate again is trusted again if it was stopped. `by` None: whoever
    runs the machine, on its command line."""
    if by is not None:
        require(may_configure(by))
    certificate = certificate_of(pem)
    if not label.strip():
        raise RuleBroken(_("Whose certificate is it?"), field="label", remedy=_("Name the office."))
    with write():
        row, _made = Signer.objects.update_or_create(fingerprint=fingerprint(certificate), defaults={
            "label": label.strip()[:120], "pem": pem.strip(), "added_at": at, "stopped_at": None})
    return row


def stop_trusting(number: int, *, by: Actor, at: datetime) -> None:
    """Trust it no longer: what it signed before stays as it was found."""
    require(may_configure(by))
    with write():
        if not Signer.objects.filter(pk=number).update(stopped_at=at):
            raise NotFound(_("There is no such certificate."))
