"""Pages of places: finding one, the place itself, what is printed for its door, and the map."""
