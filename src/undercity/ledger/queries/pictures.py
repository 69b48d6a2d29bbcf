"""Which pictures are evidence of something: a picture is kept by its content, and one may stand in several places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from undercity.ledger.models import Dossier


def evidence_among(hashes: Iterable[str]) -> set[str]:
    """Those of these SHA-256 that a dossier of any room names."""
    wanted, found = set(hashes), set[str]()
    for model in apps.get_models():
        if issubclass(model, Dossier) and any(field.name == "sha256" for field in model._meta.get_fields()):
            rows: QuerySet[Any] = model._default_manager.all()
            found |= set(rows.filter(sha256__in=wanted).values_list("sha256", flat=True))
    return found
