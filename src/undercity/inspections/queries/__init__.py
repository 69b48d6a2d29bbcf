"""What pages, the worker and other rooms ask of checks, readiness and material."""

from undercity.inspections.queries.material import Stock, material_near
from undercity.inspections.queries.readiness import standing_of

__all__ = ["Stock", "material_near", "standing_of"]
