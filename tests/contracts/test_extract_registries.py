"""Imported extracts behind the ports: what they know, since when, and never more than that; the online answer comes first."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import col

from tests.contracts.common import SETTINGS, assert_discreet
from tests.fakes import Fakes, fakes
from verify.db import Database
from verify.master_key import MasterKey
from verify.registries import Registries, sources
from verify.registries.extract import ExtractMembershipRegistry, ExtractPovertyRegistry, FirstAnswer
from verify.simulator import Fault, Registry, RunningSimulator
from verify.simulator.personas import load_population
from verify.vault import Vault
from workflows import extracts
from workflows.actor import SYSTEM
from workflows.errors import Refused, RegistryError, Unavailable
from workflows.extracts import DtsenFact, Fact, MemberFact, Received
from workflows.ports import MembershipOutcome, MembershipQuestion, PovertyOutcome, PovertyQuestion, Segment
from workflows.records.extract import ExtractKind, MemberRow

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
AS_OF = datetime(2026, 10, 31, 19, tzinfo=UTC)
"""Two o'clock in the night of 1 November in Serang."""
DAY = date(2026, 11, 22)
PEOPLE = load_population()
SITI = PEOPLE.by_key("siti-contoh")
BUDI = PEOPLE.by_key("budi-uji")
assert SITI and BUDI
OF_SITI, OF_BUDI = PovertyQuestion(SITI.nik, SITI.name), MembershipQuestion(BUDI.nik, BUDI.name, DAY)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def sqlite(sqlite_url: str, tmp_path: Path) -> Iterator[Database]:
    """Where the database is not the subject."""
    master = MasterKey(tmp_path / "keys")
    master.make()
    made = Database(sqlite_url, vault=Vault(master, lambda: NOW))
    yield made
    made.close()


def imported(
    database: Database, kind: ExtractKind, facts: Iterable[Fact], *, as_of: datetime = AS_OF, unreadable: int = 0, complete: bool = True
) -> None:
    known = tuple(facts)
    good = sum(fact.fault is None for fact in known)
    monthly = any(isinstance(fact, MemberFact) and fact.month for fact in known)
    layout = "DTSEN" if kind is ExtractKind.DTSEN else "ANGGOTA_BULANAN" if monthly else "ANGGOTA_LENGKAP"
    digest = f"{kind}{as_of:%Y%m%d}".ljust(64, "0")
    bad = len(known) - good + unreadable
    received = Received(
        kind, digest, "file.csv", layout, as_of, "Asia/Jakarta", good, bad, unreadable, complete=complete and kind is ExtractKind.MEMBERS
    )
    with database.write() as session:
        extracts.apply(session, received, known, SYSTEM, now=NOW)


def poverty(database: Database, now: datetime = NOW) -> ExtractPovertyRegistry:
    return ExtractPovertyRegistry(database, SETTINGS, lambda: now)


def membership(database: Database, *, complete: bool = False) -> ExtractMembershipRegistry:
    return ExtractMembershipRegistry(database, SETTINGS, complete=complete)


def siti(**changes: object) -> DtsenFact:
    return replace(DtsenFact(OF_SITI.nik, OF_SITI.name, 2), **changes)  # type: ignore[arg-type]


def budi(**changes: object) -> MemberFact:
    known = MemberFact(OF_BUDI.nik, "0009900000021", OF_BUDI.name, "PBI (APBD)", Segment.PEMDA, "0", "AKTIF")
    return replace(known, cover_from=date(2026, 1, 1), cover_until=date(2050, 1, 1), **changes)  # type: ignore[arg-type]


def reason(error: pytest.ExceptionInfo[RegistryError]) -> str:
    assert_discreet(str(error.value) + repr(error.value.context))
    assert str(error.value).endswith(".")
    return error.value.context["reason"]


# --- DTSEN


def test_a_family_in_the_extract(database: Database) -> None:
    imported(database, ExtractKind.DTSEN, [siti(exclusion_reason="keluarga ASN")])
    evidence = poverty(database).family(OF_SITI)
    assert (evidence.outcome, evidence.desil, evidence.exclusion_reason) == (PovertyOutcome.FOUND, 2, "keluarga ASN")
    assert (evidence.source, evidence.as_of) == ("DTSEN, ekstrak 1 November 2026 02.00 WIB", AS_OF)


