"""The Open311 GeoReport v2 door of cases: other systems report here and read what became of it."""
