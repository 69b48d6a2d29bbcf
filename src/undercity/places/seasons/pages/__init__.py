"""Pages of seasons, for the desk and for calendars."""
