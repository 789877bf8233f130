"""Nothing comes in without a line that says why."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SECTIONS = {
    "Run time": PROJECT["dependencies"],
    "Matching (extra `link`)": PROJECT["optional-dependencies"]["link"],
    "Keys on a token (extra `hsm`)": PROJECT["optional-dependencies"]["hsm"],
    "Photographs of KTPs (extra `ktp`)": PROJECT["optional-dependencies"]["ktp"],
    "Traces (extra `otel`)": PROJECT["optional-dependencies"]["otel"],
    "Development and tests": PROJECT["optional-dependencies"]["dev"],
}


def reasons(section: str) -> dict[str, str]:
    """The dependencies of one section of docs/dependencies.md with what is said of each."""
    text = (ROOT / "docs" / "dependencies.md").read_text().split(f"## {section}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^- `([\w-]+)`: (.+)$", text, re.MULTILINE))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_direct_dependency_has_a_reason(section: str) -> None:
    wanted = [re.split(r"[\[<>=;~! ]", dependency)[0] for dependency in SECTIONS[section]]
    assert list(reasons(section)) == wanted
    assert all(len(reason) > 10 for reason in reasons(section).values())
