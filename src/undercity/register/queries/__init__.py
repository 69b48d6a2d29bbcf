"""Reading for the register's pages: spreadsheets, previews, histories, exports."""
