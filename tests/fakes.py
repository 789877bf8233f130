"""In-memory registries that keep the same contract as the real adapters (``tests/contracts``), for tests that need no wire.

``fakes()`` makes the three of them over the simulator's people; ``fakes().switch`` turns them off and on.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from schemas.names import check_name
from verify.simulator.pdf_signature import add_signature
from verify.simulator.personas import NIK_SHAPE, Member, Persona, Population, dtsen_as_of, load_population, name_score
from verify.simulator.signers import Signers, load_signers
from workflows.errors import Refused, SignerNotRegistered, Unavailable, WrongPassphrase
from workflows.passphrase import Passphrase
from workflows.ports import (
    IdentityEvidence,
    IdentityOutcome,
    IdentityQuestion,
    MembershipEvidence,
    MembershipOutcome,
    MembershipQuestion,
    PovertyEvidence,
    PovertyOutcome,
    PovertyQuestion,
    Segment,
    SignedPaper,
    SignerOutcome,
    SignerStatus,
)

THRESHOLD = 90
NAME_SCORE = 80
Clock = Callable[[], datetime]
STATUSES = {
    "deceased": ("11", "Data Ditemukan, Meninggal Dunia", IdentityOutcome.DECEASED),
    "duplicate": ("12", "Data Ditemukan, Data Ganda", IdentityOutcome.DUPLICATE),
    "inactive": ("14", "Data Ditemukan, Status Non Aktif silahkan hubungi Dinas Dukcapil", IdentityOutcome.INACTIVE),
}
NOT_FOUND = ("13", "Data Tidak Ditemukan, NIK tidak terdapat di database Kependudukan", IdentityOutcome.NOT_FOUND)
BAD_FORMAT = ("15", "Data Tidak Ditemukan, NIK tidak sesuai format Dukcapil", IdentityOutcome.BAD_FORMAT)
STANDINGS = {
    "ISSUE": SignerOutcome.ACTIVE,
    "EXPIRED": SignerOutcome.EXPIRED,
    "NOT_REGISTERED": SignerOutcome.NOT_REGISTERED,
}
SEGMENTS = {"13": Segment.PPU, "14": Segment.PBPU_MANDIRI, "21": Segment.PBI_JK, "22": Segment.PEMDA}
VCLAIM = "BPJS VClaim"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Switch:
    """Turns a fake off: until ``on()``, every question raises the error given. ``asked`` counts the questions."""

    error: Exception | None = None
    asked: int = 0

    def off(self, error: Exception | None = None) -> None:
        """Off with ``Unavailable``, or with the error given."""
        self.error = error or Unavailable(registry="tiruan", reason="connection")

    def refuse(self) -> None:
        """Answer every question with ``Refused``."""
        self.error = Refused(registry="tiruan", reason="configuration")

    def on(self) -> None:
        """Answer again."""
        self.error = None

    def pass_or_raise(self) -> None:
        self.asked += 1
        if self.error:
            raise self.error


@dataclass
class FakeCivil:
    """``CivilRegistry`` over the population."""

    population: Population = field(default_factory=load_population)
    clock: Clock = utc_now
    switch: Switch = field(default_factory=Switch)

    def verify(self, question: IdentityQuestion) -> IdentityEvidence:
        self.switch.pass_or_raise()
        persona = self.population.find(question.nik)
        if not NIK_SHAPE.match(question.nik):
            return self._said(*BAD_FORMAT)
        if persona is None or persona.civil is None:
            return self._said(*NOT_FOUND)
        if persona.civil.status in STATUSES:
            return self._said(*STATUSES[persona.civil.status])
        return self._compared(question, persona)

    def _said(self, code: str, text: str, outcome: IdentityOutcome) -> IdentityEvidence:
        return IdentityEvidence(outcome, {}, code, text, 1000, "Dukcapil", self.clock())

    def _compared(self, question: IdentityQuestion, persona: Persona) -> IdentityEvidence:
        held = persona.civil
        assert held
        score = name_score(question.name, held.name)
        elements = {"NIK": "Sesuai"}
        if question.kk:
            elements["NO_KK"] = _word(question.kk == held.kk)
        elements["NAMA_LGKP"] = f"{_word(score >= THRESHOLD)} ({score})"
        elements["TGL_LHR"] = _word(question.birth_date == held.birth_date)
        agreeing = (score >= THRESHOLD, question.birth_date == held.birth_date)
        outcomes = {2: IdentityOutcome.MATCH, 1: IdentityOutcome.PARTIAL, 0: IdentityOutcome.MISMATCH}
        return IdentityEvidence(outcomes[sum(agreeing)], elements, None, None, 1000, "Dukcapil", self.clock())


@dataclass
class FakeMembership:
    """``MembershipRegistry`` over the population."""

    population: Population = field(default_factory=load_population)
    clock: Clock = utc_now
    switch: Switch = field(default_factory=Switch)

    def membership(self, question: MembershipQuestion) -> MembershipEvidence:
        self.switch.pass_or_raise()
        if not NIK_SHAPE.match(question.nik):
            raise Refused(registry="BPJS Kesehatan", reason="bad_format")
        persona = self.population.find(question.nik)
        if persona is None or persona.member is None:
            nothing = (None, None, None, None, None, None, None, None)
            return MembershipEvidence(MembershipOutcome.NOT_FOUND, *nothing, asked_for=question.on, source=VCLAIM, as_of=self.clock())
        check_name("BPJS Kesehatan", persona.member.name or persona.name, question.name, least=NAME_SCORE)
        return self._evidence(persona.member, question.on)

    def _evidence(self, member: Member, on: date) -> MembershipEvidence:
        return MembershipEvidence(
            outcome=MembershipOutcome.ACTIVE if member.status_code == "0" else MembershipOutcome.INACTIVE,
            segment=SEGMENTS.get(member.segment_code, Segment.OTHER),
            status_code=member.status_code,
            status_text=member.status_text,
            segment_code=member.segment_code,
            segment_text=member.segment_text,
            card=member.card,
            cover_from=member.cover_from,
            cover_until=member.cover_until,
            asked_for=on,
            source=VCLAIM,
            as_of=self.clock(),
        )


@dataclass
class FakePoverty:
    """``PovertyRegistry`` over the population."""

    population: Population = field(default_factory=load_population)
    clock: Clock = utc_now
    switch: Switch = field(default_factory=Switch)

    def family(self, question: PovertyQuestion) -> PovertyEvidence:
        self.switch.pass_or_raise()
        persona = self.population.find(question.nik)
        as_of = datetime.combine(dtsen_as_of(self.clock().date()), time(), UTC)
        if persona is None or persona.family is None:
            return PovertyEvidence(PovertyOutcome.NOT_FOUND, None, None, "DTSEN", as_of)
        held = persona.family
        check_name("DTSEN", persona.name, question.name, least=NAME_SCORE)
        return PovertyEvidence(PovertyOutcome.FOUND, held.desil, held.exclusion_reason, "DTSEN", as_of)


@dataclass
class Fakes:
    """The three registries behind one switch."""

    civil: FakeCivil
    membership: FakeMembership
    poverty: FakePoverty
    switch: Switch


def fakes(clock: Clock = utc_now) -> Fakes:
    """Three fakes over the simulator's people, switched together."""
    population, switch = load_population(), Switch()
    return Fakes(
        FakeCivil(population, clock, switch), FakeMembership(population, clock, switch), FakePoverty(population, clock, switch), switch
    )


