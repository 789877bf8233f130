"""The QR: alphanumeric mode, level M, printed large enough, and read back by an independent reader."""

import io

import pytest
import typst
import zxingcpp
from PIL import Image

from verify.documents.qr import MODULE_MM, QUIET_MODULES, SMALLEST_MM, Symbol, draw_qr, qr_text

PAGE = '#set page(width: auto, height: auto, margin: 10mm)\n#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.mm) * 1mm)'


def modules(symbol: Symbol) -> int:
    return int(symbol.svg.split('<svg width="')[1].split('"')[0]) - 2 * QUIET_MODULES


def printed(symbol: Symbol, ppi: int) -> Image.Image:
    png = typst.compile(
        PAGE.encode(), format="png", ppi=ppi, sys_inputs={"svg": symbol.svg, "mm": str(symbol.width_mm)}, ignore_system_fonts=True
    )
    assert isinstance(png, bytes)
    return Image.open(io.BytesIO(png)).convert("L")


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("http://127.0.0.1:8000", "HTTP://127.0.0.1:8000/S/ABC234"),
        ("https://rekom.example.go.id/", "HTTPS://REKOM.EXAMPLE.GO.ID/S/ABC234"),
    ],
)
def test_the_address_is_upper_case(public_url: str, expected: str) -> None:
    assert qr_text(public_url, "ABC234") == expected


@pytest.mark.parametrize(
    "public_url", ["https://example.go.id/rekom", "https://example.go.id?x=1", "https://exämple.go.id", "https://a_b.id"]
)
def test_addresses_that_upper_case_would_break_are_refused(public_url: str) -> None:
    with pytest.raises(ValueError, match="REKOM_PUBLIC_URL"):
        qr_text(public_url, "ABC234")


@pytest.mark.parametrize(("characters", "size"), [(20, 21), (419, 65), (420, 69), (483, 69)])
def test_symbols_are_as_small_as_alphanumeric_mode_and_level_m_allow(characters: int, size: int) -> None:
    """Capacities of versions 1, 12 and 13 at level M (ISO/IEC 18004, table 7)."""
    assert modules(draw_qr("A" * characters)) == size


@pytest.mark.parametrize("characters", [60, 400, 700])
def test_symbols_are_wide_enough_on_paper(characters: int) -> None:
    symbol = draw_qr("A" * characters)
    module_mm = symbol.width_mm / (modules(symbol) + 2 * QUIET_MODULES)
    assert module_mm * modules(symbol) >= SMALLEST_MM - 0.01
    assert module_mm >= MODULE_MM - 0.001


@pytest.mark.parametrize("characters", [60, 400, 700])
def test_a_reader_gets_the_text_back_from_150_dpi(characters: int) -> None:
    text = ("HTTPS://REKOM.EXAMPLE.GO.ID/S/" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 30)[:characters]
    found = zxingcpp.read_barcodes(printed(draw_qr(text), 150))
    assert [code.text for code in found] == [text]


def test_the_symbol_is_black_on_white() -> None:
    assert {part[:6] for part in draw_qr("ABC").svg.split('"#')[1:]} == {"000000", "FFFFFF"}
