"""Double click, reload, back button: every form of the office that moves something, sent twice with the same bytes, moves it once."""

import hashlib
import inspect
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import SQLModel

from tests.office import Office, person
from tests.population.city import BY, ONE, small_city
from tests.verify.web import (
    test_account,
    test_bedside_page,
    test_case_forms,
    test_collective_pages,
    test_hospital_keys_page,
    test_imports_page,
    test_matching_page,
    test_papers_page,
    test_premium_pages,
    test_reception,
    test_registration_pages,
    test_shift,
    test_without_nik_pages,
)
from tests.verify.web.test_bedside_page import UNKNOWN
from tests.verify.web.test_card_pages import WISH as CARDS
from tests.verify.web.test_case_forms import answers
from tests.verify.web.test_delegations_page import WEEK
from tests.verify.web.test_door_pages import WISH
from tests.verify.web.test_errors import pages
from tests.verify.web.test_household_pages import CARD, FATHER, row
from tests.verify.web.visitor import Fields, Page, Visitor
from tests.workflows.test_cards import a_village
from tests.workflows.test_refusals import to_refusal
from verify.seeds import DEMO_PASSWORD
from workflows.population import coverage
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
        """The second leaves with the cookies of the first, as a double click does; the visitor goes on with the first's answer."""
        rule = self.office.app.url_map.bind("").match(path, method="POST", return_rule=True)[0].rule
        twin, once_more = twin_of(self), {name: copied(value) for name, value in data.items()}
        before, first = rows(self.office), super().post(path, data)
        after = rows(self.office)
        if rule in MOVES_NOTHING | EACH_COUNTS or after == before:
            return first
        second = twin.post(path, once_more)
        assert rows(self.office) == after, f"{path} moved twice"
        assert second.location == first.location or first.location is None or second.status in (404, 409, 422), (path, second.status)
        self.moved.add(rule)
        return first


def twin_of(visitor: Visitor) -> Visitor:
    """The same person at the same browser at this moment."""
    client = visitor.client.application.test_client()
    client._cookies = dict(visitor.client._cookies or {})
    return Visitor(client)


def copied(value: Any) -> Any:
    """A file is read to its end when it is sent."""
    if not isinstance(value, tuple):
        return value
    content, *name = value
    return (io.BytesIO(content.getvalue()), *name)


def rows(office: Office) -> dict[str, Any]:
    """What lies in each table, to the last column: how many rows, and a hash over their contents as they are stored."""
    with office.read() as session:
        kept = [name for name in SQLModel.metadata.tables if name not in COUNTED_ANYWAY]
        return {name: _contents(session.execute(text(f"SELECT * FROM {name}")).all()) for name in kept}


def _contents(found: Sequence[Any]) -> tuple[int, str]:
    said = sorted(repr(tuple(row)) for row in found)
    return len(said), hashlib.sha256(repr(said).encode()).hexdigest()


def stutterer(office: Office, username: str) -> Stutterer:
    made = Stutterer(office.app.test_client(), office=office)
    made.fill("/masuk", username=username, password=DEMO_PASSWORD)
    return made


def case_forms(office: Office, who: Callable[[str], Stutterer]) -> None:
    """From the counter to a signed letter that is taken back, and what the office does beside it."""
    known = person(1)
    typed = {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "phone": known["phone"]}
    ticket = str(who("loket").confirm(who("loket").fill("/berkas/baru", **typed)).location).rsplit("/", 1)[-1]
    place = f"/berkas/{ticket}"
    who("loket").fill(f"{place}/lengkapi", address="Jalan Contoh 9")
    office.drain()
    who("peksos").fill(place, f"{place}/ambil")
    who("peksos").fill(f"{place}/serahkan", owner=str(office.hire("rina", Role.CASEWORKER)))
    who("rina").fill(place, f"{place}/lepas")
    in_hands(office, who)
    who("peksos").confirm(who("peksos").fill(f"{place}/nilai", **answers(office)))
    office.drain()
    who("validator").fill(f"{place}/validasi", button=("agrees", "true"))
    who("kadis").fill(f"{place}/putusan", button=("outcome", "APPROVE"), reason="Uji.")
    office.drain()
    who("kadis").fill(f"{place}/cabut", reason="Salah orang.")


