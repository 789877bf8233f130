"""The paper: one page in every case, readable by people, screen readers and scanners, and always the same bytes."""

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
import typst
import zxingcpp
from PIL import Image, ImageFilter

from schemas.letter_token import ANY_HOSPITAL, LetterClaims, UnfitClaims, check_code, open_token, seal, token_in
from tests.verify.letter_facts import AT, LONG, MINIMAL, NORMAL, collective
from verify.documents.letter import TEMPLATE, LetterNotPrintable, TypstPress, letter_claims, letter_content, typst_inputs
from verify.documents.wording import BSRE_FORMULA, PRACTICE_MARK, letter_words
from verify.keys import KeyRing, make_keys
from workflows.ports import LetterFacts, LetterPress, PressedLetter

URL, DPI = "http://127.0.0.1:8000", 300
POINTS_PER_MM = 72 / 25.4
VARIANTS = {"normal": NORMAL, "long": LONG, "minimal": MINIMAL}
every_variant = pytest.mark.parametrize("facts", VARIANTS.values(), ids=VARIANTS)
every_paper = pytest.mark.parametrize("paper", ["A4", "F4"])


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return make_keys(tmp_path_factory.mktemp("office") / "keys")


@pytest.fixture(scope="module")
def press(keys: KeyRing) -> TypstPress:
    return TypstPress(lambda: keys, URL)


def page_of(letter: PressedLetter) -> pypdf.PageObject:
    pages = pypdf.PdfReader(io.BytesIO(letter.pdf)).pages
    assert len(pages) == 1
    return pages[0]


def text_of(letter: PressedLetter) -> str:
    return " ".join(page_of(letter).extract_text().split())


def drawn(facts: LetterFacts, keys: KeyRing, paper: str) -> Image.Image:
    """The same template and words as a picture of 150 dpi."""
    token = seal(letter_claims(facts, keys), keys.current)
    inputs = typst_inputs(letter_content(facts, token, URL), paper=paper)
    png = typst.compile(str(TEMPLATE), format="png", ppi=150, sys_inputs=inputs, ignore_system_fonts=True)
    assert isinstance(png, bytes)
    return Image.open(io.BytesIO(png)).convert("L")


def copied(image: Image.Image) -> Image.Image:
    """A photocopy: turned by five degrees, a little soft, and squeezed as JPEG of quality 40."""
    file = io.BytesIO()
    image.rotate(5, Image.Resampling.BICUBIC, expand=True, fillcolor=255).filter(ImageFilter.GaussianBlur(0.6)).save(
        file, "JPEG", quality=40
    )
    return Image.open(file)


def test_the_press_is_the_port(press: TypstPress) -> None:
    port: LetterPress = press
    assert port.press(NORMAL).pdf.startswith(b"%PDF-")


@every_paper
@every_variant
def test_a_letter_is_one_page_of_its_paper(keys: KeyRing, facts: LetterFacts, paper: str) -> None:
    page = page_of(TypstPress(lambda: keys, URL).press(replace(facts, paper=paper)))
    width, height = {"A4": (210, 297), "F4": (215, 330)}[paper]
    assert float(page.mediabox.width) == pytest.approx(width * POINTS_PER_MM, abs=0.1)
    assert float(page.mediabox.height) == pytest.approx(height * POINTS_PER_MM, abs=0.1)


