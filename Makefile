# Everything is in run.py, which needs nothing but Python 3.11 or newer: `python3 run.py demo` does the same.
# Words after the command: `make test ARGS="tests/verify -x"`.
PYTHON ?= python3

help:
	@$(PYTHON) run.py help

demo test chaos bench check lock audit venv:
	@$(PYTHON) run.py $@ $(ARGS)

.PHONY: help demo test chaos bench check lock audit venv
