"""What came of a visit, told from a telephone by whoever holds the list. The code on the list is enough; the page names nobody."""

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
    return render_template("door_answer.html", form=form, answers=[(answer.value, word) for answer, word in SAID.items()], office=office)


def _take() -> Response:
    given = DoorAnswerSchema().load(plain(request.form, zone="UTC"))
    lookups.admit_stranger()
    try:
        with parts().database.write() as session:
            listed, door = doors.answer(session, door_code(given["code"]), given["answer"], None, now=parts().clock())
            place, word = shipped_regions().title(listed.village_code), SAID[given["answer"]]
    except NotFound:
        lookups.missed_by_stranger()
        raise
    tell(say("Tercatat: pintu nomor {position} di {place}, {word}.", position=door.position, place=place, word=word.lower()))
    return redirect(url_for("visits.show"), SEE_OTHER)
