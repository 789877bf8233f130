"""What this person can do with a case now: the one big button, and the smaller ones."""

from dataclasses import dataclass

from flask import url_for

from verify.web.words import CHECK, ROLE, SLUG
from workflows import late_nik, letter_types
from workflows.actor import Actor
from workflows.intake import AMENDABLE_STATES
from workflows.permissions import Permission, can
from workflows.queries import CaseView
from workflows.saying import say
from workflows.states import FINAL, OWNER, PARAF, TRANSITIONS, Action, Role, State
from workflows.vocabulary import CHOSEN, SEATED, LetterType
from workflows.without_nik import NIK_MAY_COME


@dataclass(frozen=True, slots=True)
class Step:
    """A button, or only a sentence where it is somebody else's turn."""

    sentence: str
    button: str | None = None
    address: str | None = None


PARAF_BUTTON = (Permission.PARAF, say("Baca dan beri paraf"), "paraf.show", say("Berkas ini menunggu paraf Anda."))

BUTTONS: dict[State, tuple[Permission, str, str, str]] = {
    State.ASSESSMENT: (Permission.ASSESS, say("Nilai berkas ini"), "assessing.show", say("Berkas ini menunggu penilaian Anda.")),
    State.VALIDATION: (
        Permission.VALIDATE,
        say("Periksa penilaian"),
        "assessing.show_validation",
        say("Penilaian ini menunggu pengesahan Anda."),
    ),
    State.PARAF_KASI: PARAF_BUTTON,
    State.PARAF_KABID: PARAF_BUTTON,
    State.PARAF_SEKRETARIS: PARAF_BUTTON,
    State.SIGNING: (Permission.DECIDE, say("Tandatangani"), "signatures.show", say("Surat sudah siap dan menunggu tanda tangan Anda.")),
    State.DECISION: (Permission.DECIDE, say("Putuskan berkas ini"), "deciding.show", say("Berkas ini menunggu keputusan Anda.")),
    State.OBJECTION: (Permission.DECIDE, say("Jawab keberatan"), "refusal.show_answer", say("Keberatan ini menunggu jawaban Anda.")),
    State.WAITLISTED: (Permission.DECIDE, say("Putuskan lagi"), "deciding.show", say("Berkas ini di daftar tunggu sampai ada kursi.")),
}

CLOSED: dict[State, str] = {
    State.CLOSED: say("Selesai: pasien dilayani dan kepesertaannya tuntas."),
    State.UNREGISTERED: say("Ditutup: BPJS tidak mengaktifkan peserta ini. Sampaikan jalan lain kepada keluarga."),
    State.EXPIRED: say("Masa berlaku surat habis. Bila masih perlu, buka berkas baru untuk orang ini."),
    State.REMOVED: say("Surat pencabutan terbit dan kursinya bebas. Kirim suratnya ke BPJS Kesehatan."),
    State.REVOKED: say("Surat sudah dicabut. Bila masih perlu, buka berkas baru untuk orang ini."),
    State.REJECTED: say("Permohonan ditolak. Sampaikan alasan dan jalan lain kepada pemohon."),
    State.WITHDRAWN: say("Berkas dibatalkan. Bila masih perlu, buka berkas baru untuk orang ini."),
    State.UPHELD: say("Keberatan ditolak. Sampaikan alasannya kepada pemohon."),
    State.OVERTURNED: say("Keberatan dikabulkan. Berkas lanjutan sudah dibuka."),
    State.DIED: say("Pasien telah wafat dan berkas ditutup. Keluarga tidak perlu mengurus apa pun lagi di sini."),
}

TAKEN_OFF = say("Selesai. Kepesertaan daerah orang ini sudah dicabut.")

WORKING: dict[State, str] = {
    State.RECEIVED: say("Rekom sedang memeriksa data. Anda tidak perlu menunggu di halaman ini."),
    State.CHECKED: say("Rekom sedang menghitung temuan. Biasanya selesai dalam beberapa detik."),
    State.APPROVED: say("Surat sudah ditandatangani dan Rekom sedang membuatnya. Biasanya selesai dalam beberapa detik."),
}

