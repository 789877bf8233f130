"""How far the machine's work on a case is, in words with times."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from verify.web.words import CHECK, NOT_YET, RESULT
from workflows.queries import CaseView
from workflows.saying import say
from workflows.states import CHECKS, Job, State
from workflows.steps import SOURCE

MACHINE = (State.RECEIVED, State.CHECKED, State.APPROVED)
"""States in which Rekom works by itself."""

LONG = timedelta(seconds=10)
"""A step that takes longer says what it waits for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step: done at a time, or running since."""

    label: str
    words: str
    icon: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """``busy``: the page looks again by itself. ``late``: whom it waits for longer than usual."""

    lines: tuple[Line, ...]
    busy: bool
    late: tuple[str, ...]


def progress(view: CaseView, *, now: datetime) -> Progress:
    """The steps that ran or run."""
    lines = tuple(_check_line(view, kind) for kind in CHECKS if _known(view, kind) or kind in view.waiting)
    unanswered = [kind for kind in CHECKS if kind in view.waiting and not _known(view, kind)]
    # A check a person has taken over is still asked for some days; nobody has to watch that.
    busy = bool(unanswered) or Job.FINDINGS in view.waiting or view.case.state in MACHINE
    late = tuple(SOURCE[kind] for kind in unanswered if kind != Job.DUPLICATES) if now - view.case.state_since > LONG else ()
    return Progress((*lines, *_own_lines(view)), busy and view.case.closed_at is None, late)


def _check_line(view: CaseView, kind: Job) -> Line:
    if not _known(view, kind):
        return Line(CHECK[kind], say("menunggu jawaban {source}", source=SOURCE[kind]), "clock")
    result = next(check for check in view.checks if check.kind == kind)
    if result.outcome is None:
        owner = owner_of(view, kind)
        words = say("{not_yet}, diperiksa manual oleh {owner}", not_yet=NOT_YET.lower(), owner=owner) if owner else NOT_YET.lower()
        return Line(CHECK[kind], words, "warning", result.recorded_at)
    return Line(CHECK[kind], RESULT[kind].get(result.outcome, result.outcome).lower(), "check", result.recorded_at)


def _own_lines(view: CaseView) -> list[Line]:
    lines = []
    if Job.FINDINGS in view.waiting or view.case.state == State.CHECKED:
        lines.append(Line(CHECK[Job.FINDINGS], say("sedang dihitung"), "clock"))
    elif view.findings:
        lines.append(Line(CHECK[Job.FINDINGS], say("sudah dihitung"), "check", view.findings.weighed_at))
    if view.letter:
        done = view.letter.issued_at
        lines.append(Line(CHECK[Job.LETTER], say("terbit") if done else say("sedang dibuat"), "check" if done else "clock", done))
    return lines


def owner_of(view: CaseView, kind: Job) -> str | None:
    """Whose an unanswered check is."""
    return next((manual.owner for manual in view.manual if manual.check.kind == kind), None)


def _known(view: CaseView, kind: Job) -> bool:
    return any(check.kind == kind for check in view.checks)
