"""``/metrics`` tells counts and ages to whoever has the token, and nothing about anybody to anybody."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from tests.office import Office, running_office
from verify.backup.receipt import remember
from verify.key_file import FILE
from workflows import trust
from workflows.vocabulary import Urgency


@pytest.fixture
def watched(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(database_url, tmp_path, metrics_token="t" * 32) as made:
        yield made


def asked(office: Office, token: str = "t" * 32) -> TestResponse:
    answer: TestResponse = office.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    return answer


def numbers(office: Office) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(asked(office).get_data(as_text=True))
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_what_is_counted(watched: Office, tmp_path: Path) -> None:
    watched.to_letter(1)
    watched.open(2, urgency=Urgency.EMERGENCY)
    watched.clock.pass_by(seconds=90)
    remember(watched.rekom.settings, watched.clock(), tmp_path)
    watched.clock.pass_by(seconds=30)
    said = numbers(watched)
    assert (said["rekom_cases", "LETTER_ISSUED"], said["rekom_cases", "RECEIVED"]) == (1, 1)
    assert said["rekom_tasks_due", "darurat"] > 0 and said["rekom_oldest_task_seconds", "darurat"] == 120
    assert said["rekom_oldest_emergency_seconds",] == 120
    assert said["rekom_letters_day",] == said["rekom_letters_day_quick",] == 1
    assert (said["rekom_backup_age_seconds",], said["rekom_backup_check_age_seconds",]) == (30, -1)
    assert said["rekom_registry_rests", "Dukcapil"] == 0
    assert said["rekom_bundle_sealable",] == 1


def a_withdrawn_key(office: Office) -> None:
    admin = office.actor("admin")
    with office.write() as session:
        trust.withdraw_key(session, office.rekom.keys.current.key_id, admin, now=office.clock())


def a_key_that_others_may_read(office: Office) -> None:
    file = office.rekom.settings.folder / "keys" / FILE
    file.chmod(0o644)
    office.rekom.key_store.__init__(file.parent)  # type: ignore[misc]


@pytest.mark.parametrize("wrong", [a_withdrawn_key, a_key_that_others_may_read])
def test_where_no_bundle_can_be_sealed_that_is_told_and_all_else_too(
    sqlite_url: str, tmp_path: Path, wrong: Callable[[Office], None]
) -> None:
    with running_office(sqlite_url, tmp_path, metrics_token="t" * 32) as office:
        assert numbers(office)["rekom_bundle_sealable",] == 1
        wrong(office)
        said = numbers(office)
        assert (said["rekom_bundle_sealable",], said["rekom_backup_age_seconds",]) == (0, -1)


def test_an_empty_office_has_nothing_to_wait_for(watched: Office) -> None:
    said = numbers(watched)
    assert said["rekom_oldest_emergency_seconds",] == 0 == said["rekom_tasks_due", "biasa"]
    assert said["rekom_backup_age_seconds",] == -1


@pytest.mark.parametrize("token", ["", "t" * 31, "ü" * 32])
def test_without_the_token_there_is_no_such_address(sqlite_url: str, tmp_path: Path, token: str) -> None:
    with running_office(sqlite_url, tmp_path, metrics_token="t" * 32) as made:
        assert asked(made, token.encode().decode("latin-1")).status_code == 404


def test_without_a_token_set_nobody_is_answered(sqlite_office: Office) -> None:
    assert asked(sqlite_office, "").status_code == 404


def test_nothing_personal_is_told(watched: Office) -> None:
    ticket = watched.open(1)
    said = asked(watched).get_data(as_text=True)
    assert ticket not in said and watched.case(ticket).name not in said
