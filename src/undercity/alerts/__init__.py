"""Warnings that arrive and our own messages to the public 预警信息: CAP 1.2, gauges, dated thresholds."""
