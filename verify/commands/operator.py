"""What commands that set up an office share: the installation, who types, what was typed, and one sentence for a database's refusal."""

import os
import pwd
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session

from verify.clock import utc_now
from verify.composition import Rekom
from verify.config import load_settings
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, RekomError
from workflows.states import Role


def installation() -> Rekom:
    """This installation, as the environment describes it."""
    return Rekom(load_settings(), utc_now, wakes=False)


def operator(rekom: Rekom) -> Actor:
    """Who types, by the operating system's own word: an environment variable could say anything."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        name = f"uid {os.getuid()}"
    return Actor(id=None, name=f"operator: {name}"[:200], roles=frozenset({Role.ADMIN}), region_code=rekom.settings.region)


@contextmanager
def changing(rekom: Rekom) -> Iterator[Session]:
    """One transaction."""
    with closing(rekom.database) as database, discreet(), database.write() as session:
        yield session


@contextmanager
def looking(rekom: Rekom) -> Iterator[Session]:
    """A look that changes nothing."""
    with closing(rekom.database) as database, discreet(), database.read() as session:
        yield session


def region_of(rekom: Rekom, typed: str | None) -> str:
    """The region that was typed, else the installation's; one without rules can decide nothing."""
    region = typed or rekom.settings.region
    if region not in rekom.policies.regions:
        raise InvalidInput(f"Daerah itu belum punya berkas aturan. Pilih salah satu: {', '.join(sorted(rekom.policies.regions))}.")
    return region


def day_of(typed: str, option: str) -> date:
    """A day as typed after an option."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput(f"Tulis {option} seperti 2026-11-30.") from None


def write_private(place: Path, content: bytes) -> None:
    """A file that nobody else may read from its first byte on; one that is there is written anew. ``InvalidInput`` where it cannot be."""
    try:
        with os.fdopen(os.open(place, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as written:
            os.fchmod(written.fileno(), 0o600)
            written.write(content)
    except OSError as error:
        raise InvalidInput(f"Berkas {place} tidak dapat ditulis ({error.strerror}). Pilih tempat lain.") from None


@contextmanager
def discreet() -> Iterator[None]:
    """The database's own words quote rows: only their kind is told."""
    try:
        yield
    except IntegrityError:
        raise Conflict("Orang lain baru saja mengubah data yang sama. Tidak ada yang disimpan. Periksa daftarnya, lalu ulangi.") from None
    except SQLAlchemyError as error:
        raise RekomError(f"Basis data tidak menjawab ({type(error).__name__}). Periksa DATABASE_URL, lalu rekom migrate.") from None
