"""``rekom sbom``: what this installation is made of, as CycloneDX 1.6."""

import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Any

import click

from verify.clock import utc_now

NAME = re.compile(r"[A-Za-z0-9._-]+")
EXTRA = re.compile(r";.*\bextra\s*==")
ROOT = "rekom"
PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@click.command("sbom")
def sbom_command() -> None:
    """Write the bill of materials of the packages installed here, with versions, licences and what needs what."""
    click.echo(json.dumps(bill(), indent=1, ensure_ascii=False))


def bill() -> dict[str, Any]:
    """The whole document; the same packages give the same components."""
    found = dict(sorted(installed().items()))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"timestamp": utc_now().isoformat(timespec="seconds"), "component": _component(ROOT, None)},
        "components": [_component(name, package) for name, package in found.items() if name != ROOT],
        "dependencies": [{"ref": _ref(name, package), "dependsOn": _needs(package, found)} for name, package in found.items()],
    }


def installed() -> dict[str, Distribution | None]:
    """Our own package and everything it needs here, by normal name; what is not installed is not part of it."""
    found: dict[str, Distribution | None] = {}
    waiting = [ROOT, *own_needs()]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            if name == ROOT:
                found[name] = None
            continue
        waiting.extend(_required(found[name]))
    return found


def own_needs() -> list[str]:
    """What Rekom itself needs; run from a checkout it is no installed package, and pyproject.toml says it."""
    lines = tomllib.loads(PROJECT.read_text())["project"]["dependencies"] if PROJECT.exists() else requires(ROOT) or []
    return [normal(named[0]) for line in lines if (named := NAME.match(line))]


def normal(name: str) -> str:
    """A package's name as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _required(package: Distribution | None) -> Iterator[str]:
    for line in (package.requires or ()) if package else ():
        named = NAME.match(line)
        if named and not EXTRA.search(line):
            yield normal(named[0])


def _needs(package: Distribution | None, found: dict[str, Distribution | None]) -> list[str]:
    names = _required(package) if package else own_needs()
    return sorted({_ref(name, found[name]) for name in names if name in found})


def _ref(name: str, package: Distribution | None) -> str:
    return f"pkg:pypi/{name}@{package.version}" if package else ROOT


def _component(name: str, package: Distribution | None) -> dict[str, Any]:
    if package is None:
        return {"type": "application", "bom-ref": ROOT, "name": name}
    known = package.metadata
    told = [*(known.get_all("License-Expression") or ()), *(word for word in known.get_all("Classifier") or () if "License ::" in word)]
    licence = next(iter(told), None)
    component = {"type": "library", "bom-ref": _ref(name, package), "name": name, "version": package.version, "purl": _ref(name, package)}
    return component | ({"licenses": [{"license": {"name": licence.split(" :: ")[-1]}}]} if licence else {})
