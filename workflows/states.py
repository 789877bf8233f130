"""The whole process on one screen: who may move a case from where to where, and which jobs that starts.

Read a row as "in SOURCE, BY may ACTION, then it is TARGET and THEN runs". Rows by SYSTEM fire by
themselves as soon as their guard holds (``workflows.advance.settle``). ``docs/process.md`` is generated
from this table.
"""

from dataclasses import dataclass
from enum import StrEnum

from workflows.saying import sayings


class State(StrEnum):
    """Where a case stands. Every state has an owner in ``OWNER`` and words for people in ``LABEL``."""

    RECEIVED = "RECEIVED"
    CHECKED = "CHECKED"
    ASSESSMENT = "ASSESSMENT"
    VALIDATION = "VALIDATION"
    PARAF_KASI = "PARAF_KASI"
    PARAF_KABID = "PARAF_KABID"
    PARAF_SEKRETARIS = "PARAF_SEKRETARIS"
    DECISION = "DECISION"
    WAITLISTED = "WAITLISTED"
    APPROVED = "APPROVED"
    SIGNING = "SIGNING"
    LETTER_ISSUED = "LETTER_ISSUED"
    ACCEPTED = "ACCEPTED"
    REGISTERING = "REGISTERING"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
    UNREGISTERED = "UNREGISTERED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    REMOVED = "REMOVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    OBJECTION = "OBJECTION"
    UPHELD = "UPHELD"
    OVERTURNED = "OVERTURNED"
    DIED = "DIED"


class Action(StrEnum):
    """What happens to a case, as a verb."""

    FINISH_CHECKS = "FINISH_CHECKS"
    WEIGH = "WEIGH"
    ASSESS = "ASSESS"
    VALIDATE = "VALIDATE"
    SEND_BACK = "SEND_BACK"
    ASK_KASI = "ASK_KASI"
    ASK_KABID = "ASK_KABID"
    ASK_SEKRETARIS = "ASK_SEKRETARIS"
    PARAF = "PARAF"
    APPROVE = "APPROVE"
    WAIT = "WAIT"
    REJECT = "REJECT"
    PREPARE = "PREPARE"
    ISSUE = "ISSUE"
    SIGN = "SIGN"
    ACCEPT = "ACCEPT"
    ADMIT_LATE = "ADMIT_LATE"
    EXPIRE = "EXPIRE"
    AWAIT = "AWAIT"
    FORWARD = "FORWARD"
    ACTIVATE = "ACTIVATE"
    RECORD_SEP = "RECORD_SEP"
    FINISH = "FINISH"
    GIVE_UP = "GIVE_UP"
    REVOKE = "REVOKE"
    REPLACE = "REPLACE"
    REMOVE = "REMOVE"
    WITHDRAW = "WITHDRAW"
    OBJECT = "OBJECT"
    UPHOLD = "UPHOLD"
    OVERTURN = "OVERTURN"
    RETRACT = "RETRACT"
    RECORD_DEATH = "RECORD_DEATH"


class Role(StrEnum):
    """Who acts. SYSTEM is the process itself and can never be given to a person."""

    LOKET = "LOKET"
    CASEWORKER = "CASEWORKER"
    VALIDATOR = "VALIDATOR"
    KASI = "KASI"
    KABID = "KABID"
    SEKRETARIS = "SEKRETARIS"
    KADIS = "KADIS"
    HOSPITAL = "HOSPITAL"
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"


class Job(StrEnum):
    """A step that runs in the background; each has a module in ``workflows.steps``."""

    IDENTITY = "IDENTITY"
    MEMBERSHIP = "MEMBERSHIP"
    POVERTY = "POVERTY"
    DUPLICATES = "DUPLICATES"
    FINDINGS = "FINDINGS"
    LETTER = "LETTER"
    WEBHOOK = "WEBHOOK"


