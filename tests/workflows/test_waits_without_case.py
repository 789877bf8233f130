"""What waits without a case: cover letters, and acceptances without network whose code names no letter."""

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.approval_office import with_chain, with_policy
from tests.collective_office import act, approve, press, propose, to_file
from tests.office import Office
from tests.workflows.test_collective import actions, to_file_with_chain
from tests.workflows.test_late_acceptances import open_ones, receive, sent
from tests.workflows.test_stuck import one, rows, stuck
from verify import collective as edge
from verify.db import _alembic
from verify.escalation import sweep
from verify.web.waits import WAITING
from workflows import audit, collective, escalations, late_acceptances
from workflows.collective_states import CollectiveStatus
from workflows.desk import DeskAnswer, Verdict
from workflows.records.collective import CollectiveLetter
from workflows.rules.limits import Waiting
from workflows.rules.policy import SigningMode
from workflows.states import Role

STRANGE = Verdict(DeskAnswer.UNKNOWN)
COLLECTIVE = (Waiting.COLLECTIVE_PROPOSED, Waiting.COLLECTIVE_SIGNED, Waiting.COLLECTIVE_PREPARED)


def unknown(office: Office, by: str = "rs") -> str:
    """An acceptance of a code that names no letter of ours; returns its nonce."""
    code = CollectiveLetter(token="tidak ada")  # only its token is looked at
    return receive(office, None, sent(code, office.clock()), by, refused=STRANGE).nonce  # type: ignore[arg-type]


def about_letters(office: Office) -> list[str]:
    return [wait.pending.kind for wait in stuck(office) if wait.pending.kind in COLLECTIVE]


def test_each_thing_that_waits_has_words() -> None:
    assert set(Waiting) <= set(WAITING)


