"""Invented people 虚构 by H3 cell: dense round the centre and the district towns, thinner outwards, none in the hills.

No figure of any real cell stands here. The same seed gives the same people.
"""

from __future__ import annotations

import random

import h3
import numpy as np

from undercity.coverage.people_rules import CellRow
from undercity.org.queries import Directory
from undercity.science.reach import nearest

RESOLUTION = 9
SEED = 20260718
# Where people live: position, people of the densest cell, and after how many kilometres a third of that is left.
TOWNS: tuple[tuple[float, float, float, float], ...] = (
    (36.662, 117.005, 2100, 5.2), (36.680, 117.090, 1250, 3.4), (36.655, 116.900, 1000, 2.8),
    (36.717, 116.990, 900, 2.6), (36.600, 116.960, 800, 2.2), (36.555, 116.805, 900, 1.9), (36.712, 117.530, 1000, 2.2),
    (36.978, 117.215, 800, 1.7), (36.213, 117.675, 1050, 2.3), (36.055, 117.810, 500, 1.3), (36.290, 116.455, 600, 1.3),
    (37.310, 117.150, 700, 1.5))
DISTRICTS = ("lixia", "shizhong", "huaiyin", "tianqiao", "licheng", "changqing", "zhangqiu", "jiyang", "laiwu",
             "gangcheng", "pingyin", "shanghe")
# Cells with fewer are left out: the file is of where people live closely enough to walk somewhere.
FEWEST = 150


def sample_people(book: Directory) -> list[CellRow]:
    """The cells of the sample city, in order of their numbers."""
    dice = random.Random(SEED)
    streets = [body for body, card in book.cards.items() if card.kind == "street" and body in book.outlines]
    in_street = {cell: body for body in streets for cell in _filled(book, body)}
    found: list[CellRow] = []
    for key in DISTRICTS:
        district = book.by_key[key]
        cells = sorted(_filled(book, district))
        middles = np.array([h3.cell_to_latlng(cell) for cell in cells])
        dense = np.max([most * np.exp(-nearest(middles, np.array([[lat, lon]]))[1] / 1000 / reach)
                        for lat, lon, most, reach in TOWNS], axis=0)
        for cell, most in zip(cells, dense.tolist(), strict=True):
            # A block of flats beside a park: neighbours differ, and each cell is drawn whether it is kept or not.
            lively = dice.lognormvariate(0, 0.45) * (0.15 if dice.random() < 0.08 else 1.0)
            old = dice.uniform(0.14, 0.27)
            if (people := round(lively * most)) >= FEWEST:
                found.append(CellRow(int(h3.str_to_int(cell)), float(people), float(round(people * old)),
                                     in_street.get(cell, district)))
    return sorted(found, key=lambda one: one.cell)


def _filled(book: Directory, body: int) -> list[str]:
    cells: list[str] = list(h3.h3shape_to_cells(h3.geo_to_h3shape(book.outlines[body]), RESOLUTION))
    return cells
