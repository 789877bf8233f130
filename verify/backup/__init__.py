"""Backups of the database that prove their restore by counting."""
