"""What anybody's telephone sees who scans a letter: genuine or not, and its status. Nothing of the patient but initials."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from verify import lookups
from verify.auth import parts, public
from verify.counter import gathered
from verify.desk_question import look_up_or_refuse
from workflows import desk
from workflows.desk import DeskAnswer, Verdict
from workflows.masking import initials
from workflows.records.collective import CollectiveLetter
from workflows.rules.letter_terms import NAMES
from workflows.saying import say
from workflows.vocabulary import LetterType

blueprint = Blueprint("public_letter", __name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says for one answer."""

    title: str
    sentence: str
    kind: str
    icon: str


SAID: dict[DeskAnswer, Words] = {
    DeskAnswer.VALID: Words(say("Surat asli dan berlaku"), say("Serahkan surat ini di loket rumah sakit bersama KTP."), "good", "check"),
    DeskAnswer.EXPIRED: Words(say("Surat asli, masa berlaku habis"), say("Minta perpanjangan ke Dinas Sosial."), "bad", "clock"),
    DeskAnswer.REVOKED: Words(say("Surat asli, sudah dicabut"), say("Surat ini tidak boleh dipakai. Hubungi Dinas Sosial."), "bad", "stop"),
    DeskAnswer.ALREADY_USED: Words(
        say("Surat asli, sudah dipakai"),
        say("Rumah sakit sudah menerima surat ini. Bila pasien dirujuk, rumah sakit baru meminta pindah."),
        "warn",
        "warning",
    ),
    DeskAnswer.NOT_FOR_HOSPITAL: Words(
        say("Surat asli, bukan untuk loket rumah sakit"),
        say("Serahkan kepada BPJS Kesehatan. Surat ini bukan jaminan pembayaran."),
        "warn",
        "letter",
    ),
    DeskAnswer.IN_PROGRESS: Words(say("Surat sedang dibuat"), say("Tunggu sebentar, lalu pindai lagi."), "warn", "clock"),
    DeskAnswer.AFTER_BACKUP: Words(
        say("Surat asli, catatannya hilang"),
        say("Simpan surat ini dan tunjukkan di Dinas Sosial supaya dicatat kembali."),
        "warn",
        "letter",
    ),
    DeskAnswer.UNKNOWN: Words(say("Surat tidak ditemukan"), say("Hubungi Dinas Sosial di kota Anda."), "warn", "search"),
    DeskAnswer.FORGED: Words(
        say("Surat palsu atau rusak"), say("Jangan dipakai. Telepon Dinas Sosial, bukan nomor di surat."), "bad", "cross"
    ),
}


@blueprint.get("/s/<token>", defaults={"prefix": "s"})
@blueprint.get("/S/<token>", defaults={"prefix": "S"})
@public
def show(token: str, prefix: str) -> str:
    """The status of the letter behind a QR; the printed address is all in capitals."""
    del prefix
    lookups.admit_stranger()
    verdict = _judge(token)
    if verdict.answer in (DeskAnswer.UNKNOWN, DeskAnswer.FORGED):
        lookups.missed_by_stranger()
    return render_template("public_letter.html", verdict=verdict, said=SAID[verdict.answer], token=token, **_facts(verdict))


def _judge(token: str) -> Verdict:
    asked = gathered({"code": token})
    with parts().database.read() as session:
        return desk.judge_found(session, look_up_or_refuse(session, asked), None, now=parts().clock())


def _facts(verdict: Verdict) -> dict[str, object]:
    if verdict.collective is not None:
        return _facts_of_list(verdict.collective)
    if verdict.case is None or verdict.letter is None:
        here = parts().policy_today(parts().settings.region).office  # never what the paper says: a forger prints his own number
        return {"initials": None, "office": here, "letter_name": None}
    policy = parts().policies.pinned(verdict.case.region_code, verdict.case.policy_valid_from)
    letter, zone = verdict.letter, verdict.case.timezone
    facts = {"initials": initials(verdict.case.name), "office": policy.office, "letter_name": NAMES[letter.type]}
    return facts | {"until": letter.valid_until, "zone": zone}


def _facts_of_list(letter: CollectiveLetter) -> dict[str, object]:
    policy = parts().policies.pinned(letter.region_code, letter.policy_valid_from)
    facts = {
        "initials": say("Daftar {people} warga", people=letter.people),
        "office": policy.office,
        "letter_name": NAMES[LetterType.PENGANTAR_KOLEKTIF],
    }
    return facts | {"until": letter.valid_until, "zone": letter.timezone}
