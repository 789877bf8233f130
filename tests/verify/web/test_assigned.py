"""My tasks: what registries left to me by name, and how I hand it to a colleague."""

import re
from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.web.visitor import Visitor
from workflows.states import Role
from workflows.vocabulary import Urgency

Visit = Callable[[str], Visitor]


@pytest.fixture
def left_to_me(sqlite_office: Office) -> str:
    """An emergency whose registries are all silent."""
    sqlite_office.fakes.switch.off()
    ticket = sqlite_office.open(1, urgency=Urgency.EMERGENCY)
    sqlite_office.drain()
    return ticket


def test_without_tasks_the_page_says_when_there_would_be_some(visit: Visit) -> None:
    page = visit("peksos").get("/tugas")
    assert "Tidak ada tugas atas nama Anda." in page.main()
    assert "/tugas" in page.links()


def test_each_silent_registry_is_one_task(visit: Visit, left_to_me: str) -> None:
    page = visit("peksos").get("/tugas")
    headings = [page.words(heading) for heading in page.all("h2")]
    assert headings == [
        "Data kependudukan: periksa manual",
        "Kepesertaan BPJS Kesehatan: periksa manual",
        "Data sosial ekonomi (DTSEN): periksa manual",
    ]
    assert f"/berkas/{left_to_me}/cek-manual/identitas" in page.links()


def test_most_urgent_first_whoever_waited_longer(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.fakes.switch.off()
    routine = sqlite_office.open(1, urgency=Urgency.ROUTINE)
    for _ in range(sqlite_office.rekom.settings.task_attempts):
        sqlite_office.drain()
        sqlite_office.clock.pass_by(minutes=11)
    sqlite_office.drain()
    emergency = sqlite_office.open(2, urgency=Urgency.EMERGENCY)
    sqlite_office.drain()
    links = [link for link in visit("peksos").get("/tugas").links() if re.fullmatch(r"/berkas/\w{4}-\w{4}", link)]
    assert links == [f"/berkas/{emergency}"] * 3 + [f"/berkas/{routine}"] * 3


def test_what_is_recorded_leaves_the_list(visit: Visit, left_to_me: str) -> None:
    peksos = visit("peksos")
    peksos.fill(f"/berkas/{left_to_me}/cek-manual/identitas", outcome="MATCH", note="KTP dan KK asli dilihat.")
    assert len(peksos.get("/tugas").all("h2")) == 2


def test_a_correction_is_a_task_too(visit: Visit, sqlite_office: Office, left_to_me: str) -> None:
    peksos = visit("peksos")
    peksos.fill(f"/berkas/{left_to_me}/cek-manual/identitas", outcome="MISMATCH", note="KTP dan KK asli dilihat.")
    sqlite_office.fakes.switch.on()
    sqlite_office.clock.pass_by(minutes=11)
    sqlite_office.drain()
    page = peksos.get("/tugas")
    assert [page.words(heading) for heading in page.all("h2")] == ["Data kependudukan: jawaban registri berbeda"]
    address = next(link for link in page.links() if "/koreksi/" in link)
    assert peksos.fill(address, reason="Data dibetulkan di Disdukcapil.").status == 303
    assert "Tidak ada tugas atas nama Anda." in peksos.get("/tugas").main()


def test_a_task_is_passed_on_to_a_colleague(visit: Visit, sqlite_office: Office, left_to_me: str) -> None:
    colleague = sqlite_office.hire("rekan", Role.CASEWORKER)
    peksos = visit("peksos")
    answer = peksos.fill(f"/berkas/{left_to_me}/cek-manual/identitas/alihkan", owner=str(colleague))
    assert "Pemeriksaan Data kependudukan dialihkan." in peksos.follow(answer).main()
    assert len(peksos.get("/tugas").all("h2")) == 2
    page = visit("rekan").get("/tugas")
    assert [page.words(heading) for heading in page.all("h2")] == ["Data kependudukan: periksa manual"]


@pytest.mark.parametrize("owner", ["", "abc", "99999"])
def test_only_a_colleague_can_take_it(visit: Visit, sqlite_office: Office, left_to_me: str, owner: str) -> None:
    sqlite_office.hire("rekan", Role.CASEWORKER)
    page = visit("peksos").fill(f"/berkas/{left_to_me}/cek-manual/identitas/alihkan", owner=owner)
    assert page.status in (404, 422)
    assert len(visit("peksos").get("/tugas").all("h2")) == 3


def test_alone_in_the_office_nothing_can_be_passed_on(visit: Visit, left_to_me: str) -> None:
    page = visit("peksos").get(f"/berkas/{left_to_me}/cek-manual/identitas/alihkan")
    assert "Belum ada petugas penilai lain" in page.main()
    assert not page.forms()


def test_a_strange_check_is_not_there(visit: Visit, left_to_me: str) -> None:
    assert visit("peksos").get(f"/berkas/{left_to_me}/cek-manual/surat/alihkan").status == 404


def test_the_case_page_says_that_it_is_my_turn(visit: Visit, sqlite_office: Office, left_to_me: str) -> None:
    sqlite_office.assess(left_to_me)
    sqlite_office.drain()
    mine = visit("peksos").get(f"/berkas/{left_to_me}")
    assert "Data kependudukan menunggu pemeriksaan manual Anda." in mine.main()
    assert f"/berkas/{left_to_me}/cek-manual/identitas" in mine.links()
    assert "menunggu pemeriksaan manual Anda" not in visit("loket").get(f"/berkas/{left_to_me}").main()


def test_nobody_else_sees_the_list(visit: Visit) -> None:
    assert visit("loket").get("/tugas").status == 403


def test_other_people_keep_their_own_lists(visit: Visit, sqlite_office: Office, left_to_me: str) -> None:
    sqlite_office.hire("rekan", Role.CASEWORKER)
    assert "Tidak ada tugas atas nama Anda." in visit("rekan").get("/tugas").main()


def test_a_registry_is_asked_again_from_the_page(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.fakes.switch.refuse()
    ticket = sqlite_office.open(1)
    sqlite_office.drain()
    sqlite_office.fakes.switch.on()
    peksos, address = visit("peksos"), f"/berkas/{ticket}/cek-manual/identitas"
    answer = peksos.fill(address, f"{address}/tanya-lagi")
    assert "Data kependudukan ditanyakan lagi." in peksos.follow(answer).main()
    sqlite_office.drain()
    page = peksos.get("/tugas")
    assert "Data kependudukan: periksa manual" not in page.main()
    assert len(page.all("h2")) == 2


def test_what_is_being_asked_already_says_so(visit: Visit, left_to_me: str) -> None:
    address = f"/berkas/{left_to_me}/cek-manual/identitas"
    page = visit("peksos").fill(address, f"{address}/tanya-lagi")
    assert page.status == 409
    assert "Registri ini masih ditanya" in page.main()
