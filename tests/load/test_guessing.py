"""Guessing NIKs with a hospital's account, small; the full figure is asked for by hand."""

from pathlib import Path

from tests.load.guessing import Guessed, guessing, nik_of
from tests.office import running_office


def test_guesses_bring_a_hundred_answers_at_most_and_strangers_none(sqlite_url: str, tmp_path: Path) -> None:
    with running_office(sqlite_url, tmp_path) as office:
        assert guessing(office, 150) == Guessed(150, 100, 50, 0, locked=True)


def test_no_two_guesses_are_alike() -> None:
    assert len({nik_of(number) for number in range(10_000)}) == 10_000
