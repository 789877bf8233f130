"""The head's page of delegation, and the button of a quorum."""

from collections.abc import Callable

from sqlmodel import col, select

from tests.approval_office import with_policy
from tests.office import Office
from tests.seat_office import make_decidable
from tests.verify.web.visitor import Visitor
from workflows.records import Agreement, SigningAuthority
from workflows.rules.policy import QuorumRule
from workflows.states import POSTS, Role

Visit = Callable[[str], Visitor]
WEEK = {"first": "23-11-2026", "last": "30-11-2026"}


def text(page: object) -> str:
    return " ".join(page.main().split())  # type: ignore[attr-defined]


def test_the_head_delegates_and_takes_back(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("sekretaris", Role.SEKRETARIS)
    kadis = visit("kadis")
    assert kadis.fill("/wakil", "/wakil", username="sekretaris", capacity="AN", position="Sekretaris", **WEEK).status == 303
    shown = kadis.get("/wakil")
    assert "a.n. (Sekretaris)" in text(shown)
    assert "23 November 2026 sampai 30 November 2026" in text(shown)
    assert Role.KADIS in sqlite_office.actor("sekretaris").roles
    (number,) = [one.id for one in _delegated(sqlite_office)]
    assert kadis.send(shown, f"/wakil/{number}/akhiri").status == 303
    assert "Yang sedang mewakili" not in text(kadis.get("/wakil"))
    assert Role.KADIS not in sqlite_office.actor("sekretaris").roles


def test_what_is_missing_is_said_and_what_was_typed_stays(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("sekretaris", Role.SEKRETARIS)
    kadis = visit("kadis")
    page = kadis.fill("/wakil", "/wakil", username="sekretaris", capacity="AN", **WEEK)
    assert (page.status, "menyebut jabatannya sendiri" in text(page)) == (422, True)
    assert page.value("last") == "30-11-2026"
    empty = kadis.fill("/wakil", "/wakil")
    assert (empty.status, empty.problems()[0]) == (422, "Petugas: Isian ini wajib diisi.")


def _delegated(office: Office) -> list[SigningAuthority]:
    with office.read() as session:
        return list(session.exec(select(SigningAuthority).where(col(SigningAuthority.delegated_by).is_not(None))))


def test_a_post_agrees_by_a_button(visit: Visit, sqlite_office: Office) -> None:
    with_policy(sqlite_office, quorum=(QuorumRule(None, True, 0, 2, POSTS),))
    sqlite_office.hire("kasi", Role.KASI)
    (ticket,) = make_decidable(sqlite_office, 1)
    kasi = visit("kasi")
    page = kasi.get(f"/berkas/{ticket}")
    assert "Di atas kuota: 2 dari 3 pejabat (Kepala Seksi, Kepala Bidang, Sekretaris) menyetujui lebih dulu." in text(page)
    assert "Berkas ini dapat memerlukan persetujuan Anda sebagai kuorum." in text(page)
    assert kasi.send(page, f"/berkas/{ticket}/kuorum").status == 303
    assert sqlite_office.count(Agreement) == 1
    agreed = kasi.get(f"/berkas/{ticket}")
    assert "Kepala Seksi: Kasi Contoh" in text(agreed) and "Anda tidak perlu melakukan apa-apa." in text(agreed)
    assert not agreed.forms(f"/berkas/{ticket}/kuorum")
    assert not visit("validator").get(f"/berkas/{ticket}").forms(f"/berkas/{ticket}/kuorum")
    assert "Kepala Seksi: Kasi Contoh" in text(kasi.get(f"/berkas/{ticket}"))
    assert "Setujui sebagai kuorum" not in text(visit("kadis").get(f"/berkas/{ticket}"))
