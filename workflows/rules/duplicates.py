"""``ganda``: has the same person another case? Likeness never refuses; a person compares."""

from datetime import date

from workflows.rules import law
from workflows.rules.facts import CheckFact
from workflows.rules.finding import Advice, Finding, Outcome, finding, unanswered

RULE = "ganda"
ASKED = "tidak ada berkas lain dari orang yang sama"
SPOKEN = {"CLEAR": "tidak ada yang mirip", "SIMILAR": "ada yang mirip"}

NONE = Advice(Outcome.MEETS, "Tidak ada berkas lain yang mirip.")
SIMILAR = Advice(
    Outcome.NEEDS_PERSON, "Ada berkas lain yang mirip dengan orang ini.", "Bandingkan berkas itu, lalu catat apakah orangnya sama."
)
UNDETERMINED = Advice(Outcome.NEEDS_PERSON, "Pemeriksaan berkas ganda belum selesai.", "Cari nama dan tanggal lahir di daftar berkas.")


def weigh_duplicates(duplicates: CheckFact | None, on: date) -> Finding:
    """By the outcome words of ``workflows.checks``: CLEAR or SIMILAR, the tickets of which stand in the details."""
    outcome = duplicates.outcome if duplicates else None
    advice = {"CLEAR": NONE, "SIMILAR": SIMILAR}.get(str(outcome), UNDETERMINED)
    value = _tickets(duplicates) or SPOKEN.get(str(outcome), "belum diperiksa")
    return finding(RULE, advice, law.DUPLICATES, value=value, threshold=ASKED, origin=duplicates or unanswered("Rekom", on))


def _tickets(duplicates: CheckFact | None) -> str | None:
    tickets = duplicates.details.get("tickets") if duplicates else None
    return ", ".join(str(ticket) for ticket in tickets) or None if isinstance(tickets, list | tuple) else None
