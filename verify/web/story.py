"""What happened to a case, newest first, in plain words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.desk_check import TITLES
from verify.web.choices import paper_word
from verify.web.event_words import OTHER_EVENT, TIMELINE
from verify.web.form import label
from verify.web.words import CHECK, NOT_YET, RESULT, ROLE
from workflows.desk import DeskAnswer
from workflows.records.audit_event import AuditEvent
from workflows.records.seat import ReleaseReason
from workflows.rules.letter_terms import NAMES
from workflows.rules.removal import REASONS
from workflows.saying import joined, say
from workflows.states import LABEL, Job, Role, State
from workflows.vocabulary import LetterType, RemovalReason

FREED: Mapping[str, str] = {**REASONS, ReleaseReason.OTHER_SEGMENT: REASONS[RemovalReason.DOUBLE]}
"""Why a member's seat is free again, by what the trail keeps."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the story."""

    at: datetime
    title: str
    who: str
    machine: bool
    details: tuple[str, ...]


def story(events: Iterable[AuditEvent]) -> list[Happened]:
    """The audit trail as a story."""
    return [_happened(event) for event in events]


def who_did(events: Iterable[AuditEvent], *actions: str) -> str | None:
    """Who did one of these last; events come newest first."""
    return next((event.actor_name for event in events if event.action in actions), None)


def _happened(event: AuditEvent) -> Happened:
    title = TIMELINE.get(event.action, OTHER_EVENT)
    return Happened(event.at, title, event.actor_name, event.actor_id is None, tuple(_details(event.action, event.detail)))


def _details(action: str, detail: dict[str, Any]) -> Iterable[str]:
    """What a line says beside its title, by the names the audit trail uses."""
    yield from SPOKEN.get(action, _nothing)(detail)
    if letter := detail.get("letter"):
        yield say("Nomor surat {letter}.", letter=letter)
    if reason := detail.get("reason"):
        yield say("Alasan: {reason}", reason=FREED.get(reason, reason) if action == "SEAT_FREE" else reason)
    if target := detail.get("target"):
        yield say("Status menjadi {label}.", label=LABEL[State(target)])


def _paraf_words(detail: dict[str, Any]) -> Iterable[str]:
    yield say("{role}, pada versi berkas {seen}.", role=ROLE[Role(detail["post"])], seen=detail["seen"])


def _nothing(_: dict[str, Any]) -> Iterable[str]:
    return ()


def _check_words(detail: dict[str, Any]) -> Iterable[str]:
    yield say(
        "{check}: {result}. Sumber: {source}.",
        check=CHECK[Job(detail["kind"])],
        result=_result(detail, detail["outcome"]),
        source=detail["source"],
    )


def _desk_words(detail: dict[str, Any]) -> Iterable[str]:
    yield say("Jawaban: {titles}.", titles=TITLES[DeskAnswer(detail["answer"])].capitalize())


def _kind_words(detail: dict[str, Any]) -> Iterable[str]:
    yield joined((CHECK[Job(detail["kind"])], "."), "")


def _owner_words(detail: dict[str, Any]) -> Iterable[str]:
    yield say("{check}: sekarang tugas {owner}.", check=CHECK[Job(detail["kind"])], owner=detail["owner"])


def _hand_words(detail: dict[str, Any]) -> Iterable[str]:
    if owner := detail.get("owner"):
        yield say("Sekarang di tangan {owner}.", owner=owner)
    if before := detail.get("from_owner"):
        yield say("Diambil alih dari {before}.", before=before)


def _correction_words(detail: dict[str, Any]) -> Iterable[str]:
    believed, answer = _result(detail, detail["believed"]).lower(), _result(detail, detail["answer"]).lower()
    yield say(
        "{check}: tercatat {believed}, jawaban registri {answer}.", check=CHECK[Job(detail["kind"])], believed=believed, answer=answer
    )
    yield say("Sekarang tugas {owner}.", owner=detail["owner"])


def _resolve_words(detail: dict[str, Any]) -> Iterable[str]:
    yield joined((CHECK[Job(detail["kind"])], detail["resolution"]), ": ")


def _amend_words(detail: dict[str, Any]) -> Iterable[str]:
    if fields := detail.get("fields"):
        yield say("Diubah: {fields}.", fields=joined((label(field).lower() for field in fields), ", "))
    if documents := detail.get("documents"):
        yield say("Berkas dilihat: {documents}.", documents=joined((paper_word(paper) for paper in documents), ", "))


def _paper_words(detail: dict[str, Any]) -> Iterable[str]:
    yield f"{paper_word(detail['paper'])}."


def _letter_words(detail: dict[str, Any]) -> Iterable[str]:
    yield joined((NAMES[LetterType(detail["kind"])], "."), "")


def _removal_words(detail: dict[str, Any]) -> Iterable[str]:
    yield say("Alasan: {reasons}. Bukti: {evidence}", reasons=REASONS[detail["removal"]], evidence=detail["evidence"])


def _replace_words(detail: dict[str, Any]) -> Iterable[str]:
    yield say("Menggantikan surat nomor {replaces}.", replaces=detail["replaces"])


def _result(detail: dict[str, Any], outcome: str | None) -> str:
    return RESULT[Job(detail["kind"])].get(outcome, outcome) if outcome else NOT_YET


SPOKEN: Mapping[str, Callable[[dict[str, Any]], Iterable[str]]] = {
    "CHECK": _check_words,
    "AMEND": _amend_words,
    "KEEP_PAPER": _paper_words,
    "REMOVE_PAPER": _paper_words,
    "PARAF": _paraf_words,
    "AGREE": _paraf_words,
    "IDENTIFY": _amend_words,
    "DESK_CHECK": _desk_words,
    "HAND_OVER": _owner_words,
    "PASS_ON": _owner_words,
    "TAKE": _hand_words,
    "HAND_TO": _hand_words,
    "ASK_AGAIN": _kind_words,
    "SETTLE_LETTER": _letter_words,
    "CHOOSE_LETTER": _letter_words,
    "START_REMOVAL": _removal_words,
    "REPLACE": _replace_words,
    "CORRECTION": _correction_words,
    "RESOLVE": _resolve_words,
}