AGREE = say("Berkas ini dapat memerlukan persetujuan Anda sebagai kuorum. Baca temuannya, lalu setujui.")
TO_THE_DESK = say("Surat terbit. Serahkan surat, atau kirim ke loket rumah sakit.")
HAND_OVER: dict[LetterType, str] = {
    LetterType.KET_REAKTIVASI_PBI_JK: say(
        "Surat terbit. Serahkan kepada keluarga, lalu masukkan usulannya ke SIKS-NG dan catat jawabannya."
    ),
}
"""Where a new letter goes, by its type; all others go to a desk."""
AFTER_LETTER: dict[State, str] = {
    State.ACCEPTED: say("Rumah sakit sudah menerima pasien. Pendaftaran ke BPJS berjalan."),
    State.REGISTERING: say("Pendaftaran ke BPJS sedang berjalan."),
    State.ACTIVE: say("Peserta sudah aktif. Rumah sakit tinggal mencatat nomor SEP."),
}


def next_step(view: CaseView, actor: Actor, *, agrees: bool = False) -> Step:
    """The one thing to do next; ``agrees`` says that a quorum may ask for this person's word."""
    state = view.case.state
    if state == State.REJECTED:
        return Step(CLOSED[state], say("Alasan dan lembar untuk keluarga"), _to(view, "refusal.show"))
    if state == State.OVERTURNED and view.refusal and view.refusal.new_ticket:
        return Step(CLOSED[state], say("Buka berkas lanjutan"), url_for("case_page.show", ticket=view.refusal.new_ticket))
    if state in FINAL:
        return Step(TAKEN_OFF if _taken_off(view) else CLOSED[state])
    step = _in_turn(view, actor)
    if agrees and not step.button:
        return Step(AGREE, say("Ke bagian kuorum"), f"{_to(view, 'case_page.show')}#kuorum")
    return step if step.button else _by_name(view, actor) or step


def _in_turn(view: CaseView, actor: Actor) -> Step:
    """What the state asks of this person."""
    state = view.case.state
    if state in WORKING:
        return Step(WORKING[state])
    if state in AFTER_LETTER:
        return _follow(view, actor)
    if state == State.LETTER_ISSUED and view.nik_came_late:
        return _replace_for_nik(view, actor)
    if state == State.LETTER_ISSUED:
        return Step(HAND_OVER.get(view.case.letter_type, TO_THE_DESK), say("Cetak surat"), f"{_to(view, 'case_page.show')}#surat")
    return _button(view, actor)


def _replace_for_nik(view: CaseView, actor: Actor) -> Step:
    """The paper lacks the NIK that is known by now."""
    if can(actor, Permission.REVOKE_LETTER):
        return Step(late_nik.REASON, say("Ganti surat"), _to(view, "closing.show_replacement"))
    return Step(say("{reason} Mintalah Kepala Dinas mengganti surat ini.", reason=late_nik.REASON))


def other_steps(view: CaseView, actor: Actor) -> list[Step]:
    """What else may be done, less often."""
    state = view.case.state
    steps = []
    if can(actor, Permission.AMEND_CASE) and state in AMENDABLE_STATES:
        steps.append(Step("", say("Lengkapi data"), _to(view, "amending.show")))
    if can(actor, Permission.AMEND_CASE) and view.case.lane and state in NIK_MAY_COME:
        steps.append(Step("", say("Tambahkan NIK"), _to(view, "identifying.show")))
    if can(actor, Permission.CHOOSE_LETTER) and state in letter_types.OPEN and view.case.letter_type in CHOSEN:
        steps.append(Step("", say("Ubah jenis surat"), _to(view, "letter_type.show")))
    if can(actor, Permission.OPEN_CASE) and state not in FINAL:
        steps.append(Step("", say("Tanda terima"), _to(view, "case_page.receipt")))
    if can(actor, Permission.REGISTER) and state == State.LETTER_ISSUED:
        steps.append(Step("", say("Pendaftaran ke BPJS"), _to(view, "registration.show_one")))
    if can(actor, Permission.WITHDRAW) and _can_be(Action.WITHDRAW, state):
        steps.append(Step("", say("Batalkan berkas"), _to(view, "closing.show_withdrawal")))
    if can(actor, Permission.OBJECT) and _can_be(Action.RETRACT, state):
        steps.append(Step("", say("Cabut keberatan"), _to(view, "refusal.show_retraction")))
    if can(actor, Permission.OBJECT) and _can_be(Action.OBJECT, state) and not (view.refusal and view.refusal.objection):
        steps.append(Step("", say("Catat keberatan"), _to(view, "refusal.show_objection")))
    if can(actor, Permission.RECORD_DEATH) and _can_be(Action.RECORD_DEATH, state):
        steps.append(Step("", say("Pasien wafat"), _to(view, "refusal.show_death")))
    return [*steps, *_letter_steps(view, actor)]


