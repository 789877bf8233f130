"""Waiting limits as a lawyer writes them: ``ASSESSMENT 4 jam kerja: VALIDATOR, KADIS``."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from workflows.rules.calendar import Counting
from workflows.rules.limits import Limit, Limits, Waiting
from workflows.states import FINAL, Role, State

ROW = re.compile(r"([A-Z_]+) ([1-9]\d{0,3}) (jam kerja|hari kerja|jam): ([A-Z]+(?:, [A-Z]+)*)")
UNITS = {"jam": (1, Counting.CLOCK), "jam kerja": (1, Counting.WORKING), "hari kerja": (24, Counting.WORKING_DAYS)}
SUBJECTS = {*(state.value for state in State if state not in FINAL), *Waiting}
ROLES = {role.value for role in Role if role not in (Role.SYSTEM, Role.HOSPITAL)}
"""Who can be told: people of the office."""

HINT = 'Tulis misalnya "ASSESSMENT 4 jam kerja: VALIDATOR, KADIS", setiap langkah satu kali; satuan jam, jam kerja, atau hari kerja.'


class WaitingRows(fields.Field[Limits]):
    """A list of such rows, one for everything that may wait."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Limits:  # noqa: ARG002
        if not isinstance(value, list) or not value:
            raise ValidationError(HINT)
        found: dict[str, Limit] = {}
        for row in value:
            match = ROW.fullmatch(row) if isinstance(row, str) else None
            if match is None or match[1] in found:
                raise ValidationError(HINT)
            found[_known(match[1], SUBJECTS, "Langkah")] = _limit(match)
        if missing := sorted(SUBJECTS - set(found)):
            raise ValidationError(f"Belum ada batas tunggu untuk {', '.join(missing)}. Tambahkan satu baris untuk masing-masing.")
        return found


def _limit(match: re.Match[str]) -> Limit:
    hours, counting = UNITS[match[3]]
    ladder = tuple(Role(_known(name, ROLES, "Peran")) for name in match[4].split(", "))
    if len(set(ladder)) < len(ladder):
        raise ValidationError(HINT)
    return Limit(int(match[2]) * hours, counting, ladder)


def _known(name: str, names: set[str], what: str) -> str:
    if name not in names:
        raise ValidationError(f"{what} {name} tidak dikenal. Pilih: {', '.join(sorted(names))}.")
    return name
