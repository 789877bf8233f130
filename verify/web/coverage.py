"""The coverage pages: a city, its districts, its villages, and with a stated purpose the people who are not covered."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request

from verify.auth import me, parts, requires
from verify.population.cockpit import Cockpit, cockpit
from verify.population.tables import Value, as_csv, as_xlsx, table
from verify.web.form import Form, blank, wrong
from verify.web.words import SEGMENT_SHORT
from workflows.errors import NotFound
from workflows.permissions import Permission
from workflows.population import card_rest, coverage
from workflows.population.regions import parse_code
from workflows.population.targets import Verdict
from workflows.records.coverage import CoverageSegment
from workflows.revealing import LONG_NUMBER
from workflows.saying import say

blueprint = Blueprint("coverage", __name__)

SHORTEST_PURPOSE, LONGEST_PURPOSE = 10, 200
Writer = Callable[[Sequence[Sequence[Value]]], bytes]
FILES: dict[str, tuple[Writer, str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
with suppress(ImportError):  # the extra "link" is not installed
    from verify.population.parquet import as_parquet

    FILES["parquet"] = (as_parquet, "application/vnd.apache.parquet")
VERDICT = {
    Verdict.MET: (say("Terpenuhi"), "good"),
    Verdict.AT_RISK: (say("Terancam dalam 3 bulan"), "warn"),
    Verdict.FAILED: (say("Belum terpenuhi"), "bad"),
    Verdict.UNKNOWN: (say("Belum diketahui"), "wait"),
}
PART = {"coverage": say("Cakupan peserta"), "activity": say("Keaktifan peserta"), "arrears": say("Tunggakan iuran daerah")}


@blueprint.get("/cakupan")
@requires(Permission.READ_COVERAGE)
def city() -> str:
    """The whole region, or what to do where nothing was counted yet."""
    with parts().database.read() as session:
        counted = coverage.newest(session, me().region_code) is not None
    return page(me().region_code) if counted else render_template("uncounted.html")


@blueprint.get("/cakupan/<code>")
@requires(Permission.READ_COVERAGE)
def place(code: str) -> str:
    """A district or a village."""
    return page(parse_code(code))


@blueprint.get("/cakupan/<code>/unduh/<kind>")
@requires(Permission.READ_COVERAGE)
def download(code: str, kind: str) -> Response:
    """The table as a file; it holds numbers of people and names nobody."""
    if kind not in FILES:
        raise NotFound(say("Berkas ini tidak ada. Pilih {files}.", files=", ".join(FILES)))
    write, mimetype = FILES[kind]
    shown = shown_of(parse_code(code))
    name = f"cakupan-{shown.here.code}-{shown.members_on.isoformat()}.{kind}"
    return Response(write(table(shown)), mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.post("/cakupan/<code>/daftar")
@requires(Permission.READ_UNCOVERED)
def people(code: str) -> str | tuple[str, int]:
    """Who is not covered in a village, once it is said what for."""
    village, purpose = parse_code(code), " ".join(request.form.get("purpose", "").split())
    shown = shown_of(village)
    if shown.rows:
        raise NotFound(say("Daftar orang hanya ada per kelurahan atau desa. Pilih satu."))
    if not SHORTEST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE:
        form = wrong(
            "purpose",
            say(
                "Tulis keperluan, {shortest_purpose} sampai {longest_purpose} huruf.",
                shortest_purpose=SHORTEST_PURPOSE,
                longest_purpose=LONGEST_PURPOSE,
            ),
        )
        return page(village, form), form.status
    if LONG_NUMBER.search(purpose):
        form = wrong("purpose", say("Tulis tanpa NIK atau nomor lain."))
        return page(village, form), form.status
    with parts().database.write() as session:
        listed = coverage.uncovered(session, shown.snapshot, village, purpose, me(), now=parts().clock())
    return render_template("uncovered.html", shown=shown, listed=listed, purpose=purpose)


def page(code: str, form: Form | None = None) -> str:
    """A region, with the form to ask for names where it is a village."""
    shown = shown_of(code)
    with parts().database.read() as session:
        handed = card_rest.summed(card_rest.by_village(session, code), code)
    return render_template(
        "coverage.html",
        shown=shown,
        published=parts().policy_today(me().region_code).uhc_coverage_percent if code == me().region_code else None,
        handed=handed,
        form=form or blank(),
        segments=[(segment, SEGMENT_SHORT[segment]) for segment in CoverageSegment],
        verdicts=VERDICT,
        files=FILES,
        named=PART,
    )


def shown_of(code: str) -> Cockpit:
    """Everything a coverage page shows of a region, district or village."""
    rekom, region = parts(), me().region_code
    zone = ZoneInfo(rekom.zone(region))
    with rekom.database.read() as session:
        return cockpit(session, region, code, rekom.policies.national, zone, now=rekom.clock())
