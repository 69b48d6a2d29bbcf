"""Pages of duties: my work today, the list of duties, one duty."""
