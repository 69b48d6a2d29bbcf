"""Dated settings of the internal side: terms of permits, standards of upkeep, kinds of document, words that stop one."""
