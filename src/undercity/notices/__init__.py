"""Notices 通知: an outbox written with what it tells of, delivered by the worker, logged."""
