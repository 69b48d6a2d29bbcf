"""Loading the sample city."""
