"""One paper of a letter: counted first; the original as it was made, a marked copy set from the same facts."""

from dataclasses import dataclass, replace

from flask import Response

from verify.access_log import shows_numbered
from verify.auth import me, parts
from verify.composition import Rekom
from verify.counter import as_pdf
from workflows import collective, collective_copies, collective_list, collective_paper, reprints
from workflows.actor import Actor
from workflows.ports import LetterFacts, LetterPress, PressedLetter
from workflows.states import Job
from workflows.steps import STEPS


@dataclass(frozen=True, slots=True)
class Again:
    """A press that sets a copy where the step asks for a letter."""

    press_of: LetterPress
    token: str
    ordinal: int

    def press(self, facts: LetterFacts) -> PressedLetter:
        """The marked copy, under the token the letter has."""
        return PressedLetter(self.reprint(facts, self.token, self.ordinal), "", self.token, "")

    def reprint(self, facts: LetterFacts, token: str, ordinal: int) -> bytes:
        """As the press below does it."""
        return self.press_of.reprint(facts, token, ordinal)


def hand_out(ticket: str) -> Response:
    """The original's PDF, once; after that each time the next marked copy."""
    paper, ordinal = _paper(ticket)
    return as_pdf(paper, f"surat-{ticket}-cetak-ulang-{ordinal}.pdf" if ordinal else f"surat-{ticket}.pdf")


def hand_out_collective(letter_id: int) -> Response:
    """The same of a letter E."""
    paper, ordinal = collective_copy(parts(), letter_id, me())
    with parts().database.read() as session:
        shows_numbered(row.case_id for row in collective_list.rows_of(session, collective.find(session, letter_id, me())))
    return as_pdf(paper, f"pengantar-{letter_id}-cetak-ulang-{ordinal}.pdf" if ordinal else f"pengantar-{letter_id}.pdf")


def collective_copy(rekom: Rekom, letter_id: int, actor: Actor) -> tuple[bytes, int]:
    """The next paper of a letter E, and which one it is."""
    with rekom.database.write() as session:
        copy = collective_copies.take(session, collective.lock(session, letter_id, actor), actor, now=rekom.clock())
    if copy.ordinal == reprints.ORIGINAL:
        return copy.original, copy.ordinal
    letter = copy.question.letter
    facts = collective_paper.facts_of(copy.question, rekom.policies.pinned(letter.region_code, letter.policy_valid_from))
    return rekom.ports.press.reprint(facts, copy.token, copy.ordinal), copy.ordinal


def _paper(ticket: str) -> tuple[bytes, int]:
    with parts().database.write() as session:
        copy = reprints.take(session, ticket, me(), now=parts().clock())
    if copy.ordinal == reprints.ORIGINAL:
        return copy.original, copy.ordinal
    ports = replace(parts().ports, press=Again(parts().ports.press, copy.token, copy.ordinal))
    finished = STEPS[Job.LETTER].gather(ports, copy.question)
    paper: bytes = finished.pressed.pdf
    return paper, copy.ordinal
