"""National law that rules rest on where the region sets no value of its own. Articles are named only where confirmed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """A law as quoted in a finding."""

    reference: str
    example: bool = False


IDENTITY = Law("Permendagri 102/2019 tentang hak akses dan pemanfaatan data kependudukan")
MEMBERSHIP = Law("Perpres 82/2018 tentang Jaminan Kesehatan beserta perubahannya")
REACTIVATION = Law("Permensos 3/2026 pasal 20: surat keterangan pengaktifan kembali PBI JK")
DUPLICATES = Law("UU 24/2013 tentang administrasi kependudukan")
