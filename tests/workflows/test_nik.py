"""Every row of the design's table for a NIK: what is rejected, what is only worth a second look, what is never an error."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import InvalidNik
from workflows.masking import initials, mask_nik, mask_phone
from workflows.nik import FORMER_PROVINCES, PROVINCES, Nik, parse_nik, warnings_for

NOT_DIGITS = "NIK hanya berisi angka. Ketik ulang 16 angka seperti di KTP."
NO_PROVINCE = "Dua angka pertama NIK bukan kode provinsi. Periksa lagi di KTP."
NO_DATE = "Angka ke-7 sampai ke-12 NIK bukan tanggal lahir. Periksa lagi di KTP."
NO_SERIAL = "NIK ini berakhiran 0000. Periksa lagi di KTP."

DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
SERIALS = st.integers(min_value=1, max_value=9999)


def nik_of(born: date, *, woman: bool, serial: int = 1, district: str = "990101") -> str:
    return f"{district}{born.day + 40 * woman:02d}{born:%m%y}{serial:04d}"


def refusal(text: str) -> str:
    with pytest.raises(InvalidNik) as refused:
        parse_nik(text, practice=True)
    return str(refused.value)


@given(born=DATES, woman=st.booleans(), serial=SERIALS)
def test_a_sound_nik_says_birth_date_and_sex(born: date, woman: bool, serial: int) -> None:
    nik = parse_nik(nik_of(born, woman=woman, serial=serial), practice=True)
    assert born in nik.possible_birth_dates()
    assert (nik.female, nik.province, nik.district) == (woman, "99", "990101")


@given(born=DATES, woman=st.booleans(), separators=st.lists(st.sampled_from(" .-\t\n\u00a0"), min_size=17, max_size=17))
def test_spaces_dots_and_dashes_are_taken_out(born: date, woman: bool, separators: list[str]) -> None:
    digits = nik_of(born, woman=woman)
    scattered = "".join(separator + digit for separator, digit in zip(separators, digits + " ", strict=True))
    assert parse_nik(scattered, practice=True).digits == digits


@given(length=st.integers(min_value=0, max_value=40).filter(lambda length: length != 16))
def test_sixteen_digits_or_none(length: int) -> None:
    assert refusal("1" * length) == f"Masukkan NIK 16 angka. Anda mengetik {length} angka."


@given(
    digits=st.just("9901014101900001"),
    place=st.integers(0, 15),
    strange=st.characters().filter(lambda one: not re.match(r"[\s.\-0-9]", one)),
)
def test_only_plain_digits(digits: str, place: int, strange: str) -> None:
    assert refusal(digits[:place] + strange + digits[place + 1 :]) == NOT_DIGITS


def test_digits_of_other_scripts_are_not_digits() -> None:
    assert refusal("٩٩٠١٠١٤١٠١٩٠٠٠٠١") == NOT_DIGITS


def accepted_provinces(*, practice: bool) -> set[str]:
    accepted = set()
    for code in (f"{number:02d}" for number in range(100)):
        try:
            parse_nik(f"{code}01010101900001", practice=practice)
            accepted.add(code)
        except InvalidNik as refused:
            assert str(refused) == NO_PROVINCE
    return accepted


def test_provinces_are_the_38_of_today_and_the_one_of_before() -> None:
    assert accepted_provinces(practice=False) == PROVINCES | FORMER_PROVINCES
    assert (len(PROVINCES), set(FORMER_PROVINCES)) == (38, {"54"})


def test_practice_admits_the_impossible_province_and_no_other() -> None:
    assert accepted_provinces(practice=True) - accepted_provinces(practice=False) == {"99"}


@given(day=st.integers(0, 99), month=st.integers(0, 99), year=st.integers(0, 99))
def test_a_birth_date_that_no_century_has_is_rejected(day: int, month: int, year: int) -> None:
    text = f"990101{day:02d}{month:02d}{year:02d}0001"
    plain = day - 40 if day > 40 else day
    if any(_exists(century + year, month, plain) for century in (1900, 2000)):
        assert parse_nik(text, practice=True).digits == text
    else:
        assert refusal(text) == NO_DATE


@pytest.mark.parametrize("digits", ["000190", "320190", "400190", "720190", "410090", "411390", "310490", "300280", "290201", "690201"])
def test_days_and_months_at_the_edge(digits: str) -> None:
    assert refusal(f"990101{digits}0001") == NO_DATE


def test_29_february_1900_never_was() -> None:
    assert parse_nik("9901012902000001", practice=True).possible_birth_dates() == (date(2000, 2, 29),)
    assert parse_nik("9901016902000001", practice=True).possible_birth_dates() == (date(2000, 2, 29),)


def test_the_century_is_never_guessed() -> None:
    assert parse_nik("9901010101060001", practice=True).possible_birth_dates() == (date(1906, 1, 1), date(2006, 1, 1))


@given(born=DATES, woman=st.booleans())
def test_serial_0000_is_rejected(born: date, woman: bool) -> None:
    assert refusal(nik_of(born, woman=woman, serial=0)) == NO_SERIAL


@given(text=st.text(max_size=30))
def test_any_text_is_a_nik_or_refused_without_repeating_it(text: str) -> None:
    try:
        assert re.fullmatch("[0-9]{16}", parse_nik(text, practice=True).digits)
    except InvalidNik as refused:
        assert not re.search(r"\d{5}", str(refused))
        assert str(refused).endswith(".")


def test_another_region_is_never_an_error() -> None:
    nik = parse_nik("9101014101900001")  # Papua, where 91.01 is a regency that is gone
    assert warnings_for(nik, birth_date=date(1990, 1, 1)) == ()


def test_an_unknown_district_is_only_a_warning() -> None:
    nik = parse_nik("9101014101900001")
    assert warnings_for(nik, birth_date=date(1990, 1, 1), known_districts=frozenset({"367301"})) == (
        "Enam angka pertama NIK tidak ada di daftar wilayah sekarang. Ini boleh: wilayah bisa berganti kode.",
    )
    assert warnings_for(nik, birth_date=date(1990, 1, 1), known_districts=frozenset({"910101"})) == ()


@given(born=DATES, days=st.integers(1, 30_000))
def test_a_birth_date_unlike_the_typed_one_is_only_a_warning(born: date, days: int) -> None:
    nik = Nik(nik_of(born, woman=False))
    typed = born + timedelta(days=days)
    expected = (
        ()
        if typed in nik.possible_birth_dates()
        else ("Tanggal lahir di NIK tidak sama dengan yang diketik. Periksa KTP; jawaban Dukcapil yang menentukan.",)
    )
    assert warnings_for(nik, birth_date=typed) == expected


@given(born=DATES, serial=SERIALS)
def test_a_mask_shows_the_last_four_digits_and_nothing_else(born: date, serial: int) -> None:
    assert re.findall(r"\d", mask_nik(nik_of(born, woman=True, serial=serial))) == list(f"{serial:04d}")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("SITI CONTOH", "Siti C."), ("SLAMET", "S."), ("", ""), ("  H. ABDUL  RAHMAN ", "H. R."), ("I GUSTI AYU PUTU", "I P.")],
)
def test_initials(name: str, shown: str) -> None:
    assert initials(name) == shown


@pytest.mark.parametrize(("phone", "shown"), [("081200000123", "•••••••••123"), ("+62812345", "••••••345"), ("12", "12"), ("", "")])
def test_a_phone_keeps_its_last_three_digits(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
