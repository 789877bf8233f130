"""What the process needs from outside, as protocols and frozen evidence; adapters live in ``verify``.

Every answer carries its source and the time it was true, because a decision quotes both.
A port raises ``Unavailable`` (may answer later) or ``Refused`` (will not answer this; a person takes over).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from workflows.errors import Refused
from workflows.nik import PRACTICE_PROVINCE
from workflows.passphrase import Passphrase
from workflows.rules.policy import PolicyBook
from workflows.saying import say


class IdentityOutcome(StrEnum):
    """Dukcapil's answer in our words (``CALL_VERIFY_BY_ELEMEN``)."""

    MATCH = "MATCH"
    PARTIAL = "PARTIAL"
    MISMATCH = "MISMATCH"
    NOT_FOUND = "NOT_FOUND"
    DECEASED = "DECEASED"
    DUPLICATE = "DUPLICATE"
    INACTIVE = "INACTIVE"
    BAD_FORMAT = "BAD_FORMAT"


class Segment(StrEnum):
    """JKN segment: who pays. Codes 13, 14, 21, 22 of ``jenisPeserta`` are mapped, all else is OTHER."""

    PBI_JK = "PBI_JK"
    PEMDA = "PEMDA"
    PPU = "PPU"
    PBPU_MANDIRI = "PBPU_MANDIRI"
    OTHER = "OTHER"


class MembershipOutcome(StrEnum):
    """Whether BPJS Kesehatan covers the person on the day asked about."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    NOT_FOUND = "NOT_FOUND"


class PovertyOutcome(StrEnum):
    """Whether DTSEN knows the person's family."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class IdentityQuestion:
    """What the applicant says; the civil registry only confirms or denies it, element by element."""

    nik: str
    name: str
    birth_date: date
    kk: str | None = None


@dataclass(frozen=True, slots=True)
class MembershipQuestion:
    """Membership is asked as at a day: that of admission, else that of the application. An answer that names
    somebody else than ``name`` is refused."""

    nik: str
    name: str
    on: date


@dataclass(frozen=True, slots=True)
class PovertyQuestion:
    """Whose family to look up. An answer that names somebody else than ``name`` is refused."""

    nik: str
    name: str


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """Somebody without a NIK, by which alone registries know people: an officer looks instead."""

    no_nik: str
    name: str
    birth_date: date


Question = TypeVar("Question")


def numbered(question: Question | Unnumbered) -> Question:
    """The question a registry can be asked; ``Refused`` where there is no NIK to ask by."""
    if isinstance(question, Unnumbered):
        raise Refused(
            say("Orang ini belum punya NIK, jadi registri tidak dapat ditanya. Periksa lewat keluarga, ibu, atau surat yang ada.")
        )
    return question


@dataclass(frozen=True, slots=True)
class IdentityEvidence:
    """``elements`` maps Dukcapil's field names to its words (``Sesuai (100)``); ``raw_code`` and ``raw_text`` as received."""

    outcome: IdentityOutcome
    elements: Mapping[str, str]
    raw_code: str | None
    raw_text: str | None
    quota_left: int | None
    source: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class MembershipEvidence:
    """Cover as at ``asked_for``; only ``statusPeserta.kode == "0"`` is ACTIVE, raw code and text are kept."""

    outcome: MembershipOutcome
    segment: Segment | None
    status_code: str | None
    status_text: str | None
    segment_code: str | None
    segment_text: str | None
    card: str | None
    cover_from: date | None
    cover_until: date | None
    asked_for: date
    source: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PovertyEvidence:
    """DTSEN decile of the family: 1 poorest to 10, 0 known but not ranked; ``as_of`` is the extract's own date."""

    outcome: PovertyOutcome
    desil: int | None
    exclusion_reason: str | None
    source: str
    as_of: datetime


class CivilRegistry(Protocol):
    """Dukcapil."""

    def verify(self, question: IdentityQuestion) -> IdentityEvidence:
        """Compare the question with the population register."""


class MembershipRegistry(Protocol):
    """BPJS Kesehatan."""

    def membership(self, question: MembershipQuestion) -> MembershipEvidence:
        """Membership as at the day asked about."""


class PovertyRegistry(Protocol):
    """DTSEN / SIKS-NG."""

    def family(self, question: PovertyQuestion) -> PovertyEvidence:
        """What the poverty register says of the person's family."""