def _word(agrees: bool) -> str:
    return "Sesuai" if agrees else "Tidak Sesuai"


@dataclass
class FakeSigner:
    """``RemoteSigner`` over the simulator's signers, with the simulator's signatures, which are not legal ones."""

    signers: Signers = field(default_factory=load_signers)
    clock: Clock = utc_now
    switch: Switch = field(default_factory=Switch)

    def status(self, nik: str) -> SignerStatus:
        self.switch.pass_or_raise()
        signer = self.signers.find(nik)
        word = signer.status if signer else "NOT_REGISTERED"
        text = f"User sudah terdaftar dan memiliki sertifikat dengan status {word}" if signer else "User belum terdaftar"
        outcome = STANDINGS.get(word, SignerOutcome.INACTIVE)
        return SignerStatus(outcome, word, text, "BSrE", self.clock())

    def sign(self, pdf: bytes, nik: str, passphrase: Passphrase, reason: str, location: str) -> SignedPaper:
        self.switch.pass_or_raise()
        if not (pdf.startswith(b"%PDF-") and b"%%EOF" in pdf[-1024:]):
            raise Refused(registry="BSrE", reason="bad_format")
        signer = self.signers.find(nik)
        if signer is None:
            raise SignerNotRegistered(registry="BSrE", reason="not_registered", code="2011")
        if passphrase.reveal() != signer.passphrase:
            raise WrongPassphrase(registry="BSrE", reason="passphrase", code="2031")
        if signer.status != "ISSUE":
            raise Refused(registry="BSrE", reason="unknown", code="9001")
        now = self.clock()
        signed = add_signature(pdf, name=signer.name, reason=reason, location=location, now=now)
        return SignedPaper(signed, None, hashlib.sha256(pdf).hexdigest(), hashlib.sha256(signed).hexdigest(), "BSrE", now)
