"""``berkas``: are the region's papers there? What is missing follows later; an emergency never waits for paper."""

from collections.abc import Mapping
from datetime import date

from workflows.rules.facts import EligibilityFacts
from workflows.rules.finding import PAPERS, Advice, Finding, Outcome, Read, finding
from workflows.rules.policy import RegionPolicy, Ruled
from workflows.rules.residence import months_later
from workflows.saying import sayings
from workflows.vocabulary import DocumentType, LetterType, NoNik, Urgency

RULE = "berkas"
KTP_MONTHS = 17 * 12
"""The KTP comes at 17; younger people have a KIA or only stand on the KK."""

D = DocumentType
LABEL: Mapping[str, str] = {
    D.KTP: "KTP",
    D.KK: "KK",
    D.KIA: "KIA",
    D.SKTM: "SKTM",
    D.SURAT_PERNYATAAN_TIDAK_MAMPU: "surat pernyataan tidak mampu",
    D.PAKTA_INTEGRITAS: "pakta integritas",
    D.SURAT_RAWAT_INAP: "surat rawat inap",
    D.RUJUKAN: "surat rujukan",
    D.SURAT_KETERANGAN_FASKES: "surat keterangan faskes",
    D.SKL_BAYI: "surat keterangan lahir",
    D.AKTA_LAHIR: "akta lahir",
    D.BUKU_KIA: "buku KIA",
    D.KARTU_JKN: "kartu JKN",
    D.FOTO_RUMAH: "foto rumah",
    D.REKENING_LISTRIK: "rekening listrik",
    D.SURAT_KEPOLISIAN: "surat kepolisian",
    D.SURAT_BERHENTI_KERJA: "surat berhenti kerja",
    D.SURAT_DOMISILI: "surat domisili",
    D.SURAT_KUASA: "surat kuasa",
    D.BERITA_ACARA_MUSDES: "berita acara musyawarah desa",
    D.LEMBAR_VERIFIKASI_RT_RW: "lembar verifikasi RT/RW",
    D.RINCIAN_BIAYA: "rincian biaya",
}
"""What people at the counter call a paper."""
LABEL = sayings(LABEL)

OWN_PAPERS: Mapping[LetterType, str] = {
    LetterType.KET_REAKTIVASI_PBI_JK: "reactivation_papers",
    LetterType.JAMINAN_PELAYANAN: "guarantee_papers",
    LetterType.PENCABUTAN: "removal_papers",
}
"""Values of a block; all other letters ask for ``papers``."""

READS = ("papers", "newborn_papers", "unidentified_papers", "homeless_papers", "foreigner_papers", *OWN_PAPERS.values())
"""The values of a block this rule looks at."""

COMPLETE = Advice(Outcome.MEETS, "Semua berkas yang diminta sudah diterima.")


def weigh_papers(facts: EligibilityFacts, policy: RegionPolicy) -> Finding:
    """Missing papers are named with the hours left to bring them, counted from the opening of the case."""
    born, lane, authority = facts.birth_date, facts.no_nik, facts.by_third_party
    asked = asked_papers(policy, birth_date=born, on=facts.on, no_nik=lane, kind=facts.letter_type, by_third_party=authority)
    missing = [LABEL[paper] for paper in asked if paper not in facts.documents]
    threshold = ", ".join(LABEL[paper] for paper in asked) or "tanpa berkas"
    value = f"kurang: {', '.join(missing)}" if missing else "lengkap"
    rests_on = papers_for(policy, facts.letter_type, facts.no_nik)
    return finding(RULE, _advice(facts, policy, missing), rests_on, value=value, threshold=threshold, origin=Read(PAPERS, facts.on))


def asked_papers(
    policy: RegionPolicy,
    *,
    birth_date: date,
    on: date,
    no_nik: str | None = None,
    kind: str = LetterType.REKOM_PBPU_PEMDA,
    by_third_party: bool = False,
) -> tuple[str, ...]:
    """The papers the region asks of this person for a type of letter; nobody under 17 is asked for a KTP, a newborn's mother for hers.

    Whoever comes for somebody outside the family brings a letter of authority.
    """
    adult = months_later(birth_date, KTP_MONTHS) <= on
    asked = tuple(paper for paper in papers_for(policy, kind, no_nik).value if adult or no_nik or paper != D.KTP)
    return (*asked, D.SURAT_KUASA) if by_third_party and D.SURAT_KUASA not in asked else asked


def papers_for(policy: RegionPolicy, kind: str, no_nik: str | None = None) -> Ruled[tuple[str, ...]]:
    """The list of whoever has a NIK, by the type of letter, or that of the lane; a cover letter stands on those of its letters A."""
    lanes = {
        NoNik.NEWBORN: policy.newborn_papers,
        NoNik.UNIDENTIFIED: policy.unidentified_papers,
        NoNik.HOMELESS: policy.homeless_papers,
        NoNik.FOREIGNER: policy.foreigner_papers,
    }
    found: Ruled[tuple[str, ...]] = getattr(policy, OWN_PAPERS.get(LetterType(kind), "papers"))
    return lanes[NoNik(no_nik)] if no_nik else found


def _advice(facts: EligibilityFacts, policy: RegionPolicy, missing: list[str]) -> Advice:
    if not missing:
        return COMPLETE
    due = f"Serahkan paling lambat {policy.papers_due_hours.value} jam sejak berkas dibuka: {', '.join(missing)}."
    if facts.urgency == Urgency.EMERGENCY:
        return Advice(Outcome.MEETS, "Pasien gawat darurat: surat tidak menunggu berkas. Berkas yang kurang boleh menyusul.", due)
    return Advice(Outcome.NEEDS_PERSON, "Berkas belum lengkap. Petugas menimbang apakah berkas boleh menyusul.", due)
