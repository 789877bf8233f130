"""Seeding: what the demo and ``rekom seed`` fill an empty database with, however often they do it."""

from sqlmodel import func, select

from tests.office import Office
from verify.seeds import seed_coverage, seed_demo
from workflows.records import CoverageCell, CoverageSnapshot, Staff


def stored(office: Office) -> list[int]:
    with office.read() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in (Staff, CoverageSnapshot, CoverageCell)]


def test_a_second_seeding_changes_nothing(office: Office) -> None:
    seed_coverage(office.rekom)
    once = stored(office)
    assert min(once) > 0
    seed_demo(office.rekom)
    seed_coverage(office.rekom)
    assert stored(office) == once