def test_every_story_of_the_registry_reads_the_same_in_an_extract(sqlite: Database) -> None:
    told = [one for one in PEOPLE.personas if one.family]
    facts = [DtsenFact(one.nik, one.name, one.family.desil, one.family.exclusion_reason) for one in told if one.family]
    imported(sqlite, ExtractKind.DTSEN, facts)
    online, offline = fakes(lambda: NOW).poverty, poverty(sqlite)
    for one in PEOPLE.personas:
        question = PovertyQuestion(one.nik, one.name)
        expected, evidence = online.family(question), offline.family(question)
        assert (evidence.outcome, evidence.desil, evidence.exclusion_reason) == (
            expected.outcome,
            expected.desil,
            expected.exclusion_reason,
        )


def test_absence_is_an_answer_only_where_there_is_an_extract(database: Database) -> None:
    with pytest.raises(Unavailable) as none:
        poverty(database).family(OF_SITI)
    assert reason(none) == "no_extract"
    imported(database, ExtractKind.DTSEN, [])
    evidence = poverty(database).family(OF_SITI)
    assert (evidence.outcome, evidence.desil, evidence.as_of) == (PovertyOutcome.NOT_FOUND, None, AS_OF)


def test_a_new_extract_counts_at_once_and_an_undone_one_no_more(database: Database) -> None:
    imported(database, ExtractKind.DTSEN, [siti(desil=2)])
    imported(database, ExtractKind.DTSEN, [siti(desil=9)], as_of=AS_OF + timedelta(days=1))
    imported(database, ExtractKind.DTSEN, [siti(desil=1)], as_of=AS_OF - timedelta(days=90))
    assert poverty(database).family(OF_SITI).desil == 9
    with database.write() as session:
        extracts.undo(session, 2, SYSTEM, now=NOW)
    assert poverty(database).family(OF_SITI).desil == 2


def test_a_refused_row_is_neither_found_nor_absent(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.DTSEN, [DtsenFact(OF_SITI.nik, fault="NIK_GANDA")])
    with pytest.raises(Unavailable, match="NIK_GANDA") as doubtful:
        poverty(sqlite).family(OF_SITI)
    assert reason(doubtful) == "doubtful"


def test_an_extract_too_old_is_not_used(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.DTSEN, [siti()])
    limit = AS_OF + timedelta(days=SETTINGS.dtsen_oldest_days)
    assert poverty(sqlite, limit).family(OF_SITI).desil == 2
    with pytest.raises(Unavailable) as old:
        poverty(sqlite, limit + timedelta(seconds=1)).family(OF_SITI)
    assert reason(old) == "outdated"


def test_another_name_is_not_believed(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.DTSEN, [siti(name="JOKO LAIN")])
    with pytest.raises(Refused) as other:
        poverty(sqlite).family(OF_SITI)
    assert reason(other) == "name"
    imported(sqlite, ExtractKind.DTSEN, [siti(name=None)], as_of=AS_OF + timedelta(days=1))
    assert poverty(sqlite).family(OF_SITI).desil == 2


@pytest.mark.parametrize("nik", ["", "990101", "99010141019OOOO1", f"{OF_SITI.nik}1"])
def test_what_is_no_nik_is_refused(sqlite: Database, nik: str) -> None:
    with pytest.raises(Refused):
        poverty(sqlite).family(PovertyQuestion(nik, "SITI"))
    with pytest.raises(Refused):
        membership(sqlite).membership(MembershipQuestion(nik, "SITI", DAY))


# --- members


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, MembershipOutcome.ACTIVE),
        ({"status_code": "6"}, MembershipOutcome.INACTIVE),
        ({"status_code": "00"}, MembershipOutcome.INACTIVE),
    ],
)
def test_a_member_with_a_status(database: Database, changes: dict[str, object], outcome: MembershipOutcome) -> None:
    imported(database, ExtractKind.MEMBERS, [budi(**changes)])
    evidence = membership(database).membership(OF_BUDI)
    assert (evidence.outcome, evidence.segment, evidence.card) == (outcome, Segment.PEMDA, "0009900000021")
    assert (evidence.status_text, evidence.segment_text, evidence.segment_code) == ("AKTIF", "PBI (APBD)", None)
    assert (evidence.source, evidence.as_of, evidence.asked_for) == (
        "Berkas anggota BPJS, ekstrak 1 November 2026 02.00 WIB",
        AS_OF,
        DAY,
    )


@pytest.mark.parametrize(
    ("first", "last", "outcome"),
    [
        (None, None, MembershipOutcome.ACTIVE),
        (DAY, DAY, MembershipOutcome.ACTIVE),
        (DAY + timedelta(days=1), None, MembershipOutcome.INACTIVE),
        (None, DAY - timedelta(days=1), MembershipOutcome.INACTIVE),
    ],
)
def test_cover_is_judged_on_the_day_asked_about(
    sqlite: Database, first: date | None, last: date | None, outcome: MembershipOutcome
) -> None:
    imported(sqlite, ExtractKind.MEMBERS, [replace(budi(), cover_from=first, cover_until=last)])
    assert membership(sqlite).membership(OF_BUDI).outcome is outcome


