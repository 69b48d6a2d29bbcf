"""When places are open 开放: seasons, exceptions, proposals and decisions, announcements, visitors, the refit."""
