"""A body for each step of the API that its schema lets through, made from the published description: what is refused then is refused
by the step itself, not by a field that was left out."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.office import API, person
from tests.verify.made_scans import a_scan

DESCRIPTION = Path(__file__).parents[1] / "docs" / "openapi.json"
KNOWN: dict[str, Any] = {
    "nik": person()["nik"],
    "as_of": "2026-11-23T01:00:00+07:00",
    "died_on": "2026-11-20",
    "owner": 1,
    "list_sha256": "0" * 64,
}
"""Fields whose values a type alone does not tell."""
MORE: dict[str, dict[str, Any]] = {"/registration/answer": {"active_on": "2026-11-23"}, "/checks": {"outcome": "MATCH"}}
"""What no type and no list of required fields tells: one of two fields is asked for, or a word that fits another field."""
FORMS = {"/kewajiban/<ticket>": {"evidence": "Contoh untuk uji."}}
"""Forms of the pages that ask for something else than a reason."""


def body(method: str, rule: str) -> dict[str, Any]:
    """Options of a client's request for a step, by its method and the pattern of its address; empty for a look."""
    if method in ("GET", "DELETE"):
        return {}
    if rule.endswith("/scan"):
        return {"data": a_scan(), "content_type": "image/jpeg"}
    content = _operation(method, rule).get("requestBody", {}).get("content", {}).get("application/json", {"schema": {}})
    chosen = next((given for end, given in MORE.items() if rule.endswith(end)), {})
    return {"json": {**_example("", content["schema"]), **chosen} if content["schema"] else {}}


def form(method: str, rule: str) -> dict[str, Any]:
    """The same for a form of the pages: its key and, as most ask for one, a reason."""
    return {"data": {"kunci": str(UUID(int=1)), **FORMS.get(rule, {"reason": "Contoh untuk uji."})}} if method == "POST" else {}


def _operation(method: str, rule: str) -> dict[str, Any]:
    path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule)
    found: dict[str, Any] = _description()["paths"].get(path, {}).get(method.lower(), {})
    assert found or not rule.startswith(API), f"{method} {rule} is not described"
    return found


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


def _example(name: str, schema: dict[str, Any]) -> Any:
    """A value of a schema; of an object only what it must have."""
    if "$ref" in schema:
        return _example(name, _description()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    if name in KNOWN:
        return KNOWN[name]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {one: _example(one, schema["properties"][one]) for one in schema.get("required", [])}
    return {"integer": 0, "boolean": True, "array": []}.get(schema.get("type", ""), "Contoh untuk uji.")
