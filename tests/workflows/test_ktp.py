"""A KTP out of read lines: every field where it stands however the card is held, and nothing certain that was guessed or does not fit."""

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ktp_cards import Card, as_read, card
from workflows.card_lines import Seen
from workflows.errors import InvalidInput
from workflows.ktp import (
    BLURRED,
    FUTURE,
    GUESSED,
    JOINED,
    NO_CARD,
    NO_TEXT,
    NOT_SIXTEEN,
    OTHER_DATE,
    OTHER_SEX,
    PARTLY,
    SPACES,
    TWICE,
    TWO_CARDS,
    UNCLEAR,
    UNCOMPARED,
    UNLABELLED,
    ReadCard,
    Sureness,
    Told,
    agreed,
    born_until,
    read_card,
    read_twice,
)
from workflows.look_alikes import apart, mended

SITI = Card(
    "9901014101900001", "SITI CONTOH", "CONTOHREJO", "01-01-1990", "PEREMPUAN", "JL MELATI NO 4", "007/002", "UJI HARJO", "CONTOHSARI"
)
cards = st.integers(0, 10**9).map(lambda seed: card(random.Random(seed)))
angles = st.sampled_from((0, 90, 180, 270)).flatmap(lambda turn: st.floats(-20, 20).map(lambda tilt: turn + tilt))
MISREAD = {"0": "OoDQ", "1": "Il|", "2": "Z", "5": "Ss", "6": "G", "8": "B"}


def read(seen: list[Seen]) -> ReadCard:
    return read_card(seen, practice=True)


def changed(old: str, new: str, shown: Card = SITI) -> list[Seen]:
    """The card of Siti Contoh with one text read otherwise; an empty one is not read at all."""
    found = [replace(one, text=one.text.replace(old, new)) for one in as_read(shown)]
    assert found != as_read(shown)
    return [one for one in found if one.text.strip(" :")]


def told(shown: Card) -> dict[str, str]:
    block, row = shown.rt_rw.split("/")
    return {
        "nik": shown.nik,
        "name": shown.name,
        "born_at": shown.place,
        "born": shown.born,
        "sex": "FEMALE" if shown.sex == "PEREMPUAN" else "MALE",
        "address": f"{shown.address}, RT {block}/RW {row}, {shown.village}, {shown.district}",
    }


@given(cards, angles)
@settings(max_examples=150, deadline=None)
def test_every_field_is_found_however_the_card_is_held(shown: Card, degrees: float) -> None:
    found = read(as_read(shown, degrees))
    for name, value in told(shown).items():
        told_of = getattr(found, name)
        assert told_of.value == value, name
        assert (told_of.sureness is Sureness.CERTAIN) or told_of.why in (SPACES, JOINED), name


@given(cards, st.data())
@settings(max_examples=150, deadline=None)
def test_a_digit_read_as_a_letter_is_mended_and_never_certain(shown: Card, data: st.DataObject) -> None:
    places = [place for place, digit in enumerate(shown.nik) if digit in MISREAD]
    chosen = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4, unique=True)) if places else []
    if not chosen:
        return
    letters = [data.draw(st.sampled_from(MISREAD[digit])) if place in chosen else digit for place, digit in enumerate(shown.nik)]
    found = read(changed(shown.nik, "".join(letters), shown)).nik
    assert (found.value, found.sureness, found.why) == (shown.nik, Sureness.CHECK, GUESSED)


