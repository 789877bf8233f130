"""The table of the API by example names every operation of the office, and none that is not there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
OTHER_PAGES = ("/api/v1/hospital/", "/api/v1/sandbox/", "/api/v1/webhooks", "/fhir/", "/oauth/")
"""What hospital systems use has a guide of its own, ``docs/integrasi.md``."""
CASE = "/api/v1/applications/<ticket>"


def described() -> Iterator[str]:
    for path, operations in DESCRIPTION["paths"].items():
        if not path.startswith(OTHER_PAGES):
            address = path.replace("{", "<").replace("}", ">")
            yield from (f"{method.upper()} {address}" for method in operations if method != "parameters")


def named() -> set[str]:
    found = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) ([^`?]+)", PAGE)
    return {f"{method} {path.strip().replace('...', CASE)}" for method, path in found}


def test_every_operation_of_the_office_is_named() -> None:
    assert sorted(set(described()) - named()) == []


def test_nothing_is_named_that_is_not_there() -> None:
    assert sorted(named() - set(described())) == []
