"""The quota page: how many seats are left, who waits, when they run out, and what they cost."""

from flask import Blueprint, render_template

from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.counter import seat_outlook
from workflows import seat_years, seats
from workflows.permissions import Permission
from workflows.records.seat import Account

blueprint = Blueprint("quota", __name__)


@blueprint.get("/kuota")
@requires(Permission.READ_CASES)
def show() -> str:
    """The year, the line, the pace, the rupiah."""
    outlook = seat_outlook()
    with parts().database.read() as session:
        quota = seat_years.year_of(session, me().region_code, outlook.year)
        line = seats.line(session, quota.id) if quota and quota.id else []
    shows(case for _, case in line)
    return render_template("seats.html", outlook=outlook, line=line, Account=Account, now=parts().clock())
