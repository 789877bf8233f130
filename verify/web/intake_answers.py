"""The answers of an intake in words, in the order in which the form asks."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from verify.web.answers import Answer
from verify.web.choices import paper_word
from verify.web.form import Values, label
from verify.web.times import day, local_time
from verify.web.words import ANSWER, CHANNEL, NO_NIK, PROXY_KIN, SEX, URGENCY
from workflows.intake import Intake
from workflows.masking import grouped, mask_phone
from workflows.nik import parse_nik
from workflows.rules.facts import Answer as YesOrNo
from workflows.saying import say
from workflows.vocabulary import Channel

Words = Callable[[Any], str]

FIRST = "urgency hospital_code admitted_at kk address domicile_code resident_since documents".split()
"""What the office will want sooner or later: named first where it was left empty."""

SPOKEN: Mapping[str, Words] = {
    "nik": grouped,
    "no_nik": NO_NIK.__getitem__,
    "name": str,
    "birth_date": day,
    "birth_estimated": lambda estimated: ANSWER[YesOrNo.YES] if estimated else "",
    "sex": SEX.__getitem__,
    "mother_nik": grouped,
    "other_number": str,
    "phone": str,
    "urgency": URGENCY.__getitem__,
    "hospital_code": str,
    "admitted_at": str,
    "kk": grouped,
    "address": str,
    "domicile_code": str,
    "resident_since": day,
    "documents": lambda papers: ", ".join(str(paper_word(paper)) for paper in sorted(papers)),
    "proxy_name": str,
    "proxy_relation": str,
    "proxy_kin": PROXY_KIN.__getitem__,
    "proxy_paper": str,
    "proxy_phone": str,
    "channel": CHANNEL.__getitem__,
}


def answers_of(given: Intake, typed: Values, hospitals: Mapping[str, str], zone: str) -> Iterator[Answer]:
    """Each answer as it will be kept; ``zone`` is that of the office. A telephone that nobody typed stays masked."""
    spoken = {
        **SPOKEN,
        "hospital_code": lambda code: hospitals.get(code, code),
        "admitted_at": lambda moment: local_time(moment, zone),
        "phone": str if typed.get("phone", "").strip() else _recorded,
        "birth_date": day if typed.get("phone_from") or not _of_its_nik(given) else _only_confirmed,
    }
    for name, words in spoken.items():
        value = getattr(given, name)
        said = words(value) if value and not _left(name, typed, value) else ""
        if said or name in FIRST:
            yield Answer(name, label(name), said, missing=not said)


def _recorded(phone: str) -> str:
    return say("{phone}, seperti di berkas terakhir", phone=mask_phone(phone))


def _of_its_nik(given: Intake) -> bool:
    """Whether NIK and birth date say the same: for somebody new the form took one from the other, so neither proves the other."""
    return given.nik is not None and given.birth_date in parse_nik(given.nik, practice=True).possible_birth_dates()


def _only_confirmed(born: date) -> str:
    return say("{day}, sama dengan NIK. Samakan dengan KTP.", day=day(born))


def _left(name: str, typed: Values, value: object) -> bool:
    """Whether the value is only what an empty field stands for."""
    return (name == "urgency" and not typed.get(name)) or value is Channel.LOKET_DINSOS
