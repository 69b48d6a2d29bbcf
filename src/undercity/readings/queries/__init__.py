"""What pages, doors and charts ask of readings."""
