"""Bringing a city's files in, counting them and writing them out."""
