"""A question for the path finder as it arrives, and its answer. The NIK comes in a body, and never goes out again."""

from dataclasses import asdict
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from schemas.fields import REQUIRED, Choice, Count, Day, Flag, KkText, NikText, PastDay, PersonName, Shape, Text
from workflows.paths import NAMELESS, NOT_DATED, Direction, PathQuestion
from workflows.ports import IdentityOutcome, MembershipOutcome, PovertyOutcome, Segment
from workflows.rules.facts import CheckFact
from workflows.rules.papers import LABEL
from workflows.rules.path_facts import Cause, Lane, PathFacts
from workflows.rules.route import RouteCode, Unknown
from workflows.saying import say
from workflows.vocabulary import CHOSEN, DocumentType, Urgency

BY_HAND = "petugas"
"""The source of a fact that came with the question."""

REGION_CODE = validate.Regexp(
    r"[0-9]{2}\.?[0-9]{2}(\.?[0-9]{2}(\.?[0-9]{4})?)?\Z",
    error=say("Tulis kode wilayah Kemendagri, misalnya 3673 atau 36.73.01."),
)


class PathQuestionSchema(Shape):
    """``POST /api/v1/paths``; loads into a day, or None for today, and a ``PathQuestion``.

    Whatever is left out is unknown. With a NIK, name and birth date the registries are asked for what is missing.
    """

    nik = NikText(allow_none=True, metadata={"description": "16 angka; kosong bila orang ini belum mempunyai NIK"})
    lane = Choice(Lane, allow_none=True, metadata={"description": "mengapa tanpa NIK: bayi, belum dikenal, terlantar, warga asing"})
    name = PersonName(200, allow_none=True, metadata={"description": "seperti di KTP; registri hanya percaya NIK bersama namanya"})
    birth_date = PastDay(allow_none=True)
    kk = KkText(allow_none=True)
    on = Day(allow_none=True, metadata={"description": "hari yang ditanyakan; kosong berarti hari ini"})
    cause = Choice(Cause, allow_none=True, metadata={"description": "sebab perawatan; ILLNESS juga untuk yang belum dirawat"})
    domicile_code = fields.String(
        allow_none=True,
        validate=REGION_CODE,
        error_messages={**REQUIRED, "invalid": say("Kirim kode wilayah sebagai teks.")},
        metadata={"description": "kode wilayah Kemendagri alamat di KK, misalnya 3673"},
    )
    resident_since = PastDay(allow_none=True)
    able_to_pay = Flag(allow_none=True, metadata={"description": "apakah keluarga sanggup membayar iuran sendiri"})
    reactivations = Count(0, 99, allow_none=True, metadata={"description": "berapa kali PBI JK pernah diaktifkan kembali"})
    urgency = Choice(Urgency, allow_none=True)
    documents = fields.List(Choice(DocumentType), error_messages={**REQUIRED, "invalid": say("Kirim daftar jenis berkas.")})
    identity = Choice(IdentityOutcome, allow_none=True, metadata={"description": "MATCH bila petugas mencocokkan KTP dan KK asli"})
    membership = Choice(MembershipOutcome, allow_none=True)
    segment = Choice(Segment, allow_none=True)
    cover_from = PastDay(allow_none=True)
    cover_until = Day(allow_none=True)
    poverty = Choice(PovertyOutcome, allow_none=True)
    desil = Count(0, 10, allow_none=True)
    exclusion_reason = Text(200, allow_none=True)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: object) -> None:
        faults = {name: [hint] for name, hint, wrong in _faults(data) if wrong}
        if faults:
            raise ValidationError(faults)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> tuple[date | None, PathQuestion]:
        lane = Lane.NIK if data.get("nik") else data.get("lane")
        facts = PathFacts(
            lane=lane,
            identity=_given(data, data.get("identity")),
            membership=_given(data, data.get("membership"), "segment", "cover_from", "cover_until"),
            poverty=_given(data, _need(data), "desil", "exclusion_reason"),
            cause=data.get("cause"),
            domicile_code=data.get("domicile_code"),
            resident_since=data.get("resident_since"),
            birth_date=data.get("birth_date"),
            able_to_pay=data.get("able_to_pay"),
            reactivations=data.get("reactivations"),
            urgency=data.get("urgency"),
            documents=frozenset(data.get("documents", ())),
        )
        return data.get("on"), PathQuestion(facts, data.get("nik"), data.get("name"), data.get("kk"))


class PaperSchema(Schema):
    """A paper to bring."""

    code = fields.String()
    label = fields.String()


class PromiseSchema(Schema):
    """What may be promised; nothing where ``sentences`` is empty."""

    sentences = fields.List(fields.String())
    hours = fields.Integer(allow_none=True)
    cover_from = fields.Date(allow_none=True)
    same_day = fields.Boolean()


