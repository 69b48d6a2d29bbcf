"""Everything that changes when places are open."""
