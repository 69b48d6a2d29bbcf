"""OGC API – Features, Part 1: the places that are listed, and the districts, for other systems' maps."""
