"""Personal data lies sealed: unreadable in a dump, bound to its column and row, found by a keyed digest, moved under new keys."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, select

from tests.collective_office import propose
from tests.office import MORNING, Office, ktp, person, running_office
from tests.registration_office import make
from verify import vault_rotation
from verify.composition import Rekom
from verify.db import Database, _alembic, migrate
from verify.keyring import KeyFileError
from verify.keys import KeyStore
from verify.master_key import MasterKey
from verify.vault import SealedUnderOther, Vault
from workflows.errors import OpenCaseExists
from workflows.records import Case, Household, MembershipReport
from workflows.sealed import SealBroken, Sealed, sealed_columns

ADDRESS = "Jl. Contoh Sekali No. 17"
KNOWN = {**person(1), "address": ADDRESS, "kk": "9901014101900017", "proxy_name": "Budi Contoh", "proxy_relation": "anak"}
KNOWN["proxy_phone"] = "081299990017"
SECRETS = (KNOWN["nik"], KNOWN["kk"], KNOWN["phone"], KNOWN["proxy_phone"], ADDRESS)


SEALED_TABLES = (
    "case_file",
    "assessment",
    "check_result",
    "registration_batch",
    "collective_row",
    "membership_report",
    "idempotency_record",
)
REPORTED = {"hospital_code": "RS-CONTOH-1", "reported_by": 1}


def say(office: Office, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Raw SQL, past everything that knows what is sealed."""
    with office.rekom.database.engine.begin() as connection:
        found = connection.execute(text(statement), values)
        return [tuple(row) for row in found] if found.returns_rows else []


def dump(office: Office) -> dict[str, str]:
    """Every table as text: each column of each row."""
    tables = inspect(office.rekom.database.engine).get_table_names()
    return {table: "\n".join(map(_told, say(office, f"SELECT * FROM {table}"))) for table in tables}


def _told(row: tuple[Any, ...]) -> str:
    return " ".join(value.decode("latin-1") if isinstance(value, bytes | memoryview) else str(value) for value in map(_plain, row))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else json.dumps(value) if isinstance(value, dict | list) else value


def test_a_dump_after_a_whole_case_tells_nobody_s_numbers(office: Office) -> None:
    ticket = office.to_decision(1, **{name: value for name, value in KNOWN.items() if name not in person(1)})
    with office.write() as session:
        session.add(
            MembershipReport(nik=KNOWN["nik"], outcome="FOUND", asked_for=office.clock().date(), **REPORTED, reported_at=office.clock())
        )
    office.approve(ticket)
    office.drain()
    loket = office.api("loket")
    assert loket.post("/applications", ktp(2, address=ADDRESS), key="one two").status_code == 201
    assert loket.post("/applications", ktp(2, address=ADDRESS), key="one two").status_code == 201
    assert make(office).people == 1
    propose(office)
    leaks = {table: [one for one in SECRETS if one in told] for table, told in dump(office).items()}
    assert {table: found for table, found in leaks.items() if found} == {}
    told = dump(office)
    assert all("r1." in told[table] for table in SEALED_TABLES) and office.criteria.criteria[0].key not in told["assessment"]
    assert office.case(ticket).nik == KNOWN["nik"] and office.case(ticket).address == ADDRESS


def test_every_sealed_column_names_itself_and_what_is_there() -> None:
    seen = 0
    for table in SQLModel.metadata.sorted_tables:
        for one in sealed_columns(table):
            seen += 1
            assert one.type.place == f"{table.name}.{one.column.name}" and set(one.type.row) <= set(table.c.keys())
            assert bool(one.type.domain) == (one.digest in table.c)
    assert seen > 8


MOVED = {
    "to another row": "UPDATE case_file SET nik = (SELECT nik FROM case_file WHERE id = 2) WHERE id = 1",
    "to another column": "UPDATE case_file SET nik = phone WHERE id = 1",
    "changed in one letter": "UPDATE case_file SET nik = substr(nik, 1, 19) || CASE substr(nik, 20, 1) WHEN 'A' THEN 'B' ELSE 'A' END "
    "|| substr(nik, 21) WHERE id = 1",
    "under a key that never was": "UPDATE case_file SET nik = 'r1.99.' || substr(nik, 6) WHERE id = 1",
}


@pytest.mark.parametrize("statement", MOVED.values(), ids=MOVED.keys())
def test_a_value_that_was_moved_or_changed_does_not_open(sqlite_office: Office, statement: str) -> None:
    ticket = sqlite_office.open(1)
    sqlite_office.open(2)
    say(sqlite_office, statement)
    with pytest.raises(SealBroken):
        sqlite_office.case(ticket)


