"""Desk pages of coverage. All of them are for officers with a power; nothing here is public."""
