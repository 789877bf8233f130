"""Who may stand below a letter as its signer: the title that the region's dated rule names, in its usual spellings."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.policy_file import load_policies
from workflows.rules.signing_titles import may_sign_as

POLICY = load_policies().at("3673", date(2026, 11, 22))
SERANG = replace(POLICY, signer_titles=replace(POLICY.signer_titles, value=("Kepala Dinas Sosial",)))


@pytest.mark.parametrize(
    "title",
    ["Kepala Dinas Sosial", "KEPALA  DINAS SOSIAL", " kepala dinas sosial ", "Plt. Kepala Dinas Sosial", "a.n. Kepala Dinas Sosial"],
)
def test_the_title_of_the_rule_signs_whatever_its_spelling_or_capacity(title: str) -> None:
    assert may_sign_as(SERANG, title)


@pytest.mark.parametrize(
    "title", ["", "Kepala Dinas", "Sekretaris Dinas Sosial", "Plt.", "Wakil Kepala Dinas Sosial", "Kepala Dinas Sosial a.n."]
)
def test_any_other_title_does_not_sign(title: str) -> None:
    assert not may_sign_as(SERANG, title)


def test_a_rule_that_names_nobody_lets_nobody_sign() -> None:
    assert not may_sign_as(replace(SERANG, signer_titles=replace(SERANG.signer_titles, value=())), "Kepala Dinas Sosial")