@every_paper
@every_variant
def test_the_qr_is_read_from_the_page_and_from_a_copy(keys: KeyRing, facts: LetterFacts, paper: str) -> None:
    image = drawn(facts, keys, paper)
    for picture in (image, copied(image)):
        (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        assert open_token(token_in(code.text), keys.verifying) == letter_claims(facts, keys)


@every_paper
def test_the_page_is_black_on_white_and_its_code_large_enough(press: TypstPress, keys: KeyRing, paper: str) -> None:
    with pypdfium2.PdfDocument(press.press(replace(LONG, paper=paper)).pdf) as document:
        picture = document[0].render(scale=DPI / 72).to_pil().convert("RGB")
    red, green, blue = (picture.getchannel(part).tobytes() for part in "RGB")
    assert red == green == blue
    corners = zxingcpp.read_barcodes(picture)[0].position
    assert (corners.top_right.x - corners.top_left.x) / DPI * 25.4 >= 33
    assert (corners.bottom_left.y - corners.top_left.y) / DPI * 25.4 >= 33


def test_the_qr_holds_the_address_of_this_office(press: TypstPress, keys: KeyRing) -> None:
    (code,) = zxingcpp.read_barcodes(drawn(NORMAL, keys, "A4"))
    assert code.text == f"HTTP://127.0.0.1:8000/S/{press.press(NORMAL).token}"


@every_variant
def test_the_text_says_what_the_facts_say(press: TypstPress, facts: LetterFacts) -> None:
    letter = press.press(facts)
    text = text_of(letter).replace(" ", "")
    said = (facts.number, facts.name, facts.nik, facts.kk, facts.address, facts.phone, facts.hospital_name, facts.signer_rank)
    for value in (*said, *facts.legal_basis, *facts.copies, *facts.addressee, facts.signer_name, check_code(letter.token)):
        assert value is None or value.replace(" ", "") in text


def test_the_sentences_are_those_of_an_official_letter(press: TypstPress) -> None:
    text = text_of(press.press(NORMAL))
    for sentence in (
        "PEMERINTAH KOTA SERANG DINAS SOSIAL Jalan Contoh Nomor 1",
        "Serang, 22 November 2026",
        "Kepada Yth. Direktur RSUD Contoh Kota Serang di Kota Serang",
        "Tanggal lahir : 1 Januari 1990",
        "Jenis kelamin : Perempuan",
        "Masuk perawatan : 22 November 2026 pukul 09.05 WIB",
        "segmen PBPU dan BP Pemerintah Daerah dengan hak rawat kelas III.",
        "SURAT INI BERLAKU SAMPAI 25 November 2026 pukul 14.05 WIB",
        "untuk satu kali perawatan di RSUD Contoh Kota Serang",
        "NIP. 19700101 199503 2 001",
        "Tembusan:",
        "Fotokopi tidak berlaku tanpa pemeriksaan.",
        "tidak dipungut biaya",
        "http://127.0.0.1:8000/periksa",
    ):
        assert sentence in text


@pytest.mark.parametrize(
    ("timezone", "until"), [("Asia/Jakarta", "14.05 WIB"), ("Asia/Makassar", "15.05 WITA"), ("Asia/Jayapura", "16.05 WIT")]
)
def test_times_are_those_of_the_region(timezone: str, until: str) -> None:
    assert letter_words(replace(NORMAL, timezone=timezone))["validity_until"] == f"25 November 2026 pukul {until}"


@pytest.mark.parametrize(
    ("capacity", "title", "printed"),
    [
        ("DEFINITIF", "Kepala Dinas", ["Kepala Dinas,"]),
        ("PLT", "Kepala Dinas", ["Plt. Kepala Dinas,"]),
        ("Plh.", "Kepala Dinas", ["Plh. Kepala Dinas,"]),
        ("AN", "Kepala Dinas\nSekretaris", ["a.n. Kepala Dinas", "Sekretaris,"]),
    ],
)
def test_capacities_are_written_before_the_title(capacity: str, title: str, printed: list[str]) -> None:
    assert letter_words(replace(NORMAL, signer_capacity=capacity, signer_title=title))["signer_title"] == printed


def test_what_is_not_known_is_not_printed(press: TypstPress) -> None:
    text = text_of(press.press(MINIMAL))
    for label in ("Nomor Kartu Keluarga", "Alamat", "Nomor telepon", "Rumah sakit :", "Masuk perawatan", "Tembusan", "NIP.", "None"):
        assert label not in text
    assert "di rumah sakit yang bekerja sama dengan BPJS Kesehatan" in text


def test_an_addressee_without_place_is_written_to_di_tempat() -> None:
    words = letter_words(replace(NORMAL, addressee=("Kepala BPJS Kesehatan Cabang Serang",)))
    assert words["addressee"] == ["Kepada Yth.", "Kepala BPJS Kesehatan Cabang Serang", "di Tempat"]


def test_a_diagnosis_stands_in_a_guarantee_that_asks_for_it_and_never_in_a_token(press: TypstPress, keys: KeyRing) -> None:
    names = {field.name for field in fields(LetterClaims)}
    assert not any("diagnos" in name or "icd" in name for name in names)
    assert "diagnos" not in text_of(press.press(NORMAL)).casefold()
    asked = press.press(replace(NORMAL, letter_type="JAMINAN_PELAYANAN", diagnosis="Demam contoh"))
    assert "Diagnosis sementara : Demam contoh" in " ".join(text_of(asked).split())
    assert "contoh" not in repr(open_token(asked.token, keys.verifying)).casefold().replace("siti contoh", "")


def test_a_guessed_birth_date_is_said_to_be_one(press: TypstPress) -> None:
    said = " ".join(text_of(press.press(replace(NORMAL, birth_estimated=True))).split())
    assert "Tanggal lahir : sekitar tahun 1990 (perkiraan)" in said
    assert "1 Januari 1990" not in said


def test_the_token_holds_no_part_of_the_nik(press: TypstPress, keys: KeyRing) -> None:
    claims = open_token(press.press(NORMAL).token, keys.verifying)
    assert NORMAL.nik[-4:] not in repr(replace(claims, nik_digest=b"", number=""))
    assert claims.nik_digest == keys.nik_digest(NORMAL.nik)
    assert claims.hospital_code == NORMAL.hospital_code


def test_a_letter_for_any_hospital_says_so(press: TypstPress, keys: KeyRing) -> None:
    assert open_token(press.press(MINIMAL).token, keys.verifying).hospital_code == ANY_HOSPITAL


def test_practice_letters_are_marked_and_real_ones_are_not(press: TypstPress) -> None:
    assert PRACTICE_MARK in text_of(press.press(NORMAL))
    assert "LATIHAN" not in text_of(press.press(replace(NORMAL, nik="3673014101900001")))


def test_letter_e_is_one_page_with_its_list_behind_it(press: TypstPress, keys: KeyRing) -> None:
    made = press.press(collective(60))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.pdf)).pages]
    assert len(pages) == 3
    assert "Jumlah warga" in pages[0] and "0a1b 0a1b" in pages[0] and "SITI CONTOH 0001" not in pages[0] and PRACTICE_MARK in pages[0]
    for number in (1, 30, 60):
        assert f"SITI CONTOH {number:04d}" in pages[1] + pages[2]
    assert "Halaman lampiran 2 dari 2" in pages[2] and "Nomor surat rekomendasi" in pages[2]
    claims = open_token(made.token, keys.verifying)
    assert (claims.letter_type, claims.name, claims.single_use) == ("PENGANTAR_KOLEKTIF", "Daftar 60 warga", False)


