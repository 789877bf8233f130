"""Logs: one JSON object a line on standard error, with every run of sixteen digits blotted out.

Nothing of ours writes a NIK; the blotting is the net under libraries and mistakes.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

LONG_NUMBER = re.compile(r"(?<!\d)\d{13,18}(?!\d)")
BLOT = "[nomor]"


def configure_logs(level: int = logging.INFO) -> None:
    """Send everything, ours and the libraries', through one formatter."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _name_exception,
        blot,
        structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx2", "httpcore2", "rq.worker", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def place_of(error: BaseException) -> str:
    """Where an exception was raised. Its text may hold personal data; its kind and this place do not."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


def blot(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Blot long numbers out of every text of a log event."""
    return {name: _blotted(value) for name, value in event.items()}


def _blotted(value: Any) -> Any:
    if isinstance(value, str):
        return LONG_NUMBER.sub(BLOT, value)
    if isinstance(value, Mapping):
        return {name: _blotted(inner) for name, inner in value.items()}
    return value if isinstance(value, int | float | bool | type(None)) and len(str(value)) < 13 else _blotted(str(value))


def _name_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # An exception's text and a statement's parameters may hold personal data; its kind and place do not.
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[0] is not None:
        trace = raised[2]
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        event["error"] = raised[0].__name__
        event["at"] = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
    return event