@dataclass(frozen=True, slots=True)
class EnclosedRow:
    """One person of a list; ``nik`` is masked, for the file that goes with the list has it whole."""

    name: str
    nik: str
    letter_number: str
    letter_day: date


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The list behind letter E. ``about`` are label and value of the file it goes with, ``note`` stands under the list."""

    about: tuple[tuple[str, str], ...]
    rows: tuple[EnclosedRow, ...]
    note: str
    practice: bool


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that stands in a letter; a diagnosis only in letter C and only where the region asks. Times are aware, dates local.

    ``stands_in`` is the label and number by which somebody without a NIK is known: the mother's NIK, a passport.
    ``finding``, ``request`` and ``terms`` are finished sentences; ``at_hospital`` says whether a desk takes a patient in with it.
    Letter E is about many: its ``enclosure`` stands in the place of the one person.
    """

    letter_id: int
    letter_type: str
    number: str
    region_code: str
    office: str
    office_lines: tuple[str, ...]
    place: str
    issuer: str
    token_id: str
    name: str
    nik: str | None
    kk: str | None
    sex: str
    birth_date: date
    address: str | None
    phone: str | None
    hospital_code: str | None
    hospital_name: str | None
    admitted_at: datetime | None
    care_class: str
    segment: str
    subject: str
    finding: str
    request: str
    terms: str
    activation_sentence: str
    addressee: tuple[str, ...]
    copies: tuple[str, ...]
    legal_basis: tuple[str, ...]
    signer_title: str
    signer_name: str
    signer_rank: str | None
    signer_nip: str | None
    signer_capacity: str
    signed_at: datetime
    valid_from: datetime
    valid_until: datetime
    timezone: str
    signing_mode: str = "SEAL"
    paper: str = "A4"
    stands_in: tuple[str, str] | None = None
    diagnosis: str | None = None
    at_hospital: bool = True
    birth_estimated: bool = False
    enclosure: Enclosure | None = None

    @property
    def practice(self) -> bool:
        """Whether it is about made-up people, by the numbers of a province that there is not."""
        stands_in = self.stands_in[1] if self.stands_in else ""
        made_up = (self.nik or stands_in).startswith(PRACTICE_PROVINCE)
        return made_up or (self.enclosure is not None and self.enclosure.practice)

    @property
    def known_by(self) -> str:
        """The number a desk compares: the NIK, what stands in for it, or for somebody without either the letter's own."""
        return self.nik or (self.stands_in[1] if self.stands_in else self.token_id)


@dataclass(frozen=True, slots=True)
class PressedLetter:
    """A finished letter: the PDF, its digest, and the signed token its QR carries."""

    pdf: bytes
    sha256: str
    token: str
    key_id: str


class LetterPress(Protocol):
    """Makes the paper. The same facts always give the same bytes."""

    def press(self, facts: LetterFacts) -> PressedLetter:
        """Render and seal one letter."""

    def reprint(self, facts: LetterFacts, token: str, ordinal: int) -> bytes:
        """The same letter once more, with the token it has, marked as reprint number ``ordinal``."""


@dataclass(frozen=True, slots=True)
class WebhookQuestion:
    """News to deliver; the secret is still sealed. Not ``wanted`` where the address was closed meanwhile."""

    message_id: str
    endpoint_id: str
    url: str
    sealed_secret: str = field(repr=False)
    body: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it: an HTTP status, or why there was none. ``told`` are the seconds the receiver asked us to wait."""

    status: int | None
    error: str | None
    milliseconds: int
    told: float = 0


class Courier(Protocol):
    """Carries news to a hospital's system."""

    def send(self, question: WebhookQuestion) -> Sent:
        """Deliver once; never raises for what the receiver does."""
        ...


class NoCourier:
    """Where nothing is carried."""

    def send(self, question: WebhookQuestion) -> Sent:
        """Say so."""
        del question
        return Sent(None, "tidak ada pengantar", 0)


NOBODY = NoCourier()


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a step may reach for while no transaction is open."""

    civil: CivilRegistry
    membership: MembershipRegistry
    poverty: PovertyRegistry
    press: LetterPress
    policies: PolicyBook
    courier: Courier = NOBODY


class SignerOutcome(StrEnum):
    """What a signer's electronic certificate is good for; only ACTIVE can sign."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    INACTIVE = "INACTIVE"
    NOT_REGISTERED = "NOT_REGISTERED"


@dataclass(frozen=True, slots=True)
class SignerStatus:
    """A signer's standing with BSrE; ``raw_code`` (``ISSUE`` is active) and ``raw_text`` as received."""

    outcome: SignerOutcome
    raw_code: str | None
    raw_text: str | None
    source: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """A paper with its electronic signature: our own bytes, unchanged, and behind them the signer's revision.

    ``document_id`` is BSrE's number where it gives one. The digests are SHA-256 in hexadecimal digits.
    """

    pdf: bytes = field(repr=False)
    document_id: str | None
    sha256_before: str
    sha256_after: str
    source: str
    as_of: datetime


class RemoteSigner(Protocol):
    """BSrE, which signs for an official who types a passphrase. Slow: minutes, and never inside a transaction."""

    def status(self, nik: str) -> SignerStatus:
        """Whether this official's certificate can sign."""

    def sign(self, pdf: bytes, nik: str, passphrase: Passphrase, reason: str, location: str) -> SignedPaper:
        """Sign a finished paper, once: nothing is repeated by itself.

        Raises ``SignerNotRegistered``, ``WrongPassphrase``, another ``Refused``, or ``Unavailable``. After a time-out
        the signer may have signed; we hold no signed paper, and signing again is harmless.
        """
