"""Everything that changes a case, one module a stage."""
