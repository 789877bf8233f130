"""Double click, reload, back button: every form of the office that moves something, sent twice with the same bytes, moves it once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from tests.office import Office, person
from tests.verify.web.test_bedside_page import UNKNOWN
from tests.verify.web.test_case_forms import answers
from tests.verify.web.test_delegations_page import WEEK
from tests.verify.web.test_errors import pages
from tests.verify.web.test_household_pages import CARD, FATHER, row
from tests.verify.web.visitor import Fields, Page, Visitor
from tests.workflows.test_refusals import to_refusal
from verify.seeds import DEMO_PASSWORD
from workflows.states import Role
from workflows.vocabulary import Urgency

COUNTED_ANYWAY = {"case_reading", "meter", "session", "idempotency_record", "idempotency"}
"""Looks, attempts and what remembers the form itself."""


@dataclass
class Stutterer(Visitor):
    """Sends every form twice; what the first did, the second must not do again."""

    office: Office = field(kw_only=True)
    moved: set[str] = field(default_factory=set)

    def post(self, path: str, data: Fields) -> Page:
        before, first = rows(self.office), super().post(path, data)
        after = rows(self.office)
        if path == "/masuk":
            return first
        assert first.status == 303, (path, first.status, first.main())
        assert after != before, f"{path} moved nothing"
        second = super().post(path, data)
        assert rows(self.office) == after, f"{path} moved twice"
        assert (second.status, second.location) == (303, first.location) or second.status in (409, 422), (path, second.status)
        self.moved.add(self.office.app.url_map.bind("").match(path, method="POST", return_rule=True)[0].rule)
        return first


def rows(office: Office) -> dict[str, Any]:
    """How much lies in each table, and in which version each case is."""
    with office.read() as session:
        found = {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
            if name not in COUNTED_ANYWAY
        }
        cases = SQLModel.metadata.tables["case_file"]
        return found | {"versions": session.execute(select(func.sum(cases.c.version))).scalar_one()}


def stutterer(office: Office, username: str) -> Stutterer:
    made = Stutterer(office.app.test_client(), office=office)
    made.fill("/masuk", username=username, password=DEMO_PASSWORD)
    return made


def case_forms(office: Office, who: Callable[[str], Stutterer]) -> None:
    """From the counter to a signed letter that is taken back, and what the office does beside it."""
    known = person(1)
    typed = {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "phone": known["phone"]}
    ticket = str(who("loket").fill("/berkas/baru", **typed).location).rsplit("/", 1)[-1]
    place = f"/berkas/{ticket}"
    who("loket").fill(f"{place}/lengkapi", address="Jalan Contoh 9")
    office.drain()
    who("peksos").fill(place, f"{place}/ambil")
    who("peksos").fill(f"{place}/serahkan", owner=str(office.hire("rina", Role.CASEWORKER)))
    who("rina").fill(place, f"{place}/lepas")
    who("peksos").send(who("peksos").get("/"), "/berkas/ambil", tickets=[ticket])
    who("peksos").fill(f"{place}/nilai", **answers(office))
    office.drain()
    who("validator").fill(f"{place}/validasi", button=("agrees", "true"))
    who("kadis").fill(f"{place}/putusan", button=("outcome", "APPROVE"), reason="Uji.")
    office.drain()
    who("kadis").fill(f"{place}/cabut", reason="Salah orang.")


def endings(office: Office, who: Callable[[str], Stutterer]) -> None:
    """Withdrawn, died, refused with an objection."""
    withdrawn, dead, refused = office.open(2), office.open(3), to_refusal(office, 4)
    who("loket").fill(f"/berkas/{withdrawn}/batalkan", reason="Tidak jadi.", cause="OTHER")
    who("loket").fill(f"/berkas/{dead}/wafat", died_on="23-11-2026", told_by="istri pasien")
    who("loket").fill(f"/berkas/{refused}/keberatan", objector="SITI CONTOH", grounds="Sudah pindah KK.")
    who("loket").fill(f"/berkas/{refused}/keberatan/cabut", reason="Sudah jelas.")


def registries(office: Office, who: Callable[[str], Stutterer]) -> None:
    """What registries left to people."""
    office.fakes.switch.off()
    ticket = office.open(6, urgency=Urgency.EMERGENCY)
    office.drain()
    colleague = str(office.hire("rina", Role.CASEWORKER))
    who("peksos").fill(f"/berkas/{ticket}/cek-manual/dtsen/alihkan", owner=colleague)
    who("peksos").fill(f"/berkas/{ticket}/cek-manual/identitas", outcome="MATCH", note="KTP dan KK asli dilihat.")


def batches(office: Office, who: Callable[[str], Stutterer]) -> None:
    """A file for BPJS: made, taken back, made again, with its cover letter, sent."""
    office.to_letter(1)
    loket = who("loket")
    loket.fill("/pendaftaran", "/pendaftaran")
    loket.fill("/pendaftaran", "/pendaftaran/kiriman/1/batalkan", reason="Salah bulan.")
    loket.fill("/pendaftaran", "/pendaftaran")
    cover = str(loket.fill("/pendaftaran", "/pendaftaran/kiriman/2/pengantar").location)
    loket.fill(cover, f"{cover}/tarik", reason="Salah bulan.")
    loket.fill("/pendaftaran", "/pendaftaran/kiriman/2/terkirim")


def deputies(office: Office, who: Callable[[str], Stutterer]) -> None:
    """Who signs for the head; a family's card; a patient at the bedside."""
    office.hire("sekretaris", Role.SEKRETARIS)
    who("kadis").fill("/wakil", "/wakil", username="sekretaris", capacity="AN", position="Sekretaris", **WEEK)
    (end,) = [form.get("action") for form in who("kadis").get("/wakil").forms() if str(form.get("action")).endswith("/akhiri")]
    who("kadis").fill("/wakil", end)
    who("loket").fill("/keluarga/baru", **CARD, **row(1, 0, "istri"), **row(2, 1), **FATHER)
    who("rs").fill("/periksa/ajukan", **UNKNOWN)


