"""A passphrase is typed, sent, and never seen anywhere else."""

import copy
import json
import logging
import pickle
import traceback
from dataclasses import dataclass, fields, replace

import pytest

from verify.config import Settings
from workflows.errors import InvalidInput
from workflows.passphrase import Passphrase

TEXT = 'Rahasia "ünik" & 100%'


@dataclass
class Holder:
    passphrase: Passphrase


def test_it_is_what_was_typed() -> None:
    assert Passphrase(TEXT).reveal() == TEXT


@pytest.mark.parametrize(
    "shown",
    [
        str,
        repr,
        "{}".format,
        "{!r}".format,
        lambda one: f"{one}",
        lambda one: f"{[one]}",
        lambda one: repr(Holder(one)),
        ascii,
        "%s".__mod__,
    ],
)
def test_it_shows_nothing(shown) -> None:
    assert "Rahasia" not in shown(Passphrase(TEXT))


@pytest.mark.parametrize(
    "written",
    [
        *(lambda one, n=protocol: pickle.dumps(one, n) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
        json.dumps,
        lambda one: json.dumps({"passphrase": one}),
        copy.copy,
        copy.deepcopy,
        vars,
        bytes,
        len,
        list,
    ],
)
def test_it_is_never_written_down(written) -> None:
    with pytest.raises(TypeError) as caught:
        written(Passphrase(TEXT))
    assert "Rahasia" not in str(caught.value)


def test_where_json_takes_anything_it_gets_dots() -> None:
    assert "Rahasia" not in json.dumps({"passphrase": Passphrase(TEXT)}, default=str)


def test_a_log_line_and_a_traceback_with_locals_show_nothing(caplog: pytest.LogCaptureFixture) -> None:
    passphrase = Passphrase(TEXT)
    logging.getLogger("uji").warning("typed %s %r", passphrase, {"passphrase": passphrase})
    try:
        raise ValueError(passphrase)
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "Rahasia" not in shown + caplog.text


@pytest.mark.parametrize("text", ["", "a\nb", "a\r", "\x00", "\ud800", "x" * 201, "a\u200bb"])
def test_what_nobody_types_is_refused_unseen(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Passphrase(text)
    assert not text or repr(text)[1:-1] not in str(caught.value) + repr(caught.value.context)


def test_it_cannot_be_changed_from_outside() -> None:
    with pytest.raises(AttributeError):
        Passphrase(TEXT).text = "lain"


def test_no_setting_holds_one() -> None:
    assert not [field.name for field in fields(Settings) if "passphrase" in field.name or "passphrase" in field.metadata["about"]]
    assert "passphrase" not in repr(replace(Settings())).lower()
