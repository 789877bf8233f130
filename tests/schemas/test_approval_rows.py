"""The approval chain as a lawyer writes it: read exactly, or refused with an example."""

from typing import Any

import pytest
from marshmallow import ValidationError

from schemas.approval_rows import CHAIN_HINT, LIMIT_HINT, QUORUM_HINT, ChainRows, LimitRows, QuorumRows
from workflows.rules.policy import ActingLimit, ApprovalChain, QuorumRule
from workflows.states import POSTS, Role
from workflows.vocabulary import Capacity, LetterType


@pytest.mark.parametrize(
    ("rows", "chains"),
    [
        (["SEMUA: KADIS"], (ApprovalChain(None, ()),)),
        (["SEMUA: KASI > KABID > SEKRETARIS > KADIS"], (ApprovalChain(None, (Role.KASI, Role.KABID, Role.SEKRETARIS)),)),
        (
            ["REKOM_PBPU_PEMDA: KABID > KADIS", "SEMUA: KADIS"],
            (ApprovalChain(LetterType.REKOM_PBPU_PEMDA, (Role.KABID,)), ApprovalChain(None, ())),
        ),
    ],
)
def test_a_chain_is_read(rows: list[str], chains: tuple[ApprovalChain, ...]) -> None:
    assert ChainRows().deserialize(rows) == chains


@pytest.mark.parametrize(
    "rows",
    [
        [],
        "SEMUA: KADIS",
        [1],
        ["KADIS"],
        ["SEMUA: "],
        ["SEMUA: KASI > KABID"],
        ["SEMUA: KABID > KASI > KADIS"],
        ["SEMUA: KASI > KASI > KADIS"],
        ["SEMUA: LOKET > KADIS"],
        ["SURAT_LAIN: KADIS"],
        ["SEMUA: KADIS", "SEMUA: KASI > KADIS"],
    ],
)
def test_anything_else_is_refused_with_an_example(rows: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        ChainRows().deserialize(rows)
    assert refused.value.messages == [CHAIN_HINT]


def test_limits_are_read() -> None:
    limit = ActingLimit(Capacity.PLH, frozenset({LetterType.REKOM_PBPU_PEMDA}))
    assert LimitRows().deserialize(["PLH: REKOM_PBPU_PEMDA"]) == (limit,)
    assert LimitRows().deserialize([]) == ()


@pytest.mark.parametrize("rows", ["PLH", [1], ["PLH"], ["PLH: SURAT"], ["XX: REKOM_PBPU_PEMDA"], ["PLH: REKOM_PBPU_PEMDA"] * 2])
def test_other_limits_are_refused_with_an_example(rows: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        LimitRows().deserialize(rows)
    assert refused.value.messages == [LIMIT_HINT]


def test_a_quorum_is_read() -> None:
    letter = LetterType.REKOM_PBPU_PEMDA
    assert QuorumRows().deserialize([]) == ()
    assert QuorumRows().deserialize(["DI_ATAS_KUOTA: 2 dari KASI KABID SEKRETARIS"]) == (QuorumRule(None, True, 0, 2, POSTS),)
    assert QuorumRows().deserialize([f"{letter} > 3000000: 1 dari KABID"]) == (QuorumRule(letter, False, 3_000_000, 1, (Role.KABID,)),)


@pytest.mark.parametrize(
    "row",
    [
        "DI_ATAS_KUOTA",
        "DI_ATAS_KUOTA: 4 dari KASI KABID SEKRETARIS",
        "DI_ATAS_KUOTA: 0 dari KASI",
        "DI_ATAS_KUOTA: 1 dari KADIS",
        "DI_ATAS_KUOTA: 1 dari KASI KASI",
        "SURAT > 5: 1 dari KASI",
        "SEMUA > lima: 1 dari KASI",
        5,
    ],
)
def test_another_quorum_is_refused_with_an_example(row: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        QuorumRows().deserialize([row])
    assert refused.value.messages == [QUORUM_HINT]
