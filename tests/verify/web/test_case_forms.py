"""Work on a case by forms: each failure keeps what was typed, each success is shown on the case, nothing happens twice."""

from collections.abc import Callable

import pytest

from tests.office import Office, person
from tests.verify.web.visitor import Page, Visitor
from workflows.records import Assessment, Letter
from workflows.states import State
from workflows.vocabulary import Urgency

Visit = Callable[[str], Visitor]
REASON = "Keluarga dikunjungi, keadaan sesuai."


def answers(office: Office, answer: str = "YES") -> dict[str, str]:
    return {f"answers__{criterion.key}": answer for criterion in office.criteria.criteria}


def opened(office: Office) -> str:
    ticket = office.open()
    office.drain()
    return ticket


def assessed(office: Office) -> str:
    ticket = opened(office)
    office.assess(ticket)
    office.drain()
    return ticket


# --- assessment


def test_an_assessment_is_kept_and_shown(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = opened(sqlite_office), visit("peksos")
    answer = visitor.confirm(visitor.fill(f"/berkas/{ticket}/nilai", **answers(sqlite_office), note="Rumah kontrak."))
    page = visitor.follow(answer).main()
    assert "Penilaian tersimpan. Validator yang melanjutkan." in page
    assert "Catatan penilai: Rumah kontrak." in page
    assert sqlite_office.case(ticket).state == State.VALIDATION


def test_each_question_without_an_answer_is_named(visit: Visit, sqlite_office: Office) -> None:
    ticket, given = opened(sqlite_office), answers(sqlite_office, "NO")
    given.pop("answers__pangan")
    page = visit("peksos").fill(f"/berkas/{ticket}/nilai", **given, note="Rumah kontrak.")
    assert page.status == 422
    assert page.problems() == ["Pertanyaan 3: Pilih Ya, Tidak, atau Belum tahu."]
    assert page.value("answers.lantai") == "NO"
    assert page.value("note") == "Rumah kontrak."


def test_a_case_changed_meanwhile_keeps_the_answers(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = opened(sqlite_office), visit("peksos")
    form = visitor.get(f"/berkas/{ticket}/nilai")
    sqlite_office.amend(ticket, address="Jalan Contoh 2")
    sqlite_office.drain()
    page = visitor.send(form, **answers(sqlite_office), note="Rumah kontrak.")
    assert page.status == 409
    assert "Berkas ini baru saja diubah orang lain." in page.main()
    assert page.value("note") == "Rumah kontrak."
    assert visitor.confirm(visitor.send(page)).status == 303, "the form shown again carries the version of now"


def test_an_assessment_sent_twice_is_one(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = opened(sqlite_office), visit("peksos")
    form = visitor.get(f"/berkas/{ticket}/nilai")
    looks = [visitor.send(form, **answers(sqlite_office)) for _ in range(2)]
    first, second = map(visitor.confirm, looks)
    assert first.location == second.location == f"/berkas/{ticket}"
    assert sqlite_office.count(Assessment) == 1


def test_the_same_form_changed_and_sent_again_is_not_mistaken_for_the_first(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = opened(sqlite_office), visit("peksos")
    form = visitor.get(f"/berkas/{ticket}/nilai")
    visitor.confirm(visitor.send(form, **answers(sqlite_office)))
    assert visitor.send(form, **answers(sqlite_office, "NO")).status == 409


@pytest.mark.parametrize(("path", "username"), [("nilai", "peksos"), ("validasi", "validator"), ("putusan", "kadis"), ("cabut", "kadis")])
def test_a_step_that_is_not_due_says_where_the_case_stands(visit: Visit, sqlite_office: Office, path: str, username: str) -> None:
    ticket = sqlite_office.open()
    page = visit(username).get(f"/berkas/{ticket}/{path}")
    assert page.status == 409
    assert "saat berkas berstatus “Baru”" in page.main()
    assert f"/berkas/{ticket}" in page.links()


# --- validation


def test_somebody_else_confirms(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = assessed(sqlite_office), visit("validator")
    page = visitor.follow(visitor.fill(f"/berkas/{ticket}/validasi", button=("agrees", "true"), note="Sesuai.")).main()
    assert "Hasil validasi tersimpan." in page and "Disahkan Dewi Contoh" in page and "Catatan validator: Sesuai." in page


def test_sending_back_asks_for_the_reason(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = assessed(sqlite_office), visit("validator")
    page = visitor.fill(f"/berkas/{ticket}/validasi", button=("agrees", "false"))
    assert page.status == 422
    assert "Tulis alasan mengapa berkas dikembalikan." in page.main()
    answer = visitor.send(page, button=("agrees", "false"), note="Foto rumah belum ada.")
    assert "Dikembalikan untuk dinilai ulang" in visitor.follow(answer).main()
    sqlite_office.drain()
    again = visit("peksos").get(f"/berkas/{ticket}/nilai").main()
    assert "Dikembalikan oleh Dewi Contoh: Foto rumah belum ada." in again


def test_nobody_confirms_her_own_assessment(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("rangkap", *sqlite_office.actor("peksos").roles, *sqlite_office.actor("validator").roles)
    ticket = opened(sqlite_office)
    sqlite_office.assess(ticket, by="rangkap")
    sqlite_office.drain()
    page = visit("rangkap").fill(f"/berkas/{ticket}/validasi", button=("agrees", "true"), note="Sesuai.")
    assert page.status == 403
    assert "Anda yang menilai berkas ini." in page.main()
    assert page.value("note") == "Sesuai."


# --- decision


def test_approving_signs_and_shows_the_number(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_decision(), visit("kadis")
    page = visitor.follow(visitor.fill(f"/berkas/{ticket}/putusan", nth=0, outcome="APPROVE"))
    assert "Keputusan tersimpan." in page.main() and "400.9/001/Dinsos/XI/2026" in page.main()
    assert "data-busy" in page.one("main").attrib
    sqlite_office.drain()
    assert "Surat terbit" in visitor.get(f"/berkas/{ticket}").main()


def test_open_findings_ask_for_a_reason(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_decision(name="NAMA LAIN SEKALI"), visit("kadis")
    form = visitor.get(f"/berkas/{ticket}/putusan")
    assert form.main().index("Perlu Anda lihat") < form.main().index("Keputusan Anda")
    page = visitor.send(form, nth=0)
    assert page.status == 422
    assert "Tulis alasan mengapa tetap disetujui." in page.main()
    assert visitor.send(page, nth=0, reason=REASON).status == 303


def test_refusing_needs_a_reason_that_the_applicant_reads(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_decision(), visit("kadis")
    form = visitor.get(f"/berkas/{ticket}/putusan")
    page = visitor.send(form, button=("outcome", "REJECT"), nth=1)
    assert page.status == 422
    assert "Pilih paling sedikit satu alasan dari daftar." in page.main()
    told = {"grounds": ["PEMBERI_KERJA"], "reason": "Sudah dijamin perusahaan."}
    done = visitor.follow(visitor.send(page, button=("outcome", "REJECT"), nth=1, **told))  # type: ignore[arg-type]
    assert "Ditolak" in done.main() and "Iuran Anda tanggung jawab pemberi kerja. Sudah dijamin perusahaan." in done.main()
    assert "Alasan, jalan lain, dan keberatan" in done.main()


def test_the_head_may_send_back(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_decision(), visit("kadis")
    form = visitor.get(f"/berkas/{ticket}/putusan")
    assert visitor.send(form, button=("outcome", "SEND_BACK"), nth=1, reason="Alamat berbeda.").status == 303
    assert sqlite_office.case(ticket).state == State.ASSESSMENT


def test_a_decision_sent_twice_signs_one_letter(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_decision(), visit("kadis")
    form = visitor.get(f"/berkas/{ticket}/putusan")
    assert [visitor.send(form, nth=0).status for _ in range(2)] == [303, 303]
    assert sqlite_office.count(Letter) == 1


def test_a_decision_on_a_case_changed_meanwhile_keeps_the_reason(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_decision(), visit("kadis")
    form = visitor.get(f"/berkas/{ticket}/putusan")
    sqlite_office.amend(ticket, phone="081299999999")
    page = visitor.send(form, button=("outcome", "REJECT"), nth=1, grounds="ALASAN_LAIN", reason=REASON)
    assert page.status == 409
    assert "Berkas ini baru saja diubah orang lain." in page.main()
    assert REASON in page.main()


# --- manual checks and corrections


def test_a_check_by_hand_is_shown_with_its_officer(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.fakes.switch.off()
    ticket, visitor = sqlite_office.open(urgency=Urgency.EMERGENCY), visit("peksos")
    sqlite_office.drain()
    for slug, given in (
        ("identitas", {"outcome": "MATCH"}),
        ("kepesertaan", {"outcome": "INACTIVE", "segment": "PEMDA"}),
        ("dtsen", {"outcome": "FOUND", "desil": "3"}),
        ("ganda", {"outcome": "CLEAR"}),
    ):
        answer = visitor.fill(f"/berkas/{ticket}/cek-manual/{slug}", **given, note="KTP dan KK asli dilihat.")
        assert answer.status == 303, slug
    page = visitor.get(f"/berkas/{ticket}").main()
    for said in ("Data kependudukan: cocok", "Kepesertaan BPJS Kesehatan: peserta tidak aktif", "Desil: 3", "petugas: Agus Contoh"):
        assert said in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Isian ini wajib diisi."),
        ({"outcome": "MATCH", "note": "KTP asli"}, "Pilih salah satu."),
        ({"outcome": "ACTIVE", "note": "KTP"}, "Isi 5 sampai 500 huruf."),
        ({"outcome": "ACTIVE", "note": "KTP asli", "as_of_day": "", "as_of_time": ""}, "Isian ini wajib diisi."),
        ({"outcome": "ACTIVE", "note": "KTP asli", "as_of_day": "besok"}, "Tulis tanggal seperti 22-11-2026 dan jam seperti 14.05."),
    ],
)
def test_a_check_by_hand_needs_its_facts(visit: Visit, sqlite_office: Office, typed: dict[str, str], sentence: str) -> None:
    ticket = opened(sqlite_office)
    page = visit("peksos").fill(f"/berkas/{ticket}/cek-manual/kepesertaan", **typed)
    assert page.status == 422
    assert sentence in page.main()
    assert page.value("note") == typed.get("note", "")


def test_a_desil_that_is_no_number_is_refused(visit: Visit, sqlite_office: Office) -> None:
    ticket = opened(sqlite_office)
    page = visit("peksos").fill(f"/berkas/{ticket}/cek-manual/dtsen", outcome="FOUND", note="SIKS-NG", desil="sebelas")
    assert page.status == 422


def test_no_such_check(visit: Visit, sqlite_office: Office) -> None:
    assert visit("peksos").get(f"/berkas/{opened(sqlite_office)}/cek-manual/apa").status == 404


def test_a_late_answer_that_contradicts_asks_for_a_word(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.fakes.switch.off()
    ticket, visitor = sqlite_office.open(urgency=Urgency.EMERGENCY), visit("peksos")
    sqlite_office.drain()
    visitor.fill(f"/berkas/{ticket}/cek-manual/kepesertaan", outcome="ACTIVE", note="Mobile JKN dilihat.")
    sqlite_office.fakes.switch.on()
    sqlite_office.clock.pass_by(minutes=20)
    sqlite_office.drain()
    page = visitor.get(f"/berkas/{ticket}")
    (link,) = [link for link in page.links() if "/koreksi/" in link]
    assert "registri kemudian menjawab lain dari yang tercatat" in page.main()
    form = visitor.get(link)
    assert "Peserta aktif (petugas: Agus Contoh)" in form.main() and "Belum menjadi peserta" in form.main()
    assert visitor.send(form, reason="").status == 422
    assert "Tindak lanjut tersimpan." in visitor.follow(visitor.send(form, reason="Tidak mengubah keputusan.")).main()
    assert not [link for link in visitor.get(f"/berkas/{ticket}").links() if "/koreksi/" in link]
    assert visitor.get(f"/berkas/{ticket}/koreksi/999").status == 404


# --- facts that follow


def form_of(visitor: Visitor, ticket: str) -> Page:
    return visitor.get(f"/berkas/{ticket}/lengkapi")


def test_facts_follow_and_are_corrected(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(documents=frozenset()), visit("loket")
    more = {"hospital_code": "RS-CONTOH-2", "admitted_at_day": "23-11-2026", "admitted_at_time": "07.00", "address": "Jalan Contoh 4"}
    answer = visitor.send(form_of(visitor, ticket), **more, documents=["KTP", "KK", "SKTM"], phone="0813 0000 0002")
    assert "Data tersimpan." in visitor.follow(answer).main()
    case = sqlite_office.case(ticket)
    assert (case.hospital_code, case.address, case.phone) == ("RS-CONTOH-2", "Jalan Contoh 4", "081300000002")
    again = form_of(visitor, ticket)
    assert (again.value("admitted_at_day"), again.value("admitted_at_time")) == ("23-11-2026", "07.00")
    assert "sudah dilihat" in again.main()


def test_what_is_left_as_it_was_stays_as_it_was(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(hospital_code="RS-CONTOH-1", proxy_name="BUDI UJI", proxy_relation="suami"), visit("loket")
    before = sqlite_office.case(ticket)
    assert visitor.send(form_of(visitor, ticket)).status == 303
    after = sqlite_office.case(ticket)
    for name in "nik kk phone name birth_date hospital_code domicile_code urgency proxy_name proxy_relation".split():
        assert getattr(before, name) == getattr(after, name), name


def test_a_fact_can_be_taken_back(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(hospital_code="RS-CONTOH-1", proxy_name="BUDI UJI", proxy_relation="suami"), visit("loket")
    assert visitor.send(form_of(visitor, ticket), hospital_code="", proxy_name="", proxy_relation="").status == 303
    case = sqlite_office.case(ticket)
    assert (case.hospital_code, case.proxy_name, case.proxy_relation) == (None, None, None)


def test_half_a_proxy_is_refused_before_anything_is_stored(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(), visit("loket")
    page = visitor.send(form_of(visitor, ticket), proxy_name="Budi Uji", address="Jalan Contoh 5")
    assert page.status == 422
    assert page.value("address") == "Jalan Contoh 5"
    assert sqlite_office.case(ticket).address is None


def test_a_fault_in_the_facts_keeps_what_was_typed(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(), visit("loket")
    page = visitor.send(form_of(visitor, ticket), birth_date="32-13-1990", address="Jalan Contoh 6", documents=["KIA"])
    assert page.status == 422
    assert (page.value("birth_date"), page.value("address"), page.value("documents")) == ("32-13-1990", "Jalan Contoh 6", "KIA")


def test_a_case_changed_meanwhile_keeps_the_facts(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(), visit("loket")
    form = form_of(visitor, ticket)
    sqlite_office.amend(ticket, address="Jalan Contoh 7")
    page = visitor.send(form, address="Jalan Contoh 8")
    assert page.status == 409
    assert page.value("address") == "Jalan Contoh 8"
    assert visitor.send(page).status == 303


def test_a_decided_case_takes_no_more_facts(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter()
    page = visit("loket").get(f"/berkas/{ticket}/lengkapi")
    assert page.status == 409
    assert "Berkas sudah diputus." in page.main()


# --- endings


def test_withdrawing_needs_a_reason(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(), visit("loket")
    page = visitor.fill(f"/berkas/{ticket}/batalkan", reason="ya")
    assert page.status == 422 and "Isi 3 sampai 500 huruf." in page.main() and page.value("reason") == "ya"
    done = visitor.follow(visitor.send(page, reason="Pemohon mencabut."))
    assert "Berkas dibatalkan." in done.main() and "Alasan: Pemohon mencabut." in done.main()


def test_a_letter_is_taken_back_with_a_reason_the_desk_reads(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.to_letter(), visit("kadis")
    page = visitor.fill(f"/berkas/{ticket}/cabut")
    assert page.status == 422 and "400.9/001/Dinsos/XI/2026" in page.main()
    done = visitor.follow(visitor.send(page, reason="Salah orang."))
    assert "Surat dicabut." in done.main() and "Alasan dicabut" in done.main()
    assert person()["name"] in done.main()


def test_withdrawing_and_revoking_are_not_offered_to_others(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter()
    for username in ("loket", "peksos", "validator"):
        assert f"/berkas/{ticket}/cabut" not in visit(username).get(f"/berkas/{ticket}").links()
        assert visit(username).get(f"/berkas/{ticket}/cabut").status == 403
