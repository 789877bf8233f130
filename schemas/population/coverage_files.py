"""The dated files of coverage: targets with their references, and figures that were published."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from workflows import population
from workflows.errors import PolicyFileError
from workflows.population.targets import Target

EVERYWHERE = "*"
"""A target of all regions."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure. ``example_active`` says that the share of active members is made up."""

    region_code: str
    as_of: date
    residents: int
    members: int
    active_percent: int
    reference: str
    document: str
    example_active: bool

    @property
    def active(self) -> int:
        """Active members, rounded down."""
        return self.members * self.active_percent // 100


class TargetSchema(Schema):
    """One row of ``targets.toml``."""

    region_code = fields.String(required=True, validate=validate.Regexp(r"(\d{4}|\*)\Z"))
    percent = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100))
    by = fields.Raw(required=True)
    valid_from = fields.Raw(required=True)
    reference = fields.String(required=True, validate=validate.Length(10, 300))
    document = fields.String(required=True, validate=validate.Length(10))
    decided_on = fields.Raw(required=True)
    example = fields.Boolean(load_default=False)


class FigureSchema(Schema):
    """One row of ``published.toml``."""

    region_code = fields.String(required=True, validate=validate.Regexp(r"\d{4}\Z"))
    as_of = fields.Raw(required=True)
    residents = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    members = fields.Integer(required=True, strict=True, validate=validate.Range(0))
    active_percent = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100))
    reference = fields.String(required=True, validate=validate.Length(10, 300))
    document = fields.String(required=True, validate=validate.Length(10))
    example_active = fields.Boolean(load_default=False)

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> Figure:
        if given["members"] > given["residents"]:
            raise ValidationError("Peserta lebih banyak dari penduduk.", "members")
        return Figure(**given)


TARGETS = TargetSchema(many=True)
FIGURES = FigureSchema(many=True)


def folder() -> Path:
    """Where the files that come with the package lie."""
    return Path(next(iter(population.__path__)))


@cache
def shipped_targets() -> Mapping[str, tuple[Target, ...]]:
    """All targets by region, those of all regions under ``EVERYWHERE``."""
    return read_targets(folder() / "targets.toml")


@cache
def shipped_figures() -> tuple[Figure, ...]:
    """All published figures."""
    return tuple(_rows(FIGURES, folder() / "published.toml", "figures"))


def targets_of(region_code: str) -> tuple[Target, ...]:
    """A region's own targets and those of all regions."""
    known = shipped_targets()
    return known.get(region_code, ()) + known.get(EVERYWHERE, ())


def read_targets(path: Path) -> dict[str, tuple[Target, ...]]:
    """Targets by region; ``PolicyFileError`` names the file and what is wrong."""
    found: dict[str, tuple[Target, ...]] = {}
    for row in _rows(TARGETS, path, "targets"):
        region = row.pop("region_code")
        found[region] = (*found.get(region, ()), Target(**row))
    return found


def _rows(schema: Schema, path: Path, table: str) -> Any:
    try:
        rows = tomllib.loads(path.read_text())[table]
        loaded = schema.load(rows)
        for row in rows:
            if not all(isinstance(row[name], date) for name in ("as_of", "by", "valid_from", "decided_on") if name in row):
                raise ValidationError("Tulis tanggal tanpa tanda petik, seperti 2026-12-31.")
    except (tomllib.TOMLDecodeError, KeyError, ValidationError) as error:
        raise PolicyFileError(f"Berkas {path.name} tidak dapat dipakai: {error}. Perbaiki, lalu ulangi.") from None
    return loaded
