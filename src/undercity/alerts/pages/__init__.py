"""Pages of warnings: the desk's list and detail, entering, sources, gauges, our own messages, the public page."""
