"""The measurement of answers without network, small: each code has its answer, and nobody was asked."""

import statistics
from pathlib import Path

import pytest

from tests.load.offline_answer import BAR, a_cut_desk, scan_all
from tests.load.test_two_desks import BUSY

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_each_code_is_answered_without_network(chromium_path: Path) -> None:
    assert chromium_path.exists()
    with a_cut_desk(2) as (clerk, codes):
        answered = scan_all(clerk, codes, 8)
        assert [address for address in clerk.asked if "/periksa/jawab" in address] == []
    assert [one.answer for one in answered] == ["VALID", "FORGED"] * 4
    assert all(0 < one.own <= one.whole for one in answered)
    assert statistics.median(one.own for one in answered) < BUSY * BAR
    assert statistics.median(one.whole for one in answered) < BUSY * BAR
