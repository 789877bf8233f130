"""Whether traces are collected here: where the extra ``otel`` is installed and the standard variables name a collector."""

import os
from collections.abc import Mapping
from importlib.util import find_spec

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
NEEDED = (
    "opentelemetry.sdk",
    "opentelemetry.exporter.otlp",
    *(f"opentelemetry.instrumentation.{name}" for name in ("flask", "httpx", "redis", "requests")),
)
"""What ``verify.otel`` imports."""


def wanted(environ: Mapping[str, str] | None = None) -> bool:
    """Whether a collector is named and nobody switched traces off."""
    known = os.environ if environ is None else environ
    off = known.get("OTEL_SDK_DISABLED", "").lower() == "true" or known.get("OTEL_TRACES_EXPORTER", "otlp") == "none"
    return not off and any(known.get(name) for name in ENDPOINTS)


def installed() -> bool:
    """Whether the extra ``otel`` is there."""
    try:
        return all(find_spec(name) is not None for name in NEEDED)
    except (ModuleNotFoundError, ValueError):  # a parent of theirs is not there, or is one that was taken away
        return False
