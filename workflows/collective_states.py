"""The life of letter E on one screen: the cover letter that goes with one export file and lists the people in it.

It is about many cases, so it has a life of its own beside theirs; its number comes from the same counter as theirs.
"""

from collections.abc import Mapping
from enum import StrEnum

from workflows.errors import TransitionRefused
from workflows.saying import say, sayings


class CollectiveStatus(StrEnum):
    """PROPOSED waits for parafs or the head; SIGNED has a number but no paper yet; PREPARED waits for a signature on its
    paper; ISSUED is good; the rest are ends. DROPPED never had a number."""

    PROPOSED = "PROPOSED"
    DROPPED = "DROPPED"
    SIGNED = "SIGNED"
    PREPARED = "PREPARED"
    ISSUED = "ISSUED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    REPLACED = "REPLACED"


S = CollectiveStatus

COLLECTIVE_TRANSITIONS: frozenset[tuple[CollectiveStatus, CollectiveStatus]] = frozenset(
    {
        (S.PROPOSED, S.DROPPED),
        (S.PROPOSED, S.SIGNED),
        (S.SIGNED, S.ISSUED),
        (S.SIGNED, S.PREPARED),
        (S.SIGNED, S.REVOKED),
        (S.PREPARED, S.ISSUED),
        (S.PREPARED, S.REVOKED),
        (S.ISSUED, S.EXPIRED),
        (S.ISSUED, S.REVOKED),
        (S.ISSUED, S.REPLACED),
    }
)

LIVE = frozenset({S.PROPOSED, S.SIGNED, S.PREPARED, S.ISSUED})
"""A file has at most one letter in these, and a person stands on at most one list of theirs."""

UNNUMBERED = frozenset({S.PROPOSED, S.DROPPED})
TOLD_WHY = frozenset({S.DROPPED, S.REVOKED, S.REPLACED})
"""Ends that somebody brought about, and said why."""

LABEL: Mapping[CollectiveStatus, str] = {
    S.PROPOSED: "Menunggu persetujuan",
    S.DROPPED: "Tidak jadi",
    S.SIGNED: "Sedang dibuat",
    S.PREPARED: "Menunggu tanda tangan",
    S.ISSUED: "Berlaku",
    S.EXPIRED: "Kedaluwarsa",
    S.REVOKED: "Dicabut",
    S.REPLACED: "Diganti",
}
LABEL = sayings(LABEL)

assert set(LABEL) == set(CollectiveStatus)


def check_collective_move(source: CollectiveStatus, target: CollectiveStatus) -> None:
    """Raise ``TransitionRefused`` where the table has no such row."""
    if (source, target) not in COLLECTIVE_TRANSITIONS:
        raise TransitionRefused(
            say(
                "Surat pengantar berstatus “{label}” tidak dapat menjadi “{label2}”. Muat ulang halaman.",
                label=LABEL[source],
                label2=LABEL[target],
            )
        )
