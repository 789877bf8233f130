"""Ring 3: the service around the decisions: pages, API, workers, registries, documents, database, command line."""

__version__ = "0.1.0"
