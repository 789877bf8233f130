"""The page of doubtful pairs: a person says once whether two rows are one person."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import select

from tests.office import Office
from tests.population.city import NOVEMBER, member, small_city, store
from tests.population.test_matching import found
from tests.verify.made_files import nik
from tests.verify.web.visitor import Visitor
from workflows import exposure
from workflows.population.matching import READ_PAIRS, Pair
from workflows.records.audit_event import AuditEvent
from workflows.records.extract import ExtractKind
from workflows.records.match import MatchDecision
from workflows.sealed import vault_of


def test_a_person_decides_on_the_page_and_is_not_asked_again(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    small_city(sqlite_office.rekom.database)
    found(sqlite_office.rekom.database)
    worker = visit("peksos")
    page = worker.get("/cocokkan")
    assert "Apakah kedua baris ini orang yang sama?" in page.main() and "Kemiripan 70 %." in page.main()
    short = worker.send(page, "/cocokkan", ("answer", "same"), reason="ya")
    assert short.status == 422
    for strange in ("9" * 30, "-1", "satu", ""):
        assert worker.send(worker.get("/cocokkan"), "/cocokkan", ("answer", "different"), pair=strange, reason="ibu berbeda").status == 422
    after = worker.follow(worker.send(worker.get("/cocokkan"), "/cocokkan", ("answer", "different"), reason="nama ibu berbeda"))
    assert "Keputusan disimpan." in after.main() and len(after.forms("/cocokkan")) == 1
    with sqlite_office.read() as session:
        (made,) = session.exec(select(MatchDecision)).all()
        looks = session.exec(select(AuditEvent).where(AuditEvent.action == READ_PAIRS)).all()
    assert (made.same, made.reason, made.decided_by) == (False, "nama ibu berbeda", "Agus Contoh")
    assert looks and all(look.actor_name == "Agus Contoh" for look in looks)


def test_whom_a_page_of_pairs_showed_is_known_when_the_pairs_are_gone(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    small_city(sqlite_office.rekom.database)
    found(sqlite_office.rekom.database)
    visit("peksos").get("/cocokkan")
    found(sqlite_office.rekom.database, doubtful=())
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [member(0)], NOVEMBER + timedelta(days=10), complete=False)
    with sqlite_office.read() as session:
        (look,) = session.exec(select(AuditEvent).where(AuditEvent.action == READ_PAIRS)).all()
        digest = vault_of(session.connection().dialect).digest
        assert look.detail == {"persons": [digest("nik", nik(number)) for number in (4, 50, 5, 12)]}
        assert look.actor_id
        lists = exposure.exposed_lists(session, look.actor_id, look.at, look.at)
    assert [(one.name, one.what, one.people) for one in lists] == [("SITI CONTOH", "halaman pasangan nama yang mirip", 1)] * 4


def test_certain_pairs_are_listed_and_may_be_told_apart(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    small_city(sqlite_office.rekom.database)
    found(sqlite_office.rekom.database, certain=(Pair(nik(8), nik(10), 0.999),))
    worker = visit("peksos")
    assert "Dianggap pasti sama: 1" in worker.get("/cocokkan").main()
    page = worker.get("/cocokkan?daftar=pasti")
    assert "Kemiripan 99 %." in page.main() and len(page.forms("/cocokkan?daftar=pasti")) == 1
    after = worker.follow(worker.send(page, "/cocokkan?daftar=pasti", ("answer", "different"), reason="nama ibu berbeda"))
    assert "Keputusan disimpan." in after.main() and "Tidak ada pasangan" in after.main() and "Perlu dilihat: 2" in after.main()


def test_without_doubts_the_page_says_so(visit: Callable[[str], Visitor]) -> None:
    assert "Tidak ada pasangan yang perlu dilihat." in visit("validator").get("/cocokkan").main()
