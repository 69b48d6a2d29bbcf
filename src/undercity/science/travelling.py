"""Minutes on the road 路程: a speed model for when no routing engine answers, and none is needed.

t = detour × great circle / v(hour), positions (latitude, longitude) in WGS 84 degrees, speeds in km/h.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from undercity.science.coordinates import METRES_A_DEGREE

Floats = npt.NDArray[np.float64]
_RADIUS_KM = METRES_A_DEGREE * 180 / np.pi / 1000


def minutes(origins: Floats, destinations: Floats, *, kmh: float, detour: float) -> Floats:
    """Minutes from every origin (o, 2) to every destination (d, 2), shape (o, d). ValueError for a speed of 0.

    >>> round(float(minutes(np.array([[36.65, 117.0]]), np.array([[36.65, 117.1]]), kmh=30, detour=1.4)[0, 0]), 1)
    25.0
    """
    if not kmh > 0 or detour < 1:
        raise ValueError("give a speed above 0 and a detour of at least 1")
    if not (len(origins) and len(destinations)):
        return np.empty((len(origins), len(destinations)))
    lat1, lon1 = (one[:, None] for one in np.radians(origins).T)
    lat2, lon2 = (one[None, :] for one in np.radians(destinations).T)
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    km = 2 * _RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    found: Floats = km * detour / kmh * 60
    return found
