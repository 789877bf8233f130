"""Whose data one account saw between two moments, for whoever must be told of a breach (UU 27/2022 article 46).

A person counts by any trace the account left: a look at the case, an event in the case's chain (a desk's check, a step, a print), or a
list the case stood on. Lists of people who have no case are named as lists: their members are found by making them again. Whoever was
seen one by one without a case is named from the newest files.
"""

from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import extracts
from workflows.looked import READ_PERSON
from workflows.population.matching import READ_PAIRS
from workflows.population.premium_lines import READ_LINES
from workflows.records.audit_event import AuditEvent
from workflows.records.case import Case
from workflows.records.case_reading import CaseReading
from workflows.records.collective import CollectiveRow
from workflows.records.extract import ExtractKind
from workflows.records.premium_ledger import PremiumEntryKind
from workflows.records.staff import Staff
from workflows.sealed import vault_of

ACTED, LISTED = "ACTED", "LISTED"
"""Seen by what was done, and as one of a list; beside the words of ``Seen``."""
CASES, COLLECTIVE = "case:", "collective:"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """What an event has shown of people without a case: the detail that counts them, what to call it on paper, what is counted.

    In ``words`` stands ``{number}`` for the number of the list, and any other detail by its name.
    """

    count: str
    words: str
    unit: str = "orang"


SHOWN: Mapping[str, Shown] = {
    READ_PERSON: Shown("person", "data satu orang sebelum berkas dibuka"),
    "FIND_PATH": Shown("asked", "jawaban tentang satu orang, yang namanya tidak dicatat", "basis data"),
    READ_PAIRS: Shown("persons", "halaman pasangan nama yang mirip"),
    "READ_ALIKE": Shown("groups", "nama mirip di daftar Jamkesda", "nama"),
    "EXPORT_BATCH": Shown("people", "berkas kiriman Jamkesda"),
    "READ_UNCOVERED": Shown("people", "daftar penduduk tanpa jaminan di wilayah {village}"),
    "READ_DOORS": Shown("doors", "daftar kunjungan {number}", "keluarga"),
    "EXPORT_DOORS": Shown("doors", "unduhan daftar kunjungan {number}", "keluarga"),
    "READ_CARDS": Shown("cards", "daftar kartu {number}"),
    "EXPORT_CARDS": Shown("cards", "unduhan daftar kartu {number}"),
    "READ_CARDS_LEFT": Shown("people", "daftar kartu yang belum dibagikan di wilayah {area}"),
    READ_LINES: Shown("lines", "baris sanggahan tagihan iuran {bill}"),
    "EXPORT_DISPUTES": Shown("lines", "unduhan sanggahan tagihan iuran {number}"),
    "PRINT_DISPUTE": Shown("lines", "cetakan surat sanggahan tagihan iuran {number}"),
    "EXPORT_RECONCILIATION": Shown("people", "unduhan selisih tagihan iuran {number}"),
}
"""Each event about no case that has shown people, whichever words its details use."""
NO_LOOK = frozenset(
    """
    ADD_FACTOR ANSWER_CARD ANSWER_DOOR APPOINT APPROVE_IMPORT BREACH_REPORT CHECK_BILL CLEARED CLOSE_ENDPOINT COUNT DECIDE_MATCH DELEGATE
    DESK_CHECK DISABLE DROP_IMPORT END_AUTHORITY END_DISPUTE END_SIGN_IN ESCALATE EXPORT_REGISTRATION GIVE_ROLE HIRE IMPORT ISSUE_KEY
    LATE_ACCEPTANCE LOOKUPS_LOCKED LOOKUP_LIMIT MAKE_BATCH MAKE_CARDS MAKE_DOORS MATCH OPEN_ENDPOINT OPEN_HOSPITAL PROPOSE_DISPUTE
    RAISE_COUNTER READOPT READ_CARD REMOVE_FACTOR RENEW_CODES REPLAY REPORT_MEMBERSHIP RESET_FACTORS RESTORE REVOKE_KEY SAY_COMPLETE
    SAY_OF_LINES SECOND_FACTOR SETTLE_LATE SET_PASSWORD SIGN_CONTRACT SIGN_DISPUTE SIGN_IN SIGN_IN_LOCKED TAKE_BACK TAKE_ROLE TOKEN TRIED
    UNDO UNLOCK UPLOAD VAULT_REWRAP VAULT_ROTATE VOID_BATCH WITHDRAW_BILL WITHDRAW_KEY
    """.split()
) | {f"ENTER_{kind}" for kind in PremiumEntryKind}
"""Events about no case that have shown nobody: they count, or what they are about was shown by a page with a line of its own.

A file of registrations leaves a look at each person in it, and those are counted by their cases.
"""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A person whose data was seen: whom to tell, by what, and when it was last seen."""

    ticket: str
    name: str
    phone: str | None
    seen: tuple[str, ...]
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ExposedList:
    """People without a case whom the account saw: the ``name`` of a single one if known, what it was, how many of which ``unit``."""

    name: str | None
    what: str
    people: int
    unit: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Trace:
    case_id: int
    seen: str
    times: int
    last_at: datetime


def account(session: Session, username: str) -> Staff | None:
    """The account of that name."""
    return session.exec(select(Staff).where(Staff.username == username)).first()


def exposed(session: Session, staff_id: int, since: datetime, until: datetime) -> list[Exposed]:
    """Everybody one account saw, by case; a day's looks count as a whole where they touch that time."""
    events = _events(session, staff_id, since, until)
    by_case: dict[int, list[_Trace]] = {}
    for trace in (*_looks(session, staff_id, since, until), *_acts(events), *_listed(session, events)):
        by_case.setdefault(trace.case_id, []).append(trace)
    cases = _cases(session, sorted(by_case))
    return sorted((_exposed(case, by_case[number]) for number, case in cases.items()), key=lambda one: one.ticket)


