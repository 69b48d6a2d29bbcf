"""Decisions about warnings: what counts, what they mean, whom they touch, when a window is reached. Pure."""
