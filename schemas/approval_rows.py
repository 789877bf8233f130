"""Who approves, as a lawyer writes it in a policy file."""

from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields

from workflows.rules.policy import ApprovalChain, ApprovalChains
from workflows.states import POSTS, Role
from workflows.vocabulary import LetterType

ALL_OTHERS = "SEMUA"
LADDER = (*POSTS, Role.KADIS)

CHAIN_HINT = (
    'Tulis misalnya "SEMUA: KASI > KABID > KADIS", dari jabatan terendah sampai KADIS. '
    f"Satu baris per jenis surat; SEMUA untuk jenis lain. Jabatan: {', '.join(LADDER)}."
)


class ChainRows(fields.Field[ApprovalChains]):
    """``["SEMUA: KASI > KABID > KADIS"]``; a letter type of its own goes before the colon."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> ApprovalChains:  # noqa: ARG002
        if not isinstance(value, list) or not value or not all(isinstance(row, str) for row in value):
            raise ValidationError(CHAIN_HINT)
        chains = tuple(_chain(row) for row in value)
        if len({chain.letter_type for chain in chains}) < len(chains):
            raise ValidationError(CHAIN_HINT)
        return chains


def _chain(row: str) -> ApprovalChain:
    name, _, posts = row.partition(": ")
    ladder = posts.split(" > ")
    if any(post not in LADDER for post in ladder) or ladder[-1] != Role.KADIS:
        raise ValidationError(CHAIN_HINT)
    places = [LADDER.index(Role(post)) for post in ladder]
    if not all(lower < higher for lower, higher in pairwise(places)):
        raise ValidationError(CHAIN_HINT)
    return ApprovalChain(_letter_type(name), tuple(Role(post) for post in ladder[:-1]))


def _letter_type(name: str) -> LetterType | None:
    if name == ALL_OTHERS:
        return None
    try:
        return LetterType(name)
    except ValueError:
        raise ValidationError(CHAIN_HINT) from None
