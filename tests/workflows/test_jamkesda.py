"""Jamkesda moving over: what came in is always the sum of what became of it, whatever is imported, batched, undone or known anew."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from tests.office import Office, running_office
from tests.population.city import BY, JUNE, member, resident, store
from tests.verify.made_files import nik
from tests.waiting import meanwhile
from verify import retention
from verify.population.jamkesda_files import as_registration
from workflows import outdated
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.population import jamkesda
from workflows.population.jamkesda import AlreadyImported, JamkesdaLine, ListFile, Progress
from workflows.records.audit_event import AuditEvent
from workflows.records.extract import ExtractKind, MemberRow
from workflows.records.jamkesda import JamkesdaBatch, JamkesdaList, JamkesdaOutcome, JamkesdaPerson
from workflows.records.resident import ResidentStatus
from workflows.rules.retention import Kept
from workflows.turns import JAMKESDA, take_turn

SEPTEMBER, OCTOBER = (datetime(2026, month, 28, 17, tzinfo=UTC) for month in (9, 10))
CUT_OFF = date(2026, 12, 19)
ZONE = "Asia/Jakarta"
J = JamkesdaOutcome


def a_file(numbers: Iterable[int], name: str = "jamkesda.csv", refused: int = 0) -> ListFile:
    lines = [JamkesdaLine(at, nik(number), {"name": f"SITI {number}", "kk": nik(900)}) for at, number in enumerate(numbers, 2)]
    return ListFile(sha256(f"{name}{[line.nik for line in lines]}".encode()).hexdigest(), name, lines, refused)


def taken(office: Office, file: ListFile) -> JamkesdaList:
    with office.write() as session:
        return jamkesda.take(session, "3673", file, BY, now=office.clock())


def batched(office: Office, size: int, cut_off: date = CUT_OFF) -> JamkesdaBatch:
    with office.write() as session:
        return jamkesda.make_batch(session, "3673", size, cut_off, as_registration, BY, ZONE, now=office.clock())


def told(office: Office) -> Progress:
    """How far it is; and that what came in is the sum of what became of it."""
    with office.read() as session:
        found = jamkesda.progress(session, "3673")
    assert found.people == sum(found.outcomes.get(outcome, 0) for outcome in J)
    return found


def at_once(*work: Callable[[], object]) -> list[object]:
    """What came of each, when all of it was done side by side; nothing may have failed."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [one.result() for one in [pool.submit(one) for one in work]]


def a_city(office: Office) -> None:
    """1 and 2 are active members, 3 is an inactive one, 4 died, 5 moved; 6 to 9 are nothing of that."""
    gone = [resident(4, status=ResidentStatus.DIED), resident(5, status=ResidentStatus.MOVED)]
    store(office.rekom.database, ExtractKind.RESIDENTS, [*(resident(number) for number in (1, 2, 3, 6)), *gone], JUNE)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(1), member(2), member(3, status="2")], SEPTEMBER)


def test_everybody_is_in_exactly_one_place(office: Office) -> None:
    a_city(office)
    listed = taken(office, a_file([1, 2, 3, 4, 5, 6, 7, 7], refused=2))
    assert (listed.people, listed.refused) == (8, 2)
    found = told(office)
    assert found.outcomes == {J.COVERED: 2, J.DIED: 1, J.MOVED: 1, J.REMAINING: 3, J.DOUBLE: 1}
    taken(office, a_file([7, 8, 1], name="lain.csv"))
    found = told(office)
    assert (found.lists, found.people, found.refused, found.remaining) == (2, 11, 2, 4) and found.outcomes[J.DOUBLE] == 3
    batch = batched(office, 3)
    assert (batch.number, batch.people, told(office).remaining) == (1, 3, 1)
    with pytest.raises(IntegrityError), office.write() as session:  # nobody counts twice, not by whoever goes past the program either
        session.execute(update(JamkesdaPerson).where(col(JamkesdaPerson.outcome) == J.DOUBLE).values(outcome=J.REMAINING))


