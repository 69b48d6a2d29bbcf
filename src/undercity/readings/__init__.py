"""Readings 监测读数: what instruments and keepers measure at a place, and what comes of it."""