@given(cards, st.integers(6, 11), st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_a_wrong_digit_in_the_birth_date_is_never_certain(shown: Card, place: int, by: int) -> None:
    wrong = f"{shown.nik[:place]}{(int(shown.nik[place]) + by) % 10}{shown.nik[place + 1 :]}"
    found = read(changed(shown.nik, wrong, shown)).nik
    assert (found.value, found.sureness) == (wrong, Sureness.CHECK)


@given(st.lists(st.tuples(st.text(max_size=30), st.floats(0, 1), st.lists(st.floats(-5000, 5000), min_size=8, max_size=8)), max_size=30))
@settings(max_examples=150, deadline=None)
def test_whatever_is_read_is_a_card_or_a_sentence(lines: list[tuple[str, float, list[float]]]) -> None:
    seen = [Seen(text, score, ((c[0], c[1]), (c[2], c[3]), (c[4], c[5]), (c[6], c[7]))) for text, score, c in lines]
    try:
        found = read(seen)
    except InvalidInput as error:
        assert str(error).endswith(".")
        return
    assert found.nik.sureness is not Sureness.CERTAIN or len(found.nik.value) == 16


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("9901014101900001", "990101410190000", NOT_SIXTEEN),
        ("01-01-1990", "02-01-1990", OTHER_DATE),
        ("PEREMPUAN", "LAKI-LAKI", OTHER_SEX),
        ("01-01-1990", "", UNCOMPARED),
        (": PEREMPUAN", "", UNCOMPARED),
    ],
)
def test_a_nik_that_nothing_confirms_is_to_be_checked(old: str, new: str, why: str) -> None:
    found = read(changed(old, new)).nik
    assert (found.sureness, found.why) == (Sureness.CHECK, why)


def test_a_nik_of_no_province_is_to_be_checked_where_real_people_are_served() -> None:
    found = read_card(as_read(SITI)).nik
    assert found.sureness is Sureness.CHECK and "provinsi" in str(found.why)


def test_an_unclear_line_is_to_be_checked() -> None:
    dim = [replace(one, score=0.7) if "SITI" in one.text or SITI.nik in one.text else one for one in as_read(SITI)]
    found = read(dim)
    assert (found.name.sureness, found.name.why, found.nik.why) == (Sureness.CHECK, UNCLEAR, UNCLEAR)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [("SITI CONTOH", "", "name"), ("01-01-1990", "31-02-1990", "born"), ("PEREMPUAN", "KAWIN", "sex"), (SITI.nik, "X", "nik")],
)
def test_what_cannot_be_read_stays_empty(old: str, new: str, name: str) -> None:
    assert getattr(read(changed(old, new)), name) == Told()


def test_an_address_without_one_of_its_parts_is_to_be_checked() -> None:
    found = read(changed(": CONTOHSARI", "")).address
    assert found == Told("JL MELATI NO 4, RT 007/RW 002, UJI HARJO", Sureness.CHECK, PARTLY)


def test_a_name_and_an_address_in_two_rows_are_joined() -> None:
    higher = [replace(one, corners=tuple((x, y - 36 if y < 195 else y) for x, y in one.corners)) for one in as_read(SITI)]  # type: ignore[arg-type]
    more = Seen("LESTARI", 0.99, ((262, 166), (350, 166), (350, 190), (262, 190)))
    assert read([*higher, more]).name.value == "SITI CONTOH LESTARI"


@pytest.mark.parametrize(("old", "new"), [("NIK", "N1K"), ("Nama", "Nana"), ("Jenis Kelamin", "JenisKeIamln"), ("Alamat", "AIamat")])
def test_a_label_that_was_misread_is_still_one(old: str, new: str) -> None:
    found = read(changed(old, new))
    assert (found.nik.value, found.name.value, found.sex.value) == (SITI.nik, SITI.name, "FEMALE")


def test_a_value_that_sticks_to_its_label_is_cut_off() -> None:
    joined = [one for one in as_read(SITI) if "SITI" not in one.text]
    found = read([replace(one, text="NamaSITI CONTOH") if one.text == "Nama" else one for one in joined])
    assert found.name.value == "SITI CONTOH"


