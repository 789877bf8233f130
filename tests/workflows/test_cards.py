"""Cards of new members: who stands on a list, that nobody stands on two that run, what an answer changes, and who is left."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from tests.office import Office, person, running_office
from tests.population.city import BY, JUNE, NOVEMBER, ONE, OTHER_CITY, TWO, member, resident, store
from tests.verify.made_files import nik
from tests.waiting import meanwhile
from workflows import extracts, outdated
from workflows.audit import verify_chain
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.extracts import MemberFact, Received, ResidentFact
from workflows.population import card_rest, cards
from workflows.population.cards import CardView, CardWish, Told
from workflows.records.audit_event import AuditEvent
from workflows.records.card import Card, CardAnswer, CardList, CardReceiver, CardSource
from workflows.records.extract import Extract, ExtractKind, MemberRow
from workflows.records.registration import Registration
from workflows.records.resident import ResidentStatus
from workflows.registration_states import RegistrationStatus
from workflows.rules.retention import Kept

WISH = CardWish(ONE, days=30, given_to="Ani Contoh, staf kelurahan", purpose="Pembagian kartu Desember")
AUGUST, SEPTEMBER, OCTOBER = (datetime(2026, month, 28, 17, tzinfo=UTC) for month in (8, 9, 10))
TODAY = date(2026, 11, 23)
HANDED = Told(CardAnswer.HANDED_OVER, CardReceiver.FAMILY)
ZONE = "Asia/Jakarta"


def a_village(office: Office) -> None:
    """Members 1 and 2 from before; new are 3 to 6 here and 7 in another village. 8 died, 9 lives elsewhere, 10 is no resident."""
    gone = [resident(8, status=ResidentStatus.DIED), resident(9, OTHER_CITY)]
    people = [*(resident(number) for number in range(1, 7)), resident(7, TWO), *gone]
    store(office.rekom.database, ExtractKind.RESIDENTS, people, JUNE)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(1), MemberFact(nik(2), fault="KARTU_SALAH")], AUGUST)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(number) for number in range(1, 11)], SEPTEMBER)


def made(office: Office, wish: CardWish = WISH) -> list[CardView]:
    with office.write() as session:
        listed = cards.make(session, "3673", wish, BY, now=office.clock())
        assert listed.id
        return cards.show(session, BY, listed.id, now=office.clock(), why="READ_CARDS")[1]


def told(office: Office, code: str, said: Told = HANDED, *, by_code: bool = False) -> Card:
    with office.write() as session:
        return cards.answer(session, code, said, None if by_code else BY, ZONE, now=office.clock())[1]


def left(office: Office, area: str = ONE) -> list[str]:
    with office.write() as session:
        found = card_rest.rest(session, area, "Tindak lanjut lurah Desember", BY, now=office.clock())
    return [one.key for one in found]


def keys(views: list[CardView]) -> list[str]:
    return [str(view.card.nik_digest) for view in views]


def people(views: list[CardView]) -> set[str]:
    return {view.person.nik for view in views if view.person}


def test_new_is_who_is_in_the_newest_file_and_was_not_in_the_one_before(office: Office) -> None:
    a_village(office)
    views = made(office)
    assert people(views) == {nik(number) for number in (3, 4, 5, 6)}
    assert [view.card.position for view in views] == [1, 2, 3, 4]
    assert {view.card_end for view in views} == {"0003", "0004", "0005", "0006"}
    assert {view.card.source for view in views} == {CardSource.MEMBER_FILE}


def test_a_registration_that_became_active_is_new_before_any_file_says_so(office: Office) -> None:
    here, was_there = person(1)["nik"], person(2)["nik"]
    facts = [replace(resident(1), nik=here), replace(resident(2), nik=was_there), resident(3)]
    store(office.rekom.database, ExtractKind.RESIDENTS, facts, JUNE)
    store(office.rekom.database, ExtractKind.MEMBERS, [MemberFact(was_there, fault="KARTU_SALAH")], AUGUST)
    store(office.rekom.database, ExtractKind.MEMBERS, [member(1)], SEPTEMBER)
    for number in (1, 2):
        office.to_letter(number)
    with office.write() as session:
        session.execute(update(Registration).values(status=RegistrationStatus.ACTIVE, active_on=TODAY))
    views = made(office)
    assert people(views) == {here} and views[0].card.source is CardSource.REGISTRATION


def test_without_two_member_files_only_registrations_are_listed(sqlite_office: Office) -> None:
    with pytest.raises(NotFound, match="Belum ada data penduduk"):
        made(sqlite_office)
    store(sqlite_office.rekom.database, ExtractKind.RESIDENTS, [resident(1)], JUNE)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [member(1)], SEPTEMBER)
    with pytest.raises(Conflict, match="Tidak ada kartu"):
        made(sqlite_office)


def test_whom_a_file_of_some_members_left_out_is_not_new(office: Office) -> None:
    some = partial(store, office.rekom.database, ExtractKind.MEMBERS, complete=False)
    store(office.rekom.database, ExtractKind.RESIDENTS, [resident(number) for number in range(1, 7)], JUNE)
    some([member(6)], datetime(2026, 7, 28, 17, tzinfo=UTC))
    with pytest.raises(Conflict, match="Tidak ada kartu"):
        made(office)
    whole = store(office.rekom.database, ExtractKind.MEMBERS, [member(1), member(2), member(6)], AUGUST)
    some([member(1), member(3)], SEPTEMBER)
    assert people(made(office)) == {nik(3)}
    later = store(office.rekom.database, ExtractKind.MEMBERS, [member(number) for number in (1, 2, 3, 4, 6)], OCTOBER)
    some([member(1), member(5)], NOVEMBER)
    with office.read() as session:
        held = cards.compared_with(session, "3673")
    assert held.before and held.before.id == whole and [one.id for one in held.members] == [later, later + 1]
    views = made(office)
    assert people(views) == {nik(4), nik(5)}
    assert {view.card_end for view in views} == {"0004", "0005"}, "the one in the file of everybody, the other in the newest alone"
    came_later = some([replace(member(5), card="0000000009999")], datetime(2026, 11, 20, 17, tzinfo=UTC))
    with office.write() as session:
        session.get_one(Extract, came_later).imported_at = office.clock() + timedelta(days=1)
        again = cards.show(session, BY, views[0].card.list_id, now=office.clock(), why="READ_CARDS")[1]
    assert {view.card_end for view in again} == {"0004", "0005"}


def test_a_list_that_began_from_a_file_of_some_members_is_no_beginning(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    made(sqlite_office)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [member(number) for number in range(1, 11)], OCTOBER)
    with sqlite_office.write() as session:
        session.execute(update(Extract).where(col(Extract.id) == 2).values(complete=False))
        held = cards.compared_with(session, "3673")
        assert held.before and held.before.id == 3
        outdated.clear(session, Kept.EXTRACTS, sqlite_office.clock(), now=sqlite_office.clock())
        assert set(session.exec(select(MemberRow.extract_id))) == {4}, "nobody reads that file any more"


def test_a_member_file_that_is_still_coming_in_is_not_compared_with(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    with sqlite_office.write() as session:
        known = cards.compared_with(session, "3673")
        coming = Received(ExtractKind.MEMBERS, "0" * 64, "oktober.csv", "X", OCTOBER, ZONE, 2, 0, 0)
        extract = extracts.begin(session, coming, BY, now=sqlite_office.clock())
        extracts.add_rows(session, extract, [member(1)])
        assert cards.compared_with(session, "3673") == known
    assert people(made(sqlite_office)) == {nik(number) for number in (3, 4, 5, 6)}


def test_nobody_is_on_two_running_lists(office: Office) -> None:
    a_village(office)
    first = made(office)
    with pytest.raises(Conflict, match="Tidak ada kartu"):
        made(office)
    other = made(office, replace(WISH, village=TWO))
    assert people(other) == {nik(7)}
    with pytest.raises(IntegrityError), office.write() as session:  # nor by whoever goes past the program
        session.execute(update(Card).where(col(Card.code) == other[0].card.code).values(nik_digest=first[0].card.nik_digest))


def test_two_offices_at_once_list_nobody_twice(office: Office) -> None:
    a_village(office)

    def one(_: int) -> int:
        try:
            return len(made(office))
        except Conflict:
            return 0

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [0, 0, 0, 4]
    with office.read() as session:
        assert len(session.exec(select(Card).where(col(Card.waits))).all()) == 4


def test_handed_over_is_for_good_and_the_rest_comes_again(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    first = made(sqlite_office, replace(WISH, days=1))
    told(sqlite_office, first[0].card.code)
    told(sqlite_office, first[1].card.code, Told(CardAnswer.NOT_FOUND))
    told(sqlite_office, first[2].card.code, Told(CardAnswer.DIED))
    assert keys(made(sqlite_office)) == [keys(first)[1]]  # who was not found, at once
    sqlite_office.clock.pass_by(hours=24)
    with pytest.raises(Conflict, match="sudah berakhir"):
        told(sqlite_office, first[3].card.code)
    assert keys(made(sqlite_office)) == [keys(first)[3]]  # who was not answered, once the list has ended
    with pytest.raises(Conflict, match="daftar yang lebih baru"), sqlite_office.write() as session:
        session.execute(update(CardList).values(ends_at=sqlite_office.clock.now.replace(year=2027)))
        cards.answer(session, first[1].card.code, HANDED, BY, ZONE, now=sqlite_office.clock())


def test_who_became_a_member_before_the_last_file_is_not_lost(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    told(sqlite_office, made(sqlite_office)[0].card.code)
    facts = [*(member(number) for number in range(1, 11))]
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, facts, OCTOBER)
    assert len(left(sqlite_office)) == 3


def test_who_moved_or_died_is_believed_until_newer_residents_say_otherwise(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    views = made(sqlite_office)
    told(sqlite_office, views[0].card.code, Told(CardAnswer.MOVED))
    assert keys(views)[0] not in left(sqlite_office)
    sqlite_office.clock.pass_by(days=40)
    facts: list[ResidentFact] = [resident(number) for number in range(1, 7)]
    newer = store(sqlite_office.rekom.database, ExtractKind.RESIDENTS, facts, SEPTEMBER)
    assert keys(views)[0] not in left(sqlite_office)
    with sqlite_office.write() as session:
        session.execute(update(Extract).where(col(Extract.id) == newer).values(as_of=sqlite_office.clock()))
    assert keys(views)[0] in left(sqlite_office)


def test_the_rest_of_a_district_is_the_rest_of_its_villages_and_counts_agree(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    views = made(sqlite_office)
    told(sqlite_office, views[0].card.code)
    told(sqlite_office, views[1].card.code, Told(CardAnswer.NOT_FOUND))
    assert left(sqlite_office, ONE[:6]) == left(sqlite_office) and len(left(sqlite_office)) == 3
    assert len(left(sqlite_office, TWO)) == 1  # new, and on no list yet
    with sqlite_office.read() as session:
        (one,) = card_rest.by_village(session, "3673")
        whole = card_rest.summed([one, one], "3673")
        (standing,) = card_rest.standings(session, "3673")
    assert (one.village, one.people, one.handed, one.rest, str(one.share.percent)) == (ONE, 4, 1, 3, "25.00")
    assert (whole.people, whole.rest) == (8, 6)
    assert standing.cards == 4 and standing.answers[None] == 2


@pytest.mark.parametrize("area", ["3673", "3604012001", "360401"])
def test_a_rest_list_is_of_a_village_or_district_of_the_region(sqlite_office: Office, area: str) -> None:
    a_village(sqlite_office)
    with pytest.raises(InvalidInput, match="per kecamatan"):
        left(sqlite_office, area)


def test_each_look_is_in_the_trail_with_its_purpose_and_names_nobody(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    view = made(sqlite_office)[0]
    left(sqlite_office)
    told(sqlite_office, view.card.code, by_code=True)
    with sqlite_office.read() as session:
        events = [
            event
            for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.id)))
            if event.subject in (f"cards:{view.card.list_id}", f"cards:{ONE}")
        ]
        kept = str(session.get_one(Card, view.card.code).model_dump())
    assert [event.action for event in events] == ["MAKE_CARDS", "READ_CARDS", "READ_CARDS_LEFT", "ANSWER_CARD"]
    assert events[0].detail["purpose"] == WISH.purpose and events[2].detail["purpose"] == "Tindak lanjut lurah Desember"
    assert events[3].detail == {"position": 1, "answer": "HANDED_OVER", "receiver": "FAMILY"}
    assert not any(word in kept + str([event.detail for event in events]) for word in ("SITI", "9901"))


def test_a_handed_card_has_a_receiver_and_a_day_since_the_list(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    code = made(sqlite_office)[0].card.code
    with pytest.raises(InvalidInput, match="siapa yang menerima"):
        told(sqlite_office, code, Told(CardAnswer.HANDED_OVER))
    for day in (date(2026, 11, 1), date(2026, 12, 30)):
        with pytest.raises(InvalidInput, match="sejak daftar dibuat"):
            told(sqlite_office, code, replace(HANDED, handed_on=day))
    card = told(sqlite_office, code)
    assert (card.waits, card.receiver, card.answered_by) == (False, CardReceiver.FAMILY, BY.name)
    assert card.handed_on == sqlite_office.clock().date()
    assert told(sqlite_office, code, Told(CardAnswer.NOT_FOUND)).handed_on is None


def test_who_holds_the_code_changes_no_answer_of_the_office_and_a_sheet_changes_none(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    first, second = made(sqlite_office)[:2]
    told(sqlite_office, first.card.code, Told(CardAnswer.DIED))
    with pytest.raises(Conflict, match="dicatat kantor"):
        told(sqlite_office, first.card.code, by_code=True)
    told(sqlite_office, second.card.code, by_code=True)
    with sqlite_office.write() as session:
        listed = cards.find(session, "3673", second.card.list_id)
        cards.answer_by_sheet(session, listed, second.card.code, HANDED, BY, ZONE, now=sqlite_office.clock())
        with pytest.raises(Conflict, match="sudah dijawab lain"):
            cards.answer_by_sheet(session, listed, second.card.code, Told(CardAnswer.MOVED), BY, ZONE, now=sqlite_office.clock())
    for code, by in (("AAAA-2222", BY), (first.card.code, replace(BY, region_code="3275"))):
        with pytest.raises(NotFound, match="tidak dikenal"), sqlite_office.write() as session:
            cards.answer(session, code, HANDED, by, ZONE, now=sqlite_office.clock())


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": "MOVED"},
        {"answer": "HANDED_OVER", "answered_at": datetime(2026, 11, 23, tzinfo=UTC), "waits": False},
        {"answer": "MOVED", "answered_at": datetime(2026, 11, 23, tzinfo=UTC), "waits": False, "receiver": "MEMBER", "handed_on": TODAY},
        {"answer": "MOVED", "answered_at": datetime(2026, 11, 23, tzinfo=UTC), "waits": True},
        {"answered_by": "Tono Contoh"},
        {"receiver": "MEMBER"},
        {"newest": False},
        {"position": 2001},
    ],
)
def test_the_table_refuses_what_cannot_be(office: Office, changed: dict[str, object]) -> None:
    a_village(office)
    code = made(office)[0].card.code
    with pytest.raises(IntegrityError), office.write() as session:
        session.execute(update(Card).where(col(Card.code) == code).values(**changed))


def test_a_person_has_one_newest_card(office: Office) -> None:
    a_village(office)
    views = made(office)
    for view in views[:2]:
        told(office, view.card.code, Told(CardAnswer.NOT_FOUND))
    with pytest.raises(IntegrityError), office.write() as session:
        session.execute(update(Card).where(col(Card.code) == views[0].card.code).values(nik_digest=views[1].card.nik_digest))


def test_many_answer_at_once_and_nothing_is_lost(office: Office) -> None:
    a_village(office)
    views = made(office)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(told, office, view.card.code) for view in views]:
            done.result()
    with office.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.subject == f"cards:{views[0].card.list_id}")).all()
    assert verify_chain(sorted(events, key=lambda event: event.sequence)) is None and len(events) == 6


def test_who_is_being_handed_a_card_is_not_listed_again(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        a_village(office)
        code, *others = [view.card.code for view in made(office)]
        told(office, code, Told(CardAnswer.NOT_FOUND))
        for other in others:
            told(office, other, Told(CardAnswer.DIED))

        def again() -> None:
            with pytest.raises(Conflict, match="Tidak ada kartu"):
                made(office)

        hands = partial(cards.answer, code=code, told=HANDED, by=BY, zone=ZONE, now=office.clock())
        meanwhile(office, hands, again, lambda session: None)
        with office.read() as session:
            assert session.get_one(Card, code).newest


def test_the_file_a_list_began_from_outlasts_the_term_of_extracts(office: Office) -> None:
    a_village(office)
    told(office, made(office)[0].card.code)
    third = store(office.rekom.database, ExtractKind.MEMBERS, [member(number) for number in range(1, 7)], OCTOBER)
    fourth = store(office.rekom.database, ExtractKind.MEMBERS, [member(number) for number in range(1, 7)], NOVEMBER)
    known = left(office)
    with office.write() as session:
        assert outdated.clear(session, Kept.EXTRACTS, office.clock(), now=office.clock()) == 10 + 6  # the second and the third file's
    assert left(office) == known and len(known) == 3
    with office.read() as session:
        assert set(session.exec(select(MemberRow.extract_id)).all()) == {third - 2, fourth}


def test_where_the_rows_to_compare_with_are_gone_nobody_is_called_new(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    with sqlite_office.write() as session:
        outdated.clear(session, Kept.EXTRACTS, sqlite_office.clock(), now=sqlite_office.clock())
    with pytest.raises(Conflict, match="#2 sudah dihapus. Minta admin"):
        made(sqlite_office)


def test_names_go_dark_with_the_residents(sqlite_office: Office) -> None:
    a_village(sqlite_office)
    views = made(sqlite_office)
    with sqlite_office.write() as session:
        extracts.undo(session, 1, BY, now=sqlite_office.clock())
        again = cards.show(session, BY, views[0].card.list_id, now=sqlite_office.clock(), why="READ_CARDS")[1]
    assert [(view.person, view.card_end) for view in again] == [(None, None)] * 4
