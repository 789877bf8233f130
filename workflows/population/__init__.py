"""A whole city: region codes, residents beside members, coverage, the premium bill. Knows nothing of single cases."""