class Guard(StrEnum):
    """A condition on the case that must hold; each has a function of the same name in ``workflows.guards``."""

    CHECKS_IN = "CHECKS_IN"
    FINDINGS_IN = "FINDINGS_IN"
    FINDINGS_CURRENT = "FINDINGS_CURRENT"
    KASI_NEXT = "KASI_NEXT"
    KABID_NEXT = "KABID_NEXT"
    SEKRETARIS_NEXT = "SEKRETARIS_NEXT"
    LETTER_PREPARED = "LETTER_PREPARED"
    LETTER_PRESSED = "LETTER_PRESSED"
    FOR_THE_MINISTRY = "FOR_THE_MINISTRY"
    NOTHING_TO_REGISTER = "NOTHING_TO_REGISTER"
    MEMBER_ACTIVE = "MEMBER_ACTIVE"
    SEP_KNOWN = "SEP_KNOWN"
    REMOVAL_ISSUED = "REMOVAL_ISSUED"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table."""

    source: State
    action: Action
    target: State
    by: Role
    then: tuple[Job, ...] = ()
    when: Guard | None = None


CHECKS = (Job.IDENTITY, Job.MEMBERSHIP, Job.POVERTY, Job.DUPLICATES)
"""The registry checks: independent of each other, gathered side by side when a case is opened."""

S, A, R, J, G = State, Action, Role, Job, Guard

# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.RECEIVED,         A.FINISH_CHECKS,  S.CHECKED,          R.SYSTEM,     then=(J.FINDINGS,),  when=G.CHECKS_IN),
    Transition(S.CHECKED,          A.WEIGH,          S.ASSESSMENT,       R.SYSTEM,     when=G.FINDINGS_IN),
    Transition(S.ASSESSMENT,       A.ASSESS,         S.VALIDATION,       R.CASEWORKER, then=(J.FINDINGS,)),
    Transition(S.VALIDATION,       A.VALIDATE,       S.DECISION,         R.VALIDATOR,  when=G.FINDINGS_CURRENT),
    Transition(S.VALIDATION,       A.SEND_BACK,      S.ASSESSMENT,       R.VALIDATOR),
    Transition(S.DECISION,         A.ASK_KASI,       S.PARAF_KASI,       R.SYSTEM,     when=G.KASI_NEXT),
    Transition(S.DECISION,         A.ASK_KABID,      S.PARAF_KABID,      R.SYSTEM,     when=G.KABID_NEXT),
    Transition(S.DECISION,         A.ASK_SEKRETARIS, S.PARAF_SEKRETARIS, R.SYSTEM,     when=G.SEKRETARIS_NEXT),
    Transition(S.PARAF_KABID,      A.ASK_KASI,       S.PARAF_KASI,       R.SYSTEM,     when=G.KASI_NEXT),
    Transition(S.PARAF_SEKRETARIS, A.ASK_KASI,       S.PARAF_KASI,       R.SYSTEM,     when=G.KASI_NEXT),
    Transition(S.PARAF_SEKRETARIS, A.ASK_KABID,      S.PARAF_KABID,      R.SYSTEM,     when=G.KABID_NEXT),
    Transition(S.PARAF_KASI,       A.PARAF,          S.DECISION,         R.KASI,       when=G.FINDINGS_CURRENT),
    Transition(S.PARAF_KASI,       A.SEND_BACK,      S.ASSESSMENT,       R.KASI),
    Transition(S.PARAF_KABID,      A.PARAF,          S.DECISION,         R.KABID,      when=G.FINDINGS_CURRENT),
    Transition(S.PARAF_KABID,      A.SEND_BACK,      S.ASSESSMENT,       R.KABID),
    Transition(S.PARAF_SEKRETARIS, A.PARAF,          S.DECISION,         R.SEKRETARIS, when=G.FINDINGS_CURRENT),
    Transition(S.PARAF_SEKRETARIS, A.SEND_BACK,      S.ASSESSMENT,       R.SEKRETARIS),
    Transition(S.DECISION,         A.SEND_BACK,      S.ASSESSMENT,       R.KADIS),
    Transition(S.DECISION,         A.APPROVE,        S.APPROVED,         R.KADIS,      then=(J.LETTER,),    when=G.FINDINGS_CURRENT),
    Transition(S.DECISION,         A.REJECT,         S.REJECTED,         R.KADIS),
    Transition(S.DECISION,         A.WAIT,           S.WAITLISTED,       R.KADIS,      when=G.FINDINGS_CURRENT),
    Transition(S.WAITLISTED,       A.APPROVE,        S.APPROVED,         R.KADIS,      then=(J.LETTER,),    when=G.FINDINGS_CURRENT),
    Transition(S.WAITLISTED,       A.REJECT,         S.REJECTED,         R.KADIS),
    Transition(S.WAITLISTED,       A.SEND_BACK,      S.ASSESSMENT,       R.KADIS),
    Transition(S.APPROVED,         A.ISSUE,          S.LETTER_ISSUED,    R.SYSTEM,     when=G.LETTER_PRESSED),
    Transition(S.APPROVED,         A.PREPARE,        S.SIGNING,          R.SYSTEM,     when=G.LETTER_PREPARED),
    Transition(S.SIGNING,          A.SIGN,           S.LETTER_ISSUED,    R.KADIS,      when=G.LETTER_PRESSED),
    Transition(S.SIGNING,          A.REVOKE,         S.REVOKED,          R.KADIS),
    Transition(S.LETTER_ISSUED,    A.ACCEPT,         S.ACCEPTED,         R.HOSPITAL),
    Transition(S.LETTER_ISSUED,    A.EXPIRE,         S.EXPIRED,          R.SYSTEM),
    Transition(S.EXPIRED,          A.ADMIT_LATE,     S.ACCEPTED,         R.CASEWORKER),
    Transition(S.LETTER_ISSUED,    A.REVOKE,         S.REVOKED,          R.KADIS),
    Transition(S.LETTER_ISSUED,    A.FORWARD,        S.REGISTERING,      R.SYSTEM,     when=G.FOR_THE_MINISTRY),
    Transition(S.LETTER_ISSUED,    A.AWAIT,          S.REGISTERING,      R.SYSTEM),
    Transition(S.ACCEPTED,         A.ACTIVATE,       S.ACTIVE,           R.SYSTEM,     when=G.MEMBER_ACTIVE),
    Transition(S.ACCEPTED,         A.FINISH,         S.CLOSED,           R.SYSTEM,     when=G.NOTHING_TO_REGISTER),
    Transition(S.ACCEPTED,         A.GIVE_UP,        S.UNREGISTERED,     R.LOKET),
    Transition(S.REGISTERING,      A.FINISH,         S.CLOSED,           R.SYSTEM,     when=G.MEMBER_ACTIVE),
    Transition(S.REGISTERING,      A.GIVE_UP,        S.UNREGISTERED,     R.LOKET),
    Transition(S.REGISTERING,      A.REVOKE,         S.REVOKED,          R.KADIS),
    Transition(S.ACTIVE,           A.FINISH,         S.CLOSED,           R.SYSTEM,     when=G.SEP_KNOWN),
    Transition(S.ACTIVE,           A.RECORD_SEP,     S.CLOSED,           R.HOSPITAL),
    Transition(S.ACTIVE,           A.GIVE_UP,        S.CLOSED,           R.LOKET),
    Transition(S.LETTER_ISSUED,    A.REPLACE,        S.APPROVED,         R.KADIS,      then=(J.LETTER,)),
    Transition(S.REGISTERING,      A.REPLACE,        S.APPROVED,         R.KADIS,      then=(J.LETTER,)),
    Transition(S.LETTER_ISSUED,    A.REMOVE,         S.REMOVED,          R.SYSTEM,     when=G.REMOVAL_ISSUED),
    Transition(S.RECEIVED,         A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.CHECKED,          A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.ASSESSMENT,       A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.VALIDATION,       A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.PARAF_KASI,       A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.PARAF_KABID,      A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.PARAF_SEKRETARIS, A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.DECISION,         A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.WAITLISTED,       A.WITHDRAW,       S.WITHDRAWN,        R.LOKET),
    Transition(S.REJECTED,         A.OBJECT,         S.OBJECTION,        R.LOKET),
    Transition(S.OBJECTION,        A.UPHOLD,         S.UPHELD,           R.KADIS),
    Transition(S.OBJECTION,        A.OVERTURN,       S.OVERTURNED,       R.KADIS),
    Transition(S.OBJECTION,        A.RETRACT,        S.REJECTED,         R.LOKET),
    Transition(S.RECEIVED,         A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.CHECKED,          A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.ASSESSMENT,       A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.VALIDATION,       A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.PARAF_KASI,       A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.PARAF_KABID,      A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.PARAF_SEKRETARIS, A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.DECISION,         A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.WAITLISTED,       A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.APPROVED,         A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.SIGNING,          A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.LETTER_ISSUED,    A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.ACCEPTED,         A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.REGISTERING,      A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.ACTIVE,           A.RECORD_DEATH,   S.DIED,             R.LOKET),
    Transition(S.OBJECTION,        A.RECORD_DEATH,   S.DIED,             R.LOKET),
)
# fmt: on

INITIAL = State.RECEIVED
POSTS = (R.KASI, R.KABID, R.SEKRETARIS)
"""Who may be asked for a paraf before the head decides, from the lowest post up."""
PARAF = frozenset({S.PARAF_KASI, S.PARAF_KABID, S.PARAF_SEKRETARIS})
ASSESSED = PARAF | {S.VALIDATION, S.DECISION}
"""States in which what was assessed waits for somebody's word: the person's data stay as they were assessed."""
ON_OPENING = CHECKS
"""Jobs that start when a case comes into being."""
ON_NEWS = (Job.WEBHOOK,)
"""Jobs that start when something happened that a hospital's system wants to know; they never hold up the case."""

