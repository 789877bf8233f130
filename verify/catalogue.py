"""The one catalogue of words: every message of pages and decisions, in Indonesian as it stands, with its English.

The Indonesian sentence is the message's name, so Indonesian needs no catalogue of its own. ``messages.po`` is what translators edit and
what the service reads: there is no compiled copy that could be older.
"""

import io
import re
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Domain, get_locale

SCRIPTS = Path(__file__).resolve().parent / "static"
IN_SCRIPT = re.compile(r'\bsay\("([^"]+)"\)')
PLACE = Path(__file__).resolve().parent / "translations"


class Catalogue(Domain):  # type: ignore[misc]
    """Flask-Babel's words, read from the catalogue itself."""

    def get_translations(self) -> NullTranslations:
        """The words of the reader's language."""
        return words_of(str(get_locale() or "id"))


@cache
def words_of(language: str) -> NullTranslations:
    """A language's words; messages stay as they are where there are none."""
    path = po_file(language)
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@cache
def said_by_scripts() -> tuple[str, ...]:
    """The texts that scripts give to their ``say``."""
    return tuple(sorted({word for path in SCRIPTS.rglob("*.js") for word in IN_SCRIPT.findall(path.read_text(encoding="utf-8"))}))


def po_file(language: str) -> Path:
    """Where a language's words are kept."""
    return PLACE / language / "LC_MESSAGES" / "messages.po"
