"""A pytest plugin of guards that watch every test: no NIK and no secret in what is written, nothing skipped silently,
each failure told at once.

A journey through a real browser gets a second try, for on a busy machine a browser is late in ways that no page can tell of; who
needed it is named, and a run in which many did has failed."""

import logging
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import pytest

NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")
WRITTEN = pytest.StashKey[list[str]]()
SHOWN = pytest.StashKey[bool]()
MOST_SECOND_TRIES = 3
"""In one run: more is no busy machine but a fault that shows now and then."""
MOST_LINES, LONGEST_LINE = 6, 300
"""Of what was wrong with a test, told at once; the whole stands at the end."""


def lines_with_nik(texts: Iterable[str]) -> list[str]:
    """The lines that show a whole NIK, with its digits covered."""
    return [NIK.sub("#" * 16, line) for text in texts for line in text.splitlines() if NIK.search(line)]


SECRETS = ("demo-secret", "demo-dtsen-key", "demo-bsre-password", "tte-demo-2026", "PRIVATE KEY")
"""What the tests' settings and signers keep secret; the demo's own passwords are printed on purpose."""


def lines_with_secret(texts: Iterable[str]) -> list[str]:
    """The lines that show a secret or a passphrase, with it covered."""
    found = [(line, secret) for text in texts for line in text.splitlines() for secret in SECRETS if secret in line]
    return [line.replace(secret, "#") for line, secret in found]


class Listener(logging.Handler):
    """Keeps every record as the text a log file would hold."""

    def __init__(self, written: list[str]) -> None:
        super().__init__(logging.NOTSET)
        self.written = written

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record, with its traceback."""
        self.written.append(self.format(record))


@pytest.fixture(autouse=True)
def _written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Collect log records, and what a test reads from ``capsys`` before pytest sees it."""
    written = request.node.stash.setdefault(WRITTEN, [])
    read = pytest.CaptureFixture.readouterr

    def readouterr(capture: pytest.CaptureFixture[str]) -> Any:
        result = read(capture)
        written.extend(str(text) for text in result)
        return result

    monkeypatch.setattr(pytest.CaptureFixture, "readouterr", readouterr)
    listener = Listener(written)
    logging.getLogger().addHandler(listener)
    yield
    logging.getLogger().removeHandler(listener)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that wrote a whole NIK or a secret to a log, to standard output or to standard error."""
    report = yield
    written = [*item.stash.get(WRITTEN, []), *(text for _, text in report.sections)]
    shown = [*lines_with_nik(written), *lines_with_secret(written)]
    if report.passed and shown and not item.stash.get(SHOWN, False):
        item.stash[SHOWN] = True  # once is enough: the same lines are seen again after the teardown
        report.outcome = "failed"
        report.longrepr = f"A whole NIK or a secret was written to a log or to standard output: {shown[0]}"
    if report.when == "teardown":
        item.stash[WRITTEN] = []  # tests stay until the run's end, and what they wrote would with them
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give journeys their second try."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


class Crier:
    """Says of each test that failed what was wrong, at once: a run side by side is long, and its end may not be reached or kept."""

    def __init__(self, terminal: Any) -> None:
        self.terminal = terminal

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the lines that say what was wrong."""
        if report.failed:
            lines = report.longreprtext.splitlines()
            self.terminal.line("")  # after the dots
            self.terminal.line(f"FAILED {report.nodeid} ({report.when})")
            for line in ([line for line in lines if line.startswith("E ")] or lines)[:MOST_LINES]:
                self.terminal.line(line[:LONGEST_LINE])


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where tests run side by side, the process that only counts them cries."""
    if session.config.getoption("numprocesses", None):
        session.config.pluginmanager.register(Crier(session.config.pluginmanager.get_plugin("terminalreporter")), "crier")


def second_tries(config: pytest.Config) -> list[Any]:
    """The reports of first tries that failed; none in a process that only runs tests for another."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("rerun", []) if reporter else []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run with too many second tries."""
    if session.exitstatus == pytest.ExitCode.OK and len(second_tries(session.config)) > MOST_SECOND_TRIES:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name each test that did not run, and why, in the last lines; and those that ran twice, where they are too many."""
    again = second_tries(terminalreporter.config)
    if len(again) > MOST_SECOND_TRIES:
        terminalreporter.section("too many second tries", bold=True)
        for report in again:
            terminalreporter.line(report.nodeid)
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("not run", bold=True)
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.line(f"{report.nodeid}: {reason}")
