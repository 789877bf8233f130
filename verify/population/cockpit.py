"""The cockpit of one region: the newest count, what lies below it, its targets, its past, and how fresh all that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schemas.population.coverage_files import targets_of
from schemas.population.region_file import shipped_regions
from verify.population.charts import Bars, BurnDown, bars, burn_down
from workflows.errors import NotFound
from workflows.population import coverage, premium_ledger, targets
from workflows.population.regions import dotted, kind
from workflows.population.tally import Definition, Share, Tally, summed
from workflows.population.targets import Finding, Pace, Progress
from workflows.records.coverage import CoverageSnapshot
from workflows.rules.policy import NationalPolicy, in_force
from workflows.saying import say

BELOW = {4: 6, 6: 10, 10: 10}
"""Digits of a region to those of what lies in it."""
STALE = timedelta(days=31)
"""Members change with each month's premium."""
RESIDENTS_STALE = timedelta(days=184 + 61)
"""Dukcapil counts each half year; two months for the file to come."""


@dataclass(frozen=True, slots=True)
class Row:
    """One region in a table."""

    code: str
    name: str
    kind: str
    tally: Tally

    @property
    def covered(self) -> Share:
        """Members of residents."""
        return self.tally.share(Definition.MEMBERS_OF_RESIDENTS)

    @property
    def active(self) -> Share:
        """Active members of residents: the other definition in use."""
        return self.tally.share(Definition.ACTIVE_OF_RESIDENTS)


@dataclass(frozen=True, slots=True)
class Cockpit:
    """Everything a page or a file shows of a region. Below it ``history`` has counts from files alone: how a published figure spreads
    over districts is made up."""

    here: Row
    above: tuple[Row, ...]
    rows: tuple[Row, ...]
    snapshot: CoverageSnapshot
    residents_on: date
    members_on: date
    semester: str
    member_days: int
    stale: bool
    residents_stale: bool
    progress: tuple[Progress, ...]
    pace: Pace | None
    findings: tuple[Finding, ...]
    chart: Bars
    history: BurnDown | None

    @property
    def activity(self) -> Share:
        """Active members of members."""
        return self.here.tally.share(Definition.ACTIVE_OF_MEMBERS)


def cockpit(session: Session, region: str, code: str, national: NationalPolicy, zone: ZoneInfo, *, now: datetime) -> Cockpit:
    """The cockpit of ``code`` inside ``region``; ``NotFound`` where nothing was counted there."""
    snapshot = coverage.newest(session, region)
    if snapshot is None:
        raise NotFound(say("Cakupan daerah ini belum dihitung. Minta admin mengimpor penduduk dan anggota, lalu menghitungnya."))
    if not code.startswith(region) or len(code) not in BELOW:
        raise NotFound(say("Wilayah ini tidak ada di daerah Anda. Pilih dari daftar kecamatan."))
    below = coverage.tallies(session, snapshot, under=code, digits=BELOW[len(code)])
    if not below:
        raise NotFound(say("Tidak ada penduduk yang dihitung di wilayah ini. Pilih dari daftar kecamatan."))
    today, whole = now.astimezone(zone).date(), summed(below.values())
    seen = [(one, one.members_as_of.astimezone(zone).date(), tally) for one, tally in coverage.series(session, region, code)]
    past = [(day, tally) for _, day, tally in seen]
    real = [(day, tally) for one, day, tally in seen if one.reference is None]
    rows = tuple(sorted((_row(place, tally) for place, tally in below.items()), key=lambda row: (-row.tally.uncovered, row.code)))
    pace = targets.pace([(day, tally.members) for day, tally in real])
    gained = pace.a_month if pace else None
    held = [targets.progress(whole, target, gained, today) for target in targets.in_force(targets_of(region), today)]
    next_target = next((one for one in held if not one.reached), held[-1] if held else None)
    return Cockpit(
        here=_row(code, whole),
        above=tuple(_row(code[:digits], whole) for digits in (4, 6) if digits < len(code)),
        rows=rows if len(code) < max(BELOW) else (),
        snapshot=snapshot,
        residents_on=snapshot.residents_as_of.astimezone(zone).date(),
        members_on=snapshot.members_as_of.astimezone(zone).date(),
        semester=coverage.semester(snapshot.residents_as_of, zone),
        member_days=(today - snapshot.members_as_of.astimezone(zone).date()).days,
        stale=now - snapshot.members_as_of > STALE,
        residents_stale=now - snapshot.residents_as_of > RESIDENTS_STALE,
        progress=tuple(held),
        pace=pace,
        findings=_findings(past[-1], real, national, today, _arrears(session, region, national, today)) if code == region else (),
        chart=bars([(row.name, row.covered.percent) for row in rows], next_target.target.percent if next_target else None),
        history=burn_down([(day, tally.uncovered) for day, tally in (past if code == region else real)]),
    )


def _row(code: str, tally: Tally) -> Row:
    return Row(code, shipped_regions().title(code), f"{kind(code)} {dotted(code)}", tally)


def _arrears(session: Session, region: str, national: NationalPolicy, today: date) -> Finding:
    warn = in_force(national.premium_warn_days, today).value
    return premium_ledger.arrears(premium_ledger.standings(session, region), today, warn)


def _findings(
    last: tuple[date, Tally], real: Sequence[tuple[date, Tally]], national: NationalPolicy, today: date, arrears: Finding
) -> tuple[Finding, ...]:
    """The predicate on the newest count; what it drifted from is the real count before it, never a published figure."""
    day, newest = last
    before = next((one for one in reversed(real) if one[0] < day), None)
    months = (day - before[0]).days / targets.DAYS_A_MONTH if before else 0.0
    covered, active = in_force(national.uhc_coverage_threshold, today), in_force(national.uhc_active_threshold, today)
    return targets.predicate(newest, before[1] if before else None, months, covered, active, arrears)
