"""The demo's way where a person at the pages took its case somewhere else: it says so and forces nothing."""

from typing import Any

import pytest
from rich.console import Console

from verify.config import Settings
from verify.demo import journey
from workflows.states import LABEL, State
from workflows.vocabulary import LetterType


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (LetterType.PENCABUTAN, State.DECISION),
        (LetterType.REKOM_PBPU_PEMDA, State.WAITLISTED),
        (LetterType.REKOM_PBPU_PEMDA, State.REJECTED),
    ],
)
def test_a_case_on_another_way_is_left_alone(monkeypatch: pytest.MonkeyPatch, kind: LetterType, state: State) -> None:
    done: list[str] = []
    case = {"ticket": "AAAA-2222", "state": state.value, "state_label": LABEL[state], "letter_type": kind.value}

    def call(_: Any, who: str, method: str, path: str, *__: Any) -> None:
        done.append(f"{who} {method} {path}")

    monkeypatch.setattr(journey.Office, "call", call)
    monkeypatch.setattr(journey.Office, "case", lambda *_: case)
    monkeypatch.setattr(journey, "_open", lambda _: "AAAA-2222")
    with pytest.raises(journey.DemoStopped, match=f"AAAA-2222 dibawa ke jalan lain .{LABEL[state]}."):
        journey.run(Settings(), Console(quiet=True))
    assert {one.split()[1] for one in done} == {"GET"}, "nothing was sent"
