"""The papers on personal data say what the system really holds and does: tables and commands in them exist, every kind has its term."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from sqlalchemy import Boolean, DateTime, Enum, Float, Integer
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from tests.verify.test_subject_access import reached
from verify.cli import main
from workflows.rules.retention import Kept
from workflows.sealed import Digest, Sealed, sealed_columns

FOLDER = Path(__file__).parents[2] / "docs" / "pelindungan-data"
PRIVACY = FOLDER.parent / "privacy.md"
PAPERS = {path.name: path.read_text() for path in sorted(FOLDER.glob("*.md"))}
ABOUT_THE_OFFICE = {"approval_step", "collective_row", "correction", "decision_ground", "duty", "episode", "escalation", "extension"}
ABOUT_THE_OFFICE |= {"late_acceptance", "legal_hold", "erasure", "ledger_entry", "manual_check", "match_decision", "match_pair"}
ABOUT_THE_OFFICE |= {
    "registration_batch_row",
    "phone_link",
    "removal",
    "reprint",
    "seat",
    "taking",
    "task",
    "waiting_entry",
    "webhook_attempt",
}
ABOUT_THE_OFFICE |= {"webhook_delivery", "withdrawal", "household_member"}
"""What the office does with a case that has its line already."""


SAYS_NOTHING = (Boolean, DateTime, Digest, Enum, Float, Integer, UTCDateTime)
"""Kinds of columns that hold no word, number or day of a person."""
PLAIN = re.compile(r"`([a-z_]+)\.([a-z_]+|\*)`")
OF_NOBODY = {
    "audit_event": "subject actor_name action previous_hash hash",
    "card": "code answered_by handed_on",
    "card_list": "region_code village_code made_by",
    "case_file": "ticket region_code timezone policy_valid_from policy_sha256",
    "case_paper": "handle sha256",
    "case_reading": "day",
    "check_result": "input_hash",
    "checkpoint": "root",
    "assessment": "criteria_set",
    "collective_letter": "region_code timezone policy_valid_from policy_sha256 list_sha256 office number token_id signature_id "
    "pdf_sha256 key_id",
    "collective_row": "letter_number letter_day",
    "coverage_cell": "village_code",
    "coverage_snapshot": "region_code reference made_by",
    "decision_ground": "code valid_from sentence next_step place reference",
    "duty": "due_on remind_on",
    "door": "code",
    "door_list": "region_code village_code",
    "erasure": "reference due_on",
    "escalation": "region_code subject",
    "extract": "sha256 file_name layout timezone imported_by undone_by",
    "finding_set": "facts_hash policy_region policy_valid_from policy_sha256",
    "hospital": "code name city region_code phone contract_number contract_from contract_until",
    "hospital_key": "client_id secret_sha256",
    "household": "code region_code",
    "import_file": "region_code handle sha256 layout timezone faults",
    "idempotency_record": "key request_hash",
    "jamkesda_batch": "region_code sha256 made_by void_by cut_off",
    "jamkesda_list": "region_code sha256 file_name imported_by undone_by",
    "late_acceptance": "nonce code_sha256 answer",
    "ledger_entry": "first_month",
    "legal_hold": "placed_by lifted_by",
    "letter": "office number token_id signature_id pdf_sha256 key_id",
    "letter_counter": "office region_code",
    "lookup_count": "key",
    "membership_report": "asked_for",
    "meter": "subject",
    "objection": "filed_on last_day",
    "passkey": "credential_id public_key",
    "phone_link": "digest",
    "premium_account": "region_code",
    "premium_bill": "sha256 file_name month checked_by region_code withdrawn_by",
    "premium_entry": "due_on happened_on",
    "premium_letter": "office number policy_valid_from policy_sha256",
    "provisional": "token_id",
    "readopted_letter": "token_id token_sha256 number hospital_code key_id taken_in_by",
    "recovery_code": "digest",
    "registration_answer": "region_code sha256 received_by",
    "registration_batch": "region_code sha256 made_by sent_by void_reason",
    "seat_quota": "region_code monthly",
    "sign_in": "digest challenge",
    "signing_authority": "region_code title valid_from valid_to position letter_types",
    "staff": "region_code password_hash",
    "task": "input_hash trace",
    "totp_secret": "sealed",
    "trust_counter": "name",
    "trust_entry": "token_id token_sha256 key_id",
    "used_signature": "digest",
    "vault_key": "wrapped",
    "webhook_attempt": "error",
    "webhook_delivery": "message_id task_hash",
    "webhook_endpoint": "id url sealed_secret",
}
"""Columns about the office, the law or another row: names of things, fingerprints, secrets that are sealed elsewhere."""


def speaking() -> dict[str, set[str]]:
    """The columns of each table that lie plain and could hold something of a person."""
    found = {
        table.name: {
            column.name for column in table.columns if not column.foreign_keys and not isinstance(column.type, (*SAYS_NOTHING, Sealed))
        }
        for table in SQLModel.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


def justified(columns: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What docs/privacy.md says lies plain, and why."""
    found: dict[str, set[str]] = defaultdict(set)
    for table, column in PLAIN.findall(PRIVACY.read_text().split("## Plain, and why")[1].split("\n## ")[0]):
        found[table] |= columns.get(table, set()) if column == "*" else {column}
    return found


def test_every_column_is_sealed_or_justified_or_of_nobody() -> None:
    columns = speaking()
    plain, of_nobody = justified(columns), {table: set(names.split()) for table, names in OF_NOBODY.items()}
    for table, names in columns.items():
        assert names - plain.get(table, set()) - of_nobody.get(table, set()) == set(), f"neither sealed nor explained in {table}"
    for table in (*plain, *of_nobody):
        said = plain.get(table, set()) | of_nobody.get(table, set())
        assert said <= columns.get(table, set()), f"sealed, or no longer there, in {table}"
        assert not plain.get(table, set()) & of_nobody.get(table, set()), table


def test_every_sealed_column_is_in_the_list_of_sealed_ones() -> None:
    listed = PRIVACY.read_text().split("## Encrypted")[1].split("\n## ")[0]
    for table in SQLModel.metadata.sorted_tables:
        for one in sealed_columns(table):
            lines = [line for line in listed.splitlines() if f"`{table.name}`" in line and f"`{one.column.name}`" in line]
            assert lines, f"{table.name}.{one.column.name}"


def test_the_record_names_tables_that_exist_and_forgets_none_of_a_person() -> None:
    record = PAPERS["rekaman-pemrosesan.md"]
    named = {name for line in record.splitlines() if line.count("|") == 7 for name in re.findall(r"`([a-z_]+)`", line.split("|")[-2])}
    assert named <= {table.name for table in SQLModel.metadata.sorted_tables}
    assert reached() - named <= ABOUT_THE_OFFICE


def test_each_kind_of_the_schedule_is_in_the_paper() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)`", PAPERS["retensi.md"], re.MULTILINE)) == {kind.value for kind in Kept}


@pytest.mark.parametrize("name", PAPERS)
def test_every_command_in_a_paper_exists(name: str) -> None:
    for words in re.findall(r"\brekom ([a-z]+) ([a-z]+)", PAPERS[name]):
        group = main.get_command(click.Context(main), words[0])
        assert isinstance(group, click.Group), words
        assert words[1] in group.commands, words


@pytest.mark.parametrize("name", PAPERS)
def test_what_the_office_fills_in_is_marked(name: str) -> None:
    assert name == "retensi.md" or PAPERS[name].count("`[isi") >= 3
