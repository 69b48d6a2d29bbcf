"""What pages ask of coverage."""
