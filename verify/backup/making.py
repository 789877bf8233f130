"""A backup is a folder: the copy and its receipt. It has its name when it is whole, or it is not there."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from verify import __version__
from verify.backup.copying import COPY, CopyFailed, copy_to, kind_of
from verify.backup.receipt import BackupUnusable, Contents, Receipt, read_receipt, remember, write_receipt
from verify.composition import Rekom
from verify.db import connect
from verify.vault import TABLE

CHUNK = 1 << 20


def make_backup(rekom: Rekom, into: Path) -> tuple[Path, Receipt]:
    """Copy the database into a new folder below ``into``; ``CopyFailed`` leaves nothing behind."""
    now, url, sign = rekom.clock(), rekom.settings.database_url, sign_now(rekom)
    folder = into / f"rekom-{now:%Y%m%dT%H%M%SZ}"
    with _unfinished(folder) as draft:
        file = draft / COPY[kind_of(url)]
        contents = make_copy(url, file)
        if sign_now(rekom) != sign:
            raise CopyFailed("Kunci induk diganti selagi disalin. Ulangi pencadangan.")
        receipt = Receipt(now, __version__, kind_of(url), file.name, file.stat().st_size, digest(file), contents, sign)
        write_receipt(draft, receipt)
        draft.rename(folder)
    remember(rekom.settings, now, folder)
    return folder, receipt


def sign_now(rekom: Rekom) -> str:
    """The sign of the master key that the office's database lies under now; empty where it has none yet, or between two."""
    engine = connect(rekom.settings.database_url)
    try:
        with engine.connect() as connection:
            sealed = rekom.master_key.there and inspect(connection).has_table(TABLE.name)
            return rekom.new_vault().sign(connection) if sealed else ""
    except SQLAlchemyError as error:
        raise CopyFailed(f"Salinan gagal ({type(error).__name__}). Periksa DATABASE_URL, ruang disk, dan hak akses.") from None
    finally:
        engine.dispose()


def make_copy(url: str, file: Path) -> Contents:
    """Copy a database into a file; ``CopyFailed`` in one sentence."""
    try:
        return copy_to(url, file)
    except (SQLAlchemyError, OSError) as error:
        raise CopyFailed(f"Salinan gagal ({type(error).__name__}). Periksa DATABASE_URL, ruang disk, dan hak akses.") from None


def opened(folder: Path) -> tuple[Path, Receipt]:
    """A backup's copy and receipt; ``BackupUnusable`` where a byte of the copy has changed."""
    receipt = read_receipt(folder)
    file = folder / Path(receipt.copy).name
    if not file.is_file() or digest(file) != receipt.sha256:
        raise BackupUnusable(f"Salinan di {folder} hilang atau berubah sejak dibuat. Ambil cadangan lain.")
    return file, receipt


def digest(file: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    read = hashlib.sha256()
    with file.open("rb") as source:
        while piece := source.read(CHUNK):
            read.update(piece)
    return read.hexdigest()


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    if folder.exists():
        raise CopyFailed(f"Folder {folder} sudah ada. Tunggu satu detik, lalu ulangi.")
    draft = folder.with_name(f".{folder.name}.belum")
    try:
        draft.mkdir(mode=0o700, parents=True)
        yield draft
    except OSError as error:
        raise CopyFailed(f"Folder {folder.parent} tidak dapat ditulis ({error.strerror}). Pilih folder lain.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
