"""What one request does, whichever door it came in by: the API and the pages both call these."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response
from sqlmodel import Session, select

from verify import lookups, scans
from verify.auth import me, parts
from verify.desk_counter import count_lookup
from verify.desk_question import Asked, gather, gather_codes, look_up, look_up_codes, look_up_or_refuse
from verify.office_time import objection_term
from verify.path_inquiry import direct, local_today
from workflows import (
    advance,
    casework,
    deaths,
    decision,
    desk,
    households,
    intake,
    letter_types,
    meters,
    nik,
    outlook,
    parafs,
    queries,
    quorum,
    refusals,
    removals,
    replacements,
    revealing,
    seat_years,
    seats,
    signing,
    without_nik,
)
from workflows.decision import Beside
from workflows.desk import Verdict
from workflows.errors import InvalidInput
from workflows.households import Family
from workflows.intake import Intake
from workflows.outlook import Outlook
from workflows.paths import Direction, PathQuestion
from workflows.queries import CaseView
from workflows.records.case import Case
from workflows.records.decision import Decision
from workflows.records.household import Household
from workflows.records.letter import Letter
from workflows.records.meter import Purpose
from workflows.revealing import Revealed
from workflows.rules.policy import RefusalReason, RegionPolicy, refusals_on
from workflows.saying import say
from workflows.sealed import SealBroken
from workflows.states import Action, State
from workflows.vocabulary import DocumentType


def examine_case(session: Session, given: Intake) -> None:
    """Raise what ``open_case`` would raise, and open nothing."""
    _refuse_made_up(given)
    intake.examine(session, given)


def open_case(session: Session, given: Intake) -> Case:
    """Open a case under the policy in force today in the actor's region."""
    _refuse_made_up(given)
    case = intake.open_application(session, given, me(), parts().policy_today(me().region_code), now=parts().clock())
    if looked_up := given.nik or given.mother_nik:
        lookups.no_guess(session, looked_up)
    return case


def _refuse_made_up(given: Intake) -> None:
    for digits in (given.nik, given.mother_nik):
        if digits:
            refuse_practice(digits)