def test_the_same_file_twice_changes_nothing(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    taken(sqlite_office, a_file([6, 7]))
    before = told(sqlite_office)
    with pytest.raises(AlreadyImported, match="sebagai #1"):
        taken(sqlite_office, a_file([6, 7]))
    assert told(sqlite_office) == before
    with pytest.raises(InvalidInput, match="Tidak ada satu baris"):
        taken(sqlite_office, a_file([], name="kosong.csv"))


def test_newer_files_move_people_out_and_back_and_tell_who_became_active(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    taken(sqlite_office, a_file([1, 6, 7]))
    batched(sqlite_office, 1)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [member(6), member(7)], OCTOBER)
    with sqlite_office.write() as session:
        jamkesda.sort(session, "3673")
    found = told(sqlite_office)
    assert found.outcomes == {J.REMAINING: 1, J.BATCHED: 1, J.COVERED: 1} and found.registered == 1


def test_a_file_of_some_members_makes_nobody_remain_and_says_who_is_active(office: Office) -> None:
    a_city(office)
    taken(office, a_file([1, 2, 3, 6, 7]))
    batched(office, 1)  # 3, the first of the remaining
    some = [member(2, status="2"), member(3), member(6)]
    store(office.rekom.database, ExtractKind.MEMBERS, some, OCTOBER, complete=False)
    with office.write() as session:
        jamkesda.sort(session, "3673")
        found = {one.nik: one.outcome for one in session.exec(select(JamkesdaPerson))}
    assert found == {nik(1): J.COVERED, nik(2): J.REMAINING, nik(3): J.BATCHED, nik(6): J.COVERED, nik(7): J.REMAINING}
    assert told(office).registered == 1


def test_where_the_rows_of_everybody_are_gone_nobody_is_sorted(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    with sqlite_office.write() as session:
        session.execute(delete(MemberRow))
    with pytest.raises(Conflict, match="#2 sudah dihapus. Minta admin"):
        taken(sqlite_office, a_file([1, 6]))


def test_an_undone_list_takes_its_people_along_and_its_doubles_count(office: Office) -> None:
    a_city(office)
    taken(office, a_file([6, 7]))
    taken(office, a_file([1, 7, 7, 8], name="lain.csv"))
    with office.write() as session:
        jamkesda.undo(session, "3673", 1, BY, now=office.clock())
    found = told(office)
    assert (found.lists, found.people) == (1, 4) and found.outcomes == {J.COVERED: 1, J.REMAINING: 2, J.DOUBLE: 1}
    with office.write() as session:
        assert session.exec(select(JamkesdaPerson).where(JamkesdaPerson.list_id == 1)).all() == []
        with pytest.raises(Conflict, match="sudah dibatalkan"):
            jamkesda.undo(session, "3673", 1, BY, now=office.clock())
        with pytest.raises(NotFound):
            jamkesda.undo(session, "3275", 2, BY, now=office.clock())
    assert taken(office, a_file([6, 7])).id == 3  # the same file may come again


def test_who_is_in_a_batch_holds_the_list_until_the_batch_is_void(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    taken(sqlite_office, a_file([6, 7]))
    batched(sqlite_office, 5)
    with sqlite_office.write() as session, pytest.raises(Conflict, match="ada di kiriman"):
        jamkesda.undo(session, "3673", 1, BY, now=sqlite_office.clock())
    with pytest.raises(Conflict, match="Tidak ada yang tersisa"):
        batched(sqlite_office, 5)
    with sqlite_office.write() as session:
        jamkesda.void_batch(session, "3673", 1, BY, now=sqlite_office.clock())
    assert told(sqlite_office).remaining == 2
    with sqlite_office.write() as session:
        with pytest.raises(Conflict, match="sudah dibatalkan"):
            jamkesda.void_batch(session, "3673", 1, BY, now=sqlite_office.clock())
        jamkesda.undo(session, "3673", 1, BY, now=sqlite_office.clock())
    assert told(sqlite_office) == Progress(0, 0, 0, {}, 0)


@pytest.mark.parametrize(("size", "cut_off", "said"), [(0, CUT_OFF, "1 sampai 5000"), (5, date(2026, 11, 1), "sudah lewat")])
def test_a_batch_has_a_size_and_a_day_to_come(sqlite_office: Office, size: int, cut_off: date, said: str) -> None:
    a_city(sqlite_office)
    taken(sqlite_office, a_file([6]))
    with pytest.raises(InvalidInput, match=said):
        batched(sqlite_office, size, cut_off)


def test_a_batch_is_a_registration_file_and_keeps_its_bytes(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    taken(sqlite_office, a_file([6, 7]))
    batch = batched(sqlite_office, 2)
    with sqlite_office.read() as session:
        kept = jamkesda.find_batch(session, "3673", 1)
        people = list(session.exec(select(JamkesdaPerson).order_by(col(JamkesdaPerson.line))))
        assert kept.file == batch.file and sha256(kept.file).hexdigest() == kept.sha256
        assert session.connection().exec_driver_sql("SELECT substr(file, 1, 3) FROM jamkesda_batch").scalar_one() == "r1."
        assert [one.outcome for one in people] == [J.BATCHED] * 2
        with pytest.raises(NotFound):
            jamkesda.find_batch(session, "3673", 2)
    from_file = as_registration([(people[0], None), (people[1], None)])
    assert from_file != batch.file, "the residents' extract knows the first one's village"


def test_look_alikes_are_shown_and_stay(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    lines = [
        JamkesdaLine(2, nik(6), {"name": "SITI AMINAH", "kk": nik(900)}),
        JamkesdaLine(3, nik(7), {"name": "Siti Aminah.", "kk": nik(900)}),
        JamkesdaLine(4, nik(8), {"name": "SITI AMINAH", "kk": nik(901)}),
    ]
    taken(sqlite_office, ListFile("a" * 64, "jamkesda.csv", lines, 0))
    with sqlite_office.read() as session:
        assert [[one.line for one in group] for group in jamkesda.alike(session, "3673")] == [[2, 3]]
    assert told(sqlite_office).remaining == 3


def test_every_step_is_in_the_trail_and_nobody_is(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    taken(sqlite_office, a_file([6, 7]))
    batched(sqlite_office, 1)
    with sqlite_office.write() as session:
        jamkesda.void_batch(session, "3673", 1, BY, now=sqlite_office.clock())
        jamkesda.undo(session, "3673", 1, BY, now=sqlite_office.clock())
    with sqlite_office.read() as session:
        events = [one for one in session.exec(select(AuditEvent).order_by(col(AuditEvent.id))) if one.subject.startswith("jamkesda")]
    assert [event.action for event in events] == ["IMPORT", "MAKE_BATCH", "VOID_BATCH", "UNDO"]
    assert not any(word in str([event.detail for event in events]) for word in ("SITI", nik(6)))


def test_lists_and_batches_at_once_take_turns(office: Office) -> None:
    a_city(office)
    files = [a_file(range(10, 60), name=f"daftar-{at}.csv") for at in range(4)]
    at_once(*(lambda file=file: taken(office, file) for file in files))  # type: ignore[misc]
    found = told(office)
    assert (found.lists, found.people, found.remaining, found.outcomes[J.DOUBLE]) == (4, 200, 50, 150)
    at_once(*(lambda: batched(office, 20) for _ in range(2)), lambda: taken(office, a_file(range(55, 65), name="lain.csv")))
    found = told(office)
    assert (found.outcomes[J.BATCHED], found.remaining, found.outcomes[J.DOUBLE]) == (40, 15, 155)


def test_after_the_term_who_it_was_goes_and_what_became_of_it_is_still_counted(office: Office) -> None:
    a_city(office)
    taken(office, a_file([1, 4, 6, 7, 7, 8]))
    batched(office, 1)
    before = told(office)
    office.clock.pass_by(days=1_800)
    taken(office, a_file([9], name="baru.csv"))
    batched(office, 1, date(2031, 12, 19))
    office.clock.pass_by(days=30)
    rows = {heap.kind: heap.number for heap in retention.heaps(office.rekom)}
    assert rows[Kept.JAMKESDA] == 5  # an active member, a dead one, a double, one who was sent, and the file
    retention.sweep(office.rekom)
    with office.read() as session:
        people = list(session.exec(select(JamkesdaPerson).order_by(col(JamkesdaPerson.list_id), col(JamkesdaPerson.line))))
        files = list(session.exec(select(JamkesdaBatch).order_by(col(JamkesdaBatch.number))))
    assert [one.nik for one in people] == ["", "", "", nik(7), "", nik(8), nik(9)] and not people[0].details
    assert len({one.nik_digest for one in people}) == 7 and (files[0].file, bool(files[1].file)) == (b"", True)
    found = told(office)
    assert (found.people, found.outcomes[J.DOUBLE], found.outcomes[J.BATCHED]) == (7, 1, 2) and before.outcomes[
        J.COVERED
    ] == found.outcomes[J.COVERED]
    with office.write() as session:
        jamkesda.sort(session, "3673")
        assert all(one.nik for group in jamkesda.alike(session, "3673") for one in group)
    for act in (jamkesda.void_batch, jamkesda.export):
        with pytest.raises(Conflict, match="sudah dihapus menurut jadwal retensi"), office.write() as session:
            act(session, "3673", 1, BY, now=office.clock())
    assert told(office) == found


def test_a_double_of_an_erased_line_stays_one_whatever_list_is_undone(sqlite_office: Office) -> None:
    a_city(sqlite_office)
    taken(sqlite_office, a_file([1, 4]))
    sqlite_office.clock.pass_by(days=1_800)
    taken(sqlite_office, a_file([1, 9], name="baru.csv"))
    taken(sqlite_office, a_file([8], name="salah.csv"))
    sqlite_office.clock.pass_by(days=30)
    retention.sweep(sqlite_office.rekom)
    before = told(sqlite_office).outcomes[J.DOUBLE]
    with sqlite_office.write() as session:
        jamkesda.undo(session, "3673", 3, BY, now=sqlite_office.clock())
    assert before == told(sqlite_office).outcomes[J.DOUBLE] == 1


def test_retention_waits_for_its_turn(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        a_city(office)
        taken(office, a_file([6]))

        def clear() -> None:
            with office.write() as session:
                outdated.clear(session, Kept.JAMKESDA, office.clock(), now=office.clock())

        meanwhile(office, lambda session: take_turn(session, JAMKESDA.format("3673")), clear, lambda session: None)
