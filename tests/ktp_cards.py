"""Made-up KTPs, drawn: a card on a desk as a telephone photographs it. Nobody's card, and no picture of a real one."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians, sin

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from workflows.card_lines import Seen

SIZE = (1012, 638)
"""A KTP is 85.6 x 53.98 mm: this is 300 dots an inch."""
MARGIN = 90
INK, PALE, BLUE, DESK = (22, 26, 40), (176, 208, 232), (128, 172, 210), (112, 92, 74)

FIRST = ("SITI", "BUDI", "DEWI", "AGUS", "RINA", "JOKO", "ENDANG", "YUSUF", "NURHAYATI", "BAMBANG")
LAST = ("CONTOH", "UJI", "CONTOH LESTARI", "UJI SAPUTRA", "CONTOH WIBOWO")
PLACES = ("CONTOHREJO", "BANDUNG", "KOTA UJI", "SLEMAN", "TANAH CONTOH")
STREETS = ("JL MELATI NO 4", "KP CONTOH", "DSN UJI BARAT", "PERUM CONTOH BLOK B8", "GG MAWAR II NO 15")
VILLAGES = ("CONTOHSARI", "UJI HARJO", "SUKACONTOH")
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationSansNarrow-Bold.ttf")


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card."""

    nik: str
    name: str
    place: str
    born: str
    sex: str
    address: str
    rt_rw: str
    village: str
    district: str

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and value, from above."""
        return [
            ("Nama", self.name),
            ("Tempat/Tgl Lahir", f"{self.place}, {self.born}"),
            ("Jenis Kelamin", self.sex),
            ("Alamat", self.address),
            ("     RT/RW", self.rt_rw),
            ("     Kel/Desa", self.village),
            ("     Kecamatan", self.district),
            ("Agama", "ISLAM"),
            ("Status Perkawinan", "KAWIN"),
            ("Pekerjaan", "WIRASWASTA"),
            ("Kewarganegaraan", "WNI"),
            ("Berlaku Hingga", "SEUMUR HIDUP"),
        ]


def card(chance: random.Random) -> Card:
    """Somebody of the province that does not exist."""
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1945, 2005)
    female = chance.random() < 0.5
    region, serial = f"99{chance.randint(1, 79):02d}{chance.randint(1, 30):02d}", chance.randint(1, 9999)
    return Card(
        nik=f"{region}{day + 40 * female:02d}{month:02d}{year % 100:02d}{serial:04d}",
        name=f"{chance.choice(FIRST)} {chance.choice(LAST)}",
        place=chance.choice(PLACES),
        born=f"{day:02d}-{month:02d}-{year}",
        sex="PEREMPUAN" if female else "LAKI-LAKI",
        address=chance.choice(STREETS),
        rt_rw=f"{chance.randint(1, 20):03d}/{chance.randint(1, 12):03d}",
        village=chance.choice(VILLAGES),
        district=chance.choice(VILLAGES),
    )


def drawn(shown: Card, font: str | None = None) -> Image.Image:
    """The card, flat and clean; in Pillow's own font where none is named."""
    picture = Image.new("RGB", SIZE, PALE)
    pen = ImageDraw.Draw(picture)
    for wave in range(0, SIZE[1], 9):
        pen.line([(0, wave), (SIZE[0], wave + 30)], fill=BLUE)
    for line, text in enumerate(("PROVINSI CONTOH", "KABUPATEN UJI")):
        pen.text((SIZE[0] / 2, 30 + 34 * line), text, INK, face(font, 30), anchor="ma")
    pen.text((36, 108), "NIK", INK, face(font, 36))
    pen.text((210, 108), f": {shown.nik}", INK, face(font, 40))
    for row, (label, value) in enumerate(shown.lines):
        pen.text((36, 166 + 36 * row), label, INK, face(font, 24))
        pen.text((262, 166 + 36 * row), f": {value}", INK, face(font, 24))
    pen.text((560, 166 + 36 * 2), "Gol. Darah : O", INK, face(font, 24))
    pen.rectangle((752, 130, 972, 420), fill=(196, 60, 56))
    pen.ellipse((812, 170, 912, 300), fill=(214, 172, 142))
    pen.pieslice((772, 300, 952, 560), 180, 360, fill=(70, 70, 84))
    pen.text((862, 450), "UJI", INK, face(font, 22), anchor="ma")
    pen.text((862, 482), "01-02-2019", INK, face(font, 22), anchor="ma")
    return picture