def test_a_plain_number_and_a_second_open_case_are_refused_by_the_database(office: Office, subtests: pytest.Subtests) -> None:
    office.open(1)
    office.open(2)
    for statement, name in {
        "UPDATE case_file SET nik = '9901014101900001' WHERE id = 1": "ck_case_file_nik_sealed",
        "UPDATE case_file SET address = 'Jl. Contoh' WHERE id = 1": "ck_case_file_address_sealed",
        "UPDATE case_file SET nik_digest = NULL WHERE id = 1": "ck_case_file_nik_digested",
        "UPDATE case_file SET phone_digest = 'x' WHERE id = 1": "ck_case_file_phone_digested",
        "UPDATE case_file SET nik_digest = (SELECT nik_digest FROM case_file WHERE id = 2) WHERE id = 1": "nik",
    }.items():
        with subtests.test(name):
            with pytest.raises(IntegrityError) as refused:
                say(office, statement)
            assert name in str(refused.value)


def test_a_person_is_found_by_the_number_as_before(office: Office) -> None:
    first, second = office.open(1), office.open(2)
    with office.read() as session:
        assert session.exec(select(Case.ticket).where(Case.nik == person(1)["nik"])).all() == [first]
        assert session.exec(select(Case.ticket).where(Case.phone != person(1)["phone"])).all() == [second]
        both = select(Case.nik).where(col(Case.nik).in_([person(1)["nik"], person(2)["nik"]])).order_by(col(Case.id))
        assert session.exec(both).all() == [person(1)["nik"], person(2)["nik"]]
        with pytest.raises(TypeError, match="sealed"):
            select(Case).where(col(Case.nik).startswith("99"))
    with pytest.raises(OpenCaseExists):
        office.open(1)


def test_what_is_corrected_is_sealed_and_found_anew(office: Office) -> None:
    ticket = office.open(1)
    before = say(office, "SELECT nik, phone, phone_digest FROM case_file")
    office.amend(ticket, phone="081100001111", address=ADDRESS)
    after = say(office, "SELECT nik, phone, phone_digest FROM case_file")
    assert after[0][0] == before[0][0] and after[0][1] != before[0][1] and after[0][2] != before[0][2]
    with office.read() as session:
        assert session.exec(select(Case.address).where(Case.phone == "081100001111")).one() == ADDRESS


def test_without_the_master_key_nothing_opens_and_the_sentence_says_what_to_do(sqlite_office: Office) -> None:
    ticket, rekom = sqlite_office.open(1), sqlite_office.rekom
    for settings, error in (
        (replace(rekom.settings, master_key="ab" * 32), SealedUnderOther),
        (replace(rekom.settings, master_key="too short"), KeyFileError),
        (replace(rekom.settings, data_dir=str(rekom.settings.folder / "elsewhere")), KeyFileError),
    ):
        stranger = Rekom(settings, sqlite_office.clock, wakes=False)
        with pytest.raises(error, match="unci induk|REKOM_MASTER_KEY"), stranger.database.read():
            pass
        stranger.database.close()
    assert sqlite_office.case(ticket).nik == person(1)["nik"]


def test_two_processes_that_begin_at_once_find_the_same_first_keys(database_url: str, tmp_path: Path) -> None:
    master = MasterKey(tmp_path / "keys")
    first, second = (Vault(master, lambda: MORNING) for _ in range(2))
    with closing(Database(database_url, vault=first)) as one, closing(Database(database_url, vault=second)), ThreadPoolExecutor(1) as hand:
        with one.engine.execution_options(rekom_writing=True).begin() as connection:
            first.make_first(connection)
            other = hand.submit(second.be_ready)
            wait([other], timeout=1)  # long enough to come to the place where it has to wait
        other.result()
        assert first.digest("nik", "1") == second.digest("nik", "1") and first.newest == second.newest


def test_the_file_of_the_master_key_is_its_owner_s(sqlite_office: Office) -> None:
    sqlite_office.open(1)
    path = sqlite_office.rekom.master_key.path
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        _ = Rekom(sqlite_office.rekom.settings).master_key.secret
    path.chmod(0o600)


def test_a_rotation_moves_everything_while_the_office_works(office: Office) -> None:
    first = office.to_letter(1)
    office.open(2)
    digests = say(office, "SELECT id, nik_digest FROM case_file ORDER BY id")
    between: list[str] = []

    def meanwhile(_: float) -> None:
        """Another process, which does not know of the new key yet, opens and changes cases."""
        between.append(office.open(3))
        office.amend(first, phone="081100002222") if office.case(first).closed_at else office.amend(between[0], address=ADDRESS)

    other = Rekom(office.rekom.settings, office.clock, wakes=False)
    vars(other).update({"key_store": KeyStore(office.rekom.settings.folder / "keys")})
    done = vault_rotation.rotate(other, meanwhile)
    with office.read() as session:
        assert {key for _, key in vault_rotation.count(session)} == {str(done.key)} and done.unreadable == ()
    other.database.close()
    assert between and [office.case(ticket).nik for ticket in (first, between[0])] == [person(1)["nik"], person(3)["nik"]]
    assert office.case(between[0]).address == ADDRESS
    assert say(office, "SELECT id, nik_digest FROM case_file WHERE id < 3 ORDER BY id") == digests
    assert say(office, "SELECT count(*) FROM vault_key WHERE emptied_at IS NOT NULL") == [(1,)]


