"""A test office with letters other than A: members removed from PBI JK, and cases on their way to letter B."""

from dataclasses import replace

from tests.office import PAPERS, Office, person
from workflows.ports import MembershipEvidence, MembershipOutcome, MembershipQuestion, Segment
from workflows.vocabulary import DocumentType

FACILITY = PAPERS | {DocumentType.SURAT_KETERANGAN_FASKES}


def removed_from_pbi(office: Office, number: int = 1) -> None:
    """BPJS Kesehatan says: was PBI JK, is no longer."""
    asked, known, nik = MembershipOutcome.INACTIVE, office.fakes.membership.membership, person(number)["nik"]

    def answer(question: MembershipQuestion) -> MembershipEvidence:
        said = known(question)
        return replace(said, outcome=asked, segment=Segment.PBI_JK) if question.nik == nik else said

    vars(office.fakes.membership)["membership"] = answer


def to_decision(office: Office, ticket: str) -> None:
    office.assess(ticket)
    office.drain()
    office.validate(ticket)


def to_letter_b(office: Office, number: int = 1) -> str:
    """An issued letter B; returns its case."""
    removed_from_pbi(office, number)
    ticket = office.open(number, documents=FACILITY)
    office.drain()
    to_decision(office, ticket)
    office.approve(ticket)
    office.drain()
    return ticket
