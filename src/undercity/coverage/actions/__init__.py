"""Everything that changes population figures and plans."""
