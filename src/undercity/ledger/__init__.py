"""Duties 责任 and their record 办理记录, which nobody can quietly change."""