@pytest.mark.parametrize("days", [-60, 60])
def test_a_file_says_nothing_of_a_day_far_from_its_own(sqlite: Database, days: int) -> None:
    imported(sqlite, ExtractKind.MEMBERS, [budi()])
    with pytest.raises(Unavailable) as far:
        membership(sqlite).membership(replace(OF_BUDI, on=date(2026, 11, 1) + timedelta(days=days)))
    assert reason(far) == "stale"


def test_the_monthly_file_is_about_its_month(sqlite: Database) -> None:
    listed = MemberFact(OF_BUDI.nik, None, OF_BUDI.name, "APBD", Segment.PEMDA, month=11, year=2026)
    imported(sqlite, ExtractKind.MEMBERS, [listed])
    for day in (date(2026, 11, 1), date(2026, 11, 30)):
        evidence = membership(sqlite).membership(replace(OF_BUDI, on=day))
        assert (evidence.outcome, evidence.status_code) == (MembershipOutcome.ACTIVE, None)
        assert (evidence.cover_from, evidence.cover_until) == (date(2026, 11, 1), date(2026, 11, 30))
    for day in (date(2026, 10, 31), date(2026, 12, 1)):
        with pytest.raises(Unavailable) as other:
            membership(sqlite).membership(replace(OF_BUDI, on=day))
        assert reason(other) == "stale"


def test_the_file_knows_only_members(database: Database) -> None:
    with pytest.raises(Unavailable) as none:
        membership(database).membership(OF_BUDI)
    assert reason(none) == "no_extract"
    imported(database, ExtractKind.MEMBERS, [])
    with pytest.raises(Unavailable) as absent:
        membership(database).membership(OF_BUDI)
    assert reason(absent) == "not_listed"
    evidence = membership(database, complete=True).membership(OF_BUDI)
    assert (evidence.outcome, evidence.segment, evidence.card) == (MembershipOutcome.NOT_FOUND, None, None)


def test_a_complete_file_with_rows_nobody_can_read_proves_no_absence(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.MEMBERS, [], unreadable=1)
    with pytest.raises(Unavailable) as absent:
        membership(sqlite, complete=True).membership(OF_BUDI)
    assert reason(absent) == "not_listed"


def test_absence_from_a_file_of_some_members_is_no_answer(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.MEMBERS, [], complete=False)
    with pytest.raises(Unavailable) as absent:
        membership(sqlite, complete=True).membership(OF_BUDI)
    assert reason(absent) == "not_listed"


def test_whom_a_newer_file_of_some_leaves_out_the_file_of_everybody_knows(database: Database) -> None:
    imported(database, ExtractKind.MEMBERS, [budi()])
    later = AS_OF + timedelta(days=9)
    imported(database, ExtractKind.MEMBERS, [MemberFact(OF_SITI.nik, month=11, year=2026)], as_of=later, complete=False)
    of_siti, nobody = replace(OF_BUDI, nik=OF_SITI.nik, name=OF_SITI.name), replace(OF_BUDI, nik="9901014101900099")
    registry = membership(database, complete=True)
    told = [registry.membership(question) for question in (OF_BUDI, of_siti, nobody)]
    assert [one.outcome for one in told] == [MembershipOutcome.ACTIVE, MembershipOutcome.ACTIVE, MembershipOutcome.NOT_FOUND]
    assert [one.as_of for one in told] == [AS_OF, later, AS_OF], "only the file of everybody says that somebody is missing"
    with pytest.raises(Unavailable) as absent:
        membership(database).membership(nobody)
    assert reason(absent) == "not_listed"


def test_what_the_newest_file_doubts_no_older_one_says(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.MEMBERS, [budi()])
    doubted = MemberFact(OF_BUDI.nik, fault="NIK_GANDA")
    imported(sqlite, ExtractKind.MEMBERS, [doubted], as_of=AS_OF + timedelta(days=9), complete=False)
    with pytest.raises(Unavailable) as doubtful:
        membership(sqlite, complete=True).membership(OF_BUDI)
    assert reason(doubtful) == "doubtful"


def test_a_file_of_everybody_that_is_half_cleared_proves_no_absence(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.MEMBERS, [budi(), replace(budi(), nik=OF_SITI.nik)])
    with sqlite.write() as session:
        session.execute(delete(MemberRow).where(col(MemberRow.nik) == OF_BUDI.nik))
    with pytest.raises(Unavailable) as absent:
        membership(sqlite, complete=True).membership(OF_BUDI)
    assert reason(absent) == "not_listed"


