"""What pages and the rooms above ask of forces."""

from undercity.forces.queries.needs import board, to_serve
from undercity.forces.queries.points import staffing
from undercity.forces.queries.teams import available, cards

__all__ = ["available", "board", "cards", "staffing", "to_serve"]
