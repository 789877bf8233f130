"""By which rules and calendar a case's time is counted: its pinned policy with the nation's days off."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from verify.holidays import national_holidays
from workflows.clocks import OfficeOf, OfficeTime, RunningClock, clocks_of
from workflows.letter_states import LetterState
from workflows.queries import CaseView
from workflows.records.case import Case
from workflows.refusals import ObjectionTerm
from workflows.rules.policy import PolicyBook, in_force


def office_of(policies: PolicyBook) -> OfficeOf:
    """The office time of any case; each policy's calendar is put together once."""

    @cache
    def pinned(region_code: str, valid_from: date) -> OfficeTime:
        policy = policies.pinned(region_code, valid_from)
        answer = in_force(policies.national.objection_answer_days, valid_from)
        return OfficeTime(policy, policy.calendar(national_holidays()), answer.value)

    def find(case: Case) -> OfficeTime:
        return pinned(case.region_code, case.policy_valid_from)

    return find


def objection_term(case: Case, policies: PolicyBook, *, decided_at: datetime) -> ObjectionTerm:
    """The working days to object to a decision and to answer, as the law stood on the day of the decision."""
    calendar = office_of(policies)(case).calendar
    day, national = calendar.day_of(decided_at), policies.national
    days, answer_days = in_force(national.objection_days, day), in_force(national.objection_answer_days, day)
    return ObjectionTerm(days.value, answer_days.value, calendar)


def clocks_on(view: CaseView, policies: PolicyBook, *, now: datetime) -> tuple[RunningClock, ...]:
    """The clocks that run on a case, for pages and API alike."""
    letter = view.letter
    validity = (letter.valid_from, letter.valid_until) if letter and letter.state is LetterState.ISSUED else None
    return clocks_of(view.case, view.seen, validity, office_of(policies)(view.case), now=now)


def months_back(count: int, zone: str, *, now: datetime) -> datetime:
    """When the first of the last ``count`` local months began, this one among them."""
    today = now.astimezone(ZoneInfo(zone))
    year, month = divmod(today.year * 12 + today.month - count, 12)
    return datetime(year, month + 1, 1, tzinfo=ZoneInfo(zone))
