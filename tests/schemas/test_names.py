"""Names: the same person however she is written, never another one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.names import CUT_FROM, check_name, likeness, name_words
from verify.simulator.personas import generated, generated_nik, load_population
from workflows.errors import Refused

ENOUGH = 80
"""``registry_name_score`` as shipped."""
SYLLABLES = "BA BI CA DE GA HA JO KU LA MA NI PU RA SA SU TI TO WA WI YA".split()
WORDS = st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=5).map("".join).filter(lambda word: word not in ("HAJI", "TUTU"))
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
TITLES = st.sampled_from(["H. ", "Hj. ", "dr. ", "Drs. H. ", "Ir. ", "KH. ", "Prof. Dr. ", "Ny. ", "alm. "])
DEGREES = st.sampled_from([", S.Pd", ", S.E., M.M.", " SH", ", S.Sos.I", ", A.Md.Keb", ", S.Kep., Ners"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SITI NURAINI", "Hj. Siti Nur'aini, S.Pd"),
        ("NUR AINI", "NURAINI"),
        ("MUHAMMAD RIZKY", "M. RIZKI"),
        ("MUHAMMAD RIZKY", "Moch.Rizky"),
        ("MUHAMMAD RIZKY", "RIZKY MOHAMMED"),
        ("MUHAMMAD NUR", "H. M. NUR"),
        ("SOEHARTO", "SUHARTO"),
        ("JUSUF ROHMAT", "YUSUF RACHMAT"),
        ("DEDI FEBRIANTO", "DEDDY VEBRIANTO"),
        ("ST. AISYAH", "SITI AISYAH"),
        ("DJOKO TJAHJONO", "JOKO CAHJONO"),
        ("AHMAD FAUZI", "ACHMAD FAUZY"),
        ("A. RIZKY", "AHMAD RIZKY"),
        ("ABD. RAHMAN", "ABDUL RAHMAN"),
        ("SITI AMINAH", "SITI AMINAH BINTI ALI"),
        ("DR. H. ALI, S.E., M.M.", "ALI"),
        ("RENÉ WIJAYA", "RENE WIJAYA"),
        ("RADEN AYU SITI NURHALIZAH KUSUMANINGTYAS", "RADEN AYU SITI NURHALIZAH KUSU"),
        ("SRI", "SRI"),
        ("H", "H"),
    ],
)
def test_the_same_person(one: str, other: str) -> None:
    assert likeness(one, other) >= ENOUGH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SITI CONTOH", "BUDI UJI"),
        ("RARA KEMBAR UJI", "RIRI KEMBAR UJI"),
        ("BUDI SANTOSO", "BUDI HARTONO"),
        ("AHMAD FAUZI", "MUHAMMAD FAUZI"),
        ("SITI", "SITI AMINAH"),
        ("BUDI SANTOSO", "RUDI SANTOSO"),
        ("RINI HARTINI", "RINI HARTONO"),
        ("EKO PRASETYO", "EKA PRASETYA"),
        ("SITI AMINAH", "SITI"),
        ("A B", "ANDI BUDI"),
        ("ANDI BUDI", "A. B."),
        ("MUHAMMAD", "MUHAMMAD RIZKY"),
        ("SITI CONTOH", ""),
        ("", ""),
        ("123", "123"),
        ("-", "-"),
        ("H. BUDI", "H. SITI"),
        ("BUDI, S.Pd", "SITI, S.Pd"),
        ("DARMAWAN", "GUNAWAN"),
    ],
)
def test_another_person(one: str, other: str) -> None:
    assert likeness(one, other) < ENOUGH


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_have_a_score_and_it_goes_both_ways(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) == likeness(other, one) <= 100


@given(st.text(max_size=60))
def test_a_text_with_letters_is_like_itself(text: str) -> None:
    assert likeness(text, text) == (100 if name_words(text) else 0)


@given(NAMES, TITLES, DEGREES)
def test_titles_degrees_and_case_do_not_count(name: str, title: str, degree: str) -> None:
    assert likeness(name, f"{title}{name.title()}{degree}") == 100


@given(NAMES, st.sampled_from(["'", "`", "  ", "-", ".", ","]), st.integers(0, 40))
def test_punctuation_costs_little(name: str, mark: str, place: int) -> None:
    words = name.split()
    assert likeness(name, f"{mark} ".join(words)) == 100
    if mark in "'`":
        assert likeness(name, name[:place] + mark + name[place:]) == 100


@given(st.lists(WORDS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_word_order_does_not_count(words: list[str], random) -> None:
    shuffled = random.sample(words, len(words))
    assert likeness(" ".join(words), " ".join(shuffled)) == 100


@given(
    WORDS,
    st.permutations(
        [
            "MUHAMMAD",
            "MUHAMAD",
            "MOHAMMAD",
            "MOHAMAD",
            "MOCHAMAD",
            "MOCHAMMAD",
            "MUCHAMAD",
            "MOHAMMED",
            "MOH.",
            "MUH.",
            "MOCH.",
            "MHD",
            "M.",
        ]
    ),
)
def test_all_muhammads_are_one(word: str, spellings: list[str]) -> None:
    assert likeness(f"{spellings[0]} {word}", f"{spellings[1]} {word}") == 100


@given(st.text("ABDEGH", min_size=3, max_size=12), st.text("KLMNOPRSTU", min_size=3, max_size=12))
def test_words_without_a_letter_in_common_are_two_people(one: str, other: str) -> None:
    assert likeness(one, other) == 0


@given(st.lists(st.sampled_from("BA DE GA KU LA NI PU RA SU TO WI".split()), min_size=13, max_size=40).map("".join), st.integers(0, 30))
def test_a_long_name_that_was_cut_off_is_the_same(name: str, more: int) -> None:
    assert likeness(name, name[: CUT_FROM + more]) == 100


def test_no_two_made_up_people_pass_for_each_other() -> None:
    names = [persona.name for persona in load_population().personas] + [generated(generated_nik(n)).name for n in range(120)]
    close = [(one, other) for one, other in itertools.combinations(sorted(set(names)), 2) if likeness(one, other) >= ENOUGH]
    assert close == []


def test_a_refusal_names_nobody() -> None:
    check_name("BPJS Kesehatan", "H. BUDI UJI", "BUDI UJI", least=ENOUGH)
    with pytest.raises(Refused) as caught:
        check_name("BPJS Kesehatan", "SITI CONTOH", "BUDI UJI", least=ENOUGH)
    assert caught.value.context == {"registry": "BPJS Kesehatan", "reason": "name"}
    assert not {"SITI", "BUDI"} & set(str(caught.value).split())
