"""What a plan says, and what follows from it. Pure: no database, no clock, no request."""

from undercity.response.plans.rules.checking import Finding, check, may_publish
from undercity.response.plans.rules.comparing import Comparison, compare
from undercity.response.plans.rules.content import Order, PlanContent
from undercity.response.plans.rules.dry_run import DryRun, dry_run
from undercity.response.plans.rules.expanding import Change, Difference, Draft, change, difference, expand, triggered
from undercity.response.plans.rules.holders import Holders, PlaceCard, PostCard
from undercity.response.plans.rules.reading import Fault, PlanFaults, parse
from undercity.response.plans.rules.texts import Named, OrderText, order_text

__all__ = ["Change", "Comparison", "Difference", "Draft", "DryRun", "Fault", "Finding", "Holders", "Named", "Order",
           "OrderText", "PlaceCard", "PlanContent", "PlanFaults", "PostCard", "change", "check", "compare",
           "difference", "dry_run", "expand", "may_publish", "order_text", "parse", "triggered"]
