"""What a backup says of itself, beside the copy, and what this installation remembers of its last one."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from verify.config import Settings
from workflows.errors import RekomError

RECEIPT = "daftar.json"
LAST = "cadangan-terakhir.json"


class BackupUnusable(RekomError):
    """A backup is incomplete, was changed, or does not say what it holds."""

    slug = "cadangan-rusak"
    sentence = "Cadangan ini tidak dapat dipakai. Ambil cadangan lain, lalu ulangi."


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds at one moment: its schema, the rows of each table, and the audit trail's chains and Merkle root."""

    revision: str
    rows: Mapping[str, int]
    chains: int
    root: str
    bundle_counter: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """``copy`` is the file's name beside the receipt, ``kind`` the database it is from; ``master_key`` is the sign of the key that
    opens its personal data, empty in receipts older than that."""

    made_at: datetime
    version: str
    kind: str
    copy: str
    size: int
    sha256: str
    contents: Contents
    master_key: str = ""


@dataclass(frozen=True, slots=True)
class LastBackup:
    """When a backup was last made and where; when one was last restored for a test."""

    made_at: datetime
    place: str
    checked_at: datetime | None = None


def write_receipt(folder: Path, receipt: Receipt) -> None:
    """Put the receipt beside its copy."""
    (folder / RECEIPT).write_text(json.dumps(asdict(receipt), indent=1, default=datetime.isoformat), encoding="utf-8")


def read_receipt(folder: Path) -> Receipt:
    """Read it back; ``BackupUnusable`` where it is missing or says less than it should."""
    try:
        said: dict[str, Any] = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
        contents = Contents(**said.pop("contents"))
        return Receipt(**said | {"made_at": datetime.fromisoformat(said["made_at"]), "contents": contents})
    except (OSError, ValueError, TypeError, KeyError):
        raise BackupUnusable(f"Folder {folder} bukan cadangan Rekom: {RECEIPT} tidak ada atau tidak terbaca. Pilih folder lain.") from None


def last_backup(settings: Settings) -> LastBackup | None:
    """What this installation remembers; None where nothing was ever backed up, or the note cannot be read."""
    try:
        said = json.loads((settings.folder / LAST).read_text(encoding="utf-8"))
        checked = said["checked_at"]
        return LastBackup(datetime.fromisoformat(said["made_at"]), said["place"], datetime.fromisoformat(checked) if checked else None)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def remember(settings: Settings, made_at: datetime, place: Path, checked_at: datetime | None = None) -> None:
    """Note the last backup; a test of an older one leaves the note on the newest as it is."""
    known = last_backup(settings)
    newest = LastBackup(made_at, str(place)) if known is None or known.made_at <= made_at else known
    newest = replace(newest, checked_at=checked_at or (known.checked_at if known else None))
    settings.folder.mkdir(parents=True, exist_ok=True)
    draft = settings.folder / f"{LAST}.{os.getpid()}"
    draft.write_text(json.dumps(asdict(newest), default=datetime.isoformat), encoding="utf-8")
    draft.replace(settings.folder / LAST)