def exposed_lists(session: Session, staff_id: int, since: datetime, until: datetime) -> list[ExposedList]:
    """The lists of people without a case, oldest first."""
    events = [event for event in _events(session, staff_id, since, until) if event.action in SHOWN]
    names = _names(session, {digest for event in events for digest in _one_by_one(event)})
    return [_list(event, about, people) for event in events for about, people in _told_of(event, names) if people]


def _list(event: AuditEvent, name: str | None, people: int) -> ExposedList:
    shown, detail = SHOWN[event.action], event.detail
    what = shown.words.format_map({**detail, "number": event.subject.partition(":")[2]})
    return ExposedList(name, what, people, shown.unit, str(detail.get("purpose", "")), event.at)


def _told_of(event: AuditEvent, names: Mapping[str, str]) -> list[tuple[str | None, int]]:
    """About whom an event is: person by person where it holds their digests, else how many they are."""
    return [(names.get(digest), 1) for digest in _one_by_one(event)] or [(None, _people(event))]


def _one_by_one(event: AuditEvent) -> list[str]:
    """The keyed digests of the NIKs an event holds."""
    return [event.detail["person"]] if event.action == READ_PERSON else list(event.detail.get("persons", ()))


def _names(session: Session, digests: Collection[str]) -> Mapping[str, str]:
    """Names by the keyed digests of NIKs, residents' first; whoever the newest files do not know is left out.

    No file can be asked for a digest: they are read one by one until nobody is wanted any more.
    """
    digest, wanted, found = vault_of(session.connection().dialect).digest, set(digests), dict[str, str]()
    with closing(_named(session)) as named:
        while wanted and (row := next(named, None)) is not None:
            nik, name = row
            if name and (key := digest("nik", nik)) in wanted:
                wanted.remove(key)
                found[key] = name
    return found


def _named(session: Session) -> Generator[tuple[str, str | None], None, None]:
    """Everybody in the files people are shown from: pairs from the newest member file of everybody, single persons from the newest too."""
    residents, members, dtsen = (extracts.newest(session, kind) for kind in (ExtractKind.RESIDENTS, ExtractKind.MEMBERS, ExtractKind.DTSEN))
    whole = extracts.newest_of_everybody(session, ExtractKind.MEMBERS)
    for extract in (residents, whole, None if members is whole else members, dtsen):
        if extract is not None:
            table = extracts.TABLES[extract.kind]
            rows = select(table.nik, table.name).where(table.extract_id == extract.id)
            with session.exec(rows.execution_options(yield_per=extracts.CHUNK)) as read:
                yield from read


def _events(session: Session, staff_id: int, since: datetime, until: datetime) -> list[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.actor_id == staff_id, AuditEvent.at >= since, AuditEvent.at <= until)
    return list(session.exec(query.order_by(col(AuditEvent.id))))


def _looks(session: Session, staff_id: int, since: datetime, until: datetime) -> list[_Trace]:
    touching = (CaseReading.staff_id == staff_id, col(CaseReading.last_at) >= since, col(CaseReading.first_at) <= until)
    return [_Trace(one.case_id, one.seen.value, one.times, one.last_at) for one in session.exec(select(CaseReading).where(*touching))]


def _acts(events: Iterable[AuditEvent]) -> list[_Trace]:
    return [_Trace(int(event.subject.removeprefix(CASES)), ACTED, 1, event.at) for event in events if event.subject.startswith(CASES)]


def _listed(session: Session, events: Iterable[AuditEvent]) -> list[_Trace]:
    """Everybody on the cover letters that the account touched."""
    letters: dict[int, list[AuditEvent]] = {}
    for event in events:
        if event.subject.startswith(COLLECTIVE):
            letters.setdefault(int(event.subject.removeprefix(COLLECTIVE)), []).append(event)
    rows = session.exec(select(CollectiveRow).where(col(CollectiveRow.collective_id).in_(letters)))
    return [_Trace(row.case_id, LISTED, 1, event.at) for row in rows for event in letters[row.collective_id]]


def _cases(session: Session, numbers: list[int]) -> Mapping[int, Case]:
    found: dict[int, Case] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = session.exec(select(Case).where(col(Case.id).in_(numbers[start : start + AT_ONCE])))
        found |= {case.id or 0: case for case in some}
    return found


def _people(event: AuditEvent) -> int:
    """How many an event has shown: it says so, or names each."""
    if "pairs" in event.detail:  # as a look at pairs was written before it held digests
        return 2 * len(event.detail["pairs"])
    said = event.detail.get(SHOWN[event.action].count, 0)
    return len(said) if isinstance(said, list) else int(said)


def _exposed(case: Case, traces: list[_Trace]) -> Exposed:
    seen = tuple(sorted({trace.seen for trace in traces}))
    times = sum(trace.times for trace in traces)
    return Exposed(case.ticket, case.name, case.phone, seen, times, max(trace.last_at for trace in traces))
