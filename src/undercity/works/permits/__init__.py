"""Permits of peacetime use 平时使用证: applied for, decided, changed, renewed, expired; each step a duty."""
