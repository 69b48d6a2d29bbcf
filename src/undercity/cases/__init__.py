"""Cases 案卷: problems found, filed, dispatched, handled, checked, closed."""
