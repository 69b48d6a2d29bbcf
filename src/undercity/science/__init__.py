"""Pure numerics and calendars: plain values in, plain values out; no Django, no clock, no database."""
