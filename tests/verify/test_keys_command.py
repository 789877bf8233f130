"""``rekom keys``: what it says before it asks, what it does after, and what a letter is worth then."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from tests.office import Office
from verify.cli import main
from verify.witness import take
from workflows import desk, trust
from workflows.actor import SYSTEM
from workflows.records import AuditEvent, Letter

OLD = {"answer": "REVOKED", "reason": "Dicabut Dinas Sosial: kunci surat ini ditarik."}


@pytest.fixture
def typed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Types a command at the office's server; time is that of the office."""
    settings = office.rekom.settings
    environ = {"REKOM_ENVIRONMENT": "test", "DATABASE_URL": settings.database_url, "REKOM_DATA_DIR": settings.data_dir, "COLUMNS": "200"}
    monkeypatch.setattr("verify.commands.keys._rekom", lambda: office.rekom)

    def run(*words: str, says: str | None = None) -> Result:
        return CliRunner(env=environ).invoke(main, ["keys", *words], input=says, catch_exceptions=False)

    return run


def current(office: Office) -> str:
    return office.rekom.keys.current.key_id


def ask(office: Office, code: str | None, *, by: str = "rs") -> dict[str, Any]:
    answer: dict[str, Any] = office.api(by).post("/desk/check", {"code": code}).json
    return answer


def use(office: Office, ticket: str) -> None:
    rs, letter = office.actor("rs"), office.letter(ticket)
    with office.write() as session:
        desk.accept(session, session.get(Letter, letter.id), None, rs, now=office.clock())


def test_init_says_where_the_keys_are_and_changes_none(office: Office, typed: Any) -> None:
    before = current(office)
    result = typed("init")
    assert (result.exit_code, current(office)) == (0, before)
    assert before in result.output
    assert f"cadangan-{office.rekom.keys.spare}.json" in result.output


def test_show_names_every_key_its_letters_and_the_counter(office: Office, typed: Any) -> None:
    office.revoke(office.to_letter())
    first = current(office)
    typed("rotate")
    take(office.rekom)
    lines = typed("show").output.splitlines()
    assert [line.split()[0] for line in lines[:3]] == list(office.rekom.keys.verifying)
    assert [line[18:34].strip() for line in lines[:3]] == ["menandatangani", "cadangan", "lama, memeriksa"]
    assert lines[2].startswith(f"{first}  lama, memeriksa         1 surat")
    assert lines[3] == "Daftar kepercayaan: nomor 1"
    assert lines[4].startswith("Saksi jejak audit: ")


def test_rotate_leaves_letters_good_and_signs_with_the_new_key(office: Office, typed: Any) -> None:
    before, spare = office.to_letter(1), office.rekom.keys.spare
    result = typed("rotate")
    assert (result.exit_code, current(office)) == (0, spare)
    assert "tetap berlaku" in result.output
    after = office.to_letter(2)
    letters = [office.letter(ticket) for ticket in (before, after)]
    assert [ask(office, letter.token)["answer"] for letter in letters] == ["VALID", "VALID"]
    assert [letter.key_id == spare for letter in letters] == [False, True]


def test_compromise_says_first_what_will_happen_and_no_means_no(office: Office, typed: Any) -> None:
    used, _, revoked = (office.to_letter(number) for number in (1, 2, 3))
    use(office, used)
    office.revoke(revoked)
    key_id = current(office)
    result = typed("compromise", key_id, says="n\n")
    assert result.exit_code == 1
    told = [" ".join(line.split()[:2]) for line in result.output.splitlines()[1:4]]
    assert told == ["1 Berlaku", "1 Sudah", "1 Dicabut"]
    assert "Tidak ada yang diubah." in result.output
    assert (current(office), office.rekom.keys.withdrawn) == (key_id, {})
    with office.read() as session:
        assert not trust.is_withdrawn(session, key_id)


def test_compromise_refuses_every_letter_at_once_and_says_why(office: Office, typed: Any) -> None:
    used, live = office.to_letter(1), office.to_letter(2, hospital_code="RS-CONTOH-1")
    use(office, used)
    key_id, spare = current(office), office.rekom.keys.spare
    result = typed("compromise", key_id, "--by", "Tono Contoh", says="y\n")
    assert result.exit_code == 0
    assert f"rekom keys reseal {key_id}" in result.output
    assert current(office) == spare
    answer = ask(office, office.letter(live).token)
    assert {name: answer[name] for name in OLD} == OLD
    assert answer["letter"]["number"] == office.letter(live).number
    assert office.api("rs").post("/desk/accept", {"code": office.letter(live).token}).status_code == 409
    assert ask(office, office.letter(used).token)["answer"] == "ALREADY_USED"
    with office.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.subject == f"key:{key_id}")).one()
    assert (event.action, event.actor_name, event.detail) == ("WITHDRAW_KEY", "Tono Contoh", {"letters": 2})


