"""Kept promises on a page: how many letters came in time, month by month."""

from flask import Blueprint, render_template

from verify.auth import me, parts, requires
from verify.office_time import months_back, office_of
from verify.web.figures import percent
from workflows import clocks
from workflows.clocks import KeptMonth
from workflows.long_date import MONTHS as NAMES
from workflows.permissions import Permission
from workflows.rules.promise import ready_by
from workflows.saying import joined

blueprint = Blueprint("kept", __name__)

MONTHS = 12


@blueprint.get("/janji")
@requires(Permission.READ_CASES)
def show() -> str:
    """This month and the eleven before it."""
    region, now = me().region_code, parts().clock()
    since = months_back(MONTHS, parts().zone(region), now=now)
    with parts().database.read() as session:
        found = clocks.kept_promises(session, office_of(parts().policies), since=since, now=now, region_code=region)
    rows = [(joined((NAMES[one.month.month - 1], str(one.month.year))), one, share(one)) for one in reversed(found)]
    return render_template("promises.html", rows=rows, promise=ready_by(parts().policy_today(region)))


def share(month: KeptMonth) -> str:
    """``92 %``, as the reader's language writes it."""
    return percent(month.percent)
