"""Guess NIKs with a hospital's account until it is locked, and as nobody: ``python -m tests.load.guessing --guesses 10000``."""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

from tests.load.alone import an_office
from tests.office import Api, Office


@dataclass(frozen=True, slots=True)
class Guessed:
    """What ``guesses`` brought: answers of a signed-in account and of nobody, by status, and whether the account is locked after days."""

    guesses: int
    answered: int
    refused: int
    anonymous: int
    locked: bool


def guessing(office: Office, guesses: int) -> Guessed:
    """Ask for so many NIKs, each in a stretch of its own, signed in and then not."""
    desk = office.api("rs")
    said = Counter(_ask(desk, nik_of(number)) for number in range(guesses))
    nobody = Api(office.app.test_client())
    anonymous = Counter(_ask(nobody, nik_of(number)) for number in range(guesses // 10))
    office.clock.pass_by(days=30)
    return Guessed(guesses, said[200], said[429], anonymous[200], _ask(office.api("rs"), nik_of(1)) == 429)


def nik_of(number: int) -> str:
    """A made-up NIK: district, day, month and year differ before the serial does."""
    day, month, year, district = 1 + number % 28, 1 + number // 28 % 12, number // 336 % 100, 1 + number // 33_600
    return f"9901{district:02d}{day:02d}{month:02d}{year:02d}0001"


def _ask(api: Api, nik: str) -> int:
    return int(api.post("/desk/check", {"number": "460/1/DINSOS/XI/2026", "nik": nik}).status_code)


def main() -> None:
    """Print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=10_000)
    wanted = parser.parse_args().guesses
    with an_office() as office:
        sys.stdout.write(f"{guessing(office, wanted)}\n")


if __name__ == "__main__":
    main()
