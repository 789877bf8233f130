"""Every error can be read by a person and told apart by a program; every setting says what it is for."""

import importlib
import pkgutil
from dataclasses import fields

import pytest

import schemas
import verify
import workflows
from verify import errors
from verify.config import Settings, SettingsError, load_settings, variable
from workflows.errors import RekomError


def all_modules() -> list[str]:
    """Every module of the three packages, so that every error class is known; migrations are Alembic's to import."""
    found = [
        name for package in (workflows, schemas, verify) for _, name, _ in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return [name for name in found if ".migrations" not in name and not name.endswith("__main__")]


def all_errors(root: type[RekomError] = RekomError) -> set[type[RekomError]]:
    """Every error class of ours, those of tests aside."""
    for name in all_modules():
        importlib.import_module(name)
    return {root} | {below for child in root.__subclasses__() for below in all_errors(child) if not below.__module__.startswith("tests")}


ERRORS = sorted(all_errors(), key=lambda error: error.__qualname__)


def faults(error: type[RekomError]) -> list[str]:
    """What is wrong with an error class."""
    found = []
    if not error.sentence.endswith(".") or len(error.sentence.split()) < 3 or not error.sentence[0].isupper():
        found.append("no sentence for people")
    if not error.slug or error.slug != error.slug.lower() or not all(part.isalnum() for part in error.slug.split("-")):
        found.append("no slug for programs")
    if not 400 <= errors.status_of(error("x")) <= 599:
        found.append("no status")
    return found


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__qualname__)
def test_every_error_has_a_status_a_slug_and_a_sentence(error: type[RekomError]) -> None:
    assert faults(error) == []


def test_the_search_finds_errors_wherever_they_are() -> None:
    assert {"InvalidNik", "WrongPassword", "ForgedToken", "KeyFileError", "SettingsError"} <= {error.__name__ for error in ERRORS}
    assert len(ERRORS) > 20


def test_an_error_without_a_sentence_or_slug_is_found() -> None:
    class Planted(RekomError):
        slug = "Planted Error"
        sentence = "Oops"

    assert faults(Planted) == ["no sentence for people", "no slug for programs"]


def test_an_error_a_person_can_fix_is_never_our_fault() -> None:
    assert {error.__name__: errors.status_of(error("x")) for error in ERRORS if error.__name__ in STATUSES} == STATUSES


STATUSES = {
    "InvalidInput": 422,
    "InvalidNik": 422,
    "NotFound": 404,
    "NotAllowed": 403,
    "FourEyes": 403,
    "NotSignedIn": 401,
    "WrongPassword": 403,
    "Conflict": 409,
    "TransitionRefused": 409,
    "OpenCaseExists": 409,
    "ChangedMeanwhile": 409,
    "IdempotencyReuse": 422,
    "PolicyRefused": 409,
    "Unavailable": 503,
    "Refused": 502,
}


def test_slugs_of_unlike_errors_are_unlike() -> None:
    own = [error for error in ERRORS if "slug" in vars(error)]
    assert len({error.slug for error in own}) == len(own)


def test_every_http_sentence_says_what_to_do() -> None:
    assert {400, 401, 403, 404, 405, 413, 415, 422, 503} <= set(errors.HTTP_SENTENCES)
    assert all(sentence.endswith(".") and sentence.count(".") >= 2 for sentence in errors.HTTP_SENTENCES.values())


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_is_documented(setting: object) -> None:
    about = setting.metadata["about"]  # type: ignore[attr-defined]
    assert about.strip()
    assert not about.endswith(".")


def test_every_secret_is_marked() -> None:
    named = {setting.name for setting in fields(Settings) if any(word in setting.name for word in ("password", "secret", "_key"))}
    assert named <= {setting.name for setting in fields(Settings) if setting.metadata["secret"]}


def test_a_setting_that_cannot_be_read_is_named() -> None:
    for setting in fields(Settings):
        if isinstance(setting.default, int | float):
            with pytest.raises(SettingsError, match=rf"^Variabel {variable(setting.name)} harus berisi "):
                load_settings({variable(setting.name): "banyak"})
    assert load_settings({}) == Settings()