def test_the_public_page_says_withdrawn_for_ours_and_forged_for_the_thiefs(office: Office, typed: Any) -> None:
    token = office.letter(office.to_letter()).token
    typed("compromise", current(office), "--yes")
    page = office.app.test_client().get(f"/S/{token}").text
    assert "Surat asli, sudah dicabut" in page
    assert "Surat palsu atau rusak" in office.app.test_client().get(f"/S/{token[:-6]}AAAAAA").text


def test_reseal_gives_new_code_and_paper_under_the_same_number(office: Office, typed: Any) -> None:
    tickets = [office.to_letter(number) for number in (1, 2, 3)]
    use(office, tickets[2])
    key_id, before = current(office), [office.letter(ticket) for ticket in tickets]
    office.clock.pass_by(hours=1)
    typed("compromise", key_id, "--yes")
    office.clock.pass_by(hours=1)
    result = typed("reseal", key_id, "--by", "Tono Contoh")
    assert result.exit_code == 0
    assert "2 surat disegel ulang" in result.output
    after = [office.letter(ticket) for ticket in tickets]
    for old, new in zip(before[:2], after[:2], strict=True):
        assert (new.number, new.valid_until, new.issued_at, new.state) == (old.number, old.valid_until, old.issued_at, old.state)
        assert (new.key_id, new.token_id != old.token_id, new.pdf_sha256 != old.pdf_sha256) == (current(office), True, True)
        assert ask(office, new.token)["answer"] == "VALID"
        refused = ask(office, old.token)
        assert {name: refused[name] for name in OLD} == OLD
        assert refused["letter"] is None
    assert after[2].token == before[2].token
    assert [event.action for event in office.events(tickets[0])][-2:] == ["RESEAL", "DESK_CHECK"]
    assert typed("reseal", key_id).output.count("0 surat disegel ulang") == 1
    with office.read() as session:
        told = trust.told(session, now=office.clock())
    assert told.gone == {letter.token_id for letter in before[:2]}


def test_reseal_leaves_what_the_audit_trail_did_not_know(office: Office, typed: Any) -> None:
    """A letter with a date before the compromise, made after it: the thief backdates."""
    true, false = office.to_letter(1), office.to_letter(2)
    key_id = current(office)
    with office.write() as session:
        trust.withdraw_key(session, key_id, SYSTEM, now=office.letter(false).signed_at)  # the same moment: not before
        letter = session.get_one(Letter, office.letter(true).id)
        letter.number = "400.9/999/Dinsos/XI/2026"
    typed("compromise", key_id, "--yes")
    result = typed("reseal", key_id)
    assert result.exit_code == 1
    assert "0 surat disegel ulang" in result.output
    assert result.output.count("tidak ada persetujuan yang utuh di jejak audit") == 2


def test_a_key_that_was_not_withdrawn_is_not_resealed(office: Office, typed: Any) -> None:
    office.to_letter()
    result = typed("reseal", current(office))
    assert (result.exit_code, "tidak ditarik" in result.output) == (2, True)


@pytest.mark.parametrize(("key_id", "said"), [("0" * 16, "tidak dikenal"), ("xyz", "enam belas angka")])
def test_an_unknown_key_is_refused(office: Office, typed: Any, key_id: str, said: str) -> None:
    result = typed("compromise", key_id, "--yes")
    assert (result.exit_code, said in result.output) == (2, True)


def test_the_counter_is_raised_after_a_restore(office: Office, typed: Any) -> None:
    assert "nomor 40" in typed("counter", "40").output
    assert "nomor 40" in typed("counter", "12").output


def test_a_bundle_that_a_hospital_kept_is_a_witness(office: Office, typed: Any, tmp_path: Path) -> None:
    office.to_letter()
    kept = tmp_path / "kept.cose"
    kept.write_bytes(office.app.test_client().get("/.well-known/rekom-bundle").data)
    assert "tidak memuat saksi" in typed("witness", str(kept)).output
    seen = take(office.rekom)
    kept.write_bytes(office.app.test_client().get("/.well-known/rekom-bundle").data)
    office.to_letter(2)
    result = typed("witness", str(kept))
    assert (result.exit_code, seen is not None and f"Cocok: {seen.chains} rantai" in result.output) == (0, True)