def test_a_complete_file_is_about_its_time_too(sqlite: Database) -> None:
    listed = MemberFact(OF_SITI.nik, month=11, year=2026)
    imported(sqlite, ExtractKind.MEMBERS, [listed])
    for day in (date(2026, 10, 31), date(2026, 12, 2)):
        with pytest.raises(Unavailable) as other:
            membership(sqlite, complete=True).membership(replace(OF_BUDI, on=day))
        assert reason(other) == "stale"


def test_a_refused_row_or_another_name_is_no_member(sqlite: Database) -> None:
    imported(sqlite, ExtractKind.MEMBERS, [MemberFact(OF_BUDI.nik, fault="KARTU_SALAH"), replace(budi(), nik=OF_SITI.nik)])
    with pytest.raises(Unavailable) as doubtful:
        membership(sqlite, complete=True).membership(OF_BUDI)
    assert reason(doubtful) == "doubtful"
    with pytest.raises(Refused) as other:
        membership(sqlite).membership(MembershipQuestion(OF_SITI.nik, OF_SITI.name, DAY))
    assert reason(other) == "name"


# --- one after the other


@pytest.fixture
def online() -> Fakes:
    return fakes(lambda: NOW)


def test_the_online_answer_comes_first_and_the_extract_is_not_even_asked(sqlite: Database, online: Fakes) -> None:
    imported(sqlite, ExtractKind.DTSEN, [siti(desil=9)])
    imported(sqlite, ExtractKind.MEMBERS, [budi(status_code="6")])
    assert FirstAnswer(online.poverty, poverty(sqlite)).family(OF_SITI).source == "DTSEN"
    evidence = FirstAnswer(online.membership, membership(sqlite)).membership(OF_BUDI)
    assert (evidence.source, evidence.outcome) == ("BPJS VClaim", MembershipOutcome.ACTIVE)


def test_while_the_registry_is_away_the_extract_answers_and_says_so(sqlite: Database, online: Fakes) -> None:
    imported(sqlite, ExtractKind.DTSEN, [siti(desil=9)])
    imported(sqlite, ExtractKind.MEMBERS, [budi(status_code="6")])
    online.switch.off()
    evidence = FirstAnswer(online.poverty, poverty(sqlite)).family(OF_SITI)
    assert (evidence.desil, evidence.source) == (9, "DTSEN, ekstrak 1 November 2026 02.00 WIB")
    member = FirstAnswer(online.membership, membership(sqlite)).membership(OF_BUDI)
    assert member.outcome is MembershipOutcome.INACTIVE and member.source.startswith("Berkas anggota BPJS, ekstrak")


def test_what_the_registry_refuses_is_not_asked_elsewhere(sqlite: Database, online: Fakes) -> None:
    imported(sqlite, ExtractKind.DTSEN, [siti()])
    imported(sqlite, ExtractKind.MEMBERS, [budi()])
    online.switch.refuse()
    with pytest.raises(Refused):
        FirstAnswer(online.poverty, poverty(sqlite)).family(OF_SITI)
    with pytest.raises(Refused):
        FirstAnswer(online.membership, membership(sqlite)).membership(OF_BUDI)


@pytest.mark.parametrize("name", [None, "JOKO LAIN"])
def test_where_neither_answers_the_registry_is_to_be_tried_again(sqlite: Database, online: Fakes, name: str | None) -> None:
    if name:
        imported(sqlite, ExtractKind.DTSEN, [siti(name=name)])
        imported(sqlite, ExtractKind.MEMBERS, [replace(budi(), name=name)])
    online.switch.off()
    with pytest.raises(Unavailable) as poor:
        FirstAnswer(online.poverty, poverty(sqlite)).family(OF_SITI)
    with pytest.raises(Unavailable) as member:
        FirstAnswer(online.membership, membership(sqlite)).membership(OF_BUDI)
    assert reason(poor) == reason(member) == "connection"


def test_wired_behind_the_real_adapters(sqlite: Database, adapters: Registries, simulator: RunningSimulator) -> None:
    members = sources.membership(adapters, SETTINGS, sqlite, lambda: NOW)
    families = sources.poverty(adapters, SETTINGS, sqlite, lambda: NOW)
    assert families.family(OF_SITI).source == "DTSEN"
    for registry in (Registry.DTSEN, Registry.BPJS):
        simulator.faults.set(registry, Fault.ERROR)
    with pytest.raises(Unavailable) as silent:
        families.family(OF_SITI)
    assert reason(silent) == "server"
    imported(sqlite, ExtractKind.DTSEN, [siti(desil=4)])
    assert families.family(OF_SITI).source.startswith("DTSEN, ekstrak ")
    with pytest.raises(Unavailable):
        members.membership(OF_BUDI)
