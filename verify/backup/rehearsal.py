"""Try an upgrade on a copy: what it changes, how long it takes, and that it loses no row."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from verify.backup.contents import count
from verify.backup.making import make_copy
from verify.backup.receipt import Contents
from verify.backup.restoring import throwaway
from verify.composition import Rekom
from verify.db import Step, connect, migrate, pending
from workflows.errors import RekomError


class UpgradeFails(RekomError):
    """A step cannot be made on this office's data."""

    slug = "peningkatan-gagal"
    sentence = "Peningkatan gagal pada salinan. Basis data kantor tidak berubah. Kirim pesan ini ke pengembang."


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an upgrade would do. ``seconds`` is how long its steps took on the copy; writers wait that long."""

    steps: tuple[Step, ...]
    rows: int
    seconds: float


def rehearse(rekom: Rekom) -> Rehearsal:
    """Copy the database, upgrade the copy, count; ``UpgradeFails`` names the step's error. The office's own is only read."""
    url = rekom.settings.database_url
    steps = pending(url)
    with tempfile.TemporaryDirectory(prefix="rekom-") as folder:
        before = make_copy(url, Path(folder) / "copy")
        with throwaway(url, Path(folder) / "copy") as copy:
            try:
                started = time.monotonic()
                migrate(copy, rekom.new_vault())
                seconds = time.monotonic() - started
            except (SQLAlchemyError, ValueError, LookupError) as error:
                raise UpgradeFails(f"{UpgradeFails.sentence} ({type(error).__name__})") from None
            lost = _lost(before, _count(copy))
    if lost:
        raise UpgradeFails(f"Peningkatan menghilangkan baris pada salinan: {', '.join(lost)}. Basis data kantor tidak berubah.")
    return Rehearsal(steps, sum(before.rows.values()), seconds)


def _count(url: str) -> Contents:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            return count(connection)
    finally:
        engine.dispose()


def _lost(before: Contents, after: Contents) -> list[str]:
    """Tables with fewer rows than before, and the audit trail where it is not the same any more."""
    fewer = [name for name, number in before.rows.items() if name in after.rows and after.rows[name] < number]
    return fewer + (["jejak audit"] if (after.chains, after.root) != (before.chains, before.root) else [])