def as_read(shown: Card, degrees: float = 0.0) -> list[Seen]:
    """What a faultless reader finds on the card, held at an angle."""
    rows: list[tuple[float, float, float, str]] = [(380, 30, 30, "PROVINSI CONTOH"), (400, 64, 30, "KABUPATEN UJI")]
    rows += [(36, 108, 36, "NIK"), (210, 108, 40, f": {shown.nik}"), (560, 238, 24, "Gol. Darah : O"), (800, 482, 22, "01-02-2019")]
    for row, (label, value) in enumerate(shown.lines):
        rows += [(36, 166 + 36 * row, 24, label.strip()), (262, 166 + 36 * row, 24, f": {value}")]
    return [_seen(text, x, y, size, radians(degrees)) for x, y, size, text in rows]


def _seen(text: str, x: float, y: float, size: float, angle: float) -> Seen:
    right, below = x + 0.55 * size * len(text), y + size
    around = [
        (px * cos(angle) - py * sin(angle), px * sin(angle) + py * cos(angle))
        for px, py in ((x, y), (right, y), (right, below), (x, below))
    ]
    return Seen(text, 0.99, (around[0], around[1], around[2], around[3]))


def face(font: str | None, size: int) -> ImageFont.FreeTypeFont:
    """A font of this machine, or the one that Pillow brings."""
    return ImageFont.truetype(font, size) if font else ImageFont.load_default(size)  # type: ignore[return-value]


def fonts() -> Iterator[str | None]:
    """Pillow's own font, and those of the list that this machine has."""
    yield None
    for name in FONTS:
        try:
            ImageFont.truetype(name, 10)
        except OSError:
            continue
        yield name


@dataclass(frozen=True, slots=True)
class Light:
    """How badly a photograph is taken: degrees of tilt and pixels of blur at most, pixels of the longer side, JPEG quality."""

    tilt: float = 4.0
    blur: float = 0.8
    edge: int = 1192
    quality: int = 60


GOOD, POOR, BAD = Light(), Light(tilt=9, blur=1.8, edge=900, quality=45), Light(tilt=15, blur=2.6, edge=700, quality=30)


def photographed(flat: Image.Image, chance: random.Random, light: Light = GOOD) -> bytes:
    """The card on a desk, turned a little, lit from one side, a little out of focus, as a JPEG."""
    width, height = SIZE
    desk = Image.new("RGB", (width + 2 * MARGIN, height + 2 * MARGIN), DESK)
    desk.paste(flat, (MARGIN, MARGIN))
    turned = desk.rotate(chance.uniform(-light.tilt, light.tilt), Image.Resampling.BICUBIC, fillcolor=DESK)
    turned.thumbnail((light.edge, light.edge))
    shade = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(turned.size)
    dark = Image.eval(turned, lambda tone: int(tone * 0.45))
    lit = Image.composite(turned, dark, Image.eval(shade, lambda tone: 90 + int(tone * 0.64)))
    soft = lit.filter(ImageFilter.GaussianBlur(chance.uniform(0, light.blur)))
    noise = Image.effect_noise(soft.size, 26).convert("RGB")
    return as_jpeg(Image.blend(soft, noise, 0.08), light.quality)


def as_jpeg(picture: Image.Image, quality: int = 60) -> bytes:
    """A picture as a file."""
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return written.getvalue()
