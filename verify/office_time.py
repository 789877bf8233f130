"""By which rules and calendar a case's time is counted: its pinned policy with the nation's days off."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from verify.holidays import national_holidays
from workflows.clocks import OfficeOf, OfficeTime, RunningClock, clocks_of
from workflows.letter_states import LetterState
from workflows.queries import CaseView
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter
from workflows.refusals import ObjectionTerm
from workflows.rules.policy import PolicyBook, RegionPolicy, in_force
from workflows.stuck import Offices


def office_of(policies: PolicyBook) -> OfficeOf:
    """The office time of any case and cover letter; each policy's calendar is put together once."""

    @cache
    def pinned(region_code: str, valid_from: date) -> OfficeTime:
        return time_of(policies.pinned(region_code, valid_from), policies)

    def find(thing: Case | CollectiveLetter) -> OfficeTime:
        return pinned(thing.region_code, thing.policy_valid_from)

    return find


def offices_of(policies: PolicyBook) -> Offices:
    """The office time of anything that waits."""
    known = office_of(policies)

    def on(region_code: str, day: date) -> OfficeTime | None:
        begun = [block for block in policies.regions.get(region_code, ()) if block.covers(day)]
        return time_of(begun[0], policies) if begun else None

    return Offices(known, on)


def time_of(policy: RegionPolicy, policies: PolicyBook) -> OfficeTime:
    """A block's office time, with the days to answer an objection when it began."""
    answer = in_force(policies.national.objection_answer_days, policy.valid_from)
    return OfficeTime(policy, policy.calendar(national_holidays()), answer.value)


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
    replacing = letter is not None and letter.replaces_id is not None
    return clocks_of(view.case, view.seen, validity, office_of(policies)(view.case), now=now, replacing=replacing)


def months_back(count: int, zone: str, *, now: datetime) -> datetime:
    """When the first of the last ``count`` local months began, this one among them."""
    today = now.astimezone(ZoneInfo(zone))
    year, month = divmod(today.year * 12 + today.month - count, 12)
    return datetime(year, month + 1, 1, tzinfo=ZoneInfo(zone))
