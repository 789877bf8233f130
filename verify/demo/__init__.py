"""The demo: one command that starts everything and shows one resident's way from the KTP to a served patient."""
