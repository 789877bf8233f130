"""A batch of approvals, parafs or takings: one transaction a case; under a key, whatever happens, each case is answered once."""

import hashlib
import json
from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from schemas.approvals import plain_answer, read_answer
from verify.auth import me, parts
from workflows import advance, approvals, seat_years
from workflows.approvals import BatchAnswer, BatchOutcome, Shown, Terms
from workflows.errors import IdempotencyReuse, NotFound
from workflows.records.idempotency import IdempotencyRecord

Chosen = tuple[Shown, str | None]
"""A case as it was shown, and why it is approved all the same where findings are not met."""


Act = Callable[[Session, str, Shown, str | None], BatchAnswer]
"""One case's word, under the digest of the batch."""


def approve_all(digest: str, chosen: list[Chosen], key: str | None) -> list[BatchAnswer]:
    """Approve one case after the other. ``key`` is the caller's: the same batch under it again gets the same answers.

    ``IdempotencyReuse`` where the key was used for another batch.
    """
    return answer_all("approvals", _approve, digest, chosen, key)


def paraf_all(digest: str, chosen: list[Chosen], key: str | None) -> list[BatchAnswer]:
    """Put the actor's post's paraf to one case after the other, in the same way."""
    return answer_all("parafs", _paraf, digest, chosen, key)


def answer_all(kind: str, act: Act, digest: str, chosen: list[Chosen], key: str | None) -> list[BatchAnswer]:
    """One case's answer after the other, in a transaction each; ``kind`` keeps keys of one sort of batch from another's."""
    request = hashlib.sha256(json.dumps([digest, [reason for _, reason in chosen]]).encode()).hexdigest()
    name = f"{kind}:{hashlib.sha256(key.encode()).hexdigest()}" if key else None
    if name:
        _claim(name, request)
    return [_one(act, digest, one, f"{name}:{one[0].ticket}" if name else None, request) for one in chosen]


def _claim(name: str, request: str) -> None:
    """Let the key stand for this batch and no other."""
    known = _known(name)
    if known is None:
        try:
            with parts().database.write() as session:
                session.add(_record(name, request, ""))
        except IntegrityError:
            known = _known(name)
    if known is not None and known.request_hash != request:
        raise IdempotencyReuse()


def _one(act: Act, digest: str, chosen: Chosen, name: str | None, request: str) -> BatchAnswer:
    if name is None:
        with parts().database.write() as session:
            return act(session, digest, *chosen)
    if known := _known(name):
        return read_answer(json.loads(known.body))
    try:
        with parts().database.write() as session:
            # Written first, so that a twin waits for this one instead of running beside it.
            session.add(record := _record(name, request, ""))
            session.flush()
            answer = act(session, digest, *chosen)
            record.body = json.dumps(plain_answer(answer), ensure_ascii=False)
        return answer
    except IntegrityError:
        known = _known(name)
        if known is None:
            raise
        return read_answer(json.loads(known.body))


def _approve(session: Session, digest: str, shown: Shown, reason: str | None) -> BatchAnswer:
    now, policies = parts().clock(), parts().policies
    try:
        case = advance.lock(session, shown.ticket, me())
    except NotFound as error:
        return BatchAnswer(shown.ticket, "", BatchOutcome.REFUSED, sentence=str(error))
    policy = policies.pinned(case.region_code, case.policy_valid_from)
    terms = Terms(digest, policy, seat_years.rules_on(policies, case.region_code, now=now))
    return approvals.approve_shown(session, shown, terms, reason, me(), now=now)


def _paraf(session: Session, digest: str, shown: Shown, _: str | None) -> BatchAnswer:
    try:
        return approvals.paraf_shown(session, shown, digest, me(), now=parts().clock())
    except NotFound as error:
        return BatchAnswer(shown.ticket, "", BatchOutcome.REFUSED, sentence=str(error))


def _known(name: str) -> IdempotencyRecord | None:
    with parts().database.read() as session:
        return session.get(IdempotencyRecord, (me().person_id, name))


def _record(name: str, request: str, body: str) -> IdempotencyRecord:
    return IdempotencyRecord(staff_id=me().person_id, key=name, request_hash=request, status=200, body=body, created_at=parts().clock())