FINAL = frozenset({S.CLOSED, S.UNREGISTERED, S.EXPIRED, S.REVOKED, S.REMOVED, S.REJECTED, S.WITHDRAWN, S.UPHELD, S.OVERTURNED, S.DIED})
"""States in which a case is closed: the same person may apply again. A refusal opens again by an objection in time; one that
is overturned goes on as a new case. A letter that ran out opens again where a desk without network had accepted it in time."""

LETTER_OUT = frozenset({S.LETTER_ISSUED, S.ACCEPTED, S.REGISTERING, S.ACTIVE})
"""States of an open case whose letter the office has given."""

OWNER: dict[State, Role] = {
    S.RECEIVED: R.SYSTEM,
    S.CHECKED: R.SYSTEM,
    S.ASSESSMENT: R.CASEWORKER,
    S.VALIDATION: R.VALIDATOR,
    S.PARAF_KASI: R.KASI,
    S.PARAF_KABID: R.KABID,
    S.PARAF_SEKRETARIS: R.SEKRETARIS,
    S.DECISION: R.KADIS,
    S.WAITLISTED: R.KADIS,
    S.APPROVED: R.SYSTEM,
    S.SIGNING: R.KADIS,
    S.LETTER_ISSUED: R.HOSPITAL,
    S.ACCEPTED: R.LOKET,
    S.REGISTERING: R.LOKET,
    S.ACTIVE: R.HOSPITAL,
    S.CLOSED: R.LOKET,
    S.UNREGISTERED: R.LOKET,
    S.EXPIRED: R.LOKET,
    S.REVOKED: R.KADIS,
    S.REMOVED: R.LOKET,
    S.REJECTED: R.LOKET,
    S.WITHDRAWN: R.LOKET,
    S.OBJECTION: R.KADIS,
    S.UPHELD: R.LOKET,
    S.OVERTURNED: R.LOKET,
    S.DIED: R.LOKET,
}
"""Whose turn it is, or who answers questions about a closed case."""

