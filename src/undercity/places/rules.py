"""Decisions about places: is it open, until when and why. Hours are written as in OpenStreetMap's `opening_hours`."""

from __future__ import annotations

from undercity.places.seasons.rules import Opening, checked_hours, opening

__all__ = ["Opening", "checked_hours", "opening"]
