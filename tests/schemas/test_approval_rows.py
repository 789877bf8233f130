"""The approval chain as a lawyer writes it: read exactly, or refused with an example."""

from typing import Any

import pytest
from marshmallow import ValidationError

from schemas.approval_rows import CHAIN_HINT, ChainRows
from workflows.rules.policy import ApprovalChain
from workflows.states import Role
from workflows.vocabulary import LetterType


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
