"""Pages that explain: each kind of problem by its name, and how to work with Rekom."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, abort, render_template

from verify.auth import public
from verify.errors import FORM_TOO_OLD, HTTP_SENTENCES, OTHER_SENTENCE, status_of
from workflows.errors import RekomError
from workflows.saying import Sentence, say

blueprint = Blueprint("sheets", __name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem: what happened, and what to do about it."""

    status: int
    sentence: str
    next_step: str


NEXT_STEP = {
    400: say("Muat ulang halaman, isi lagi, lalu kirim."),
    401: say("Masuk dengan nama pengguna dan kata sandi Anda, lalu ulangi langkah terakhir."),
    403: say("Mintalah rekan yang berwenang, atau hubungi admin kantor bila peran Anda keliru."),
    404: say("Periksa nomor atau alamatnya. Mulai lagi dari halaman awal bila perlu."),
    405: say("Buka halaman dari menu, jangan dari alamat yang diketik."),
    409: say("Muat ulang berkas, lihat keadaan terakhirnya, lalu putuskan langkah berikutnya."),
    413: say("Kecilkan kiriman Anda, lalu coba lagi."),
    422: say("Perbaiki isian yang ditandai, lalu kirim lagi. Yang sudah diketik tetap ada."),
    429: say("Tunggu satu menit, lalu coba lagi."),
    500: say("Coba sekali lagi. Bila berulang, sebutkan kode masalah kepada admin kantor."),
    502: say("Lanjutkan pekerjaan lain. Rekom mencoba lagi sendiri, atau catat hasil pemeriksaan manual."),
    503: say("Tunggu sebentar, lalu coba lagi. Pasien gawat darurat tetap dilayani."),
}
"""The next step by status."""

OTHERS = {
    "formulir-kedaluwarsa": (400, FORM_TOO_OLD),
    "basis-data-tidak-menjawab": (503, HTTP_SENTENCES[503]),
    "kesalahan-dalam": (500, OTHER_SENTENCE),
}
"""Problems that have no class of their own in the exception tree."""


@blueprint.get("/masalah/<slug>")
@public
def problem(slug: str) -> str:
    """What a kind of problem means; the ``type`` of an API problem points here."""
    found = problems().get(slug)
    return render_template("problem.html", problem=found, slug=slug) if found else abort(404)


@blueprint.get("/bantuan")
@public
def help_page() -> str:
    """How to work with Rekom, by role."""
    return render_template("help.html")


def problems() -> dict[str, Problem]:
    """Every kind of problem by its slug."""
    found = {f"http-{status}": _problem(status, sentence) for status, sentence in HTTP_SENTENCES.items()}
    found |= {kind.slug: _problem(status_of(kind()), Sentence(kind.sentence)) for kind in _kinds(RekomError) if "slug" in vars(kind)}
    return found | {slug: _problem(status, sentence) for slug, (status, sentence) in OTHERS.items()}


def _problem(status: int, sentence: str) -> Problem:
    return Problem(status, sentence, NEXT_STEP.get(status, NEXT_STEP[400] if status < 500 else NEXT_STEP[500]))


def _kinds(kind: type[RekomError]) -> Iterator[type[RekomError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _kinds(inner)
