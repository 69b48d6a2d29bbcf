"""Everything that writes checks, boards, material and what they go by."""
