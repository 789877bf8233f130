"""``rekom letters``: letters that a restore lost."""

from collections import Counter
from pathlib import Path

import click

from schemas.letter_token import ForgedToken
from verify import seals
from verify.commands.operator import changing, installation, operator
from verify.composition import Rekom
from workflows import lost_letters
from workflows.errors import InvalidInput
from workflows.lost_letters import Lost, NotLost, NumberGivenAgain

LONGEST = 2_000_000
"""Bytes of a file of codes: some thousands of letters."""
SAID = {
    "taken": "dicatat kembali",
    "known": "sudah dikenal",
    "given": "nomornya sudah diberikan kepada surat lain",
    "strange": "tidak terbit sesudah cadangan",
    "forged": "palsu atau rusak",
}


@click.group("letters")
def letters_group() -> None:
    """Letters given after the backup that the office came back from."""


@letters_group.command("readopt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def readopt_command(file: Path) -> None:
    """Take lost letters in again from their codes, one a line, as scanners or hospitals give them.

    Each keeps its number for good. What no restore explains, what is forged, and a letter whose number another one has by now is named
    by its line and left out.
    """
    rekom = installation()
    if file.stat().st_size > LONGEST:
        raise InvalidInput("Berkas kode terlalu besar. Pecah menjadi beberapa berkas.")
    said: Counter[str] = Counter()
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if line.strip():
            word = readopt(rekom, line.strip())
            said[word] += 1
            if word not in ("taken", "known"):
                click.echo(f"Baris {number}: {SAID[word]}.")
    click.echo(", ".join(f"{said[word]} {sentence}" for word, sentence in SAID.items()) + ".")


def readopt(rekom: Rekom, code: str) -> str:
    """One code in a transaction of its own; a word of ``SAID``."""
    try:
        keys = rekom.keys
        sealed = seals.opened(code, keys)
        with changing(rekom) as session:
            found = seals.letter_of(session, sealed, keys)
            if not isinstance(found, Lost):
                return "strange" if found is None else "known"
            return "taken" if lost_letters.readopt(session, found, operator(rekom), now=rekom.clock()) else "known"
    except ForgedToken:
        return "forged"
    except NumberGivenAgain:
        return "given"
    except NotLost:
        return "strange"
