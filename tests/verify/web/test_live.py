"""News of a case as server-sent events: said once, to whom may see the case, and no more listeners than threads can bear."""

from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.web.visitor import Visitor
from verify.web import live
from workflows.states import Role

Visit = Callable[[str], Visitor]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAUSE", 0)


def test_a_step_is_news(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    before = live.pulse(sqlite_office.rekom, ticket, sqlite_office.actor("loket"))
    sqlite_office.drain()
    after = live.pulse(sqlite_office.rekom, ticket, sqlite_office.actor("loket"))
    assert after > before
    answer = loket.client.get(f"/berkas/{ticket}/langsung?sejak={before}")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/event-stream", "no-store")
    assert answer.get_data(as_text=True) == f"retry: {live.BACK_MS}\n\nid: {after}\ndata: {after}\n\n"
    again = loket.client.get(f"/berkas/{ticket}/langsung?sejak={before}", headers={"Last-Event-ID": str(after)})
    assert "data:" not in again.get_data(as_text=True), "said once"


def test_without_news_a_stream_ends_by_itself(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    assert loket.client.get(f"/berkas/{ticket}/langsung").get_data(as_text=True) == f"retry: {live.BACK_MS}\n\n"


def test_too_many_listeners_look_by_themselves(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    streams = [loket.client.get(f"/berkas/{ticket}/langsung", buffered=False) for _ in range(7)]
    assert [stream.status_code for stream in streams] == [200] * 6 + [204]
    for stream in streams:
        stream.close()
    assert loket.client.get(f"/berkas/{ticket}/langsung").status_code == 200


def test_another_offices_case_has_no_news(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("jauh", Role.LOKET, region="3316")
    assert visit("jauh").client.get(f"/berkas/{sqlite_office.open()}/langsung").status_code == 404


def test_the_page_listens_only_while_the_machine_works(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    known = live.pulse(sqlite_office.rekom, ticket, sqlite_office.actor("loket"))
    assert loket.get(f"/berkas/{ticket}").one("main").get("data-live") == f"/berkas/{ticket}/langsung?sejak={known}"
    sqlite_office.drain()
    assert loket.get(f"/berkas/{ticket}").one("main").get("data-live") is None
