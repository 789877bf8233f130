"""The promise on the receipt a family takes home, and how many were kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from tests.office import Office
from tests.verify.web.visitor import Visitor
from tests.workflows.test_replacements import replaced
from workflows.rules.calendar import Cutoff, Cutoffs
from workflows.rules.policy import Ruled

Visit = Callable[[str], Visitor]
SIDOARJO = Cutoffs((Cutoff(time(12), time(13)), Cutoff(time(15), time(15, 30))))


def with_rule(office: Office, **rules: object) -> None:
    """The region's policy with other values."""
    book = office.rekom.policies
    blocks = tuple(
        replace(block, **{name: Ruled(value, "uji", "uji", block.valid_from) for name, value in rules.items()})  # type: ignore[arg-type]
        for block in book.regions["3673"]
    )
    vars(office.rekom)["policies"] = replace(book, regions={**book.regions, "3673": blocks})


def receipt(visit: Visit, ticket: str) -> str:
    return visit("loket").get(f"/berkas/{ticket}/tanda-terima").main()


def test_the_receipt_prints_the_promise_in_opening_hours(visit: Visit, sqlite_office: Office) -> None:
    said = receipt(visit, sqlite_office.open())
    assert "Janji kami: Surat selesai paling lama 2 jam kerja sejak berkas diterima." in said
    assert "Janji surat terbit: sampai 23 November 2026, 11.00 WIB" in said


@pytest.mark.parametrize(
    ("hour", "minute", "ready"),
    [(5, 0, "23 November 2026, 13.00 WIB"), (5, 1, "23 November 2026, 15.30 WIB"), (8, 1, "24 November 2026, 16.00 WIB")],
    ids=["by noon", "after noon", "after three"],
)
def test_the_receipt_prints_the_promise_by_the_cut_offs(visit: Visit, sqlite_office: Office, hour: int, minute: int, ready: str) -> None:
    with_rule(sqlite_office, cutoffs=SIDOARJO)
    sqlite_office.clock.now = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
    said = receipt(visit, sqlite_office.open())
    assert f"Janji surat terbit: sampai {ready}" in said
    assert "sampai 12.00 selesai 13.00, sampai 15.00 selesai 15.30" in said


def test_with_papers_missing_the_promise_is_printed_and_whose_turn_it_is(visit: Visit, sqlite_office: Office) -> None:
    said = receipt(visit, sqlite_office.open(documents=frozenset()))
    assert "Janji kami: Surat selesai paling lama" in said and "Janji surat terbit: berhenti sampai berkas lengkap; giliran pemohon" in said
    assert "Berkas susulan: sampai 25 November 2026, 09.00 WIB" in said


def test_after_the_letter_nothing_is_promised(visit: Visit, sqlite_office: Office) -> None:
    assert "Janji" not in receipt(visit, sqlite_office.to_letter())


def test_kept_promises_are_shown_month_by_month(visit: Visit, sqlite_office: Office) -> None:
    office = sqlite_office
    assert "Belum ada surat yang terbit" in visit("kadis").get("/janji").main()
    in_time = office.to_letter(1)
    for number in (2, 3):
        ticket = office.to_decision(number)
        office.clock.pass_by(days=1 if number == 3 else 0)
        office.approve(ticket)
        office.drain()
    assert "November 2026 66 %: 2 dari 3 janji ditepati" in visit("kadis").get("/janji").main()
    replaced(office, in_time)  # a mended paper was not promised, and is neither kept nor broken
    assert "66 %: 2 dari 3 janji ditepati" in visit("kadis").get("/janji").main()
    assert "Janji yang ditepati" in visit("kadis").get("/menunggu").main()
    office.open(4)
    office.clock.pass_by(days=1)
    assert "50 %: 2 dari 4 janji ditepati; 1 belum ada suratnya" in visit("kadis").get("/janji").main()
