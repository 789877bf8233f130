"""The page of doubtful pairs: two rows side by side, a person says whether they are one, and is never asked again."""

from flask import Blueprint, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from verify.auth import me, parts, requires
from verify.web.once import once
from workflows.errors import InvalidInput
from workflows.permissions import Permission
from workflows.population import matching
from workflows.records.extract import ExtractKind
from workflows.records.match import MatchTier
from workflows.saying import say

blueprint = Blueprint("matching", __name__)

FILE = {ExtractKind.MEMBERS: say("Berkas anggota BPJS"), ExtractKind.DTSEN: "DTSEN"}
ANSWERS = {"same": True, "different": False}
SHOWN = 20


@blueprint.get("/cocokkan")
@requires(Permission.READ_UNCOVERED)
def show() -> str:
    """The most probable doubtful pairs, or the least probable of the certain ones."""
    tier = MatchTier.CERTAIN if request.args.get("daftar") == "pasti" else MatchTier.DOUBTFUL
    with parts().database.write() as session:
        doubts = matching.shown(session, me(), tier, SHOWN, now=parts().clock())
        waiting = {one: matching.waiting(session, one) for one in MatchTier}
    certain = tier is MatchTier.CERTAIN
    return render_template("matching.html", doubts=doubts, files=FILE, certain=certain, waiting=waiting, Tier=MatchTier)


@blueprint.post("/cocokkan")
@requires(Permission.READ_UNCOVERED)
def decide() -> Response:
    """One word on the pair that stands in the form; the next of the same list follows."""
    listed = "pasti" if request.args.get("daftar") == "pasti" else None
    answer, pair = ANSWERS.get(request.form.get("answer", "")), request.form.get("pair", "")
    if answer is None or not pair.isdecimal() or len(pair) > 9:
        raise InvalidInput(say("Pilih orang yang sama atau orang lain."))

    def effect(session: Session) -> str:
        matching.decide(session, matching.doubt_of(session, int(pair)), answer, request.form.get("reason", ""), me(), now=parts().clock())
        return url_for("matching.show", daftar=listed)

    return once(effect, say("Keputusan disimpan."))
