"""The QR of a letter: one address in alphanumeric mode, error level M, black on white, as one vector path."""

import base64
from typing import NamedTuple

import zxingcpp

ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
QUIET_MODULES = 4
"""White modules on each side (ISO/IEC 18004)."""
SMALLEST_MM = 34.0
"""Printed width without the quiet zone; a desk's scanner is promised 33 mm."""
MODULE_MM = 0.6
"""Smallest module: three and a half pixels of a 150 dpi scan; at three, a second decoder missed 3 of 200 copies, so 1."""


class Symbol(NamedTuple):
    """A drawn QR: SVG with its quiet zone of four modules, and its printed width in millimetres, quiet zone included."""

    svg: str
    width_mm: float


def qr_text(public_url: str, token: str) -> str:
    """``HTTPS://<HOST>/S/<TOKEN>``, upper case throughout, which scheme and host do not mind.

    Raises ``ValueError`` for an address with a path (upper case would change it) or with characters outside the
    alphanumeric mode.
    """
    address = public_url.rstrip("/")
    text = f"{address}/S/{token}".upper()
    if not set(text) <= ALPHANUMERIC or "/" in address.split("://", 1)[-1]:
        raise ValueError(f"REKOM_PUBLIC_URL harus berupa alamat tanpa jalur, misalnya https://rekom.example.go.id, bukan {public_url}.")
    return text


def draw_qr(text: str) -> Symbol:
    """Draw ``text`` as a QR of error level M."""
    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(add_quiet_zones=True)
    width = int(svg.split('<svg width="', 1)[1].split('"', 1)[0])
    module_mm = max(SMALLEST_MM / (width - 2 * QUIET_MODULES), MODULE_MM)
    return Symbol(svg, round(width * module_mm, 3))


def picture_of(text: str) -> str:
    """The QR as a data address for a page: a picture can run nothing, and no inline drawing has to be trusted."""
    return f"data:image/svg+xml;base64,{base64.b64encode(draw_qr(text).svg.encode()).decode()}"
