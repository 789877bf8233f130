"""Restore a backup that is behind by so many letters: each is recognised at a desk, none of their numbers is given again.

``python -m tests.load.behind --letters 1000`` prints the figure; the suite asks for a tenth of it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import col, select

from tests.load.alone import an_office
from tests.many_letters import make_letters
from tests.office import Office
from verify.backup.making import make_backup
from verify.backup.restoring import restore
from verify.commands.letters import readopt
from verify.commands.operator import operator
from verify.composition import Rekom
from workflows.records import Letter, ReadoptedLetter


@dataclass(frozen=True, slots=True)
class Behind:
    """What became of the lost letters: desk answers before and after they were taken in, numbers given twice, and strangers."""

    lost: int
    answers: dict[str, int]
    taken_in: int
    answers_after: dict[str, int]
    reused: int
    later: int


def behind(office: Office, folder: Path, lost: int, *, before: int = 3, later: int = 5, skip: int = 25) -> Behind:
    """Give letters, back up, give ``lost`` more, lose the database, come back on SQLite, ask for each, and go on giving."""
    make_letters(office, before)
    backup, _ = make_backup(office.rekom, folder / "backups")
    office.clock.pass_by(hours=1)
    gone = make_letters(office, lost, first=before + 1)
    codes, numbers = [letter.token or "" for letter in gone], {letter.number for letter in gone}
    office.clock.pass_by(hours=1)
    with returned(office, folder) as back:
        restore(back.rekom, backup, operator(back.rekom), bundle_counter=1_000_000, skip=skip)
        answers = Counter(_answer(back, code) for code in codes)
        taken_in = Counter(readopt(back.rekom, code) for code in codes)["taken"]
        after = Counter(_answer(back, code) for code in codes)
        back.clock.pass_by(hours=1)
        make_letters(back, later, first=before + lost + 1)
        with back.read() as session:
            reused = len(numbers & set(session.exec(select(Letter.number))))
            known = set(session.exec(select(ReadoptedLetter.number).order_by(col(ReadoptedLetter.number))))
        assert taken_in < lost or known == numbers
    return Behind(lost, dict(answers), taken_in, dict(after), reused, later)


@contextmanager
def returned(office: Office, folder: Path) -> Iterator[Office]:
    """The office on an empty database, with its keys and its people's clock."""
    settings = replace(office.rekom.settings, database_url=f"sqlite:///{folder}/kembali.db")
    rekom = Rekom(settings, office.clock, wakes=False)
    vars(rekom).update({name: vars(office.rekom)[name] for name in ("policies", "key_store", "ports")})
    with closing(rekom.database):
        yield Office(rekom, office.clock, office.fakes)


def _answer(office: Office, code: str) -> str:
    return str(office.api("rs").post("/desk/check", {"code": code}).json["answer"])


def main() -> None:
    """Print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1_000)
    wanted = parser.parse_args().letters
    with an_office() as office:
        sys.stdout.write(f"{behind(office, office.rekom.settings.folder, wanted)}\n")


if __name__ == "__main__":
    main()
