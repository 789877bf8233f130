"""Who approves, as a lawyer writes it in a policy file."""

import re
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields

from workflows.rules.policy import ActingLimit, ActingLimits, ApprovalChain, ApprovalChains, QuorumRule, QuorumRules
from workflows.states import POSTS, Role
from workflows.vocabulary import Capacity, LetterType

ALL_OTHERS = "SEMUA"
LADDER = (*POSTS, Role.KADIS)

CHAIN_HINT = (
    'Tulis misalnya "SEMUA: KASI > KABID > KADIS", dari jabatan terendah sampai KADIS. '
    f"Satu baris per jenis surat; SEMUA untuk jenis lain. Jabatan: {', '.join(LADDER)}."
)

LIMIT_HINT = (
    f'Tulis misalnya "PLH: {LetterType.REKOM_PBPU_PEMDA}", satu baris per kapasitas, jenis surat dipisah spasi; atau [] bila tanpa batas. '
    f"Kapasitas: {', '.join(Capacity)}. Jenis: {', '.join(LetterType)}."
)

QUORUM = re.compile(r"(?:DI_ATAS_KUOTA|(?P<type>[A-Z_]+) > (?P<amount>\d{1,12})): (?P<needed>\d) dari (?P<posts>[A-Z]+(?: [A-Z]+)*)")
QUORUM_HINT = (
    f'Tulis misalnya "DI_ATAS_KUOTA: 2 dari {" ".join(POSTS)}", atau jenis surat dan rupiah seperti '
    '"SEMUA > 3000000: 2 dari KABID SEKRETARIS"; atau [] bila tanpa kuorum.'
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


class LimitRows(fields.Field[ActingLimits]):
    """``["PLH: PENCABUTAN"]``: letter types that a capacity may not sign; an empty list where there are none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> ActingLimits:  # noqa: ARG002
        if not isinstance(value, list) or not all(isinstance(row, str) for row in value):
            raise ValidationError(LIMIT_HINT)
        limits = tuple(_limit(row) for row in value)
        if len({limit.capacity for limit in limits}) < len(limits):
            raise ValidationError(LIMIT_HINT)
        return limits


class QuorumRows(fields.Field[QuorumRules]):
    """``["DI_ATAS_KUOTA: 2 dari KASI KABID SEKRETARIS"]``, or a letter type and rupiah; an empty list where none is asked for."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> QuorumRules:  # noqa: ARG002
        if not isinstance(value, list) or not all(isinstance(row, str) for row in value):
            raise ValidationError(QUORUM_HINT)
        return tuple(_quorum(row) for row in value)


def _quorum(row: str) -> QuorumRule:
    match = QUORUM.fullmatch(row)
    if match is None:
        raise ValidationError(QUORUM_HINT)
    posts = match["posts"].split(" ")
    needed = int(match["needed"])
    if len(set(posts)) < len(posts) or not set(posts) <= set(POSTS) or not 1 <= needed <= len(posts):
        raise ValidationError(QUORUM_HINT)
    amount = match["amount"]
    letter_type = _letter_type(match["type"], QUORUM_HINT) if match["type"] else None
    return QuorumRule(letter_type, amount is None, int(amount or 0), needed, tuple(Role(post) for post in posts))


def _limit(row: str) -> ActingLimit:
    name, _, types = row.partition(": ")
    try:
        return ActingLimit(Capacity(name), frozenset(LetterType(word) for word in types.split(" ")))
    except ValueError:
        raise ValidationError(LIMIT_HINT) from None


def _chain(row: str) -> ApprovalChain:
    name, _, posts = row.partition(": ")
    ladder = posts.split(" > ")
    if any(post not in LADDER for post in ladder) or ladder[-1] != Role.KADIS:
        raise ValidationError(CHAIN_HINT)
    places = [LADDER.index(Role(post)) for post in ladder]
    if not all(lower < higher for lower, higher in pairwise(places)):
        raise ValidationError(CHAIN_HINT)
    return ApprovalChain(_letter_type(name, CHAIN_HINT), tuple(Role(post) for post in ladder[:-1]))


def _letter_type(name: str, hint: str) -> LetterType | None:
    if name == ALL_OTHERS:
        return None
    try:
        return LetterType(name)
    except ValueError:
        raise ValidationError(hint) from None
