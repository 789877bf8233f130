"""What can be chosen in a form, as pairs of code and word."""

from collections.abc import Iterable

from sqlmodel import Session

from verify.auth import parts
from verify.web.words import ANSWER, CHANNEL, NO_NIK, PROXY_KIN, RESULT, SEGMENT, SEX, URGENCY
from workflows import queries
from workflows.rules.papers import LABEL
from workflows.saying import Sentence, say
from workflows.states import Job
from workflows.vocabulary import DocumentType

Choice = tuple[str, str]


def _pairs(words: Iterable[tuple[object, str]]) -> list[Choice]:
    return [(str(code), word) for code, word in words]


URGENCIES = _pairs(URGENCY.items())
NO_NIKS = _pairs(NO_NIK.items())
PROXY_KINS = _pairs(PROXY_KIN.items())
SEXES = _pairs(SEX.items())
CHANNELS = _pairs(CHANNEL.items())
ANSWERS = _pairs(ANSWER.items())
SEGMENTS = _pairs(SEGMENT.items())
DESILS = [("0", say("Belum diperingkat")), *((str(number), say("Desil {number}", number=number)) for number in range(1, 11))]


def results(kind: Job) -> list[Choice]:
    """What a check can come to."""
    return _pairs(RESULT[kind].items())


def papers(asked: Iterable[str]) -> dict[str, list[Choice]]:
    """The papers the region asks for, and all others."""
    first = tuple(asked)
    others = (paper.value for paper in DocumentType if paper not in first)
    return {"asked": [(paper, paper_word(paper)) for paper in first], "others": [(paper, paper_word(paper)) for paper in others]}


def paper_word(paper: str) -> str:
    """A paper's name as the head of a line."""
    return Sentence(LABEL[paper]).first_upper()


def hospitals(session: Session, region_code: str) -> list[Choice]:
    """A region's hospitals by name."""
    return [(hospital.code, hospital.name) for hospital in queries.hospitals(session, region_code)]


def regions() -> list[Choice]:
    """The regions Rekom has rules for, to help typing a code."""
    return [(code, blocks[-1].region_name) for code, blocks in sorted(parts().policies.regions.items()) if blocks]
