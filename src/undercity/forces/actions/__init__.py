"""Everything that changes forces; the doors the rooms above use."""

from undercity.forces.actions.deploying import arrive, call_up, relieve, stand_down
from undercity.forces.actions.needing import end_need, need
from undercity.forces.actions.proposing import accept, propose

__all__ = ["accept", "arrive", "call_up", "end_need", "need", "propose", "relieve", "stand_down"]
