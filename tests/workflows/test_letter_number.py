"""Letter numbers: real templates, refused templates, and no two letters of a year with one number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import PolicyFileError
from workflows.letter_number import ROMAN_MONTHS, check_template, render_number

TEMPLATES = (
    "{klasifikasi}/{urut:03d}/{unit}/{bulan_romawi}/{tahun}",
    "{klasifikasi}/{urut}/{unit}/{tahun}",
    "{urut}/DINSOS/TAHUN {tahun}",
    "{klasifikasi}/Rek.{urut:04d} - {unit}/{tahun}",
    "{urut}{bulan_romawi}{tahun}",
    "{bulan_romawi}{urut}{klasifikasi}{tahun}",
    "{klasifikasi}/{urut:03d}/{jenis}/{unit}/{tahun}",
)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def number(template: str, urut: int, day: date = date(2026, 11, 22), unit: str = "Dinsos", jenis: str = "SJP") -> str:
    return render_number(template, klasifikasi="400.9", jenis=jenis, urut=urut, unit=unit, day=day)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (TEMPLATES[0], "400.9/007/Dinsos/XI/2026"),
        (TEMPLATES[2], "7/DINSOS/TAHUN 2026"),
        (TEMPLATES[3], "400.9/Rek.0007 - Dinsos/2026"),
    ],
)
def test_numbers_look_as_offices_write_them(template: str, expected: str) -> None:
    assert number(template, 7) == expected


def test_a_number_grows_past_its_width() -> None:
    assert number(TEMPLATES[0], 1234) == "400.9/1234/Dinsos/XI/2026"


@pytest.mark.parametrize("month", range(1, 13))
def test_months_are_roman(month: int) -> None:
    assert f"/{ROMAN_MONTHS[month - 1]}/" in number(TEMPLATES[0], 1, date(2026, month, 1))


def test_a_unit_with_braces_is_only_text() -> None:
    assert render_number("{urut}/{unit}/{tahun}", klasifikasi="", urut=1, unit="{urut}", day=date(2026, 1, 1)) == "1/{urut}/2026"


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("{klasifikasi}/{unit}/{tahun}", "{urut}"),
        ("{urut}/{unit}", "{tahun}"),
        ("{urut}/{urut}/{tahun}", "{urut}"),
        ("{urut}/{nomor}/{tahun}", "{nomor}"),
        ("{urut}/{}/{tahun}", "{}"),
        ("{urut}/{0}/{tahun}", "{0}"),
        ("{urut.real}/{tahun}", "{urut.real}"),
        ("{urut[0]}/{tahun}", "{urut[0]}"),
        ("{urut!r}/{tahun}", "{urut!r}"),
        ("{urut:x}/{tahun}", "{urut:x}"),
        ("{urut:{tahun}}/{tahun}", "{urut:{tahun}}"),
        ("{urut}/{unit:5}/{tahun}", "{unit:5}"),
        ("{urut/{tahun}", "tidak"),
        ("{urut}}/{tahun}", "kurawal"),
        ("", "{urut}"),
    ],
)
def test_refused_templates_name_what_to_mend(template: str, named: str) -> None:
    with pytest.raises(PolicyFileError, match="nomor surat") as refusal:
        check_template(template)
    assert named in str(refusal.value)


@pytest.mark.parametrize("urut", [0, -1])
def test_running_numbers_start_at_one(urut: int) -> None:
    with pytest.raises(ValueError, match="start at 1"):
        number(TEMPLATES[0], urut)


@given(st.sampled_from(TEMPLATES), st.lists(st.integers(1, 10**6), min_size=2, max_size=20, unique=True), st.data())
def test_distinct_sequences_give_distinct_numbers_within_a_year(template: str, sequences: list[int], data: st.DataObject) -> None:
    numbers = {number(template, urut, data.draw(days)) for urut in sequences}
    assert len(numbers) == len(sequences)
