"""What the page of the source asks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy as _

from undercity.city.models import SourceFact

# The three promises, and who keeps them; a row of the mission begins with its promise's letter.
PROMISES: dict[str, Any] = {"S": _("Serve"), "P": _("Protect"), "A": _("Account"), "T": _("The team")}


def by_promise() -> list[dict[str, Any]]:
    """Every promise of which the source says something, with its facts in the order of the rows."""
    chinese = (get_language() or "zh").startswith("zh")
    facts: dict[str, list[dict[str, Any]]] = {}
    for fact in SourceFact.objects.order_by("row", "code"):
        facts.setdefault(fact.row[0], []).append({"fact": fact, "text": fact.zh if chinese else fact.en})
    return [{"letter": letter, "title": title, "facts": facts[letter]}
            for letter, title in PROMISES.items() if letter in facts]
