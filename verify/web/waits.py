"""What waits too long, for whom, and who hears of it next."""

from collections.abc import Mapping

from flask import Blueprint, render_template, url_for

from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.escalation import stuck_in
from verify.web.words import ROLE
from workflows import escalations
from workflows.permissions import Permission, can
from workflows.rules.limits import Waiting
from workflows.saying import say
from workflows.states import LABEL
from workflows.waiting import Pending

blueprint = Blueprint("waiting", __name__)

WAITING: Mapping[str, str] = {
    **{state.value: word for state, word in LABEL.items()},
    Waiting.PAPERS: say("Berkas pemohon lewat batas"),
    Waiting.HOSPITAL_CLOCK: say("Batas 3 x 24 jam rumah sakit lewat, belum ada surat"),
    Waiting.PROMISE_CLOCK: say("Janji waktu surat lewat, belum ada surat"),
    Waiting.REGISTRATION_WAITING: say("Pendaftaran belum dikirim"),
    Waiting.REGISTRATION_BATCHED: say("Berkas kiriman belum dikirim"),
    Waiting.REGISTRATION_SENT: say("Jawaban pendaftaran belum datang"),
    Waiting.REGISTRATION_GRANTED: say("Disetujui Kementerian Sosial, belum terlihat aktif"),
    Waiting.REGISTRATION_REFUSED: say("Pendaftaran ditolak, belum dibetulkan"),
    Waiting.MANUAL_CHECK: say("Pemeriksaan manual"),
    Waiting.CORRECTION: say("Jawaban registri berbeda"),
    Waiting.DTSEN_DUTY: say("Pemutakhiran DTSEN"),
    Waiting.TRANSFER: say("Permintaan pindah rumah sakit"),
    Waiting.LATE_ACCEPTANCE: say("Penerimaan tanpa internet belum diselesaikan"),
    Waiting.COLLECTIVE_PROPOSED: say("Surat pengantar menunggu paraf atau putusan"),
    Waiting.COLLECTIVE_SIGNED: say("Kertas surat pengantar belum jadi"),
    Waiting.COLLECTIVE_PREPARED: say("Surat pengantar menunggu tanda tangan"),
}
"""What waits, in words."""


@blueprint.get("/menunggu")
@requires(Permission.READ_CASES)
def show() -> str:
    """The list, with what came to a role of this person on top."""
    found = stuck_in(parts(), me().region_code)
    shows(wait.pending.case for wait in found)
    with parts().database.read() as session:
        names = escalations.names(session, found)
    mine = [wait for wait in found if me().roles.intersection(wait.heard)]
    others = [wait for wait in found if not me().roles.intersection(wait.heard)]
    told = {"names": names, "key": escalations.key}
    return render_template("waits.html", address=address, mine=mine, others=others, words=WAITING, roles=ROLE, now=parts().clock(), **told)


def address(pending: Pending) -> str | None:
    """The page on which it goes on; None where this person has none."""
    if pending.kind == Waiting.LATE_ACCEPTANCE and can(me(), Permission.CONFIRM_TRANSFER):
        return url_for("acceptances.show")
    if pending.letter is not None:
        return url_for("collective_pages.show", letter_id=pending.letter.id)
    mine = pending.case is not None and pending.case.region_code == me().region_code
    return url_for("case_page.show", ticket=pending.ticket) if mine else None


def told_to_me() -> int:
    """How many waits came to a role of this person, for the work list."""
    with parts().database.read() as session:
        return escalations.told_to(session, me())
