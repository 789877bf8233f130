"""The path finder's answer: one way for one person, with its papers, its promise and its article."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.vocabulary import LetterType


class RouteCode(StrEnum):
    """Every way a person can be sent, in the order in which they are tried."""

    NEWBORN = "NEWBORN"
    UNIDENTIFIED = "UNIDENTIFIED"
    HOMELESS = "HOMELESS"
    FOREIGNER = "FOREIGNER"
    ALREADY_ACTIVE = "ALREADY_ACTIVE"
    FIX_IDENTITY = "FIX_IDENTITY"
    TRAFFIC_ACCIDENT = "TRAFFIC_ACCIDENT"
    WORK_ACCIDENT = "WORK_ACCIDENT"
    OTHER_OFFICE = "OTHER_OFFICE"
    REACTIVATE_PBI_JK = "REACTIVATE_PBI_JK"
    REACTIVATE_REGION = "REACTIVATE_REGION"
    EMPLOYER = "EMPLOYER"
    ARREARS = "ARREARS"
    SELF_PAID = "SELF_PAID"
    JOIN_REGION = "JOIN_REGION"
    UNDETERMINED = "UNDETERMINED"


class Unknown(StrEnum):
    """A fact that is missing, by what it is about."""

    LANE = "LANE"
    MEMBERSHIP = "MEMBERSHIP"
    SEGMENT = "SEGMENT"
    IDENTITY = "IDENTITY"
    CAUSE = "CAUSE"
    DOMICILE = "DOMICILE"
    ABLE_TO_PAY = "ABLE_TO_PAY"


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not known yet, the question that settles it, and whose it is to ask."""

    fact: Unknown
    question: str
    who: str


@dataclass(frozen=True, slots=True)
class Possible:
    """A way that is still open; ``when`` says under which circumstance it is the one."""

    code: RouteCode
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What may be promised: the letter in hours, the first day of cover, and both in sentences. None is no promise."""

    sentences: tuple[str, ...] = ()
    hours: int | None = None
    cover_from: date | None = None
    same_day: bool = False


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What helps a patient in care until cover begins."""

    letter: LetterType
    papers: tuple[str, ...]
    sentence: str
    reference: str
    example: bool


@dataclass(frozen=True, slots=True)
class Route:
    """Exactly one way.

    ``reason`` says why, to staff; ``say`` is what to tell the person and ``steps`` what to do, in order.
    ``value``, ``source`` and ``as_of`` are what BPJS Kesehatan said. ``warnings`` are worth a second look.
    Only UNDETERMINED has ``missing`` and ``possible``.
    """

    code: RouteCode
    title: str
    reason: str
    say: tuple[str, ...]
    steps: tuple[str, ...]
    letter: LetterType | None
    papers: tuple[str, ...]
    papers_reference: str | None
    promise: Promise
    meanwhile: Meanwhile | None
    reference: str
    example: bool
    value: str | None
    source: str | None
    as_of: date | None
    warnings: tuple[str, ...]
    missing: tuple[Missing, ...] = ()
    possible: tuple[Possible, ...] = ()
