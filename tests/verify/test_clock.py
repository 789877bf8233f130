"""What the operating system says of the clock, in the numbers of adjtimex(2)."""

from types import SimpleNamespace

import pytest

from verify import clock


@pytest.mark.parametrize(("state", "synchronised"), [(0, True), (5, False), (-1, None)])
def test_each_answer_has_its_meaning(monkeypatch: pytest.MonkeyPatch, state: int, synchronised: bool | None) -> None:
    monkeypatch.setattr(clock.ctypes, "CDLL", lambda _: SimpleNamespace(adjtimex=lambda timex: state))
    assert clock.kernel_synchronised() is synchronised


def test_a_system_without_the_call_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock.ctypes, "CDLL", lambda _: SimpleNamespace())
    assert clock.kernel_synchronised() is None
