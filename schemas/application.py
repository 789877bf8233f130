"""A case as the API shows it. Identifiers are masked; a NIK never leaves by this door."""

from datetime import date
from typing import Any

from marshmallow import Schema, fields

from schemas.clocks import ClockSchema, clock_facts
from workflows.clocks import RunningClock
from workflows.masking import mask_nik, mask_phone
from workflows.queries import CaseView
from workflows.records.case import Case
from workflows.rules.letter_terms import NAMES
from workflows.states import LABEL
from workflows.vocabulary import LetterType


class LinksSchema(Schema):
    """Where to go next."""

    self = fields.String()
    page = fields.String()
    letter = fields.String(allow_none=True)


class CheckSchema(Schema):
    """One check's newest result; ``outcome`` null means that a person has to find out."""

    kind = fields.String()
    outcome = fields.String(allow_none=True)
    source = fields.String()
    as_of = fields.DateTime()
    note = fields.String(allow_none=True)
    details = fields.Dict()


class FindingSchema(Schema):
    """One rule's advice."""

    rule = fields.String()
    outcome = fields.String()
    reason = fields.String()
    reference = fields.String()
    value = fields.String(allow_none=True)
    threshold = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    as_of = fields.String(allow_none=True)
    change = fields.String(allow_none=True)
    example = fields.Boolean()


class OwnedCheckSchema(Schema):
    """A check that waits for a person."""

    kind = fields.String()
    owner = fields.String()
    reason = fields.String()
    opened_at = fields.DateTime()


class ChainStepSchema(Schema):
    """One post asked for its paraf before the head decides; ``by`` null means not yet, or no longer on these findings."""

    role = fields.String()
    by = fields.String(allow_none=True)
    at = fields.DateTime(allow_none=True)
    version = fields.Integer(allow_none=True, metadata={"description": "versi berkas yang dilihat saat paraf diberikan"})


class CorrectionSchema(Schema):
    """A registry's late answer that contradicts what was decided on."""

    id = fields.Integer()
    kind = fields.String()
    opened_at = fields.DateTime()


class LetterSchema(Schema):
    """The case's letter."""

    number = fields.String()
    type = fields.String(metadata={"enum": [kind.value for kind in LetterType]})
    state = fields.String()
    valid_from = fields.DateTime()
    valid_until = fields.DateTime()
    sha256 = fields.String(allow_none=True)
    token = fields.String(allow_none=True, metadata={"description": "isi QR, untuk dikirim ke rumah sakit tanpa kertas"})


class EventSchema(Schema):
    """One line of the timeline."""

    at = fields.DateTime()
    action = fields.String()
    actor = fields.String()
    detail = fields.Dict()


class CaseSummarySchema(Schema):
    """A case in a list."""

    ticket = fields.String()
    state = fields.String()
    state_label = fields.String()
    name = fields.String()
    nik = fields.String(allow_none=True, metadata={"description": "tersamar; hanya empat angka terakhir; null bila belum ada"})
    no_nik = fields.String(allow_none=True, metadata={"description": "mengapa berkas dibuka tanpa NIK"})
    urgency = fields.String()
    opened_at = fields.DateTime()
    links = fields.Nested(LinksSchema)


class GroundSchema(Schema):
    """One reason of a refusal, as the family was told."""

    code = fields.String()
    sentence = fields.String()
    next_step = fields.String()
    place = fields.String()
    reference = fields.String()


class ObjectionShownSchema(Schema):
    """An objection and what came of it."""

    objector = fields.String()
    filed_on = fields.Date()
    answer_due = fields.DateTime()
    outcome = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    retracted_at = fields.DateTime(allow_none=True)
    retracted_reason = fields.String(allow_none=True)
    new_ticket = fields.String(allow_none=True, metadata={"description": "berkas lanjutan bila keberatan dikabulkan"})


