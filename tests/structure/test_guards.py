"""The guards over all tests bite: a NIK in what is written fails a test, and what did not run is named."""

import os
import platform
from pathlib import Path

import pytest

from tests import services
from tests.guards import lines_with_nik
from tests.services import Databases, ServiceMissing

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
NIK = "99" + "12" * 7
PLANTED = f"""
import logging
import pytest

def test_log():
    logging.getLogger("somewhere").info("NIK %s", "{NIK}")

def test_traceback_in_log():
    try:
        raise ValueError("{NIK}")
    except ValueError:
        logging.getLogger("somewhere").exception("failed")

def test_print():
    print("NIK {NIK}")

def test_print_read_by_the_test(capsys):
    print("NIK {NIK}")
    capsys.readouterr()

@pytest.fixture
def shows():
    yield
    print("NIK {NIK}")

def test_teardown(shows):
    pass
"""


SECRET = "tte-demo" + "-2026"
PLANTED_SECRET = f"""
import logging

def test_log():
    logging.getLogger("somewhere").debug("sent {SECRET}")

def test_nothing():
    logging.getLogger("somewhere").info("sent")
"""


@pytest.fixture
def guarded(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project under the guards; it runs in a process of its own, or these guards would see its logs."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    unused = ("valkey", "schemathesis", "hypothesispytest", "anyio", "pytest_cov", "platformdirs")  # seconds to import
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"-p no:{name}" for name in unused))
    pytester.makeconftest('pytest_plugins = ["tests.guards"]')
    pytester.makeini("[pytest]\nlog_level = INFO\nfilterwarnings = error\nmarkers =\n  browser: a browser")
    return pytester


def test_a_secret_in_a_log_fails_the_test(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(PLANTED_SECRET)
    result = guarded.runpytest_subprocess("-q", "--show-capture=no", "--log-level=DEBUG")
    result.assert_outcomes(failed=1, passed=1)


def test_side_by_side_a_failure_is_told_before_the_last_test_has_run(guarded: pytest.Pytester) -> None:
    guarded.makepyfile("import time\n\ndef test_wrong():\n    assert 1 + 1 == 3\n\ndef test_late():\n    time.sleep(1)\n")
    result = guarded.runpytest_subprocess("-q", "-n", "1")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["FAILED *::test_wrong (call)", "E * assert (1 + 1) == 3", ".*100%*", "*FAILURES*"])


def test_each_way_to_write_a_nik_fails_the_test_once(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(PLANTED)
    result = guarded.runpytest_subprocess("-q", "--show-capture=no")
    result.assert_outcomes(failed=4, passed=1, errors=1)
    result.stdout.fnmatch_lines(["*A whole NIK or a secret was written to a log or to standard output: *################*"])
    result.stdout.no_fnmatch_line(f"*written*{NIK}*")


def test_other_numbers_pass(guarded: pytest.Pytester) -> None:
    guarded.makepyfile('def test_prints():\n    print("9912********3456", "1" * 15, "1" * 17)')
    guarded.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_what_did_not_run_is_named_with_its_reason_before_the_closing_line(guarded: pytest.Pytester) -> None:
    guarded.makepyfile('import pytest\ndef test_page():\n    pytest.skip("no Chromium here")')
    result = guarded.runpytest_subprocess("-q")
    result.stdout.fnmatch_lines(["*not run*", "*::test_page: *no Chromium here", "1 skipped in *"])


LATE_ONCE = """
import pytest

tries = {}

@pytest.mark.browser
@pytest.mark.parametrize("number", range(COUNT))
def test_journey(number):
    tries[number] = tries.get(number, 0) + 1
    assert tries[number] > 1
"""


@pytest.mark.parametrize(("count", "code"), [(3, pytest.ExitCode.OK), (4, pytest.ExitCode.TESTS_FAILED)])
def test_a_journey_gets_a_second_try_and_many_of_them_fail_the_run(guarded: pytest.Pytester, count: int, code: int) -> None:
    guarded.makepyfile(LATE_ONCE.replace("COUNT", str(count)))
    result = guarded.runpytest_subprocess("-q", "-rR", "-n", "1")
    assert result.ret == code
    result.stdout.fnmatch_lines([f"{count} passed, {count} rerun in *"])
    assert result.stdout.str().count("RERUN ") == count


@pytest.mark.parametrize("mark", ["@pytest.mark.browser", ""])
def test_what_fails_always_fails_and_others_get_one_try(guarded: pytest.Pytester, mark: str) -> None:
    guarded.makepyfile(f"import pytest\n\n{mark}\ndef test_broken():\n    assert False")
    result = guarded.runpytest_subprocess("-q")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["1 failed, 1 rerun in *" if mark else "1 failed in *"])


def test_the_rule_covers_exactly_sixteen_digits() -> None:
    assert lines_with_nik([f"a {NIK} b\nc"]) == ["a ################ b"]
    assert lines_with_nik(["1" * 17, "1" * 15, "12 34"]) == []


def test_without_postgresql_each_test_fails_at_once_with_the_reason(tmp_path_factory: pytest.TempPathFactory) -> None:
    tries = []

    def missing() -> None:
        tries.append(1)
        raise ServiceMissing("no PostgreSQL")

    databases = Databases(tmp_path_factory.mktemp("none"), lambda url: None, missing)  # type: ignore[arg-type]
    for _ in range(3):
        with pytest.raises(ServiceMissing, match="no PostgreSQL"):
            databases.fresh("postgresql").__enter__()
    assert len(tries) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_databases_of_two_tests_do_not_meet(databases: Databases, database_url: str) -> None:
    with databases.fresh("sqlite") as other:
        assert other != database_url


def test_a_chromium_on_path_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(services, "CHROMIUM_PLACES", ())
    assert services.find_chromium() is None
    (tmp_path / "chromium-browser").touch(mode=0o755)
    assert services.find_chromium() == tmp_path / "chromium-browser"


def test_chromium_is_installed_only_where_that_may_be_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(services, "CHROMIUM_PLACES", ())
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\n[ "$2" = update ] && exit 0\n: > {tmp_path}/chromium\nPATH=/bin:/usr/bin chmod +x {tmp_path}/chromium\n')
    apt.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert services.chromium() is None
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert services.chromium() == tmp_path / "chromium"