def test_a_rotation_that_was_killed_goes_on_under_the_same_key(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = [sqlite_office.open(number) for number in range(1, 6)]
    monkeypatch.setattr(vault_rotation, "AT_ONCE", 2)

    def killed(_: float) -> None:
        raise KeyboardInterrupt

    reseal, left = vault_rotation._reseal, iter((True, False))

    def dies_at_the_second_batch(*known: Any) -> Any:
        if known[3] and not next(left):
            raise KeyboardInterrupt
        return reseal(*known)

    monkeypatch.setattr(vault_rotation, "_reseal", dies_at_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        vault_rotation.rotate(sqlite_office.rekom, killed)
    monkeypatch.setattr(vault_rotation, "_reseal", reseal)
    with sqlite_office.read() as session:
        assert {key for _, key in vault_rotation.count(session)} == {"2", "3"}
    assert [sqlite_office.case(ticket).nik for ticket in tickets] == [person(number)["nik"] for number in range(1, 6)]
    assert vault_rotation.rotate(sqlite_office.rekom, lambda _: None).key == 3
    with sqlite_office.read() as session:
        assert {key for _, key in vault_rotation.count(session)} == {"3"}


def test_what_no_key_opens_is_named_and_keeps_the_older_keys(sqlite_office: Office) -> None:
    ticket = sqlite_office.open(1)
    sqlite_office.open(2)
    say(sqlite_office, "UPDATE case_file SET phone = (SELECT phone FROM case_file WHERE id = 2) WHERE id = 1")
    done = vault_rotation.rotate(sqlite_office.rekom, lambda _: None)
    assert done.unreadable == (f"case_file.phone {ticket}",)
    assert say(sqlite_office, "SELECT count(*) FROM vault_key WHERE emptied_at IS NOT NULL") == [(0,)]


def test_an_older_office_s_rows_are_sealed_by_the_migration_and_open_again_on_the_way_back(database_url: str, tmp_path: Path) -> None:
    with running_office(database_url, tmp_path) as office:
        ticket, vault = office.open(1, address=ADDRESS, kk=KNOWN["kk"]), office.rekom.new_vault
        with office.write() as session:
            facts = {"code": "AAAA-2222", "region_code": "3673", "opened_by": 1, "opened_at": office.clock()}
            session.add(Household(kk=KNOWN["kk"], **facts))
        office.rekom.database.close()
        command.downgrade(_alembic(database_url, vault()), "0046")
        plain = say(office, "SELECT nik, phone, address, kk FROM case_file")
        assert plain == [(person(1)["nik"], person(1)["phone"], ADDRESS, KNOWN["kk"])]
        assert say(office, "SELECT kk FROM household") == [(KNOWN["kk"],)]
        office.rekom.database.close()
        with pytest.raises(RuntimeError, match="master key"):
            migrate(database_url)
        migrate(database_url, vault())
    later = Rekom(office.rekom.settings, office.clock, wakes=False)
    with later.database.read() as session:
        case = session.exec(select(Case).where(Case.nik == person(1)["nik"])).one()
        assert (case.ticket, case.phone, case.address, case.kk) == (ticket, person(1)["phone"], ADDRESS, KNOWN["kk"])
        assert session.exec(select(Household.code).where(Household.kk == KNOWN["kk"])).one() == "AAAA-2222"
    later.database.close()


def test_papers_and_findings_of_an_older_office_are_sealed_and_open_again_on_the_way_back(database_url: str, tmp_path: Path) -> None:
    with running_office(database_url, tmp_path) as office:
        ticket, vault = office.to_letter(1), office.rekom.new_vault
        told, paper = "SELECT findings FROM finding_set ORDER BY id", office.letter(ticket).pdf
        sealed = say(office, "SELECT draft, pdf FROM letter")[0]
        assert paper and sealed[0] is None and sealed[1].startswith("r1.") and all(row[0].startswith("r1.") for row in say(office, told))
        for statement in ("UPDATE letter SET pdf = 'x'", "UPDATE finding_set SET findings = '[]'"):
            with pytest.raises(IntegrityError, match="_sealed"):
                say(office, statement)
        say(office, "UPDATE letter SET scan = 'r1.'")  # what retention leaves
        office.rekom.database.close()
        command.downgrade(_alembic(database_url, vault()), "0050")
        plain = say(office, "SELECT pdf, scan FROM letter")[0]
        assert (bytes(plain[0]), bytes(plain[1])) == (paper, b"")
        assert {one["rule"] for row in say(office, told) for one in (json.loads(row[0]) if isinstance(row[0], str) else row[0])}
        office.rekom.database.close()
        migrate(database_url, vault())
        assert office.letter(ticket).pdf == paper and office.letter(ticket).scan == b""
        assert say(office, "SELECT pdf FROM letter")[0][0].startswith("r1.")


def test_a_sealed_column_is_written_by_its_row_only(sqlite_office: Office) -> None:
    sqlite_office.open(1)
    with sqlite_office.write() as session, pytest.raises(SealBroken, match="row's own object"):
        session.execute(Case.__table__.update().values(address=ADDRESS))  # type: ignore[attr-defined]
    assert isinstance(Case.__table__.c.address.type, Sealed)  # type: ignore[attr-defined]