CASE, BATCH = "/berkas/<ticket>", "/pendaftaran/kiriman/<int(max=2147483647):number>"
COVER, DEPUTY = "/pengantar/<int(max=2147483647):letter_id>", "/wakil/<int(max=2147483647):number>"
WALKED: dict[Callable[[Office, Callable[[str], Stutterer]], None], set[str]] = {
    case_forms: {
        *("/berkas/baru", "/berkas/ambil"),
        *(f"{CASE}/{step}" for step in ("lengkapi", "ambil", "serahkan", "lepas", "nilai", "validasi", "putusan", "cabut")),
    },
    endings: {f"{CASE}/{step}" for step in ("batalkan", "wafat", "keberatan", "keberatan/cabut")},
    registries: {f"{CASE}/cek-manual/<slug>", f"{CASE}/cek-manual/<slug>/alihkan"},
    batches: {"/pendaftaran", f"{BATCH}/batalkan", f"{BATCH}/pengantar", f"{BATCH}/terkirim", f"{COVER}/tarik"},
    deputies: {"/wakil", f"{DEPUTY}/akhiri", "/keluarga/baru", "/periksa/ajukan"},
}
MOVES_NOTHING = {
    *("/bahasa", "/cari", "/jalur", "/status", "/ktp", "/ktp/cari", "/periksa", "/periksa/jawab", "/setuju/periksa", "/paraf/periksa"),
    *("/masuk", "/masuk/kode", "/keluar"),
}
"""Questions, the look before a batch, the door."""
EACH_COUNTS = {f"{CASE}/surat.pdf", f"{COVER}/surat.pdf", f"{CASE}/berkas-lengkap.pdf", f"{CASE}/data-lengkap", "/cakupan/<code>/daftar"}
"""A print or a look is written down each time, on purpose."""
NOT_WALKED = {
    *("/akun/aplikasi", "/akun/aplikasi/pastikan", "/akun/kode-cadangan", "/akun/kunci", "/akun/kunci/simpan"),
    *("/akun/pengaman/<kind>/<int:number>", "/akun/sesi/<handle>", "/foto/<token>", "/kewajiban/<ticket>", "/pencabutan", "/cocokkan"),
    *("/kabar", "/kabar/<endpoint_id>/tutup", "/kabar/kiriman/<message_id>/ulangi", "/kunci", "/kunci/<client_id>/cabut"),
    *(f"{CASE}/cek-manual/<slug>/tanya-lagi", f"{CASE}/koreksi/<int(max=2147483647):correction_id>", f"{CASE}/foto"),
    *(f"{CASE}/foto/{step}" for step in ("<handle>/hapus", "ponsel", "ponsel/tutup")),
    *(f"{CASE}/{step}" for step in ("ganti-surat", "gugur", "jenis-surat", "keberatan/jawaban", "kuorum", "nik", "paraf", "pencabutan")),
    *(f"{CASE}/pendaftaran/{step}" for step in ("data", "disetujui", "jawaban", "terkirim", "tutup")),
    *("/pintu", "/cakupan/<code>/pintu", "/cakupan/pintu/<int(max=2147483647):number>/jawaban"),
    *(f"{CASE}/tanda-tangan", "/tanda-tangan", "/paraf", "/setuju", "/pendaftaran/jawaban", "/sep"),
    *(f"/penerimaan/{step}" for step in ("perpanjangan", "pindah", "susulan")),
    *(f"{COVER}/{step}" for step in ("cabut", "ganti", "paraf", "pindaian", "putusan", "tte")),
    *("/pintu", "/cakupan/<code>/pintu", "/cakupan/pintu/<int(max=2147483647):number>/jawaban"),
    *(f"/periksa/{step}" for step in ("jawab/terima", "kirim", "perpanjang", "pindah", "sementara/<token_id>/berkas", "terima")),
}
"""Forms that cases here do not come to; a new one is decided on here or walked above."""


@pytest.mark.slow
@pytest.mark.parametrize("way", WALKED, ids=lambda way: way.__name__)
def test_a_form_sent_twice_moves_once(sqlite_office: Office, way: Callable[[Office, Callable[[str], Stutterer]], None]) -> None:
    people: dict[str, Stutterer] = {}

    def who(username: str) -> Stutterer:
        if username not in people:
            people[username] = stutterer(sqlite_office, username)
        return people[username]

    way(sqlite_office, who)
    assert set().union(*(one.moved for one in people.values())) == WALKED[way]


def test_every_form_of_the_pages_is_decided_on(sqlite_office: Office) -> None:
    walked = set().union(*WALKED.values())
    assert {address for method, address, _ in pages(sqlite_office) if method == "POST"} == walked | MOVES_NOTHING | EACH_COUNTS | NOT_WALKED
    assert not walked & (MOVES_NOTHING | EACH_COUNTS | NOT_WALKED)