def identify_case(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``IdentifiedSchema``."""
    refuse_practice(given["found"].nik)
    without_nik.identify(session, case, given["found"], me(), now=parts().clock())


def receive_family(session: Session, given: Family) -> Household:
    """Open or link a case for each member of a family, under the policy in force today."""
    for one in given.applying:
        _refuse_made_up(one.intake)
    return households.receive(session, given, me(), parts().policy_today(me().region_code), now=parts().clock())


def find_path(on: date | None, question: PathQuestion) -> Direction:
    """Which way is this person's in the actor's region, today or on another day."""
    if question.nik:
        refuse_practice(question.nik)
        lookups.admit(question.nik)
    return direct(parts(), question, me(), on or local_today(parts(), me().region_code))


def amend_case(session: Session, ticket: str, given: dict[str, Any]) -> None:
    """Apply a loaded ``AmendSchema``."""
    given = dict(given)
    case = advance.lock(session, ticket, me(), version=given.pop("version", None))
    documents: frozenset[DocumentType] = frozenset(given.pop("documents", ()))
    intake.amend(session, case, given, documents, me(), now=parts().clock())


def reveal_numbers(ticket: str, reason: str) -> Revealed:
    """What the masks of a case hide, counted and written down."""
    per_day, now = parts().settings.reveals_per_day, parts().clock()
    with parts().database.write() as session:
        return revealing.reveal(session, advance.lock(session, ticket, me()), reason, per_day, me(), now=now)


def reveals_left() -> int:
    """How often the person may look behind masks today."""
    limit = revealing.limit(parts().settings.reveals_per_day)
    with parts().database.read() as session:
        return meters.left(session, Purpose.REVEAL, str(me().person_id), limit, now=parts().clock())


def warnings(given: Intake) -> tuple[str, ...]:
    """What is worth a second look and stops nothing."""
    if given.nik is None:
        return (say("Berkas dibuka tanpa NIK. Petugas memeriksa sendiri; tambahkan NIK begitu diketahui."),)
    return nik.warnings_for(nik.parse_nik(given.nik, practice=True), birth_date=given.birth_date)


def refuse_practice(digits: str) -> None:
    """Where real people are served, made-up NIKs stay out."""
    if not parts().settings.practice:
        nik.parse_nik(digits)


def on_case(ticket: str, version: int | None, act: Callable[[Session, Case], object]) -> CaseView:
    """Do one thing to a case under its lock and return the case as it is then."""
    with parts().database.write() as session:
        act(session, advance.lock(session, ticket, me(), version=version))
        session.flush()
        return queries.case_view(session, ticket, me())


def rules_of(case: Case) -> RegionPolicy:
    """The block a case is pinned to, for whoever acts on it; ``PolicyEdited`` where it reads otherwise than when it began."""
    return parts().policies.unedited(case.region_code, case.policy_valid_from, case.policy_sha256)


def assess_case(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``AssessmentSchema``."""
    policies = parts().policies
    criteria = policies.criteria_for(rules_of(case), case.letter_type)
    casework.assess(session, case, criteria, given["answers"], given["note"], me(), now=parts().clock())


def choose_letter_type(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``LetterTypeSchema``."""
    policy = rules_of(case)
    letter_types.choose(session, case, given["letter_type"], given["reason"], policy, me(), now=parts().clock())


def replace_letter(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``ReplacementSchema``."""
    policy = parts().policies.pinned(case.region_code, case.policy_valid_from)
    replacements.replace(session, case, policy, given, given["reason"], me(), now=parts().clock())


def start_removal(session: Session, ticket: str, given: dict[str, Any]) -> str:
    """Apply a loaded ``RemovalSchema`` to a member's case; returns the ticket of the new one."""
    member, now = advance.lock(session, ticket, me()), parts().clock()
    policy = parts().policy_today(member.region_code)
    return removals.start(session, member, given["removal"], given["evidence"], policy, me(), now=now).ticket


def start_older_removal(session: Session, given: dict[str, Any]) -> str:
    """Apply a loaded ``OlderRemovalSchema``; returns the ticket of the new case."""
    refuse_practice(given["older"].intake.nik)
    policy = parts().policy_today(me().region_code)
    return removals.start_older(session, given["older"], given["removal"], policy, me(), now=parts().clock()).ticket


def withdraw_case(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``WithdrawalSchema``."""
    casework.withdraw(session, case, given["reason"], me(), now=parts().clock(), cause=given["cause"])


def validate_case(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``ValidationSchema``."""
    if given["agrees"]:
        policy = rules_of(case)
        casework.validate(session, case, policy.posts_before(case.letter_type), given["note"], me(), now=parts().clock())
    else:
        casework.send_back(session, case, given["note"], me(), now=parts().clock())


def paraf_case(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``ValidationSchema`` as a post's word."""
    if given["agrees"]:
        parafs.give(session, case, me(), now=parts().clock())
    else:
        casework.send_back(session, case, given["note"], me(), now=parts().clock())


def agree_to(session: Session, case: Case) -> None:
    """One post's agreement where a quorum is asked for."""
    policy = parts().policies.pinned(case.region_code, case.policy_valid_from)
    quorum.agree(session, case, policy, me(), now=parts().clock())


def decide_case(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``DecisionSchema``."""
    now, reason = parts().clock(), given["reason"]
    if given["outcome"] == Action.APPROVE:
        policy = rules_of(case)
        rules = seat_years.rules_on(parts().policies, case.region_code, now=now)
        decision.approve(session, case, policy, rules, reason, me(), now=now, beside=Beside(cap=given["cap_rupiah"]))
    elif given["outcome"] == Action.REJECT:
        decision.reject(session, case, _grounds(given["grounds"]), reason, me(), now=now)
    else:
        casework.send_back(session, case, reason, me(), now=now)


def refusal_reasons() -> Mapping[str, RefusalReason]:
    """The reasons that may be given today, by code."""
    book = parts().policies
    return refusals_on(book.national.refusal_reasons, local_today(parts(), me().region_code))


def _grounds(codes: list[str]) -> list[RefusalReason]:
    reasons = refusal_reasons()
    if unknown := [code for code in codes if code not in reasons]:
        raise InvalidInput(
            say("Alasan ini tidak ada di daftar: {unknown}. Pilih dari daftar.", unknown=", ".join(unknown)), field="grounds"
        )
    return [reasons[code] for code in dict.fromkeys(codes)]


def file_objection(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``ObjectionSchema``."""
    refused = session.exec(select(Decision).where(Decision.case_id == case.id)).first()
    term = objection_term(case, parts().policies, decided_at=refused.decided_at if refused else case.opened_at)
    refusals.object_to(session, case, term, given["objecting"], me(), now=parts().clock())


def answer_objection(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``ObjectionAnswerSchema``."""
    refusals.answer(session, case, given["outcome"], given["reason"], me(), now=parts().clock())


def retract_objection(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``ReasonSchema`` to an objection that waits for its answer."""
    refusals.retract(session, case, given["reason"], me(), now=parts().clock())


def record_death(session: Session, case: Case, given: dict[str, Any]) -> None:
    """Apply a loaded ``DeathSchema``."""
    deaths.record_death(session, case, given["death"], me(), now=parts().clock())


def waiting_words(view: CaseView) -> tuple[str, ...]:
    """Why an approved case got no letter, and its place in the line; nothing where it does not wait."""
    if view.case.state != State.WAITLISTED:
        return ()
    with parts().database.read() as session:
        place = seats.place_of(session, view.case)
    return (say("Kuota kursi penuh. Berkas ini masuk daftar tunggu nomor {place}; setujui lagi bila ada kursi.", place=place),)


def seat_outlook() -> Outlook:
    """How the actor's region stands with its seats today."""
    now = parts().clock()
    with parts().database.read() as session:
        return outlook.burn_down(session, seat_years.rules_on(parts().policies, me().region_code, now=now), now=now)


def check_question(question: dict[str, Any]) -> Verdict:
    """The verdict on a loaded ``DeskQuestion``."""
    if "code" in question:
        return _check((question["code"],))[0]
    _admit(question)
    with parts().database.write() as session:
        verdict = desk.check_letter(session, look_up(session, gathered(question)), me(), now=parts().clock())
    return _no_guess(question, verdict)


def check_codes(codes: Sequence[str]) -> list[Verdict | SealBroken]:
    """The verdict on each of many codes, in their order; each look is written down.

    Where what is known of one cannot be opened, that one alone is answered so: all are asked about again, each by itself.
    """
    try:
        return [*_check(codes)]
    except SealBroken:
        return [_check_alone(code) for code in codes]


def _check_alone(code: str) -> Verdict | SealBroken:
    try:
        return _check((code,))[0]
    except SealBroken as error:
        return error


def _check(codes: Sequence[str]) -> list[Verdict]:
    asked = gather_codes(codes, parts().keys)
    with parts().database.write() as session:
        return desk.check_letters(session, look_up_codes(session, asked), me(), now=parts().clock())


def accept_question(question: dict[str, Any]) -> tuple[Verdict, bool]:
    """Accept by a loaded ``AcceptQuestion``; what is refused was looked at, a forged code too."""
    _admit(question)
    asked = gathered(question)
    with parts().database.write() as session:
        found = look_up_or_refuse(session, asked)
        letter = None if isinstance(found, Case) else found
        verdict, accepted = desk.accept(session, letter, question["registration_number"], me(), now=parts().clock())
    return _no_guess(question, verdict), accepted


def _admit(question: dict[str, Any]) -> None:
    """A question by NIK can be guessed, one by the letter's seal cannot: all are counted by the hour, wrong ones also by the day.

    The rule is told in ``workflows.lookups`` and, to those who run into it, in ``docs/integrasi.md``.
    """
    if "nik" in question:
        count_lookup(question["nik"])
        lookups.admit(question["nik"])


def _no_guess(question: dict[str, Any], verdict: Verdict) -> Verdict:
    if "nik" in question and verdict.case is not None:
        lookups.found(question["nik"])
    return verdict


def gathered(question: dict[str, Any]) -> Asked:
    """What a loaded ``DeskQuestion`` says by itself; to be called before a transaction, for ``find``."""
    return gather(question, parts().keys)


def find(session: Session, asked: Asked) -> Letter | None:
    """The letter asked about; ``ForgedToken`` where the seal is not ours."""
    found = look_up(session, asked)
    return found if isinstance(found, Letter) else None


def draft_response(ticket: str) -> Response:
    """A paper that waits for its signature."""
    with parts().database.read() as session:
        return as_pdf(signing.draft_to_print(session, ticket, me()), f"draf-{ticket}.pdf")


def as_pdf(pdf: bytes, name: str) -> Response:
    """A paper for the browser to show; never cached by anybody."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(pdf, mimetype="application/pdf", headers=headers)


def keep_scan(ticket: str, scan: bytes) -> CaseView:
    """Keep the scan of a paper signed in ink; the letter is issued with it."""
    scan = scans.clean(scan)
    with parts().database.write() as session:
        signing.sign_with_ink(session, ticket, scan, me(), now=parts().clock())
        return queries.case_view(session, ticket, me())
