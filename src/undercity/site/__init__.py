"""The front of the house: settings, addresses, the command line, the pages every room shares."""
