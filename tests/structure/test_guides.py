"""The guides for each role name only screens, pages and commands that exist, in short sentences."""

import re
from pathlib import Path

import click
import pytest

from verify.cli import Commands

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "panduan").glob("*.md"))
ROLES = {"loket.md", "penilai.md", "kepala-dinas.md", "rumah-sakit.md", "admin.md", "keluarga.md"}
SCREENS = ROOT / "docs" / "screens"
HEAVIEST = 100_000
"""Bytes of one picture."""
LONGEST = 20
"""Words a sentence, as on the pages."""


def on_screen() -> str:
    """Everything that pages may say, with line breaks as spaces."""
    files = [*(ROOT / "verify" / "templates").rglob("*.html"), *(ROOT / "verify" / "web").glob("*.py")]
    return " ".join(" ".join(file.read_text(encoding="utf-8").split()) for file in files)


def shown(text: str) -> set[str]:
    """The screens that a text shows."""
    return set(re.findall(r"screens/([\w-]+\.\w+)\)", text))


def text_of(guide: Path) -> str:
    """Without pictures, tables, titles and lists of links."""
    lines = guide.read_text(encoding="utf-8").splitlines()
    return " ".join(line for line in lines if not line.startswith(("#", "|", "!", "- [")))


def test_every_role_has_a_guide_that_is_led_to() -> None:
    assert {guide.name for guide in GUIDES} == ROLES | {"README.md"}
    led_to = (ROOT / "docs" / "panduan" / "README.md").read_text(encoding="utf-8")
    assert all(f"({name})" in led_to for name in ROLES)
    assert "docs/panduan" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_link_and_screen_is_there(guide: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", guide.read_text(encoding="utf-8")):
        assert (guide.parent / target).exists(), target


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_word_said_to_be_on_screen_is(guide: Path) -> None:
    shown = on_screen()
    for word in re.findall(r"\*\*([^*]+)\*\*", guide.read_text(encoding="utf-8")):
        assert word in shown, word


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_command_is_one(guide: Path) -> None:
    for words in re.findall(r"`rekom ([a-z -]+)`", guide.read_text(encoding="utf-8")):
        command: click.Command | None = Commands("rekom")
        context = click.Context(command)
        for word in words.split():
            if word.startswith("--"):
                assert any(word in option.opts for option in command.params), words
                continue
            assert isinstance(command, click.Group), words
            command = command.get_command(context, word)
            assert command is not None, words


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_sentences_are_short(guide: Path) -> None:
    for sentence in re.split(r"(?<=[.?!:])\s", re.sub(r"[*`]|\d\. ", "", text_of(guide))):
        assert len(sentence.split()) <= LONGEST, sentence


def test_every_screen_stands_in_a_guide_or_the_readme() -> None:
    told = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "README.md", *GUIDES))
    assert {screen.name for screen in SCREENS.glob("*")} == shown(told)


def test_every_role_sees_its_screens() -> None:
    assert [guide.name for guide in GUIDES if not shown(guide.read_text(encoding="utf-8"))] == []


def test_screens_are_small() -> None:
    assert {screen.name: screen.stat().st_size for screen in SCREENS.glob("*") if screen.stat().st_size > HEAVIEST} == {}
