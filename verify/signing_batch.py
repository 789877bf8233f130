"""Signing a batch with BSrE: the passphrase lives in the memory of the process it was typed into, and nowhere else.

So this is the one slow thing that is no RQ job: a thread of the web process asks BSrE letter by letter, with no
transaction open while it waits. If the process ends, the letters not yet signed simply still wait.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from verify.composition import Rekom
from workflows import collective_paper, signing
from workflows.actor import Actor
from workflows.errors import Refused, RekomError, SignerNotRegistered, TransitionRefused, WrongPassphrase
from workflows.passphrase import Passphrase
from workflows.ports import SignerOutcome
from workflows.saying import say

log = logging.getLogger(__name__)

THREAD = "signing-batch"
REASON = "Rekomendasi kepesertaan JKN"


@dataclass(frozen=True, slots=True)
class Pen:
    """Who signs with what, for the length of one batch."""

    actor: Actor
    nik: str
    passphrase: Passphrase


Paper = str | int
"""What is signed: a case's letter by the case's ticket, or a letter E by its id."""


def begin(rekom: Rekom, papers: Sequence[Paper], pen: Pen) -> threading.Thread:
    """Ask whether the signer's certificate can sign, then sign in the background.

    Raises ``Refused`` or ``Unavailable`` before anything is signed where BSrE says no or nothing.
    """
    status = rekom.signer.status(pen.nik)
    if status.outcome != SignerOutcome.ACTIVE:
        raise Refused(say("Sertifikat elektronik Anda tidak dapat dipakai ({value}). Hubungi BSrE.", value=status.outcome.value))
    thread = threading.Thread(target=sign_all, args=(rekom, tuple(papers), pen), name=THREAD)
    thread.start()
    return thread


def running() -> list[threading.Thread]:
    """The batches this process is signing; whoever ends the process may wait for them."""
    return [thread for thread in threading.enumerate() if thread.name == THREAD]


def sign_all(rekom: Rekom, papers: Sequence[Paper], pen: Pen) -> int:
    """Sign one letter after the other; returns how many. A wrong passphrase ends the batch: a second one may lock the signer."""
    signed = 0
    for paper in papers:
        try:
            _sign(rekom, paper, pen)
            signed += 1
        except (WrongPassphrase, SignerNotRegistered) as error:
            _remember(rekom, paper, error, pen)
            break
        except TransitionRefused:
            log.info("a letter of the batch was signed or is being signed elsewhere")
        except RekomError as error:
            _remember(rekom, paper, error, pen)
        except Exception as error:
            log.error("signing failed: %s", type(error).__name__)
            _remember(rekom, paper, RekomError("Penandatanganan terhenti karena kesalahan dalam. Coba lagi."), pen)
    return signed


def _sign(rekom: Rekom, paper: Paper, pen: Pen) -> None:
    with rekom.database.write() as session:
        draft = _draft(session, paper, pen, now=rekom.clock())
    place = rekom.policy_today(pen.actor.region_code).office.place
    made = rekom.signer.sign(draft, pen.nik, pen.passphrase, REASON, place)
    name = made.document_id or f"sha256:{made.sha256_after}"
    with rekom.database.write() as session:
        if isinstance(paper, int):
            collective_paper.sign_electronically(session, paper, made.pdf, name, pen.actor, now=rekom.clock())
        else:
            signing.sign_electronically(session, paper, made.pdf, name, pen.actor, now=rekom.clock())


def _draft(session: Session, paper: Paper, pen: Pen, *, now: datetime) -> bytes:
    if isinstance(paper, int):
        return collective_paper.draft_to_sign(session, paper, pen.actor, now=now)
    return signing.draft_to_sign(session, paper, pen.actor, now=now)


def _remember(rekom: Rekom, paper: Paper, error: RekomError, pen: Pen) -> None:
    with rekom.database.write() as session:
        if isinstance(paper, int):
            collective_paper.note_failure(session, paper, str(error), pen.actor)
        else:
            signing.note_failure(session, paper, str(error), pen.actor)
