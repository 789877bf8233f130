"""Files for and from BPJS Kesehatan, as the command line, the API and the pages all handle them."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schemas.registration_file import is_title_row, read_answers, render
from verify.composition import Rekom
from verify.imports.csv_reader import CsvReader
from verify.imports.source import Format, ImportRefused, check_unchanged, inspect
from verify.imports.xlsx_reader import XlsxReader
from workflows import batches, duties
from workflows.actor import Actor
from workflows.batches import AnswerRow
from workflows.duties import DutyTerms
from workflows.errors import InvalidInput
from workflows.records.registration import RegistrationAnswer, RegistrationBatch

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_ANSWER = 8 << 20
"""Bytes of an uploaded answer file."""


def make_batch(rekom: Rekom, session: Session, region_code: str, actor: Actor) -> RegistrationBatch:
    """One export file of everybody who waits in a region."""
    return batches.make(session, rekom.policy_today(region_code), render, actor, now=rekom.clock())


def duty_terms(rekom: Rekom) -> DutyTerms:
    """What a reactivation that is written down today brings with it."""
    today = rekom.clock().astimezone(ZoneInfo(rekom.zone(rekom.settings.region))).date()
    return duties.terms_on(rekom.policies.national, today)


def file_name(batch: RegistrationBatch) -> str:
    """What the file is called on somebody's disk."""
    return f"pendaftaran-{batch.region_code}-{batch.number:04d}.xlsx"


def read_file(rekom: Rekom, path: Path) -> tuple[str, list[AnswerRow]]:
    """The digest and the rows of an answer file; ``InvalidInput`` where any of them cannot be used."""
    try:
        source = inspect(path)
        reader = CsvReader(source, is_title_row) if source.format is Format.CSV else XlsxReader(source)
        with closing(reader.rows()) as rows:
            found = read_answers(rows, practice=rekom.settings.practice)
        check_unchanged(source)
    except ImportRefused as refused:
        raise InvalidInput(str(refused)) from None
    return source.sha256, found


def read_upload(rekom: Rekom, sent: bytes) -> tuple[str, list[AnswerRow]]:
    """The same of a file that came through a form."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jawaban"
        path.write_bytes(sent)
        return read_file(rekom, path)


def apply_rows(rekom: Rekom, region_code: str, digest: str, rows: Sequence[AnswerRow], actor: Actor) -> RegistrationAnswer:
    """Apply answers in one transaction; a file that is known already gives its first receipt."""
    with rekom.database.write() as session:
        return batches.apply(session, region_code, digest, rows, actor, now=rekom.clock())
