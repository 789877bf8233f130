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
REACTIVATION_BEFORE = Law("Permensos 21/2019 tentang persyaratan dan tata cara perubahan data PBI JK")
DOMICILE = Law("UU 24/2013 tentang administrasi kependudukan")
TRAFFIC_ACCIDENT = Law("UU 34/1964 tentang dana kecelakaan lalu lintas jalan")
WORK_ACCIDENT = Law("UU 40/2004 tentang sistem jaminan sosial nasional: jaminan kecelakaan kerja")
FOREIGNER = Law("UU 24/2011 pasal 14: orang asing yang bekerja paling singkat 6 bulan wajib menjadi peserta")
PUBLIC_SERVICE = Law("UU 25/2009 tentang pelayanan publik")
