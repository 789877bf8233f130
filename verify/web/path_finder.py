"""The path finder's page: a few questions at the counter, one way as the answer. The NIK is only ever in the form sent."""

from typing import Any

from flask import Blueprint, render_template, request

from schemas.forms import plain
from schemas.path import PathQuestionSchema, answered
from verify.auth import me, parts, requires
from verify.counter import find_path
from verify.web import choices
from verify.web.form import Form, blank, tried
from verify.web.words import RESULT, SEGMENT
from workflows.permissions import Permission
from workflows.rules.letter_terms import NAMES as LETTERS
from workflows.rules.path_facts import Cause, Lane
from workflows.saying import say
from workflows.states import Job

blueprint = Blueprint("path_finder", __name__)

SCHEMA = PathQuestionSchema()

LANES = [
    (Lane.NEWBORN.value, say("Bayi baru lahir")),
    (Lane.UNIDENTIFIED.value, say("Tidak sadar atau belum dikenal")),
    (Lane.HOMELESS.value, say("Orang terlantar")),
    (Lane.FOREIGNER.value, say("Warga negara asing")),
]
CAUSES = [
    (Cause.ILLNESS.value, say("Sakit, melahirkan, atau belum dirawat")),
    (Cause.TRAFFIC_ACCIDENT.value, say("Kecelakaan lalu lintas")),
    (Cause.WORK_ACCIDENT.value, say("Kecelakaan kerja")),
]
YES_NO = [("true", say("Sanggup")), ("false", say("Tidak sanggup"))]
ABOUT = {
    "identity": say("Data kependudukan"),
    "membership": say("Kepesertaan BPJS Kesehatan"),
    "poverty": say("Data sosial ekonomi (DTSEN)"),
}
SAID = {"identity": RESULT[Job.IDENTITY], "membership": RESULT[Job.MEMBERSHIP], "poverty": RESULT[Job.POVERTY]}
NAMES = {
    "lane": say("Mengapa belum ada NIK"),
    "cause": say("Sebab perawatan"),
    "able_to_pay": say("Membayar iuran sendiri setiap bulan"),
    "identity": say("KTP dan KK asli"),
    "membership": say("Kepesertaan JKN"),
    "reactivations": say("Pernah diaktifkan kembali"),
    "cover_from": say("Aktif sejak"),
    "cover_until": say("Aktif sampai"),
    "poverty": say("Data di DTSEN"),
    "on": say("Hari yang ditanyakan"),
}
"""What the fields of this page are called, on the label and in the list of errors."""


@blueprint.get("/jalur")
@requires(Permission.OPEN_CASE)
def show() -> str:
    """The questions."""
    return page(blank())


@blueprint.post("/jalur")
@requires(Permission.OPEN_CASE)
def find() -> str | tuple[str, int]:
    """The way, above the same questions: an answer may raise another one."""
    return tried(_find, page)


def page(form: Form, answer: dict[str, Any] | None = None) -> str:
    """The form, with the way where there is one."""
    policy = parts().policy_today(me().region_code)
    return render_template(
        "path.html",
        form=form,
        answer=answer,
        policy=policy,
        names=NAMES,
        lanes=LANES,
        causes=CAUSES,
        yes_no=YES_NO,
        memberships=list(RESULT[Job.MEMBERSHIP].items()),
        segments=list(SEGMENT.items()),
        desils=choices.DESILS,
        urgencies=choices.URGENCIES,
        regions=choices.regions(),
        letters=LETTERS,
        about=ABOUT,
        said=SAID,
        **choices.papers(policy.papers.value),
    )


def _find() -> str:
    zone = parts().policy_today(me().region_code).timezone
    typed = plain(request.form, zone=zone, many=("documents",), numbers=("desil", "reactivations"))
    return page(Form(request.form), answered(find_path(*SCHEMA.load(typed))))
