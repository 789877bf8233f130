"""What was kept long enough goes, to the day: cases become tombstones, and everything that was counted still adds up."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import func, select

from tests.office import POLICIES, Office, person
from tests.retention_office import TEN_YEARS, everything, hold, lift, rejected, revoked, ticket_of, trail_holds, withdrawn
from tests.seat_office import books, quota
from verify import relay, retention
from verify.retention import Retention, Swept
from workflows import erasing, extensions, family, outdated
from workflows import retention as policy
from workflows.errors import Conflict, InvalidInput
from workflows.nik import parse_nik
from workflows.records import Case, Erasure, Extension, Letter, Seat
from workflows.retention import Erased
from workflows.rules.retention import CASES, Kept, term_on

DAY = date(2026, 11, 23)


# --- a case


def test_of_a_person_nothing_is_left_and_of_the_letter_all_that_proves_it(office: Office) -> None:
    ticket, kept = revoked(office), revoked(office, 2)
    number, digest = _letter(office, ticket)
    before = _by_state(office)
    money, used = books(office), quota(office).used
    office.clock.pass_by(days=TEN_YEARS)
    hold(office, kept)
    assert retention.sweep(office.rekom).cases == 1
    who, said = person(1), everything(office)
    for secret in (who["nik"], who["name"], who["phone"], who["kk"], who["birth_date"].isoformat()):
        assert str(secret) not in said
    assert _letter(office, ticket) == (number, digest) and _by_state(office) == before
    assert (books(office), quota(office).used) == (money, used) and trail_holds(office)
    case = office.case(ticket)
    assert (case.name, case.birth_date, case.phone) == (erasing.GONE, date(who["birth_date"].year, 1, 1), "-")
    assert office.case(kept).name == person(2)["name"]
    assert office.events(ticket)[-1].action == "ERASED" and office.events(ticket)[-1].detail["days"] == 3650


def _letter(office: Office, ticket: str) -> tuple[str, str | None]:
    with office.read() as session:
        letter = session.exec(select(Letter).where(Letter.case_id == office.case(ticket).id)).one()
        return letter.number, letter.pdf_sha256


def _by_state(office: Office) -> dict[str, int]:
    with office.read() as session:
        return dict(session.exec(select(Case.state, func.count()).group_by(Case.state)).all())


@pytest.mark.parametrize(
    ("end", "days", "kind"),
    [("revoked", 3650, Kept.CLOSED_CASE), ("rejected", 1825, Kept.REFUSED_CASE), ("withdrawn", 365, Kept.WITHDRAWN_CASE)],
)
def test_each_end_has_its_own_term_to_the_day(sqlite_office: Office, end: str, days: int, kind: Kept) -> None:
    office = sqlite_office
    ticket = {"revoked": revoked, "rejected": rejected, "withdrawn": withdrawn}[end](office)
    office.clock.pass_by(days=days - 1)
    assert retention.sweep(office.rekom).cases == 0
    office.clock.pass_by(days=1)
    assert retention.sweep(office.rekom).cases == 1 and retention.sweep(office.rekom).cases == 0
    with office.read() as session:
        assert session.exec(select(Erasure.kind)).one() is kind
    assert office.case(ticket).name == erasing.GONE


def test_two_tombstones_are_never_one_person_and_no_number_of_theirs_can_be_asked_for(sqlite_office: Office) -> None:
    office = sqlite_office
    tickets = [withdrawn(office)]
    office.clock.pass_by(days=1)
    tickets.append(office.open(1))
    office.drain()
    office.withdraw(tickets[1])
    office.clock.pass_by(days=400)
    assert retention.sweep(office.rekom).cases == 2
    first, second = (office.case(ticket).nik or "" for ticket in tickets)
    assert first != second and len(first) == len(second) == 16
    for number in (first, second):
        with pytest.raises(InvalidInput, match="bukan kode provinsi"):
            parse_nik(number, practice=True)


def test_a_tombstone_can_be_looked_at_and_hands_out_no_paper(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = revoked(office)
    office.clock.pass_by(days=TEN_YEARS)
    retention.sweep(office.rekom)
    api = office.api("peksos")
    seen = api.get(f"/applications/{ticket}")
    assert seen.status_code == 200 and seen.json["name"] == erasing.GONE
    with office.read() as session:
        assert family.find(session, ticket, (office.case(ticket).nik or "")[-4:]) is None
    paper = api.post(f"/applications/{ticket}/letter.pdf")
    assert paper.status_code == 409 and "jadwal retensi" in paper.json["detail"]
    shown = api.post(f"/applications/{ticket}/reveal", {"reason": "Diminta orangnya sendiri."})
    assert shown.status_code == 409 and "jadwal retensi" in shown.json["detail"]


def test_no_new_letter_is_asked_for_in_a_tombstones_place(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = office.letter(office.to_letter(hospital_code="RS-CONTOH-1"))
    office.clock.pass_by(hours=73)
    relay.once(office.rekom)
    office.clock.pass_by(days=TEN_YEARS)
    assert retention.sweep(office.rekom).cases == 1
    actor = office.actor("rs")
    with office.write() as session, pytest.raises(Erased):
        extensions.request(session, session.get(Letter, letter.id), actor, now=office.clock())
    assert office.count(Extension) == 0


# --- what holds it


def test_whoever_still_has_a_seat_is_known_until_it_is_free(office: Office) -> None:
    ticket = office.to_letter()
    office.clock.pass_by(days=30)
    with office.write() as session:  # the letter runs out, the seat is the member's
        session.connection().execute(text("UPDATE seat SET status = 'COMMITTED', committed_at = reserved_at"))
    _close(office, ticket)
    office.clock.pass_by(days=TEN_YEARS)
    assert retention.sweep(office.rekom).cases == 0
    assert [one.held for one in retention.overdue_cases(office.rekom)] == [("Orangnya masih memegang kursi daerah.",)]
    with office.write() as session:
        seat = session.exec(select(Seat)).one()
        free = {"now": office.clock() - timedelta(days=100), "id": seat.id, "quota": seat.quota_id}
        change = "UPDATE seat SET status = 'RELEASED', reason = 'DIED', released_at = :now, released_from = :quota WHERE id = :id"
        session.connection().execute(text(change), free)
    assert list(retention.overdue_cases(office.rekom)) == []  # its term began when the seat became free
    office.clock.pass_by(days=TEN_YEARS)
    assert retention.sweep(office.rekom).cases == 1


def _close(office: Office, ticket: str) -> None:
    with office.write() as session:
        change = text("UPDATE case_file SET state = 'CLOSED', closed_at = :now WHERE ticket = :ticket")
        session.connection().execute(change, {"now": office.clock(), "ticket": ticket})


def test_a_hold_stops_it_until_it_is_lifted(office: Office) -> None:
    ticket = withdrawn(office)
    hold(office, ticket)
    office.clock.pass_by(days=400)
    assert retention.sweep(office.rekom).cases == 0 and office.case(ticket).name == person(1)["name"]
    with pytest.raises(Conflict, match="sudah ditahan"):
        hold(office, ticket)
    lift(office, ticket)
    assert retention.sweep(office.rekom).cases == 1
    with pytest.raises(Erased):
        hold(office, ticket)
    with pytest.raises(Conflict, match="tidak ditahan"):
        lift(office, ticket)
    assert [event.action for event in office.events(ticket)][-3:] == ["HOLD", "LIFT_HOLD", "ERASED"]


def test_a_hold_says_why(sqlite_office: Office) -> None:
    ticket = withdrawn(sqlite_office)
    with pytest.raises(InvalidInput, match="paling sedikit 10 huruf"):
        hold(sqlite_office, ticket, "Ada.")


def test_each_of_the_cases_own_holds_is_a_question_both_databases_answer(office: Office) -> None:
    with office.read() as session:
        assert [session.exec(query(0)).first() for query in policy.STILL.values()] == [None] * 10


# --- the sweep


def test_every_kind_has_a_term_a_sweep_and_words() -> None:
    kinds = CASES | set(outdated.OUTDATED) | {Kept.BACKUPS}
    assert kinds == set(Kept) and CASES.isdisjoint(outdated.OUTDATED)
    for kind in Kept:
        term = term_on(POLICIES.national.retention, kind, "3673", DAY)
        assert term.days > 0 and term.reference and term.example


def test_the_relay_sweeps_once_a_day_and_again_where_something_is_left(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps: list[Swept] = [Swept(50, 0, 0, True), Swept(1, 0, 0, False)]
    monkeypatch.setattr(retention, "sweep", lambda _: sweeps.pop(0))
    daily = Retention(sqlite_office.rekom)
    assert [bool(daily.sweep_when_due()) for _ in range(3)] == [True, True, False]
    sqlite_office.clock.pass_by(days=1)
    sweeps.append(Swept(0, 0, 0, False))
    assert daily.sweep_when_due() == Swept(0, 0, 0, False)


def test_more_cases_than_one_look_takes_are_left_for_the_next(sqlite_office: Office) -> None:
    office = sqlite_office
    for number in (1, 2, 3):
        office.open(number)
        office.drain()
        office.withdraw(ticket_of(office, number))
    office.clock.pass_by(days=400)
    assert [retention.sweep(office.rekom, most=2).cases for _ in range(3)] == [2, 1, 0]


def test_cases_whose_time_is_not_over_are_not_even_read(sqlite_office: Office) -> None:
    office = sqlite_office
    revoked(office)
    office.clock.pass_by(days=TEN_YEARS - 10)
    asked: list[str] = []
    event.listen(office.rekom.database.engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    assert list(retention.overdue_cases(office.rekom)) == [] and sum(one.startswith("SELECT") for one in asked) == 1
    office.clock.pass_by(days=10)
    assert [one.kind for one in retention.overdue_cases(office.rekom)] == [Kept.CLOSED_CASE]