class MothersCoverSchema(Schema):
    """The membership of a newborn's mother, as far as this office knows it."""

    outcome = fields.String()
    segment = fields.String(allow_none=True)
    source = fields.String()
    as_of = fields.DateTime()


class RefusalSchema(Schema):
    """Why an application was refused, and how that can be objected to."""

    reason = fields.String()
    grounds = fields.List(fields.Nested(GroundSchema))
    last_day = fields.Date(metadata={"description": "hari terakhir mengajukan keberatan"})
    objection = fields.Nested(ObjectionShownSchema, allow_none=True)


class CaseSchema(CaseSummarySchema):
    """A whole case."""

    version = fields.Integer()
    letter_type = fields.String(metadata={"enum": [kind.value for kind in LetterType]})
    letter_type_name = fields.String()
    letter_chosen_reason = fields.String(allow_none=True, metadata={"description": "mengapa petugas memilih surat lain daripada jalurnya"})
    birth_date = fields.Date()
    phone = fields.String(metadata={"description": "tersamar"})
    hospital_code = fields.String(allow_none=True)
    region_code = fields.String()
    policy_valid_from = fields.Date()
    documents = fields.List(fields.String())
    warnings = fields.List(fields.String())
    nik_came_late = fields.Boolean(metadata={"description": "NIK ada sesudah surat terbit; surat perlu diganti"})
    mother_membership = fields.Nested(MothersCoverSchema, allow_none=True, metadata={"description": "kepesertaan ibu, untuk bayi"})
    waiting = fields.List(fields.String(), metadata={"description": "langkah yang sedang berjalan"})
    checks = fields.List(fields.Nested(CheckSchema))
    findings = fields.List(fields.Nested(FindingSchema))
    manual_checks = fields.List(fields.Nested(OwnedCheckSchema), metadata={"description": "pemeriksaan yang menunggu petugas"})
    corrections = fields.List(fields.Nested(CorrectionSchema))
    approval_chain = fields.List(fields.Nested(ChainStepSchema), metadata={"description": "paraf yang diminta, berurutan"})
    agreements = fields.List(fields.Nested(ChainStepSchema), metadata={"description": "persetujuan pejabat lain, bila ada kuorum"})
    clocks = fields.List(fields.Nested(ClockSchema), metadata={"description": "tenggat yang sedang berjalan"})
    letter = fields.Nested(LetterSchema, allow_none=True)
    accepted_at = fields.DateTime(allow_none=True)
    refusal = fields.Nested(RefusalSchema, allow_none=True)
    from_ticket = fields.String(allow_none=True, metadata={"description": "berkas yang keberatannya dikabulkan"})
    died_on = fields.Date(allow_none=True)
    household = fields.String(allow_none=True, metadata={"description": "kode keluarganya, untuk /api/v1/households"})
    proxy = fields.Dict(allow_none=True, metadata={"description": "yang mengurus: nama, hubungan, surat kuasa"})
    timeline = fields.List(fields.Nested(EventSchema))


class CaseListSchema(Schema):
    """One page of cases."""

    applications = fields.List(fields.Nested(CaseSummarySchema))
    next = fields.String(allow_none=True)


CASE, CASE_LIST = CaseSchema(), CaseListSchema()


def summary(case: Case, *, has_letter: bool = False) -> dict[str, Any]:
    """What a list shows of a case."""
    return {
        "ticket": case.ticket,
        "state": case.state.value,
        "state_label": LABEL[case.state],
        "name": case.name,
        "nik": mask_nik(case.nik) if case.nik else None,
        "no_nik": case.no_nik.value if case.no_nik else None,
        "urgency": case.urgency.value,
        "opened_at": case.opened_at,
        "links": _links(case, has_letter),
    }


