"""Bad input: refused with problem+json that names field, reason and what to do, and nothing is stored."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel
from werkzeug.test import TestResponse

from tests.office import API, Office, ktp

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "help_code"}
WRONG = "Isian belum benar. Perbaiki yang ditandai, lalu kirim lagi."
UNREADABLE = "Permintaan ini tidak dapat dibaca. Periksa bentuk JSON atau formulirnya."
ENGLISH = re.compile(r"\b([Vv]alid|[Mm]ust|[Nn]ot|[Ii]nvalid|[Mm]issing|[Uu]nknown|[Ff]ield|[Rr]equired|[Ss]tring|[Ii]nteger)\b")
JSON = "application/json"
URGENCIES = "Pilih salah satu: EMERGENCY, INPATIENT, CHILDBIRTH, CHRONIC, OUTPATIENT, ROUTINE."

FIELDS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"nik": "99010141019000AB"}, {"/nik": "NIK hanya berisi angka. Ketik ulang 16 angka seperti di KTP."}),
    ({"nik": "990101410190000"}, {"/nik": "Masukkan NIK 16 angka. Anda mengetik 15 angka."}),
    ({"nik": 9901014101900001}, {"/nik": "Kirim NIK sebagai teks 16 angka, bukan bilangan."}),
    ({"nik": "0001014101900001"}, {"/nik": "Dua angka pertama NIK bukan kode provinsi. Periksa lagi di KTP."}),
    ({"nik": "9901013202900001"}, {"/nik": "Angka ke-7 sampai ke-12 NIK bukan tanggal lahir. Periksa lagi di KTP."}),
    ({"nik": "9901014101900000"}, {"/nik": "NIK ini berakhiran 0000. Periksa lagi di KTP."}),
    ({"nik": None}, {"/nik": "Isian ini tidak boleh kosong."}),
    ({"name": ""}, {"/name": "Nama hanya berisi huruf. Ketik seperti di KTP."}),
    ({"name": "SITI 2"}, {"/name": "Nama hanya berisi huruf. Ketik seperti di KTP."}),
    ({"name": "A" * 201}, {"/name": "Isi paling banyak 200 huruf."}),
    ({"name": "SITI\u202eITIS"}, {"/name": "Teks berisi tanda yang tidak dapat dicetak. Ketik ulang."}),
    ({"name": "SITI\u0000"}, {"/name": "Teks berisi tanda yang tidak dapat dicetak. Ketik ulang."}),
    ({"name": ["SITI"]}, {"/name": "Isi dengan teks."}),
    ({"birth_date": "2990-01-01"}, {"/birth_date": "Tanggal ini di masa depan. Periksa lagi."}),
    ({"birth_date": "1850-01-01"}, {"/birth_date": "Tanggal ini terlalu lama lalu. Periksa lagi tahunnya."}),
    ({"birth_date": "31-02-1990"}, {"/birth_date": "Tulis tanggal seperti 2026-11-22 atau 22-11-2026."}),
    ({"birth_date": 19900101}, {"/birth_date": "Tulis tanggal seperti 2026-11-22 atau 22-11-2026."}),
    ({"phone": "12"}, {"/phone": "Nomor telepon berisi 8 sampai 15 angka, misalnya 081200000000."}),
    ({"phone": 81200000000}, {"/phone": "Isi nomor telepon dengan angka."}),
    ({"kk": "123"}, {"/kk": "Nomor KK terdiri dari 16 angka. Periksa lagi di kartu keluarga."}),
    ({"urgency": "SOON"}, {"/urgency": URGENCIES}),
    ({"urgency": ["EMERGENCY"]}, {"/urgency": URGENCIES}),
    ({"documents": "KTP"}, {"/documents": "Kirim daftar jenis berkas."}),
    ({"admitted_at": "2026-11-22T10:00:00"}, {"/admitted_at": "Sertakan zona waktu, misalnya +07:00."}),
    ({"admitted_at": "9999-12-31T23:59:59+00:00"}, {"/admitted_at": "Waktu ini terlalu jauh dari hari ini. Periksa lagi tahunnya."}),
    ({"admitted_at": "0001-01-01T00:00:00+14:00"}, {"/admitted_at": "Waktu ini terlalu jauh dari hari ini. Periksa lagi tahunnya."}),
    ({"admitted_at": "kemarin"}, {"/admitted_at": "Tulis waktu seperti 2026-11-22T14:05:00+07:00."}),
    (
        {"proxy_name": "TETANGGA UJI"},
        {"/proxy_relation": "Isi nama dan hubungan orang yang mengurus, atau kosongkan keduanya."},
    ),
    ({"\ud800": "-"}, {"/?": "Isian ini tidak dikenal. Hapus, atau periksa ejaan namanya."}),
    ({"agama": "-"}, {"/agama": "Isian ini tidak dikenal. Hapus, atau periksa ejaan namanya."}),
    (
        {"nik": "1", "phone": "1"},
        {
            "/nik": "Masukkan NIK 16 angka. Anda mengetik 1 angka.",
            "/phone": "Nomor telepon berisi 8 sampai 15 angka, misalnya 081200000000.",
        },
    ),
]
BODIES: list[tuple[bytes, int, str]] = [
    (b"{bad", 400, UNREADABLE),
    (b'{"nik": "\xff\xfe"}', 400, UNREADABLE),
    ('{"nik": "x"}'.encode("utf-16"), 400, UNREADABLE),
    (b"[" * 200_000, 400, UNREADABLE),
    (b'{"documents": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, UNREADABLE),
    (b'{"nik": ' + b"9" * 5_000 + b"}", 400, UNREADABLE),
    (b'{"nik": "1"} {"nik": "2"}', 400, UNREADABLE),
    (b" " * (1024 * 1024 + 1), 413, "Kiriman terlalu besar. Kurangi ukurannya, lalu kirim lagi."),
]


def problem(answer: TestResponse, status: int, code: str, detail: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """The answer is exactly this problem and nothing else."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    said: dict[str, Any] = json.loads(answer.get_data())
    assert MEMBERS <= set(said) <= MEMBERS | {"errors", "ticket", "existing"}
    assert (said["status"], said["code"], said["type"], said["detail"]) == (status, code, f"/masalah/{code}", detail)
    assert said["instance"].startswith("/api/v1/")
    assert re.fullmatch(r"E-[2-9A-HJKMNP-Z]{4}", said["help_code"])
    assert {error["pointer"]: error["detail"] for error in said.get("errors", [])} == (fields or {})
    return said


