"""Everything that changes a response or its orders."""
