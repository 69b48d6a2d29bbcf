"""What others ask of plans."""

from undercity.response.plans.queries.directory import holders_now, reachable
from undercity.response.plans.queries.versions import content_of, in_force, standing_of, versions, visible_to

__all__ = ["content_of", "holders_now", "in_force", "reachable", "standing_of", "versions", "visible_to"]
