"""Old backups: they hold again what was erased since, so they have their time too. The newest always stays."""

import shutil
from datetime import datetime
from pathlib import Path

from verify.backup.receipt import BackupUnusable, last_backup, read_receipt
from verify.config import Settings


def expired(settings: Settings, before: datetime) -> list[Path]:
    """The folders beside the newest backup that were made before a moment; what is no backup of ours is never touched."""
    last = last_backup(settings)
    if last is None:
        return []
    newest = Path(last.place)
    beside = sorted(newest.parent.glob("rekom-*")) if newest.parent.is_dir() else []
    return [folder for folder in beside if folder != newest and _made_before(folder, before)]


def remove(folders: list[Path]) -> int:
    """Take them off the disk; returns how many went."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return sum(not folder.exists() for folder in folders)


def _made_before(folder: Path, before: datetime) -> bool:
    try:
        return read_receipt(folder).made_at <= before
    except BackupUnusable:
        return False
