"""Everything that reads responses and orders, for pages, exports and the worker."""