def in_hands(office: Office, who: Callable[[str], Stutterer]) -> None:
    """The list's own buttons: taken, given back, taken again, handed on."""
    rina = who("rina")

    def ticked(place: str) -> dict[str, str | list[str]]:
        page = rina.get(place)
        boxes = [str(box.get("value")) for box in page.all("input", name="tickets")]
        return {"csrf_token": page.value("csrf_token"), "kunci": page.value("kunci"), "tickets": boxes}

    for place in ("/berkas/ambil", "/berkas/lepas", "/berkas/ambil"):
        rina.post(place, ticked("/"))
    asked = rina.post("/berkas/serahkan", ticked("/?siapa=saya"))
    owner = next(str(control.get("value")) for control in asked.all("input", name="owner"))
    rina.send(asked, "/berkas/serahkan/kirim", owner=owner)


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


def visits(office: Office, who: Callable[[str], Stutterer]) -> None:
    """A list of doors and what came of a visit, told by telephone."""
    small_city(office.rekom.database)
    with office.write() as session:
        coverage.count(session, "3673", BY, now=office.clock())
    who("peksos").fill(f"/cakupan/{ONE}/pintu", **WISH)
    with office.read() as session:
        code = session.execute(select(SQLModel.metadata.tables["door"].c.code)).scalar_one()
    who("peksos").fill("/pintu", code=code, answer="MOVED")


def handing(office: Office, who: Callable[[str], Stutterer]) -> None:
    """A list of cards and what came of one, told by telephone."""
    a_village(office)
    who("peksos").fill(f"/cakupan/{ONE}/kartu", **CARDS)
    with office.read() as session:
        code = session.execute(select(SQLModel.metadata.tables["card"].c.code).limit(1)).scalar_one()
    who("peksos").fill("/kartu", code=code, answer="HANDED_OVER", receiver="FAMILY")


def deputies(office: Office, who: Callable[[str], Stutterer]) -> None:
    """Who signs for the head; a family's card; a patient at the bedside."""
    office.hire("sekretaris", Role.SEKRETARIS)
    who("kadis").fill("/wakil", "/wakil", username="sekretaris", capacity="AN", position="Sekretaris", **WEEK)
    (end,) = [form.get("action") for form in who("kadis").get("/wakil").forms() if str(form.get("action")).endswith("/akhiri")]
    who("kadis").fill("/wakil", end)
    who("loket").confirm(who("loket").fill("/keluarga/baru", **CARD, **row(1, 0, "istri"), **row(2, 1), **FATHER))
    who("rs").confirm(who("rs").fill("/periksa/ajukan", **UNKNOWN))


def premiums(office: Office, who: Callable[[str], Stutterer]) -> None:
    """A bill is checked once, a word about a line and each row of the ledger count once."""
    small_city(office.rekom.database)
    worker = who("peksos")
    test_premium_pages.upload(worker)
    worker.fill("/iuran/1", "/iuran/1/baris", lines="3", word="WITHDRAWN", reason="Sudah diperiksa")
    worker.fill("/iuran/1", "/iuran/1/buku", due_on="10-12-2026")
    worker.fill("/iuran/1", "/iuran/1/buku/catat", kind="PAID", amount="1000", happened_on="20-11-2026", reference="SP2D 1")
    worker.fill("/iuran/1", "/iuran/1/buku/koreksi", paid="0", why="Salah ketik")
    worker.fill("/iuran/1", "/iuran/1/surat")
    who("kadis").fill("/iuran/1", "/iuran/1/surat/1/tanda-tangan")
    who("kadis").fill("/iuran/1", "/iuran/1/surat/1/tarik", end_why="Salah baris")
    worker.fill("/iuran/1", "/iuran/1/surat")
    worker.fill("/iuran/1", "/iuran/1/surat/2/kembalikan", end_why="Salah baris")
    worker.fill("/iuran/1", "/iuran/1/tarik", withdraw_why="Tagihan bulan lain")


