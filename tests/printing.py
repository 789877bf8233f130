"""A letter's page as a printer draws it, a copier copies it and a telephone squeezes it."""

import io
import random

import pypdfium2
from PIL import Image, ImageEnhance, ImageFilter

DPI, QUALITY = 150, 40


def printed(pdf: bytes) -> Image.Image:
    """The page as a printer draws it, by PDFium."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[0].render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
        return picture
    finally:
        document.close()


def copied(image: Image.Image) -> Image.Image:
    """One photocopy: softer, paler, with the dust of the glass."""
    dice = random.Random(image.width)
    copy = ImageEnhance.Contrast(image.filter(ImageFilter.GaussianBlur(0.7))).enhance(0.85)
    for _ in range(400):
        copy.putpixel((dice.randrange(copy.width), dice.randrange(copy.height)), dice.randrange(160))
    return copy


def squeezed(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return Image.open(file).convert("L")
