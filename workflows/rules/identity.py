"""``identitas``: does the population register know this person? It never refuses for a mismatch; a person looks."""

from collections.abc import Mapping
from datetime import date

from workflows.rules import law
from workflows.rules.facts import CheckFact
from workflows.rules.finding import Advice, Finding, Outcome, finding, unanswered

RULE = "identitas"

CHECK_PAPERS = "Cocokkan dengan KTP dan KK asli, lalu catat hasilnya."
GO_TO_REGISTRY = "Bawa KTP dan KK asli ke Disdukcapil untuk membetulkan data."

UNDETERMINED = Advice(Outcome.NEEDS_PERSON, "Dukcapil belum memberi jawaban yang pasti.", CHECK_PAPERS)

ADVICE: Mapping[str, Advice] = {
    "MATCH": Advice(Outcome.MEETS, "NIK, nama, dan tanggal lahir cocok dengan data Dukcapil."),
    "PARTIAL": Advice(Outcome.NEEDS_PERSON, "Sebagian data tidak sama dengan data Dukcapil.", CHECK_PAPERS),
    "MISMATCH": Advice(Outcome.NEEDS_PERSON, "Data yang diketik tidak sama dengan data Dukcapil.", CHECK_PAPERS),
    "NOT_FOUND": Advice(Outcome.NEEDS_PERSON, "NIK tidak ditemukan di data Dukcapil.", GO_TO_REGISTRY),
    "DECEASED": Advice(
        Outcome.FAILS,
        "Dukcapil mencatat orang ini sudah meninggal.",
        "Bila orangnya masih hidup, betulkan dahulu catatannya di Disdukcapil.",
    ),
    "DUPLICATE": Advice(Outcome.NEEDS_PERSON, "Dukcapil mencatat data ganda untuk NIK ini.", GO_TO_REGISTRY),
    "INACTIVE": Advice(Outcome.NEEDS_PERSON, "NIK ini berstatus nonaktif di Dukcapil.", GO_TO_REGISTRY),
    "BAD_FORMAT": Advice(Outcome.NEEDS_PERSON, "Dukcapil tidak mengenali susunan NIK ini.", "Ketik ulang NIK dari KTP asli."),
}
"""By the outcome words of ``workflows.ports.IdentityOutcome``."""


WITHOUT_NIK: Mapping[str, Advice] = {
    "NEWBORN": Advice(
        Outcome.NEEDS_PERSON,
        "Bayi ini belum punya NIK. Petugas mencocokkan KTP ibu dengan surat keterangan lahir.",
        "Daftarkan kelahiran di Disdukcapil, lalu tambahkan NIK bayi di berkas ini.",
    ),
    "UNIDENTIFIED": Advice(
        Outcome.NEEDS_PERSON,
        "Pasien ini belum dikenal. Petugas memeriksa surat polisi dan catatan rumah sakit.",
        "Cari keluarganya, atau minta Disdukcapil mencocokkan sidik jari. Lalu tambahkan NIK-nya.",
    ),
    "HOMELESS": Advice(
        Outcome.NEEDS_PERSON,
        "Orang ini belum punya NIK. Petugas sosial memastikan siapa orangnya.",
        "Minta Disdukcapil merekam datanya, lalu tambahkan NIK-nya.",
    ),
    "FOREIGNER": Advice(
        Outcome.NEEDS_PERSON,
        "Orang ini warga negara asing tanpa NIK. Petugas memeriksa paspor dan izin tinggal.",
        "Pemegang izin tinggal tetap mendapat NIK dari Disdukcapil. Tambahkan bila sudah ada.",
    ),
}
"""By ``workflows.vocabulary.NoNik``, while nobody recorded a result by hand."""


ASKED = "sama dengan data Dukcapil"
SPOKEN: Mapping[str, str] = {
    "MATCH": "semua sama",
    "PARTIAL": "sebagian berbeda",
    "MISMATCH": "berbeda",
    "NOT_FOUND": "tidak ditemukan",
    "DECEASED": "tercatat meninggal",
    "DUPLICATE": "data ganda",
    "INACTIVE": "NIK nonaktif",
    "BAD_FORMAT": "susunan NIK tidak dikenal",
}
"""What was found, where the answer names no single elements."""


def weigh_identity(identity: CheckFact | None, on: date, no_nik: str | None = None) -> Finding:
    """Only a recorded death fails; any other doubt is settled by a person with the papers in hand."""
    unknown = WITHOUT_NIK[no_nik] if no_nik else UNDETERMINED
    advice = ADVICE.get(str(identity.outcome), unknown) if identity else unknown
    unasked = "tanpa NIK" if no_nik else "belum dijawab"
    spoken = SPOKEN.get(str(identity.outcome), unasked) if identity else unasked
    origin = identity or unanswered("Dukcapil", on)
    return finding(RULE, advice, law.IDENTITY, value=_differing(identity) or spoken, threshold=ASKED, origin=origin)


def _differing(identity: CheckFact | None) -> str | None:
    elements = identity.details.get("elements") if identity else None
    if not isinstance(elements, Mapping):
        return None
    return ", ".join(f"{name}: {answer}" for name, answer in sorted(elements.items()) if not str(answer).startswith("Sesuai")) or None
