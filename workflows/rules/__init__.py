"""Pure eligibility: facts and dated policy in, findings with reasons out. No session, no clock, no I/O."""
