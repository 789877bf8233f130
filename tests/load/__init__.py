"""Loads that are run by hand at full size and by the suite at a hundredth: ``python -m tests.load.approvals``."""
