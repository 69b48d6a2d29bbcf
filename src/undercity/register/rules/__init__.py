"""What a cell says, which column is which, what must never enter, and what a row would change."""
