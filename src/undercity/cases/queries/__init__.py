"""What others ask of cases."""
