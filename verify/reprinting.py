"""One paper of a letter: counted first; the original as it was made, a marked copy set from the same facts."""

from dataclasses import dataclass, replace

from flask import Response

from verify.auth import me, parts
from verify.counter import as_pdf
from workflows import reprints
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


def _paper(ticket: str) -> tuple[bytes, int]:
    with parts().database.write() as session:
        copy = reprints.take(session, ticket, me(), now=parts().clock())
    if copy.ordinal == reprints.ORIGINAL:
        return copy.original, copy.ordinal
    ports = replace(parts().ports, press=Again(parts().ports.press, copy.token, copy.ordinal))
    finished = STEPS[Job.LETTER].gather(ports, copy.question)
    paper: bytes = finished.pressed.pdf
    return paper, copy.ordinal