def _taken_off(view: CaseView) -> bool:
    """Whether a removal letter has since taken the member of this case off the region's list."""
    return view.case.state == State.CLOSED and any(event.action == "SEAT_FREE" and event.actor_id is None for event in view.timeline)


def _letter_steps(view: CaseView, actor: Actor) -> list[Step]:
    """What may be done to a letter that was given."""
    state = view.case.state
    steps = []
    if can(actor, Permission.REVOKE_LETTER) and _can_be(Action.REPLACE, state):
        steps.append(Step("", say("Ganti surat"), _to(view, "closing.show_replacement")))
    if can(actor, Permission.START_REMOVAL) and state == State.CLOSED and view.case.letter_type in SEATED and not _taken_off(view):
        steps.append(Step("", say("Cabut kepesertaan"), _to(view, "closing.show_removal")))
    if can(actor, Permission.REVOKE_LETTER) and _can_be(Action.REVOKE, state):
        steps.append(Step("", say("Cabut surat"), _to(view, "closing.show_revocation")))
    return steps


def _by_name(view: CaseView, actor: Actor) -> Step | None:
    """A check that a registry left to this very person."""
    mine = next((owned.check for owned in view.manual if owned.check.owner_id == actor.id), None)
    if mine is None:
        return None
    address = url_for("checking.show", ticket=view.case.ticket, slug=SLUG[mine.kind])
    return Step(
        say("Registri tidak menjawab. {check} menunggu pemeriksaan manual Anda.", check=CHECK[mine.kind]),
        say("Catat hasil manual"),
        address,
    )


def _follow(view: CaseView, actor: Actor) -> Step:
    state = view.case.state
    sentence = HAND_OVER.get(view.case.letter_type, AFTER_LETTER[state]) if state == State.REGISTERING else AFTER_LETTER[state]
    if not can(actor, Permission.REGISTER):
        who = OWNER[state]
        return Step(sentence if who is Role.HOSPITAL else say("{sentence} Giliran {role}.", sentence=sentence, role=ROLE[who].lower()))
    return Step(sentence, say("Lihat pendaftaran ke BPJS"), _to(view, "registration.show_one"))


def _button(view: CaseView, actor: Actor) -> Step:
    state = view.case.state
    permission, button, endpoint, sentence = BUTTONS[state]
    if not can(actor, permission) or (state in PARAF and OWNER[state] not in actor.roles):
        return Step(say("Giliran {role}. Anda tidak perlu melakukan apa-apa.", role=ROLE[OWNER[state]].lower()))
    if earlier := _earlier_hand(view, actor):
        return Step(say("{earlier} {colleague} harus melanjutkan.", earlier=earlier, colleague=_colleague(OWNER[state])))
    return Step(sentence, button, _to(view, endpoint))


def _earlier_hand(view: CaseView, actor: Actor) -> str | None:
    """Why four eyes keep this person from the step."""
    if actor.id not in view.kept_from:
        return None
    state = view.case.state
    if state == State.VALIDATION and view.assessment and view.assessment.assessed_by == actor.id:
        return say("Anda yang menilai berkas ini.")
    if state in (State.ASSESSMENT, State.VALIDATION):
        return say("Anda yang membuka berkas ini.")
    if state == State.OBJECTION:
        return say("Anda sudah menangani berkas ini.")
    if any(step.given_by == actor.id for step in view.chain):
        return say("Anda sudah memberi paraf pada berkas ini.")
    return say("Anda sudah menangani langkah sebelumnya.")


def _colleague(role: Role) -> str:
    return say("Penanda tangan lain") if role == Role.KADIS else say("{role} lain", role=ROLE[role])


def _can_be(action: Action, state: State) -> bool:
    return any(row.source == state and row.action == action for row in TRANSITIONS)


def _to(view: CaseView, endpoint: str) -> str:
    return url_for(endpoint, ticket=view.case.ticket)