def other_card() -> list[Seen]:
    below = tuple(replace(one, corners=tuple((x, y + 800) for x, y in one.corners)) for one in as_read(card(random.Random(4))))  # type: ignore[arg-type]
    return [*as_read(SITI), *below]


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ([], NO_TEXT),
        ([replace(one, text=" ") for one in as_read(SITI)], NO_TEXT),
        ([replace(one, text="KUITANSI PEMBAYARAN") for one in as_read(SITI)], NO_CARD),
        (other_card(), TWO_CARDS),
    ],
    ids=["nothing", "blank", "receipt", "two cards"],
)
def test_a_photograph_of_something_else_says_so(seen: list[Seen], sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(seen)
    assert str(refused.value) == sentence


def test_the_better_of_two_readings_that_differ_wins_and_it_is_said() -> None:
    whole, short = read(as_read(SITI)), read(changed(SITI.nik, SITI.nik[:12]))
    for pair in ((whole, short), (short, whole)):
        assert agreed(*pair).nik == Told(SITI.nik, Sureness.CHECK, TWICE)
    lost, cut = read(changed(SITI.nik, SITI.nik[:12])), read(changed(SITI.nik, SITI.nik[:11]))
    assert agreed(lost, cut).nik.why == f"{TWICE} {NOT_SIXTEEN}"


def test_a_number_without_its_label_says_so() -> None:
    assert read(changed("NIK", "")).nik == Told(SITI.nik, Sureness.CHECK, UNLABELLED)


@pytest.mark.parametrize(("today", "sure"), [(date(2026, 11, 23), Sureness.CHECK), (date(2090, 1, 1), Sureness.CERTAIN)])
def test_nobody_is_born_in_the_future(today: date, sure: Sureness) -> None:
    found = born_until(read(as_read(replace(SITI, born="01-01-2090"))), today)
    assert (found.born.sureness, found.nik.sureness) == (sure, sure)
    assert (found.born.why, found.nik.why) == ((FUTURE, UNCOMPARED) if sure is Sureness.CHECK else (None, None))


def test_two_readings_are_certain_of_what_both_say() -> None:
    one, other = read(as_read(SITI)), read(changed("0001", "0007"))
    assert agreed(one, one) == one
    assert agreed(one, other).nik == Told(SITI.nik, Sureness.CHECK, TWICE)
    assert agreed(one, other).name == one.name


def test_what_one_of_two_readings_misses_is_proposed() -> None:
    one, other = read(changed("SITI CONTOH", "")), read(as_read(SITI))
    assert agreed(one, other).name == Told("SITI CONTOH", Sureness.CHECK, TWICE)


def test_a_reading_that_lost_a_space_loses_to_the_other() -> None:
    one, other = read(changed("SITI CONTOH", "SITICONTOH")), read(as_read(SITI))
    assert one.name == Told("SITICONTOH", Sureness.CHECK, JOINED)
    assert agreed(one, other).name == agreed(other, one).name == Told("SITI CONTOH", Sureness.CHECK, TWICE)


def test_what_only_one_of_two_readings_found_is_never_certain() -> None:
    receipt = [replace(one, text="KUITANSI PEMBAYARAN") for one in as_read(SITI)]
    for readings in ((as_read(SITI), receipt), ([], as_read(SITI))):
        found = read_twice(*readings, practice=True)
        assert (found.nik.value, found.name.value) == (SITI.nik, SITI.name)
        assert found.nik.sureness is found.name.sureness is found.born.sureness is Sureness.CHECK
    with pytest.raises(InvalidInput) as refused:
        read_twice(receipt, [], practice=True)
    assert str(refused.value) == NO_CARD
    with pytest.raises(InvalidInput) as refused:
        read_twice(as_read(SITI), other_card(), practice=True)
    assert str(refused.value) == TWO_CARDS


def test_a_card_of_nobody_is_a_blurred_one() -> None:
    nobody = read([one for one in as_read(SITI) if "SITI" not in one.text and SITI.nik not in one.text])
    with pytest.raises(InvalidInput) as refused:
        agreed(nobody, nobody)
    assert str(refused.value) == BLURRED


@given(st.text(alphabet="SITICONHZ", max_size=8), st.text(alphabet="SITICONHZ", max_size=8))
def test_how_far_words_are_apart(one: str, other: str) -> None:
    assert apart(one, other) == apart(other, one)
    assert (apart(one, other) == 0) is (one == other)
    assert abs(len(one) - len(other)) <= apart(one, other) <= max(len(one), len(other))


def test_digits_stay_as_they_are() -> None:
    assert mended("0123456789") == ("0123456789", False)
    assert mended("OlZEASGTBg") == ("0123456789", True)
