"""The register 台账 of places and works: spreadsheets in and out, dated names, and what was changed when by whom."""