def test_the_same_facts_give_the_same_bytes(keys: KeyRing, press: TypstPress) -> None:
    first, again = press.press(NORMAL), TypstPress(lambda: keys, URL).press(NORMAL)
    assert first == again
    assert first.sha256 == hashlib.sha256(first.pdf).hexdigest()
    assert first.key_id == keys.current.key_id


def test_threads_share_a_press(press: TypstPress) -> None:
    several = [replace(NORMAL, name=f"BUDI UJI {index}") for index in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(press.press, several))
    assert together == [press.press(facts) for facts in several]


def test_a_press_used_before_a_fork_says_so_instead_of_waiting(press: TypstPress, monkeypatch: pytest.MonkeyPatch) -> None:
    press.press(NORMAL)
    monkeypatch.setattr("os.getpid", lambda: -1)
    with pytest.raises(RuntimeError, match="before this process was forked"):
        press.press(NORMAL)


def test_the_file_is_tagged_archival_and_in_indonesian(press: TypstPress) -> None:
    reader = pypdf.PdfReader(io.BytesIO(press.press(NORMAL).pdf))
    catalog: Any = reader.trailer["/Root"]
    metadata = catalog["/Metadata"].get_data().decode()
    assert catalog["/MarkInfo"]["/Marked"].value
    assert catalog["/Lang"].startswith("id")
    assert {"/StructTreeRoot", "/OutputIntents"} <= set(catalog)
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.metadata is not None
    assert reader.metadata.title == f"Rekomendasi Kepesertaan JKN PBPU dan BP Pemda Nomor {NORMAL.number}"
    assert reader.metadata.creation_date == AT


@pytest.mark.parametrize(
    "name",
    [
        "#strong[SITI] #panic() #sys.inputs",
        "*SITI* _CONTOH_ $x^2$ `kode` = judul",
        "SITI \"CONTOH\" 'UJI' \\u{41} \\ // /* */",
        "<label> @rujukan [isi] {blok} ~ -- ---",
        '{"name": "BUDI"}',
        "O'CONTOH JOSÉ ŞÜKRÜ",
    ],
)
def test_hostile_names_print_literally(press: TypstPress, name: str) -> None:
    assert name in text_of(press.press(replace(NORMAL, name=name)))