class MeanwhileSchema(Schema):
    """Letter C for a patient who cannot wait for cover."""

    letter = fields.String()
    papers = fields.List(fields.Nested(PaperSchema))
    sentence = fields.String()
    reference = fields.String()
    example = fields.Boolean()


class MissingSchema(Schema):
    """What is not known, and who asks it."""

    fact = fields.String(metadata={"enum": [fact.value for fact in Unknown]})
    question = fields.String()
    who = fields.String()


class PossibleSchema(Schema):
    """A way that is still open."""

    code = fields.String()
    title = fields.String()
    when = fields.String()


class FoundSchema(Schema):
    """What a registry said, or why it said nothing."""

    about = fields.String()
    outcome = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    as_of = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)


class RouteSchema(Schema):
    """The path finder's answer: exactly one way."""

    code = fields.String(metadata={"enum": [code.value for code in RouteCode]})
    title = fields.String()
    reason = fields.String()
    say = fields.List(fields.String(), metadata={"description": "yang disampaikan kepada keluarga"})
    steps = fields.List(fields.String(), metadata={"description": "yang dikerjakan petugas, berurutan"})
    letter = fields.String(allow_none=True, metadata={"enum": [*(kind.value for kind in CHOSEN), None]})
    papers = fields.List(fields.Nested(PaperSchema))
    papers_reference = fields.String(allow_none=True)
    promise = fields.Nested(PromiseSchema)
    meanwhile = fields.Nested(MeanwhileSchema, allow_none=True)
    reference = fields.String()
    example = fields.Boolean(metadata={"description": "nilai contoh, belum ditetapkan daerah"})
    value = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    as_of = fields.Date(allow_none=True)
    warnings = fields.List(fields.String())
    missing = fields.List(fields.Nested(MissingSchema))
    possible = fields.List(fields.Nested(PossibleSchema))
    found = fields.List(fields.Nested(FoundSchema))
    region_code = fields.String()
    region_name = fields.String()
    on = fields.Date()
    policy_valid_from = fields.Date()


ROUTE = RouteSchema()


def answered(direction: Direction) -> dict[str, Any]:
    """Everything that is shown of a direction, ready for ``ROUTE.dump`` and for a page."""
    route = direction.route
    meanwhile = asdict(route.meanwhile) | {"papers": papers(route.meanwhile.papers)} if route.meanwhile else None
    return asdict(route) | {
        "papers": papers(route.papers),
        "meanwhile": meanwhile,
        "warnings": [*route.warnings, *((NAMELESS,) if direction.nameless else ())],
        "found": [_found(one.about.value, one.fact, one.note) for one in direction.found],
        "region_code": direction.policy.region_code,
        "region_name": direction.policy.region_name,
        "on": direction.on,
        "policy_valid_from": direction.policy.valid_from,
    }


def papers(codes: tuple[str, ...]) -> list[dict[str, str]]:
    """Papers by code and by the word people use."""
    return [{"code": str(code), "label": LABEL[code]} for code in codes]


def _found(about: str, fact: CheckFact | None, note: str | None) -> dict[str, Any]:
    known = {"outcome": fact.outcome, "source": fact.source, "as_of": fact.as_of} if fact else {}
    return {"about": about, "outcome": None, "source": None, "as_of": None, **known, "note": note}


def _given(data: dict[str, Any], outcome: str | None, *details: str) -> CheckFact | None:
    if outcome is None:
        return None
    given = {key: data[key] for key in details if data.get(key) is not None}
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in given.items()}
    return CheckFact(str(outcome), BY_HAND, data.get("on") or NOT_DATED, plain)


def _need(data: dict[str, Any]) -> PovertyOutcome | None:
    """A family with a decile is in the register."""
    known: PovertyOutcome | None = data.get("poverty")
    return known or (PovertyOutcome.FOUND if _has(data, "desil", "exclusion_reason") else None)


def _has(data: dict[str, Any], *names: str) -> bool:
    return any(data.get(name) is not None for name in names)


def _faults(data: dict[str, Any]) -> tuple[tuple[str, str, bool], ...]:
    """What does not go together: field, what to do, and whether it is so."""
    lane, nik = data.get("lane"), data.get("nik")
    unsaid = data.get("membership") is None and _has(data, "segment", "cover_from", "cover_until")
    absent = data.get("poverty") is PovertyOutcome.NOT_FOUND and _has(data, "desil", "exclusion_reason")
    return (
        ("lane", say("Isi NIK, atau alasan mengapa tanpa NIK. Jangan keduanya."), bool(nik) and lane not in (None, Lane.NIK)),
        ("nik", say("Ketik NIK 16 angka, atau pilih alasan mengapa tanpa NIK."), not nik and lane is Lane.NIK),
        ("membership", say("Isi juga apakah orang ini peserta aktif atau tidak."), unsaid),
        ("poverty", say("Keluarga yang tidak tercatat tidak mempunyai desil. Betulkan salah satunya."), absent),
    )
