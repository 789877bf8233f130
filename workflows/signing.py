"""Signatures on prepared letters: BSrE's, or ink with the scan. A paper is never changed after it is signed."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from workflows import advance, facts, letters
from workflows.actor import Actor
from workflows.authority import authority_of
from workflows.errors import InvalidInput, NotAllowed, NotFound, TransitionRefused
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.rules.policy import SigningMode
from workflows.saying import say
from workflows.states import Action

LARGEST_SCAN = 5 * 1024 * 1024
"""Bytes of an uploaded scan."""

LONGEST_SIGNING = timedelta(minutes=5)
"""For how long a letter is held for one try at BSrE, which answers within two and a half minutes or not at all."""

SCAN_KINDS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""A scan is a PDF, a JPEG or a PNG, judged by its first bytes."""

NO_SCAN = say("Pindaian harus berupa PDF, JPEG, atau PNG. Pindai lagi, lalu unggah.")
SCAN_TOO_LARGE = say("Pindaian paling besar 5 MB. Pindai dengan resolusi lebih rendah.")


def waiting(session: Session, region_code: str, mode: SigningMode) -> tuple[tuple[Letter, Case], ...]:
    """Prepared letters of a region that wait for this kind of signature, oldest first."""
    query = select(Letter, Case).join(Case, col(Case.id) == Letter.case_id)
    wanted = query.where(Letter.state == LetterState.PREPARED, Letter.signing_mode == mode, Case.region_code == region_code)
    return tuple((letter, case) for letter, case in session.exec(wanted.order_by(col(Letter.id))))


def draft_to_sign(session: Session, ticket: str, actor: Actor, *, now: datetime) -> bytes:
    """The paper a signer is about to sign; only whoever decided the case may."""
    case = advance.lock(session, ticket, actor)
    letter = _prepared(session, case, SigningMode.BSRE)
    _check_signer(session, case, letter, actor, now=now)
    if letter.signing_until is not None and letter.signing_until > now:
        raise TransitionRefused(say("Surat ini sedang ditandatangani. Tunggu sebentar, lalu muat ulang."))
    # Held before BSrE is asked: a second click must not send the passphrase twice.
    letter.signing_until = now + LONGEST_SIGNING
    session.add(letter)
    assert letter.draft is not None
    return letter.draft


def draft_to_print(session: Session, ticket: str, actor: Actor) -> bytes:
    """The paper that waits for its signature, for whoever may read the case's letter."""
    check(actor, Permission.READ_LETTER)
    letter = letters.newest_letter(session, advance.lock(session, ticket, actor))
    if letter is None or letter.draft is None:
        raise NotFound(say("Tidak ada surat yang menunggu tanda tangan untuk berkas ini."))
    return letter.draft


def sign_electronically(session: Session, ticket: str, signed: bytes, signature_id: str, actor: Actor, *, now: datetime) -> Letter:
    """Keep BSrE's signed paper. It must begin with ours, byte for byte: a signature is added, nothing is changed."""
    case = advance.lock(session, ticket, actor)
    letter = _prepared(session, case, SigningMode.BSRE)
    _check_signer(session, case, letter, actor, now=now)
    if not letter.draft or not signed.startswith(letter.draft) or len(signed) == len(letter.draft):
        raise InvalidInput(say("Surat yang kembali dari BSrE bukan surat yang dikirim. Tanda tangani lagi."))
    letter.signature_id, letter.signing_error, letter.signing_until = signature_id, None, None
    return _finish(session, case, letter, signed, actor, now=now)


def note_failure(session: Session, ticket: str, sentence: str, actor: Actor) -> None:
    """Keep why a letter could not be signed, for whoever looks at the list of those that wait."""
    case = advance.lock(session, ticket, actor)
    letter = letters.newest_letter(session, case)
    if letter is not None and letter.state == LetterState.PREPARED:
        letter.signing_error, letter.signing_until = sentence[:300], None
        session.add(letter)


def sign_with_ink(session: Session, ticket: str, scan: bytes, actor: Actor, *, now: datetime) -> Letter:
    """Keep the scan of the signed and stamped paper; the paper itself stays as it was pressed, with its QR."""
    check(actor, Permission.UPLOAD_SCAN)
    case = advance.lock(session, ticket, actor)
    letter = _prepared(session, case, SigningMode.WET)
    if not scan.startswith(SCAN_KINDS):
        raise InvalidInput(NO_SCAN)
    if len(scan) > LARGEST_SCAN:
        raise InvalidInput(SCAN_TOO_LARGE)
    letter.scan = scan
    assert letter.draft is not None
    return _finish(session, case, letter, letter.draft, actor, now=now)


def _finish(session: Session, case: Case, letter: Letter, paper: bytes, actor: Actor, *, now: datetime) -> Letter:
    letters.complete(session, letter, paper, now=now)
    advance.advance(session, case, Action.SIGN, actor, now=now, letter=letter.number, mode=letter.signing_mode.value)
    return letter


def _prepared(session: Session, case: Case, mode: SigningMode) -> Letter:
    letter = letters.live_letter(session, case)
    if letter.state != LetterState.PREPARED or letter.signing_mode != mode:
        raise TransitionRefused(say("Surat ini tidak sedang menunggu tanda tangan seperti itu. Muat ulang berkas."))
    return letter


def _check_signer(session: Session, case: Case, letter: Letter, actor: Actor, *, now: datetime) -> None:
    check(actor, Permission.DECIDE)
    if facts.decision_of(session, letter).decided_by != actor.id:
        raise NotAllowed(say("Surat ini diputuskan penanda tangan lain. Hanya ia yang menandatangani."))
    if authority_of(session, actor.person_id, case.region_code, case.timezone, now=now) is None:
        raise NotAllowed(say("Hari ini Anda tidak memegang kewenangan tanda tangan. Hubungi admin kantor."))
