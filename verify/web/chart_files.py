"""The chart of a coverage page as a file: SVG for whoever lays out a page, PNG for slides and chats."""

from flask import Blueprint, Response, render_template

from verify.auth import requires
from verify.documents.picture import as_png
from verify.population.charts import Bars
from verify.population.cockpit import Cockpit
from verify.web.coverage import shown_of
from verify.web.figures import number, percent
from workflows.errors import NotFound
from workflows.permissions import Permission
from workflows.population.regions import parse_code
from workflows.saying import say

blueprint = Blueprint("chart_files", __name__)

AROUND = 110
"""Pixels above and below the bars: title, lead, source."""
KINDS = ("svg", "png")


@blueprint.get("/cakupan/<code>/grafik.<kind>")
@requires(Permission.READ_COVERAGE)
def download(code: str, kind: str) -> Response:
    """The bars of a region or district; it holds numbers of people and names nobody."""
    shown = shown_of(parse_code(code))
    if kind not in KINDS or not shown.rows:
        raise NotFound(say("Grafik ini tidak ada. Pilih daerah atau kecamatan, lalu {files}.", files=" atau ".join(KINDS)))
    svg = drawn(shown, shown.chart)
    name = f"cakupan-{shown.here.code}-{shown.members_on.isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if kind == "svg":
        return Response(svg, mimetype="image/svg+xml", headers=headers)
    return Response(as_png(svg), mimetype="image/png", headers=headers)


def drawn(shown: Cockpit, chart: Bars) -> str:
    """The chart with what it is of, since when it is true, and its target."""
    here, covered = shown.here, shown.here.covered
    lead = say(
        "{percent} peserta: {members} dari {people} penduduk.",
        percent=percent(covered.percent),
        members=number(here.tally.members),
        people=number(here.tally.people),
    )
    dates = {"residents": f"{shown.residents_on:%d-%m-%Y}", "members": f"{shown.members_on:%d-%m-%Y}"}
    source = say("Data penduduk per {residents}, peserta per {members}.", **dates)
    aim = say("Garis tegak: sasaran {target} %.", target=chart.target) if chart.target else ""
    words = {"title": say("Cakupan JKN {name}", name=here.name), "lead": lead, "source": source, "aim": aim}
    return render_template("chart.svg", chart=chart, height=chart.height + AROUND, **words)
