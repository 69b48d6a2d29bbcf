"""Pages of cases: the citizen's report and receipt, the officers' desk."""
