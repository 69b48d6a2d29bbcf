"""How the works stand as a whole: permits, checks, findings, by keeper and district."""
