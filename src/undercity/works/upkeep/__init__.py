"""Upkeep checks 维护检查 by the seven standards; what fails becomes a case."""
