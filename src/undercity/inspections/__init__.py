"""Checks by checklist 检查: readiness before the season and in it, material, what fails becomes a case."""
