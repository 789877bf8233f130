"""Files about whole populations: region codes, targets, bills."""
