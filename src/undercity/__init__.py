"""Undercity 地下一张网: a city above, one net below."""
