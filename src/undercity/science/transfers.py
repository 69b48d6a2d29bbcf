"""Patients to hospitals 伤员转运: a min-cost flow from groups of casualties to free beds.

With f[i, j, k] ≥ 0 patients of group i and severity k taken to hospital j, t[i, j] minutes on the road, w[k] the weight
of a severity, b[j, k] free beds and B the minutes counted for a patient nobody has a bed for:

    minimise Σ w[k] t[i, j] f[i, j, k] + Σ w[k] B r[i, k]
    subject to Σ_j f[i, j, k] + r[i, k] = patients[i, k];  Σ_i f[i, j, k] ≤ b[j, k].

Severities do not share beds, so it is one transport problem each, whose matrix is totally unimodular: whole patients
and beds give whole answers, found by HiGHS's simplex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Transfer:
    """`taken` (i, j, k) patients on each way, `left` (i, k) without a bed, `cost` in weighted minutes."""

    taken: Ints
    left: Ints
    cost: float


def transferred(patients: Ints, beds: Ints, minutes: Floats, weight: Floats, *, beyond: float) -> Transfer:
    """Who is taken where. Shapes: patients (i, k), beds (j, k), minutes (i, j), weight (k).

    `beyond`: B; it must not be below the longest way, or a patient would rather be left. ValueError otherwise, and for
    shapes that do not fit.
    """
    groups, kinds = patients.shape
    hospitals = len(beds)
    if beds.shape != (hospitals, kinds) or minutes.shape != (groups, hospitals) or weight.shape != (kinds,):
        raise ValueError("patients, beds, minutes and weights do not fit together")
    finite = minutes[np.isfinite(minutes)]
    if (patients < 0).any() or (beds < 0).any() or (finite.size and beyond < finite.max()):
        raise ValueError("patients and beds may not be below 0, nor B below the longest way")
    taken = np.zeros((groups, hospitals, kinds), dtype=np.int64)
    for kind in range(kinds):
        taken[:, :, kind] = _one(patients[:, kind], beds[:, kind], minutes, beyond)
    left = patients - taken.sum(axis=1)
    ways = np.where(np.isfinite(minutes), minutes, 0.0)
    cost = float(np.einsum("ijk,ij,k->", taken, ways, weight)
                 + beyond * (left * weight[None, :]).sum())
    return Transfer(taken, left, cost)


def _one(patients: Ints, beds: Ints, minutes: Floats, beyond: float) -> Ints:
    """One severity: the transport problem; a patient placed saves B − t."""
    group, hospital = np.nonzero(np.isfinite(minutes) & (patients > 0)[:, None] & (beds > 0)[None, :])
    found = np.zeros(minutes.shape, dtype=np.int64)
    if not group.size:
        return found
    column, ones = np.arange(group.size), np.ones(group.size)
    limits = coo_array((np.concatenate((ones, ones)),
                        (np.concatenate((group, len(patients) + hospital)), np.concatenate((column, column)))),
                       shape=(len(patients) + len(beds), group.size)).tocsr()
    # A hair more than B: where a way takes as long as B, the bed is better than none.
    answer = linprog(minutes[group, hospital] - beyond - 1e-6, A_ub=limits, b_ub=np.concatenate((patients, beds)),
                     method="highs-ds")
    found[group, hospital] = np.rint(answer.x).astype(np.int64)
    return found
