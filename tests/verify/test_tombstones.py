"""A tombstone in the database: what it refuses of one, and of every column of a case whether it goes or stays."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Date, LargeBinary, String, Table, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from tests.office import Office
from tests.retention_office import hold, lift, withdrawn
from tests.verify.test_subject_access import reached
from verify import retention
from verify.db import MIGRATIONS, _alembic
from workflows import erasing

STEPS = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
BEFORE = next(str(step.down_revision) for step in STEPS if step.path.endswith("_retention.py"))
"""The migration before the one that brought tombstones."""

CHANGES = (
    ("UPDATE case_file SET name = 'SITI CONTOH' WHERE id = :id", "tombstone_stays"),
    ("UPDATE case_file SET closed_at = NULL, state = 'OBJECTION' WHERE id = :id", "tombstone_stays"),
    (f"UPDATE case_file SET phone_digest = '{'0' * 32}' WHERE id = :id", "tombstone_stays"),
    ("UPDATE case_file SET phone = '081200000001' WHERE id = :id", "ck_case_file_phone_sealed"),
    ("UPDATE erasure SET days = 1 WHERE case_id = :id", "erasure_stays"),
    ("DELETE FROM erasure WHERE case_id = :id", "erasure_stays"),
    (
        "INSERT INTO legal_hold (case_id, reason, placed_by, placed_at) VALUES (:id, 'Diperiksa lagi.', 'x', CURRENT_TIMESTAMP)",
        "legal_hold_of_a_whole_case",
    ),
)


def test_a_tombstone_stays_as_it_is(office: Office) -> None:
    ticket = withdrawn(office)
    office.clock.pass_by(days=400)
    retention.sweep(office.rekom)
    for wrong, name in CHANGES:
        with pytest.raises(DBAPIError, match=name), office.write() as session:
            session.connection().execute(text(wrong), {"id": office.case(ticket).id})


INSERT = (
    "INSERT INTO erasure (case_id, kind, days, reference, due_on, erased_at) VALUES (:id, '{}', 1, 'uji', '2026-11-23', CURRENT_TIMESTAMP)"
)


def test_an_open_or_held_case_has_no_tombstone(office: Office) -> None:
    opened = office.open(1)
    office.drain()
    for kind, ticket in (("CLOSED_CASE", opened), ("ACCESS_LOG", opened)):
        with pytest.raises(DBAPIError, match="erasure_of_closed_case|of_a_case"), office.write() as session:
            session.connection().execute(text(INSERT.format(kind)), {"id": office.case(ticket).id})
    office.withdraw(opened)
    hold(office, opened)
    with pytest.raises(DBAPIError, match="erasure_of_closed_case"), office.write() as session:
        session.connection().execute(text(INSERT.format("WITHDRAWN_CASE")), {"id": office.case(opened).id})
    with pytest.raises(DBAPIError, match="legal_hold_stays"), office.write() as session:
        session.connection().execute(text("DELETE FROM legal_hold"))
    lift(office, opened)
    with pytest.raises(DBAPIError, match="legal_hold_stays"), office.write() as session:
        session.connection().execute(text("UPDATE legal_hold SET lifted_at = NULL, lifted_by = NULL, lift_reason = NULL"))


def test_the_migration_goes_down_and_up_and_refuses_to_forget_a_tombstone(office: Office) -> None:
    withdrawn(office)
    url = office.rekom.settings.database_url
    for step, where in ((command.downgrade, BEFORE), (command.upgrade, "head")):
        office.rekom.database.close()
        step(_alembic(url, office.rekom.new_vault()), where)
    office.clock.pass_by(days=400)
    assert retention.sweep(office.rekom).cases == 1
    office.rekom.database.close()
    with pytest.raises(RuntimeError, match="cannot say which cases were erased"):
        command.downgrade(_alembic(url, office.rekom.new_vault()), BEFORE)


STAYS = {
    "case_file": {"ticket", "state", "letter_type", "region_code", "timezone", "policy_valid_from", "policy_sha256", "no_nik", "sex",
                  "hospital_code", "urgency", "channel", "proxy_kin", "birth_date"},
    "assessment": {"criteria_set"},
    "check_result": {"kind", "outcome", "source"},
    "collective_row": {"letter_type", "letter_number", "letter_day"},
    "correction": {"kind"},
    "decision": {"letter_type", "outcome"},
    "decision_ground": {"code", "valid_from", "sentence", "next_step", "place", "reference"},
    "duty": {"kind", "due_on", "remind_on"},
    "erasure": {"kind", "reference", "due_on"},
    "escalation": {"region_code", "subject", "role"},
    "extension": {"hospital_code", "outcome"},
    "finding_set": {"policy_region", "policy_valid_from", "policy_sha256"},
    "household_member": {"segment"},
    "late_acceptance": {"nonce", "hospital_code", "code_sha256", "outcome", "answer", "taken_by", "registration_number", "settlement"},
    "legal_hold": {"reason", "placed_by", "lifted_by", "lift_reason"},
    "letter": {"type", "state", "office", "number", "token_id", "hospital_code", "signing_mode", "signature_id", "pdf_sha256", "key_id"},
    "ledger_entry": {"kind", "debit", "credit", "first_month"},
    "manual_check": {"kind"},
    "objection": {"filed_on", "last_day", "outcome"},
    "phone_link": {"digest", "sign_in", "device"},
    "provisional": {"token_id", "hospital_code"},
    "registration": {"route", "status", "refusal", "active_on"},
    "registration_batch_row": {"outcome"},
    "removal": {"letter_type", "reason"},
    "seat": {"status", "reason"},
    "taking": {"in_state"},
    "task": {"job"},
    "transfer": {"from_hospital", "to_hospital", "outcome"},
    "webhook_attempt": {"error"},
    "webhook_delivery": {"message_id", "endpoint_id", "news", "task_hash"},
    "withdrawal": {"cause"},
    "acceptance": {"hospital_code"},
    "agreement": {"role"},
    "approval_step": {"role"},
    "case_document": {"type"},
    "case_paper": {"handle", "type", "kind", "way", "sha256"},
    "case_reading": {"seen", "day"},
    "episode": {"hospital_code"},
    "paraf": {"role"},
    "premium_line_word": {"word"},
    "premium_letter_line": {"reason"},
}  # fmt: skip
"""Words and days that are no person's: outcomes, numbers of letters, the office's own words. ``birth_date`` keeps its year;
``late_acceptance`` is what a hospital sent, which no trigger lets go; grounds are the words of a public list."""


def told_apart() -> Iterator[tuple[str, str]]:
    """Every column of a case's rows that can hold words, a day or bytes."""
    of_rows = {str(kind.__tablename__): values for kind, values in {**erasing.OF_CASE, **erasing.OF_LETTER}.items()}
    gone = of_rows | {"case_file": erasing.OF_ITSELF}
    files = {"dtsen_row", "jamkesda_person", "member_row", "resident_row"}
    by_nik = files | {"match_pair", "match_decision", "membership_report", "premium_dispute"}
    for name in sorted(reached() - by_nik):
        table: Table = SQLModel.metadata.tables[name]
        for column in table.columns:
            wordy = isinstance(column.type, String | Date | LargeBinary) or "JSON" in str(column.type) or not _plain(column.type)
            if wordy and column.name not in gone.get(name, {}) and column.name not in STAYS.get(name, set()):
                yield name, column.name


def _plain(kind: Any) -> bool:
    return re.match(r"(INTEGER|BIGINT|BOOLEAN|DATETIME|VARCHAR|DATE|BLOB)", str(kind)) is not None


def test_of_every_column_it_is_known_whether_it_goes_or_stays() -> None:
    assert list(told_apart()) == []
