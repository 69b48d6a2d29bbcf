"""Which columns of a case's dossiers the record vouches for."""

from __future__ import annotations

from undercity.cases.models import Contact, Note, Photo, Report, Supporter
from undercity.ledger.dossier import register_table

OF_A_REPORT = ("text", "address", "lat", "lon")
OF_A_PHOTO = ("verb", "sha256", "width", "height", "taken_lat", "taken_lon")


def register_dossiers() -> None:
    """Tell the record how the dossiers of cases are read."""
    register_table("case.report", Report, OF_A_REPORT)
    register_table("case.contact", Contact, ("name", "phone", "email"))
    register_table("case.supporter", Supporter, ("name", "phone", "email"))
    register_table("case.note", Note, ("text",))
    register_table("case.photo", Photo, OF_A_PHOTO)