def test_a_cover_letter_waits_for_each_post_anew(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    to_file_with_chain(office)
    letter = propose(office)
    office.clock.pass_by(hours=4)
    wait = one(office, Waiting.COLLECTIVE_PROPOSED)
    assert (wait.pending.owner, wait.told, wait.next, wait.pending.ticket) == (Role.KASI, Role.LOKET, Role.KADIS, None)
    assert wait.pending.title == "Surat pengantar untuk 1 orang"
    act(office, letter, "give_paraf", letter.list_sha256, by="kasi")
    assert about_letters(office) == []
    office.clock.pass_by(days=1)
    kabids = one(office, Waiting.COLLECTIVE_PROPOSED)
    assert kabids.pending.owner == Role.KABID
    act(office, letter, "give_paraf", letter.list_sha256, by="kabid")
    with office.write() as session:
        assert escalations.tell(session, kabids, now=office.clock()) == []  # given since it was looked at
    office.clock.pass_by(days=1)
    assert one(office, Waiting.COLLECTIVE_PROPOSED).pending.owner == Role.KADIS


def test_a_step_of_a_cover_letter_is_told_once_and_ends_with_the_word(office: Office) -> None:
    to_file(office, 1)
    letter = propose(office)
    office.clock.pass_by(hours=4)
    told = [sweep(office.rekom) for _ in range(2)]
    assert told[1] == 0
    (row,) = [row for row in rows(office) if row.collective_id == letter.id]
    assert (row.case_id, row.level, row.role, row.region_code, row.ended_at) == (None, 1, Role.LOKET, "3673", None)
    assert actions(office, letter) == ["PROPOSE", "ESCALATE"]
    loket = office.actor("loket")
    with office.read() as session:
        assert escalations.told_to(session, loket) >= 1
    approve(office, letter)
    sweep(office.rekom)
    assert [row.ended_at for row in rows(office) if row.collective_id == letter.id] == [office.clock()]


def test_its_paper_and_its_signature_are_waited_for(sqlite_office: Office) -> None:
    office = with_policy(sqlite_office, signing_mode=SigningMode.SEAL)
    to_file(office, 1)
    with_policy(office, signing_mode=SigningMode.WET)
    letter = approve(office, propose(office))
    office.clock.pass_by(hours=1)
    assert about_letters(office) == [Waiting.COLLECTIVE_SIGNED]
    assert one(office, Waiting.COLLECTIVE_SIGNED).pending.title == f"Surat pengantar {letter.number}"
    press(office, letter)
    office.clock.pass_by(days=1)
    wait = one(office, Waiting.COLLECTIVE_PREPARED)
    assert (wait.pending.owner, wait.pending.name) == (Role.KADIS, "Dra. Hj. Wati Contoh, M.Si.")
    sweep(office.rekom)
    assert {row.staff_id for row in rows(office) if row.collective_id and row.role == Role.KADIS} == {letter.decided_by}


def test_a_cover_letter_that_moved_between_look_and_word_is_not_told_of(sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1)
    letter = propose(office)
    office.clock.pass_by(hours=4)
    wait = one(office, Waiting.COLLECTIVE_PROPOSED)
    approve(office, letter)
    with office.write() as session:
        assert escalations.tell(session, wait, now=office.clock()) == []


def test_an_acceptance_that_names_no_letter_is_told_and_ends_when_it_is_settled(office: Office) -> None:
    nonce = unknown(office)
    office.clock.pass_by(days=1)
    wait = one(office, Waiting.LATE_ACCEPTANCE)
    assert (wait.pending.title, wait.pending.owner) == ("Penerimaan dari RSUD Contoh Serang", Role.CASEWORKER)
    assert sweep(office.rekom) == 1
    (row,) = rows(office)
    assert (row.late_nonce, row.case_id, row.role) == (nonce, None, Role.VALIDATOR)
    with office.read() as session:
        assert [event.action for event in audit.events_of(session, f"late:{nonce}")] == ["ESCALATE"]
    peksos = office.actor("peksos")
    with office.write() as session:
        late_acceptances.settle(session, open_ones(office)[0], "Surat palsu, pasien bayar sendiri.", peksos, now=office.clock())
        assert escalations.tell(session, wait, now=office.clock()) == []
    assert sweep(office.rekom) == 0
    assert rows(office)[0].ended_at == office.clock()


def test_where_no_rules_say_how_long_nothing_stops(sqlite_office: Office) -> None:
    office = sqlite_office
    office.open()
    office.drain()
    unknown(office)
    with office.write() as session:
        session.connection().execute(text("UPDATE hospital SET region_code = '9999'"))
    office.clock.pass_by(days=2)
    assert [wait.pending.kind for wait in stuck(office)] == ["ASSESSMENT", "PROMISE_CLOCK"]


def test_a_wait_that_goes_on_after_it_ended_runs_again(sqlite_office: Office) -> None:
    """As where a closed case was opened again: not told twice, and not looked at for ever."""
    office = sqlite_office
    office.open()
    office.drain()
    office.clock.pass_by(hours=4)
    sweep(office.rekom)
    with office.write() as session:
        session.connection().execute(text("UPDATE escalation SET ended_at = at"))
        assert len(escalations.untold(session, stuck(office))) == 1
    assert sweep(office.rekom) == 0
    with office.read() as session:
        assert escalations.untold(session, stuck(office)) == []
    assert [row.ended_at for row in rows(office)] == [None]


@pytest.mark.parametrize(
    "change",
    ["case_id = NULL", "late_nonce = (SELECT nonce FROM late_acceptance)", "collective_id = 77"],
)
def test_raw_sql_cannot_make_a_step_about_nothing_or_two_things(office: Office, change: str) -> None:
    unknown(office)
    office.open()
    office.drain()
    office.clock.pass_by(hours=4)
    sweep(office.rekom)
    with pytest.raises(DBAPIError), office.write() as session:
        session.connection().execute(text(f"UPDATE escalation SET {change} WHERE case_id IS NOT NULL"))


def test_the_migration_goes_down_and_up_with_steps_in_it(database_url: str, office: Office) -> None:
    nonce = unknown(office)
    office.open()
    office.drain()
    office.clock.pass_by(days=2)
    sweep(office.rekom)
    assert nonce in {row.late_nonce for row in rows(office)}
    with_case = [row.id for row in rows(office) if row.case_id]
    office.rekom.database.close()
    command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0042")
    command.upgrade(_alembic(database_url, office.rekom.new_vault()), "head")
    assert [row.id for row in rows(office)] == with_case
    assert sweep(office.rekom) >= 1


def test_a_letter_that_ended_waits_for_nobody(sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1)
    letter = propose(office)
    act(office, letter, "drop", "Salah bulan.", by="loket")
    second = press(office, approve(office, propose(office)))
    office.clock.now = (second.valid_until or office.clock()) + timedelta(days=9)
    edge.sweep(office.rekom)
    with office.read() as session:
        assert collective.find(session, second.id or 0, office.actor("loket")).status == CollectiveStatus.EXPIRED
    assert about_letters(office) == []
