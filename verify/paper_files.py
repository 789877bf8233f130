"""Photographs and PDFs of papers: judged by their content, decoded in a process with limits, made smaller, kept as pixels alone."""

from verify import scans
from workflows.errors import InvalidInput
from workflows.papers import LARGEST, Picture
from workflows.records.case_paper import PaperKind
from workflows.saying import say
from workflows.signing import SCAN_KINDS

LONGEST_EDGE = 2000
"""Pixels: a sheet of A4 still has 170 dots an inch."""
THUMBNAIL_EDGE = 112
"""Pixels: enough to tell a KTP from a family card, too few to read either."""
NO_PAPER = say("Foto harus berupa JPEG atau PNG; pindaian boleh PDF. Ambil lagi, lalu kirim.")
TOO_LARGE = say("Foto atau pindaian paling besar 10 MB. Perkecil, lalu kirim lagi.")


def picture_in(sent: bytes) -> Picture:
    """What is kept of a file that somebody sent; ``InvalidInput`` says what to do otherwise."""
    if not sent.startswith(SCAN_KINDS):
        raise InvalidInput(NO_PAPER)
    if len(sent) > LARGEST:
        raise InvalidInput(TOO_LARGE)
    content = scans.decoded(sent, LONGEST_EDGE)
    if content.startswith(b"%PDF-"):
        return Picture(PaperKind.PDF, content, None)
    return Picture(PaperKind.JPEG, content, scans.decoded(content, THUMBNAIL_EDGE))
