"""The language somebody reads in: Indonesian, unless the person chose English.

A choice is a cookie. Without one, the desk and the public pages follow a browser that asks for English before Indonesian; whoever has
signed in elsewhere keeps Indonesian. What is stored, sent or printed for the law is Indonesian in every language
(UU 24/2009, articles 27 and 28): only pages are translated, at the moment they are written (ADR 0011).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask, flash, request
from flask import session as cookie
from flask_babel import Babel, force_locale, get_locale
from jinja2 import pass_context, pass_eval_context
from jinja2.filters import do_capitalize, do_lower, sync_do_join
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup

from verify.catalogue import Catalogue, said_by_scripts
from verify.sentences import Sentences
from workflows.saying import Sentence, spoken

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
"""Each by its own name, which everybody finds."""

COOKIE = "bahasa"
FOR_STRANGERS = ("/periksa", "/S/", "/s/")
"""Pages that people without an account come to, whoever has signed in there."""

WRITTEN = {"reason", "evidence"}
"""Values of sentences that an officer wrote."""

CATALOGUE = Catalogue()


def install(app: Flask) -> None:
    """Let pages speak the reader's language."""
    Babel(app, default_locale="id", locale_selector=_chosen)
    app.jinja_env.add_extension(Sentences)
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=_message, gettext=_message, languages=LANGUAGES, language=language, script_words=script_words)
    app.jinja_env.globals.update(tongue=tongue, quoting=quoting)
    app.jinja_env.finalize = translated
    app.jinja_env.filters.update(lower=_lower, capitalize=_capitalize, join=_join)


def language() -> str:
    """The reader's language; Indonesian where nobody reads."""
    found = get_locale()
    return found.language if found else "id"


def translated(text: Any) -> Any:
    """A sentence in the reader's language; anything else as it is."""
    if not isinstance(text, Sentence) or language() == "id":
        return text
    return spoken(text, CATALOGUE.get_translations().gettext)


def tongue(text: str) -> Markup:
    """``lang="id"`` for the element around words that stay Indonesian on another language's page; nothing for a sentence it translates."""
    kept = bool(text) and language() != "id" and not isinstance(text, Sentence)
    return Markup(' lang="id"') if kept else Markup("")


def quoting(text: str) -> str:
    """A sentence in the reader's language; what an officer wrote within it stays Indonesian and says so."""
    if language() == "id" or not isinstance(text, Sentence) or not WRITTEN & text.values.keys():
        return cast(str, translated(text))
    quoted = {name: _quoted(value) if name in WRITTEN else translated(value) for name, value in text.values.items()}
    return Markup(CATALOGUE.get_translations().gettext(text.message)).format(**quoted)  # noqa: S704 -- ours; values are escaped


def _quoted(value: str) -> str:
    return Markup("<span{}>{}</span>").format(tongue(value), translated(value))


def script_words() -> dict[str, str]:
    """The words that scripts say, by their Indonesian text; none for readers of Indonesian."""
    return {} if language() == "id" else {word: CATALOGUE.get_translations().gettext(word) for word in said_by_scripts()}


def tell(sentence: str, kind: str = "message") -> None:
    """Say something on the next page; a cookie carries it as plain text, so it is said in the reader's language now."""
    flash(translated(sentence), kind)


@contextmanager
def in_indonesian() -> Iterator[None]:
    """For papers that the office hands out, whoever prints them; ``@in_indonesian()`` on their views."""
    with force_locale("id"):
        yield


def _chosen() -> str:
    if (wanted := request.cookies.get(COOKIE)) in LANGUAGES:
        return wanted
    follows = "token" not in cookie or request.path.startswith(FOR_STRANGERS)
    return "en" if follows and _rather_english() else "id"


def _rather_english() -> bool:
    """Whether the browser names English before Indonesian."""
    ranks = {tag.split("-")[0].lower(): weight for tag, weight in reversed(list(request.accept_languages))}
    return ranks.get("en", 0) > max(ranks.get("id", 0), ranks.get("in", 0))


@pass_context
def _message(context: Context, message: str, /, **values: Any) -> str:
    """A template's message in the reader's language, with its values."""
    found = message if language() == "id" else CATALOGUE.get_translations().gettext(message)
    text = Markup(found) if context.eval_ctx.autoescape else found  # noqa: S704 -- templates and the catalogue are ours; values are escaped
    return text % {name: translated(value) for name, value in values.items()}


def _lower(text: str) -> str:
    return do_lower(translated(text))


def _capitalize(text: str) -> str:
    return do_capitalize(translated(text))


@pass_eval_context
def _join(context: EvalContext, texts: Iterable[str], between: str = "") -> str:
    return sync_do_join(context, [translated(text) for text in texts], translated(between))
