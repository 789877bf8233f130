"""The admin's page of webhooks: open an address, its secret once, what arrived and what did not, send again, close."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from tests.office import Office, running_office
from tests.receiver import Receiver, listening
from tests.verify.web.visitor import Page, Visitor
from verify.web.news import NEWS
from workflows.records.webhook import News, WebhookEndpoint

Visit = Callable[[str], Visitor]
URL = "https://simrs.contoh.id/webhook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


@pytest.fixture
def sqlite_office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path, webhook_private_hosts="localhost", webhook_seconds=5.0) as made:
        yield made


def opened(admin: Visitor, url: str = URL, hospital: str = "RS-CONTOH-1") -> Page:
    return admin.fill("/kabar", hospital=hospital, url=url)


def test_an_address_is_opened_and_its_secret_shown_once(visit: Visit, sqlite_office: Office) -> None:
    admin = visit("admin")
    assert "Belum ada alamat." in admin.get("/kabar").main()
    form = admin.get("/kabar")
    made = admin.send(form, "/kabar", hospital="RS-CONTOH-1", url=URL)
    assert made.heading == "Alamat dibuka" and re.search(r"whsec_\S{30,}", made.main())
    again = admin.follow(admin.send(form, "/kabar", hospital="RS-CONTOH-1", url=URL))
    assert "sudah dibuka" in again.text and "whsec_" not in again.text
    assert sqlite_office.count(WebhookEndpoint) == 1
    assert URL in again.main() and "RSUD Contoh Serang" in again.main()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://simrs.contoh.id/webhook", "Alamat webhook harus diawali https://."),
        ("https://10.0.0.1/webhook", "Pakai nama host, bukan nomor IP"),
        ("https://simrs.local/webhook", "Nama host ini tidak dapat dipakai."),
        ("", "Alamat"),
    ],
)
def test_an_address_news_must_not_go_to_is_refused(visit: Visit, sqlite_office: Office, url: str, sentence: str) -> None:
    page = opened(visit("admin"), url)
    assert page.status == 422 and sentence in page.main()
    assert sqlite_office.count(WebhookEndpoint) == 0


def form_to(page: Page, end: str) -> str:
    (form,) = [one for one in page.all("form") if (one.get("action") or "").endswith(end)]
    return form.get("action") or ""


def test_what_was_sent_is_listed_sent_again_and_an_address_closed(visit: Visit, sqlite_office: Office, receiver: Receiver) -> None:
    receiver.answers = [Response(status=500)]
    opened(visit("admin"), receiver.url())
    sqlite_office.to_letter(hospital_code="RS-CONTOH-1")
    page = visit("admin").get("/kabar")
    assert "Surat terbit" in page.main() and "Masih dicoba sudah 1 kali." in page.main() and "/ulangi" not in page.text
    for _ in range(10):
        sqlite_office.clock.pass_by(days=1)
        sqlite_office.drain()
    admin, receiver.answers = visit("admin"), [Response(status=204)]
    page = admin.get("/kabar")
    assert "Tidak sampai" in page.main() and "Percobaan terakhir: jawaban 500." in page.main()
    after = admin.follow(admin.send(page, form_to(page, "/ulangi")))
    assert "Kabar dikirim lagi." in after.main()
    sqlite_office.drain()
    page = admin.get("/kabar")
    assert "Sampai" in page.main()
    closed = admin.follow(admin.send(page, form_to(page, "/tutup")))
    assert "ditutup" in closed.main() and "/tutup" not in closed.text and "/ulangi" not in closed.text


@pytest.mark.parametrize("who", ["rs", "loket", "kadis"])
def test_only_an_admin_manages_addresses(visit: Visit, who: str) -> None:
    assert visit(who).get("/kabar").status == 403


def test_every_piece_of_news_has_a_word() -> None:
    assert set(NEWS) == set(News)
