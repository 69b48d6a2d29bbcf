"""Addresses of many pages of one kind, for lists and maps."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse

# A UUID, so that every kind of address takes it.
ANY = "00000000-0000-7000-8000-000000000000"

# Quoting Chinese letters is slow, and a city has the same keys on every page.
_quoted = lru_cache(maxsize=8192)(quote)


def address_of(page: str) -> Callable[[object], str]:
    """Key → the address of its page. Hundreds stand on one list, so the resolver is asked once."""
    any_address = reverse(page, args=[ANY])
    return lambda key: any_address.replace(ANY, _quoted(str(key)))