def test_the_words_are_json_and_nothing_else() -> None:
    assert json.loads(json.dumps(letter_words(LONG))) == letter_words(LONG)


def test_letters_no_font_has_are_refused_not_dropped(press: TypstPress) -> None:
    with pytest.raises(LetterNotPrintable, match="huruf yang tidak dapat dicetak"):
        press.press(replace(NORMAL, name="SITI \U0001f600"))


def test_a_letter_too_long_for_a_page_is_refused_not_cut(press: TypstPress) -> None:
    with pytest.raises(LetterNotPrintable, match="satu halaman"):
        press.press(replace(NORMAL, legal_basis=NORMAL.legal_basis * 40))


def test_the_longest_fields_the_database_takes_still_fit(press: TypstPress, keys: KeyRing) -> None:
    facts = replace(
        LONG,
        name="CONTOH " * 28,
        address="Jalan Contoh " * 23,
        hospital_name="RS Contoh " * 20,
        number="400.9.14.2/1234/" + "Dinsos.P3A/" * 9,
    )
    claims = open_token(press.press(facts).token, keys.verifying)
    assert len(claims.name) == 80


def test_a_number_that_does_not_fit_the_token_makes_no_letter(press: TypstPress) -> None:
    with pytest.raises(UnfitClaims):
        press.press(replace(NORMAL, number="9" * 121))


def test_an_address_with_a_path_is_refused_before_any_letter(keys: KeyRing) -> None:
    with pytest.raises(ValueError, match="REKOM_PUBLIC_URL"):
        TypstPress(lambda: keys, "https://example.go.id/rekom")


def test_the_arms_of_the_region_are_drawn_where_given(keys: KeyRing) -> None:
    arms = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="48"><path d="M2 2h36v24q0 14-18 20q-18-6-18-20z"/></svg>'
    with_arms = TypstPress(lambda: keys, URL, logo_svg=arms).press(NORMAL)
    assert with_arms.pdf != TypstPress(lambda: keys, URL).press(NORMAL).pdf
    assert text_of(with_arms).startswith(PRACTICE_MARK)


def test_the_template_names_no_person_and_no_office() -> None:
    template = Path(TEMPLATE).read_text(encoding="utf-8")
    assert not any(word in template for word in ("Serang", "Dinas", "Contoh", "BPJS"))


@pytest.mark.parametrize(
    ("mode", "words", "missing"),
    [
        ("SEAL", "Disahkan melalui sistem pada", "BSrE"),
        ("BSRE", "dengan sertifikat elektronik yang diterbitkan BSrE", "Disahkan melalui sistem"),
        ("WET", "Kepala Dinas Sosial Kota Serang,", "Disahkan melalui sistem"),
    ],
)
def test_the_signature_block_says_how_the_letter_is_signed(press: TypstPress, mode: str, words: str, missing: str) -> None:
    text = " ".join(text_of(press.press(replace(NORMAL, signing_mode=mode))).split())
    assert words in text
    assert missing not in text
    assert (BSRE_FORMULA in text) == (mode == "BSRE")


@pytest.mark.parametrize(
    ("mode", "words"),
    [("BSRE", "ditandatangani secara elektronik dengan sertifikat BSrE;"), ("WET", "ditandatangani dengan tinta;")],
)
def test_a_copy_says_that_it_is_not_what_was_signed(press: TypstPress, mode: str, words: str) -> None:
    facts = replace(NORMAL, signing_mode=mode)
    original = press.press(facts)
    text = " ".join(text_of(replace(original, pdf=press.reprint(facts, original.token, 1))).split())
    assert f"Salinan tanpa tanda tangan. Surat asli nomor {facts.number} {words} arsipnya ada di {facts.office}" in text
    assert BSRE_FORMULA not in text and "Ditandatangani secara elektronik" not in text
    sealed = replace(facts, signing_mode="SEAL")
    again = text_of(replace(original, pdf=press.reprint(sealed, original.token, 1)))
    assert "Disahkan melalui sistem pada" in again and "Salinan" not in again


def test_the_class_of_care_stands_among_the_facts_of_a_letter_for_a_hospital(press: TypstPress) -> None:
    assert "Kelas perawatan : Kelas III" in text_of(press.press(NORMAL))
    assert "Kelas perawatan" not in text_of(press.press(replace(NORMAL, at_hospital=False)))
