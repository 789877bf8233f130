"""The paper of a letter E: what the press is told, the page kept when it is made, and the signature on it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from workflows import audit, collective, collective_list, trust
from workflows.actor import Actor
from workflows.authority import Signed, check_covers
from workflows.collective_states import CollectiveStatus
from workflows.errors import InvalidInput, NotAllowed, NotFound, TransitionRefused
from workflows.letters import SealWithdrawn
from workflows.long_date import span
from workflows.masking import grouped, mask_nik
from workflows.nik import PRACTICE_PROVINCE
from workflows.permissions import Permission, check
from workflows.ports import EnclosedRow, Enclosure, LetterFacts, PressedLetter
from workflows.records.collective import CollectiveLetter, CollectiveRow
from workflows.records.registration import RegistrationBatch
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff
from workflows.rules.policy import RegionPolicy, SigningMode
from workflows.saying import say
from workflows.signing import LARGEST_SCAN, LONGEST_SIGNING, NO_SCAN, SCAN_KINDS, SCAN_TOO_LARGE
from workflows.vocabulary import CARE_CLASS

S = CollectiveStatus
SEGMENT = "PEMDA"
NOTE = "NIK ditulis empat angka terakhir. NIK lengkap ada dalam berkas kiriman dengan sidik SHA-256 di halaman pertama."


@dataclass(frozen=True, slots=True)
class CollectiveQuestion:
    """A numbered letter as it was frozen, with its file and who signed it."""

    letter: CollectiveLetter
    rows: tuple[CollectiveRow, ...]
    batch: RegistrationBatch
    signer: Staff
    authority: SigningAuthority


def has_unpressed(session: Session, *, before: datetime) -> bool:
    """Whether a letter numbered before a moment still has no paper."""
    query = select(CollectiveLetter.id).where(CollectiveLetter.status == S.SIGNED, CollectiveLetter.since < before)
    return session.exec(query.limit(1)).first() is not None


def claim_unpressed(session: Session, *, before: datetime, now: datetime) -> list[int]:
    """Ids of letters numbered before a moment that still have no paper, each held for one try."""
    free = or_(col(CollectiveLetter.signing_until).is_(None), col(CollectiveLetter.signing_until) <= now)
    query = select(CollectiveLetter).where(CollectiveLetter.status == S.SIGNED, CollectiveLetter.since < before, free)
    found = session.exec(query.order_by(col(CollectiveLetter.id)).with_for_update(skip_locked=True)).all()
    for letter in found:
        letter.signing_until = now + LONGEST_SIGNING
        session.add(letter)
    return [letter.id for letter in found if letter.id is not None]


def read(session: Session, letter_id: int) -> CollectiveQuestion | None:
    """What the press needs; None where the letter has its paper, or needs none any more."""
    letter = session.get_one(CollectiveLetter, letter_id)
    return question_of(session, letter) if letter.status == S.SIGNED else None


def question_of(session: Session, letter: CollectiveLetter) -> CollectiveQuestion:
    """A numbered letter as it was frozen, whether its paper is to be made or made again."""
    return CollectiveQuestion(
        letter,
        tuple(collective_list.rows_of(session, letter)),
        collective_list.batch_of(session, letter),
        session.get_one(Staff, letter.decided_by),
        session.get_one(SigningAuthority, letter.authority_id),
    )


def facts_of(question: CollectiveQuestion, policy: RegionPolicy) -> LetterFacts:
    """All that stands in the letter."""
    letter, signer, authority = question.letter, question.signer, question.authority
    rule = policy.letter(collective.KIND, _day(letter.proposed_at, letter))
    assert letter.id and letter.number and letter.token_id and letter.decided_at and letter.valid_until and letter.signing_mode
    days = [row.letter_day for row in question.rows]
    words = {"jumlah": str(letter.people), "masa": span(min(days), max(days)), "segmen": "PBPU dan BP Pemerintah Daerah"}
    return LetterFacts(
        letter_id=letter.id,
        letter_type=collective.KIND.value,
        number=letter.number,
        region_code=letter.region_code,
        office=policy.office.name,
        office_lines=(policy.office.government, policy.office.name, policy.office.address, policy.office.phone),
        place=policy.office.place,
        issuer=policy.office.issuer,
        token_id=letter.token_id,
        name=f"Daftar {letter.people} warga",
        nik=None,
        kk=None,
        sex="",
        birth_date=_day(letter.decided_at, letter),
        address=None,
        phone=None,
        hospital_code=None,
        hospital_name=None,
        admitted_at=None,
        care_class=CARE_CLASS,
        segment=SEGMENT,
        subject=rule.subject,
        finding=rule.form.finding.format(**words),
        request=rule.request.format(**words),
        terms=rule.form.terms,
        activation_sentence="",
        addressee=tuple(line.format(rumah_sakit="", kota=policy.office.place) for line in rule.terms.addressee),
        copies=tuple(line.format(rumah_sakit="", kota=policy.office.place) for line in rule.terms.copies),
        legal_basis=rule.law,
        signer_title="\n".join(line for line in (authority.title, authority.position) if line),
        signer_name=signer.name,
        signer_rank=signer.rank,
        signer_nip=signer.nip,
        signer_capacity=authority.capacity.value,
        signed_at=letter.decided_at,
        valid_from=letter.decided_at,
        valid_until=letter.valid_until,
        timezone=letter.timezone,
        signing_mode=letter.signing_mode.value,
        at_hospital=False,
        paper=policy.paper.value if policy.paper else "A4",
        enclosure=_enclosure(question),
    )


def press(session: Session, letter_id: int, pressed: PressedLetter, *, now: datetime) -> None:
    """Store the paper, once. A sealed letter is issued with it; others wait for a signature on it."""
    letter = collective.lock_by_id(session, letter_id)
    if letter.status != S.SIGNED:
        return
    _check_key(session, pressed.key_id)
    letter.token, letter.key_id, letter.signing_until = pressed.token, pressed.key_id, None
    if letter.signing_mode == SigningMode.SEAL:
        _complete(session, letter, pressed.pdf, now=now)
    else:
        letter.draft = pressed.pdf
        collective.move(session, letter, S.PREPARED, now=now)


def draft_to_print(letter: CollectiveLetter, actor: Actor) -> bytes:
    """The paper that waits for its signature."""
    check(actor, Permission.READ_LETTER)
    if letter.draft is None:
        raise NotFound(say("Surat pengantar ini tidak sedang menunggu tanda tangan. Muat ulang halaman."))
    return letter.draft


def waiting(session: Session, region_code: str, mode: SigningMode) -> Sequence[CollectiveLetter]:
    """Letters of an office that wait for this kind of signature, oldest first."""
    query = select(CollectiveLetter).where(CollectiveLetter.status == S.PREPARED, CollectiveLetter.signing_mode == mode)
    return session.exec(query.where(CollectiveLetter.region_code == region_code).order_by(col(CollectiveLetter.id))).all()


def sign_with_ink(session: Session, letter: CollectiveLetter, scan: bytes, actor: Actor, *, now: datetime) -> None:
    """Keep the scan of the signed and stamped paper; only whoever decided the letter may."""
    check(actor, Permission.UPLOAD_SCAN)
    draft = _prepared(letter, SigningMode.WET, actor)
    if not scan.startswith(SCAN_KINDS):
        raise InvalidInput(NO_SCAN)
    if len(scan) > LARGEST_SCAN:
        raise InvalidInput(SCAN_TOO_LARGE)
    letter.scan = scan
    _complete(session, letter, draft, now=now)
    _signed(session, letter, actor, now=now)


def draft_to_sign(session: Session, letter_id: int, actor: Actor, *, now: datetime) -> bytes:
    """The paper its decider is about to sign with BSrE, held for the length of one try; who holds no authority today signs nothing."""
    letter = collective.lock(session, letter_id, actor)
    draft = _prepared(letter, SigningMode.BSRE, actor)
    check_covers(session, Signed(letter.region_code, letter.timezone, collective.KIND), actor, now=now)
    _check_key(session, letter.key_id)
    if letter.signing_until is not None and letter.signing_until > now:
        raise TransitionRefused(say("Surat ini sedang ditandatangani. Tunggu sebentar, lalu muat ulang."))
    letter.signing_until = now + LONGEST_SIGNING
    session.add(letter)
    return draft


def sign_electronically(session: Session, letter_id: int, signed: bytes, signature_id: str, actor: Actor, *, now: datetime) -> None:
    """Keep BSrE's signed paper. It must begin with ours, byte for byte: a signature is added, nothing is changed."""
    letter = collective.lock(session, letter_id, actor)
    draft = _prepared(letter, SigningMode.BSRE, actor)
    if not signed.startswith(draft) or len(signed) == len(draft):
        raise InvalidInput(say("Surat yang kembali dari BSrE bukan surat yang dikirim. Tanda tangani lagi."))
    letter.signature_id, letter.signing_error, letter.signing_until = signature_id, None, None
    _complete(session, letter, signed, now=now)
    _signed(session, letter, actor, now=now)


