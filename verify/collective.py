"""Letter E at the edge: each word in one transaction, the paper set between two of them, with none open meanwhile."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response
from sqlmodel import Session

from verify import scans
from verify.access_log import shows_numbered
from verify.auth import me, parts
from verify.composition import Rekom
from verify.counter import as_pdf
from workflows import collective, collective_list, collective_paper
from workflows.errors import RekomError
from workflows.records.collective import CollectiveLetter

log = logging.getLogger(__name__)

Agree = Callable[[Session, int, str], CollectiveLetter]
"""To agree to the list that was shown, by its SHA-256."""

LEFT_OVER = timedelta(minutes=1)
"""After this long without paper, whoever was making it is gone."""


def propose(session: Session, number: int) -> CollectiveLetter:
    """Ask for the cover letter of export file ``number`` under the policy in force today."""
    return collective.propose(session, number, parts().policy_today(me().region_code), me(), now=parts().clock())


def give_paraf(session: Session, letter_id: int, seen: str) -> CollectiveLetter:
    """One's paraf to the list that was shown."""
    letter = collective.lock(session, letter_id, me())
    collective.give_paraf(session, letter, seen, me(), now=parts().clock())
    return letter


def approve(session: Session, letter_id: int, seen: str) -> CollectiveLetter:
    """The head's signature to the list that was shown, under the policy it was proposed under."""
    letter = collective.lock(session, letter_id, me())
    policy = parts().policies.unedited(letter.region_code, letter.policy_valid_from, letter.policy_sha256)
    collective.approve(session, letter, seen, policy, me(), now=parts().clock())
    return letter


def word(session: Session, letter_id: int, given: dict[str, Any], agree: Agree) -> CollectiveLetter:
    """What a post or the head says of a proposal, as ``CollectiveWordSchema`` loads it: yes to the list, or back with a reason."""
    if given["agrees"]:
        return agree(session, letter_id, given["list_sha256"])
    return drop(session, letter_id, given["reason"])


def drop(session: Session, letter_id: int, reason: str | None) -> CollectiveLetter:
    """Send a proposal back."""
    letter = collective.lock(session, letter_id, me())
    collective.drop(session, letter, reason, me(), now=parts().clock())
    return letter


def revoke(session: Session, letter_id: int, reason: str) -> CollectiveLetter:
    """Withdraw it."""
    letter = collective.lock(session, letter_id, me())
    collective.revoke(session, letter, reason, me(), now=parts().clock())
    return letter


def replace(session: Session, letter_id: int, reason: str) -> CollectiveLetter:
    """A new one in its place; returns that one."""
    old = collective.lock(session, letter_id, me())
    policy = parts().policies.unedited(old.region_code, old.policy_valid_from, old.policy_sha256)
    return collective.replace(session, old, policy, reason, me(), now=parts().clock())


def keep_scan(letter_id: int, scan: bytes) -> None:
    """Keep the scan of a paper signed in ink; the letter is issued with it."""
    scan = scans.clean(scan)
    with parts().database.write() as session:
        letter = collective.lock(session, letter_id, me())
        collective_paper.sign_with_ink(session, letter, scan, me(), now=parts().clock())


def draft_response(letter_id: int) -> Response:
    """The paper that waits for its signature, to read or to print."""
    with parts().database.read() as session:
        letter = collective.find(session, letter_id, me())
        draft = collective_paper.draft_to_print(letter, me())
        shows_numbered(row.case_id for row in collective_list.rows_of(session, letter))
    return as_pdf(draft, f"draf-pengantar-{letter_id}.pdf")


def press(rekom: Rekom, letter_id: int) -> None:
    """Make the paper of a numbered letter; one that has it already stays as it is."""
    with rekom.database.read() as session:
        question = collective_paper.read(session, letter_id)
    if question is None:
        return
    policy = rekom.policies.pinned(question.letter.region_code, question.letter.policy_valid_from)
    pressed = rekom.ports.press.press(collective_paper.facts_of(question, policy))
    with rekom.database.write() as session:
        collective_paper.press(session, letter_id, pressed, now=rekom.clock())


def sweep(rekom: Rekom) -> None:
    """Close letters that ran out, and make the paper of those whose maker died over it."""
    with rekom.database.read() as session:
        overdue = collective.overdue(session, now=rekom.clock())
        left_over = collective_paper.has_unpressed(session, before=rekom.clock() - LEFT_OVER)
    for letter_id in overdue:
        with rekom.database.write() as session:
            collective.expire(session, collective.lock_by_id(session, letter_id), now=rekom.clock())
    for letter_id in _claimed(rekom) if left_over else ():
        try:
            press(rekom, letter_id)
        except RekomError as error:
            log.error("cover letter %s has no paper: %s", letter_id, type(error).__name__)


def _claimed(rekom: Rekom) -> list[int]:
    with rekom.database.write() as session:
        return collective_paper.claim_unpressed(session, before=rekom.clock() - LEFT_OVER, now=rekom.clock())
