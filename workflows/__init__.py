"""Ring 1: what Rekom decides and remembers.

Imports the standard library and SQLModel, nothing else: no web framework, no queue, no HTTP.
"""
