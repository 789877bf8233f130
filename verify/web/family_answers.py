"""The answers of a family's form in words: what all share, then a line for each member, in the order of the form."""

from collections.abc import Iterator, Sequence

from verify.web.answers import Answer
from verify.web.form import label
from verify.web.times import day
from verify.web.words import SEGMENT
from workflows.households import Applying, Covered, Family
from workflows.masking import grouped
from workflows.saying import joined, say


def answers_of(family: Family, applying: Sequence[int], covered: Sequence[int]) -> Iterator[Answer]:
    """Each answer as it will be kept; the rows say where on the form a member stands."""
    shared = family.applying[0].intake
    said = {"kk": grouped(family.kk), "phone": shared.phone, "address": shared.address or "", "domicile_code": shared.domicile_code or ""}
    yield from (Answer(name, label(name), words, missing=not words) for name, words in said.items())
    members = {row: (_field("nik", row), _applies(one)) for row, one in zip(applying, family.applying, strict=True)}
    others = {row: (_field("name", row), _is_covered(one)) for row, one in zip(covered, family.covered, strict=True)}
    for row, (name, words) in sorted((members | others).items()):
        yield Answer(name, say("Anggota {number}", number=row + 1), words)


def _field(name: str, row: int) -> str:
    return f"{name}.{row}"


def _applies(member: Applying) -> str:
    known = member.intake
    nik = grouped(known.nik) if known.nik else ""
    return joined((known.name, member.relation, nik, say("lahir {day}", day=day(known.birth_date))), ", ")


def _is_covered(member: Covered) -> str:
    return joined((member.name, member.relation, say("sudah dijamin: {segment}", segment=SEGMENT[member.segment.value])), ", ")
