"""The load of approvals at a tenth: 1,000 at once, 900 seats, real server processes and PostgreSQL; a hundredth on SQLite."""

import pytest

from tests.load.approvals import Load, run, sort_out


@pytest.mark.slow
@pytest.mark.parametrize(("database", "cases", "seats"), [("sqlite", 100, 90), ("postgresql", 1_000, 900)])
def test_exactly_the_seats_there_are_are_given(database: str, cases: int, seats: int) -> None:
    answers = run(Load(cases=cases, seats=seats, database=database, clients=8, workers=2, threads=4))
    assert answers.counts == {"approved": seats, "wait-listed": cases - seats}
    assert answers.sentences["wait-listed"].startswith("Kuota kursi penuh. Berkas ini masuk daftar tunggu nomor ")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, {"detail": "x."}, "server error"),
        (409, {"detail": "Kuota penuh."}, "refused"),
        (409, {}, "refused without a sentence"),
        (201, {"state": "WAITLISTED", "warnings": []}, "wait-listed without a sentence"),
        (201, {"state": "APPROVED", "letter": None}, "approved without a letter"),
    ],
)
def test_an_answer_that_should_not_be_has_a_name(status: int, body: dict[str, object], kind: str) -> None:
    assert sort_out(status, body)[0] == kind
