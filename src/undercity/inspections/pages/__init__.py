"""The pages of checks, readiness and material."""
