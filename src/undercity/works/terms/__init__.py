"""Dated settings of the internal side: terms of permits, standards of upkeep, documents and what stops one."""
