"""One marked copy of a letter: counted first, then set from the facts it was made of."""

from dataclasses import dataclass, replace

from verify.auth import me, parts
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


def reprint(ticket: str) -> tuple[bytes, int]:
    """The copy's PDF and its ordinal."""
    with parts().database.write() as session:
        copy = reprints.take(session, ticket, me(), now=parts().clock())
    ports = replace(parts().ports, press=Again(parts().ports.press, copy.token, copy.ordinal))
    finished = STEPS[Job.LETTER].gather(ports, copy.question)
    paper: bytes = finished.pressed.pdf
    return paper, copy.ordinal
