"""Pictures of a case's papers: kept once and sealed, seen counts as there, removed with a reason, gone with the case."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from tests.office import Office
from verify import retention, vault_rotation
from workflows import advance, papers
from workflows.errors import Conflict, InvalidInput, NotAllowed, NotFound, TransitionRefused
from workflows.papers import KeptPaper, Picture
from workflows.records import CaseDocument, CasePaper, PaperKind, PaperWay
from workflows.sealed import bound
from workflows.states import Job, Role
from workflows.vocabulary import DocumentType

KTP, KK = DocumentType.KTP, DocumentType.KK
PICTURE = Picture(PaperKind.JPEG, b"\xff\xd8\xff the pixels of a card", b"\xff\xd8\xff small")
PDF = Picture(PaperKind.PDF, b"%PDF- a scan", None)


def keep(office: Office, ticket: str, paper: DocumentType = KTP, picture: Picture = PICTURE, *, by: str = "loket") -> str:
    actor = office.actor(by)
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        return papers.keep(session, case, paper, picture, PaperWay.OFFICE, actor, now=office.clock()).handle


def remove(office: Office, ticket: str, handle: str, *, by: str = "loket", reason: str = "Foto buram.") -> None:
    actor = office.actor(by)
    with office.write() as session:
        papers.remove(session, advance.lock(session, ticket, actor), handle, reason, actor, now=office.clock())


def kept(office: Office, ticket: str) -> tuple[KeptPaper, ...]:
    with office.read() as session:
        return papers.of_case(session, office.case(ticket))


def content(office: Office, ticket: str, handle: str, *, by: str = "loket") -> bytes:
    with office.read() as session:
        return papers.look_at(session, ticket, handle, office.actor(by)).content


def seen(office: Office, ticket: str) -> set[str]:
    with office.read() as session:
        return {one.value for one in session.exec(select(CaseDocument.type).where(CaseDocument.case_id == office.case(ticket).id))}


def test_a_picture_is_kept_sealed_and_comes_back_as_it_was(office: Office) -> None:
    ticket = office.open()
    handle = keep(office, ticket)
    (one,) = kept(office, ticket)
    assert (one.handle, one.type, one.thumbnail, one.kept_by) == (handle, KTP, PICTURE.thumbnail, "Rini Contoh")
    assert one.sha256 == hashlib.sha256(PICTURE.content).hexdigest() and one.size == len(PICTURE.content)
    assert content(office, ticket, handle) == PICTURE.content
    with office.rekom.database.engine.connect() as connection:
        raw = connection.execute(text("SELECT content, thumbnail FROM case_paper")).one()
    assert all(value.startswith(f"r1.{office.rekom.vault.newest}.") and "pixels" not in value for value in raw)
    event = office.events(ticket)[-1]
    assert (event.action, event.detail) == ("KEEP_PAPER", {"paper": "KTP", "way": "OFFICE", "sha256": one.sha256})


def test_the_same_picture_twice_is_kept_once(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    assert keep(sqlite_office, ticket) == keep(sqlite_office, ticket)
    assert keep(sqlite_office, ticket, KK) != keep(sqlite_office, ticket)
    assert [one.type for one in kept(sqlite_office, ticket)] == [KTP, KK]


def test_a_paper_that_is_photographed_counts_as_there_and_is_weighed(sqlite_office: Office) -> None:
    ticket = sqlite_office.open(documents=frozenset({KK}))
    sqlite_office.drain()
    before = len(sqlite_office.tasks(ticket, Job.FINDINGS))
    keep(sqlite_office, ticket)
    assert seen(sqlite_office, ticket) == {"KTP", "KK"}
    assert len(sqlite_office.tasks(ticket, Job.FINDINGS)) == before + 1
    keep(sqlite_office, ticket, picture=PDF)
    assert len(sqlite_office.tasks(ticket, Job.FINDINGS)) == before + 1


def test_a_picture_that_comes_after_the_decision_changes_nothing_of_it(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter()
    before = (seen(sqlite_office, ticket), len(sqlite_office.tasks(ticket, Job.FINDINGS)))
    keep(sqlite_office, ticket, DocumentType.SURAT_KUASA)
    assert (seen(sqlite_office, ticket), len(sqlite_office.tasks(ticket, Job.FINDINGS))) == before
    assert len(kept(sqlite_office, ticket)) == 1


def test_removed_it_is_gone_and_says_who_and_why(office: Office) -> None:
    ticket = office.open()
    handle, other = keep(office, ticket), keep(office, ticket, KK, PDF)
    remove(office, ticket, handle)
    remove(office, ticket, other)
    one = kept(office, ticket)[0]
    assert (one.removed_by, one.removed_reason, one.thumbnail) == ("Rini Contoh", "Foto buram.", b"")
    with pytest.raises(NotFound):
        content(office, ticket, handle)
    with pytest.raises(Conflict, match="sudah dihapus"):
        remove(office, ticket, handle)
    assert seen(office, ticket) == {"KTP", "KK"}
    assert office.events(ticket)[-1].action == "REMOVE_PAPER"
    assert keep(office, ticket) != handle


def test_one_paper_has_so_many_pictures_and_no_more(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    for number in range(papers.MOST):
        keep(sqlite_office, ticket, picture=Picture(PaperKind.PDF, f"%PDF-{number}".encode(), None))
    with pytest.raises(InvalidInput, match="Sudah ada 10 foto"):
        keep(sqlite_office, ticket)
    keep(sqlite_office, ticket, KK)


def test_a_closed_case_keeps_its_pictures_as_they_are(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    handle = keep(sqlite_office, ticket)
    sqlite_office.withdraw(ticket)
    for attempt in (lambda: keep(sqlite_office, ticket, KK), lambda: remove(sqlite_office, ticket, handle)):
        with pytest.raises(TransitionRefused, match="sudah ditutup"):
            attempt()
    assert content(sqlite_office, ticket, handle) == PICTURE.content


def test_who_may_not_amend_looks_only_and_another_office_not_even_that(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    handle = keep(sqlite_office, ticket)
    assert content(sqlite_office, ticket, handle, by="kadis") == PICTURE.content
    for attempt in (lambda: keep(sqlite_office, ticket, by="kadis"), lambda: remove(sqlite_office, ticket, handle, by="kadis")):
        with pytest.raises(NotAllowed):
            attempt()
    sqlite_office.hire("blora", Role.LOKET, region="3316")
    with pytest.raises(NotFound):
        content(sqlite_office, ticket, handle, by="blora")
    with pytest.raises(NotFound):
        content(sqlite_office, sqlite_office.open(2), handle)


# --- what the database refuses


def row(office: Office, ticket: str, **other: Any) -> dict[str, Any]:
    values = {
        **{"handle": "x" * 12, "case_id": office.case(ticket).id, "type": "KTP", "kind": "PDF", "way": "OFFICE", "sha256": "a" * 64},
        **{"size": 3, "content": b"abc", "thumbnail": None, "kept_at": office.clock(), "kept_by": 1, **other},
    }
    return bound(CasePaper.__table__, values)


def write(office: Office, ticket: str, **other: Any) -> None:
    with office.rekom.database.engine.begin() as connection:
        connection.execute(CasePaper.__table__.insert().values(**row(office, ticket, **other)))


def say(office: Office, statement: str) -> None:
    with office.rekom.database.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_row_that_is_whole_is_taken(office: Office) -> None:
    ticket = office.open()
    write(office, ticket)
    write(office, ticket, handle="y" * 12, sha256="b" * 64, kind="JPEG", thumbnail=b"s")
    assert len(kept(office, ticket)) == 2


@pytest.mark.parametrize(
    ("other", "constraint"),
    [
        ({"size": 0}, "holds_something"),
        ({"sha256": "a"}, "sha256_length"),
        ({"kind": "JPEG"}, "picture_has_thumbnail"),
        ({"thumbnail": b"s"}, "picture_has_thumbnail"),
        ({"type": "PASPOR"}, "documenttype"),
        ({"kind": "SVG"}, "paperkind"),
        ({"way": "POST"}, "paperway"),
    ],
)
def test_half_a_row_is_refused(office: Office, other: dict[str, Any], constraint: str) -> None:
    ticket = office.open()
    columns = row(office, ticket, **other)
    plain = CasePaper.__table__.insert().values(
        {name: value for name, value in columns.items() if name not in other} | _typed(other, columns)
    )
    with pytest.raises(DBAPIError, match=constraint), office.rekom.database.engine.begin() as connection:
        connection.execute(plain)


def _typed(other: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    """Words no enum has go to the database as they are."""
    return {name: text(f"'{columns[name]}'") if isinstance(columns[name], str) else columns[name] for name in other}


def test_what_is_kept_stays_and_lies_sealed(office: Office) -> None:
    ticket = office.open()
    write(office, ticket)
    for statement in (
        "UPDATE case_paper SET content = 'plain'",
        "UPDATE case_paper SET sha256 = '" + "b" * 64 + "'",
        "UPDATE case_paper SET type = 'KK'",
        "UPDATE case_paper SET kept_by = 2",
        "UPDATE case_paper SET removed_by = 1",
        "UPDATE case_paper SET removed_by = 1, removed_reason = 'x', removed_at = kept_at",
        "DELETE FROM case_paper",
    ):
        with pytest.raises(DBAPIError):
            say(office, statement)
    with pytest.raises(DBAPIError, match=r"uq_case_paper_kept|case_paper\.case_id, case_paper\.type, case_paper\.sha256"):
        write(office, ticket, handle="y" * 12)


def test_a_closed_case_takes_and_loses_none(office: Office) -> None:
    ticket = office.open()
    write(office, ticket)
    office.withdraw(ticket)
    with pytest.raises(DBAPIError, match="case_paper_of_an_open_case"):
        write(office, ticket, handle="y" * 12, sha256="b" * 64)
    with pytest.raises(DBAPIError, match="case_paper_stays"):
        say(office, "UPDATE case_paper SET content = 'r1.', removed_by = 1, removed_reason = 'x', removed_at = kept_at")


def test_removed_stays_removed(office: Office) -> None:
    ticket = office.open()
    remove(office, ticket, keep(office, ticket))
    for statement in (
        "UPDATE case_paper SET removed_by = NULL, removed_reason = NULL, removed_at = NULL",
        "UPDATE case_paper SET removed_reason = 'Lain.'",
    ):
        with pytest.raises(DBAPIError, match="case_paper_stays"):
            say(office, statement)


# --- keys and time


def test_a_new_key_takes_pictures_along(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_rotation, "FILES_AT_ONCE", 1)
    ticket = sqlite_office.open()
    handles = [keep(sqlite_office, ticket), keep(sqlite_office, ticket, KK, PDF), keep(sqlite_office, ticket, DocumentType.SKTM)]
    remove(sqlite_office, ticket, handles.pop())

    def pass_by(seconds: float) -> None:
        sqlite_office.clock.pass_by(seconds=seconds)

    assert vault_rotation.rotate(sqlite_office.rekom, pass_by).unreadable == ()
    assert [content(sqlite_office, ticket, handle) for handle in handles] == [PICTURE.content, PDF.content]
    with sqlite_office.rekom.database.engine.connect() as connection:
        raw = connection.execute(text("SELECT content FROM case_paper ORDER BY id")).scalars().all()
    sealed = f"r1.{sqlite_office.rekom.vault.newest}."
    assert [value[: len(sealed)] for value in raw] == [sealed, sealed, "r1."]


def test_retention_takes_what_is_left_of_them(office: Office) -> None:
    ticket = office.open()
    handle = keep(office, ticket)
    remove(office, ticket, keep(office, ticket, KK), reason="Milik Siti Contoh.")
    office.withdraw(ticket)
    office.drain()
    office.clock.pass_by(days=366)
    assert retention.sweep(office.rekom).cases == 1
    with office.read() as session:
        rows = session.exec(select(CasePaper).order_by(col(CasePaper.id))).all()
        assert [(one.content, one.thumbnail, len(one.sha256)) for one in rows] == [(b"", b"", 64)] * 2
        assert [one.removed_reason for one in rows] == [None, "(dihapus)"]
    with pytest.raises(NotFound):
        content(office, ticket, handle)
    assert office.clock() - rows[0].kept_at > timedelta(days=365)
