"""A file before it is read: what it is, how large, its digest, and whether it may be opened at all."""

import codecs
import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from schemas.extract_cells import Cell
from workflows.errors import RekomError
from workflows.saying import joined, say

BLOCK = 1 << 20
LARGEST_CSV = 500 << 20
LARGEST_WORKBOOK = 100 << 20
LARGEST_UNPACKED = 1 << 30
"""Bytes a workbook may say it holds."""
HIGHEST_RATIO = 100
"""Real sheets shrink ten to thirty times; what shrinks more is a bomb or nearly empty."""
SMALL_PART = 10 << 20
"""Below this many bytes a part may shrink as it likes."""
MOST_PARTS = 1_000
UNDIVIDED = say("Jangan dibagi: hanya berkas terbaru yang dihitung.")

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


Row = tuple[int, Sequence[Cell] | None]
"""A row's number in the file with its cells; None where it cannot be split into cells."""


class ImportRefused(RekomError):
    """The file as a whole is not taken; nothing was changed."""

    slug = "berkas-impor-ditolak"
    sentence = "Berkas ini tidak dapat diimpor. Tidak ada yang diubah."


class Format(StrEnum):
    """How rows are stored."""

    CSV = "CSV"
    XLSX = "XLSX"


@dataclass(frozen=True, slots=True)
class Source:
    """One file that may be read."""

    path: Path
    format: Format
    size: int
    sha256: str
    encoding: str
    changed_ns: int


def inspect(path: Path) -> Source:
    """Look at every byte once; ``ImportRefused`` says what to do instead."""
    size = path.stat().st_size
    if size == 0:
        raise ImportRefused("Berkas ini kosong. Minta berkas baru.")
    format_ = _format(path)
    _check_size(size, format_)
    changed = path.stat().st_mtime_ns
    sha256, encoding = _digest(path, text=format_ is Format.CSV)
    if format_ is Format.XLSX:
        _check_archive(path)
    return Source(path, format_, size, sha256, encoding, changed)


def check_unchanged(source: Source) -> None:
    """What was read must be what the digest was taken of."""
    stat = source.path.stat()
    if (stat.st_size, stat.st_mtime_ns) != (source.size, source.changed_ns):
        raise ImportRefused("Berkas ini berubah selagi dibaca. Tunggu sampai selesai disalin, lalu ulangi.")


def _format(path: Path) -> Format:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(ZIP):
        return Format.XLSX
    if start.startswith(OLE):
        raise ImportRefused("Berkas ini .xls lama atau dikunci kata sandi. Simpan sebagai .xlsx tanpa kata sandi, lalu ulangi.")
    if start.startswith(PDF):
        raise ImportRefused("Berkas ini PDF. Minta berkas .csv atau .xlsx.")
    if start.startswith(UTF_16):
        raise ImportRefused("Berkas ini teks UTF-16. Simpan sebagai CSV UTF-8, lalu ulangi.")
    if start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise ImportRefused("Berkas ini halaman web, walau namanya mungkin .xls. Minta berkas .csv atau .xlsx dari sistem asal.")
    return Format.CSV


def _check_size(size: int, format_: Format) -> None:
    if format_ is Format.CSV and size > LARGEST_CSV:
        larger = say("Berkas ini lebih besar dari {size} MB. Minta berkas dengan kolom yang perlu saja.", size=LARGEST_CSV >> 20)
        raise ImportRefused(joined((larger, UNDIVIDED)))
    if format_ is Format.XLSX and size > LARGEST_WORKBOOK:
        raise ImportRefused(say("Berkas ini lebih besar dari {size} MB. Simpan sebagai CSV, lalu ulangi.", size=LARGEST_WORKBOOK >> 20))


def _digest(path: Path, *, text: bool) -> tuple[str, str]:
    """SHA-256 of the bytes, and the encoding they can be read in."""
    digest, decoder, encoding = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), "utf-8"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            if text and b"\0" in block:
                raise ImportRefused("Berkas ini bukan teks. Minta berkas .csv atau .xlsx.")
            if text and encoding == "utf-8" and not _decodes(decoder, block, last=False):
                encoding = "cp1252"
    if text and encoding == "utf-8" and not _decodes(decoder, b"", last=True):
        encoding = "cp1252"
    return digest.hexdigest(), encoding


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, last: bool) -> bool:
    try:
        decoder.decode(block, last)
    except UnicodeDecodeError:
        return False
    return True


def _check_archive(path: Path) -> None:
    """Refuse a zip bomb by what it says of itself; one that lies meets the reader's memory limit."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, RuntimeError, ValueError, OverflowError, OSError):
        raise ImportRefused("Berkas .xlsx ini rusak atau terpotong. Minta berkas baru.") from None
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise ImportRefused("Berkas ini bukan .xlsx. Simpan sebagai .xlsx atau .csv, lalu ulangi.")
    bomb = any(part.file_size > max(SMALL_PART, HIGHEST_RATIO * part.compress_size) for part in parts)
    if bomb or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise ImportRefused("Isi berkas .xlsx ini terlalu besar sesudah dibuka. Simpan sebagai CSV, lalu ulangi.")
