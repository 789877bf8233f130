"""A case's facts in words: findings, checks, papers, answers, and clocks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from verify.auth import me, parts
from verify.web.choices import paper_word
from verify.web.clocks import clock_words
from verify.web.figures import rupiah
from verify.web.progress import owner_of
from verify.web.story import story, who_did
from verify.web.times import day, local_time
from verify.web.words import (
    ACTIVATION,
    ANSWER,
    CHANNEL,
    CHECK,
    FINDING,
    FINDING_ICON,
    NOT_YET,
    RESULT,
    ROLE,
    RULE,
    SEGMENT,
    SLUG,
    STATE_ICON,
    URGENCY,
)
from workflows import clocks
from workflows.facts import opened_on
from workflows.letter_states import LABEL as LETTER_LABEL
from workflows.queries import CaseView
from workflows.quorum import posts_of, rules_for
from workflows.records.check_result import CheckResult
from workflows.rules.activation import RULE as ACTIVATION_RULE
from workflows.rules.facts import Answer
from workflows.rules.finding import Outcome
from workflows.rules.letter_terms import NAMES
from workflows.rules.policy import QuorumRule, RegionPolicy
from workflows.rules.removal import REASONS
from workflows.saying import joined, say
from workflows.states import CHECKS, LABEL, Job, State
from workflows.steps import SOURCE
from workflows.vocabulary import AT_HOSPITAL, SEATED, DecisionOutcome

EYE_FIRST = (Outcome.FAILS, Outcome.NEEDS_PERSON, Outcome.MEETS)
"""What needs a look stands on top."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One check as the page shows it; ``known`` is false where nobody could answer."""

    label: str
    slug: str
    words: str
    known: bool
    waiting: bool
    source: str
    as_of: str | None
    owner: str | None
    note: str | None
    details: tuple[tuple[str, str], ...]


def facts_of(view: CaseView, policy: RegionPolicy, *, now: datetime) -> dict[str, Any]:
    """Everything a page says of a case beside the row itself."""
    return {
        "policy": policy,
        "rules_edited": not policy.reads_as(view.case.policy_sha256),
        "letter_name": NAMES[view.case.letter_type],
        "cap": _cap(view, policy),
        "for_hospital": view.case.letter_type in AT_HOSPITAL,
        "takes_seat": view.case.letter_type in SEATED,
        "removal_word": REASONS[view.removal.reason] if view.removal else None,
        "state_word": LABEL[view.case.state],
        "state_icon": STATE_ICON[view.case.state],
        "urgency_word": URGENCY[view.case.urgency],
        "channel_word": CHANNEL[view.case.channel],
        "letter_word": LETTER_LABEL[view.letter.state] if view.letter else None,
        "findings": findings_of(view),
        "open_findings": open_findings(view),
        "weighing": Job.FINDINGS in view.waiting,
        "start_now": start_now(view, policy),
        "checks": checks_of(view),
        "papers": papers_of(view, policy),
        "answers": answers_of(view, policy),
        "assessor": who_did(view.timeline, "ASSESS"),
        "validator": who_did(view.timeline, "VALIDATE"),
        "decider": who_did(view.timeline, "APPROVE", "REJECT"),
        "quorum": [quorum_words(rule) for rule in rules_for(policy, view.case)],
        "agrees": asked_to_agree(view, policy),
        "corrections": [(correction.id, CHECK[correction.kind]) for correction in view.corrections],
        **clock_words(view, now=now),
        "story": story(view.timeline),
    }


def _cap(view: CaseView, policy: RegionPolicy) -> int | None:
    """The most letter C lets be billed: what was decided, or the region's own."""
    if view.decision and view.decision.outcome is DecisionOutcome.APPROVED:
        return view.decision.cap_rupiah
    return policy.letter(view.case.letter_type, opened_on(view.case)).terms.cap_rupiah


def start_now(view: CaseView, pinned: RegionPolicy) -> str | None:
    """When cover may start by today's rules, where an undecided letter A began under others: its finding promises no more."""
    if view.decision or view.case.closed_at or view.case.letter_type not in SEATED:
        return None
    mode = parts().policy_today(view.case.region_code).activation_mode.value
    return ACTIVATION[mode] if mode is not pinned.activation_mode.value else None


def asked_to_agree(view: CaseView, policy: RegionPolicy) -> bool:
    """Whether a quorum may still need the word of a post of this person, who had no hand in the case."""
    given = {one.role for one in view.agreements}
    asked = (posts_of(policy, view.case) - given) & me().roles
    return view.case.state in (State.DECISION, State.WAITLISTED) and bool(asked) and me().id not in view.kept_from_agreeing


