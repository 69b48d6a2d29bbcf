"""The sample city: data files and their loader."""
