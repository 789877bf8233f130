"""One module per command, imported only when it is typed: a relay needs no web framework."""
