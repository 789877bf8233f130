"""The press: facts in, one sealed PDF page out (letter E has its list behind it); the same facts and keys give the same bytes."""

import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import typst

from schemas.letter_token import ANY_HOSPITAL, LetterClaims, check_code, seal
from verify.documents.qr import draw_qr, qr_text
from verify.documents.wording import BSRE_FORMULA, letter_words
from verify.keys import KeyRing
from workflows.errors import RekomError
from workflows.ports import LetterFacts, PressedLetter

STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]
"""Archiving (ISO 19005-2, level A) and accessibility (ISO 14289-1), as Typst claims them."""
TOO_LONG = "too long for one page"
"""What the template says when even its smallest size does not fit."""
TEMPLATE = Path(__file__).with_name("letter.typ")
NAME_IN_CODE = 80
"""Characters of a name that go into the QR; the paper has all of it."""


class LetterNotPrintable(RekomError):
    """The facts cannot be set on one page; nothing was made."""

    slug = "surat-tidak-tercetak"
    sentence = "Surat memuat huruf yang tidak dapat dicetak. Periksa nama, alamat, dan nama rumah sakit."
    too_long = "Isi surat tidak muat pada satu halaman. Ringkas alamat, dasar hukum, atau tembusan."


class TypstPress:
    """Implements ``workflows.ports.LetterPress``. One press serves a process and its threads.

    Press nothing before a fork: Typst's own threads do not survive one, and the child would wait for ever.
    """

    _process: ClassVar[int | None] = None

    def __init__(self, keys: Callable[[], KeyRing], public_url: str, *, logo_svg: str | None = None) -> None:
        """``keys`` are asked for at each letter, for they rotate; ``public_url`` is what hospitals reach; ``logo_svg`` the
        region's arms."""
        qr_text(public_url, "")
        self._keys, self._public_url, self._logo_svg = keys, public_url, logo_svg
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None

    def press(self, facts: LetterFacts) -> PressedLetter:
        """Seal and set one letter. Raises ``UnfitClaims`` or ``LetterNotPrintable``; nothing is half made."""
        keys = self._keys()
        token = seal(letter_claims(facts, keys), keys.sealing)
        pdf = self._set(facts, token, reprint=0)
        return PressedLetter(pdf, hashlib.sha256(pdf).hexdigest(), token, keys.current.key_id)

    def reprint(self, facts: LetterFacts, token: str, ordinal: int) -> bytes:
        """The same page with the same token, marked; no key is needed for it."""
        return self._set(facts, token, reprint=ordinal)

    def _set(self, facts: LetterFacts, token: str, *, reprint: int) -> bytes:
        content = letter_content(facts, token, self._public_url, reprint=reprint)
        inputs = typst_inputs(content, paper=facts.paper, logo_svg=self._logo_svg)
        try:
            with self._lock:
                pdf = self._ready().compile(
                    format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=int(facts.signed_at.timestamp())
                )
        except typst.TypstError as error:
            raise LetterNotPrintable(LetterNotPrintable.too_long if TOO_LONG in error.message else None) from error
        assert isinstance(pdf, bytes)
        return pdf

    def _ready(self) -> typst.Compiler:
        _refuse_after_fork()
        if self._compiler is None:
            self._compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, ignore_system_fonts=True)
        return self._compiler


def _refuse_after_fork() -> None:
    if TypstPress._process not in (None, os.getpid()):
        raise RuntimeError("a letter was pressed before this process was forked; press only in children")
    TypstPress._process = os.getpid()


def letter_claims(facts: LetterFacts, keys: KeyRing) -> LetterClaims:
    """What the token says of a letter."""
    return LetterClaims(
        issuer=facts.issuer,
        key_id=keys.current.key_id,
        token_id=facts.token_id,
        number=facts.number,
        letter_type=facts.letter_type,
        name=" ".join(facts.name.split())[:NAME_IN_CODE],
        birth_year=facts.birth_date.year,
        nik_digest=keys.nik_digest(facts.known_by),
        segment=facts.segment,
        care_class=facts.care_class,
        hospital_code=facts.hospital_code or ANY_HOSPITAL,
        valid_from=int(facts.valid_from.timestamp()),
        valid_until=int(facts.valid_until.timestamp()),
        single_use=facts.at_hospital,
    )


def letter_content(facts: LetterFacts, token: str, public_url: str, *, reprint: int = 0) -> dict[str, Any]:
    """All the template prints: the words, the QR of ``token``, also as a link for whoever has the file, and the code for typing."""
    address = qr_text(public_url, token)
    symbol = draw_qr(address)
    return letter_words(facts, copied=reprint > 0) | {
        "reprint": f"CETAK ULANG ke-{reprint}" if reprint else "",
        "qr": symbol.svg,
        "qr_link": address,
        "qr_mm": symbol.width_mm,
        "code": [facts.number, check_code(token)],
        "footer": _footer(facts, public_url, copied=reprint > 0),
    }


def _footer(facts: LetterFacts, public_url: str, *, copied: bool) -> list[str]:
    scan = "Cek keaslian: pindai kode QR dengan kamera ponsel."
    typed = [scan, "Loket rumah sakit tanpa pemindai: ketik nomor surat dan NIK di", f"{public_url.rstrip('/')}/periksa"]
    formula = [BSRE_FORMULA] if facts.signing_mode == "BSRE" and not copied else []
    ways = [scan] if facts.enclosure else typed
    return [*formula, *ways, "Fotokopi tidak berlaku tanpa pemeriksaan. Pelayanan ini tidak dipungut biaya."]


def typst_inputs(content: dict[str, Any], *, paper: str, logo_svg: str | None = None) -> dict[str, str]:
    """What ``letter.typ`` reads: all words as one JSON text, so that no character of them is markup."""
    return {"letter": json.dumps(content | {"logo": logo_svg}, ensure_ascii=False), "paper": paper}
