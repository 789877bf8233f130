"""What came of a card, told from a telephone by whoever holds the list. The code on the list is enough; the page names nobody."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from schemas.cards import CardAnswerSchema, told
from schemas.doors import door_code
from schemas.forms import plain
from schemas.population.region_file import shipped_regions
from verify import lookups
from verify.auth import parts, public
from verify.language import tell
from verify.web.card_lists import RECEIVED, SAID
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER
from workflows.errors import NotFound
from workflows.population import cards
from workflows.saying import say

blueprint = Blueprint("handing", __name__)


@blueprint.get("/kartu")
@public
def show() -> str:
    """The code of a card, four answers, and who took it."""
    return page(blank())


@blueprint.post("/kartu")
@public
def take() -> Response | tuple[str, int]:
    """Keep one answer. Guesses are counted by address."""
    return tried(_take, page)


def page(form: Form) -> str:
    """The form."""
    office = parts().policy_today(parts().settings.region).office
    choices = {name: [(one.value, word) for one, word in words.items()] for name, words in (("answers", SAID), ("receivers", RECEIVED))}
    return render_template("card_answer.html", form=form, office=office, **choices)


def _take() -> Response:
    given = CardAnswerSchema().load(plain(request.form, zone="UTC"))
    said = told(given["answer"], given.get("receiver"), given.get("handed_on"))
    zone = parts().zone(parts().settings.region)
    lookups.admit_stranger()
    try:
        with parts().database.write() as session:
            listed, card = cards.answer(session, door_code(given["code"]), said, None, zone, now=parts().clock())
            place, word = shipped_regions().title(listed.village_code), SAID[said.answer]
    except NotFound:
        lookups.missed_by_stranger()
        raise
    tell(say("Tercatat: kartu nomor {position} di {place}, {word}.", position=card.position, place=place, word=word.lower()))
    return redirect(url_for("handing.show"), SEE_OTHER)