def quorum_words(rule: QuorumRule) -> str:
    """When a quorum is asked for, and whose."""
    posts = joined((ROLE[post] for post in rule.posts), ", ")
    when = say("Di atas kuota") if rule.above_quota else say("Di atas {above}", above=rupiah(rule.above_rupiah or 0))
    return say(
        "{when}: {needed} dari {count} pejabat ({posts}) menyetujui lebih dulu.",
        when=when,
        needed=rule.needed,
        count=len(rule.posts),
        posts=posts,
    )


def findings_of(view: CaseView) -> list[dict[str, Any]]:
    """The findings in words, those that need a look first."""
    found = view.findings.findings if view.findings else []
    return [_finding(one) for outcome in EYE_FIRST for one in found if one["outcome"] == outcome]


def open_findings(view: CaseView) -> int:
    """How many findings make the decider say why it is approved all the same."""
    found = view.findings.findings if view.findings else []
    return sum(one["outcome"] != Outcome.MEETS for one in found if one["rule"] != ACTIVATION_RULE)


def checks_of(view: CaseView) -> list[Checked]:
    """Each registry check with source and freshness."""
    results = {check.kind: check for check in view.checks}
    return [_checked(view, kind, results.get(kind)) for kind in CHECKS]


def papers_of(view: CaseView, policy: RegionPolicy) -> list[tuple[str, bool]]:
    """The papers the region asks for and whether they were seen, then all others that were."""
    asked = clocks.asked_of(view.case, policy)
    more = [paper for paper in view.documents if paper not in asked]
    return [(paper_word(paper), paper in view.documents) for paper in (*asked, *more)]


def answers_of(view: CaseView, policy: RegionPolicy) -> list[tuple[str, str, Answer]]:
    """The questions of the assessment with their answers."""
    if view.assessment is None:
        return []
    given = view.assessment.answers
    asked = parts().policies.criteria_for(policy, view.case.letter_type).criteria
    answers = ((criterion.question, Answer(given.get(criterion.key, Answer.UNKNOWN))) for criterion in asked)
    return [(question, ANSWER[answer], answer) for question, answer in answers]


def _finding(one: dict[str, Any]) -> dict[str, Any]:
    outcome = Outcome(one["outcome"])
    return one | {
        "title": RULE[one["rule"]],
        "words": FINDING[outcome],
        "icon": FINDING_ICON[outcome],
        "value": _spoken(one["value"]),
        "as_of": date.fromisoformat(one["as_of"]) if one["as_of"] else None,
    }


def _spoken(value: str | None) -> str | None:
    """A finding's value without the codes and field names of foreign systems."""
    for code, word in {**ACTIVATION, **ELEMENT}.items():
        value = value.replace(code, word) if value else None
    return value


def _checked(view: CaseView, kind: Job, result: CheckResult | None) -> Checked:
    known = result is not None and result.outcome is not None
    return Checked(
        label=CHECK[kind],
        slug=SLUG[kind],
        words=RESULT[kind].get(result.outcome, result.outcome) if result and result.outcome else NOT_YET,
        known=known,
        waiting=kind in view.waiting,
        source=result.source if result else SOURCE[kind],
        as_of=_freshness(kind, result.as_of, view.case.timezone) if result and known else None,
        owner=owner_of(view, kind) if not known else None,
        note=result.note if result else None,
        details=tuple(_details(kind, result.details)) if result else (),
    )


def _freshness(kind: Job, moment: datetime, timezone: str) -> str:
    """An extract has a day only."""
    return day(moment.astimezone(ZoneInfo(timezone)).date()) if kind == Job.POVERTY else local_time(moment, timezone)


def _details(kind: Job, details: dict[str, Any]) -> list[tuple[str, str]]:
    found = {
        say("Keterangan"): details.get("status_text") or details.get("text") or details.get("reason"),
        say("Jenis peserta"): SEGMENT.get(details.get("segment") or "", None),
        say("Berlaku sampai"): _day(details.get("cover_until")),
        say("Desil"): _desil(details) if kind == Job.POVERTY else None,
        say("Pengecualian"): details.get("exclusion_reason"),
        say("Tidak sama"): _differing(details),
        say("Berkas"): ", ".join(details.get("tickets") or ()) or None,
    }
    return [(name, value) for name, value in found.items() if value]


def _differing(details: dict[str, Any]) -> str | None:
    elements = details.get("elements") or {}
    return joined((ELEMENT.get(name, name) for name, said in sorted(elements.items()) if not str(said).startswith("Sesuai")), ", ") or None


def _desil(details: dict[str, Any]) -> str | None:
    desil = details.get("desil")
    return None if desil is None else say("belum diperingkat") if desil == 0 else str(desil)


def _day(text: str | None) -> str | None:
    return f"{date.fromisoformat(text):%d-%m-%Y}" if text else None


ELEMENT = {"NIK": "NIK", "NO_KK": say("nomor KK"), "NAMA_LGKP": say("nama"), "TGL_LHR": say("tanggal lahir")}
"""Dukcapil's field names."""