LABEL: dict[State, str] = {
    S.RECEIVED: "Baru",
    S.CHECKED: "Sedang ditimbang",
    S.ASSESSMENT: "Sedang dinilai",
    S.VALIDATION: "Menunggu validasi",
    S.PARAF_KASI: "Menunggu paraf Kasi",
    S.PARAF_KABID: "Menunggu paraf Kabid",
    S.PARAF_SEKRETARIS: "Menunggu paraf Sekretaris",
    S.DECISION: "Menunggu persetujuan",
    S.WAITLISTED: "Daftar tunggu",
    S.APPROVED: "Disetujui",
    S.SIGNING: "Menunggu tanda tangan",
    S.LETTER_ISSUED: "Surat terbit",
    S.ACCEPTED: "Diterima RS",
    S.REGISTERING: "Menunggu BPJS",
    S.ACTIVE: "Peserta aktif",
    S.CLOSED: "Selesai",
    S.UNREGISTERED: "Tidak terdaftar",
    S.EXPIRED: "Kedaluwarsa",
    S.REVOKED: "Dicabut",
    S.REMOVED: "Peserta dicabut",
    S.REJECTED: "Ditolak",
    S.WITHDRAWN: "Dibatalkan",
    S.OBJECTION: "Keberatan diperiksa",
    S.UPHELD: "Keberatan ditolak",
    S.OVERTURNED: "Keberatan dikabulkan",
    S.DIED: "Pasien wafat",
}
"""The words on screen, once for all."""
LABEL = sayings(LABEL)
