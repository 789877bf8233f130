"""The one catalogue of words is whole: nothing on a page outside it, nothing untranslated, and sentences that people can read."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

from tests.structure.words import bare_literals, bare_prose, bare_text, school_year, sentences, syllables
from verify.catalogue import po_file
from verify.extraction import in_source, messages, untranslated, updated
from verify.sentences import as_messages

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "verify" / "templates").rglob("*.html"))
BEHIND = "verify/counter.py workflows/approvals.py workflows/guards.py workflows/nik.py workflows/taking.py workflows/typo.py"
"""What pages show but do not write themselves."""
PAGES = [*sorted((ROOT / "verify" / "web").glob("*.py")), *(ROOT / name for name in BEHIND.split())]

LONGEST_SENTENCE = 20
"""Words."""

EASY, HARDEST = 6.0, 11.0
"""Years of school: that of all words together, and of any one sentence. Primary school has six years, compulsory school nine; a single
sentence may be two harder, because it holds words of the law that have no shorter one."""

LONG_ENOUGH = 8
"""Words that a sentence needs before its measure says anything."""


def english() -> Catalog:
    with po_file("en").open("rb") as source:
        return read_po(source, locale="en")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return english()


@pytest.fixture(scope="module")
def said() -> list[str]:
    return list(messages())


def test_the_catalogue_has_every_message_and_no_other(catalogue: Catalog, said: list[str]) -> None:
    known = {message.id for message in catalogue if message.id}
    assert sorted(set(said) - known) == []
    assert sorted(known - set(said)) == []
    assert len(known) > 1800
    renewed = updated("en")
    assert po_file("en").read_bytes() == renewed  # `rekom words` writes it
    assert untranslated(renewed) == []


def test_nothing_is_untranslated_fuzzy_or_left_over(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert list(catalogue.obsolete) == []


def marks(text: str) -> Counter[str]:
    """What a translation must hold unchanged: values, tags, percent signs, and codes with an underscore."""
    return Counter(re.findall(r"%\(\w+\)s|\{\w+\}|</?\w+>|%%|\b[A-Z]+(?:_[A-Z]+)+\b", text))


def test_a_translation_holds_the_same_values_tags_and_edges(catalogue: Catalog) -> None:
    pairs = [(message.id, message.string) for message in catalogue if message.id]
    assert [pair for pair in pairs if marks(pair[0]) != marks(pair[1])] == []
    assert [pair for pair in pairs if (pair[0][0] == " ", pair[0][-1] == " ") != (pair[1][0] == " ", pair[1][-1] == " ")] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_text_of_a_template_stands_outside_the_catalogue(template: Path) -> None:
    assert bare_text(template.read_text()) == []
    assert bare_literals(template.read_text()) == []


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        ("<p>Berkas {{ case.ticket }} ada.</p>", "Berkas %(ticket)s ada."),
        ("<a aria-label=\"Menu {{ x }}\" href='/'>&rsaquo;</a>", "Menu %(x)s"),
        ("{% if a %}Belum{% else %}Sudah{% endif %} ada", "Belum"),
        ("<li>Tekan <strong>Cari</strong> lagi.</li>", "Tekan <strong>Cari</strong> lagi."),
        ("{{ f.text(form, 'nik', hint='Ketik 16 angka.') }}", "Ketik 16 angka."),
        ("<p>{{ icon('check') }} 40 % lewat</p>", "40 %% lewat"),
    ],
)
def test_the_words_of_a_template_become_messages(planted: str, message: str) -> None:
    assert f"_({message!r})" in as_messages(planted).replace('"', "'") or f"_('{message}'," in as_messages(planted).replace('"', "'")


@pytest.mark.parametrize(
    "code", ['<p class="wide big" data-x="a b">{{ name }}</p>', "{{ f.text(form, 'nik', mode='numeric') }}", "{{ icon('good') }}"]
)
def test_classes_names_and_codes_are_no_messages(code: str) -> None:
    assert as_messages(code) == code


@pytest.mark.parametrize("planted", ["<p>{{ name or 'petugas' }}</p>", "<p>{{ 'belum' if x else 'sudah' }}</p>"])
def test_a_small_word_that_asks_no_catalogue_is_found(planted: str) -> None:
    assert bare_literals(planted)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_prose_of_a_page_stands_outside_the_catalogue(page: Path) -> None:
    assert bare_prose(page.read_text()) == []


@pytest.mark.parametrize("planted", ["flash('Surat dicabut.')", "WORDS = {1: 'Belum ada berkas'}", "def f():\n    return 'Berkas lain'"])
def test_prose_outside_the_catalogue_is_found(planted: str) -> None:
    assert bare_prose(planted)


def test_messages_are_found_in_calls_tables_and_errors() -> None:
    source = 'A = {1: "satu", 2: ("dua", {3: "tiga"})}\nA = sayings(A)\nsay("empat {x}", x=1)\nclass E(X):\n    sentence = "Lima."\n'
    assert sorted(in_source(source)) == ["Lima.", "dua", "empat {x}", "satu", "tiga"]


def test_every_sentence_is_short(said: list[str]) -> None:
    assert [words for message in said for words in sentences(message) if len(words) > LONGEST_SENTENCE] == []


def test_every_sentence_is_easy(said: list[str]) -> None:
    texts = [words for message in said for words in sentences(message) if len(words) >= LONG_ENOUGH]
    assert school_year(texts) <= EASY
    assert [" ".join(words) for words in texts if school_year([words]) > HARDEST] == []
    assert len(texts) > 200


def test_a_hard_sentence_is_found() -> None:
    hard = "Ketidaksesuaian administrasi kependudukan mengakibatkan penangguhan pemberlakuan kepesertaan sebagaimana dipersyaratkan"
    assert school_year(sentences(hard)) > HARDEST
    assert school_year(sentences("Bawa KTP dan KK ke loket, lalu tunggu nomor Anda dipanggil.")) < EASY
    assert [syllables(word) for word in ("surat", "pegawai", "kepesertaan", "NIK", "pulau")] == [2, 3, 5, 1, 2]
