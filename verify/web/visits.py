"""What came of a visit, told from a telephone by whoever holds the list. The code on the list is enough; the page names nobody."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from schemas.doors import DoorAnswerSchema, door_code
from schemas.forms import plain
from schemas.population.region_file import shipped_regions
from verify import lookups
from verify.auth import parts, public
from verify.language import tell
from verify.web.door_lists import SAID
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER
from workflows.errors import NotFound
from workflows.population import doors
from workflows.saying import say

blueprint = Blueprint("visits", __name__)

SHOWN = "dibuka"
"""The hidden field that says when the form was opened."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""For a form that does not say it."""


@blueprint.get("/pintu")
@public
def show() -> str:
    """The code of a door and five answers."""
    return page(blank())


@blueprint.post("/pintu")
@public
def take() -> Response | tuple[str, int]:
    """Keep one answer. Guesses are counted by address."""
    return tried(_take, page)


def page(form: Form) -> str:
    """The form."""
    office = parts().policy_today(parts().settings.region).office
    shown = parts().clock().isoformat()
    return render_template(
        "door_answer.html", form=form, shown=shown, answers=[(answer.value, word) for answer, word in SAID.items()], office=office
    )


def _take() -> Response:
    typed = plain(request.form, zone="UTC")
    shown = _moment(typed.pop(SHOWN, ""))
    given = DoorAnswerSchema().load(typed)
    lookups.admit_stranger()
    try:
        with parts().database.write() as session:
            listed, door = doors.answer(session, door_code(given["code"]), given["answer"], None, now=parts().clock(), shown=shown)
            place, word = shipped_regions().title(listed.village_code), SAID[given["answer"]]
    except NotFound:
        lookups.missed_by_stranger()
        raise
    tell(say("Tercatat: pintu nomor {position} di {place}, {word}.", position=door.position, place=place, word=word.lower()))
    return redirect(url_for("visits.show"), SEE_OTHER)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return LONG_AGO
    return found if found.tzinfo else LONG_AGO
