"""Who may sign: letter types, limits of acting signers, hours of duty, and a delegation that ends by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.approval_office import with_policy
from tests.office import POLICIES, Office
from verify.documents.wording import CAPACITIES
from workflows import delegation, facts, staffing
from workflows.actor import Actor
from workflows.appointments import Appointment
from workflows.delegation import Delegation
from workflows.errors import Conflict, InvalidInput, NotAllowed, NotFound, RekomError
from workflows.records import SigningAuthority
from workflows.rules.policy import ActingLimit
from workflows.states import Job, Role
from workflows.vocabulary import Capacity, LetterType

OPERATOR = Actor(id=None, name="Operator", roles=frozenset({Role.ADMIN}), region_code="3673")
TODAY, WEEK = date(2026, 11, 23), date(2026, 11, 30)
LETTER = LetterType.REKOM_PBPU_PEMDA
ZONE = "Asia/Jakarta"


def appoint(office: Office, username: str, **new: Any) -> SigningAuthority:
    facts = {"capacity": Capacity.PLH, "title": "Kepala Dinas Sosial Kota Serang", "valid_from": TODAY, "valid_to": WEEK, **new}
    with office.write() as session:
        return staffing.appoint(session, staffing.find(session, username), Appointment(**facts), POLICIES, OPERATOR, now=office.clock())


def delegate(office: Office, by: str = "kadis", **given: Any) -> SigningAuthority:
    facts = {"username": "sekretaris", "capacity": Capacity.PLH, "first": TODAY, "last": WEEK, **given}
    actor = office.actor(by)
    with office.write() as session:
        return delegation.delegate(session, Delegation(**facts), actor, office.policy, now=office.clock())


def take_back(office: Office, number: int, by: str = "kadis") -> None:
    actor = office.actor(by)
    with office.write() as session:
        delegation.take_back(session, number, actor, ZONE, now=office.clock())


# --- letter types and limits


def test_an_authority_for_other_letters_signs_nothing_here(sqlite_office: Office) -> None:
    sqlite_office.hire("sekretaris", Role.LOKET)
    number = appoint(sqlite_office, "sekretaris", letter_types=frozenset({LETTER})).id
    first, second = sqlite_office.to_decision(1), sqlite_office.to_decision(2)
    sqlite_office.approve(first, by="sekretaris")
    with sqlite_office.write() as session:
        session.get_one(SigningAuthority, number).letter_types = ["JENIS_LAIN"]
    with pytest.raises(NotAllowed, match=r"^Kewenangan Anda tidak mencakup jenis surat ini\."):
        sqlite_office.approve(second, by="sekretaris")


@pytest.mark.parametrize(("capacity", "word"), [(Capacity.PLH, "Plh."), (Capacity.PLT, "Plt.")])
def test_a_region_may_keep_letters_from_acting_signers(sqlite_office: Office, capacity: Capacity, word: str) -> None:
    with_policy(sqlite_office, acting_limits=(ActingLimit(capacity, frozenset({LETTER})),))
    sqlite_office.hire("sekretaris", Role.LOKET)
    appoint(sqlite_office, "sekretaris", capacity=capacity)
    ticket = sqlite_office.to_decision()
    with pytest.raises(NotAllowed, match=f"^{word} tidak boleh menandatangani jenis surat ini"):
        sqlite_office.approve(ticket, by="sekretaris")
    sqlite_office.approve(ticket)


# --- what stands above the signature


@pytest.mark.parametrize(
    ("capacity", "title", "position", "asked"),
    [
        (Capacity.PLT, "Kepala Dinas Sosial Kota Serang", None, "Kepala Dinas Sosial Kota Serang"),
        (Capacity.AN, "Kepala Dinas Sosial Kota Serang", "Sekretaris", "Kepala Dinas Sosial Kota Serang\nSekretaris"),
    ],
)
def test_the_letter_is_told_title_and_own_post(
    sqlite_office: Office, capacity: Capacity, title: str, position: str | None, asked: str
) -> None:
    sqlite_office.hire("sekretaris", Role.LOKET)
    appoint(sqlite_office, "sekretaris", capacity=capacity, title=title, position=position)
    ticket = sqlite_office.to_decision()
    sqlite_office.approve(ticket, by="sekretaris")
    with sqlite_office.read() as session:
        question = facts.read(session, sqlite_office.case(ticket), Job.LETTER)
    assert (question.signer_title, question.signer_capacity) == (asked, capacity.value)
    assert capacity.value in CAPACITIES


def test_who_signs_on_behalf_names_the_own_post(sqlite_office: Office) -> None:
    sqlite_office.hire("sekretaris", Role.LOKET)
    with pytest.raises(InvalidInput, match="menyebut jabatannya sendiri"):
        appoint(sqlite_office, "sekretaris", capacity=Capacity.AN)


# --- duty


def duty(office: Office, start: datetime, hours: int) -> SigningAuthority:
    end = start + timedelta(hours=hours)
    days = {"valid_from": (start + timedelta(hours=7)).date(), "valid_to": (end + timedelta(hours=7)).date()}
    return appoint(office, "jaga", capacity=Capacity.AN, position="Kabid Linjamsos", hours=(start, end), **days)


def test_a_duty_signer_signs_in_the_own_hours_only(office: Office) -> None:
    office.hire("jaga", Role.LOKET)
    start = datetime(2026, 11, 28, 9, tzinfo=UTC)  # Saturday, four in the afternoon in Serang
    duty(office, start, 16)
    tickets = [office.to_decision(number) for number in (1, 2)]
    for moment, signs in ((start - timedelta(minutes=1), False), (start, True), (start + timedelta(hours=16), False)):
        office.clock.now = moment
        assert (Role.KADIS in office.actor("jaga").roles) == signs
    office.clock.now = start + timedelta(hours=15, minutes=59)
    office.approve(tickets[0], by="jaga")
    office.clock.pass_by(minutes=1)
    with pytest.raises(NotAllowed):
        office.approve(tickets[1], by="jaga")


def test_turns_of_duty_follow_each_other_and_do_not_overlap(sqlite_office: Office) -> None:
    sqlite_office.hire("jaga", Role.LOKET)
    start = datetime(2026, 11, 28, 1, tzinfo=UTC)
    duty(sqlite_office, start, 4)
    duty(sqlite_office, start + timedelta(hours=4), 4)
    with pytest.raises(Conflict, match="sudah memegang kewenangan a.n."):
        duty(sqlite_office, start + timedelta(hours=7), 4)
    with pytest.raises(InvalidInput, match="Jam selesai mendahului jam mulai"):
        duty(sqlite_office, start + timedelta(days=3), 0)


# --- delegation


def test_a_delegate_signs_until_the_last_day_and_not_the_day_after(office: Office) -> None:
    office.hire("sekretaris", Role.LOKET)
    given = delegate(office, last=TODAY)
    assert (given.title, given.delegated_by, given.capacity) == ("Kepala Dinas Sosial Kota Serang", office.actor("kadis").id, Capacity.PLH)
    first, second = office.to_decision(1), office.to_decision(2)
    office.approve(first, by="sekretaris")
    office.clock.pass_by(days=1)
    with pytest.raises(NotAllowed):
        office.approve(second, by="sekretaris")


def test_taken_back_it_ends_at_once_and_what_was_signed_stands(office: Office) -> None:
    office.hire("sekretaris", Role.LOKET)
    number = delegate(office).id or 0
    first, second = office.to_decision(1), office.to_decision(2)
    office.approve(first, by="sekretaris")
    office.clock.pass_by(minutes=5)
    take_back(office, number)
    with pytest.raises(NotAllowed):
        office.approve(second, by="sekretaris")
    assert office.letter(first).number.startswith("400.9/001")
    with pytest.raises(Conflict, match="sudah berakhir"):
        take_back(office, number)


def test_one_that_never_began_goes_altogether(sqlite_office: Office) -> None:
    sqlite_office.hire("sekretaris", Role.LOKET)
    number = delegate(sqlite_office, first=date(2026, 11, 25)).id or 0
    take_back(sqlite_office, number)
    assert sqlite_office.count(SigningAuthority) == 1


def test_what_cannot_be_delegated(sqlite_office: Office, subtests: pytest.Subtests) -> None:
    sqlite_office.hire("sekretaris", Role.LOKET)
    sqlite_office.hire("jauh", Role.LOKET, region="3316")
    cases: list[tuple[dict[str, Any], type[RekomError], str]] = [
        ({"capacity": Capacity.PLT}, InvalidInput, "hanya sebagai Plh. atau a.n."),
        ({"capacity": Capacity.AN}, InvalidInput, "menyebut jabatannya sendiri"),
        ({"username": "kadis"}, InvalidInput, "Pilih petugas lain"),
        ({"username": "jauh"}, InvalidInput, "Pilih petugas lain"),
        ({"username": "admin"}, Conflict, "ADMIN tidak boleh menandatangani"),
        ({"username": "rs"}, Conflict, "Petugas rumah sakit"),
        ({"username": "siapa"}, NotFound, "tidak ada"),
        ({"first": date(2026, 11, 22)}, InvalidInput, "Hari pertama sudah lewat"),
        ({"last": date(2026, 11, 22)}, InvalidInput, "Hari terakhir mendahului"),
        ({"by": "loket"}, NotAllowed, "Peran Anda tidak boleh"),
    ]
    for given, error, said in cases:
        with subtests.test(said), pytest.raises(error, match=said):
            delegate(sqlite_office, **given)


def test_a_delegate_does_not_delegate_on_and_takes_back_nobody_elses(sqlite_office: Office) -> None:
    for username in ("sekretaris", "kabid"):
        sqlite_office.hire(username, Role.LOKET)
    number = delegate(sqlite_office).id or 0
    with pytest.raises(NotAllowed, match="Hanya Kepala Dinas atau Plt"):
        delegate(sqlite_office, by="sekretaris", username="kabid")
    with pytest.raises(NotFound, match="bukan dari Anda"):
        take_back(sqlite_office, number, by="sekretaris")


def test_nobody_delegates_beyond_the_own_days(sqlite_office: Office) -> None:
    for username in ("plt", "sekretaris"):
        sqlite_office.hire(username, Role.LOKET)
    appoint(sqlite_office, "plt", capacity=Capacity.PLT)
    delegate(sqlite_office, by="plt", last=WEEK)
    with pytest.raises(NotAllowed, match="Kewenangan Anda sendiri berakhir pada 30-11-2026"):
        delegate(sqlite_office, by="plt", username="loket", last=WEEK + timedelta(days=1))


def test_nobody_delegates_letters_beyond_the_own(sqlite_office: Office) -> None:
    for username in ("plt", "sekretaris", "kabid"):
        sqlite_office.hire(username, Role.LOKET)
    guarantee, removal = LetterType.JAMINAN_PELAYANAN, LetterType.PENCABUTAN
    appoint(sqlite_office, "plt", capacity=Capacity.PLT, letter_types=frozenset({LETTER, guarantee, removal}))
    with_policy(sqlite_office, acting_limits=(ActingLimit(Capacity.PLT, frozenset({removal})),))
    for beyond in (LetterType.KET_REAKTIVASI_PBI_JK, removal):
        with pytest.raises(NotAllowed, match="Anda sendiri tidak boleh menandatangani"):
            delegate(sqlite_office, by="plt", letter_types=frozenset({LETTER, beyond}))
    assert delegate(sqlite_office, by="plt").letter_types == sorted((LETTER, guarantee)), "without a choice all that the giver may"
    assert delegate(sqlite_office, by="plt", username="kabid", letter_types=frozenset({LETTER})).letter_types == [LETTER]
    assert delegate(sqlite_office, username="loket").letter_types is None
    with_policy(sqlite_office, acting_limits=(ActingLimit(Capacity.PLT, frozenset({LETTER, guarantee, removal})),))
    with pytest.raises(NotAllowed, match="surat apa pun"):
        delegate(sqlite_office, by="plt", username="validator")


def test_each_step_is_in_the_delegates_trail(sqlite_office: Office) -> None:
    staff_id = sqlite_office.hire("sekretaris", Role.LOKET)
    take_back(sqlite_office, delegate(sqlite_office, first=date(2026, 11, 25)).id or 0)
    with sqlite_office.read() as session:
        rows = session.connection().execute(
            text("SELECT action, actor_name FROM audit_event WHERE subject = :s"), {"s": f"staff:{staff_id}"}
        )
        assert [tuple(row) for row in rows] == [("DELEGATE", "Dra. Hj. Wati Contoh, M.Si."), ("TAKE_BACK", "Dra. Hj. Wati Contoh, M.Si.")]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("delegated_by = staff_id", "ck_signing_authority_delegate_acts"),
        ("delegated_by = 1", "ck_signing_authority_delegate_acts"),
        ("starts_at = '2026-11-23 00:00:00+00'", "ck_signing_authority_hours_paired"),
        (
            "starts_at = '2026-11-23 02:00:00+00', ends_at = '2026-11-23 01:00:00+00'",
            "ck_signing_authority_hours_paired",
        ),
    ],
)
def test_the_database_refuses_what_no_authority_may_be(office: Office, change: str, rule: str) -> None:
    with pytest.raises(DatabaseError, match=rule), office.write() as session:
        session.connection().execute(text(f"UPDATE signing_authority SET {change}"))