def whole(
    view: CaseView, warnings: tuple[str, ...] = (), clocks: tuple[RunningClock, ...] = (), last_day: date | None = None
) -> dict[str, Any]:
    """Everything the API shows of a case, ready for ``CASE.dump``."""
    case, letter = view.case, view.letter
    return summary(case, has_letter=letter is not None and letter.pdf is not None) | {
        "version": case.version,
        "letter_type": case.letter_type.value,
        "letter_type_name": NAMES[case.letter_type],
        "letter_chosen_reason": case.letter_chosen_reason,
        "birth_date": case.birth_date,
        "phone": mask_phone(case.phone),
        "hospital_code": case.hospital_code,
        "region_code": case.region_code,
        "policy_valid_from": case.policy_valid_from,
        "documents": list(view.documents),
        "warnings": list(warnings),
        "nik_came_late": view.nik_came_late,
        "mother_membership": view.mother,
        "waiting": [job.value for job in view.waiting],
        "checks": [_check(check) for check in view.checks],
        "findings": view.findings.findings if view.findings else [],
        "manual_checks": [_manual(owned) for owned in view.manual],
        "corrections": [{"id": one.id, "kind": one.kind.value, "opened_at": one.opened_at} for one in view.corrections],
        "approval_chain": [_chain_step(one) for one in view.chain],
        "agreements": [_chain_step(one) for one in view.agreements],
        "clocks": [clock_facts(clock) for clock in clocks],
        "letter": _letter(letter) if letter else None,
        "refusal": _refusal(view, last_day),
        "from_ticket": view.from_ticket,
        "household": view.household,
        "proxy": _proxy(case),
        "died_on": view.death.died_on if view.death else None,
        "accepted_at": view.acceptance.accepted_at if view.acceptance else None,
        "timeline": [
            {"at": event.at, "action": event.action, "actor": event.actor_name, "detail": event.detail} for event in view.timeline
        ],
    }


def _links(case: Case, has_letter: bool) -> dict[str, str | None]:
    own = f"/api/v1/applications/{case.ticket}"
    return {"self": own, "page": f"/berkas/{case.ticket}", "letter": f"{own}/letter.pdf" if has_letter else None}


def _refusal(view: CaseView, last_day: date | None) -> dict[str, Any] | None:
    refusal = view.refusal
    if refusal is None:
        return None
    objection = refusal.objection
    names = ("objector", "filed_on", "answer_due", "outcome", "reason", "decided_at", "retracted_at", "retracted_reason")
    return {
        "reason": refusal.decision.reason,
        "grounds": refusal.grounds,
        "last_day": objection.last_day if objection else last_day,
        "objection": {name: getattr(objection, name) for name in names} | {"new_ticket": refusal.new_ticket} if objection else None,
    }


def _proxy(case: Case) -> dict[str, str | None] | None:
    if case.proxy_name is None:
        return None
    kin = case.proxy_kin.value if case.proxy_kin else None
    return {"name": case.proxy_name, "relation": case.proxy_relation, "kin": kin, "authority": case.proxy_paper}


def _manual(owned: Any) -> dict[str, Any]:
    check = owned.check
    return {"kind": check.kind.value, "owner": owned.owner, "reason": check.reason, "opened_at": check.opened_at}


def _event(event: Any) -> dict[str, Any]:
    return {"at": event.at, "action": event.action, "actor": event.actor_name, "detail": event.detail}


def _chain_step(one: Any) -> dict[str, Any]:
    return {"role": one.role.value, "by": one.name, "at": one.given_at, "version": one.version}


def _check(check: Any) -> dict[str, Any]:
    return {
        "kind": check.kind.value,
        "outcome": check.outcome,
        "source": check.source,
        "as_of": check.as_of,
        "note": check.note,
        "details": check.details,
    }


def _letter(letter: Any) -> dict[str, Any]:
    return {
        "number": letter.number,
        "type": letter.type.value,
        "state": letter.state.value,
        "valid_from": letter.valid_from,
        "valid_until": letter.valid_until,
        "sha256": letter.pdf_sha256,
        "token": letter.token,
    }
