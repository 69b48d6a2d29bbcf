"""Positions as people paste them 坐标文本: two numbers in any order, degrees and minutes, or a link out of a map."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from undercity.science.coordinates import Datum, Finding, Position, diagnose, to_wgs84

_NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
_GAP = r"\s*[,;、/ ]\s*"
_PAIR = re.compile(rf"\A\D{{0,12}}?{_NUMBER}\s*°?\s*[NEne]?{_GAP}\D{{0,6}}?{_NUMBER}\s*°?\s*[NEne]?\s*\Z")
_MINUTES = re.compile(r"(\d{1,3})\s*[°度]\s*(\d{1,2}(?:\.\d+)?)\s*['′分]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[\"″秒])?")
# What a map writes into its links, and what it counts in.
_LINKS = (
    (re.compile(rf"amap\.com.*?(?:position|dest|to|q|p)=[^&]*?{_NUMBER},{_NUMBER}"), Datum.GCJ02, True),
    (re.compile(rf"(?:map\.baidu\.com|baidumap:).*?(?:location|latlng|center)[=:]{_NUMBER},{_NUMBER}"), Datum.BD09,
     False),
    (re.compile(rf"(?:map\.qq\.com|qqmap:).*?(?:coord|center|pointx)[=:]{_NUMBER},{_NUMBER}"), Datum.GCJ02, False),
    (re.compile(rf"mlat={_NUMBER}&mlon={_NUMBER}"), Datum.WGS84, False),
    (re.compile(rf"#map=\d+(?:\.\d+)?/{_NUMBER}/{_NUMBER}"), Datum.WGS84, False),
    (re.compile(rf"\Ageo:{_NUMBER},{_NUMBER}"), Datum.WGS84, False),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """Two numbers somebody typed, as latitude and longitude; the datum where the text itself tells it."""

    lat: float
    lon: float
    datum: Datum | None


@dataclass(frozen=True, slots=True)
class Read:
    """A typed position in WGS 84 (None: not in the city), what was found, and the datum it was read in."""

    position: Position | None
    finding: Finding
    datum: Datum


def typed_position(text: str) -> Typed | None:
    """The position a text is, if it is one and nothing else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for pattern, datum, longitude_first in _LINKS:
        if found := pattern.search(unquote(plain)):
            one, other = float(found[1]), float(found[2])
            return Typed(other, one, datum) if longitude_first else Typed(one, other, datum)
    if len(parts := _MINUTES.findall(plain)) == 2:
        one, other = (int(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
                      for degrees, minutes, seconds in parts)
        return _ordered(plain, one, other)
    found = _PAIR.match(plain)
    # Whole numbers are a house and a floor, not a position.
    return _ordered(plain, float(found[1]), float(found[2])) if found and "." in found[1] + found[2] else None


def _ordered(text: str, one: float, other: float) -> Typed:
    said = text.upper()
    east, north = max(said.find("E"), said.find("东经")), max(said.find("N"), said.find("北纬"))
    return Typed(other, one, None) if -1 < east < north else Typed(one, other, None)


def understood(typed: Typed, inside: Callable[[float, float], bool], datum: Datum | None = None) -> Read:
    """Where the typed position is: swapped numbers are put right, another datum brought to WGS 84."""
    counted = typed.datum or datum or Datum.WGS84
    moved = diagnose(*to_wgs84(typed.lat, typed.lon, counted), inside)
    if moved.finding is Finding.FINE:
        return Read(to_wgs84(typed.lat, typed.lon, counted), Finding.FINE, counted)
    swapped = diagnose(*to_wgs84(typed.lon, typed.lat, counted), inside)
    if swapped.finding is Finding.FINE:
        return Read(to_wgs84(typed.lon, typed.lat, counted), Finding.SWAPPED, counted)
    return Read(None, moved.finding, counted)
