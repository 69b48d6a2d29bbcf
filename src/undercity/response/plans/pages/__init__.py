"""Desk pages of plans: for whoever reads responses, and for planners. Nothing here is public."""