OF_THE_ASKER = {"sign_in", "audit_event", "meter", "case_reading"}


def rows(office: Office) -> dict[str, int]:
    """How many rows every table has, beside what is written down of those who ask."""
    with office.read() as session:
        tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in OF_THE_ASKER]
        return {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def test_each_wrong_field_is_named_with_its_reason_and_nothing_is_stored(office: Office, subtests: pytest.Subtests) -> None:
    loket, before = office.api("loket"), rows(office)
    for change, fields in FIELDS:
        with subtests.test(ascii(change)):
            problem(
                loket.call("POST", "/applications", data=json.dumps(ktp() | change), content_type=JSON), 422, "isian-salah", WRONG, fields
            )
    assert rows(office) == before


def test_all_that_is_missing_is_named_at_once(sqlite_office: Office) -> None:
    needed = dict.fromkeys(("/nik", "/name", "/birth_date", "/phone"), "Isian ini wajib.")
    problem(sqlite_office.api("loket").post("/applications", {}), 422, "isian-salah", WRONG, needed)


@pytest.mark.parametrize("body", [[], [1, 2], "x", 7, True, None])
def test_a_body_that_is_no_object(sqlite_office: Office, body: Any) -> None:
    answer = sqlite_office.api("loket").call("POST", "/applications", data=json.dumps(body), content_type=JSON)
    problem(answer, 422, "isian-salah", WRONG, {"/": "Kirim satu objek JSON."})


def test_bodies_nobody_can_read(office: Office, subtests: pytest.Subtests) -> None:
    loket, before = office.api("loket"), rows(office)
    for body, status, detail in BODIES:
        with subtests.test(repr(body[:20])):
            answer = loket.call("POST", "/applications", data=body, content_type=JSON)
            problem(answer, status, f"http-{status}", detail)
    assert rows(office) == before


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"])
def test_another_content_type(sqlite_office: Office, kind: str | None) -> None:
    answer = sqlite_office.api("loket").call("POST", "/applications", data=json.dumps(ktp()), content_type=kind)
    problem(answer, 415, "http-415", "Jenis isi tidak dikenal. Kirim dengan Content-Type application/json.")
    assert rows(sqlite_office)["case_file"] == 0


@pytest.mark.parametrize("path", ["/nowhere", "/applications/", "/applications/ABCD-2345/nowhere", "/applications/%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address(sqlite_office: Office, path: str, method: str) -> None:
    answer = sqlite_office.api("loket").call(method, path)
    problem(answer, 404, "http-404", "Halaman atau alamat ini tidak ada. Periksa alamatnya, atau mulai dari halaman awal.")


def test_another_method_is_refused_and_the_right_ones_are_named(sqlite_office: Office) -> None:
    for path, method, allowed in (("/applications", "PUT", {"GET", "POST"}), ("/desk/check", "GET", {"POST"})):
        answer = sqlite_office.api("loket").call(method, path)
        problem(answer, 405, "http-405", "Cara ini tidak dipakai di alamat ini. Lihat header Allow.")
        assert {word.strip() for word in answer.headers["Allow"].split(",")} - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize("ticket", ["ABCD-2345", "%ff", "x" * 300, "' OR 1=1 --"])
def test_an_unknown_ticket(office: Office, ticket: str) -> None:
    answer = office.api("loket").get(f"/applications/{ticket}")
    problem(answer, 404, "tidak-ditemukan", "Berkas tidak ditemukan. Periksa nomor berkas, lalu cari lagi.")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("before=x", {"/before": "Isi bilangan bulat."}),
        ("before=999999999999999999999999", {"/before": "Isi bilangan 0 sampai 2147483647."}),
        ("state=OPEN", None),
    ],
)
def test_a_wrong_query(office: Office, query: str, fields: dict[str, str] | None) -> None:
    answer = office.api("loket").get(f"/applications?{query}")
    assert answer.status_code == 422
    said = {error["pointer"]: error["detail"] for error in answer.get_json()["errors"]}
    assert said == fields or said["/state"].startswith("Pilih salah satu: RECEIVED, ")


def wrong_bodies(value: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """The same wrong value in every field of every other door."""
    ticket = "/applications/{ticket}"
    return [
        ("loket", ticket, dict.fromkeys(("name", "birth_date", "phone", "kk", "admitted_at", "urgency", "documents", "version"), value)),
        ("peksos", f"{ticket}/checks", dict.fromkeys(("kind", "outcome", "note", "as_of", "segment", "desil"), value)),
        ("peksos", f"{ticket}/assessment", dict.fromkeys(("answers", "note", "version"), value)),
        ("validator", f"{ticket}/validation", dict.fromkeys(("agrees", "note", "version"), value)),
        ("kadis", f"{ticket}/decision", dict.fromkeys(("outcome", "reason", "version"), value)),
        ("kadis", f"{ticket}/revocation", dict.fromkeys(("reason", "version"), value)),
        ("loket", f"{ticket}/withdrawal", dict.fromkeys(("reason", "version"), value)),
        ("rs", "/desk/check", dict.fromkeys(("code", "number", "nik"), value)),
        ("rs", "/desk/accept", dict.fromkeys(("code", "registration_number"), value)),
        ("rs", "/desk/membership", dict.fromkeys(("nik", "asked_for", "found", "status_code", "card", "cover_from"), value)),
    ]


@pytest.mark.parametrize("value", [{"a": 1}, [[]], -1, 10**25, 1.5, "\ud800", "\u0000", "x" * 3000], ids=lambda value: repr(value)[:12])
def test_no_door_breaks_and_every_reason_is_in_indonesian(office: Office, value: Any) -> None:
    ticket = office.open()
    office.drain()
    before, events = rows(office), office.events(ticket)
    for username, path, body in wrong_bodies(value):
        method = "PATCH" if path.endswith("}") else "POST"
        answer = office.api(username).call(method, path.format(ticket=ticket), data=json.dumps(body), content_type=JSON)
        assert answer.status_code == 422, (path, answer.get_data(as_text=True))
        reasons = [error["detail"] for error in answer.get_json().get("errors", [])] or [answer.get_json()["detail"]]
        assert all(reason.endswith(".") and not ENGLISH.search(reason) for reason in reasons), reasons
    assert (rows(office), office.events(ticket)) == (before, events)


def test_no_answer_shows_how_it_is_made(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.api.applications.open_case", lambda *_: 1 / 0)
    answer = sqlite_office.api("loket").post("/applications", ktp())
    sentence = "Ada kesalahan di pihak kami. Data Anda belum tersimpan. Coba lagi; bila berulang, sebutkan kode ini ke admin."
    problem(answer, 500, "kesalahan-dalam", sentence)
    assert not re.search(r"Traceback|ZeroDivision|\.py|sqlalchemy", answer.get_data(as_text=True))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.request.path == f"{API}/applications"