CASE, BATCH = "/berkas/<ticket>", "/pendaftaran/kiriman/<int(max=2147483647):number>"
DATA = "/data/<int(max=2147483647):number>"
COVER, DEPUTY = "/pengantar/<int(max=2147483647):letter_id>", "/wakil/<int(max=2147483647):number>"
BILL = "/iuran/<int(max=2147483647):bill_id>"
BILL_LETTER = f"{BILL}/surat/<int(max=2147483647):letter_id>"
WALKED: dict[Callable[[Office, Callable[[str], Stutterer]], None], set[str]] = {
    case_forms: {
        *("/berkas/baru", "/berkas/ambil", "/berkas/lepas", "/berkas/serahkan/kirim"),
        *(f"{CASE}/{step}" for step in ("lengkapi", "ambil", "serahkan", "lepas", "nilai", "validasi", "putusan", "cabut")),
    },
    endings: {f"{CASE}/{step}" for step in ("batalkan", "wafat", "keberatan", "keberatan/cabut")},
    registries: {f"{CASE}/cek-manual/<slug>", f"{CASE}/cek-manual/<slug>/alihkan"},
    batches: {"/pendaftaran", f"{BATCH}/batalkan", f"{BATCH}/pengantar", f"{BATCH}/terkirim", f"{COVER}/tarik"},
    premiums: {
        *("/iuran", *(f"{BILL}/{step}" for step in ("baris", "buku", "buku/catat", "buku/koreksi", "surat", "tarik"))),
        *(f"{BILL_LETTER}/{step}" for step in ("tanda-tangan", "tarik", "kembalikan")),
    },
    visits: {"/cakupan/<code>/pintu", "/pintu"},
    handing: {"/cakupan/<code>/kartu", "/kartu"},
    deputies: {"/wakil", f"{DEPUTY}/akhiri", "/keluarga/baru", "/periksa/ajukan"},
}
MOVES_NOTHING = {
    *("/bahasa", "/cari", "/jalur", "/status", "/ktp", "/ktp/cari", "/periksa", "/periksa/jawab", "/setuju/periksa", "/paraf/periksa"),
    "/berkas/serahkan",
    *("/masuk", "/masuk/kode", "/keluar"),
}
"""Questions, the look before a batch, the door."""
EACH_COUNTS = {
    *(f"{CASE}/surat.pdf", f"{COVER}/surat.pdf", f"{CASE}/berkas-lengkap.pdf", f"{CASE}/data-lengkap", "/cakupan/<code>/daftar"),
    "/cakupan/<code>/kartu/sisa",
    *(f"{BILL}/unduh/<kind>", f"{BILL}/cocok/<kind>", f"{BILL_LETTER}.pdf"),
    f"{CASE}/foto/ponsel",
}
"""A print or a look is written down each time, on purpose; a telephone's code is made anew, and the one before ends."""
NOT_WALKED = {
    *("/akun/aplikasi", "/akun/aplikasi/pastikan", "/akun/kode-cadangan", "/akun/kunci", "/akun/kunci/simpan"),
    *("/kabar", "/kabar/<endpoint_id>/tutup", "/kabar/kiriman/<message_id>/ulangi", f"{CASE}/keberatan/jawaban"),
    *("/akun/pengaman/<kind>/<int:number>", "/foto/<token>", "/kewajiban/<ticket>", "/pencabutan"),
    *(f"{CASE}/cek-manual/<slug>/tanya-lagi", f"{CASE}/foto", f"{CASE}/foto/ponsel/tutup"),
    *(f"{CASE}/{step}" for step in ("ganti-surat", "jenis-surat", "kuorum", "paraf", "pencabutan", "tanda-tangan")),
    "/cakupan/kartu/<int(max=2147483647):number>/jawaban",
    *("/cakupan/pintu/<int(max=2147483647):number>/jawaban", "/tanda-tangan", "/paraf", "/setuju", "/pendaftaran/jawaban"),
    *(f"{COVER}/{step}" for step in ("paraf", "pindaian", "tte")),
    *(f"/periksa/{step}" for step in ("jawab/terima", "kirim")),
    f"{DATA}/buang",
}
"""Forms that cases here do not come to; a new one is decided on here or walked above."""


