"""Pictures of papers by API: put, listed, fetched, removed; in the export for the person."""

import json
from pathlib import Path

import pytest

from tests.office import Office, person
from tests.verify.made_scans import a_scan
from tests.verify.test_subject_access import typed


def test_the_way_of_a_picture(sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), sqlite_office.api("loket")
    address = f"/applications/{ticket}/papers"
    for _ in range(2):
        answer = loket.call("PUT", f"{address}/KTP", data=a_scan(), content_type="image/jpeg")
        assert answer.status_code == 200
    (one,) = loket.get(address).get_json()["papers"]
    assert (one["paper"], one["kind"], one["way"], one["kept_by"], one["removed_at"]) == ("KTP", "JPEG", "OFFICE", "Rini Contoh", None)
    fetched = loket.get(f"{address}/{one['handle']}/picture")
    assert (fetched.status_code, fetched.mimetype, len(fetched.data)) == (200, "image/jpeg", one["size"])
    removed = loket.post(f"{address}/{one['handle']}/removal", {"reason": "Foto buram."})
    assert removed.status_code == 201 and removed.get_json()["papers"][0]["removed_reason"] == "Foto buram."
    assert loket.get(f"{address}/{one['handle']}/picture").status_code == 404


def test_what_is_refused(sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), sqlite_office.api("loket")
    address = f"/applications/{ticket}/papers"
    assert loket.call("PUT", f"{address}/PASPOR", data=a_scan()).status_code == 404
    assert loket.call("PUT", f"{address}/KTP", data=b"MZ").status_code == 422
    assert sqlite_office.api("kadis").call("PUT", f"{address}/KTP", data=a_scan()).status_code == 403
    assert loket.call("PUT", "/applications/ABCD-2345/papers/KTP", data=a_scan()).status_code == 404
    assert loket.call("PUT", f"{address}/KTP", data=bytes(10 * 1024 * 1024 + 1)).status_code == 413
    assert loket.get(address).get_json() == {"papers": []}


def test_the_person_is_told_of_them(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", office.rekom.settings.database_url)
    monkeypatch.setenv("REKOM_DATA_DIR", office.rekom.settings.data_dir)
    ticket, file = office.open(), tmp_path / "data.json"
    office.api("loket").call("PUT", f"/applications/{ticket}/papers/KTP", data=a_scan())
    assert typed("export", "--to", str(file), nik=person()["nik"]).exit_code == 0
    (one,) = json.loads(file.read_text())["case_paper"]
    assert one["type"] == "KTP" and one["content"]["bytes"] == one["size"] and one["content"]["sha256"] == one["sha256"]
