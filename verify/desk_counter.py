"""What a desk's program and its page do alike beside checking and accepting: questions by NIK, late acceptances, moves."""

import hashlib
import logging
from typing import Any

from flask import request
from sqlmodel import Session

from schemas.late_acceptance import UNREADABLE, Unreadable, late_sentence
from schemas.letter_token import token_in
from verify.auth import me, parts
from verify.desk_question import Asked, gather, look_up_or_refuse
from workflows import desk, late_acceptances, lookups
from workflows.desk import Verdict
from workflows.errors import IdempotencyReuse
from workflows.late_acceptances import Sent
from workflows.lookups import TooManyLookups
from workflows.records.letter import Letter
from workflows.records.lookup import LookupScope

log = logging.getLogger(__name__)

PREFIX = 12
"""Digits of a NIK that name a region and a birthday: the four behind them are what somebody guesses."""


def count_lookup(nik: str) -> None:
    """Count a question by NIK, in a transaction of its own so that refused ones count too; ``TooManyLookups`` above a limit."""
    settings, now = parts().settings, parts().clock()
    keys = {
        LookupScope.ACCOUNT: str(me().person_id),
        LookupScope.ADDRESS: (request.remote_addr or "")[:64],
        LookupScope.PREFIX: parts().keys.nik_digest(nik[:PREFIX]).hex(),
    }
    limits = {
        LookupScope.ACCOUNT: settings.lookups_account,
        LookupScope.ADDRESS: settings.lookups_address,
        LookupScope.PREFIX: settings.lookups_prefix,
    }
    with parts().database.write() as session:
        counted = lookups.count(session, keys, limits, me(), now=now)
    if counted.first:
        log.warning("questions by NIK above the limit: staff %s", me().person_id)
    if counted.over:
        raise TooManyLookups(retry_after=str(counted.seconds_left))


def receive_late(sent: list[dict[str, Any] | Unreadable]) -> list[dict[str, Any]]:
    """Keep each of a loaded ``LateAcceptancesSchema`` in a transaction of its own, so that none takes another down."""
    return [_unread(one) if isinstance(one, Unreadable) else _receive(one) for one in sent]


def _unread(one: Unreadable) -> dict[str, Any]:
    return {"nonce": one.nonce, "outcome": UNREADABLE, "answer": None, "sentence": one.problem}


def _receive(one: dict[str, Any]) -> dict[str, Any]:
    now, sent = parts().clock(), _sent(one)
    asked = gather({"code": one["code"]}, parts().keys)._replace(provisional=None)  # a bedside token is no letter yet
    try:
        with parts().database.write() as session:
            letter, refused = _letter(session, asked)
            late, verdict = late_acceptances.receive(session, letter, refused, sent, me(), now=now)
            first = late_acceptances.claimed_when(session, verdict.acceptance) if verdict.acceptance else None
    except IdempotencyReuse as error:
        return {"nonce": sent.nonce, "outcome": "KEPT_OUT", "answer": None, "sentence": str(error)}
    sentence = late_sentence(late.outcome, verdict, late.claimed_at, first, now=now, admitted=late.admitted_to is not None)
    return {"nonce": late.nonce, "outcome": late.outcome.value, "answer": verdict.answer.value, "sentence": sentence}


def _letter(session: Session, asked: Asked) -> tuple[Letter | None, Verdict | None]:
    """The letter; in its place the verdict on what is none, or None where the code says nothing that is known here."""
    found = look_up_or_refuse(session, asked)
    if found is None or isinstance(found, Letter):
        return found, None
    return None, desk.judge_found(session, found, None, now=parts().clock())


def _sent(one: dict[str, Any]) -> Sent:
    digest = hashlib.sha256(token_in(one["code"]).upper().encode()).hexdigest()
    return Sent(one["nonce"], digest, one["accepted_at"], one["registration_number"])
