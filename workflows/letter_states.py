"""The life of a letter on one screen, beside the life of its case.

A letter gets its number when it is signed and reaches anybody only when it is complete (ISSUED).
"""

from enum import StrEnum

from workflows.errors import TransitionRefused
from workflows.saying import say, sayings


class LetterState(StrEnum):
    """SIGNED has a number but no paper yet; PREPARED has its paper and waits for a signature on it (BSrE or ink);
    ISSUED can be checked at a desk; the rest are ends. EXPIRED becomes ACCEPTED where a desk without network had accepted it in
    time, by a person's word."""

    SIGNED = "SIGNED"
    PREPARED = "PREPARED"
    ISSUED = "ISSUED"
    ACCEPTED = "ACCEPTED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    REPLACED = "REPLACED"


LETTER_TRANSITIONS: frozenset[tuple[LetterState, LetterState]] = frozenset(
    {
        (LetterState.SIGNED, LetterState.ISSUED),
        (LetterState.SIGNED, LetterState.PREPARED),
        (LetterState.SIGNED, LetterState.REVOKED),
        (LetterState.PREPARED, LetterState.ISSUED),
        (LetterState.PREPARED, LetterState.REVOKED),
        (LetterState.ISSUED, LetterState.ACCEPTED),
        (LetterState.ISSUED, LetterState.EXPIRED),
        (LetterState.EXPIRED, LetterState.ACCEPTED),
        (LetterState.ISSUED, LetterState.REVOKED),
        (LetterState.ISSUED, LetterState.REPLACED),
    }
)

LIVE = frozenset({LetterState.SIGNED, LetterState.PREPARED, LetterState.ISSUED, LetterState.ACCEPTED})
"""A case has at most one letter in these states."""

LABEL: dict[LetterState, str] = {
    LetterState.SIGNED: "Sedang dibuat",
    LetterState.PREPARED: "Menunggu tanda tangan",
    LetterState.ISSUED: "Berlaku",
    LetterState.ACCEPTED: "Sudah dipakai",
    LetterState.EXPIRED: "Kedaluwarsa",
    LetterState.REVOKED: "Dicabut",
    LetterState.REPLACED: "Diganti",
}
LABEL = sayings(LABEL)


def check_letter_move(source: LetterState, target: LetterState) -> None:
    """Raise ``TransitionRefused`` where the table has no such row."""
    if (source, target) not in LETTER_TRANSITIONS:
        raise TransitionRefused(say("Surat berstatus {label} tidak dapat menjadi {label2}.", label=LABEL[source], label2=LABEL[target]))