def note_failure(session: Session, letter_id: int, sentence: str, actor: Actor) -> None:
    """Keep why the letter could not be signed, for whoever looks at it."""
    letter = collective.lock(session, letter_id, actor)
    if letter.status == S.PREPARED:
        letter.signing_error, letter.signing_until = sentence[:300], None
        session.add(letter)


def _complete(session: Session, letter: CollectiveLetter, pdf: bytes, *, now: datetime) -> None:
    _check_key(session, letter.key_id)
    letter.pdf, letter.pdf_sha256, letter.draft = pdf, hashlib.sha256(pdf).hexdigest(), None
    letter.issued_at = now
    collective.move(session, letter, S.ISSUED, now=now)


def _check_key(session: Session, key_id: str | None) -> None:
    if trust.is_withdrawn(session, key_id):
        raise SealWithdrawn


def _signed(session: Session, letter: CollectiveLetter, actor: Actor, *, now: datetime) -> None:
    mode = letter.signing_mode.value if letter.signing_mode else ""
    audit.record(session, collective.subject(letter), "SIGN", actor=actor, now=now, letter=letter.number, mode=mode)


def _prepared(letter: CollectiveLetter, mode: SigningMode, actor: Actor) -> bytes:
    if letter.status != S.PREPARED or letter.signing_mode != mode or letter.draft is None:
        raise TransitionRefused(say("Surat pengantar ini tidak sedang menunggu tanda tangan seperti itu. Muat ulang halaman."))
    if letter.decided_by != actor.id:
        raise NotAllowed(say("Surat pengantar ini diputuskan penanda tangan lain. Hanya ia yang menandatangani."))
    return letter.draft


def _enclosure(question: CollectiveQuestion) -> Enclosure:
    letter, batch = question.letter, question.batch
    about = (
        ("Jumlah warga", f"{letter.people} orang"),
        ("Berkas kiriman", f"Nomor {batch.number}, {batch.people} orang"),
        ("Sidik SHA-256 berkas", grouped(letter.file_sha256)),
        ("Sidik SHA-256 daftar", grouped(letter.list_sha256)),
    )
    rows = tuple(EnclosedRow(row.name, mask_nik(row.nik), row.letter_number, row.letter_day) for row in question.rows)
    return Enclosure(about, rows, NOTE, all(row.nik.startswith(PRACTICE_PROVINCE) for row in question.rows))


def _day(moment: datetime, letter: CollectiveLetter) -> date:
    return moment.astimezone(ZoneInfo(letter.timezone)).date()