OWN = f"{CASE}/pendaftaran"
ALREADY_WALKED: dict[Callable[..., None], set[str]] = {
    test_account.test_a_lost_phone_is_signed_out: {"/akun/sesi/<handle>"},
    test_bedside_page.test_papers_come_one_by_one_until_the_clock_stops: {"/periksa/ajukan", "/periksa/sementara/<token_id>/berkas"},
    test_bedside_page.test_the_clock_on_both_sides_and_the_end_by_name: {"/periksa/ajukan", f"{CASE}/gugur"},
    test_case_forms.test_a_late_answer_that_contradicts_asks_for_a_word: {
        f"{CASE}/cek-manual/<slug>",
        f"{CASE}/koreksi/<int(max=2147483647):correction_id>",
    },
    test_collective_pages.test_from_the_counter_to_the_head_and_back: {
        f"{BATCH}/pengantar",
        *(f"{COVER}/{step}" for step in ("cabut", "ganti", "putusan")),
    },
    test_hospital_keys_page.test_a_key_is_made_shown_once_and_revoked: {"/kunci", "/kunci/<client_id>/cabut"},
    test_imports_page.test_from_the_file_to_the_receipt_and_back: {"/data", f"{DATA}/terapkan", f"{DATA}/batalkan"},
    test_matching_page.test_a_person_decides_on_the_page_and_is_not_asked_again: {"/cocokkan"},
    test_papers_page.test_a_photo_is_removed_with_a_reason: {f"{CASE}/foto/<handle>/hapus"},
    test_reception.test_one_key_accepts: {"/periksa/terima"},
    test_registration_pages.test_the_counter_works_on_pages: {
        *("/pendaftaran", "/sep", f"{BATCH}/terkirim", f"{OWN}/data", f"{OWN}/jawaban"),
    },
    test_registration_pages.test_a_page_for_what_will_not_come: {f"{BATCH}/batalkan", f"{OWN}/tutup"},
    test_registration_pages.test_a_reactivation_is_followed_by_hand_to_its_end: {f"{OWN}/disetujui", f"{OWN}/jawaban", f"{OWN}/terkirim"},
    test_shift.test_a_collision_is_settled_by_a_form: {"/penerimaan/susulan"},
    test_shift.test_one_made_in_time_and_sent_too_late_is_admitted_by_a_form: {"/penerimaan/susulan"},
    test_shift.test_a_move_is_asked_for_and_answered_by_forms: {"/penerimaan/pindah", "/periksa/pindah", "/periksa/terima"},
    test_shift.test_a_new_letter_is_asked_for_and_its_case_opened_by_forms: {"/penerimaan/perpanjangan", "/periksa/perpanjang"},
    test_without_nik_pages.test_a_baby_comes_by_the_mother_and_gets_its_nik_later: {"/berkas/baru", f"{CASE}/nik"},
}
"""Tests of single pages, walked again by people who send every form twice, and what moves in them."""


@pytest.mark.slow
@pytest.mark.parametrize("told", ALREADY_WALKED, ids=lambda told: told.__name__)
def test_a_form_of_another_test_sent_twice_moves_once(sqlite_office: Office, told: Callable[..., None]) -> None:
    people: list[Stutterer] = []

    def visit(username: str) -> Stutterer:
        people.append(stutterer(sqlite_office, username))
        return people[-1]

    given: dict[str, Any] = {
        "visit": visit,
        "sqlite_office": sqlite_office,
        "nobody": Stutterer(sqlite_office.app.test_client(), office=sqlite_office),
    }
    people.append(given["nobody"])
    told(**{name: given[name] for name in inspect.signature(told).parameters})
    assert set().union(*(one.moved for one in people)) == ALREADY_WALKED[told]


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
    walked = set().union(*WALKED.values(), *ALREADY_WALKED.values())
    assert {address for method, address, _ in pages(sqlite_office) if method == "POST"} == walked | MOVES_NOTHING | EACH_COUNTS | NOT_WALKED
    assert not walked & (MOVES_NOTHING | EACH_COUNTS | NOT_WALKED)
