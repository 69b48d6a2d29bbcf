"""Makes `city/sample/outlines.geojson`: simple, gap-free outlines of Jinan's districts and 市中区's streets.

Drawn by us from rough centre points: Voronoi cells inside a hand-drawn edge. A schematic, no map: it says nothing
about where a boundary runs. Run from the root: `.venv/bin/python tools/outlines.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from shapely.geometry import MultiPoint, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union, voronoi_diagram

CITY = Polygon([(116.22, 36.22), (116.35, 36.08), (116.62, 36.16), (116.85, 36.33), (117.15, 36.30), (117.40, 36.10),
                (117.60, 36.02), (117.92, 36.00), (117.97, 36.25), (117.82, 36.42), (117.78, 36.70), (117.72, 36.98),
                (117.55, 37.05), (117.42, 37.20), (117.45, 37.45), (117.20, 37.54), (116.95, 37.35), (116.85, 37.05),
                (116.78, 36.85), (116.60, 36.68), (116.35, 36.42)])

DISTRICTS = {
    "lixia": [(117.04, 36.655), (117.06, 36.635), (117.10, 36.66), (117.035, 36.632)],
    "shizhong": [(117.00, 36.652), (116.99, 36.62), (116.98, 36.59), (116.96, 36.55), (116.99, 36.56)],
    "huaiyin": [(116.93, 36.66), (116.90, 36.63), (116.95, 36.665)],
    "tianqiao": [(116.98, 36.70), (116.99, 36.74), (116.94, 36.73)],
    "licheng": [(117.10, 36.73), (117.20, 36.68), (117.14, 36.58), (117.20, 36.50), (117.10, 36.48), (117.25, 36.60)],
    "changqing": [(116.75, 36.55), (116.80, 36.45), (116.66, 36.42), (116.88, 36.50)],
    "zhangqiu": [(117.53, 36.71), (117.50, 36.55), (117.45, 36.85), (117.60, 36.60)],
    "jiyang": [(117.17, 36.98), (117.05, 36.88), (117.25, 37.05)],
    "laiwu": [(117.66, 36.21), (117.60, 36.32), (117.50, 36.25)],
    "gangcheng": [(117.81, 36.06), (117.86, 36.10)],
    "pingyin": [(116.45, 36.29), (116.38, 36.20), (116.55, 36.25)],
    "shanghe": [(117.16, 37.31), (117.05, 37.25), (117.25, 37.40)],
}

STREETS = {
    "daguanyuan": (116.995, 36.662), "ganshiqiao": (117.003, 36.655), "silicun": (117.006, 36.648),
    "weijiazhuang": (116.990, 36.668), "erqixincun": (116.993, 36.634), "qilishan": (116.985, 36.628),
    "liulishan": (117.008, 36.630), "shunyulu": (117.010, 36.618), "luoyuan": (117.012, 36.660),
    "wangguanzhuang": (116.955, 36.625), "shungeng": (117.022, 36.605), "baimashan": (116.945, 36.605),
    "qixian": (116.962, 36.595), "shiliulihe": (117.000, 36.590), "xinglong": (117.030, 36.570),
    "dangjia": (116.930, 36.550), "dougou": (116.925, 36.580),
}


def cells(seeds: dict[str, list[tuple[float, float]]], edge: BaseGeometry) -> dict[str, BaseGeometry]:
    """One area a key: the union of its seeds' Voronoi cells inside the edge."""
    points = MultiPoint([seed for several in seeds.values() for seed in several])
    parts = list(voronoi_diagram(points, envelope=edge.buffer(1)).geoms)
    found: dict[str, list[Polygon]] = {key: [] for key in seeds}
    for key, several in seeds.items():
        for seed in MultiPoint(several).geoms:
            found[key].append(next(part for part in parts if part.contains(seed)))
    return {key: unary_union(several).intersection(edge) for key, several in found.items()}


def main() -> None:
    """Write the file."""
    districts = cells(DISTRICTS, CITY)
    streets = cells({key: [seed] for key, seed in STREETS.items()}, districts["shizhong"])
    features = [{"type": "Feature", "properties": {"key": key, "schematic": True, "note": "示意图，不作划界依据"},
                 "geometry": mapping(area)} for key, area in {**districts, **streets}.items()]
    target = Path(__file__).resolve().parents[1] / "src/undercity/city/sample/outlines.geojson"
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=None)
    target.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
